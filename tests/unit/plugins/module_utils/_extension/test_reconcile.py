# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Read, plan and apply with a catalog in memory that logs its calls."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timezone

import pytest
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._errors import OptionNames
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._extension.certificate_renewal import (
    CertificateRenewal,
    origins_from_urls,
)
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._extension.desired import Desired
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._extension.model import (
    PACKAGE,
    Client,
    Extension,
    Server,
)
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._extension.reconcile import (
    plan_change,
    reconcile,
)
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._extension.restore import RecordRestore
from ansible_collections.vsphere_ops.client_plugin.tests.unit.plugins.module_utils._extension.plans import offered

NOW = datetime(2030, 1, 1, tzinfo=timezone.utc)


class DeniedError(Exception):
    pass


class FakeCatalog:
    """A catalog in memory."""

    def __init__(self, *records: Extension, denies: tuple[str, ...] = ()) -> None:
        self.records = {record.key: record for record in records}
        self.log: list[str] = []
        self.denies = denies
        self.about = {"hostname": "vc.example.com"}
        self.holds_certificates = True
        self.runs_packages = True

    def find_extension(self, key: str) -> Extension | None:
        self.log.append("find")
        return self.records.get(key)

    def register(self, extension: Extension) -> None:
        self.log.append("register")
        self.records[extension.key] = extension

    def update(self, extension: Extension) -> None:
        self.log.append("update")
        self.records[extension.key] = extension

    def unregister(self, key: str) -> None:
        self.log.append("unregister")
        del self.records[key]

    def require_privilege(self, privilege: str) -> None:
        self.log.append(f"require {privilege}")
        if privilege in self.denies:
            raise DeniedError(privilege)


OLD = Extension("k", "1")
CASES = [
    ((), Desired("k", version="1"), "register", "Extension.Register"),
    ((OLD,), Desired("k", version="2"), "update", "Extension.Update"),
    ((OLD,), Desired("k", present=False), "unregister", "Extension.Unregister"),
]


@pytest.mark.parametrize(("records", "desired", "action"), [case[:3] for case in CASES])
def test_apply_twice(records: tuple, desired: Desired, action: str) -> None:
    catalog = FakeCatalog(*records)
    outcome = reconcile(catalog, desired, check_mode=False, now=NOW)
    assert catalog.log == ["find", action]
    assert outcome.result(diff=False)["action"] == action
    assert reconcile(catalog, desired, check_mode=False, now=NOW).result(diff=True)["changed"] is False
    assert catalog.log == ["find", action, "find"]


@pytest.mark.parametrize(("records", "desired", "privilege"), [(*case[:2], case[3]) for case in CASES])
def test_check_mode_writes_nothing_and_returns_the_same(records: tuple, desired: Desired, privilege: str) -> None:
    catalog, real = FakeCatalog(*records), FakeCatalog(*records)
    planned = reconcile(catalog, desired, check_mode=True, now=NOW).result(diff=True)
    assert catalog.log == ["find", f"require {privilege}"]
    assert planned == reconcile(real, desired, check_mode=False, now=NOW).result(diff=True)


@pytest.mark.parametrize(("records", "desired", "privilege"), [(*case[:2], case[3]) for case in CASES])
def test_check_mode_fails_without_the_privilege(records: tuple, desired: Desired, privilege: str) -> None:
    with pytest.raises(DeniedError, match=privilege):
        reconcile(FakeCatalog(*records, denies=(privilege,)), desired, check_mode=True, now=NOW)


def test_without_a_change_no_privilege_is_required() -> None:
    catalog = FakeCatalog(OLD)
    result = reconcile(catalog, Desired("k", version="1"), check_mode=True, now=NOW).result(diff=False)
    assert catalog.log == ["find"]
    assert result == {
        "changed": False,
        "action": "none",
        "changes": [],
        "extension": result["extension"],
        "vcenter": {"hostname": "vc.example.com"},
    }
    assert result["extension"]["version"] == "1"


def test_warnings_name_what_the_reader_can_set() -> None:
    desired = Desired("k", version="1", url="https://plugins.example.com/plugin.json")
    outcome = reconcile(FakeCatalog(), desired, check_mode=True, now=NOW)
    (warning,) = outcome.warnings()
    assert warning.startswith("Neither `server_certificate` nor `server_thumbprint` is registered for")
    (warning,) = outcome.warnings(OptionNames(prefix="plugin_"))
    assert warning.startswith("Neither `plugin_server_certificate` nor `plugin_server_thumbprint` is registered for")


@pytest.mark.parametrize("version", ["1", "2"])
def test_what_the_preflight_rejects_is_not_written(version: str) -> None:
    seen: list[Extension] = []

    def preflight(extension: Extension) -> None:
        seen.append(extension)
        raise DeniedError("preflight")

    catalog = FakeCatalog(OLD)
    with pytest.raises(DeniedError, match="preflight"):
        reconcile(catalog, Desired("k", version=version), check_mode=False, now=NOW, preflight=preflight)
    assert ([extension.version for extension in seen], catalog.log) == ([version], ["find"])
    reconcile(catalog, Desired("k", present=False), check_mode=False, now=NOW, preflight=preflight)
    assert (len(seen), catalog.log) == (1, ["find", "find", "unregister"])


def test_what_the_preflight_accepts_is_written() -> None:
    catalog, seen = FakeCatalog(), []
    reconcile(catalog, Desired("k", version="1"), check_mode=False, now=NOW, preflight=seen.append)
    assert (len(seen), catalog.log) == (1, ["find", "register"])


@pytest.mark.parametrize("certificates", [True, False])
def test_a_renewal_and_a_restore_are_planned_for_what_the_vcenter_can(certificates: bool) -> None:
    url = "https://plugins.example.com/p.zip"
    record = Extension(
        "k", "1", client=Client(url, PACKAGE, "1"), servers=(Server(url, "HTTPS", thumbprint=":".join(["AB"] * 20)),)
    )
    catalog = FakeCatalog(record)
    catalog.holds_certificates, catalog.runs_packages = certificates, False
    renewal = CertificateRenewal("k", origins_from_urls([url], "server_urls"), offered())
    before = replace(record, servers=(replace(record.servers[0], certificate=offered().pem, thumbprint=None),))
    for change in (renewal, RecordRestore("k", before)):
        planned = plan_change(catalog, change, now=NOW)
        assert planned.action == "update"
        assert planned.after is not None
        assert planned.after.servers[0].certificate == (offered().pem if certificates else None)
        assert any("9.0 or newer" in warning for warning in planned.warnings)


def test_a_result_says_when_it_was_written() -> None:
    outcome = reconcile(FakeCatalog(), Desired("k", version="1"), check_mode=False, now=NOW)
    assert "written_at" not in outcome.result(diff=False)
    assert replace(outcome, written_at=NOW).result(diff=False)["written_at"] == "2030-01-01T00:00:00.000+00:00"
