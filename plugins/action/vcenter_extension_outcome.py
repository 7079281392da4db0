# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Report the outcome that the fleet action had in the vCenter of one host as the result of that host."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible.plugins.action import ActionBase

from ..module_utils._argument_specs import FLEET_RULES, fleet_spec, outcome_spec
from ..module_utils._errors import ClientPluginError, OptionError
from ..plugin_utils._fleet.action import run_fleet_task
from ..plugin_utils._fleet.options import validate_options


class ActionModule(ActionBase):
    """Options and result are documented in the module of the same name."""

    TRANSFERS_FILES = False
    _requires_connection = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Return the outcome of this host."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        variables = task_vars or {}
        try:
            options = validate_options(self._task.args, outcome_spec())
            return {**result, **self._outcome(options, variables)}
        except ClientPluginError as error:
            return {**result, "failed": True, "msg": error.message()}

    def _outcome(self, options: Mapping[str, Any], variables: Mapping[str, Any]) -> dict[str, Any]:
        name = options["name"] or variables["inventory_hostname"]
        # The name of the variable and not its value: a template would walk through the outcomes of the whole fleet for
        # each of its hosts.
        fleet = variables.get(options["registered"])
        outcomes = fleet.get("results") if isinstance(fleet, Mapping) else None
        outcome = next((one for one in outcomes or () if one["name"] == name), None)
        if outcome is None and options["variables"]:
            fleet_result = self._run_for_this_host(name, self._variable_of_option(options["variables"], variables))
            if "results" not in fleet_result:
                return fleet_result
            outcome = fleet_result["results"][0]
        if outcome is None:
            raise OptionError(
                f"must be the name of a variable that holds an outcome for {name}",
                option="registered",
                value=options["registered"],
                remedy="register the fleet action under that name",
            )
        return _host_result(name, outcome, must_be_unchanged=options["unchanged"])

    def _variable_of_option(self, given: Any, variables: Mapping[str, Any]) -> Mapping[str, str]:
        """Return the variable of each option, where ``given`` is that mapping or the name of a variable that holds it.

        Raises :class:`OptionError` for anything else.
        """
        mapping = self._templar.template(variables.get(given)) if isinstance(given, str) else given
        if not isinstance(mapping, Mapping):
            raise OptionError(
                "must be a dictionary or the name of a variable that holds one",
                option="variables",
                value=given,
                remedy="give the variable of each option, such as {hostname: ansible_host}",
            )
        return mapping

    def _run_for_this_host(self, name: str, variables: Mapping[str, str]) -> dict[str, Any]:
        # Not at the top: see FleetAction.
        from ..plugin_utils._fleet.reconcile import reconcile_fleet  # noqa: PLC0415

        inventory = {"hosts": [name], "variables": dict(variables)}
        arguments = {"inventory": inventory, "progress": False, "tolerate_failures": True}
        return run_fleet_task(
            reconcile_fleet, arguments, fleet_spec(), FLEET_RULES, task=self._task, loader=self._loader
        )


def _host_result(name: str, outcome: Mapping[str, Any], *, must_be_unchanged: bool) -> dict[str, Any]:
    result = {key: value for key, value in outcome.items() if key not in ("name", "error")}
    if outcome["failed"]:
        return result | {"msg": outcome["error"]["message"], "error": outcome["error"]}
    if must_be_unchanged and result.get("changed"):
        fields = ", ".join(change["field"] for change in result.get("changes", ())) or result.get("action", "")
        error = ClientPluginError(
            f"does not hold what was registered before ({fields})",
            subject=name,
            remedy="find out who else changes the record",
        )
        return result | {"failed": True, "changed": False, "msg": error.message()}
    return result
