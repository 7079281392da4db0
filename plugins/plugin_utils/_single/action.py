# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""What the actions for one vCenter share: do the work of the module in Ansible's worker, or run the module.

The worker needs no payload and no new interpreter. Ansible reads action plug-ins in its main process, and every worker
is a copy of it: the collection is imported there once, and pyVmomi, which would make each copy larger, in the worker.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, ClassVar

from ansible import constants
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.module_utils.common.parameters import remove_values
from ansible.plugins.action import ActionBase
from ansible.plugins.action.normal import ActionModule as ModuleAction

from ...module_utils._errors import ClientPluginError
from ...module_utils._single.result import TaskResult
from .._fleet.options import find_secrets, to_plain_types
from .placement import can_work_here


class SingleAction(ModuleAction):
    """An action that works on one vCenter. Options and result are documented in the module of its name.

    Whatever the worker cannot do as the module would, the module does: see :func:`can_work_here`. It also reports
    options that are not valid, and libraries that are missing.
    """

    # The argument spec, and the rules between its options as keyword arguments of AnsibleModule.
    spec: ClassVar[Callable[[], dict[str, Any]]]
    rules: ClassVar[Mapping[str, Any]] = {}
    # What module and action have in common: reconcile_single, for example.
    work: ClassVar[Callable[..., TaskResult]]

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Return the result of the task."""
        variables = task_vars or {}
        if can_work_here(self._task, self._connection, variables, self._templar):
            options = self._validate()
            if options is not None:
                result: dict[str, Any] = ActionBase.run(self, tmp, task_vars)
                return {**result, **self._work_here(options, variables)}
        run_module: Any = super().run
        of_module: dict[str, Any] = run_module(tmp, task_vars)
        return of_module

    def _validate(self) -> dict[str, Any] | None:
        """Return the options of the task with their types and defaults, None where the module must report something."""
        from ...module_utils._vcenter.client import PYVMOMI_IMPORT_ERROR  # noqa: PLC0415  in the worker, see above

        validator = ArgumentSpecValidator(type(self).spec(), **self.rules)
        validation = validator.validate(to_plain_types(dict(self._task.args)))
        # Warnings are about options that are given twice, by name and by alias.
        reports = validation.error_messages or validation._warnings  # noqa: SLF001  Ansible has no public name for it
        return None if reports or PYVMOMI_IMPORT_ERROR else dict(validation.validated_parameters)

    def _work_here(self, options: dict[str, Any], variables: Mapping[str, Any]) -> dict[str, Any]:
        """Return what AnsibleModule would return, without the password."""
        from ...module_utils._vcenter.client import session  # noqa: PLC0415  in the worker, see above

        check_mode, diff = bool(self._task.check_mode), bool(self._task.diff)
        result: dict[str, Any]
        try:
            with _working_directory(self._loader.get_basedir()):
                done = type(self).work(options, session, check_mode=check_mode, diff=diff)
            result = {**done.values, **({"warnings": done.warnings} if done.warnings else {})}
        except ClientPluginError as error:
            result = {"failed": True, "msg": error.message()}
        if _shows_invocation(variables):
            result["invocation"] = {"module_args": options}
        scrubbed: dict[str, Any] = remove_values(to_plain_types(result), find_secrets(options))
        return scrubbed


@contextmanager
def _working_directory(path: str) -> Iterator[None]:
    """Work in the folder where a module with a local connection runs: relative paths in options start there."""
    before = os.getcwd()
    os.chdir(path)
    try:
        yield
    finally:
        os.chdir(before)


def _shows_invocation(variables: Mapping[str, Any]) -> bool:
    """Return whether a result contains the options of its task: before ansible-core 2.21 always."""
    name = "INJECT_INVOCATION"
    if constants.config.get_configuration_definition(name) is None:
        return True
    return bool(constants.config.get_config_value(name, variables=variables))
