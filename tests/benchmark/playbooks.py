# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Measure the playbooks deploy and rotate_certificate with the embedded engine."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from contenders import ADDRESS
from measure import BenchmarkError, Cost, Limits, Run, repeat, run
from servers import Simulator, free_port, simulator

VCENTERS = 5
ROOT = Path(__file__).resolve().parents[2]
FIRST, NOTHING = "first run", "nothing to do"
DEPLOY, ROTATE = "deploy", "rotate_certificate"
# The daily renewal, which does nothing before this number of days.
NOT_DUE = ("-e", "manifest_server_rotation_days_before_expiry=30")
STEPS: Sequence[tuple[str, str, Sequence[str]]] = (
    (DEPLOY, FIRST, ()),
    (DEPLOY, NOTHING, ()),
    (ROTATE, FIRST, ()),
    (ROTATE, NOTHING, NOT_DUE),
)


def measure_playbooks(work: Path, env: Mapping[str, str], limits: Limits) -> list[list[Run]]:
    """Return the runs of each round, each of which begins without a server and without records.

    The round that warms up ends after the first step.
    """
    warm = False

    def do_round() -> list[Run]:
        nonlocal warm
        steps, warm = STEPS if warm else STEPS[:1], True
        shutil.rmtree(work, ignore_errors=True)
        with simulator(work / "simulator", VCENTERS) as running:
            inventory = _write_inventory(work, running)

            def play(playbook: str, *options: str) -> Cost:
                command = ["ansible-playbook", "-i", str(inventory), playbook, *options]
                return run(command, cwd=work, env=env, log=work / "run.log", simulator=running.process)

            try:
                return [
                    _checked(Run(name, operation, play(f"vsphere_ops.client_plugin.{name}", *options)))
                    for name, operation, options in steps
                ]
            finally:
                play(str(ROOT / "examples" / "demo" / "stop.yml"))

    return repeat(do_round, limits)


def _checked(one: Run) -> Run:
    changed, expected = one.cost.changed, one.operation == FIRST
    print(f"  {one.contender}, {one.operation}: {one.cost.wall:.1f} s, {one.cost.tasks} tasks", flush=True)
    if bool(changed) != expected:
        raise BenchmarkError(f"{one.contender}, {one.operation}: {changed} tasks changed something")
    return one


def _write_inventory(work: Path, running: Simulator) -> Path:
    hosts = {
        endpoint["name"]: {
            "extension_registration_vcenter_hostname": endpoint["hostname"],
            "extension_registration_vcenter_port": endpoint["port"],
            "extension_registration_vcenter_username": endpoint["username"],
            "extension_registration_vcenter_password": endpoint["password"],
            "extension_registration_vcenter_ca_path": endpoint["ca_path"],
        }
        for endpoint in running.endpoints
    }
    shared = {
        "ansible_connection": "local",
        "ansible_python_interpreter": "{{ ansible_playbook_python }}",
        "manifest_server_engine": "embedded",
        "manifest_server_root": str(work / "www"),
        "manifest_server_key": "com.example.fleet-notes",
        "manifest_server_version": "1.0.0",
        "manifest_server_content": str(ROOT / "examples" / "plugin"),
        "manifest_server_hostname": "localhost",
        "manifest_server_listen_address": ADDRESS,
        "manifest_server_port": free_port(),
        "extension_registration_label": "Fleet Notes",
        "extension_registration_company": "Example",
        "extension_registration_history_path": str(work / "history"),
    }
    children = {"manifest_servers": {"hosts": {"plugins": {}}}, "vcenters": {"hosts": hosts}}
    inventory = work / "inventory.json"
    inventory.touch(mode=0o600)
    inventory.write_text(json.dumps({"all": {"vars": shared, "children": children}}))
    return inventory
