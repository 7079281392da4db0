# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Run the work of a fleet action, and build one result for each vCenter at the end.

Everything here runs in the main thread; what other threads do for one vCenter is in ``worker.py``.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any, Generic, TypeVar

from ansible.module_utils.common.parameters import remove_values

from ...module_utils._errors import ClientPluginError, OptionNames, WriteBarredError
from ...module_utils._extension.reconcile import Outcome
from ...module_utils._foreign_text import one_line
from .pool import WriteBarrier, run_jobs
from .progress import Progress
from .vcenters import Connection, FleetMember
from .worker import Failure

Value = TypeVar("Value")
# Waits until all vCenters are ready to be written to, and raises WriteBarredError where none may be.
WaitForAll = Callable[[], None]


@dataclass(frozen=True, slots=True)
class RunLimits:
    """How many vCenters at once, after how many failures no other is started (None: never), and whether to print."""

    concurrency: int
    max_failures: int | None
    progress: bool

    @classmethod
    def from_options(cls, options: Mapping[str, Any]) -> RunLimits:
        """Read the options of a task."""
        return cls(options["concurrency"], options.get("max_failures"), options["progress"])


class FleetRunner(Generic[Value]):
    """Does the work for all vCenters at once and builds the result of a task.

    ``progress_text`` writes a value of the work in a few words, ``describe`` writes it as a result.
    """

    def __init__(
        self,
        members: Sequence[FleetMember],
        limits: RunLimits,
        *,
        progress_text: Callable[[Value], str],
        describe: Callable[[Value], dict[str, Any]],
    ) -> None:
        """Prepare a run; the results are in the order of ``members``."""
        self._members = members
        self._limits = limits
        self._progress_text = progress_text
        self._describe = describe
        self._progress = Progress([member.name for member in members], enabled=limits.progress)
        self._failures = 0

    def run(self, work: Callable[[int, Connection], Value | Failure]) -> list[Value | Failure]:
        """Do ``work`` for every member that has a connection; the values are in the order of the members."""

        def connected(index: int, connection: Connection | Failure) -> Value | Failure:
            return connection if isinstance(connection, Failure) else work(index, connection)

        return self._run(connected, self._limits.concurrency)

    def run_behind_barrier(
        self, work: Callable[[int, Connection, WaitForAll], Value | Failure]
    ) -> list[Value | Failure]:
        """Do ``work`` as :meth:`run`, but write nothing before every vCenter is ready or has failed.

        ``work`` receives a function to call before it writes: it waits for all other members, and raises
        :class:`WriteBarredError` if more of them have failed by then than the limits allow.
        """
        total, most = len(self._members), self._limits.max_failures
        failed: list[int] = []
        failed_before = 0

        def decide() -> bool:
            nonlocal failed_before
            failed_before = len(failed)
            return most is None or failed_before <= most

        barrier = WriteBarrier(total, concurrency=self._limits.concurrency, decide=decide)

        def behind_barrier(index: int, connection: Connection | Failure) -> Value | Failure:
            def wait_for_all() -> None:
                if not wait():
                    raise WriteBarredError(
                        f"was not changed, because {failed_before} of {total} vCenters failed before the first write "
                        f"and at most {most} may fail",
                        subject=self._members[index].name,
                    )

            with barrier.job() as wait:
                value: Value | Failure | None = None
                try:
                    value = connection if isinstance(connection, Failure) else work(index, connection, wait_for_all)
                finally:
                    # None: the work has raised.
                    if value is None or isinstance(value, Failure):
                        failed.append(index)
            return value

        return self._run(behind_barrier, total)

    def _run(
        self, work: Callable[[int, Connection | Failure], Value | Failure], concurrency: int
    ) -> list[Value | Failure]:
        results = run_jobs(
            [partial(_timed, partial(work, index, member.connection)) for index, member in enumerate(self._members)],
            concurrency=concurrency,
            report=self._report,
            stop_after=self._is_one_failure_too_many,
        )
        return [
            self._not_started(member) if result is None else _value_of(result)
            for member, result in zip(self._members, results, strict=True)
        ]

    def result(self, values: Sequence[Value | Failure], *, tolerate_failures: bool) -> dict[str, Any]:
        """Return the result of the task: one for each vCenter, free of its secret, and a summary."""
        results = [self._member_result(member, value) for member, value in zip(self._members, values, strict=True)]
        failures = [
            _without_secret(_failure_text(member, value), member)
            for member, value in zip(self._members, values, strict=True)
            if isinstance(value, Failure)
        ]
        changed = sum(bool(result["changed"]) for result in results)
        text = _summary_text(len(results), changed, failures)
        self._progress.print_line(text)
        return {
            "changed": changed > 0,
            "failed": bool(failures) and not tolerate_failures,
            "msg": text,
            "results": results,
            "summary": {
                "total": len(results),
                "changed": changed,
                "unchanged": len(results) - changed - len(failures),
                "failed": len(failures),
            },
        }

    def _member_result(self, member: FleetMember, value: Value | Failure) -> dict[str, Any]:
        if isinstance(value, Failure):
            error = {"kind": value.kind, "message": member.message(value)}
            result: dict[str, Any] = {"changed": False, "failed": True, "error": error}
        else:
            result = {"failed": False, **self._describe(value)}
        return {"name": member.name, **_without_secret(result, member)}

    def _not_started(self, member: FleetMember) -> Failure:
        reason = f"was not started, because more than {self._limits.max_failures} vCenters had failed before"
        return Failure.of(WriteBarredError(reason, subject=member.name))

    def _report(self, index: int, result: tuple[Value | Failure, float] | BaseException) -> None:
        member, value = self._members[index], _value_of(result)
        text = f"FAILED: {member.message(value)}" if isinstance(value, Failure) else self._progress_text(value)
        seconds = 0.0 if isinstance(result, BaseException) else result[1]
        self._progress.report(index, _without_secret(text, member), seconds)

    def _is_one_failure_too_many(self, result: tuple[Value | Failure, float] | BaseException) -> bool:
        self._failures += isinstance(_value_of(result), Failure)
        return self._limits.max_failures is not None and self._failures > self._limits.max_failures


