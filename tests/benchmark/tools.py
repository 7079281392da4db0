# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Define the compared tools and their commands."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

PLAYS = Path(__file__).parent / "plays"
OPERATIONS = ("register", "no change", "update")
ADDRESSES = 250


@dataclass(frozen=True, slots=True)
class Measurement:
    """One measurement: the number of vCenters, their port, the operation, and the label to register."""

    count: int
    port: int
    operation: str
    label: str


@dataclass(frozen=True, slots=True)
class Tool:
    """One tool; ``plan`` contains its measurements: delay in ms -> number of vCenters -> operations."""

    name: str
    plan: dict[int, dict[int, Sequence[str]]]
    play: str = ""
    forks: int = 20
    concurrency: int = 32
    reads: bool = False

    def command(self, work: Measurement, folder: Path) -> list[str]:
        """Return the command of one measurement."""
        return self._ansible(work, folder) if self.play else _govc(work, folder, reads=self.reads)

    def _ansible(self, work: Measurement, folder: Path) -> list[str]:
        variables = {
            "vcenter_port": work.port,
            "label": work.label,
            "state": "present",
            "concurrency": self.concurrency,
            "fleet_file": str(folder / f"fleet-{work.count}.json"),
        }
        inventory = "localhost," if self.play == "fleet" else str(folder / f"inventory-{work.count}.json")
        play = str(_community(folder) if self.play == "community" else PLAYS / f"{self.play}.yml")
        return ["ansible-playbook", "-i", inventory, "-f", str(self.forks), "-e", json.dumps(variables), play]


def _community(folder: Path) -> Path:
    """Write the play of community.vmware, which is not a file because its collection is not installed for linting."""
    play = folder / "community.yml"
    text = (PLAYS / "module.yml").read_text(encoding="utf-8")
    play.write_text(text.replace("vsphere_ops.client_plugin.", "community.vmware."), encoding="utf-8")
    return play


def absent(work: Measurement, folder: Path) -> list[str]:
    """Return the command that removes all records before a registration; it is not measured."""
    command = Tool("", {}, play="fleet").command(work, folder)
    index = command.index("-e") + 1
    command[index] = json.dumps({**json.loads(command[index]), "state": "absent"})
    return command


def _govc(work: Measurement, folder: Path, *, reads: bool) -> list[str]:
    """Return the command of govc: ``xargs`` starts a shell with one or two processes, each with its own login."""
    read = "govc extension.info -json $1 > /dev/null"
    write = f"govc extension.register {'-update' if work.operation == 'update' else ''} < {folder}/{work.label}/$1.json"
    steps = {"no change": [read]}.get(work.operation, [read, write] if reads else [write])
    # govc fails for a record that does not exist, which is normal before a registration.
    script = "; ".join(steps) if work.operation == "register" else " && ".join(steps)
    settings = f"GOVC_URL=https://user:pass@$0:{work.port} GOVC_INSECURE=1 GOVC_PERSIST_SESSION=false"
    each = f"export {settings}; {script}"
    return ["xargs", "-P", "16", "-n", "2", "-a", str(folder / f"list-{work.count}.txt"), "sh", "-c", each]


def loopback(count: int) -> list[str]:
    """Return loopback addresses, which need no configuration on Linux."""
    return [f"127.1.{number // ADDRESSES}.{number % ADDRESSES + 1}" for number in range(count)]


def write_inputs(folder: Path, counts: Sequence[int], labels: Sequence[str], vcenters: Sequence[str]) -> None:
    """Write inventories, lists and records, with one address and one key for each vCenter."""
    addresses = [(host, f"com.example.benchmark{number:04d}") for number, host in enumerate(vcenters)]
    for count in counts:
        chosen = addresses[:count]
        hosts = {f"vcenter{number:04d}": {"address": host, "key": name} for number, (host, name) in enumerate(chosen)}
        python = {"ansible_connection": "local", "ansible_python_interpreter": "{{ ansible_playbook_python }}"}
        (folder / f"inventory-{count}.json").write_text(json.dumps({"all": {"vars": python, "hosts": hosts}}))
        fleet = [{"name": host, "extension": {"key": name}} for host, name in chosen]
        (folder / f"fleet-{count}.json").write_text(json.dumps(fleet))
        (folder / f"list-{count}.txt").write_text("".join(f"{host} {name}\n" for host, name in chosen))
    for label in labels:
        (folder / label).mkdir(exist_ok=True)
        for _host, name in addresses:
            (folder / label / f"{name}.json").write_text(json.dumps(_record(name, label)))


def _record(name: str, label: str) -> dict[str, object]:
    """Return a record without client and server, which this version of govc cannot read from its input."""
    return {
        "key": name,
        "version": "1.0.0",
        "company": "Example",
        "description": {"label": label, "summary": ""},
        "lastHeartbeatTime": "2030-01-01T00:00:00Z",
    }


def list_tools() -> list[Tool]:
    """Return all tools, with the measurements that fit into twenty minutes."""
    all_of_it, reading = OPERATIONS, ("no change",)
    small = {1: reading, 10: reading}
    return [
        Tool("fleet task", {0: {**small, 100: all_of_it, 1000: all_of_it}}, play="fleet"),
        Tool("fleet task, concurrency 64", {50: {1000: reading}}, play="fleet", concurrency=64),
        Tool(
            "role, entry point batch",
            {0: {**small, 100: ("register", "no change"), 1000: reading}, 50: {100: reading}},
            play="role_batch",
        ),
        Tool("role", {0: {100: reading}}, play="role"),
        Tool("module vcenter_extension, 20 forks", {0: small}, play="module"),
        Tool("community.vmware, 20 forks", {0: {**small, 100: reading}}, play="community"),
        Tool("community.vmware, 5 forks", {0: small}, play="community", forks=5),
        Tool("xargs -P16 govc, write only", {0: {100: ("register", "update")}}),
        Tool(
            "xargs -P16 govc, read and write",
            {0: {**small, 100: all_of_it, 1000: ("no change", "update")}, 50: {1000: reading}},
            reads=True,
        ),
    ]
