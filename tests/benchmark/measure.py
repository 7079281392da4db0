# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Measure the time and the resource usage of commands, and repeat rounds of them."""

from __future__ import annotations

import os
import re
import signal
import statistics
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

# A command that takes longer hangs.
LIMIT = 600
RECAP = re.compile(r"^\S+\s+: ok=\d+\s+changed=(\d+)", re.MULTILINE)
TASK = re.compile(r"^(?:TASK|RUNNING HANDLER) \[", re.MULTILINE)


class BenchmarkError(Exception):
    """A command failed or did something else than expected."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What one command took.

    ``wall`` is in seconds; ``cpu`` are the CPU seconds of the process and of all descendants that ended with it,
    ``simulator`` those of the simulated vCenters in the same time; ``memory`` is the size of the largest process in
    MiB. ``tasks`` and ``changed`` are what the output of ``ansible-playbook`` contains.
    """

    wall: float
    cpu: float
    memory: float
    simulator: float = 0.0
    tasks: int = 0
    changed: int = 0


@dataclass(frozen=True, slots=True)
class Run:
    """One measured command of a round."""

    contender: str
    operation: str
    cost: Cost


@dataclass(frozen=True, slots=True)
class Limits:
    """How often a round is repeated: at most ``most`` times, and after ``least`` times only within ``seconds``.

    The round that warms up counts for the seconds only.
    """

    most: int
    least: int
    seconds: float

    def allow(self, counted: int, elapsed: float, longest: float) -> bool:
        """Return whether another round is started, after ``counted`` rounds of at most ``longest`` seconds."""
        if counted < min(self.least, self.most):
            return True
        return counted < self.most and elapsed + longest <= self.seconds


@dataclass(frozen=True, slots=True)
class Summary:
    """Median, minimum and maximum of one figure over the rounds."""

    median: float
    minimum: float
    maximum: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Summary:
        """Return the summary of at least one value."""
        return cls(statistics.median(values), min(values), max(values))


def run(command: Sequence[str], *, cwd: Path, env: Mapping[str, str], log: Path, simulator: int | None = None) -> Cost:
    """Run a command with its output in a file.

    ``simulator`` is the process of the simulated vCenters. Raise :class:`BenchmarkError` if the command fails.
    """
    with log.open("wb") as output:
        before = processor_seconds(simulator)
        started = time.perf_counter()
        process = subprocess.Popen(
            command, cwd=cwd, env=env, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True
        )
        timer = threading.Timer(LIMIT, os.killpg, (process.pid, signal.SIGKILL))
        timer.daemon = True
        timer.start()
        _pid, status, used = os.wait4(process.pid, 0)
        wall = time.perf_counter() - started
        timer.cancel()
        simulated = processor_seconds(simulator) - before
    process.returncode = os.waitstatus_to_exitcode(status)
    text = log.read_text(errors="replace")
    if process.returncode:
        raise BenchmarkError(f"{' '.join(command[:4])} ended with status {process.returncode}:\n{text[-3000:]}")
    changed = sum(int(match[1]) for match in RECAP.finditer(text))
    cpu, memory = used.ru_utime + used.ru_stime, used.ru_maxrss / 1024
    return Cost(wall, cpu, memory, simulated, len(TASK.findall(text)), changed)


def processor_seconds(process: int | None) -> float:
    """Return the CPU seconds that a running process has used, 0 for None."""
    if process is None:
        return 0.0
    # The second field, the name in parentheses, may contain blanks.
    fields = Path(f"/proc/{process}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def repeat(
    do_round: Callable[[], list[Run]], limits: Limits, clock: Callable[[], float] = time.monotonic
) -> list[list[Run]]:
    """Return the runs of each counted round. The first round warms up and is not counted."""
    rounds: list[list[Run]] = []
    started = clock()
    do_round()
    longest = clock() - started
    while limits.allow(len(rounds), clock() - started, longest):
        began = clock()
        rounds.append(do_round())
        longest = max(longest, clock() - began)
    return rounds
