# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""The only file that knows where in a text of JSON or YAML the value at a JSON path stands.

Walks a second time, only when there is something to report, and only into what leads to it: the rest is passed over at
the speed of the standard library.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Iterable
from typing import Any, TypeAlias

from . import parser

Step: TypeAlias = "str | int"
Place = tuple[int, int]
# For each step towards something wanted, the steps behind it.
_Tree = dict[Step, Any]

_STEP = re.compile(r"\.([A-Za-z_][A-Za-z0-9_-]*)|\[([0-9]+)\]|\['((?:[^'\\]|\\.)*)'\]", re.DOTALL)
_ESCAPE = re.compile(r"\\u([0-9a-f]{4})|\\(.)", re.DOTALL)
_SPACE = re.compile(r"[ \t\n\r]*")
_DECODER = json.JSONDecoder()


def places(text: str, paths: Iterable[str], *, yaml: bool = False) -> dict[str, Place]:
    """Line and column, both from 1 on, of the value at each JSON path, or of the innermost object on the way to it.

    The text must have been read without an error. Needs PyYAML for YAML.
    """
    wanted = {path: steps_of(path) for path in paths}
    tree: _Tree = {}
    for steps in wanted.values():
        branch = tree
        for step in steps:
            branch = branch.setdefault(step, {})
    found: dict[tuple[Step, ...], Place] = {}
    if yaml:
        _yaml(parser.compose_yaml(text), tree, (), found)
    else:
        starts: dict[tuple[Step, ...], int] = {}
        _json(text, _space(text, 0), tree, (), starts)
        lines = [0, *(one.end() for one in re.finditer("\n", text))]
        for steps, position in starts.items():
            line = bisect_right(lines, position)
            found[steps] = (line, position - lines[line - 1] + 1)
    return {path: _nearest(found, steps) for path, steps in wanted.items()}


def steps_of(path: str) -> tuple[Step, ...]:
    """The names and indexes of a JSON path as findings have it."""
    return tuple(
        int(index) if index else simple or _ESCAPE.sub(_unescaped, quoted)
        for simple, index, quoted in _STEP.findall(path)
    )


def _unescaped(found: re.Match[str]) -> str:
    return chr(int(found[1], 16)) if found[1] else found[2]


def _nearest(found: dict[tuple[Step, ...], Place], steps: tuple[Step, ...]) -> Place:
    while steps not in found:
        steps = steps[:-1]
    return found[steps]


def _space(text: str, position: int) -> int:
    found = _SPACE.match(text, position)
    return found.end() if found else position


def _json(text: str, position: int, tree: _Tree, steps: tuple[Step, ...], starts: dict[tuple[Step, ...], int]) -> int:
    """Notes where the value at ``position`` and those wanted in it start, and gives the position after it."""
    starts[steps] = position
    first = text[position]
    if not tree or first not in "{[":
        return _DECODER.raw_decode(text, position)[1]
    index = 0
    position = _space(text, position + 1)
    while text[position] not in "}]":
        step: Step = index
        if first == "{":
            step, position = _DECODER.raw_decode(text, position)
            position = _space(text, _space(text, position) + 1)
        if step in tree:
            position = _json(text, position, tree[step], (*steps, step), starts)
        else:
            position = _DECODER.raw_decode(text, position)[1]
        index += 1
        position = _space(text, position)
        if text[position] == ",":
            position = _space(text, position + 1)
    return position + 1


def _yaml(node: Any, tree: _Tree, steps: tuple[Step, ...], found: dict[tuple[Step, ...], Place]) -> None:
    found[steps] = (node.start_mark.line + 1, node.start_mark.column + 1)
    if not tree or isinstance(node.value, str):
        return
    for index, item in enumerate(node.value):
        step, value = (item[0].value, item[1]) if isinstance(item, tuple) else (index, item)
        if step in tree:
            _yaml(value, tree[step], (*steps, step), found)
