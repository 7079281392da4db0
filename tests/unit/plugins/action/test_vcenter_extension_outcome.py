# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""The outcome of one host: found in the result of the fleet action, or made here where that has omitted the host."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar
from ansible_collections.vsphere_ops.client_plugin.plugins.action import vcenter_extension_outcome

OUTCOME = {"name": "a", "failed": False, "changed": True, "action": "update"}
MAPPING = {"hostname": "my_host"}


@pytest.fixture
def report(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return a function that runs the action; the work for an omitted host returns the arguments that it got."""
    monkeypatch.setattr(
        vcenter_extension_outcome,
        "run_fleet_task",
        lambda _work, arguments, *_rest, **_options: {"results": [{**OUTCOME, "arguments": arguments}]},
    )

    def run(host_variables: dict[str, Any], **arguments: Any) -> dict[str, Any]:
        task = SimpleNamespace(args={"registered": "fleet", **arguments}, async_val=0, check_mode=False)
        connection = SimpleNamespace(_shell=SimpleNamespace(tmpdir=None))
        loader, variables = DataLoader(), {"inventory_hostname": "a", **host_variables}
        templar = Templar(loader=loader, variables=variables)
        action = vcenter_extension_outcome.ActionModule(task, connection, None, loader, templar, None)
        result: dict[str, Any] = action.run(task_vars=variables)
        return result

    return run


def test_the_outcome_of_the_host_is_its_result(report: Any) -> None:
    result = report({"fleet": {"results": [{**OUTCOME, "name": "b"}, OUTCOME]}}, variables="not_read")
    assert result == {"failed": False, "changed": True, "action": "update"}


@pytest.mark.parametrize("given", [MAPPING, "the_variables"], ids=["dictionary", "name of a variable"])
def test_an_omitted_host_does_its_own_work(report: Any, given: Any) -> None:
    result = report({"the_variables": MAPPING}, variables=given)
    assert result["arguments"]["inventory"] == {"hosts": ["a"], "variables": MAPPING}


@pytest.mark.parametrize("given", ["no_variable", "a_text", ["my_host"]])
def test_variables_that_are_no_mapping(report: Any, given: Any) -> None:
    result = report({"a_text": "text"}, variables=given)
    assert result["failed"]
    assert result["msg"].startswith("`variables` must be a dictionary or the name of a variable that holds one, got ")
