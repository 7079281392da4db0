# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Plans of a certificate renewal."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._errors import OptionError
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._extension.certificate_renewal import (
    UNKNOWN,
    CertificateRenewal,
    origins_from_urls,
    plan_renewal,
)
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._extension.desired import OfferedCertificate
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._extension.model import (
    Extension,
    Server,
)
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._extension.plan import Plan
from ansible_collections.vsphere_ops.client_plugin.tests.unit.plugins.module_utils.records import FULL

NOW = datetime(2030, 1, 1, tzinfo=timezone.utc)
SHA256, SHA1 = ":".join(["11"] * 32), ":".join(["22"] * 20)
NEW = OfferedCertificate("new", SHA256, SHA1, NOW + timedelta(days=90), ("DNS:plugins.example.com",))


def planned(
    record: Extension | None, certificate: OfferedCertificate | None = NEW, *, certificates: bool = True
) -> Plan:
    renewal = CertificateRenewal(
        FULL.key,
        origins_from_urls(["https://Plugins.Example.com", "https://192.0.2.1:8443/"], "server_urls"),
        certificate,
    )
    return plan_renewal(renewal, record, now=NOW, certificates=certificates, packages=True)


def test_certificate_and_thumbprint_of_that_server_change_and_nothing_else() -> None:
    plan = planned(FULL)
    assert plan.action == "update"
    assert plan.after == replace(
        FULL, servers=(replace(FULL.servers[0], certificate="new", thumbprint=SHA256), FULL.servers[1])
    )
    assert {change.field for change in plan.changes} == {"server_certificate", "server_thumbprint"}
    assert planned(plan.after).action == "none"


@pytest.mark.parametrize(
    ("url", "renewed"),
    [
        ("https://plugins.example.com:443/other/", True),
        ("HTTPS://PLUGINS.example.com./x", True),
        ("https://plugins.example.com:8443/", False),
        ("http://plugins.example.com/", False),
        ("https://plugins.example.com.evil.org/", False),
        ("https://[broken", False),
        ("", False),
    ],
)
def test_host_and_port_decide_of_auxiliary_servers_too(url: str, renewed: bool) -> None:
    record = replace(FULL, servers=(FULL.servers[0], Server(url, "API", thumbprint="old")))
    after = planned(record).after
    assert after is not None
    assert after.servers[1].thumbprint == (SHA256 if renewed else "old")


def test_a_plug_in_package_keeps_its_kind_of_thumbprint() -> None:
    assert FULL.client is not None
    record = replace(FULL, client=replace(FULL.client, type="vsphere-client-serenity"))
    after = planned(record).after
    assert after is not None
    assert after.servers[0].thumbprint == SHA1


def test_sha1_is_for_the_first_server_of_a_package_only() -> None:
    assert FULL.client is not None
    auxiliary = replace(FULL.servers[1], url="https://192.0.2.1:8443/api")
    record = replace(
        FULL,
        client=replace(FULL.client, type="vsphere-client-serenity"),
        servers=(FULL.servers[0], auxiliary, auxiliary),
    )
    certificate = replace(NEW, sans=("DNS:plugins.example.com", "IP:192.0.2.1"))
    after = planned(record, certificate).after
    assert after is not None
    assert [server.thumbprint for server in after.servers] == [SHA1, SHA256, SHA256]
    assert planned(after, certificate).action == "none"


def test_a_vcenter_that_holds_no_certificates_gets_the_thumbprint() -> None:
    record = replace(FULL, servers=(replace(FULL.servers[0], certificate=None),))
    after = planned(record, certificates=False).after
    assert after is not None
    assert (after.servers[0].certificate, after.servers[0].thumbprint) == (None, SHA256)


@pytest.mark.parametrize("record", [None, Extension(FULL.key, "1"), replace(FULL, servers=FULL.servers[1:])])
def test_where_nothing_points_at_the_server_nothing_changes(record: Extension | None) -> None:
    plan = planned(record)
    assert (plan.action, plan.after) == ("none", record)
    text = "is registered with https://api.example.com/, not" if record and record.servers else "with no server"
    assert [text in warning for warning in plan.warnings] == ([True] if record else [])


@pytest.mark.parametrize(
    ("certificate", "text"),
    [
        (replace(NEW, not_after=NOW), "expired on 2030-01-01"),
        (
            replace(NEW, sans=("DNS:b.example.com",)),
            "must have plugins.example.com in subjectAltName.* names DNS:b.example.com",
        ),
    ],
)
def test_a_certificate_that_a_client_would_refuse(certificate: OfferedCertificate, text: str) -> None:
    with pytest.raises(OptionError, match=text):
        planned(FULL, certificate)


def test_a_certificate_that_does_not_exist_yet_can_be_planned() -> None:
    after = planned(FULL, None).after
    assert after is not None
    assert (after.servers[0].certificate, after.servers[0].thumbprint) == (UNKNOWN, UNKNOWN)


@pytest.mark.parametrize("url", ["http://plugins.example.com", "plugins.example.com", "https://", "https://[x"])
def test_a_url_that_is_not_https(url: str) -> None:
    with pytest.raises(OptionError, match=r"^`server_urls` must be an https URL"):
        origins_from_urls([url], "server_urls")
