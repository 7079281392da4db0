# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Test the programs of the role manifest_server, and that its two engines send the same content types."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest
import yaml

ROLE = Path(__file__).parents[3] / "roles/manifest_server"


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
    variables = yaml.safe_load((ROLE / "vars/main.yml").read_text())
    plain = {name.removesuffix("; charset=utf-8"): suffixes for name, suffixes in embedded.items()}
    assert variables["__manifest_server_content_types"] == plain


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
