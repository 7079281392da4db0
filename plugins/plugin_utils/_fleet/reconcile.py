# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Register one extension with many vCenters: the work of the action vcenter_extension_fleet."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timezone
from typing import Any

from ...module_utils._argument_specs import extension_spec
from ...module_utils._errors import ClientPluginError
from ...module_utils._extension.desired import Desired
from ...module_utils._extension.from_options import desired_from_options
from ...module_utils._extension.plan import Plan
from ...module_utils._extension.reconcile import Outcome
from ...module_utils._preflight.checks import PreflightChecks, build_preflight, checks_of_options
from .action import FleetTask
from .journal import Journal
from .pool import SingleFlight
from .results import FleetRunner, RunLimits
from .vcenters import Connection, FleetMember, members_from_batch, members_from_list, read_members
from .worker import ApplyOptions, Failure, apply_changes


def reconcile_fleet(fleet_task: FleetTask) -> dict[str, Any]:
    """Return the result of the task. Raises :class:`ClientPluginError` where its own options cannot be used."""
    options, check_mode = fleet_task.options, fleet_task.check_mode
    if options["inventory"] is not None:
        raw = members_from_batch(options["inventory"], fleet_task.task, fleet_task.loader)
    else:
        raw = members_from_list(options)
    members, records = _read_records(read_members(raw, options), options)
    folder = None if check_mode else options["history_path"]
    journal = Journal(folder, options["history_run"]) if folder else None
    apply_options = ApplyOptions(check_mode, options["retries"], datetime.now(timezone.utc))
    # What many vCenters have in common is checked once: a web server is not opened for each of a hundred.
    apply_options_of = {
        checks: replace(apply_options, verify=build_preflight(checks, options["timeout"], share=SingleFlight))
        for checks in {checks for _record, checks in records}
    }

    def work(index: int, connection: Connection) -> Outcome | Failure:
        record, checks = records[index]

        def before_write(due: Sequence[Plan], vcenter: Mapping[str, str]) -> None:
            if journal is not None:
                for planned in due:
                    journal.add(members[index].name, planned, vcenter)

        answer = apply_changes(connection.options, connection.tls, [record], apply_options_of[checks], before_write)
        return answer if isinstance(answer, Failure) else answer[0]

    runner: FleetRunner[Outcome] = FleetRunner(
        members,
        RunLimits.from_options(options),
        progress_text=lambda outcome: _progress_text(outcome, check_mode=check_mode),
        describe=lambda outcome: {
            **outcome.result(diff=fleet_task.diff),
            "warnings": outcome.warnings(fleet_task.option_names),
        },
    )
    result = runner.result(runner.run(work), tolerate_failures=options["tolerate_failures"])
    # Hosts of an inventory report their own warnings and diffs, with vcenter_extension_outcome.
    return result if options["inventory"] else {**result, **_warnings_and_diffs(result["results"])}


def _read_records(
    members: Sequence[FleetMember], options: Mapping[str, Any]
) -> tuple[list[FleetMember], list[tuple[Desired, PreflightChecks]]]:
    """Return the desired record of each vCenter and the checks before it is written.

    A member whose own options cannot be used becomes one that failed. Raises :class:`ClientPluginError` where those of
    the task itself cannot be used.
    """
    base = {name: options[name] for name in extension_spec()}
    # Members with the same options share their record; the key is those options as JSON.
    known: dict[str, tuple[Desired, PreflightChecks]] = {}
    if base["key"] or base["definition"] or base["package"]:
        # An error here is one of all members: it is reported once, before any vCenter is opened.
        known["{}"] = (desired_from_options(base, strict=True), checks_of_options(base))
    unused = (Desired(key=""), PreflightChecks())
    readable, records = [], []
    for member in members:
        own = json.dumps(member.extension, sort_keys=True)
        failed = member
        if not isinstance(member.connection, Failure) and own not in known:
            merged = _merge(base, member.extension)
            try:
                known[own] = (desired_from_options(merged), checks_of_options(merged))
            except ClientPluginError as error:
                failed = member.failed(error)
        readable.append(failed)
        records.append(known.get(own, unused))
    return readable, records


def _merge(base: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options of the task with those of one member, which also replace what excludes them."""
    merged = {**base, **own}
    for pair in (("server_certificate", "server_certificate_path"), ("definition", "package")):
        for mine, other in (pair, pair[::-1]):
            if mine in own:
                merged[other] = own.get(other)
    return merged


def _progress_text(outcome: Outcome, *, check_mode: bool) -> str:
    plan = outcome.plan
    if not plan.changed:
        return "ok"
    fields = ", ".join(change.field for change in plan.changes) if plan.action == "update" else ""
    done = {"register": "registered", "update": "updated", "unregister": "unregistered"}[plan.action]
    return f"{'would be ' if check_mode else ''}{done} {fields}".rstrip()


def _warnings_and_diffs(results: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return warnings, each once with the vCenters that it is about, and diffs with the name of their vCenter."""
    names_of: dict[str, list[str]] = {}
    for result in results:
        for warning in result.get("warnings", ()):
            names_of.setdefault(warning, []).append(result["name"])
    diffs = [
        {
            **result["diff"],
            "before_header": f"{result['name']}: {result['diff']['before_header']}",
            "after_header": f"{result['name']}: {result['diff']['after_header']}",
        }
        for result in results
        if result["changed"] and "diff" in result
    ]
    warnings = [f"{_first_names(names)}: {warning}" for warning, names in names_of.items()]
    return {"warnings": warnings, **({"diff": diffs} if diffs else {})}


def _first_names(names: Sequence[str]) -> str:
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
