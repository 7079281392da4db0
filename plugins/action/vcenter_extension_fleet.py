# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Make one extension right in many vCenters at once, on the controller and in one process."""

from __future__ import annotations

from typing import Any

from ansible.plugins.action import ActionBase


class ActionModule(ActionBase):
    """The options and the result are documented in the module of the same name."""

    TRANSFERS_FILES = False
    _requires_connection = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        # Not at the top: Ansible reads this file in its main process, and every later task of the play would pay for
        # forking a process that holds pyVmomi.
        from ..plugin_utils._fleet import reconcile  # noqa: PLC0415

        result: dict[str, Any] = super().run(tmp, task_vars)
        return {**result, **reconcile.answer(self._task.args, self._task, self._loader)}
