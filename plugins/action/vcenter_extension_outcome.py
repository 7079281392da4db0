# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Tell as the result of one host what the fleet action did in its vCenter."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.plugins.action import ActionBase

from ..module_utils._argument_specs import outcome_spec


class ActionModule(ActionBase):
    """The options and the result are documented in the module of the same name."""

    TRANSFERS_FILES = False
    _requires_connection = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result: dict[str, Any] = super().run(tmp, task_vars)
        variables = task_vars or {}
        validation = ArgumentSpecValidator(outcome_spec()).validate(dict(self._task.args))
        if validation.error_messages:
            return {**result, "failed": True, "msg": "; ".join(validation.error_messages)}
        options = validation.validated_parameters
        name = options["name"] or variables["inventory_hostname"]
        # Taken by its name and not as a value: a template would go through the outcomes of the whole fleet for each
        # of its hosts.
        fleet = variables.get(options["registered"])
        outcomes = fleet.get("results") if isinstance(fleet, Mapping) else None
        outcome = next((one for one in outcomes or () if one["name"] == name), None)
        if outcome is None and options["variables"]:
            answer = self._alone(name, options["variables"])
            if "results" not in answer:
                return {**result, **answer}
            outcome = answer["results"][0]
        if outcome is None:
            text = (
                f"registered: {options['registered']} holds no outcome for {name}; register the fleet action under it"
            )
            return {**result, "failed": True, "msg": text}
        told = {key: value for key, value in outcome.items() if key not in ("name", "error")}
        if outcome["failed"]:
            told |= {"msg": outcome["error"]["message"], "error": outcome["error"]}
        if options["unchanged"] and told.get("changed"):
            fields = ", ".join(change["field"] for change in told.get("changes", ())) or told.get("action", "")
            text = f"{name} does not hold what was registered a moment ago ({fields}); look who else changes the record"
            told |= {"failed": True, "changed": False, "msg": text}
        return {**result, **told}

    def _alone(self, name: str, variables: Mapping[str, str]) -> dict[str, Any]:
        """Do the work for this host only."""
        # Not at the top: see vcenter_extension_fleet.
        from ..plugin_utils._fleet import reconcile  # noqa: PLC0415

        inventory = {"hosts": [name], "variables": dict(variables)}
        arguments = {"inventory": inventory, "progress": False, "tolerate_failures": True}
        return reconcile.answer(arguments, self._task, self._loader)
