# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""What an action for one vCenter returns, and when it leaves the work to the module."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar
from ansible_collections.vsphere_ops.client_plugin.plugins.action import vcenter_extension, vcenter_extension_info
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._errors import OptionError
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._single.result import TaskResult
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._vcenter import client
from ansible_collections.vsphere_ops.client_plugin.plugins.plugin_utils._single.action import ModuleAction

SECRET = "s3cret-of-one"
ARGUMENTS = {"hostname": "vc.example.com", "username": "u", "password": SECRET, "key": "com.example.one"}
OF_MODULE = {"msg": "the module"}


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    """Return a function that runs an action whose work is ``work``; the module returns OF_MODULE."""
    monkeypatch.setattr(ModuleAction, "run", lambda _self, _tmp, _variables: OF_MODULE)

    def run_action(
        work: Any,
        arguments: dict[str, Any] | None = None,
        action: Any = vcenter_extension,
        variables: dict[str, Any] | None = None,
        **task: Any,
    ) -> dict[str, Any]:
        monkeypatch.setattr(action.ActionModule, "work", staticmethod(work))
        loader = DataLoader()
        loader.set_basedir(str(tmp_path))
        given = {"ansible_python_interpreter": sys.executable, **(variables or {})}
        defaults = {"async_val": 0, "become": False, "environment": None, "delegate_to": None}
        modes = {"check_mode": False, "diff": False}
        ansible_task = SimpleNamespace(args=ARGUMENTS if arguments is None else arguments, **defaults | modes | task)
        connection = SimpleNamespace(transport="local", become=None, _shell=SimpleNamespace(tmpdir=None))
        templar = Templar(loader=loader, variables=given)
        plugin = action.ActionModule(ansible_task, connection, None, loader, templar, None)
        result: dict[str, Any] = plugin.run(task_vars=given)
        return result

    return run_action


def done(values: Any, *warnings: str) -> Any:
    return lambda _options, _session, **_modes: TaskResult(values, warnings)


def test_the_work_gets_options_session_and_modes(run: Any) -> None:
    seen: list[Any] = []

    def work(*arguments: Any, **modes: Any) -> TaskResult:
        seen.append((*arguments, modes))
        return TaskResult({"changed": True})

    assert run(work, {**ARGUMENTS, "port": "8443"}, check_mode=True)["changed"] is True
    options, session, modes = seen[0]
    assert (options["port"], options["state"], options["ca_path"]) == (8443, "present", None)
    assert session is client.session
    assert modes == {"check_mode": True, "diff": False}


def test_the_result_has_the_types_of_a_module(run: Any) -> None:
    arguments = {name: value for name, value in ARGUMENTS.items() if name != "key"}
    result = run(done({"changed": False, "extensions": ({"a": ("b",)},)}), arguments, vcenter_extension_info)
    result.pop("invocation", None)
    assert result == {"changed": False, "extensions": [{"a": ["b"]}]}


def test_warnings_are_those_of_the_work(run: Any) -> None:
    assert run(done({}, "one", "two"))["warnings"] == ["one", "two"]
    assert "warnings" not in run(done({}))


@pytest.mark.parametrize("shown", [True, False])
def test_the_password_is_in_no_part_of_a_result(run: Any, shown: bool) -> None:
    result = run(
        done({"extension": {"label": f"<{SECRET}>"}}, f"about {SECRET}"), variables={"ansible_inject_invocation": shown}
    )
    assert SECRET not in str(result)
    assert (result["extension"], result["warnings"]) == ({"label": "<********>"}, ["about ********"])
    if shown:
        options = result["invocation"]["module_args"]
        assert (options["password"], options["key"]) == ("VALUE_SPECIFIED_IN_NO_LOG_PARAMETER", "com.example.one")


def test_a_password_of_the_environment_is_a_secret_as_well(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VMWARE_PASSWORD", SECRET)
    arguments = {name: value for name, value in ARGUMENTS.items() if name != "password"}
    assert SECRET not in str(run(done({"extension": SECRET}), arguments))


def test_an_error_is_a_failed_result(run: Any) -> None:
    def work(*_arguments: Any, **_modes: Any) -> TaskResult:
        raise OptionError("must not be this", option="label", value=SECRET)

    result = run(work)
    result.pop("invocation", None)
    assert result == {"failed": True, "msg": "`label` must not be this, got '********'"}


def test_relative_paths_start_in_the_base_folder_of_the_loader(run: Any, tmp_path: Path) -> None:
    before = os.getcwd()
    assert run(lambda *_arguments, **_modes: TaskResult({"here": os.getcwd()}))["here"] == str(tmp_path)
    assert os.getcwd() == before


def test_the_home_folder_of_a_path_is_expanded(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/of/user")
    result = run(
        lambda options, _session, **_modes: TaskResult({"path": options["definition"]}),
        {**ARGUMENTS, "definition": "~/extension.xml"},
    )
    assert result["path"] == "/home/of/user/extension.xml"


@pytest.mark.parametrize(
    "arguments",
    [
        {**ARGUMENTS, "no_such_option": 1},
        {**ARGUMENTS, "port": "many"},
        {**ARGUMENTS, "user": "both"},
        {name: value for name, value in ARGUMENTS.items() if name != "key"},
        {name: value for name, value in ARGUMENTS.items() if name != "hostname"},
    ],
)
def test_the_module_reports_options_that_are_not_valid(
    run: Any, monkeypatch: pytest.MonkeyPatch, arguments: dict[str, Any]
) -> None:
    monkeypatch.delenv("VMWARE_HOST", raising=False)
    assert run(done({}), arguments) == OF_MODULE


def test_the_module_reports_that_pyvmomi_is_missing(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "PYVMOMI_IMPORT_ERROR", "no module")
    assert run(done({})) == OF_MODULE


def test_the_module_does_what_the_worker_cannot(run: Any) -> None:
    assert run(done({}), become=True) == OF_MODULE
