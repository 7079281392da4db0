# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Write the report of the benchmark as Markdown.

Usage: python tests/benchmark/report.py RESULTS.json FOLDER
"""

from __future__ import annotations

import json
import re
import sys
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from contenders import (
    BATCH,
    COMMUNITY,
    EMPTY,
    FLEET,
    FLEET_100,
    FLEET_1000,
    GOVC,
    MODULE,
    NO_CHANGE,
    ONE,
    PLAYBOOKS,
    REGISTER,
    ROLE,
    ROLE_100,
    START,
    TEN,
    UPDATE,
    Contender,
)
from measure import Cost, Run, Summary

# The role has to be this many times faster, which is written as a part of the time like the other targets.
ROLE_FACTOR = 9


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two contenders of a situation; ``target`` is the largest accepted part of the peer's time, None without one.

    ``less_start_up``: the time of an empty play is subtracted from the own time.
    """

    situation: str
    own: Contender
    peer: Contender
    operations: Sequence[str] = (NO_CHANGE, UPDATE)
    target: float | None = None
    less_start_up: bool = False


COMPARISONS = (
    Comparison(ONE, MODULE, COMMUNITY, target=0.75),
    Comparison(TEN, MODULE, COMMUNITY, target=0.5),
    Comparison(FLEET_100, FLEET, GOVC, less_start_up=True),
    Comparison(FLEET_1000, FLEET, GOVC, target=1.0, less_start_up=True),
    Comparison(ROLE_100, BATCH, COMMUNITY, (NO_CHANGE,), 1 / ROLE_FACTOR),
    Comparison(ROLE_100, ROLE, COMMUNITY, (NO_CHANGE,)),
)


@dataclass(frozen=True, slots=True)
class Measured:
    """The counted rounds of one situation."""

    name: str
    title: str
    count: int
    rounds: Sequence[Sequence[Run]]

    @classmethod
    def read(cls, given: Mapping[str, Any]) -> Measured:
        """Return one situation of results.json."""
        rounds = [
            [Run(one["contender"], one["operation"], Cost(**one["cost"])) for one in turn] for turn in given["rounds"]
        ]
        return cls(given["name"], given["title"], given["count"], rounds)

    def costs(self, contender: str, operation: str) -> list[Cost]:
        """Return the costs of all rounds, in their order."""
        found = [
            one for turn in self.rounds for one in turn if (one.contender, one.operation) == (contender, operation)
        ]
        return [one.cost for one in found]

    def measured(self) -> list[tuple[str, str]]:
        """Return contenders and operations in the order of the rounds."""
        return list(dict.fromkeys((one.contender, one.operation) for turn in self.rounds for one in turn))


@dataclass(frozen=True, slots=True)
class Ratio:
    """The result of one comparison: seconds of both, the own part of the peer's time, and its range over the rounds.

    ``value`` divides the medians. ``rounds`` divides the times of each round, which were measured one after the other.
    """

    measured: Measured
    comparison: Comparison
    operation: str
    own: float
    peer: float
    rounds: Summary

    @property
    def value(self) -> float:
        """Return the part of the peer's time."""
        return self.own / self.peer

    @property
    def reached(self) -> bool | None:
        """Return whether the target is reached, None without a target."""
        target = self.comparison.target
        return None if target is None else self.value <= target


def compare(measured: Measured, comparison: Comparison, operation: str) -> Ratio | None:
    """Return the ratio of one operation, None if it was not measured."""
    own = [cost.wall for cost in measured.costs(comparison.own.name, operation)]
    peer = [cost.wall for cost in measured.costs(comparison.peer.name, operation)]
    start = [0.0] * len(own)
    if comparison.less_start_up:
        start = [cost.wall for cost in measured.costs(EMPTY.name, START)]
    if not own or not peer or not start:
        return None
    less = Summary.of(own).median - Summary.of(start).median
    each = Summary.of([(one - begin) / other for one, begin, other in zip(own, start, peer, strict=True)])
    return Ratio(measured, comparison, operation, less, Summary.of(peer).median, each)


def list_ratios(situations: Sequence[Measured]) -> list[Ratio]:
    """Return all ratios that were measured."""
    found = [
        compare(measured, comparison, operation)
        for comparison in COMPARISONS
        for measured in situations
        if measured.name == comparison.situation
        for operation in comparison.operations
    ]
    return [ratio for ratio in found if ratio]


def main() -> None:
    """Read the results and write the report."""
    found, folder = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")), Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "benchmark.md").write_text("\n".join(report_lines(found)) + "\n", encoding="utf-8")
    print(f"written: {folder / 'benchmark.md'}")


