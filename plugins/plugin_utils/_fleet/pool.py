# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""The only file that knows threads: many jobs at once, each with its own result."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from itertools import islice
from queue import SimpleQueue
from threading import Condition, Lock, Semaphore
from typing import Generic, ParamSpec, TypeVar

Result = TypeVar("Result")
Parameters = ParamSpec("Parameters")


def run(
    jobs: Sequence[Callable[[], Result]],
    *,
    concurrency: int,
    report: Callable[[int, Result | BaseException], None],
    enough: Callable[[Result | BaseException], bool],
) -> list[Result | BaseException | None]:
    """Run ``jobs``, at most ``concurrency`` at a time, and return their results in the order of the jobs.

    A job that raises has its exception as its result: one job never hides another. ``report`` is called in this thread
    with the index and the result of each job as it ends. Once ``enough`` says so for a result, no further job is
    started; those that were not started have ``None``.
    """
    results: list[Result | BaseException | None] = [None] * len(jobs)
    ended: SimpleQueue[Future[Result]] = SimpleQueue()
    running: dict[Future[Result], int] = {}
    waiting = iter(enumerate(jobs))
    limit = max(1, min(concurrency, len(jobs)))
    with ThreadPoolExecutor(max_workers=limit, thread_name_prefix="vcenter") as pool:

        def start(number: int) -> None:
            # One by one and not all at once: what has been started cannot be called back.
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
            stopped = enough(result) or stopped
            if not stopped:
                start(1)
            report(index, result)
    return results


class Once(Generic[Parameters, Result]):
    """Calls a function once for each set of arguments, whoever asks first; the others wait for that answer, or error.

    Arguments must be hashable and positional.
    """

    def __init__(self, function: Callable[Parameters, Result]) -> None:
        self._function = function
        self._lock = Lock()
        self._answers: dict[Hashable, Future[Result]] = {}

    def __call__(self, *args: Parameters.args, **kwargs: Parameters.kwargs) -> Result:
        with self._lock:
            mine = args not in self._answers
            answer: Future[Result] = self._answers.setdefault(args, Future())
        if mine:
            try:
                answer.set_result(self._function(*args, **kwargs))
            except Exception as error:  # noqa: BLE001  whatever it is, it is the answer to everybody who waits
                answer.set_exception(error)
        return answer.result()


class Gate:
    """Holds each of a number of jobs until all of them have come to it or ended; then lets all through, or none.

    At most ``concurrency`` jobs work at the same time; one that waits does not work. ``decide`` is asked once, by the
    last to come, whether they may go through. All jobs must be running, so ``run`` needs a thread for each.
    """

    def __init__(self, jobs: int, *, concurrency: int, decide: Callable[[], bool]) -> None:
        self._missing = jobs
        self._work = Semaphore(max(1, concurrency))
        self._decide = decide
        self._changed = Condition()
        self._open: bool | None = None

    @contextmanager
    def job(self) -> Iterator[Callable[[], bool]]:
        """Around the work of one job; the function waits, each time, and says whether the job may go on."""
        came = False

        def come() -> None:
            nonlocal came
            if not came:
                came = True
                self._count()

        def wait() -> bool:
            self._work.release()
            try:
                come()
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
            come()

    def _count(self) -> None:
        with self._changed:
            self._missing -= 1
            if self._missing == 0:
                self._open = self._decide()
                self._changed.notify_all()
