# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Test the programs of the role manifest_server, that its two engines send the same content types, and its messages.

A message of a module that the role runs names a variable that the user of the role can set.
"""

from __future__ import annotations

import ast
import importlib.util
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils import _argument_specs_files as specs

ROOT = Path(__file__).parents[3]
ROLE = ROOT / "roles/manifest_server"
VARIABLES = yaml.safe_load((ROLE / "vars/main.yml").read_text())
DOCUMENTED = yaml.safe_load((ROLE / "meta/argument_specs.yml").read_text())["argument_specs"]["main"]["options"]
SPECS = {
    "extension_cert_info": specs.certificate_info_spec(),
    "plugin_content": specs.content_spec(),
    "plugin_manifest": specs.manifest_spec(),
    "server_certificate": specs.server_certificate_spec(),
    "server_certificate_install": specs.server_certificate_install_spec(),
    "server_certificate_request": specs.server_certificate_request_spec(),
}
# What raises the errors of each module, below plugins/.
CERTIFICATE_SOURCES = ("module_utils/_server_certificate", "module_utils/_certificate", "module_utils/_files")
SOURCES = dict.fromkeys(SPECS, CERTIFICATE_SOURCES) | {
    "plugin_content": ("modules/plugin_content.py", "module_utils/_archive", "module_utils/_files"),
    "plugin_manifest": ("module_utils/_manifest", "module_utils/_files"),
}
# Options without a variable or a phrase, each with the reason.
NOT_NAMED = {
    "keep_previous": "no message is about it",
    "variables": "it holds the names",
    "owner": "the role does not set it",
    "group": "the role does not set it",
    "mode": "the role does not set it",
    "private_key_mode": "the role does not set it",
    "host": "the role does not set it",
    "targets": "the role does not set it",
    "locales": "the role does not set it",
    "overlays": "the role does not set it",
    "icons": "the role does not set it",
    "content": "the role reads certificates from files only",
    "url": "the role reads certificates from files only",
    "ca_path": "the role reads certificates from files only",
    "timeout": "the role reads certificates from files only",
}


def program(name: str) -> ModuleType:
    """Return a program of the role as a module; runpy does not find it under ansible-test."""
    spec = importlib.util.spec_from_file_location(name, ROLE / f"files/{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    # Dataclasses need their module in sys.modules.
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


inspect_host = program("inspect_host")


def test_both_engines_send_the_same_types() -> None:
    embedded = program("embedded_server").CONTENT_TYPES
    plain = {name.removesuffix("; charset=utf-8"): suffixes for name, suffixes in embedded.items()}
    assert VARIABLES["__manifest_server_content_types"] == plain


@pytest.mark.parametrize(
    ("ports", "allowed"),
    [
        ("443", True),
        ("443/tcp", True),
        ("443/udp", False),
        ("400-500/tcp", True),
        ("400:443/tcp", True),
        ("444-500/tcp", False),
        ("4430/tcp", False),
        ("Nginx", False),
    ],
)
def test_firewall_rule_includes_port(ports: str, allowed: bool) -> None:
    assert inspect_host.includes_port(ports, 443) is allowed


@pytest.mark.parametrize(
    ("status", "allowed"),
    [
        ("Status: active\nDefault: deny (incoming)\n\n22/tcp  ALLOW IN  Anywhere\n", False),
        ("Status: active\nDefault: deny (incoming)\n\n443/tcp  ALLOW IN  Anywhere\n", True),
        ("Status: active\nDefault: deny (incoming)\n\n443/tcp (v6)  LIMIT IN  Anywhere (v6)\n", True),
        ("Status: active\nDefault: deny (incoming)\n\n443/tcp  DENY IN  Anywhere\n", False),
        ("Status: active\nDefault: allow (incoming)\n", True),
    ],
)
def test_ufw_allows_port(status: str, allowed: bool) -> None:
    assert inspect_host.ufw_allows(status, 443) is allowed


def module_calls(tasks: list[dict[str, Any]]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the name and the arguments of each module in SPECS that the tasks and their blocks run."""
    for task in tasks:
        for name in SPECS:
            if arguments := task.get(f"vsphere_ops.client_plugin.{name}"):
                yield name, arguments
        for part in ("block", "rescue", "always"):
            yield from module_calls(task.get(part, []))


CALLS = [
    pytest.param(name, arguments, id=f"{path.stem}-{name}-{number}")
    for role in ("manifest_server", "extension_registration")
    for path in sorted((ROOT / "roles" / role / "tasks").glob("*.yml"))
    for number, (name, arguments) in enumerate(module_calls(yaml.safe_load(path.read_text())))
]


ARGUMENTS = [pytest.param(call.values[1], id=call.id) for call in CALLS]


def names_of_call(arguments: dict[str, Any]) -> dict[str, str]:
    """Return the names that the call gives to options, not templated."""
    expression = arguments["variables"]
    if "install.variables" in expression:
        expression = VARIABLES["manifest_server_rotation"]["install"]
    if "__manifest_server_install" in expression:
        expression = VARIABLES["__manifest_server_install"]["variables"]
    dictionaries = [VARIABLES[name] for name in re.findall(r"\w+_variables", expression)]
    assert dictionaries
    return {option: name for one in dictionaries for option, name in one.items()}


def options_of_messages(module: str) -> set[str]:
    """Return the options of the module that its messages are about or refer to."""
    paths = [ROOT / "plugins" / source for source in SOURCES[module]]
    found: set[str] = set()
    for path in (file for one in paths for file in ([one] if one.is_file() else sorted(one.glob("*.py")))):
        nodes = list(ast.walk(ast.parse(path.read_text())))
        # params["option"] reads an option and says nothing about it.
        keys = {id(node.slice) for node in nodes if isinstance(node, ast.Subscript)}
        for node in nodes:
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in keys:
                found |= {node.value, *re.findall(r"O\(([a-z_]+)", node.value)}
    return found & SPECS[module].keys()


def test_the_calls_are_found() -> None:
    assert {call.values[0] for call in CALLS} == SPECS.keys()
    assert len(CALLS) > 10


@pytest.mark.parametrize("arguments", ARGUMENTS)
def test_every_option_of_a_call_has_a_variable_a_phrase_or_a_reason(arguments: dict[str, Any]) -> None:
    names = names_of_call(arguments)
    assert arguments.keys() - names.keys() - NOT_NAMED.keys() == set()
    assert not arguments.keys() & names.keys() & NOT_NAMED.keys()


@pytest.mark.parametrize(("module", "arguments"), CALLS)
def test_every_option_of_a_message_has_a_variable_a_phrase_or_a_reason(module: str, arguments: dict[str, Any]) -> None:
    options = options_of_messages(module)
    assert options
    assert options - names_of_call(arguments).keys() - NOT_NAMED.keys() == set()


@pytest.mark.parametrize("arguments", ARGUMENTS)
def test_every_name_is_a_public_variable_or_a_phrase(arguments: dict[str, Any]) -> None:
    for name in names_of_call(arguments).values():
        variables = re.findall(r"\bmanifest_server_\w+", name)
        assert set(variables) <= DOCUMENTED.keys()
        assert variables or " " in name
