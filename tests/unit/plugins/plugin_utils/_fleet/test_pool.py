# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Threads: order, errors as values, the stop rule, and questions that are asked once."""

from __future__ import annotations

import sys
import threading
from functools import partial
from typing import Any

import pytest
from ansible_collections.vsphere_ops.client_plugin.plugins.plugin_utils._fleet.pool import (
    SingleFlight,
    WriteBarrier,
    run_jobs,
)


def test_results_are_in_the_order_of_the_jobs_whoever_is_first() -> None:
    second_is_done = threading.Event()

    def first() -> str:
        assert second_is_done.wait(10)
        return "first"

    def second() -> str:
        second_is_done.set()
        return "second"

    reported: list[tuple[int, Any]] = []
    results = run_jobs(
        [first, second],
        concurrency=2,
        report=lambda index, result: reported.append((index, result)),
        stop_after=lambda _result: False,
    )
    assert results == ["first", "second"]
    assert sorted(reported) == [(0, "first"), (1, "second")]


def test_the_switch_interval_is_longer_for_the_jobs_only() -> None:
    before = sys.getswitchinterval()

    def broken(_index: int, _result: Any) -> None:
        raise KeyError("no")

    options: dict[str, Any] = {"concurrency": 2, "stop_after": lambda _result: False}
    (during,) = run_jobs([sys.getswitchinterval], report=lambda _index, _result: None, **options)
    assert isinstance(during, float)
    assert during > before
    assert sys.getswitchinterval() == before
    with pytest.raises(KeyError):
        run_jobs([sys.getswitchinterval], report=broken, **options)
    assert sys.getswitchinterval() == before


def test_reports_come_in_the_thread_that_asked() -> None:
    threads: list[threading.Thread] = []
    run_jobs(
        [lambda: None] * 5,
        concurrency=3,
        report=lambda _index, _result: threads.append(threading.current_thread()),
        stop_after=lambda _result: False,
    )
    assert threads == [threading.current_thread()] * 5


def test_a_job_that_raises_hides_no_other() -> None:
    def broken() -> str:
        raise KeyError("no")

    results = run_jobs(
        [broken, lambda: "fine"], concurrency=1, report=lambda _index, _result: None, stop_after=lambda _result: False
    )
    assert isinstance(results[0], KeyError)
    assert results[1] == "fine"


def test_after_enough_nothing_is_started() -> None:
    started: list[int] = []

    def job(number: int) -> Any:
        def work() -> int:
            started.append(number)
            return number

        return work

    results = run_jobs(
        [job(number) for number in range(20)],
        concurrency=1,
        report=lambda _index, _result: None,
        stop_after=lambda result: result == 3,
    )
    assert results == [0, 1, 2, 3, *[None] * 16]
    assert started == [0, 1, 2, 3]


class Workers:
    """Counts jobs that work at the same time; the first ``concurrency`` wait for each other, then for one too many."""

    def __init__(self, concurrency: int) -> None:
        self.most = 0
        self._concurrency = concurrency
        self._lock = threading.Lock()
        self._now = self._begun = 0
        self._full = threading.Barrier(concurrency, timeout=10)
        self._exceeded = threading.Event()

    def work(self) -> None:
        with self._lock:
            self._begun += 1
            self._now += 1
            is_early = self._begun <= self._concurrency
            self.most = max(self.most, self._now)
            if self._now > self._concurrency:
                self._exceeded.set()
        if is_early:
            self._full.wait()
            # A job too many would begin while these work; without one, this is the whole duration of the test.
            self._exceeded.wait(0.1)
        with self._lock:
            self._now -= 1


@pytest.mark.parametrize("concurrency", [1, 4])
def test_as_many_at_once_as_allowed_and_no_more(concurrency: int) -> None:
    workers = Workers(concurrency)
    results = run_jobs(
        [workers.work] * 30,
        concurrency=concurrency,
        report=lambda _index, _result: None,
        stop_after=lambda _result: False,
    )
    assert results == [None] * 30
    assert workers.most == concurrency


def test_nothing_to_do() -> None:
    assert run_jobs([], concurrency=4, report=lambda _index, _result: None, stop_after=lambda _result: True) == []


def test_a_question_is_asked_once_for_everybody() -> None:
    asked: list[tuple[str, int]] = []

    def look(host: str, port: int) -> str:
        asked.append((host, port))
        return host.upper()

    once = SingleFlight(look)
    results = run_jobs(
        [lambda: once("a", 1), lambda: once("b", 2)] * 10,
        concurrency=8,
        report=lambda _index, _result: None,
        stop_after=lambda _result: False,
    )
    assert results == ["A", "B"] * 10
    assert sorted(asked) == [("a", 1), ("b", 2)]


def test_an_error_is_the_answer_to_everybody_who_asks() -> None:
    asked: list[int] = []

    def look(number: int) -> None:
        asked.append(number)
        raise OSError("down")

    once = SingleFlight(look)
    for _attempt in range(3):
        with pytest.raises(OSError, match="down"):
            once(1)
    assert asked == [1]


@pytest.mark.parametrize("concurrency", [1, 3, 12])
def test_a_barrier_opens_when_all_have_come_or_ended(concurrency: int) -> None:
    lock = threading.Lock()
    before = 0
    decided: list[int] = []

    def decide() -> bool:
        decided.append(before)
        return True

    barrier = WriteBarrier(12, concurrency=concurrency, decide=decide)
    workers, writers = Workers(concurrency), Workers(min(concurrency, 9))

    def job(number: int) -> str:
        nonlocal before
        with barrier.job() as wait:
            workers.work()
            if number % 4 == 0:
                return "ended"
            with lock:
                before += 1
            assert wait()
            assert before == 9
            writers.work()
            # A job that is tried again finds the barrier open.
            assert wait()
            return "through"

    results = run_jobs(
        [partial(job, number) for number in range(12)],
        concurrency=12,
        report=lambda _index, _result: None,
        stop_after=lambda _result: False,
    )
    assert results == [("ended" if number % 4 == 0 else "through") for number in range(12)]
    assert decided == [9]
    assert (workers.most, writers.most) == (concurrency, min(concurrency, 9))


def test_a_barrier_that_stays_closed_lets_no_job_pass() -> None:
    barrier = WriteBarrier(5, concurrency=2, decide=lambda: False)

    def job(number: int) -> bool:
        with barrier.job() as wait:
            if number == 3:
                raise KeyError("a bug")
            return wait()

    results = run_jobs(
        [partial(job, number) for number in range(5)],
        concurrency=5,
        report=lambda _index, _result: None,
        stop_after=lambda _result: False,
    )
    assert isinstance(results[3], KeyError)
    assert results[:3] + results[4:] == [False] * 4


def test_after_enough_the_end_of_another_job_starts_nothing() -> None:
    stopped = threading.Event()

    def second() -> int:
        assert stopped.wait(10)
        return 1

    def report(index: int, _result: Any) -> None:
        if index == 0:
            stopped.set()

    results = run_jobs(
        [lambda: 3, second, lambda: 2], concurrency=2, report=report, stop_after=lambda result: result == 3
    )
    assert results == [3, 1, None]
