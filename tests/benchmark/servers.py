# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Run the simulated vCenters, which listen on 127.0.0.1 only."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from contenders import ADDRESS
from measure import BenchmarkError


@dataclass(frozen=True, slots=True)
class Simulator:
    """A running simulator: its process, and one endpoint for each vCenter."""

    process: int
    endpoints: Sequence[dict[str, Any]]


@contextmanager
def vcsim(program: str, work: Path) -> Iterator[tuple[int, int]]:
    """Run vcsim and provide its process and its port."""
    port = free_port()
    with (work / "vcsim.log").open("wb") as log:
        process = subprocess.Popen([program, "-l", f"{ADDRESS}:{port}"], stdout=log, stderr=log)
        try:
            _wait_for(port)
            yield process.pid, port
        finally:
            process.terminate()
            process.wait(timeout=30)


@contextmanager
def simulator(folder: Path, count: int) -> Iterator[Simulator]:
    """Run the simulator of the collection, which counts the API calls, with ``count`` vCenters."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    endpoints, configuration = folder / "endpoints.json", folder / "configuration.json"
    endpoints.unlink(missing_ok=True)
    account = {"username": "user", "password": "pass", "privileges": "all"}
    configuration.write_text(json.dumps([{"accounts": [account]}] * count))
    program = str(Path(__file__).resolve().parent.parent / "simulator")
    options = ["--directory", str(folder), "--config", str(configuration), "--parent", str(os.getpid())]
    with (folder / "simulator.log").open("wb") as log:
        process = subprocess.Popen([sys.executable, program, *options], stdout=log, stderr=log)
    try:
        deadline = time.monotonic() + 60
        while not endpoints.exists():
            if process.poll() is not None or time.monotonic() > deadline:
                raise BenchmarkError(f"the simulator did not start; see {folder / 'simulator.log'}")
            time.sleep(0.1)
        yield Simulator(process.pid, json.loads(endpoints.read_text()))
    finally:
        process.terminate()
        process.wait(timeout=30)


def control(endpoint: dict[str, Any], method: str, what: str) -> Any:
    """Send a control request to the simulator and return its response."""
    request = urllib.request.Request(f"{endpoint['control_url']}/{what}", method=method)
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.loads(answer.read() or b"null")


def sessions(port: int) -> int:
    """Return the number of open sessions of vcsim, without the session of this query."""
    env = {**os.environ, "GOVC_URL": f"https://user:pass@{ADDRESS}:{port}", "GOVC_INSECURE": "1"}
    env["GOVC_PERSIST_SESSION"] = "false"
    result = subprocess.run(["govc", "session.ls"], env=env, capture_output=True, text=True, check=True)
    return len([line for line in result.stdout.splitlines() if "user" in line]) - 1


def free_port() -> int:
    """Return a free TCP port."""
    with socket.socket() as probe:
        probe.bind((ADDRESS, 0))
        return int(probe.getsockname()[1])


def _wait_for(port: int) -> None:
    """Wait until a port listens. Raise :class:`BenchmarkError` after 20 seconds."""
    for _attempt in range(200):
        try:
            socket.create_connection((ADDRESS, port), timeout=5).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise BenchmarkError("vcsim does not listen")