def report_lines(found: Mapping[str, Any]) -> Iterator[str]:
    """Return the lines of the report."""
    situations = [Measured.read(given) for given in found["situations"]]
    ratios = list_ratios(situations)
    yield from ("# Benchmark", "", "<!-- Written by `make bench`; change tests/benchmark instead. -->", "")
    yield from (*wrapped(conclusion(ratios)), "", *wrapped(machine_text(found)), "")
    yield from ("## Ratios", "")
    yield from ratio_lines(ratios)
    yield from ("", "## Method", "")
    for item in METHOD:
        yield from wrapped(f"- {item}", subsequent_indent="  ")
    for measured in situations:
        yield from ("", f"## {measured.title}", "")
        yield from playbook_lines(measured) if measured.name == PLAYBOOKS else time_lines(measured)
    yield from ("", "## API calls for one vCenter", "")
    yield from call_lines(found["calls"])


METHOD = (
    """The contenders take turns, round by round, in the same run. A first round, which registers the records, warms up
    and is not counted. Tables show the median of the rounds, and minimum to maximum. A ratio divides the medians; its
    range is that of the rounds. Slow peers have fewer rounds, so that everything fits into twenty minutes.""",
    """Whole commands are measured: seconds from start to end, and the CPU seconds of all their processes. The simulated
    vCenters use the same cores; their CPU seconds are measured separately. Everything listens on 127.0.0.1 only.""",
    """All vCenters are one `vcsim`. Each vCenter and each contender has its own extension key there. The playbooks run
    against the simulator of this collection, which has a port for each vCenter.""",
    """Less start-up: the time of `ansible-playbook` with an empty play, measured in the same rounds, is subtracted from
    the time of this collection. Nothing is subtracted from the time of `govc`.""",
    """An update sets another version. `community.vmware.vcenter_extension` does not update a record that exists: it
    only finds the record, and its time is that of this task.""",
    """`xargs -P16 govc` runs `govc extension.info` for each vCenter, and for an update also
    `govc extension.register -update` with the record as JSON on standard input. This record is smaller: no release of
    `govc` registers a client or a server, so none can register a plug-in that the vSphere Client shows.""",
)


def wrapped(text: str, subsequent_indent: str = "") -> list[str]:
    """Return a paragraph in lines of at most 120 characters."""
    # No line ends inside of code.
    joined = re.sub(r"`[^`]*`", lambda code: code[0].replace(" ", "\0"), " ".join(text.split()))
    lines = textwrap.wrap(
        joined, 120, subsequent_indent=subsequent_indent, break_long_words=False, break_on_hyphens=False
    )
    return [line.replace("\0", " ") for line in lines]


def conclusion(ratios: Sequence[Ratio]) -> str:
    """Return what was found, in two or three sentences."""
    by_key = {(ratio.comparison.situation, ratio.comparison.own.name, ratio.operation): ratio for ratio in ratios}
    sentences = []
    one, ten = by_key.get((ONE, MODULE.name, NO_CHANGE)), by_key.get((TEN, MODULE.name, NO_CHANGE))
    if one and ten:
        sentences.append(
            f"With a local connection, `vcenter_extension` takes {percent(one.value)} of the time of `community.vmware`"
            f" for one host and {percent(ten.value)} for {ten.measured.count} hosts if nothing has to change."
        )
    read, write = by_key.get((FLEET_1000, FLEET.name, NO_CHANGE)), by_key.get((FLEET_1000, FLEET.name, UPDATE))
    role = by_key.get((ROLE_100, BATCH.name, NO_CHANGE))
    parts = []
    if read and write:
        parts.append(
            f"For {read.measured.count} vCenters the fleet task takes, less the start-up of Ansible, "
            f"{percent(read.value)} of the time of `xargs -P16 govc` if nothing has to change and "
            f"{percent(write.value)} for an update"
        )
    if role:
        parts.append(
            f"{'the' if parts else 'The'} role (`tasks_from: batch`) is {faster(role.value)} than `community.vmware` "
            f"with {role.measured.count} hosts"
        )
    if parts:
        sentences.append("; ".join(parts) + ".")
    with_target = [ratio for ratio in ratios if ratio.reached is not None]
    reached = sum(1 for ratio in with_target if ratio.reached)
    if with_target:
        sentences.append(f"{reached} of {len(with_target)} targets are reached.")
    return " ".join(sentences)


def machine_text(found: Mapping[str, Any]) -> str:
    """Return the machine and the versions."""
    machine = found["machine"]
    versions = ", ".join(f"{name} {version}" for name, version in machine["versions"].items() if version)
    return (
        f"Machine: {machine['cores']} cores, {machine['processor']}, {machine['kernel']}; load before the start "
        f"{machine['load']:.2f}. Versions: {versions}. The whole run took {found['minutes']:.0f} minutes."
    )


