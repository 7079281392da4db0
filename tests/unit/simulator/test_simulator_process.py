# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Test the process of the simulator: it starts completely, writes its endpoints, and ends cleanly."""

from __future__ import annotations

import json
import signal
import socket
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.vsphere_ops.client_plugin.tests.unit.simulator.clients import (
    SIMULATOR,
    Endpoint,
    administrator,
    await_file,
    client,
    control,
    extension,
    run,
)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_stops_cleanly(tmp_path: Path, number: signal.Signals) -> None:
    process = run("--vcenters", "2", "--directory", str(tmp_path))
    endpoints = await_file(tmp_path / "endpoints.json", process)
    assert [endpoint["name"] for endpoint in endpoints] == ["vcenter01", "vcenter02"]
    # An open connection does not delay the end.
    with client(endpoints[0], account=administrator(endpoints[0])):
        process.send_signal(number)
        output, errors = process.communicate(timeout=10)
    assert (process.returncode, errors) == (0, "")
    assert len(output.splitlines()) == 1
    assert not (tmp_path / "endpoints.json").exists()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((endpoints[1]["hostname"], endpoints[1]["port"]), timeout=5)


def test_secrets_are_private(tmp_path: Path) -> None:
    process = run("--directory", str(tmp_path))
    (endpoint,) = await_file(tmp_path / "endpoints.json", process)
    private = [path for path in tmp_path.iterdir() if stat.S_IMODE(path.stat().st_mode) == 0o600]
    assert {path.name for path in private} == {"endpoints.json", "vcenter01.key"}
    process.terminate()
    output, _errors = process.communicate(timeout=10)
    assert endpoint["password"] not in output


def test_ends_when_its_file_is_removed(tmp_path: Path) -> None:
    process = run("--directory", str(tmp_path))
    await_file(tmp_path / "endpoints.json", process)
    (tmp_path / "endpoints.json").unlink()
    process.communicate(timeout=30)
    assert process.returncode == 0


def test_lifetime(tmp_path: Path) -> None:
    process = run("--directory", str(tmp_path), "--lifetime", "0.1")
    process.communicate(timeout=30)
    assert process.returncode == 0


def test_ends_with_its_parent(tmp_path: Path) -> None:
    parent = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    process = subprocess.Popen(
        [sys.executable, str(SIMULATOR), "--directory", str(tmp_path), "--parent", str(parent.pid)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    await_file(tmp_path / "endpoints.json", process)
    parent.kill()
    parent.wait(timeout=10)
    process.communicate(timeout=30)
    assert process.returncode == 0


@pytest.mark.parametrize(
    ("configuration", "message"),
    [
        ("[{]", "Expecting"),
        ({}, "list of vCenters"),
        ([{"nam": "x"}], "unknown key nam"),
        ([{"name": "x"}, {"name": "x"}], "same `name`"),
        ([{"type": "cloud"}], "got 'cloud'"),
        ([{"faults": [{"kind": "fire"}]}], "got 'fire'"),
        ([{"extensions": [{"keey": "x"}]}], "unknown property keey"),
    ],
)
def test_invalid_configuration(tmp_path: Path, configuration: Any, message: str) -> None:
    path = tmp_path / "configuration.json"
    path.write_text(configuration if isinstance(configuration, str) else json.dumps(configuration))
    process = run("--directory", str(tmp_path), "--config", str(path))
    _output, errors = process.communicate(timeout=30)
    assert process.returncode == 1
    assert message in errors
    assert "Traceback" not in errors


def test_configured_records_and_delay(tmp_path: Path) -> None:
    path = tmp_path / "configuration.json"
    record = {
        "key": "com.example.there",
        "version": "1.0.0",
        "description": {"label": "There", "summary": "from the beginning"},
        "server": [
            {
                "url": "https://example.com/plugin.json",
                "description": {"label": "", "summary": ""},
                "company": "",
                "type": "MANIFEST_SERVER",
                "adminEmail": ["a@example.com"],
            }
        ],
        "lastHeartbeatTime": "2026-01-02T03:04:05+00:00",
    }
    path.write_text(json.dumps([{"name": "there", "extensions": [record], "delay": 0.01}]))
    process = run("--directory", str(tmp_path), "--config", str(path), "--vcenters", "2")
    there, other = await_file(tmp_path / "endpoints.json", process)
    with client(there, account=administrator(there)) as content:
        found = content.extensionManager.FindExtension("com.example.there")
    assert found.server[0].adminEmail == ["a@example.com"]
    assert found.lastHeartbeatTime.year == 2026
    assert control(there, "GET", "statistics")["faults"]["delay"] == 4
    assert control(other, "GET", "statistics")["extensions"] == 0
    process.terminate()
    process.communicate(timeout=10)


def test_many_at_once(tmp_path: Path) -> None:
    """Each vCenter keeps its own records under load."""
    process = run("--vcenters", "40", "--directory", str(tmp_path))
    endpoints = await_file(tmp_path / "endpoints.json", process)

    def work(endpoint: Endpoint) -> list[str]:
        with client(endpoint, account=administrator(endpoint)) as content:
            content.extensionManager.RegisterExtension(extension(endpoint["name"]))
            return [found.key for found in content.extensionManager.extensionList]

    with ThreadPoolExecutor(20) as pool:
        assert list(pool.map(work, endpoints)) == [[endpoint["name"]] for endpoint in endpoints]
    process.terminate()
    process.communicate(timeout=10)
