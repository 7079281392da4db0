# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Define the situations, the compared tools and their commands."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from measure import BenchmarkError, Cost, Limits

PLAYS = Path(__file__).parent / "plays"
ADDRESS = "127.0.0.1"
REGISTER, NO_CHANGE, UPDATE, START = "register", "no change", "update", "start-up"
VERSIONS = ("1.0.0", "1.0.1")


@dataclass(frozen=True, slots=True)
class Contender:
    """One tool. ``folder`` is the part of its extension keys and file names; ``play`` is empty for govc.

    ``forks`` is 0 where the default of Ansible is used. ``changes`` is what its recap counts as changed after an
    update: one for each "host", one for the "task", or "nothing".
    """

    name: str
    folder: str
    play: str = ""
    forks: int = 0
    operations: Sequence[str] = (NO_CHANGE, UPDATE)
    changes: str = "host"


@dataclass(frozen=True, slots=True)
class Situation:
    """Contenders that do the same ``operations`` in ``count`` vCenters, in alternation."""

    name: str
    title: str
    count: int
    contenders: Sequence[Contender]
    operations: Sequence[str]
    limits: Limits

    def round(self) -> list[tuple[Contender, str]]:
        """Return the order of one round: each operation by all contenders, one after the other."""
        return [
            (contender, operation)
            for operation in self.operations
            for contender in self.contenders
            if operation in contender.operations
        ]


@dataclass(frozen=True, slots=True)
class Target:
    """Where the contenders of a situation work: number of vCenters, their port, and the folder of the inputs."""

    count: int
    port: int
    folder: Path

    def command(self, contender: Contender, operation: str, version: str) -> list[str]:
        """Return the command that registers or updates to ``version``, or finds that it is registered."""
        if contender.play:
            return self._ansible(contender, version)
        return self._govc(contender, operation, version)

    def _ansible(self, contender: Contender, version: str) -> list[str]:
        files = self.folder / contender.folder
        variables = {"vcenter_port": self.port, "version": version, "fleet_file": str(files / "fleet.json")}
        on_hosts = contender.play not in ("fleet", "nothing")
        inventory = str(files / "inventory.json") if on_hosts else "localhost,"
        forks = ["-f", str(contender.forks)] if contender.forks else []
        play = str(files / "community.yml" if contender.play == "community" else PLAYS / f"{contender.play}.yml")
        return ["ansible-playbook", "-i", inventory, *forks, "-e", json.dumps(variables), play]

    def _govc(self, contender: Contender, operation: str, version: str) -> list[str]:
        """Return the command of govc: ``xargs`` starts a shell with one or two processes, each with its own login."""
        files = self.folder / contender.folder
        read = "govc extension.info -json $0 > /dev/null"
        write = f"govc extension.register {'-update' if operation == UPDATE else ''} < {files}/{version}/$0.json"
        script = {REGISTER: write, NO_CHANGE: read, UPDATE: f"{read} && {write}"}[operation]
        settings = f"GOVC_URL=https://user:pass@{ADDRESS}:{self.port} GOVC_INSECURE=1 GOVC_PERSIST_SESSION=false"
        each = f"export {settings}; {script}"
        return ["xargs", "-P", "16", "-n", "1", "-a", str(files / "keys.txt"), "sh", "-c", each]

    def write_inputs(self, contender: Contender) -> None:
        """Write inventory, list and records, with one key for each vCenter."""
        files = self.folder / contender.folder
        files.mkdir(parents=True, exist_ok=True)
        keys = [f"com.example.{contender.folder}.vcenter{number:04d}" for number in range(self.count)]
        hosts = {key.rpartition(".")[2]: {"key": key} for key in keys}
        local = {"ansible_connection": "local", "ansible_python_interpreter": "{{ ansible_playbook_python }}"}
        (files / "inventory.json").write_text(json.dumps({"all": {"vars": local, "hosts": hosts}}))
        fleet = [{"name": name, "hostname": ADDRESS, "extension": of_host} for name, of_host in hosts.items()]
        (files / "fleet.json").write_text(json.dumps(fleet))
        (files / "keys.txt").write_text("".join(f"{key}\n" for key in keys))
        if contender.play == "community":
            # Not a file of plays/, because its collection is not installed for linting.
            text = (PLAYS / "module.yml").read_text(encoding="utf-8")
            text = text.replace("vsphere_ops.client_plugin.", "community.vmware.")
            (files / "community.yml").write_text(text, encoding="utf-8")
        if not contender.play:
            for version in VERSIONS:
                (files / version).mkdir(exist_ok=True)
                for key in keys:
                    (files / version / f"{key}.json").write_text(json.dumps(_govc_record(key, version)))


def _govc_record(key: str, version: str) -> dict[str, object]:
    """Return a record without client and server, which no release of govc can read from its input."""
    description = {"label": "Example", "summary": ""}
    heartbeat = "2030-01-01T00:00:00Z"
    return {
        "key": key,
        "version": version,
        "company": "Example",
        "description": description,
        "lastHeartbeatTime": heartbeat,
    }


def check_changes(contender: Contender, operation: str, count: int, cost: Cost) -> None:
    """Raise :class:`BenchmarkError` if a play changed another number of hosts than expected."""
    if not contender.play or operation not in (NO_CHANGE, UPDATE):
        return
    expected = {"host": count, "task": 1, "nothing": 0}[contender.changes] if operation == UPDATE else 0
    if cost.changed != expected:
        raise BenchmarkError(f"{contender.name}, {operation}: {cost.changed} hosts changed, {expected} expected")


MODULE = Contender("vcenter_extension", "module", "module")
COMMUNITY = Contender("community.vmware.vcenter_extension", "community", "community", changes="nothing")
FLEET = Contender("vcenter_extension_fleet", "fleet", "fleet", changes="task")
GOVC = Contender("xargs -P16 govc", "govc")
EMPTY = Contender("ansible-playbook with an empty play", "nothing", "nothing", operations=(START,))
BATCH = Contender("role, tasks_from: batch", "batch", "role_batch", forks=20)
ROLE = Contender("role", "role", "role", forks=20)
COMMUNITY_20 = replace(COMMUNITY, forks=20)
COUNTED = (MODULE, FLEET, BATCH, COMMUNITY, GOVC)

ONE, TEN, FLEET_100, FLEET_1000, ROLE_100, PLAYBOOKS = "one", "ten", "fleet100", "fleet1000", "role100", "playbooks"


def list_situations() -> list[Situation]:
    """Return what is compared.

    With the playbooks, the API calls and the build of vcsim, everything fits into twenty minutes.
    """
    both, modules = (NO_CHANGE, UPDATE), (MODULE, COMMUNITY)
    fleet, less_start_up = (EMPTY, FLEET, GOVC), (START, NO_CHANGE, UPDATE)
    return [
        Situation(ONE, "One task with a local connection", 1, modules, both, Limits(7, 3, 80)),
        Situation(TEN, "Ten hosts with a local connection, five forks", 10, modules, both, Limits(5, 3, 120)),
        Situation(FLEET_100, "The fleet task, 100 vCenters", 100, fleet, less_start_up, Limits(5, 3, 50)),
        Situation(FLEET_1000, "The fleet task, 1000 vCenters", 1000, fleet, less_start_up, Limits(5, 3, 250)),
        Situation(
            ROLE_100,
            "The role, an outcome for each of 100 hosts, 20 forks",
            100,
            (BATCH, ROLE, COMMUNITY_20),
            (NO_CHANGE,),
            Limits(3, 3, 210),
        ),
    ]


PLAYBOOK_LIMITS = Limits(3, 2, 170)
