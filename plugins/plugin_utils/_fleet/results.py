# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""How the vCenters of a fleet are asked, and what is told of them: progress meanwhile, one result for each at the end.

Everything here runs in one thread; what the others do for one vCenter is in ``_attempt``.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Generic, TypeVar

from ansible import constants
from ansible.module_utils.common.parameters import remove_values
from ansible.utils.display import Display

from ...module_utils._extension.reconcile import Outcome
from .pool import Gate, run
from .vcenters import Entry, Way
from .worker import Failure, HeldBackError

# The callbacks whose output is read by people; a line of ours would break those that write JSON, XML or nothing.
_TALKATIVE = frozenset({"default", "minimal", "yaml", "debug", "awx_display"})

Answer = TypeVar("Answer")
# Waits until all vCenters are ready to be written to, and raises HeldBackError where none may be.
Hold = Callable[[], None]


@dataclass(frozen=True, slots=True)
class Rules:
    """How many at once, after how many failures no further vCenter is started (``None``: never), and what is shown."""

    concurrency: int
    max_failures: int | None
    progress: bool


def read_by_people() -> bool:
    """Whether the output of this run can bear a line that no callback has written."""
    callback = str(constants.config.get_config_value("DEFAULT_STDOUT_CALLBACK"))
    return callback.rpartition(".")[2] in _TALKATIVE


class _Progress:
    """One line for each vCenter as it finishes, where the callback can bear it."""

    def __init__(self, names: Sequence[str], *, wanted: bool) -> None:
        self._show = wanted and read_by_people()
        self._names = names
        self._width = max((len(name) for name in names), default=0)
        self._done = 0

    def report(self, index: int, text: str, seconds: float) -> None:
        self._done += 1
        total = len(self._names)
        self.say(
            f"{self._done:>{len(str(total))}}/{total}  {self._names[index]:<{self._width}}  {text}  {seconds:.1f} s"
        )

    def say(self, text: str) -> None:
        if self._show:
            Display().display(f"  {text}")


