# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Find the line and column of the values at some paths in a text of JSON or YAML.

The text is walked a second time, only when there are findings, and only along their paths. The standard library skips
everything else.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Iterable
from typing import Any, TypeAlias

from . import parser
from .finding import Path, Step

Place: TypeAlias = "tuple[int, int]"
# For each step on a path, the steps that follow it.
_Tree: TypeAlias = "dict[Step, Any]"

_SPACE = re.compile(r"[ \t\n\r]*")
_DECODER = json.JSONDecoder()


def find_places(text: str, paths: Iterable[Path], *, yaml: bool = False) -> dict[Path, Place]:
    """Return line and column, both from 1 on, of the value at each path, or of the innermost object on the way to it.

    The text must have been parsed without an error. Needs PyYAML for YAML.
    """
    paths = tuple(paths)
    tree: _Tree = {}
    for path in paths:
        branch = tree
        for step in path:
            branch = branch.setdefault(step, {})
    places: dict[Path, Place] = {}
    if yaml:
        _walk_yaml(parser.compose_yaml(text), tree, (), places)
    else:
        starts: dict[Path, int] = {}
        _walk_json(text, _skip_space(text, 0), tree, (), starts)
        lines = [0, *(match.end() for match in re.finditer("\n", text))]
        for path, position in starts.items():
            line = bisect_right(lines, position)
            places[path] = (line, position - lines[line - 1] + 1)
    return {path: _innermost(places, path) for path in paths}


def _innermost(places: dict[Path, Place], path: Path) -> Place:
    while path not in places:
        path = path[:-1]
    return places[path]


def _skip_space(text: str, position: int) -> int:
    match = _SPACE.match(text, position)
    return match.end() if match else position


def _walk_json(text: str, position: int, tree: _Tree, path: Path, starts: dict[Path, int]) -> int:
    """Note where the value at ``position`` and those in it that are in ``tree`` start; return the position after it."""
    starts[path] = position
    first = text[position]
    if not tree or first not in "{[":
        return _DECODER.raw_decode(text, position)[1]
    index = 0
    position = _skip_space(text, position + 1)
    while text[position] not in "}]":
        step: Step = index
        if first == "{":
            step, position = _DECODER.raw_decode(text, position)
            position = _skip_space(text, _skip_space(text, position) + 1)
        if step in tree:
            position = _walk_json(text, position, tree[step], (*path, step), starts)
        else:
            position = _DECODER.raw_decode(text, position)[1]
        index += 1
        position = _skip_space(text, position)
        if text[position] == ",":
            position = _skip_space(text, position + 1)
    return position + 1


def _walk_yaml(node: Any, tree: _Tree, path: Path, places: dict[Path, Place]) -> None:
    places[path] = (node.start_mark.line + 1, node.start_mark.column + 1)
    if not tree or isinstance(node.value, str):
        return
    for index, item in enumerate(node.value):
        step, value = (item[0].value, item[1]) if isinstance(item, tuple) else (index, item)
        if step in tree:
            _walk_yaml(value, tree[step], (*path, step), places)
