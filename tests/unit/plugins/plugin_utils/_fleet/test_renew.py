# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Renew the certificate of a web server in the records of a fleet."""

from __future__ import annotations

import json
import ssl
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.vsphere_ops.client_plugin.tests.unit.plugins.plugin_utils._fleet.tasks import (
    KEY,
    member,
    read,
    reconcile,
    renew,
)
from ansible_collections.vsphere_ops.client_plugin.tests.unit.simulator.clients import Endpoint, control

URL = "https://plugins.example.com/plugin.json"
OTHER = "https://127.0.0.1:1/"
PIN = ":".join(["AB"] * 32)
SERVERS = {"server_urls": ["https://plugins.example.com"], "keys": [KEY, "com.example.absent", KEY]}


@pytest.fixture
def registered(simulator: Endpoint) -> list[Any]:
    """The members of a fleet that holds a record with an auxiliary server on another machine."""
    members = [member(simulator, "a")]
    auxiliary = [{"url": OTHER, "server_thumbprint": PIN}]
    reconcile(simulator, members, key=KEY, version="1", url=URL, server_thumbprint=PIN, plugin_servers=auxiliary)
    return members


def test_a_certificate_is_renewed_with_a_journal(
    simulator: Endpoint, registered: list[Any], make: Any, tmp_path: Path
) -> None:
    made = make("plugins.example.com", ("DNS:plugins.example.com",))
    options = {**SERVERS, "server_certificate": made.pem, "verify_servers": False, "history_path": str(tmp_path)}
    planned = renew(simulator, registered, task={"check_mode": True, "diff": True}, **options)
    assert (planned["changed"], planned["kept"], len(planned["results"][0]["diff"])) == (True, 0, 1)
    assert list(tmp_path.iterdir()) == []
    result = renew(simulator, registered, **options, history_run="one")
    assert (result["changed"], result["kept"]) == (True, 1)
    assert [(one["key"], one["action"], one["registered"]) for one in result["results"][0]["records"]] == [
        (KEY, "update", True),
        ("com.example.absent", "none", False),
    ]
    (line,) = map(json.loads, (tmp_path / "one.jsonl").read_text().splitlines())
    assert (line["name"], line["key"]) == ("a", KEY)
    (record,) = read(simulator, registered, keys=[KEY])["results"][0]["extensions"]
    assert record["server_certificate"] == made.pem
    assert record["plugin_servers"][0]["server_thumbprint"] == PIN
    again = renew(simulator, registered, **options)
    assert (again["changed"], again["kept"]) == (False, 0)


def test_only_the_renewed_web_server_is_verified(simulator: Endpoint) -> None:
    # Nobody listens at the URL of the manifest server; the auxiliary server is the simulator itself.
    members, address = [member(simulator, "a")], f"https://127.0.0.1:{simulator['port']}"
    auxiliary = [{"url": f"{address}/api", "server_thumbprint": PIN}]
    reconcile(simulator, members, key=KEY, version="1", url=OTHER, server_thumbprint=PIN, plugin_servers=auxiliary)
    pem = ssl.get_server_certificate(("127.0.0.1", simulator["port"]))
    options = {**SERVERS, "server_certificate": pem, "verify_servers": True}
    (one,) = renew(simulator, members, **{**options, "server_urls": [OTHER]})["results"]
    assert one["error"]["kind"] == "server"
    assert OTHER in one["error"]["message"]
    (one,) = renew(simulator, members, **{**options, "server_urls": [address]})["results"]
    assert (one["failed"], one["records"][0]["changes"][0]["field"]) == (False, "plugin_servers")


def test_privileges_are_checked_before_the_first_write(simulator: Endpoint, registered: list[Any], make: Any) -> None:
    made = make("plugins.example.com", ("DNS:plugins.example.com",))
    control(simulator, "POST", "faults", {"kind": "denied", "detail": "Extension.Update"})
    result = renew(simulator, registered, **SERVERS, server_certificate=made.pem, verify_servers=False)
    control(simulator, "DELETE", "faults")
    assert result["results"][0]["error"]["kind"] == "permission"
    assert control(simulator, "GET", "statistics")["calls"].get("UpdateExtension", 0) == 0


@pytest.mark.parametrize(
    ("options", "starts"),
    [
        ({}, "`server_certificate` or `server_certificate_path` must be given"),
        ({"server_certificate": "PEM", "keys": []}, "`keys` must not be empty"),
        ({"server_certificate": "PEM", "server_urls": []}, "`server_urls` must not be empty"),
        ({"server_certificate": "nonsense"}, "`server_certificate` holds no certificate"),
    ],
)
def test_an_error_of_the_task(make: Any, options: dict[str, Any], starts: str) -> None:
    if options.get("server_certificate") == "PEM":
        options = {**options, "server_certificate": make().pem}
    result = renew({"ca_path": None}, [], **{**SERVERS, **options})
    assert result["failed"]
    assert result["msg"].startswith(starts)
