# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Plans for pairs of desired values and a registered record."""

from __future__ import annotations

import base64
from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._certificate.thumbprint import (
    compute_thumbprint,
)
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._errors import OptionError
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._extension.desired import (
    Desired,
    OfferedCertificate,
)
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._extension.model import (
    PACKAGE,
    REMOTE,
    Client,
    Event,
    Extension,
    Privilege,
    Resource,
    Server,
)
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._extension.plan import plan

NOW = datetime(2030, 1, 1, tzinfo=timezone.utc)
KEY = "com.example.notes"
URL = "https://plugins.example.com/notes/plugin.json"
OLD = ":".join(["AA"] * 32)
NEW = ":".join(["BB"] * 32)


def offered(name: str = "new", days: int = 90, sans: tuple[str, ...] = ("DNS:*.example.com",)) -> OfferedCertificate:
    """Return a certificate whose PEM is not X.509, with the thumbprints of its bytes."""
    der = name.encode()
    pem = f"-----BEGIN CERTIFICATE-----\n{base64.b64encode(der).decode()}\n-----END CERTIFICATE-----\n"
    return OfferedCertificate(
        pem, compute_thumbprint(der, "sha256"), compute_thumbprint(der, "sha1"), NOW + timedelta(days=days), sans
    )


def registered(**changes) -> Extension:
    record = Extension(
        key=KEY,
        version="1.0.0",
        label="Notes",
        summary="Old",
        company="Example",
        client=Client(URL, REMOTE, "1.0.0", "Notes", "Old", "Example"),
        servers=(Server(URL, "MANIFEST_SERVER", "Notes", "Old", "Example", ("a@example.com",), OLD),),
    )
    return replace(record, **changes)


def make(current: Extension | None, **desired):
    can = {name: desired.pop(name, True) for name in ("holds", "packages")}
    return plan(Desired(key=KEY, **desired), current, now=NOW, certificates=can["holds"], packages=can["packages"])


def changed_fields(planned) -> set[str]:
    return {change.field for change in planned.changes}


def test_register_takes_the_defaults_of_a_remote_plug_in() -> None:
    planned = make(None, version="1.0.0", url=URL, thumbprint=NEW)
    assert planned.action == "register"
    assert planned.privilege == "Extension.Register"
    assert planned.after is not None
    assert planned.after.client == Client(URL, REMOTE, "1.0.0")
    assert planned.after.servers == (Server(URL, "MANIFEST_SERVER", thumbprint=NEW),)
    assert planned.warnings == ()


def test_register_needs_a_version() -> None:
    with pytest.raises(OptionError, match=r"^`version` must be set to register"):
        make(None, url=URL)


def test_absent() -> None:
    assert make(None, present=False).action == "none"
    planned = make(registered(), present=False)
    assert (planned.action, planned.privilege, planned.after) == ("unregister", "Extension.Unregister", None)
    assert planned.diff["after"] == {}


def test_without_desired_values_nothing_changes() -> None:
    planned = make(registered())
    assert (planned.changed, planned.changes, planned.privilege) == (False, (), None)
    assert planned.diff["before"] == planned.diff["after"] != {}


@pytest.mark.parametrize(
    ("desired", "fields"),
    [
        ({"version": "1.1.0"}, {"version"}),
        ({"label": "Other"}, {"label"}),
        ({"summary": ""}, {"summary"}),
        ({"company": "Other"}, {"company"}),
        ({"url": "https://other.example.com/plugin.json"}, {"url"}),
        ({"client_type": PACKAGE}, {"client_type"}),
        ({"server_type": "HTTPS"}, {"server_type"}),
        ({"server_type": ""}, {"server_type", "admin_email", "server_thumbprint"}),
        ({"admin_email": ("b@example.com",)}, {"admin_email"}),
        ({"thumbprint": NEW}, {"server_thumbprint"}),
        ({"certificate": offered()}, {"server_thumbprint", "server_certificate"}),
        ({"plugin_servers": (Server("https://b.example.com/", "API"),)}, {"plugin_servers"}),
        ({"tasks": ("t",)}, {"tasks"}),
        ({"events": (Event("e"),)}, {"events"}),
        ({"faults": ("f",)}, {"faults"}),
        ({"privileges": (Privilege("g.p", "g"),)}, {"privileges"}),
        ({"resources": (Resource("en", "resources", (("k", "v"),)),)}, {"resources"}),
        ({"shown_in_solution_manager": True}, {"shown_in_solution_manager"}),
        ({"client": {"version": "0.9"}}, {"client"}),
        ({"server": {"url": "https://plugins.example.com"}}, {"server"}),
        ({"other": {"subjectName": "somebody"}}, {"other"}),
    ],
)
def test_each_option_changes_its_own_field_once(desired: dict, fields: set[str]) -> None:
    planned = make(registered(), allow_downgrade=True, **desired)
    assert planned.action == "update"
    assert changed_fields(planned) == fields
    assert not make(planned.after, allow_downgrade=True, **desired).changed


