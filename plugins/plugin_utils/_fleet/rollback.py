# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Restore the records of many vCenters from a journal: the work of the action vcenter_extension_rollback."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timezone
from typing import Any

from ...module_utils._errors import WriteBarredError
from ...module_utils._extension.plan import Plan
from ...module_utils._extension.reconcile import Outcome
from ...module_utils._foreign_text import one_line
from ...module_utils._preflight.checks import PreflightChecks, build_preflight
from .action import FleetTask
from .journal import records_before_run
from .pool import SingleFlight
from .results import FleetRunner, RunLimits, combined_result
from .vcenters import Connection, members_of_task, read_members
from .worker import ApplyOptions, Failure, apply_changes


def roll_back_fleet(fleet_task: FleetTask) -> dict[str, Any]:
    """Return the result of the task. Raises :class:`ClientPluginError` where its own options cannot be used."""
    options, check_mode = fleet_task.options, fleet_task.check_mode
    run, before = records_before_run(options["history_path"], options["run"], options["keys"])
    members = read_members(members_of_task(options, fleet_task.task, fleet_task.loader), options)
    checks = PreflightChecks(options["verify_servers"], options["verify_manifest"])
    verify = build_preflight(checks, options["timeout"], share=SingleFlight)
    apply_options = ApplyOptions(check_mode, options["retries"], datetime.now(timezone.utc), verify=verify)

    def work(index: int, connection: Connection) -> tuple[Outcome, ...] | Failure:
        name = members[index].name
        journalled = before.get(name)
        if journalled is None:
            # That run changed nothing there.
            return ()

        def before_write(_due: Sequence[Plan], vcenter: Mapping[str, str]) -> None:
            current = vcenter.get("instance_uuid", "")
            if journalled.instance_uuid != current:
                raise WriteBarredError(
                    f"was not changed, because it is not the vCenter that the run {one_line(run)} changed under this "
                    f"name: the instance UUID was {one_line(journalled.instance_uuid)} and is {one_line(current)}",
                    subject=name,
                )

        return apply_changes(connection.options, connection.tls, journalled.records, apply_options, before_write)

    runner: FleetRunner[tuple[Outcome, ...]] = FleetRunner(
        members,
        RunLimits.from_options(options),
        progress_text=lambda outcomes: _progress_text(outcomes, check_mode=check_mode),
        describe=lambda outcomes: combined_result(outcomes, fleet_task.option_names, diff=fleet_task.diff),
    )
    return {**runner.result(runner.run(work), tolerate_failures=options["tolerate_failures"]), "run": run}


def _progress_text(outcomes: Sequence[Outcome], *, check_mode: bool) -> str:
    changed = [outcome.plan.key for outcome in outcomes if outcome.plan.changed]
    return f"{'would be ' if check_mode else ''}restored {', '.join(changed)}" if changed else "ok"
