# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""The only file that knows what a plugin.json goes through: it is read, checked, told about and written.

Everything here is pure: values in, values out.
"""

from __future__ import annotations

import json
import math
import re
from typing import Any

from .._errors import ManifestError
from . import parser, positions
from .finding import member, shown
from .schema import MANIFEST_SCHEMA
from .schema_check import known_members

_HALF = re.compile("[\ud800-\udfff]")


def load_manifest(data: bytes, *, yaml: bool = False) -> dict[str, Any]:
    """The manifest in the bytes of a JSON file, or of a YAML one where PyYAML is there.

    Raises :class:`ManifestError` with line and column for duplicate names, comments, trailing commas, NaN, encodings
    other than UTF-8, and texts that are too long or nested too deep.
    """
    text = parser.decode_utf8(data)
    value = parser.parse_yaml(text) if yaml else parser.parse_json(text)
    if not isinstance(value, dict):
        [place] = positions.places(text, ["$"], yaml=yaml).values()
        raise ManifestError(f"line {place[0]}, column {place[1]}: {_no_object(value)}")
    # Both readers make plain values.
    return value


def plain_manifest(value: Any) -> dict[str, Any]:
    """The same manifest made of nothing but str, int, float, bool, None, list and dict.

    ansible-core 2.19 and newer hands over subclasses of these, which must reach neither the schema nor the file.
    Raises :class:`ManifestError` for what JSON cannot say, and for anything but an object.
    """
    if not isinstance(value, dict):
        raise ManifestError(_no_object(value))
    manifest: dict[str, Any] = _plain(value, "$", 1)
    return manifest


def _no_object(value: Any) -> str:
    return f"it is {shown(value)}; a manifest is an object with manifestVersion, requirements and more"


def render_manifest(manifest: dict[str, Any]) -> bytes:
    """The canonical bytes of a manifest: UTF-8, two spaces, a final newline.

    Known members come in the order of the schema, which starts with manifestVersion; names that the author chose, and
    unknown ones, in alphabetical order. So equal manifests give equal bytes, in whichever order they were written.
    """
    ordered = _ordered(manifest, MANIFEST_SCHEMA)
    return (json.dumps(ordered, ensure_ascii=False, allow_nan=False, indent=2) + "\n").encode("utf-8")


def _plain(value: Any, path: str, depth: int) -> Any:
    if depth > parser.MAX_DEPTH:
        raise ManifestError(f"{path} is nested more than {parser.MAX_DEPTH} levels deep")
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return _plain_text(str.__str__(value), path)
    if isinstance(value, int):
        if abs(value) >= 10**parser.MAX_DIGITS:
            raise ManifestError(f"{path} has more than {parser.MAX_DIGITS} digits; give a shorter number")
        return int.__int__(value)
    if isinstance(value, float):
        if not math.isfinite(value):
            raise ManifestError(f"{path} is {value}, which JSON cannot say; give a finite number")
        return float.__float__(value)
    if isinstance(value, (list, tuple)):
        return [_plain(item, f"{path}[{index}]", depth + 1) for index, item in enumerate(value)]
    if isinstance(value, dict):
        return {_plain_name(name, path): _plain(one, member(path, name), depth + 1) for name, one in value.items()}
    raise ManifestError(f"{path} is a {type(value).__name__}, which JSON cannot say; put it between quotes")


def _plain_name(name: Any, path: str) -> str:
    if not isinstance(name, str):
        raise ManifestError(f"{path} has a member named {name!r}; put the name between quotes")
    return _plain_text(str.__str__(name), path)


def _plain_text(text: str, path: str) -> str:
    if _HALF.search(text):
        raise ManifestError(f"{path} holds half of a character (a lone surrogate); write the whole one")
    return text


def _ordered(value: Any, schema: Any) -> Any:
    if isinstance(value, list):
        return [_ordered(item, _part(schema, "items")) for item in value]
    if not isinstance(value, dict):
        return value
    known = known_members(schema)
    rank = {name: number for number, name in enumerate(known)}
    rest = _part(schema, "additionalProperties")
    names = sorted(value, key=lambda name: (rank.get(name, len(rank)), name))
    return {name: _ordered(value[name], known.get(name, rest)) for name in names}


def _part(schema: Any, keyword: str) -> Any:
    return schema.get(keyword) if isinstance(schema, dict) else None