def test_identity_reaches_client_and_server() -> None:
    after = make(registered(), version="2.0", label="L", summary="S", company="C").after
    assert after is not None and after.client is not None
    assert (after.client.version, after.client.label, after.client.summary, after.client.company) == (
        "2.0",
        "L",
        "S",
        "C",
    )
    assert (after.servers[0].label, after.servers[0].summary, after.servers[0].company) == ("L", "S", "C")


def test_other_fields_survive() -> None:
    other = {"subjectName": "somebody", "healthInfo": {"url": "https://health.example.com"}}
    after = make(registered(other=other), version="2.0").after
    assert after is not None and after.other == other


def test_other_fields_can_be_replaced_and_removed() -> None:
    planned = make(
        registered(other={"type": "t", "subjectName": "s"}), other={"type": None, "healthInfo": {"url": "h"}}
    )
    assert planned.after is not None
    assert planned.after.other == {"subjectName": "s", "healthInfo": {"url": "h"}}
    assert changed_fields(planned) == {"other"}


def test_order_of_lists_is_not_a_change() -> None:
    lists = {
        "tasks": ("a", "b"),
        "events": (Event("a"), Event("b", "<x/>")),
        "faults": ("a", "b"),
        "privileges": (Privilege("g.a", "g"), Privilege("g.b", "g")),
        "resources": (
            Resource("de", "resources", (("a", "1"), ("b", "2"))),
            Resource("en", "resources", (("a", "1"),)),
        ),
    }
    turned = {name: tuple(reversed(items)) for name, items in lists.items()}
    turned["resources"] = (turned["resources"][0], Resource("de", "resources", (("b", "2"), ("a", "1"))))
    assert not make(registered(**lists), **turned).changed


class TestPair:
    """Certificate and thumbprint change as a pair."""

    def test_certificate_brings_its_thumbprint(self) -> None:
        after = make(registered(), certificate=offered()).after
        assert after is not None
        assert (after.servers[0].certificate, after.servers[0].thumbprint) == (offered().pem, offered().sha256)

    def test_package_gets_sha1(self) -> None:
        after = make(
            None, version="1", url="https://p.example.com/p.zip", client_type=PACKAGE, certificate=offered()
        ).after
        assert after is not None
        assert (after.servers[0].type, after.servers[0].thumbprint) == ("HTTPS", offered().sha1)

    def test_sha1_of_the_same_certificate_is_taken(self) -> None:
        after = make(registered(), certificate=offered(), thumbprint=offered().sha1).after
        assert after is not None and after.servers[0].thumbprint == offered().sha1

    def test_thumbprint_of_another_certificate_is_refused(self) -> None:
        with pytest.raises(OptionError, match=r"^`server_thumbprint` must be the thumbprint of the given certificate"):
            make(registered(), certificate=offered(), thumbprint=NEW)

    def test_thumbprint_alone_removes_another_certificate_with_a_warning(self) -> None:
        holds = registered(servers=(Server(URL, "MANIFEST_SERVER", certificate=offered("old").pem, thumbprint=OLD),))
        planned = make(holds, thumbprint=NEW)
        assert planned.after is not None
        assert (planned.after.servers[0].certificate, planned.after.servers[0].thumbprint) == (None, NEW)
        assert any("is removed" in warning for warning in planned.warnings)

    def test_thumbprint_alone_keeps_its_own_certificate(self) -> None:
        own = offered("own")
        holds = registered(servers=(Server(URL, "MANIFEST_SERVER", certificate=own.pem, thumbprint=own.sha256),))
        after = make(holds, thumbprint=own.sha1).after
        assert after is not None
        assert (after.servers[0].certificate, after.servers[0].thumbprint) == (own.pem, own.sha1)

    def test_old_vcenter_gets_the_thumbprint_only_with_a_warning(self) -> None:
        planned = make(registered(), certificate=offered(), holds=False)
        assert planned.after is not None
        assert (planned.after.servers[0].certificate, planned.after.servers[0].thumbprint) == (None, offered().sha256)
        assert "older than API 8.0.2.0" in planned.warnings[0]
        again = make(planned.after, certificate=offered(), holds=False)
        assert not again.changed
        assert "older than API 8.0.2.0" in again.warnings[0]

    def test_expired_certificate_is_refused_unless_it_is_registered_already(self) -> None:
        expired = offered(days=-1)
        with pytest.raises(OptionError, match=r"^`server_certificate` must be valid, .* expired on 2029-12-31"):
            make(registered(), certificate=expired)
        holds = registered(servers=(Server(URL, "S", certificate=expired.pem, thumbprint=expired.sha256),))
        assert make(holds, certificate=expired, summary="New").changed

    def test_drop(self) -> None:
        own = offered("own")
        holds = registered(servers=(Server(URL, "S", certificate=own.pem, thumbprint=own.sha256),))
        after = make(holds, drop_certificate=True).after
        assert after is not None
        assert (after.servers[0].certificate, after.servers[0].thumbprint) == (None, own.sha256)


