# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Run an action on many vCenters: validate the options, do the work, and turn an error into a failed result.

Ansible reads action plug-ins in its main process. If that process held pyVmomi, each later task of the play would take
longer to fork, so that this file imports what needs pyVmomi only when an action runs.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from ansible.module_utils.basic import missing_required_lib
from ansible.module_utils.common.parameters import remove_values
from ansible.plugins.action import ActionBase

from ...module_utils._errors import ClientPluginError, OptionNames
from .options import find_secrets, validate_options


@dataclass(frozen=True, slots=True)
class FleetTask:
    """A task with valid options.

    ``task`` and ``loader`` are Ansible's, for the main thread only. ``option_names`` is how the reader of a message
    knows the options of the task.
    """

    options: Mapping[str, Any]
    check_mode: bool
    diff: bool
    task: Any
    loader: Any
    option_names: OptionNames


# Returns the result of a task; raises ClientPluginError where the options of the task cannot be used.
FleetWork = Callable[[FleetTask], dict[str, Any]]


def run_fleet_task(
    work: FleetWork,
    arguments: Mapping[str, Any],
    spec: Mapping[str, Any],
    rules: Mapping[str, Any],
    *,
    task: Any,
    loader: Any,
) -> dict[str, Any]:
    """Return the result of ``work`` for a task with these arguments, which are validated first."""
    from ...module_utils._vcenter.client import PYVMOMI_IMPORT_ERROR  # noqa: PLC0415
    from .vcenters import task_option_names  # noqa: PLC0415

    if PYVMOMI_IMPORT_ERROR:
        return {"failed": True, "msg": missing_required_lib("pyvmomi")}
    names = task_option_names(arguments, spec)
    try:
        options = validate_options(arguments, spec, rules)
        return work(FleetTask(options, bool(task.check_mode), bool(task.diff), task, loader, names))
    except ClientPluginError as error:
        text = error.message(names)
        return {"failed": True, "msg": remove_values(text, find_secrets(arguments))}


class FleetAction(ActionBase):
    """An action that works on many vCenters at once. Options and result are documented in the module of its name."""

    TRANSFERS_FILES = False
    _requires_connection = False

    # The argument spec, and the rules between its options as keyword arguments of AnsibleModule.
    spec: ClassVar[Callable[[], dict[str, Any]]]
    rules: ClassVar[Mapping[str, Any]]

    @abstractmethod
    def load_work(self) -> FleetWork:
        """Import and return what the action does."""

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Return the result of the task."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        work, spec = self.load_work(), type(self).spec()
        fleet = run_fleet_task(work, self._task.args, spec, self.rules, task=self._task, loader=self._loader)
        return {**result, **fleet}
