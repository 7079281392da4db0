# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""How an action asks many vCenters: entries in, progress while it goes on, results in the order of the entries.

Everything here runs in one thread; what the others do for one vCenter is in ``_attempt``.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from ansible import constants
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.module_utils.common.parameters import remove_values
from ansible.utils.display import Display
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._arguments import vcenter_spec
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._extension import OptionError
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._target import Target, target
from ansible_collections.vsphere_ops.client_plugin.plugins.plugin_utils._attempt import Failure
from ansible_collections.vsphere_ops.client_plugin.plugins.plugin_utils._fleet import run

# The callbacks whose output is read by people; a line of ours would break those that write JSON, XML or nothing.
_TALKATIVE = frozenset({"default", "minimal", "yaml", "debug", "awx_display"})

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Entry:
    """One item of ``vcenters``: where it leads, or why it leads nowhere, and what differs in its record."""

    name: str
    where: Target | Failure
    extension: Mapping[str, Any]
    secret: str


def validated(arguments: Mapping[str, Any], spec: Mapping[str, Any], rules: Mapping[str, Any]) -> dict[str, Any]:
    """The options of a task as ``spec`` wants them, in plain types. Raises :class:`OptionError`."""
    # Ansible's own strings and numbers carry tags and lazy decryption along.
    given = json.loads(json.dumps(dict(arguments), default=str))
    for index, item in enumerate(given["vcenters"] if isinstance(given.get("vcenters"), list) else []):
        if not isinstance(item, dict):
            # Not repeated in the message: it may be a password in the wrong place.
            raise OptionError(f"vcenters[{index}]", "is not a dictionary; give name, hostname, username and password")
    validation = ArgumentSpecValidator(spec, **rules).validate(given)
    if validation.error_messages:
        secrets = {text for item in [given, *(given.get("vcenters") or [])] for text in _passwords(item)}
        raise OptionError("Options", str(remove_values("; ".join(validation.error_messages), secrets)))
    return dict(validation.validated_parameters)


def _passwords(item: Any) -> list[str]:
    names = ("password", *vcenter_spec()["password"]["aliases"])
    return [str(item[name]) for name in names if isinstance(item, dict) and item.get(name)]


def entries(options: Mapping[str, Any]) -> list[Entry]:
    """Read ``vcenters``. What is wrong with an entry is the failure of that entry and names it."""
    found = [_entry(f"vcenters[{index}]", item, options) for index, item in enumerate(options["vcenters"])]
    seen: set[str] = set()
    for index, entry in enumerate(found):
        if entry.name in seen:
            raise OptionError(
                f"vcenters[{index}].name", f"{entry.name!r} is there twice; give each vCenter its own name"
            )
        seen.add(entry.name)
    return found


def _entry(position: str, item: Mapping[str, Any], options: Mapping[str, Any]) -> Entry:
    merged = {name: options[name] if item.get(name) is None else item[name] for name in vcenter_spec()}
    name = item.get("name") or merged["hostname"] or position
    merged["hostname"] = merged["hostname"] or item.get("name")
    where: Target | Failure
    lacking = [option for option in ("hostname", "username", "password") if not merged[option]]
    if lacking:
        text = f"{position} ({name}): {lacking[0]} is missing; give it in the entry or for the whole task"
        where = Failure("option", text)
    else:
        try:
            where = target(merged)
        except OptionError as error:
            where = Failure("option", f"{position} ({name}): {error}")
    return Entry(name, where, item.get("extension") or {}, merged["password"] or "")


class Progress:
    """One line for each vCenter as it finishes, where ``wanted`` and the callback can bear it."""

    def __init__(self, names: Sequence[str], *, wanted: bool) -> None:
        self._show = wanted and constants.DEFAULT_STDOUT_CALLBACK.rpartition(".")[2] in _TALKATIVE
        self._names = names
        self._width = max((len(name) for name in names), default=0)
        self._done = 0

    def report(self, index: int, text: str, seconds: float) -> None:
        self._done += 1
        if self._show:
            total = len(self._names)
            count = f"{self._done:>{len(str(total))}}/{total}"
            Display().display(f"  {count}  {self._names[index]:<{self._width}}  {text}  {seconds:.1f} s")


def ask(
    found: Sequence[Entry],
    work: Callable[[int, Target], Answer | Failure],
    *,
    concurrency: int,
    max_failures: int | None,
    tell: Callable[[Answer], str],
    progress: Progress,
) -> list[Answer | Failure]:
    """Do ``work`` for all entries at once; more failures than ``max_failures`` keep the rest from being started."""
    failures = 0

    def job(index: int, entry: Entry) -> Callable[[], tuple[Answer | Failure, float]]:
        def timed() -> tuple[Answer | Failure, float]:
            started = time.monotonic()
            answer = entry.where if isinstance(entry.where, Failure) else work(index, entry.where)
            return answer, time.monotonic() - started

        return timed

    def report(index: int, result: tuple[Answer | Failure, float] | BaseException) -> None:
        answer = _answer(result)
        text = f"FAILED: {answer.message}" if isinstance(answer, Failure) else tell(answer)
        progress.report(index, text, 0.0 if isinstance(result, BaseException) else result[1])

    def enough(result: tuple[Answer | Failure, float] | BaseException) -> bool:
        nonlocal failures
        failures += isinstance(_answer(result), Failure)
        return max_failures is not None and failures > max_failures

    results = run(
        [job(index, entry) for index, entry in enumerate(found)], concurrency=concurrency, report=report, enough=enough
    )
    not_started = Failure("not_started", f"not tried, because more than {max_failures} vCenters had failed before")
    return [not_started if result is None else _answer(result) for result in results]


def _answer(result: tuple[Answer | Failure, float] | BaseException) -> Answer | Failure:
    if isinstance(result, BaseException):
        return Failure(
            "internal", f"{type(result).__name__}: {result}; this is a bug of the collection, please report it"
        )
    return result[0]


def summarise(
    found: Sequence[Entry],
    answers: Sequence[Answer | Failure],
    describe: Callable[[Answer], dict[str, Any]],
    *,
    tolerate_failures: bool,
) -> dict[str, Any]:
    """The result of the task: one result for each vCenter, free of its secret, and a sentence about all of them."""
    results = []
    for entry, answer in zip(found, answers, strict=True):
        if isinstance(answer, Failure):
            result = {"changed": False, "failed": True, "error": {"kind": answer.kind, "message": answer.message}}
        else:
            result = {"failed": False, **describe(answer)}
        # Only its own secret: no vCenter can repeat what was sent to another, and all against all would take minutes.
        results.append({"name": entry.name, **remove_values(result, {entry.secret} - {""})})
    failed = [result for result in results if result["failed"]]
    changed = sum(result["changed"] for result in results)
    return {
        "changed": changed > 0,
        "failed": bool(failed) and not tolerate_failures,
        "msg": _sentence(len(results), changed, failed),
        "results": results,
        "summary": {
            "total": len(results),
            "changed": changed,
            "unchanged": len(results) - changed - len(failed),
            "failed": len(failed),
        },
    }


def _sentence(total: int, changed: int, failed: Sequence[Mapping[str, Any]]) -> str:
    text = f"{total - len(failed)} of {total} vCenters are right, {changed} of them changed."
    if failed:
        first = " ".join(f"{result['name']}: {result['error']['message'].rstrip('.')}." for result in failed[:3])
        more = f" And {len(failed) - 3} more." if len(failed) > 3 else ""
        text = f"{len(failed)} of {total} vCenters failed, {changed} changed. {first}{more}"
    return text