class TestVersion:
    @pytest.mark.parametrize("version", ["1.2-rc1", "v1", "1.2.3.4.5", "1..2", "1.2\n", "١.٢", "one"])
    def test_a_version_that_the_client_cannot_read_is_refused(self, version: str) -> None:
        with pytest.raises(OptionError, match=r"^`version` must be 1 to 4 numbers"):
            make(registered(), version=version)
        with pytest.raises(OptionError, match=r"^`version` must be 1 to 4 numbers"):
            make(None, version=version, url=URL)

    def test_a_registered_version_is_accepted(self) -> None:
        odd = registered(version="1.2-rc1", client=replace(registered().client, version="1.2-rc1"))
        assert not make(odd, version="1.2-rc1").changed
        assert make(odd, version="1.2-rc1", summary="New").changed

    @pytest.mark.parametrize(("before", "after"), [("5.10", "5.9"), ("2", "1.9.9.9"), ("1.0.1", "1.0")])
    def test_no_downgrade_unless_allowed(self, before: str, after: str) -> None:
        current = registered(version=before, client=replace(registered().client, version=before))
        with pytest.raises(
            OptionError, match=rf"^`version` must not be lower than the registered {before}, got .{after}"
        ):
            make(current, version=after)
        assert make(current, version=after, allow_downgrade=True).changed

    @pytest.mark.parametrize(("before", "after"), [("5.9", "5.10"), ("1.0", "1.0.0"), ("1.9.9.9", "2")])
    def test_upgrades(self, before: str, after: str) -> None:
        current = registered(version=before, client=replace(registered().client, version=before))
        assert make(current, version=after).changed


class TestRemoteAndPackage:
    def test_a_package_is_never_made_remote_by_accident(self) -> None:
        package = registered(client=replace(registered().client, type=PACKAGE))
        after = make(package, version="1.1").after
        assert after is not None and after.client is not None and after.client.type == PACKAGE

    def test_a_package_over_http_has_no_server(self) -> None:
        planned = make(None, version="1", url="http://p.example.com/p.zip", client_type=PACKAGE)
        assert planned.after is not None and planned.after.servers == ()
        assert "allowHttp" in planned.warnings[0]

    def test_a_package_that_moves_to_http_loses_its_server(self) -> None:
        package = make(None, version="1", url="https://p.example.com/p.zip", client_type=PACKAGE, thumbprint=OLD).after
        assert package is not None and package.servers
        after = make(package, url="http://p.example.com/p.zip").after
        assert after is not None and after.servers == ()

    def test_a_remote_plug_in_over_http_has_one(self) -> None:
        planned = make(None, version="1", url="http://p.example.com/plugin.json")
        assert planned.after is not None and planned.after.servers[0].type == "MANIFEST_SERVER"
        assert "allowHttp" in planned.warnings[0]

    def test_auxiliary_servers_need_a_manifest_server_before_them(self) -> None:
        auxiliary = (Server("https://b.example.com/", "API"),)
        with pytest.raises(OptionError, match=r"^`server_type` must be set together with `url`"):
            make(registered(), server_type="", plugin_servers=auxiliary)

    def test_the_last_auxiliary_server_can_be_removed(self) -> None:
        two = registered(servers=(*registered().servers, Server("https://b.example.com/", "API")))
        after = make(two, plugin_servers=()).after
        assert after is not None and after.servers == registered().servers


