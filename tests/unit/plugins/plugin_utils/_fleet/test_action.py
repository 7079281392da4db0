# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Test what the actions of a fleet share, and that none of them imports pyVmomi before it runs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from ansible.plugins.action import ActionBase
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._argument_specs import (
    FLEET_RULES,
    RENEWAL_RULES,
    fleet_spec,
    renewal_spec,
)
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._errors import OptionError
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._vcenter import client
from ansible_collections.vsphere_ops.client_plugin.plugins.plugin_utils._fleet.action import (
    FleetAction,
    FleetTask,
    run_fleet_task,
)

SECRET = "s3cret"
TASK = SimpleNamespace(check_mode=True, diff=False)
ACTIONS = sorted(path.stem for path in (Path(__file__).parents[5] / "plugins/action").glob("*.py"))


def run(work: Any, arguments: dict[str, Any], spec: Any = fleet_spec, rules: Any = None) -> dict[str, Any]:
    return run_fleet_task(work, arguments, spec(), rules or FLEET_RULES, task=TASK, loader=None)


def test_the_work_gets_valid_options_and_the_modes_of_the_task() -> None:
    seen: list[FleetTask] = []

    def work(fleet_task: FleetTask) -> dict[str, Any]:
        seen.append(fleet_task)
        return {"msg": "done"}

    assert run(work, {"vcenters": [], "key": "k", "concurrency": "3"}) == {"msg": "done"}
    assert (seen[0].options["concurrency"], seen[0].check_mode, seen[0].diff) == (3, True, False)


def test_an_error_of_the_options_is_a_failed_result_without_passwords() -> None:
    def work(_fleet_task: FleetTask) -> dict[str, Any]:
        raise OptionError("must not be this", option="label", value=SECRET)

    arguments = {"vcenters": [], "key": "k", "password": SECRET}
    assert run(work, arguments) == {"failed": True, "msg": "`label` must not be this, got '********'"}


@pytest.mark.parametrize(
    ("spec", "rules", "name"),
    [(fleet_spec, FLEET_RULES, "my_certificate"), (renewal_spec, RENEWAL_RULES, "server_certificate")],
)
def test_an_error_names_variables_of_the_inventory_where_they_hold_the_option(spec: Any, rules: Any, name: str) -> None:
    def work(_fleet_task: FleetTask) -> dict[str, Any]:
        raise OptionError("must be one", option="server_certificate", remedy="set O(history_path)")

    variables = {"server_certificate": "my_certificate", "history_path": "my_history"}
    arguments = {"inventory": {"hosts": [], "variables": variables}}
    if spec is renewal_spec:
        arguments |= {"keys": ["k"], "server_urls": ["https://plugins.example.com"]}
    assert run(work, arguments, spec, rules)["msg"] == f"`{name}` must be one; set `my_history`"


def test_without_pyvmomi_the_result_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "PYVMOMI_IMPORT_ERROR", "no module")
    result = run(None, {})
    assert result["failed"]
    assert "pyvmomi" in result["msg"]


def test_ansible_reads_the_actions_without_pyvmomi() -> None:
    modules = [f"ansible_collections.vsphere_ops.client_plugin.plugins.action.{name}" for name in ACTIONS]
    assert {"vcenter_extension", "vcenter_extension_info", "vcenter_extension_fleet"} < set(ACTIONS)
    program = f"import sys, {', '.join(modules)}; sys.exit('pyVmomi' in sys.modules)"
    subprocess.run([sys.executable, "-c", program], check=True, env={"PYTHONPATH": ":".join(filter(None, sys.path))})


def test_an_action_adds_the_result_of_its_work(monkeypatch: pytest.MonkeyPatch) -> None:
    class Action(FleetAction):
        spec = fleet_spec
        rules = FLEET_RULES

        def load_work(self) -> Any:
            return lambda fleet_task: {"changed": True, "options": fleet_task.options, "loader": fleet_task.loader}

    monkeypatch.setattr(ActionBase, "run", lambda *_arguments: {"base": 1})
    task = SimpleNamespace(args={"vcenters": [], "key": "k"}, check_mode=False, diff=False, async_val=0)
    result = Action(task, None, None, "loader", None, None).run()
    assert (result["base"], result["changed"], result["loader"]) == (1, True, "loader")
    assert (result["options"]["key"], result["options"]["concurrency"]) == ("k", fleet_spec()["concurrency"]["default"])
