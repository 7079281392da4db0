# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Test the responses of the simulated vCenter, and that vcsim responds in the same way."""

from __future__ import annotations

import json
import subprocess
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.vsphere_ops.client_plugin.tests.unit.simulator.clients import (
    Endpoint,
    administrator,
    client,
    control,
    extension,
    find,
    outcome,
    sdk,
    trust,
)
from pyVim.connect import Disconnect, SmartConnect
from pyVmomi import vim, vmodl

KEY = "com.example.plugin"
NOT_FOUND = ("vim.fault.NotFound", None)
TAKEN = ("vmodl.fault.InvalidArgument", "extension.key")


@dataclass(frozen=True, slots=True)
class Step:
    """A call, and the response that every server must give."""

    name: str
    call: Callable[[Any], Any]
    answer: Any


def listed(content: Any, *, ex: bool) -> list[str]:
    """Return the keys of the extension list, read with the property collector, without the own record of vcsim."""
    query = vmodl.query.PropertyCollector
    manager = content.extensionManager
    specification = query.FilterSpec(
        objectSet=[query.ObjectSpec(obj=manager)],
        propSet=[query.PropertySpec(type=vim.ExtensionManager, pathSet=["extensionList", "nothing"])],
    )
    collector = content.propertyCollector
    if ex:
        (found,) = collector.RetrievePropertiesEx([specification], query.RetrieveOptions()).objects
    else:
        (found,) = collector.RetrieveContents([specification])
    (missing,) = found.missingSet
    keys = [item.key for item in found.propSet[0].val if item.key != "com.vmware.govmomi.simulator"]
    return [*keys, type(missing.fault).__name__]


def granted(content: Any) -> list[bool]:
    session = content.sessionManager.currentSession.key
    answer = content.authorizationManager.HasPrivilegeOnEntities([content.rootFolder], session, ["Extension.Register"])
    return [item.isGranted for entity in answer for item in entity.privAvailability]


CHANGED = extension(KEY, version="2.0.0", taskList=[], healthInfo=None)
BEFORE_LOGIN = [
    Step(
        "find",
        lambda c: c.extensionManager.FindExtension(KEY),
        ("vim.fault.NotAuthenticated", "ExtensionManager", "System.View"),
    ),
    Step(
        "log out",
        lambda c: c.sessionManager.Logout(),
        ("vim.fault.NotAuthenticated", "SessionManager", "System.View"),
    ),
    Step(
        "wrong password",
        lambda c: c.sessionManager.Login("administrator@vsphere.local", "wrong"),
        ("vim.fault.InvalidLogin", None),
    ),
    Step("unknown user", lambda c: c.sessionManager.Login("stranger", "wrong"), ("vim.fault.InvalidLogin", None)),
]
LOGGED_IN = [
    Step(
        "log in again",
        lambda c: c.sessionManager.Login("administrator@vsphere.local", "x"),
        ("vim.fault.InvalidLogin", None),
    ),
    Step("root folder", lambda c: c.rootFolder._moId, "group-d1"),
    Step("kind of product", lambda c: c.about.apiType, "VirtualCenter"),
    Step("find unknown", lambda c: c.extensionManager.FindExtension(KEY), None),
    Step("update unknown", lambda c: c.extensionManager.UpdateExtension(CHANGED), NOT_FOUND),
    Step("unregister unknown", lambda c: c.extensionManager.UnregisterExtension(KEY), NOT_FOUND),
    Step("empty list", lambda c: listed(c, ex=False), ["vmodl.query.InvalidProperty"]),
    Step("register", lambda c: c.extensionManager.RegisterExtension(extension(KEY)), None),
    Step("find", lambda c: c.extensionManager.FindExtension(KEY), str(extension(KEY))),
    Step("register again", lambda c: c.extensionManager.RegisterExtension(CHANGED), TAKEN),
    Step("nothing changed", lambda c: c.extensionManager.FindExtension(KEY), str(extension(KEY))),
    Step("update replaces", lambda c: c.extensionManager.UpdateExtension(CHANGED), None),
    Step("find updated", lambda c: c.extensionManager.FindExtension(KEY), str(CHANGED)),
    Step("second", lambda c: c.extensionManager.RegisterExtension(extension("com.example.other")), None),
    Step("list", lambda c: listed(c, ex=False), [KEY, "com.example.other", "vmodl.query.InvalidProperty"]),
    Step("list, new style", lambda c: listed(c, ex=True), [KEY, "com.example.other", "vmodl.query.InvalidProperty"]),
    Step("privilege", granted, [True]),
    Step("unregister", lambda c: c.extensionManager.UnregisterExtension(KEY), None),
    Step("find removed", lambda c: c.extensionManager.FindExtension(KEY), None),
    Step("unregister again", lambda c: c.extensionManager.UnregisterExtension(KEY), NOT_FOUND),
    Step(
        "unknown object",
        lambda c: vim.ExtensionManager("nowhere", c.extensionManager._stub).FindExtension(KEY),
        ("vmodl.fault.ManagedObjectNotFound", None),
    ),
]


