# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""The only file that knows threads: many jobs at once, each with its own result."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import TypeVar

Result = TypeVar("Result")


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
    with ThreadPoolExecutor(max_workers=max(1, min(concurrency, len(jobs))), thread_name_prefix="vcenter") as pool:
        indexes = {pool.submit(job): index for index, job in enumerate(jobs)}
        for future in as_completed(indexes):
            if future.cancelled():
                continue
            result = future.exception() or future.result()
            results[indexes[future]] = result
            report(indexes[future], result)
            if enough(result):
                for other in indexes:
                    other.cancel()
    return results
