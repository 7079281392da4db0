# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Measure the collection and comparable tools, in alternation.

Usage: python tests/benchmark --work FOLDER --vcsim PATH ...

In each situation the contenders take turns, round by round, and whole commands are measured. All vCenters are one vcsim
on 127.0.0.1, where each vCenter and each contender has its own extension key. Writes results.json, the input of
report.py. Requires an idle machine; see `make bench`.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import os
import platform
import re
import sys
import time
from collections.abc import Mapping
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import Any

from contenders import (
    COUNTED,
    NO_CHANGE,
    PLAYBOOK_LIMITS,
    PLAYBOOKS,
    REGISTER,
    START,
    UPDATE,
    VERSIONS,
    Contender,
    Situation,
    Target,
    check_changes,
    list_situations,
)
from measure import BenchmarkError, Limits, Run, repeat, run
from servers import control, sessions, simulator, vcsim

from playbooks import VCENTERS, measure_playbooks

ROOT = Path(__file__).resolve().parents[2]


def main() -> int:
    """Measure and write results.json."""
    started = time.monotonic()
    options = _parse_options()
    options.work = options.work.resolve()
    options.work.mkdir(parents=True, exist_ok=True)
    found: dict[str, Any] = {"machine": machine(options.govmomi), "situations": []}
    if found["machine"]["load"] > found["machine"]["cores"] / 4:
        print(f"The machine is not idle (load {found['machine']['load']:.2f}): the times are not reliable.", flush=True)
    names = [situation.name for situation in list_situations()] + [PLAYBOOKS]
    chosen = options.only.split(",") if options.only else names
    if unknown := sorted(set(chosen) - set(names)):
        sys.exit(f"no such situation: {', '.join(unknown)}; use {', '.join(names)}")
    measurements = {
        **{one.name: partial(measure_situation, one, options) for one in list_situations()},
        PLAYBOOKS: partial(measure_all_playbooks, options),
    }
    failed = []
    for name, measure_one in measurements.items():
        if name in chosen:
            try:
                found["situations"].append(measure_one())
            except BenchmarkError as error:
                # The others are measured nevertheless: the run is long.
                print(f"{name} failed: {error}", file=sys.stderr, flush=True)
                failed.append(name)
    found["calls"] = count_calls(options.work / "calls")
    found["minutes"] = (time.monotonic() - started) / 60
    (options.work / "results.json").write_text(json.dumps(found, indent=1))
    print(f"done in {found['minutes']:.1f} minutes; failed: {', '.join(failed) or 'nothing'}", flush=True)
    return 1 if failed else 0


def _parse_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, required=True, help="folder for inputs and logs")
    parser.add_argument("--vcsim", required=True, help="path of vcsim; govc is found on the PATH")
    parser.add_argument("--govmomi", default="", help="version of vcsim and govc, for the report")
    parser.add_argument("--rounds", type=int, default=0, help="exact number of counted rounds of every situation")
    parser.add_argument("--only", default="", help="names of situations, separated by commas")
    parser.add_argument("--most", type=int, default=1000, help="maximum number of vCenters")
    return parser.parse_args()


def limit(limits: Limits, rounds: int) -> Limits:
    """Return the limits, or those of an exact number of rounds."""
    return Limits(rounds, rounds, limits.seconds) if rounds else limits


def _as_json(name: str, title: str, count: int, rounds: list[list[Run]]) -> dict[str, Any]:
    return {"name": name, "title": title, "count": count, "rounds": [[asdict(one) for one in turn] for turn in rounds]}


def measure_all_playbooks(options: argparse.Namespace) -> dict[str, Any]:
    """Return the result of the playbooks."""
    print(PLAYBOOKS, flush=True)
    limits = limit(PLAYBOOK_LIMITS, options.rounds)
    rounds = measure_playbooks(options.work / PLAYBOOKS, environment(), limits)
    return _as_json(PLAYBOOKS, f"Playbooks with {VCENTERS} vCenters", VCENTERS, rounds)


