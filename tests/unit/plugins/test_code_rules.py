# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Rules of CONTRIBUTING.md that can be read from the source: errors are data, and modules are thin."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PLUGINS = Path(__file__).parents[3] / "plugins"
FILES = {path.relative_to(PLUGINS).as_posix(): path for path in sorted(PLUGINS.rglob("*.py"))}
# Exceptions outside of the tree in _errors.py, each with its reason.
PRIVATE_EXCEPTIONS: dict[str, str] = {}
# Functions that must read the message of a library, each with its reason.
MESSAGE_READERS = {"_http_status": "pyVmomi raises HTTPException with the status in its text only"}
# What takes a text apart or compares it.
INSPECTIONS = {
    "count", "endswith", "find", "index", "lower", "lstrip", "partition", "removeprefix", "removesuffix", "replace",
    "rpartition", "rstrip", "split", "splitlines", "startswith", "strip",
}  # fmt: skip
MATCHERS = {"match", "search", "fullmatch", "findall", "sub", "split"}
LONGEST_MAIN = 30


def exception_classes(tree: ast.AST) -> Iterator[str]:
    """Yield the name of each class that derives from an exception, as far as the names of its bases show that."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            bases = [base.attr if isinstance(base, ast.Attribute) else getattr(base, "id", "") for base in node.bases]
            if any(base.endswith(("Error", "Exception")) for base in bases):
                yield node.name


def inspected_messages(tree: ast.AST) -> Iterator[int]:
    """Yield the line of each place that takes the text of an exception apart, or compares it.

    Exceptions are what is caught, and parameters that are named error.
    """
    caught = {node.name for node in ast.walk(tree) if isinstance(node, ast.ExceptHandler) and node.name} | {"error"}
    exempt = {
        id(part)
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and node.name in MESSAGE_READERS
        for part in ast.walk(node)
    }

    def is_message(node: ast.AST) -> bool:
        if not isinstance(node, ast.Call):
            return False
        if isinstance(node.func, ast.Name) and node.func.id == "str" and len(node.args) == 1:
            return isinstance(node.args[0], ast.Name) and node.args[0].id in caught
        return isinstance(node.func, ast.Attribute) and node.func.attr in ("message", "problem")

    for node in (node for node in ast.walk(tree) if id(node) not in exempt):
        if isinstance(node, ast.Compare) and any(map(is_message, [node.left, *node.comparators])):
            yield node.lineno
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            if node.func.attr in INSPECTIONS and is_message(node.func.value):
                yield node.lineno
            if node.func.attr in MATCHERS and any(map(is_message, node.args)):
                yield node.lineno


def length_of_main(tree: ast.Module) -> int:
    """Return the number of lines of the function main, 0 where there is none."""
    return sum(
        (node.end_lineno or 0) - node.lineno + 1
        for node in tree.body
        if isinstance(node, ast.FunctionDef) and node.name == "main"
    )


@pytest.mark.parametrize("name", FILES)
def test_the_file_keeps_the_rules(name):
    tree = ast.parse(FILES[name].read_text("utf-8"))
    if name != "module_utils/_errors.py":
        assert set(exception_classes(tree)) <= set(PRIVATE_EXCEPTIONS)
    assert list(inspected_messages(tree)) == []
    if name.startswith("modules/"):
        assert length_of_main(tree) <= LONGEST_MAIN


@pytest.mark.parametrize("base", ["ValueError", "errors.OptionError", "Exception"])
def test_the_rule_finds_an_exception(base):
    assert list(exception_classes(ast.parse(f"class A({base}):\n    pass"))) == ["A"]


@pytest.mark.parametrize(
    "expression",
    [
        "str(error) == 'x'",
        "'x' in str(error)",
        "str(error).partition(';')",
        "str(error).removeprefix('x')",
        "re.match('x', str(error))",
        "error.message().split(';')",
    ],
)
def test_the_rule_finds_an_inspected_message(expression):
    text = f"try:\n    pass\nexcept ValueError as error:\n    {expression}\n"
    assert list(inspected_messages(ast.parse(text))) == [4]


def test_the_rule_accepts_messages_that_are_shown():
    text = "try:\n    pass\nexcept ValueError as error:\n    fail(f'{error}', str(error), 'a' == 'b'.strip())\n"
    assert list(inspected_messages(ast.parse(text))) == []


def test_the_rule_measures_main():
    assert length_of_main(ast.parse("def main():\n    a\n    b\n\n\ndef other():\n    c\n")) == 3