def _timed(work: Callable[[], Value]) -> tuple[Value, float]:
    started = time.monotonic()
    return work(), time.monotonic() - started


def combined_result(outcomes: Sequence[Outcome], names: OptionNames, *, diff: bool) -> dict[str, Any]:
    """Return the result of one vCenter in which several records were planned; ``names`` are for the warnings."""
    written = [outcome.written_at for outcome in outcomes if outcome.written_at is not None]
    described: dict[str, Any] = {
        "changed": any(outcome.plan.changed for outcome in outcomes),
        "records": [
            {
                "key": outcome.plan.key,
                "registered": outcome.plan.after is not None,
                "action": outcome.plan.action,
                "changes": [asdict(change) for change in outcome.plan.changes],
            }
            for outcome in outcomes
        ],
        "warnings": list(dict.fromkeys(warning for outcome in outcomes for warning in outcome.warnings(names))),
        "vcenter": dict(outcomes[0].vcenter) if outcomes else {},
    }
    if written:
        described["written_at"] = min(written).isoformat(timespec="milliseconds")
    if diff:
        described["diff"] = [outcome.plan.diff for outcome in outcomes if outcome.plan.changed]
    return described


def _without_secret(value: Any, member: FleetMember) -> Any:
    """Return a result without the secret of its member; searching it for all secrets would take minutes."""
    return remove_values(value, {member.secret} - {""})


def _value_of(result: tuple[Value | Failure, float] | BaseException) -> Value | Failure:
    if not isinstance(result, BaseException):
        return result[0]
    error = ClientPluginError(
        f"{type(result).__name__}: {one_line(result)}", remedy="report this bug of the collection"
    )
    return Failure("internal", error)


def _failure_text(member: FleetMember, failure: Failure) -> str:
    """Return the message of a failure; it begins with the name of the vCenter."""
    message = member.message(failure)
    return message if failure.error.subject == member.name else f"{member.name}: {message}"


def _summary_text(total: int, changed: int, failures: Sequence[str]) -> str:
    if not failures:
        return f"{total} of {total} vCenters succeeded, {changed} changed."
    first = " ".join(f"{failure}." for failure in failures[:3])
    more = f" And {len(failures) - 3} more." if len(failures) > 3 else ""
    return f"{len(failures)} of {total} vCenters failed, {changed} changed. {first}{more}"
