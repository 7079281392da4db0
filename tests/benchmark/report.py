# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Write the report of the benchmark as Markdown, with a plot.

Usage: python tests/benchmark/report.py RESULTS.json FOLDER
"""

from __future__ import annotations

import json
import os
import platform
import sys
from collections.abc import Iterator
from pathlib import Path

import matplotlib as mpl
from measure import Cost

mpl.use("svg")
from matplotlib import pyplot as plt

Results = dict[tuple[str, int, int, str], Cost]
Calls = dict[str, dict[str, str]]
COMMUNITY, GOVC = "community.vmware, 20 forks", "xargs -P16 govc, read and write"
BATCH, FLEET, WIDE = "role, entry point batch", "fleet task", "fleet task, concurrency 64"
CALLS = 4


def main() -> None:
    """Read the results and write both files."""
    found, docs = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")), Path(sys.argv[2])
    results: Results = {
        (one["name"], one["delay"], one["count"], one["operation"]): Cost(one["wall"], one["cpu"], one["memory"])
        for one in found["costs"]
    }
    calls: Calls = {}
    for one in found["calls"]:
        calls.setdefault(one["name"], {})[one["operation"]] = f"{one['calls']} on {one['connections']}"
    docs.mkdir(exist_ok=True)
    lines = _lines(results, calls, Cost(**found["nothing"]), found["runs"])
    (docs / "benchmark.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
    _plot(docs / "benchmark.svg", results)


def _lines(results: Results, calls: Calls, nothing: Cost, runs: int) -> Iterator[str]:
    yield "# Benchmark"
    yield ""
    yield "<!-- Written by `make bench`; change tests/benchmark instead. -->"
    yield ""
    yield f"Medians of {runs} runs on one machine ({os.cpu_count()} cores, Python {platform.python_version()}),"
    yield "all tools in the same run with the same `vcsim` on loopback, which uses CPU time of the same cores."
    yield "Each vCenter is a loopback address with its own extension key. Times are those of whole commands,"
    yield "including the start-up. `govc` registers a smaller record, because the version that can be installed by name"
    yield "cannot read clients and servers from its input."
    yield ""
    yield "| compared | | ratio |"
    yield "|---|---|---|"
    for title, ratio in _ratios(results, nothing):
        yield f"| {title} | {ratio} |"
    yield ""
    yield "![Seconds for the number of vCenters](benchmark.svg)"
    yield ""
    yield "| API calls on TLS connections, for one vCenter | register | no change | update |"
    yield "|---|---|---|---|"
    for name, counted in calls.items():
        cells = " | ".join(counted.get(operation, "not counted") for operation in ("register", "no change", "update"))
        yield f"| {name} | {cells} |"
    yield ""
    yield f"`ansible-playbook` with a play of no tasks takes {nothing.wall:.2f} s."
    yield ""
    yield "| | delay | vCenters | operation | seconds | CPU seconds | largest process |"
    yield "|---|---:|---:|---|---:|---:|---:|"
    for (name, delay, count, operation), cost in results.items():
        spent = f"{cost.wall:.2f} | {cost.cpu:.2f} | {cost.memory:.0f} MiB"
        yield f"| {name} | {delay} ms | {count} | {operation} | {spent} |"


def _ratios(results: Results, nothing: Cost) -> Iterator[tuple[str, str]]:
    def wall(name: str, count: int, operation: str, delay: int = 0) -> float | None:
        cost = results.get((name, delay, count, operation))
        return cost.wall if cost else None

    for operation in ("register", "no change"):
        peer, own = wall(COMMUNITY, 100, operation), wall(BATCH, 100, operation)
        if peer and own:
            title = f"100 vCenters, {operation}: role with an outcome for each host"
            yield f"{title} | {own:.1f} s against {peer:.1f} s of {COMMUNITY}", f"{peer / own:.1f} times faster"
    for operation in ("register", "no change", "update"):
        peer, own = wall(GOVC, 1000, operation), wall(FLEET, 1000, operation)
        if peer and own:
            own -= nothing.wall
            title = f"1000 vCenters, {operation}: fleet task, less start-up"
            yield f"{title} | {own:.1f} s against {peer:.1f} s of {GOVC}", f"{peer / own:.1f} times faster"
    slow = wall(WIDE, 1000, "no change", 50)
    if slow:
        slow, ideal = slow - nothing.wall, CALLS * 0.05 * 1000 / 64
        title = "1000 vCenters that take 50 ms for each call, no change, 64 at once, less start-up"
        yield f"{title} | {slow:.1f} s against {ideal:.1f} s of waiting", f"{slow / ideal:.2f}"
    few, many = wall(FLEET, 100, "no change"), wall(FLEET, 1000, "no change")
    if few and many:
        few, many = few - nothing.wall, many - nothing.wall
        title = "fleet task, no change: from 100 to 1000 vCenters, less start-up"
        yield f"{title} | {few:.2f} s to {many:.2f} s", f"{many / few:.1f}"


def _plot(path: Path, results: Results) -> None:
    # The same results give the same file: no date, no random names.
    mpl.rcParams.update({"svg.hashsalt": "benchmark", "font.size": 10})
    figure, axes = plt.subplots(figsize=(8, 5))
    names = dict.fromkeys(name for name, delay, _count, operation in results if not delay and operation == "no change")
    for name in names:
        points = sorted(
            (count, cost.wall)
            for (own, delay, count, operation), cost in results.items()
            if own == name and not delay and operation == "no change"
        )
        axes.plot(*zip(*points, strict=True), marker="o", label=name)
    axes.set(
        xscale="log", yscale="log", xlabel="vCenters", ylabel="seconds", title="Finding that nothing has to change"
    )
    axes.grid(visible=True, which="both", alpha=0.2)
    axes.legend(fontsize=8)
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None})


if __name__ == "__main__":
    main()
