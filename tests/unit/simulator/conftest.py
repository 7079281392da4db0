# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Start the simulator and, if it is installed, vcsim, each in a separate process."""

from __future__ import annotations

import json
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from ansible_collections.vsphere_ops.client_plugin.tests.unit.simulator.clients import (
    Endpoint,
    administrator,
    await_file,
    client,
    control,
    find,
    run,
    sdk,
    trust,
)

CONFIGURATION = [
    {
        "name": "current",
        "accounts": [
            {"username": "operator@vsphere.local", "privileges": ["System.View", "Extension.Update"]},
            {"username": "nobody@vsphere.local", "privileges": []},
        ],
    },
    {"name": "old", "api_version": "7.0.3.0"},
    {"name": "new", "api_version": "9.9.0.0"},
    {"name": "host", "type": "esxi"},
]


@pytest.fixture(scope="session")
def simulators(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Endpoint]]:
    folder: Path = tmp_path_factory.mktemp("simulator")
    configuration = folder / "configuration.json"
    configuration.write_text(json.dumps(CONFIGURATION))
    process = run("--directory", str(folder), "--config", str(configuration), "--lifetime", "300")
    endpoints = await_file(folder / "endpoints.json", process)
    yield {endpoint["name"]: endpoint for endpoint in endpoints}
    process.terminate()
    process.communicate(timeout=10)


@pytest.fixture
def simulator(simulators: dict[str, Endpoint]) -> Iterator[Endpoint]:
    """Provide a vCenter without records, faults and counts."""
    endpoint = simulators["current"]
    yield endpoint
    control(endpoint, "DELETE", "faults")
    with client(endpoint, account=administrator(endpoint)) as content:
        for extension in content.extensionManager.extensionList:
            content.extensionManager.UnregisterExtension(extension.key)
    control(endpoint, "POST", "reset")


@pytest.fixture
def vcsim(tmp_path: Path) -> Iterator[Endpoint]:
    """Provide vcsim, the simulator of govmomi."""
    program = find("vcsim")
    run("certificates", "--directory", str(tmp_path)).communicate(timeout=30)
    (endpoint,) = json.loads((tmp_path / "certificates.json").read_text())
    process = subprocess.Popen(
        [
            program,
            *("-l", f"{endpoint['hostname']}:{endpoint['port']}"),
            *("-api-version", endpoint["api_version"]),
            *("-tlscert", endpoint["certificate"], "-tlskey", endpoint["key"]),
            *("-username", endpoint["username"], "-password", endpoint["password_file"]),
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    _await_vcsim(endpoint)
    yield endpoint
    process.terminate()
    process.wait(timeout=10)


def _await_vcsim(endpoint: Endpoint) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            urllib.request.urlopen(
                sdk(endpoint) + "/vimServiceVersions.xml", context=trust(endpoint), timeout=5
            ).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    pytest.fail("vcsim does not listen")