@pytest.mark.parametrize("server", ["simulator", "vcsim"])
@pytest.mark.parametrize("logged_in", [False, True])
def test_servers_agree(request: pytest.FixtureRequest, server: str, logged_in: bool) -> None:
    endpoint = request.getfixturevalue(server)
    steps = LOGGED_IN if logged_in else BEFORE_LOGIN
    with client(endpoint, account=administrator(endpoint) if logged_in else None) as content:
        answers = {step.name: outcome(lambda step=step: step.call(content)) for step in steps}
    assert answers == {step.name: step.answer for step in steps}


def test_four_calls_one_connection(simulator: Endpoint) -> None:
    with client(simulator, account=administrator(simulator)) as content:
        assert content.extensionManager.FindExtension(KEY) is None
    statistics = control(simulator, "GET", "statistics")
    assert statistics["calls"] == {"RetrieveServiceContent": 1, "Login": 1, "FindExtension": 1, "Logout": 1}
    assert statistics["connections"] == 1
    assert statistics["sessions_open"] == 0


def test_session_is_readable_without_one(simulator: Endpoint) -> None:
    """The property needs System.Anonymous alone: pyVmomi reads it to decide whether to log in."""
    with client(simulator) as content:
        assert content.sessionManager.currentSession is None


def test_smart_connect(simulator: Endpoint) -> None:
    instance = SmartConnect(
        host=simulator["hostname"],
        port=simulator["port"],
        user=simulator["username"],
        pwd=simulator["password"],
        sslContext=trust(simulator),
    )
    session = instance.content.sessionManager.currentSession
    assert instance._stub.version == "vim.version.v8_0_3_0"
    assert session.userName == simulator["username"]
    assert instance.content.sessionManager.SessionIsActive(session.key, session.userName) is True
    assert instance.CurrentTime().tzinfo is not None
    Disconnect(instance)


DENIED = "vim.fault.NoPermission"
ROOT = "group-d1"


@pytest.mark.parametrize(
    ("username", "call", "expected"),
    [
        ("reader", lambda m: m.FindExtension(KEY), None),
        ("reader", lambda m: m.RegisterExtension(extension(KEY)), (DENIED, ROOT, "Extension.Register")),
        ("reader", lambda m: m.UpdateExtension(extension(KEY)), (DENIED, ROOT, "Extension.Update")),
        ("reader", lambda m: m.UnregisterExtension(KEY), (DENIED, ROOT, "Extension.Unregister")),
        ("operator", lambda m: m.UpdateExtension(extension(KEY)), NOT_FOUND),
        ("operator", lambda m: m.RegisterExtension(extension(KEY)), (DENIED, ROOT, "Extension.Register")),
        ("nobody", lambda m: m.FindExtension(KEY), (DENIED, ROOT, "System.View")),
        ("nobody", lambda m: m.extensionList, (DENIED, ROOT, "System.View")),
    ],
)
def test_privileges(simulator: Endpoint, username: str, call: Callable[[Any], Any], expected: Any) -> None:
    full = f"{username}@vsphere.local"
    with client(simulator) as content:
        content.sessionManager.Login(full, simulator["accounts"][full])
        assert outcome(lambda: call(content.extensionManager)) == expected


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"key": ""}, "extension.key"),
        ({"key": "com.example;x"}, "extension.key"),
        ({"key": "com.exämple"}, "extension.key"),
        ({"version": ""}, "extension.version"),
    ],
)
def test_incomplete_record_is_refused(simulator: Endpoint, changes: dict[str, str], wrong: str) -> None:
    record = extension(KEY)
    for name, value in changes.items():
        setattr(record, name, value)
    with client(simulator, account=administrator(simulator)) as content:
        answer = outcome(lambda: content.extensionManager.RegisterExtension(record))
    assert answer == ("vmodl.fault.InvalidArgument", wrong)