def ratio_lines(ratios: Sequence[Ratio]) -> Iterator[str]:
    """Return the table of all ratios."""
    yield "| | operation | this collection | peer | part of the peer's time | | target | |"
    yield "|---|---|---|---|---:|---|---|---|"
    for ratio in ratios:
        own = f"{ratio.own:.2f} s, `{ratio.comparison.own.name}`"
        if ratio.comparison.less_start_up:
            own += ", less start-up"
        peer = f"{ratio.peer:.2f} s, `{ratio.comparison.peer.name}`"
        if ratio.operation == UPDATE and ratio.comparison.peer.changes == "nothing":
            peer += ", which only finds the record"
        part = f"**{ratio.value:.2f}** ({ratio.rounds.minimum:.2f} to {ratio.rounds.maximum:.2f})"
        target = target_text(ratio.comparison)
        verdict = {True: "reached", False: "**not reached**", None: ""}[ratio.reached]
        cells = (ratio.measured.title, ratio.operation, own, peer, part, faster(ratio.value), target, verdict)
        yield f"| {' | '.join(cells)} |"


def target_text(comparison: Comparison) -> str:
    """Return the target in words, nothing without one."""
    if comparison.target is None:
        return ""
    if comparison.situation == ROLE_100:
        return f"at least {ROLE_FACTOR} times faster"
    return f"at most {comparison.target:.2f}"


def faster(value: float) -> str:
    """Return a part of the peer's time as a factor, such as "2.0 times faster"."""
    if value <= 0:
        return "not measurable"
    return f"{1 / value:.1f} times faster" if value <= 1 else f"{value:.1f} times slower"


def percent(value: float) -> str:
    """Return a part in percent."""
    return f"{100 * value:.0f} %"


def spread(values: Sequence[float]) -> str:
    """Return the median, and minimum to maximum in parentheses."""
    summary = Summary.of(values)
    return f"{summary.median:.2f} ({summary.minimum:.2f} to {summary.maximum:.2f})"


def time_lines(measured: Measured) -> Iterator[str]:
    """Return the table of one situation."""
    yield "| | operation | rounds | seconds | CPU seconds | CPU seconds of vcsim | largest process |"
    yield "|---|---|---:|---:|---:|---:|---:|"
    for contender, operation in sorted(measured.measured(), key=lambda pair: ORDER.index(pair[1])):
        costs = measured.costs(contender, operation)
        spent = [spread([cost.wall for cost in costs]), spread([cost.cpu for cost in costs])]
        simulated = Summary.of([cost.simulator for cost in costs]).median
        memory = max(cost.memory for cost in costs)
        rest = f"{len(costs)} | {' | '.join(spent)} | {simulated:.2f} | {memory:.0f} MiB"
        yield f"| `{contender}` | {operation} | {rest} |"


ORDER = (START, REGISTER, NO_CHANGE, UPDATE)


def playbook_lines(measured: Measured) -> Iterator[str]:
    """Return the table of the playbooks."""
    yield from wrapped(
        """The engine is `embedded`. The web server that the first run starts is not part of the times. Nothing to do:
        the same playbook again, `rotate_certificate` with a certificate that is not due for renewal."""
    )
    yield ""
    yield "| playbook | | rounds | tasks | CPU seconds | seconds | CPU seconds of the simulator |"
    yield "|---|---|---:|---:|---:|---:|---:|"
    for contender, operation in measured.measured():
        costs = measured.costs(contender, operation)
        tasks = Summary.of([cost.tasks for cost in costs]).median
        spent = f"{spread([cost.cpu for cost in costs])} | {spread([cost.wall for cost in costs])}"
        simulated = Summary.of([cost.simulator for cost in costs]).median
        yield f"| `{contender}` | {operation} | {len(costs)} | {tasks:.0f} | {spent} | {simulated:.2f} |"


def call_lines(calls: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Return the table of the calls, with the number of TLS connections that they need."""
    operations = (REGISTER, NO_CHANGE, UPDATE)
    counted = {(one["contender"], one["operation"]): f"{one['calls']} on {one['connections']}" for one in calls}
    yield "| calls on TLS connections | " + " | ".join(operations) + " |"
    yield "|---|---|---|---|"
    for contender in dict.fromkeys(one["contender"] for one in calls):
        cells = " | ".join(counted.get((contender, operation), "not counted") for operation in operations)
        yield f"| `{contender}` | {cells} |"


if __name__ == "__main__":
    main()
