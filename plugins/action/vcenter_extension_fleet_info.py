# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Read the extensions of many vCenters at once, on the controller and in one process."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from ansible.module_utils.basic import missing_required_lib
from ansible.plugins.action import ActionBase
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._arguments import fleet_info_spec
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._extension import OptionError
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._target import Target
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._vcenter import PYVMOMI_IMPORT_ERROR
from ansible_collections.vsphere_ops.client_plugin.plugins.plugin_utils._attempt import Failure, Found, look
from ansible_collections.vsphere_ops.client_plugin.plugins.plugin_utils._many import (
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
            options = validated(self._task.args, fleet_info_spec(), {})
            found = entries(options)
        except OptionError as error:
            return {**result, "failed": True, "msg": str(error)}

        def work(_index: int, where: Target) -> Found | Failure:
            return look(where, options["keys"], retries=options["retries"])

        answers = ask(
            found,
            work,
            concurrency=options["concurrency"],
            max_failures=None,
            tell=lambda read: f"{len(read.extensions)} extensions",
            progress=Progress([entry.name for entry in found], wanted=options["progress"]),
        )
        summary = summarise(
            found,
            answers,
            lambda read: {"changed": False, **asdict(read)},
            tolerate_failures=options["tolerate_failures"],
        )
        return {**result, **summary}