class TestWarnings:
    def test_same_version_other_url(self) -> None:
        assert (
            "cached copy until the version rises" in make(registered(), url="https://x.example.com/p.json").warnings[0]
        )

    def test_the_first_url_is_not_cached(self) -> None:
        assert make(Extension(KEY, "1.0.0"), url=URL, thumbprint=NEW).warnings == ()

    def test_new_version_other_url(self) -> None:
        assert make(registered(), url="https://x.example.com/p.json", version="2").warnings == ()

    def test_a_package_in_a_vcenter_that_no_longer_runs_them(self) -> None:
        desired = {
            "version": "1",
            "url": "https://p.example.com/p.zip",
            "client_type": PACKAGE,
            "certificate": offered(),
        }
        assert make(None, **desired).warnings == ()
        assert "9.0 or newer" in make(None, packages=False, **desired).warnings[0]

    @pytest.mark.parametrize(
        ("client_type", "thumbprint", "warning"),
        [
            (REMOTE, ":".join(["AB"] * 20), "deprecated since vSphere 7.0"),
            (REMOTE, NEW, None),
            (PACKAGE, ":".join(["AB"] * 20), None),
            (PACKAGE, NEW, "describe SHA-1 only"),
        ],
    )
    def test_kind_of_thumbprint(self, client_type: str, thumbprint: str, warning: str | None) -> None:
        planned = make(None, version="1", url=URL, client_type=client_type, thumbprint=thumbprint)
        assert [text for text in planned.warnings if warning and warning in text] == list(planned.warnings)
        assert bool(planned.warnings) == bool(warning)

    def test_an_auxiliary_server_without_certificate_and_thumbprint(self) -> None:
        warnings = make(registered(), plugin_servers=(Server("https://b.example.com/", "API"),)).warnings
        assert len(warnings) == 1
        assert "registered for https://b.example.com/" in warnings[0]

    def test_https_without_certificate_and_thumbprint(self) -> None:
        assert "Neither O(server_certificate) nor O(server_thumbprint)" in make(None, version="1", url=URL).warnings[0]


class TestHost:
    """A certificate in the record must name the host of its URL."""

    def test_another_host_is_refused(self) -> None:
        with pytest.raises(
            OptionError, match=r"^`server_certificate` must have plugins.example.com in .* names DNS:a.example.org;"
        ):
            make(registered(), certificate=offered(sans=("DNS:a.example.org",)))

    def test_no_host_at_all_is_refused(self) -> None:
        with pytest.raises(
            OptionError, match=r"^`server_certificate` must have plugins.example.com in .* names no host;"
        ):
            make(registered(), certificate=offered(sans=()))

    def test_the_url_of_the_task_counts(self) -> None:
        url = "https://a.example.org/plugin.json"
        assert make(registered(), certificate=offered(sans=("DNS:a.example.org",)), url=url).changed

    def test_the_thumbprint_alone_needs_no_name(self) -> None:
        assert make(registered(), certificate=offered(sans=()), holds=False).changed

    def test_a_registered_server_may_stay(self) -> None:
        bad = offered(sans=())
        holds = registered(servers=(Server(URL, "S", certificate=bad.pem, thumbprint=bad.sha256),))
        assert make(holds, certificate=bad, summary="New").changed

    @pytest.mark.parametrize(("bad", "text"), [(offered(sans=()), "names no host"), (offered(days=-1), "expired")])
    def test_auxiliary_servers_as_well(self, bad: OfferedCertificate, text: str) -> None:
        server = Server("https://b.example.com/", "API", thumbprint=bad.sha256, certificate=bad.pem)
        with pytest.raises(OptionError, match=rf"^`plugin_servers\[0\].server_certificate` .*{text}"):
            make(registered(), plugin_servers=(server,), certificates=(bad,))


class TestTakeover:
    """Two appliances that register the same key."""

    @pytest.mark.parametrize("desired", [{"company": "Other"}, {"url": "https://other.example.com/plugin.json"}])
    def test_refuse(self, desired: dict) -> None:
        message = (
            rf"^`takeover` must be allow to .* {KEY}, which is registered by Example from plugins.example.com, got"
        )
        for present in (True, False):
            with pytest.raises(OptionError, match=message):
                make(registered(), refuse_takeover=True, present=present, **desired)

    @pytest.mark.parametrize(
        "desired", [{"company": "Example"}, {"url": "https://PLUGINS.example.com:8443/other.json"}, {}]
    )
    def test_own_record(self, desired: dict) -> None:
        assert make(registered(), refuse_takeover=True, summary="New", **desired).changed
        assert make(registered(), refuse_takeover=True, present=False, **desired).changed

    def test_record_without_owner(self) -> None:
        assert make(Extension(KEY, "1"), refuse_takeover=True, company="Example", url=URL).changed
        assert make(None, refuse_takeover=True, version="1", url=URL).changed

    def test_the_previous_owner_is_in_the_diff(self) -> None:
        planned = make(registered(), company="Other")
        assert planned.diff["before_header"] == f"{KEY} (registered by Example from plugins.example.com)"
        assert make(None, version="1").diff["before_header"] == f"{KEY} (registered)"
