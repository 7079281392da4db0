# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Run the work of the fleet actions with simulated vCenters, for the tests in this folder."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Any

from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._argument_specs import (
    FLEET_RULES,
    MEMBERS_RULES,
    RENEWAL_RULES,
    fleet_info_spec,
    fleet_spec,
    renewal_spec,
    rollback_spec,
)
from ansible_collections.vsphere_ops.client_plugin.plugins.plugin_utils._fleet.action import FleetWork, run_fleet_task
from ansible_collections.vsphere_ops.client_plugin.plugins.plugin_utils._fleet.info import read_fleet
from ansible_collections.vsphere_ops.client_plugin.plugins.plugin_utils._fleet.reconcile import reconcile_fleet
from ansible_collections.vsphere_ops.client_plugin.plugins.plugin_utils._fleet.renew import renew_fleet
from ansible_collections.vsphere_ops.client_plugin.plugins.plugin_utils._fleet.rollback import roll_back_fleet
from ansible_collections.vsphere_ops.client_plugin.tests.unit.simulator.clients import Endpoint

KEY = "com.example.notes"


def member(endpoint: Endpoint, name: str, **options: Any) -> dict[str, Any]:
    """Return the options of one vCenter."""
    return {"name": name, **{key: endpoint[key] for key in ("hostname", "port", "username", "password")}, **options}


def _run(
    work: FleetWork,
    spec: Callable[[], dict[str, Any]],
    rules: Mapping[str, Any],
    endpoint: Endpoint,
    options: dict[str, Any],
    task: dict[str, bool],
) -> dict[str, Any]:
    arguments = {"ca_path": endpoint["ca_path"], "timeout": 10, "progress": False, **options}
    given = SimpleNamespace(**{"check_mode": False, "diff": False, **task})
    return run_fleet_task(work, arguments, spec(), rules, task=given, loader=None)


def reconcile(endpoint: Endpoint, members: list[Any], *, task: dict[str, bool] | None = None, **options: Any) -> Any:
    """Return the result of vcenter_extension_fleet."""
    return _run(reconcile_fleet, fleet_spec, FLEET_RULES, endpoint, {"vcenters": members, **options}, task or {})


def renew(endpoint: Endpoint, members: list[Any], *, task: dict[str, bool] | None = None, **options: Any) -> Any:
    """Return the result of vcenter_extension_renewal."""
    return _run(renew_fleet, renewal_spec, RENEWAL_RULES, endpoint, {"vcenters": members, **options}, task or {})


def roll_back(endpoint: Endpoint, members: list[Any], *, task: dict[str, bool] | None = None, **options: Any) -> Any:
    """Return the result of vcenter_extension_rollback."""
    given = {"vcenters": members, "verify_servers": False, "verify_manifest": False, **options}
    return _run(roll_back_fleet, rollback_spec, MEMBERS_RULES, endpoint, given, task or {})


def read(endpoint: Endpoint, members: list[Any], **options: Any) -> Any:
    """Return the result of vcenter_extension_fleet_info."""
    return _run(read_fleet, fleet_info_spec, MEMBERS_RULES, endpoint, {"vcenters": members, **options}, {})