class Survey(Generic[Answer]):
    """Asks all vCenters at once and puts their answers into the result of a task.

    ``tell`` says in a few words what an answer is, ``describe`` writes it as a result.
    """

    def __init__(
        self,
        asked: Sequence[Entry],
        rules: Rules,
        *,
        tell: Callable[[Answer], str],
        describe: Callable[[Answer], dict[str, Any]],
    ) -> None:
        self._asked = asked
        self._rules = rules
        self._tell = tell
        self._describe = describe
        self._progress = _Progress([entry.name for entry in asked], wanted=rules.progress)
        self._failures = 0

    def ask(self, work: Callable[[int, Way], Answer | Failure]) -> list[Answer | Failure]:
        """Do ``work`` for every entry that can be asked; the answers are in the order of the entries."""

        def reachable(index: int, way: Way | Failure) -> Answer | Failure:
            return way if isinstance(way, Failure) else work(index, way)

        return self._run(reachable, self._rules.concurrency)

    def ask_together(self, work: Callable[[int, Way, Hold], Answer | Failure]) -> list[Answer | Failure]:
        """The same, and nothing is written before every vCenter is ready or has failed.

        ``work`` is given a function to call before it writes: it waits for all the others, and raises
        :class:`HeldBackError` when more of them have failed by then than the rules allow.
        """
        total, most = len(self._asked), self._rules.max_failures
        failed: list[int] = []
        early = 0

        def decide() -> bool:
            nonlocal early
            early = len(failed)
            return most is None or early <= most

        gate = Gate(total, concurrency=self._rules.concurrency, decide=decide)

        def held(index: int, way: Way | Failure) -> Answer | Failure:
            def hold() -> None:
                if not wait():
                    raise HeldBackError(
                        f"left as it was, because {early} of {total} vCenters failed before anything was written, "
                        f"and no more than {most} may"
                    )

            with gate.job() as wait:
                answer: Answer | Failure | None = None
                try:
                    answer = way if isinstance(way, Failure) else work(index, way, hold)
                finally:
                    # None is left by what raised.
                    if answer is None or isinstance(answer, Failure):
                        failed.append(index)
            return answer

        return self._run(held, total)

    def _run(self, work: Callable[[int, Way | Failure], Answer | Failure], concurrency: int) -> list[Answer | Failure]:
        results = run(
            [self._job(work, index, entry) for index, entry in enumerate(self._asked)],
            concurrency=concurrency,
            report=self._report,
            enough=self._enough,
        )
        text = f"not tried, because more than {self._rules.max_failures} vCenters had failed before"
        return [Failure("not_started", text) if result is None else _answer(result) for result in results]

    def result(self, answers: Sequence[Answer | Failure], *, tolerate_failures: bool) -> dict[str, Any]:
        """One result for each vCenter, free of its secret, and a sentence about all of them."""
        results = []
        for entry, answer in zip(self._asked, answers, strict=True):
            if isinstance(answer, Failure):
                result: dict[str, Any] = {
                    "changed": False,
                    "failed": True,
                    "error": {"kind": answer.kind, "message": answer.message},
                }
            else:
                result = {"failed": False, **self._describe(answer)}
            results.append({"name": entry.name, **_scrubbed(result, entry)})
        failed = [result for result in results if result["failed"]]
        changed = sum(bool(result["changed"]) for result in results)
        sentence = _sentence(len(results), changed, failed)
        self._progress.say(sentence)
        return {
            "changed": changed > 0,
            "failed": bool(failed) and not tolerate_failures,
            "msg": sentence,
            "results": results,
            "summary": {
                "total": len(results),
                "changed": changed,
                "unchanged": len(results) - changed - len(failed),
                "failed": len(failed),
            },
        }

    def _job(
        self, work: Callable[[int, Way | Failure], Answer | Failure], index: int, entry: Entry
    ) -> Callable[[], tuple[Answer | Failure, float]]:
        def timed() -> tuple[Answer | Failure, float]:
            started = time.monotonic()
            answer = work(index, entry.way)
            return answer, time.monotonic() - started

        return timed

    def _report(self, index: int, result: tuple[Answer | Failure, float] | BaseException) -> None:
        answer = _answer(result)
        text = f"FAILED: {answer.message}" if isinstance(answer, Failure) else self._tell(answer)
        self._progress.report(
            index, _scrubbed(text, self._asked[index]), 0.0 if isinstance(result, BaseException) else result[1]
        )

    def _enough(self, result: tuple[Answer | Failure, float] | BaseException) -> bool:
        self._failures += isinstance(_answer(result), Failure)
        return self._rules.max_failures is not None and self._failures > self._rules.max_failures


def together(outcomes: Sequence[Outcome], *, diff: bool) -> dict[str, Any]:
    """The result of one vCenter in which several records were made right."""
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
        "warnings": list(dict.fromkeys(warning for outcome in outcomes for warning in outcome.plan.warnings)),
        "vcenter": dict(outcomes[0].vcenter) if outcomes else {},
    }
    if written:
        described["written_at"] = min(written).isoformat(timespec="milliseconds")
    if diff:
        described["diff"] = [outcome.plan.diff for outcome in outcomes if outcome.plan.changed]
    return described


def _scrubbed(value: Any, entry: Entry) -> Any:
    """Without its own secret; no vCenter can repeat what another was sent, and all against all would take minutes."""
    return remove_values(value, {entry.secret} - {""})


def _answer(result: tuple[Answer | Failure, float] | BaseException) -> Answer | Failure:
    if isinstance(result, BaseException):
        return Failure(
            "internal", f"{type(result).__name__}: {result}; this is a bug of the collection, please report it"
        )
    return result[0]


def _sentence(total: int, changed: int, failed: Sequence[Mapping[str, Any]]) -> str:
    if not failed:
        return f"{total} of {total} vCenters are right, {changed} of them changed."
    first = " ".join(f"{result['name']}: {result['error']['message'].rstrip('.')}." for result in failed[:3])
    more = f" And {len(failed) - 3} more." if len(failed) > 3 else ""
    return f"{len(failed)} of {total} vCenters failed, {changed} changed. {first}{more}"
