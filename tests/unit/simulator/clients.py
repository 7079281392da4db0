# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Start simulators and connect to them, for the tests in this folder."""

from __future__ import annotations

import json
import os
import shutil
import ssl
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timezone
from http.client import HTTPException
from pathlib import Path
from typing import Any
from xml.parsers.expat import ExpatError

import pytest
from pyVmomi import SoapStubAdapter, vim, vmodl

SIMULATOR = Path(__file__).parents[2] / "simulator"
Endpoint = dict[str, Any]


def run(*arguments: str) -> subprocess.Popen[str]:
    """Start the simulator, which ends with this process at the latest."""
    return subprocess.Popen(
        [sys.executable, str(SIMULATOR), *arguments, "--parent", str(os.getpid())],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def await_file(path: Path, process: subprocess.Popen[str]) -> Any:
    deadline = time.monotonic() + 30
    while not path.exists():
        if process.poll() is not None or time.monotonic() > deadline:
            process.kill()
            pytest.fail(f"no {path.name}: {process.communicate()[1]}")
        time.sleep(0.02)
    return json.loads(path.read_text())


def find(program: str) -> str:
    """Return the path of a program of govmomi; skip the test if it is not installed."""
    beside_go = Path.home() / "go" / "bin" / program
    found = os.environ.get(program.upper()) or shutil.which(program) or shutil.which(beside_go)
    if not found:
        pytest.skip(f"{program} is not installed, so agreement with it is NOT tested; {program.upper()}=PATH names it")
    return found


def sdk(endpoint: Endpoint) -> str:
    return f"https://{endpoint['hostname']}:{endpoint['port']}/sdk"


def trust(endpoint: Endpoint) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=endpoint["ca_path"])


def control(endpoint: Endpoint, method: str, resource: str, content: Any = None) -> Any:
    request = urllib.request.Request(
        f"{endpoint['control_url']}/{resource}",
        method=method,
        data=None if content is None else json.dumps(content).encode(),
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)


@contextmanager
def client(
    endpoint: Endpoint,
    *,
    account: tuple[str, str] | None = None,
    version: str = "vim.version.version9",
    timeout: float = 20,
) -> Iterator[Any]:
    """Provide the service content over one verified connection, logged in as ``account`` if it is given."""
    stub = SoapStubAdapter(
        host=endpoint["hostname"],
        port=endpoint["port"],
        version=version,
        sslContext=trust(endpoint),
        httpConnectionTimeout=timeout,
    )
    try:
        content = vim.ServiceInstance("ServiceInstance", stub).RetrieveContent()
        if account is not None:
            content.sessionManager.Login(*account)
        try:
            yield content
        finally:
            if account is not None:
                # A rule may make this call fail too.
                with suppress(OSError, HTTPException, ExpatError, vmodl.MethodFault):
                    content.sessionManager.Logout()
    finally:
        stub.DropConnections()


def administrator(endpoint: Endpoint) -> tuple[str, str]:
    return endpoint["username"], endpoint["password"]


def extension(key: str, **changes: Any) -> Any:
    """Return a complete record."""
    description = vim.Description(label="A plug-in", summary="<Größe> & more")
    values = {
        "description": description,
        "key": key,
        "company": "Example",
        "version": "1.0.0",
        "server": [
            vim.Extension.ServerInfo(
                url="https://plugin.example.com/plugin.json",
                description=description,
                company="Example",
                type="MANIFEST_SERVER",
                adminEmail=["a@example.com", "b@example.com"],
                serverThumbprint="AA:BB",
            )
        ],
        "taskList": [vim.Extension.TaskTypeInfo(taskID=f"{key}.task")],
        "resourceList": [
            vim.Extension.ResourceInfo(locale="en", module="task", data=[vim.KeyValue(key="label", value="A task")])
        ],
        "healthInfo": vim.Extension.HealthInfo(url="https://plugin.example.com/health"),
        "shownInSolutionManager": True,
        "lastHeartbeatTime": datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone.utc),
    }
    return vim.Extension(**{**values, **changes})


def outcome(call: Callable[[], Any]) -> Any:
    """Return the result of a call in a form that can be compared between two servers."""
    try:
        value = call()
    except (vim.fault.NoPermission, vim.fault.NotAuthenticated) as fault:
        return type(fault).__name__, fault.object._moId, fault.privilegeId
    except vmodl.MethodFault as fault:
        return type(fault).__name__, getattr(fault, "invalidProperty", None)
    return str(value) if isinstance(value, vim.Extension) else value
