# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Decide whether a task can do in Ansible's worker what its module would do on the host."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from typing import Any

from ansible import constants
from ansible.errors import AnsibleError


def can_work_here(task: Any, connection: Any, variables: Mapping[str, Any], templar: Any) -> bool:
    """Return whether the module would run on this machine, as this user, in this environment, with this Python.

    ``variables`` are those of the task.
    """
    return (
        connection.transport == "local"
        and not connection.become
        and not task.become
        and not task.async_val
        and not any(task.environment or ())
        and is_own_python(_interpreter_of_modules(_variables_of_target(task, variables), templar))
    )


def is_own_python(path: str) -> bool:
    """Return whether an interpreter is the one that runs this code, in the same virtual environment.

    An interpreter finds its environment by the folder in which it is called, not by the file that is linked there.
    """
    return os.path.isabs(path) and _identity(path) == _identity(sys.executable)


def _identity(path: str) -> tuple[str, str]:
    return os.path.realpath(os.path.dirname(path)), os.path.realpath(path)


def _variables_of_target(task: Any, variables: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the variables that describe how modules run: those of the host that the task is delegated to, if any."""
    if task.delegate_to:
        delegated: Mapping[str, Any] = variables.get("ansible_delegated_vars", {}).get(task.delegate_to, {})
        return delegated
    return variables


def _interpreter_of_modules(variables: Mapping[str, Any], templar: Any) -> str:
    """Return the interpreter of modules as ansible-core chooses it; empty where it has not discovered one yet."""
    try:
        interpreter = templar.template(constants.config.get_config_value("INTERPRETER_PYTHON", variables=variables))
    except AnsibleError:
        # The module reports it.
        return ""
    interpreter = str(interpreter or "auto").strip()
    if interpreter.startswith("auto"):
        interpreter = variables.get("ansible_facts", {}).get("discovered_interpreter_python", "")
    return str(interpreter)
