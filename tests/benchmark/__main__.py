# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Measure the collection and comparable tools.

Usage: python tests/benchmark --work FOLDER --vcsim PATH ...

All tools use the same vcsim, which listens on many loopback addresses; each address has its own extension key. The
simulator counts the API calls. Writes results.json, the input of report.py. Requires an idle machine; see `make bench`.
"""

from __future__ import annotations

import argparse
import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from measure import BenchmarkError, Cost, median, run
from tools import OPERATIONS, Measurement, Tool, absent, list_tools, loopback, write_inputs

LABELS = ("first", "second")


def main() -> int:
    """Measure and write results.json."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, required=True, help="folder for inputs and logs")
    parser.add_argument("--vcsim", required=True)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--only", default="", help="only tools whose name contains this text")
    parser.add_argument("--most", type=int, default=1000, help="maximum number of vCenters")
    options = parser.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    chosen = [tool for tool in list_tools() if options.only in tool.name]
    counts = sorted({count for tool in chosen for plan in tool.plan.values() for count in plan})
    write_inputs(options.work, counts, LABELS, loopback(max(counts)))
    results: list[dict[str, Any]] = []
    try:
        for delay in sorted({delay for tool in chosen for delay in tool.plan}):
            with vcsim(options.vcsim, delay, options.work) as port:
                for tool in chosen:
                    for count, operations in tool.plan.get(delay, {}).items():
                        if count <= options.most:
                            results += series(tool, (delay, count, port), operations, options)
                print(f"sessions left open: {sessions(port)}", flush=True)
        empty = [start_up(options.work) for _run in range(options.runs)]
    except BenchmarkError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    counted = calls(chosen, options.work)
    found = {"runs": options.runs, "nothing": asdict(median(empty)), "costs": results, "calls": counted}
    (options.work / "results.json").write_text(json.dumps(found))
    return 0


def series(
    tool: Tool,
    where: tuple[int, int, int],
    operations: Sequence[str],
    options: argparse.Namespace,
) -> list[dict[str, Any]]:
    """Return the costs of all runs of one tool with one number of vCenters."""
    delay, count, port = where
    costs: dict[str, list[Cost]] = {operation: [] for operation in operations}

    def do(operation: str, label: str) -> Cost:
        work = Measurement(count, port, operation, label)
        command = absent(work, options.work) if operation == "absent" else tool.command(work, options.work)
        return run(command, cwd=options.work, env=environment(), log=options.work / "run.log")

    label, other = LABELS
    do("absent", label)
    do("register", label)
    for _run in range(options.runs):
        if "register" in operations:
            do("absent", label)
            costs["register"].append(do("register", label))
        if "no change" in operations:
            costs["no change"].append(do("no change", label))
        if "update" in operations:
            label, other = other, label
            costs["update"].append(do("update", label))
    found = []
    for operation in operations:
        cost = median(costs[operation])
        found.append({"name": tool.name, "delay": delay, "count": count, "operation": operation, **asdict(cost)})
        print(
            f"{time.strftime('%H:%M:%S')}  {tool.name:<36} {delay:>3} ms {count:>5}  {operation:<10} {cost.wall:8.2f} s"
            f"  cpu {cost.cpu:8.2f} s  {cost.memory:6.0f} MiB",
            flush=True,
        )
    return found


def calls(chosen: Sequence[Tool], work: Path) -> list[dict[str, Any]]:
    """Return the API calls and TLS connections for one vCenter, without tools that fail with the simulator."""
    folder = work / "calls"
    folder.mkdir(exist_ok=True)
    write_inputs(folder, [1], LABELS, ["127.0.0.1"])
    found = []
    with simulator(folder) as endpoint:
        for tool in chosen:
            label, other = LABELS
            for operation in OPERATIONS:
                task = Measurement(1, endpoint["port"], operation, other if operation == "update" else label)
                try:
                    if operation == "register":
                        run(absent(task, folder), cwd=folder, env=environment(), log=folder / "run.log")
                    control(endpoint, "POST", "reset")
                    run(tool.command(task, folder), cwd=folder, env=environment(), log=folder / "run.log")
                except BenchmarkError as error:
                    print(f"not counted: {tool.name}, {operation}: {str(error)[-300:]}", flush=True)
                    continue
                seen = control(endpoint, "GET", "statistics")
                counted = {"calls": sum(seen["calls"].values()), "connections": seen["connections"]}
                found.append({"name": tool.name, "operation": operation, **counted})
    return found


@contextmanager
def simulator(folder: Path) -> Iterator[dict[str, Any]]:
    """Run one simulated vCenter and provide its endpoint."""
    (folder / "endpoints.json").unlink(missing_ok=True)
    account = {"username": "user", "password": "pass", "privileges": "all"}
    (folder / "configuration.json").write_text(json.dumps([{"accounts": [account]}]))
    program = str(Path(__file__).resolve().parent.parent / "simulator")
    options = ["--directory", str(folder), "--config", str(folder / "configuration.json"), "--parent", str(os.getpid())]
    process = subprocess.Popen([sys.executable, program, *options])
    try:
        while not (folder / "endpoints.json").exists():
            time.sleep(0.1)
        yield json.loads((folder / "endpoints.json").read_text())[0]
    finally:
        process.terminate()
        process.wait(timeout=30)


def control(endpoint: dict[str, Any], method: str, what: str) -> Any:
    """Send a control request to the simulator and return its response."""
    request = urllib.request.Request(f"{endpoint['control_url']}/{what}", method=method)
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.loads(answer.read() or b"null")


def start_up(work: Path) -> Cost:
    """Measure ansible-playbook with an empty play."""
    play = Path(__file__).parent / "plays" / "nothing.yml"
    command = ["ansible-playbook", "-i", "localhost,", str(play)]
    return run(command, cwd=work, env=environment(), log=work / "run.log")


def environment() -> dict[str, str]:
    """Return the environment of all commands, without settings of the user."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ANSIBLE_", "VMWARE_", "GOVC_"))}
    return {**kept, "ANSIBLE_COLLECTIONS_PATH": os.environ["ANSIBLE_COLLECTIONS_PATH"], "ANSIBLE_NOCOLOR": "1"}


@contextmanager
def vcsim(program: str, delay: int, work: Path) -> Iterator[int]:
    """Run vcsim on all loopback addresses, with ``delay`` milliseconds for each call, and provide its port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    with (work / "vcsim.log").open("wb") as log:
        process = subprocess.Popen([program, "-l", f"0.0.0.0:{port}", "-delay", str(delay)], stdout=log, stderr=log)
        try:
            wait_for(port)
            yield port
        finally:
            process.terminate()
            process.wait(timeout=30)


def wait_for(port: int) -> None:
    """Wait until a loopback port listens. Raise :class:`BenchmarkError` after 20 seconds."""
    for _attempt in range(200):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=5).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise BenchmarkError("vcsim does not listen")


def sessions(port: int) -> int:
    """Return the number of open sessions, without the session of this query."""
    env = {**os.environ, "GOVC_URL": f"https://user:pass@127.0.0.1:{port}", "GOVC_INSECURE": "1"}
    env["GOVC_PERSIST_SESSION"] = "false"
    result = subprocess.run(["govc", "session.ls"], env=env, capture_output=True, text=True, check=True)
    return len([line for line in result.stdout.splitlines() if "user" in line]) - 1


if __name__ == "__main__":
    sys.exit(main())
