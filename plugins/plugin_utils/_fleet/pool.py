# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Run jobs in threads. All threads and locks of the collection are in this file."""

from __future__ import annotations

import sys
from collections.abc import Callable, Hashable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from itertools import islice
from queue import SimpleQueue
from threading import Condition, Lock, Semaphore
from typing import Generic, ParamSpec, TypeVar

# Seconds that a thread may keep the interpreter while others wait. With the 5 ms of Python, dozens of threads that
# parse XML spend a third of their CPU time on taking it from each other.
_SWITCH_INTERVAL = 0.05

Result = TypeVar("Result")
Parameters = ParamSpec("Parameters")


def run_jobs(
    jobs: Sequence[Callable[[], Result]],
    *,
    concurrency: int,
    report: Callable[[int, Result | BaseException], None],
    stop_after: Callable[[Result | BaseException], bool],
) -> list[Result | BaseException | None]:
    """Run ``jobs``, at most ``concurrency`` at a time, and return their results in the order of the jobs.

    The result of a job that raises is its exception; the other jobs continue. ``report`` is called in this thread with
    the index and the result of each job as it ends. Once ``stop_after`` returns True for a result, no further job is
    started; the result of a job that was not started is None.
    """
    results: list[Result | BaseException | None] = [None] * len(jobs)
    ended: SimpleQueue[Future[Result]] = SimpleQueue()
    running: dict[Future[Result], int] = {}
    waiting = iter(enumerate(jobs))
    limit = max(1, min(concurrency, len(jobs)))
    with _switch_interval(_SWITCH_INTERVAL), ThreadPoolExecutor(limit, thread_name_prefix="vcenter") as pool:

        def start(number: int) -> None:
            # One by one and not all at once: a submitted job cannot be withdrawn.
            for index, job in islice(waiting, number):
                future = pool.submit(job)
                running[future] = index
                future.add_done_callback(ended.put)

        start(limit)
        stopped = False
        while running:
            future = ended.get()
            index = running.pop(future)
            result = future.exception() or future.result()
            results[index] = result
            stopped = stop_after(result) or stopped
            if not stopped:
                start(1)
            report(index, result)
    return results


@contextmanager
def _switch_interval(seconds: float) -> Iterator[None]:
    """Set the switch interval of the interpreter for the time of the block."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(seconds)
    try:
        yield
    finally:
        sys.setswitchinterval(before)


class SingleFlight(Generic[Parameters, Result]):
    """Calls a function once for each set of arguments; other callers wait for that result, or error.

    Arguments must be hashable and positional.
    """

    def __init__(self, function: Callable[Parameters, Result]) -> None:
        """Wrap ``function``."""
        self._function = function
        self._lock = Lock()
        self._answers: dict[Hashable, Future[Result]] = {}

    def __call__(self, *args: Parameters.args, **kwargs: Parameters.kwargs) -> Result:
        """Return the result of the only call with these arguments."""
        with self._lock:
            is_first = args not in self._answers
            answer: Future[Result] = self._answers.setdefault(args, Future())
        if is_first:
            try:
                answer.set_result(self._function(*args, **kwargs))
            except Exception as error:  # noqa: BLE001  raised again below, and in every waiting thread
                answer.set_exception(error)
        return answer.result()


class WriteBarrier:
    """Holds each of a number of jobs until all of them have arrived or ended; then lets all pass, or none.

    At most ``concurrency`` jobs work at the same time; a job that waits does not work. ``decide`` is called once, by
    the last job to arrive, and returns whether the jobs may pass. All jobs must be running, so each needs a thread.
    """

    def __init__(self, jobs: int, *, concurrency: int, decide: Callable[[], bool]) -> None:
        """Make a barrier for exactly ``jobs`` jobs."""
        self._missing = jobs
        self._work = Semaphore(max(1, concurrency))
        self._decide = decide
        self._changed = Condition()
        self._open: bool | None = None

    @contextmanager
    def job(self) -> Iterator[Callable[[], bool]]:
        """Surround the work of one job; the function that it gets waits, and returns whether the job may pass."""
        arrived = False

        def arrive() -> None:
            nonlocal arrived
            if not arrived:
                arrived = True
                self._count()

        def wait() -> bool:
            self._work.release()
            try:
                arrive()
                with self._changed:
                    self._changed.wait_for(lambda: self._open is not None)
            finally:
                self._work.acquire()
            return bool(self._open)

        self._work.acquire()
        try:
            yield wait
        finally:
            self._work.release()
            arrive()

    def _count(self) -> None:
        with self._changed:
            self._missing -= 1
            if self._missing == 0:
                self._open = self._decide()
                self._changed.notify_all()
