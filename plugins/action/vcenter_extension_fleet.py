# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Make one extension right in many vCenters at once, on the controller and in one process."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timezone
from typing import Any

from ansible.module_utils.basic import missing_required_lib
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.plugins.action import ActionBase
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._arguments import (
    EXTENSION_RULES,
    extension_spec,
    fleet_spec,
)
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._extension import Desired, OptionError
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._options import desired
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._reconcile import Outcome
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._target import Target
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._vcenter import PYVMOMI_IMPORT_ERROR
from ansible_collections.vsphere_ops.client_plugin.plugins.plugin_utils._attempt import Failure, make_right
from ansible_collections.vsphere_ops.client_plugin.plugins.plugin_utils._many import (
    Entry,
    Progress,
    ask,
    entries,
    summarise,
    validated,
)


class ActionModule(ActionBase):
    """The options and the result are documented in the module of the same name."""

    TRANSFERS_FILES = False
    _requires_connection = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result: dict[str, Any] = super().run(tmp, task_vars)
        if PYVMOMI_IMPORT_ERROR:
            return {**result, "failed": True, "msg": missing_required_lib("pyvmomi")}
        try:
            options = validated(self._task.args, fleet_spec(), EXTENSION_RULES)
            found, wishes = _wishes(entries(options), options)
        except OptionError as error:
            return {**result, "failed": True, "msg": str(error)}
        check_mode, now = bool(self._task.check_mode), datetime.now(timezone.utc)

        def work(index: int, where: Target) -> Outcome | Failure:
            return make_right(where, wishes[index], check_mode=check_mode, retries=options["retries"], now=now)

        answers = ask(
            found,
            work,
            concurrency=options["concurrency"],
            max_failures=options["max_failures"],
            tell=lambda outcome: _told(outcome, check_mode=check_mode),
            progress=Progress([entry.name for entry in found], wanted=options["progress"]),
        )
        summary = summarise(
            found,
            answers,
            lambda outcome: outcome.result(diff=bool(self._task.diff)),
            tolerate_failures=options["tolerate_failures"],
        )
        return {**result, **summary, **_side_notes(found, answers, summary["results"])}


def _wishes(found: Sequence[Entry], options: Mapping[str, Any]) -> tuple[list[Entry], list[Desired]]:
    """What is wanted of each vCenter. An entry whose own ``extension`` cannot be used becomes one that failed.

    Raises :class:`OptionError` when the options of the task itself cannot be used.
    """
    base = {name: options[name] for name in extension_spec()}
    common = desired(base)
    known: dict[str, Desired] = {"{}": common}
    kept, wishes = [], []
    for index, entry in enumerate(found):
        spelled = json.dumps(entry.extension, sort_keys=True)
        where = entry.where
        try:
            if spelled not in known:
                known[spelled] = desired({**base, **_override(entry.extension)})
        except OptionError as error:
            where = Failure("option", f"vcenters[{index}].extension ({entry.name}): {error}")
        kept.append(replace(entry, where=where))
        wishes.append(known.get(spelled, common))
    return kept, wishes


def _override(extension: Mapping[str, Any]) -> dict[str, Any]:
    """The options of one entry. Raises :class:`OptionError`."""
    spec = {
        name: {key: value for key, value in option.items() if key not in ("default", "required")}
        for name, option in extension_spec().items()
    }
    validation = ArgumentSpecValidator(spec, **EXTENSION_RULES).validate(dict(extension))
    if validation.error_messages:
        raise OptionError("options", "; ".join(validation.error_messages))
    given = {name: value for name, value in validation.validated_parameters.items() if value is not None}
    for one, other in (
        ("server_certificate", "server_certificate_path"),
        ("server_certificate_path", "server_certificate"),
    ):
        if one in given:
            given.setdefault(other, None)
    return given


def _told(outcome: Outcome, *, check_mode: bool) -> str:
    plan = outcome.plan
    if not plan.changed:
        return "ok"
    fields = ", ".join(change.field for change in plan.changes) if plan.action == "update" else ""
    done = {"register": "registered", "update": "updated", "unregister": "unregistered"}[plan.action]
    return f"{'would be ' if check_mode else ''}{done} {fields}".rstrip()


def _side_notes(
    found: Sequence[Entry], answers: Sequence[Outcome | Failure], results: Sequence[dict[str, Any]]
) -> dict[str, Any]:
    """Warnings, each once with the vCenters that it is about, and the diffs under the name of their vCenter."""
    about: dict[str, list[str]] = {}
    for entry, answer, result in zip(found, answers, results, strict=True):
        if isinstance(answer, Outcome):
            result["warnings"] = list(answer.plan.warnings)
            for warning in answer.plan.warnings:
                about.setdefault(warning, []).append(entry.name)
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
