# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Load a manifest, reduce it to plain values, and render it in its canonical form."""

from __future__ import annotations

import json
import math
from typing import Any

from .._errors import ManifestError
from .._foreign_text import quoted
from . import parser, positions
from .finding import Path, describe_value, format_path
from .schema import MANIFEST_SCHEMA
from .schema_nodes import known_members


def load_manifest(data: bytes, *, yaml: bool = False) -> dict[str, Any]:
    """Return the manifest in the bytes of a JSON file, or of a YAML file, which needs PyYAML.

    Raises :class:`ManifestError` with line and column for what :func:`parser.parse_json` and :func:`parser.parse_yaml`
    refuse, for other encodings than UTF-8, and for anything but an object.
    """
    text = parser.decode_utf8(data)
    value = parser.parse_yaml(text) if yaml else parser.parse_json(text)
    if not isinstance(value, dict):
        [(line, column)] = positions.find_places(text, [()], yaml=yaml).values()
        raise _no_object(value, f"line {line}, column {column}")
    return value


def plain_manifest(value: Any) -> dict[str, Any]:
    """Return the same manifest made of nothing but str, int, float, bool, None, list and dict.

    ansible-core 2.19 and newer passes subclasses of these, which must reach neither the schema nor the file.
    Raises :class:`ManifestError` for what JSON cannot represent, and for anything but an object.
    """
    if not isinstance(value, dict):
        raise _no_object(value, format_path(()))
    manifest: dict[str, Any] = _plain(value, (), 1)
    return manifest


def _no_object(value: Any, place: str) -> ManifestError:
    reason = f"must be an object with manifestVersion, requirements and more, got {describe_value(value)}"
    return ManifestError(reason, subject=place)


def render_manifest(manifest: dict[str, Any]) -> bytes:
    """Return the canonical bytes of a manifest: UTF-8, two spaces, a final newline.

    Known members come in the order of the schema, which begins with manifestVersion; names that the author chose, and
    unknown ones, in alphabetical order. Equal manifests give equal bytes, in whichever order they were written.
    """
    ordered = _ordered(manifest, MANIFEST_SCHEMA)
    return (json.dumps(ordered, ensure_ascii=False, allow_nan=False, indent=2) + "\n").encode("utf-8")


def format_text(data: bytes | None) -> str:
    """Return the text of a manifest's file for a diff, empty for no file."""
    return (data or b"").decode("utf-8", "replace")


def _plain(value: Any, path: Path, depth: int) -> Any:
    if depth > parser.MAX_DEPTH:
        raise ManifestError(f"is nested more than {parser.MAX_DEPTH} levels deep", subject=format_path(path))
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return _plain_text(value, path)
    if isinstance(value, int):
        if abs(value) >= 10**parser.MAX_DIGITS:
            raise ManifestError(
                "has a number that is too long",
                subject=format_path(path),
                remedy=f"give one of at most {parser.MAX_DIGITS} digits",
            )
        return int.__int__(value)
    if isinstance(value, float):
        if not math.isfinite(value):
            raise ManifestError("must be a finite number", subject=format_path(path), value=value)
        return float.__float__(value)
    if isinstance(value, (list, tuple)):
        return [_plain(item, (*path, index), depth + 1) for index, item in enumerate(value)]
    if isinstance(value, dict):
        return {_plain_name(name, path): _plain(one, (*path, name), depth + 1) for name, one in value.items()}
    reason = f"is a {type(value).__name__}, which JSON does not have"
    raise ManifestError(reason, subject=format_path(path), remedy="put it in quotes")


def _plain_name(name: Any, path: Path) -> str:
    if not isinstance(name, str):
        raise ManifestError(
            f"has a member named {quoted(name)}", subject=format_path(path), remedy="put the name in quotes"
        )
    return _plain_text(name, path)


def _plain_text(text: str, path: Path) -> str:
    text = str.__str__(text)
    if parser.has_surrogate(text):
        reason = "holds half of a character (a lone surrogate)"
        raise ManifestError(reason, subject=format_path(path), remedy="write the whole character")
    return text


def _ordered(value: Any, schema: Any) -> Any:
    if isinstance(value, list):
        return [_ordered(item, _keyword(schema, "items")) for item in value]
    if not isinstance(value, dict):
        return value
    known = known_members(schema)
    rank = {name: number for number, name in enumerate(known)}
    other = _keyword(schema, "additionalProperties")
    names = sorted(value, key=lambda name: (rank.get(name, len(rank)), name))
    return {name: _ordered(value[name], known.get(name, other)) for name in names}


def _keyword(schema: Any, keyword: str) -> Any:
    return schema.get(keyword) if isinstance(schema, dict) else None
