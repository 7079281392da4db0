# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Test that a message of the role names a variable that its user can set, whatever option the message is about."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils import _argument_specs
from ansible_collections.vsphere_ops.client_plugin.plugins.plugin_utils._fleet.vcenters import task_option_names

ROOT = Path(__file__).parents[3]
ROLE = ROOT / "roles/extension_registration"
VARIABLES = yaml.safe_load((ROLE / "vars/main.yml").read_text())["__extension_registration_variables"]
DOCUMENTED = yaml.safe_load((ROLE / "meta/argument_specs.yml").read_text())["argument_specs"]["main"]["options"]
SPECS = {
    "fleet": _argument_specs.fleet_spec(),
    "renewal": _argument_specs.renewal_spec(),
    "rollback": _argument_specs.rollback_spec(),
}
NAMES = {name: task_option_names({"inventory": {"variables": VARIABLES}}, spec) for name, spec in SPECS.items()}

# Options that no variable of the role holds, each with the reason.
SET_BY_THE_ROLE = {
    "vcenters": "the hosts of the play are the vCenters",
    "inventory": "the hosts of the play are the vCenters",
    "tolerate_failures": "each host reports its own failure",
    "keys": "a rollback has the key of the role, a renewal has those of the manifest server",
    "server_urls": "the playbook rotate_certificate reads them from the manifest server",
}
OF_THE_ROTATION = {
    "server_certificate": "the playbook rotate_certificate reads it from the manifest server",
    "server_certificate_path": "the renewal of the role takes the certificate itself",
}


@pytest.mark.parametrize(("action", "option"), [(action, option) for action, spec in SPECS.items() for option in spec])
def test_every_option_has_a_variable_of_the_role_or_a_reason(action: str, option: str) -> None:
    unnamed = SET_BY_THE_ROLE | (OF_THE_ROTATION if action == "renewal" else {})
    assert (NAMES[action].name(option) in DOCUMENTED) is (option not in unnamed)


def test_a_message_names_the_public_variable_where_a_private_one_is_read() -> None:
    assert VARIABLES["plugin_servers"].startswith("__")
    assert NAMES["fleet"].name("plugin_servers[0].url") == "extension_registration_plugin_servers[0].url"


def texts_of(tree: ast.AST) -> Iterator[str]:
    """Yield the texts of a module without its docstrings."""
    docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            yield node.value


def referenced_options() -> set[str]:
    """Return the options that messages of the packages below the fleet actions refer to as O(option)."""
    packages = ("module_utils/_vcenter", "module_utils/_extension", "module_utils/_preflight", "plugin_utils/_fleet")
    modules = [path for name in packages for path in sorted((ROOT / "plugins" / name).glob("*.py"))]
    texts = [text for path in modules for text in texts_of(ast.parse(path.read_text()))]
    return {match for text in texts for match in re.findall(r"O\(([a-z_]+)", text)}


def test_every_option_that_a_message_refers_to_has_a_variable_or_a_reason() -> None:
    referenced = referenced_options()
    assert {"hostname", "ca_path", "timeout"} <= referenced
    missing = {name for name in referenced if NAMES["fleet"].name(name) not in DOCUMENTED} - SET_BY_THE_ROLE.keys()
    assert missing == set()