@pytest.mark.parametrize(
    ("name", "version", "expected"),
    [
        ("current", "vim.version.v8_0_2_0", "PEM"),
        ("new", "vim.version.v8_0_2_0", "PEM"),
        # A client with an older version neither sends nor gets the element.
        ("current", "vim.version.v7_0_3_0", None),
        # A client that ignores the version of the server sends the element and is refused.
        ("old", "vim.version.v8_0_2_0", ("vmodl.fault.InvalidRequest", None)),
        ("old", "vim.version.v7_0_3_0", None),
    ],
)
def test_server_certificate(simulators: dict[str, Endpoint], name: str, version: str, expected: Any) -> None:
    endpoint = simulators[name]
    record = extension("com.example.certificate")
    record.server[0].serverCertificate = "PEM"
    with client(endpoint, account=administrator(endpoint), version=version) as content:
        refused = outcome(lambda: content.extensionManager.RegisterExtension(record))
        if refused is None:
            answer = content.extensionManager.FindExtension(record.key).server[0].serverCertificate
            content.extensionManager.UnregisterExtension(record.key)
        else:
            answer = refused
    assert answer == expected


def test_certificate_is_kept_for_newer_clients(simulator: Endpoint) -> None:
    record = extension(KEY)
    record.server[0].serverCertificate = "PEM"
    with client(simulator, account=administrator(simulator), version="vim.version.v8_0_2_0") as content:
        content.extensionManager.RegisterExtension(record)
    with client(simulator, account=administrator(simulator), version="vim.version.v7_0_3_0") as content:
        assert content.extensionManager.FindExtension(KEY).server[0].serverCertificate is None
    with client(simulator, account=administrator(simulator), version="vim.version.v8_0_2_0") as content:
        assert content.extensionManager.FindExtension(KEY).server[0].serverCertificate == "PEM"


def test_host_has_no_extensions(simulators: dict[str, Endpoint]) -> None:
    endpoint = simulators["host"]
    with client(endpoint, account=administrator(endpoint)) as content:
        assert (content.about.apiType, content.extensionManager) == ("HostAgent", None)


def test_govc(simulators: dict[str, Endpoint], tmp_path: Path) -> None:
    """Another client reads the records of pyVmomi, and pyVmomi those of the other client, also on an older vCenter."""
    program, endpoint = find("govc"), simulators["old"]
    environment = {
        "HOME": str(tmp_path),
        "GOVC_URL": f"https://{endpoint['hostname']}:{endpoint['port']}",
        "GOVC_USERNAME": endpoint["username"],
        "GOVC_PASSWORD": endpoint["password"],
        "GOVC_TLS_CA_CERTS": endpoint["ca_path"],
    }

    def govc(*arguments: str, given: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [program, *arguments], env=environment, input=given, capture_output=True, text=True, timeout=60, check=False
        )

    with client(endpoint, account=administrator(endpoint)) as content:
        manager = content.extensionManager
        manager.RegisterExtension(extension(KEY))
        (read,) = json.loads(govc("extension.info", "-json", KEY).stdout)["extensions"]
        assert (read["version"], read["description"]["summary"]) == ("1.0.0", "<Größe> & more")
        assert read["server"][0]["adminEmail"] == ["a@example.com", "b@example.com"]

        written = {"key": "com.example.govc", "version": "3.0.0", "description": {"label": "g", "summary": "by govc"}}
        assert govc("extension.register", given=json.dumps(written)).returncode == 0
        assert manager.FindExtension("com.example.govc").description.summary == "by govc"
        again = govc("extension.register", given=json.dumps(written))
        assert again.returncode == 1
        assert "extension.key" in again.stderr
        assert f"Name:                   {KEY}" in govc("extension.info").stdout.splitlines()
        for key in (KEY, "com.example.govc"):
            assert govc("extension.unregister", key).returncode == 0
        assert list(manager.extensionList) == []


@pytest.mark.parametrize("body", [b"", b"<x/>", b"<a><Body><NoSuch xmlns='urn:vim25'/></Body></a>"])
def test_malformed_request_is_a_fault(simulator: Endpoint, body: bytes) -> None:
    with pytest.raises(urllib.error.HTTPError) as raised:
        urllib.request.urlopen(sdk(simulator), data=body, context=trust(simulator), timeout=10)
    assert raised.value.code == 500
    assert b"InvalidRequestFault" in raised.value.read()
