# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Read the records of many vCenters: the work of the action vcenter_extension_fleet_info."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from ...module_utils._extension.query import QueryResult, selection_from_options
from .action import FleetTask
from .results import FleetRunner, RunLimits
from .vcenters import Connection, members_of_task, read_members
from .worker import Failure, read_records


def read_fleet(fleet_task: FleetTask) -> dict[str, Any]:
    """Return the result of the task. Raises :class:`ClientPluginError` where its own options cannot be used."""
    options = fleet_task.options
    selection = selection_from_options(options)
    members = read_members(members_of_task(options, fleet_task.task, fleet_task.loader), options)

    def work(_index: int, connection: Connection) -> QueryResult | Failure:
        return read_records(connection.options, connection.tls, selection, retries=options["retries"])

    runner: FleetRunner[QueryResult] = FleetRunner(
        members,
        RunLimits.from_options(options),
        progress_text=lambda reading: f"{len(reading.extensions)} extensions",
        describe=lambda reading: {"changed": False, **asdict(reading)},
    )
    return runner.result(runner.run(work), tolerate_failures=options["tolerate_failures"])