def measure_situation(full: Situation, options: argparse.Namespace) -> dict[str, Any]:
    """Return the result of a situation, with what the options leave of it."""
    count, limits = min(full.count, options.most), limit(full.limits, options.rounds)
    situation = replace(full, count=count, limits=limits)
    folder = options.work / situation.name
    with vcsim(options.vcsim, options.work) as (process, port):
        target = Target(situation.count, port, folder)
        registered: dict[str, str] = {}

        def do(contender: Contender, operation: str) -> Run:
            at = registered.get(contender.name, VERSIONS[1])
            version = at if operation == NO_CHANGE else VERSIONS[1 - VERSIONS.index(at)]
            command = target.command(contender, operation, version)
            log = folder / contender.folder / "run.log"
            cost = run(command, cwd=folder, env=environment(), log=log, simulator=process)
            check_changes(contender, operation, situation.count, cost)
            if operation != START and (operation != UPDATE or contender.changes != "nothing"):
                registered[contender.name] = version
            print(f"  {contender.name}, {operation}: {cost.wall:.2f} s", flush=True)
            return Run(contender.name, operation, cost)

        def do_round() -> list[Run]:
            """Register in the first round, which is not counted; measure in the others."""
            print(f"{time.strftime('%H:%M:%S')}  {situation.title}", flush=True)
            if registered:
                return [do(contender, operation) for contender, operation in situation.round()]
            for contender in situation.contenders:
                target.write_inputs(contender)
                do(contender, START if START in contender.operations else REGISTER)
            return []

        rounds = repeat(do_round, situation.limits)
        print(f"  sessions left open: {sessions(port)}", flush=True)
    return _as_json(situation.name, situation.title, count, rounds)


def count_calls(folder: Path) -> list[dict[str, Any]]:
    """Return the API calls and TLS connections for one vCenter, without tools that fail with the simulator."""
    found = []
    with simulator(folder, 1) as running:
        (endpoint,) = running.endpoints
        target = Target(1, endpoint["port"], folder)
        for contender in COUNTED:
            target.write_inputs(contender)
            for operation in (REGISTER, NO_CHANGE, UPDATE):
                command = target.command(contender, operation, VERSIONS[operation == UPDATE])
                control(endpoint, "POST", "reset")
                try:
                    run(command, cwd=folder, env=environment(), log=folder / "run.log")
                except BenchmarkError as error:
                    print(f"not counted: {contender.name}, {operation}: {str(error)[-300:]}", flush=True)
                    continue
                seen = control(endpoint, "GET", "statistics")
                counted = {"calls": sum(seen["calls"].values()), "connections": seen["connections"]}
                found.append({"contender": contender.name, "operation": operation, **counted})
    return found


def environment() -> Mapping[str, str]:
    """Return the environment of all commands, without settings of the user."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ANSIBLE_", "VMWARE_", "GOVC_"))}
    return {**kept, "ANSIBLE_COLLECTIONS_PATH": os.environ["ANSIBLE_COLLECTIONS_PATH"], "ANSIBLE_NOCOLOR": "1"}


def machine(govmomi: str) -> dict[str, Any]:
    """Return what the report says about the machine and the versions."""
    information = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
    model = re.search(r"^model name\s*:\s*(.+)$", information, re.MULTILINE)
    manifests = [
        Path(folder) / "ansible_collections" / "community" / "vmware" / "MANIFEST.json"
        for folder in os.environ["ANSIBLE_COLLECTIONS_PATH"].split(os.pathsep)
    ]
    community: dict[str, Any] = next(
        (json.loads(path.read_text(encoding="utf-8")) for path in manifests if path.exists()), {}
    )
    own = re.search(r"^version:\s*(\S+)", (ROOT / "galaxy.yml").read_text(encoding="utf-8"), re.MULTILINE)
    return {
        "cores": len(os.sched_getaffinity(0)),
        "processor": model[1].strip() if model else platform.machine(),
        "kernel": f"{platform.system()} {platform.release()}",
        "load": os.getloadavg()[0],
        "versions": {
            "Python": platform.python_version(),
            "ansible-core": importlib.metadata.version("ansible-core"),
            "pyVmomi": importlib.metadata.version("pyvmomi"),
            "vsphere_ops.client_plugin": own[1] if own else "",
            "community.vmware": community.get("collection_info", {}).get("version", ""),
            "govc and vcsim": govmomi,
        },
    }


if __name__ == "__main__":
    sys.exit(main())
