# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""The work of the action vcenter_extension_fleet: options in, the result of the task out."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timezone
from typing import Any

from ansible.module_utils.basic import missing_required_lib

from ...module_utils._argument_specs import FLEET_RULES, extension_spec, fleet_spec
from ...module_utils._errors import OptionError
from ...module_utils._extension.desired import Desired
from ...module_utils._extension.from_options import desired_from_options
from ...module_utils._extension.plan import Plan
from ...module_utils._extension.reconcile import Outcome
from ...module_utils._preflight.checks import PreflightChecks, build_preflight, checks_of_options
from ...module_utils._vcenter.client import PYVMOMI_IMPORT_ERROR
from .journal import History
from .pool import Once
from .results import Rules, Survey
from .vcenters import Entry, Way, entries, from_batch, from_list, validated
from .worker import Failure, Manner, make_right


def answer(arguments: Mapping[str, Any], task: Any, loader: Any) -> dict[str, Any]:
    """The result of the task with these arguments; bad options are a failed result."""
    if PYVMOMI_IMPORT_ERROR:
        return {"failed": True, "msg": missing_required_lib("pyvmomi")}
    try:
        options = validated(arguments, fleet_spec(), FLEET_RULES)
        if options["inventory"] is not None:
            given = from_batch(options["inventory"], task, loader)
        else:
            given = from_list(options)
        asked, wishes = _wishes(entries(given, options), options)
        folder = None if task.check_mode else options["history_path"]
        history = History(folder, options["history_run"]) if folder else None
    except OptionError as error:
        return {"failed": True, "msg": str(error)}
    check_mode, diff = bool(task.check_mode), bool(task.diff)
    manner = Manner(check_mode, options["retries"], datetime.now(timezone.utc))
    # What all vCenters have in common is looked at once: a web server is not asked by a hundred of them.
    manners = {
        wanted: replace(manner, verify=build_preflight(wanted, options["timeout"], share=Once))
        for wanted in {wanted for _wish, wanted in wishes}
    }

    def work(index: int, way: Way) -> Outcome | Failure:
        wish, wanted = wishes[index]
        name = asked[index].name

        def ready(due: Sequence[Plan], vcenter: Mapping[str, str]) -> None:
            if history is not None:
                for planned in due:
                    history.keep(name, planned, vcenter)

        answer = make_right(way.target, way.tls, [wish], manners[wanted], ready)
        if isinstance(answer, Failure) and answer.kind == "option":
            # What is wrong with the options of an entry is told in the names that they have there.
            told = (asked[index].failed(doubt).way for doubt in wish.deferred_errors if str(doubt) == answer.message)
            return next((way for way in told if isinstance(way, Failure)), answer)
        return answer if isinstance(answer, Failure) else answer[0]

    survey: Survey[Outcome] = Survey(
        asked,
        Rules(options["concurrency"], options["max_failures"], options["progress"]),
        tell=lambda outcome: _told(outcome, check_mode=check_mode),
        describe=lambda outcome: {**outcome.result(diff=diff), "warnings": list(outcome.plan.warnings)},
    )
    answers = survey.ask(work)
    result = survey.result(answers, tolerate_failures=options["tolerate_failures"])
    # Hosts of an inventory tell theirs themselves, with vcenter_extension_outcome.
    return result if options["inventory"] else {**result, **_side_notes(result["results"])}


def _wishes(
    found: Sequence[Entry], options: Mapping[str, Any]
) -> tuple[list[Entry], list[tuple[Desired, PreflightChecks]]]:
    """What is wanted of each vCenter, and what is looked at first.

    An entry whose own options cannot be used becomes one that failed. Raises :class:`OptionError` when those of the
    task itself cannot be used.
    """
    base = {name: options[name] for name in extension_spec()}
    known: dict[str, tuple[Desired, PreflightChecks]] = {}
    if base["key"] or base["definition"] or base["package"]:
        # What is wrong here is wrong for all: said once, before any vCenter is asked.
        known["{}"] = (desired_from_options(base, strict=True), checks_of_options(base))
    nothing = (Desired(key=""), PreflightChecks())
    kept, wishes = [], []
    for entry in found:
        spelled = json.dumps(entry.extension, sort_keys=True)
        readable = entry
        if not isinstance(entry.way, Failure) and spelled not in known:
            merged = _merged(base, entry.extension)
            try:
                known[spelled] = (desired_from_options(merged), checks_of_options(merged))
            except OptionError as error:
                readable = entry.failed(error)
        kept.append(readable)
        wishes.append(known.get(spelled, nothing))
    return kept, wishes


def _merged(base: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """What differs in one vCenter wins, and takes the place of what cannot stand beside it."""
    merged = {**base, **own}
    for one, other in (("server_certificate", "server_certificate_path"), ("definition", "package")):
        for mine, its in ((one, other), (other, one)):
            if mine in own:
                merged[its] = own.get(its)
    return merged


def _told(outcome: Outcome, *, check_mode: bool) -> str:
    plan = outcome.plan
    if not plan.changed:
        return "ok"
    fields = ", ".join(change.field for change in plan.changes) if plan.action == "update" else ""
    done = {"register": "registered", "update": "updated", "unregister": "unregistered"}[plan.action]
    return f"{'would be ' if check_mode else ''}{done} {fields}".rstrip()


def _side_notes(results: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Warnings, each once with the vCenters that it is about, and the diffs under the name of their vCenter."""
    about: dict[str, list[str]] = {}
    for result in results:
        for warning in result.get("warnings", ()):
            about.setdefault(warning, []).append(result["name"])
    diffs = [
        {
            **result["diff"],
            "before_header": f"{result['name']}: {result['diff']['before_header']}",
            "after_header": f"{result['name']}: {result['diff']['after_header']}",
        }
        for result in results
        if result["changed"] and "diff" in result
    ]
    notes: dict[str, Any] = {"warnings": [f"{_some(names)}: {warning}" for warning, names in about.items()]}
    return {**notes, "diff": diffs} if diffs else notes


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
