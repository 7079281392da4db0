# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Commands are measured with their descendants, and rounds end in time."""

from __future__ import annotations

import itertools
import os
import sys

import pytest

SPIN = "import time\nwhile time.process_time() < 0.3: pass"


def test_summary(measure):
    assert measure.Summary.of([3.0, 1.0, 10.0]) == measure.Summary(3.0, 1.0, 10.0)
    assert measure.Summary.of([1.0, 2.0]).median == 1.5


@pytest.mark.parametrize(
    ("counted", "elapsed", "longest", "expected"),
    [
        (0, 1000, 500, True),  # fewer than the least number
        (2, 1000, 500, True),
        (3, 80, 10, True),
        (3, 80, 21, False),  # the next round would end too late
        (5, 0, 1, False),  # the largest number is reached
    ],
)
def test_limits(measure, counted, elapsed, longest, expected):
    assert measure.Limits(5, 3, 100).allow(counted, elapsed, longest) is expected


def test_most_comes_before_least(measure):
    assert not measure.Limits(1, 3, 100).allow(1, 0, 0)


def test_the_first_round_is_not_counted(measure):
    numbers = itertools.count()
    rounds = measure.repeat(lambda: [next(numbers)], measure.Limits(3, 1, 100), clock=lambda: 0.0)
    assert rounds == [[1], [2], [3]]


def test_rounds_end_when_the_seconds_are_used(measure):
    now = [0.0]

    def do_round():
        now[0] += 30
        return [now[0]]

    # 30 seconds to warm up, then three rounds; a fourth would end after 150.
    assert len(measure.repeat(do_round, measure.Limits(9, 1, 130), clock=lambda: now[0])) == 3


def measured(measure, tmp_path, text):
    return measure.run([sys.executable, "-c", text], cwd=tmp_path, env=os.environ, log=tmp_path / "log")


def test_cpu_of_descendants_is_counted(measure, tmp_path):
    child = f"import subprocess, sys\nsubprocess.run([sys.executable, '-c', {SPIN!r}], check=True)"
    cost = measured(measure, tmp_path, child)
    assert cost.cpu >= 0.3
    assert cost.wall >= 0.3
    assert cost.memory > 1


def test_tasks_and_changes_of_the_output(measure, tmp_path):
    output = """
TASK [one : Do it] ***
ok: [vcenter1]
RUNNING HANDLER [Reload] ***
PLAY RECAP ***
vcenter1    : ok=2    changed=1    unreachable=0    failed=0
vcenter2    : ok=2    changed=3    unreachable=0    failed=0
"""
    cost = measured(measure, tmp_path, f"print({output!r})")
    assert (cost.tasks, cost.changed) == (2, 4)


def test_a_failed_command_is_an_error_with_its_output(measure, tmp_path):
    with pytest.raises(measure.BenchmarkError, match="reason"):
        measured(measure, tmp_path, "print('reason'); raise SystemExit(3)")


@pytest.mark.skipif(not os.path.exists("/proc/self/stat"), reason="there is no /proc")
def test_processor_seconds(measure):
    before = measure.processor_seconds(os.getpid())
    sum(number * number for number in range(3_000_000))
    assert measure.processor_seconds(os.getpid()) > before
    assert measure.processor_seconds(None) == 0
