# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Where a task does its work: each condition alone forces the module."""

from __future__ import annotations

import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar
from ansible_collections.vsphere_ops.client_plugin.plugins.plugin_utils._single.placement import (
    can_work_here,
    is_own_python,
)

TASK = {"become": False, "async_val": 0, "environment": None, "delegate_to": None}
CONNECTION = {"transport": "local", "become": None}
OWN = {"ansible_python_interpreter": sys.executable}
OTHER = {"ansible_python_interpreter": "/opt/other/bin/python"}


@pytest.fixture(autouse=True)
def _no_configuration(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ANSIBLE_PYTHON_INTERPRETER", raising=False)


def works_here(
    task: dict[str, Any] | None = None,
    connection: dict[str, Any] | None = None,
    variables: dict[str, Any] | None = None,
) -> bool:
    given = OWN if variables is None else variables
    return can_work_here(
        SimpleNamespace(**(TASK | (task or {}))),
        SimpleNamespace(**(CONNECTION | (connection or {}))),
        given,
        Templar(loader=DataLoader(), variables=given),
    )


@pytest.mark.parametrize("environment", [None, {}, [], [{}]])
def test_a_local_connection_with_the_python_of_the_controller(environment: Any) -> None:
    assert works_here({"environment": environment})


@pytest.mark.parametrize(
    "task", [{"become": True}, {"async_val": 30}, {"environment": {"X": "y"}}, {"environment": [{}, {"X": "y"}]}]
)
def test_a_task_that_needs_its_own_process(task: dict[str, Any]) -> None:
    assert not works_here(task)


@pytest.mark.parametrize("connection", [{"transport": "ssh"}, {"become": object()}])
def test_a_connection_to_another_machine_or_user(connection: dict[str, Any]) -> None:
    assert not works_here(connection=connection)


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        (OTHER, False),
        ({"ansible_python_interpreter": "python3"}, False),
        ({"ansible_python_interpreter": f"{sys.executable} -E"}, False),
        # Not configured, or "auto": what was discovered counts.
        ({}, False),
        ({"ansible_python_interpreter": ""}, False),
        ({"ansible_python_interpreter": "auto_silent"}, False),
        ({"ansible_facts": {"discovered_interpreter_python": sys.executable}}, True),
        ({"ansible_facts": {"discovered_interpreter_python": "/opt/other/bin/python"}}, False),
        ({**OTHER, "ansible_facts": {"discovered_interpreter_python": sys.executable}}, False),
    ],
)
def test_the_interpreter_of_modules(variables: dict[str, Any], expected: bool) -> None:
    assert works_here(variables=variables) is expected


@pytest.mark.parametrize("option", ["here", "there"])
def test_the_variables_of_the_host_that_a_task_is_delegated_to(option: str) -> None:
    variables = {**(OTHER if option == "there" else OWN), "ansible_delegated_vars": {"h": OWN}}
    if option == "here":
        variables["ansible_delegated_vars"] = {"h": OTHER}
    assert works_here({"delegate_to": "h"}, variables=variables) is (option == "there")


def test_an_interpreter_of_the_configuration(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANSIBLE_PYTHON_INTERPRETER", sys.executable)
    assert works_here(variables={})


def test_a_link_in_the_same_folder_is_the_same_interpreter_and_one_elsewhere_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for folder in ("one", "other"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "python").symlink_to(sys.executable)
    (tmp_path / "one/python3").symlink_to("python")
    (tmp_path / "same").symlink_to("one")
    monkeypatch.setattr(sys, "executable", str(tmp_path / "one/python"))
    assert [
        is_own_python(str(tmp_path / name)) for name in ("one/python3", "same/python", "other/python", "one/no")
    ] == [
        True,
        True,
        False,
        False,
    ]
