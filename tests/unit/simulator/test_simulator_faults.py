# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Test the faults: what a client gets, when they end, and how the control interface changes them."""

from __future__ import annotations

import json
import ssl
import urllib.error
import urllib.request
from http.client import HTTPException
from typing import Any
from xml.parsers.expat import ExpatError

import pytest
from ansible_collections.vsphere_ops.client_plugin.tests.unit.simulator.clients import (
    Endpoint,
    administrator,
    client,
    control,
    extension,
    trust,
)
from pyVmomi import vim, vmodl

KEY = "com.example.plugin"
UNTRUSTED, EXPIRED, OTHER_HOST = 20, 10, 64  # OpenSSL's X509_V_ERR_*: no issuer, expired, IP address mismatch


def find(endpoint: Endpoint, timeout: float = 20) -> Any:
    with client(endpoint, account=administrator(endpoint), timeout=timeout) as content:
        return content.extensionManager.FindExtension(KEY)


@pytest.mark.parametrize(
    ("rule", "raised"),
    [
        ({"kind": "refuse"}, ConnectionRefusedError),
        ({"kind": "silent"}, TimeoutError),
        ({"kind": "hang", "method": "FindExtension", "times": 1}, TimeoutError),
        ({"kind": "disconnect", "method": "FindExtension"}, ConnectionError),
        ({"kind": "reset", "method": "FindExtension"}, (ConnectionError, HTTPException, ExpatError)),
        ({"kind": "unavailable"}, HTTPException),
        ({"kind": "html"}, ExpatError),
        # pyVmomi parses a page that is well-formed XML as an empty response.
        ({"kind": "html", "detail": "xhtml"}, AttributeError),
        ({"kind": "expired", "method": "FindExtension"}, vim.fault.NotAuthenticated),
        ({"kind": "denied", "detail": "System.View"}, vim.fault.NoPermission),
        ({"kind": "error", "method": "FindExtension"}, vmodl.fault.SystemError),
        ({"kind": "error", "method": "Login", "detail": "vim.fault.InvalidLogin"}, vim.fault.InvalidLogin),
    ],
)
def test_fault(simulator: Endpoint, rule: dict[str, Any], raised: Any) -> None:
    assert find(simulator) is None
    control(simulator, "POST", "faults", rule)
    with pytest.raises(raised):
        find(simulator, timeout=0.5)
    control(simulator, "DELETE", "faults")
    assert find(simulator) is None


@pytest.mark.parametrize(
    ("variant", "code"), [("untrusted", UNTRUSTED), ("expired", EXPIRED), ("other_host", OTHER_HOST)]
)
def test_invalid_certificate(simulator: Endpoint, variant: str, code: int) -> None:
    control(simulator, "POST", "faults", {"kind": "certificate", "detail": variant})
    with pytest.raises(ssl.SSLCertVerificationError) as raised:
        find(simulator)
    assert raised.value.verify_code == code


@pytest.mark.parametrize("kind", ["drop", "disconnect"])
def test_lost_answer(simulator: Endpoint, kind: str) -> None:
    """The client gets the same error; only a second read shows whether the write was executed."""
    control(simulator, "POST", "faults", {"kind": kind, "method": "RegisterExtension", "times": 1})
    with client(simulator, account=administrator(simulator)) as content:
        with pytest.raises(ConnectionError):
            content.extensionManager.RegisterExtension(extension(KEY))
        found = content.extensionManager.FindExtension(KEY)
    assert (found is not None) == (kind == "drop")
    assert control(simulator, "GET", "statistics")["faults"] == {kind: 1}


def test_drop_without_a_method_means_writes(simulator: Endpoint) -> None:
    control(simulator, "POST", "faults", {"kind": "drop"})
    with client(simulator, account=administrator(simulator)) as content:
        assert content.extensionManager.FindExtension(KEY) is None
        for write in (content.extensionManager.RegisterExtension, content.extensionManager.UpdateExtension):
            with pytest.raises(ConnectionError):
                write(extension(KEY))
        with pytest.raises(ConnectionError):
            content.extensionManager.UnregisterExtension(KEY)
        assert content.extensionManager.FindExtension(KEY) is None


def test_times(simulator: Endpoint) -> None:
    control(simulator, "POST", "faults", {"kind": "unavailable", "times": 2})
    for _attempt in range(2):
        with pytest.raises(HTTPException):
            find(simulator)
    assert find(simulator) is None
    assert control(simulator, "GET", "faults") == []


def test_denied_privilege_is_reported_by_has_privilege(simulator: Endpoint) -> None:
    with client(simulator, account=administrator(simulator)) as content:
        session = content.sessionManager.currentSession.key

        def granted() -> dict[str, bool]:
            answer = content.authorizationManager.HasPrivilegeOnEntities(
                [content.rootFolder], session, ["Extension.Register", "Extension.Update"]
            )
            return {item.privId: item.isGranted for entity in answer for item in entity.privAvailability}

        assert granted() == {"Extension.Register": True, "Extension.Update": True}
        control(simulator, "POST", "faults", {"kind": "denied", "detail": "Extension.Register"})
        assert granted() == {"Extension.Register": False, "Extension.Update": True}
        with pytest.raises(vim.fault.NoPermission):
            content.extensionManager.RegisterExtension(extension(KEY))


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ({"kind": "fire"}, "got 'fire'"),
        ({"kind": "delay", "second": 1}, "unknown key second"),
        ({"kind": "certificate"}, "`detail` of certificate"),
        ({"kind": "denied"}, "`detail` of denied"),
        ({"kind": "html", "detail": "sgml"}, "xhtml"),
        ({"kind": "error", "detail": "vim.fault.Nonsense"}, "vim.fault.Nonsense"),
        ("fire", "an object with `kind`"),
    ],
)
def test_invalid_rule(simulator: Endpoint, rule: Any, message: str) -> None:
    with pytest.raises(urllib.error.HTTPError) as raised:
        control(simulator, "POST", "faults", rule)
    assert raised.value.code == 400
    assert message in json.load(raised.value)["error"]
    assert control(simulator, "GET", "faults") == []


def test_control_on_the_port_of_the_vcenter(simulator: Endpoint) -> None:
    """The port of the vCenter has the same control interface, and its requests are not counted."""
    before = control(simulator, "GET", "statistics")
    url = f"https://{simulator['hostname']}:{simulator['port']}/simulator/statistics"
    with urllib.request.urlopen(url, context=trust(simulator), timeout=10) as answer:
        assert json.load(answer) == before
    assert control(simulator, "GET", "statistics") == before
