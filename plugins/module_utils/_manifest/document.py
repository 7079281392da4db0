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
import os
import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from . import compatibility, parser, positions, schema_check
from .finding import Parts, member, shown
from .parser import ManifestError
from .rules import RULES, Finding
from .schema import MANIFEST_SCHEMA
from .schema_check import Unknown, known_members

__all__ = [
    "HAS_JSONSCHEMA",
    "JSONSCHEMA_IMPORT_ERROR",
    "Finding",
    "ManifestError",
    "Unknown",
    "check",
    "line",
    "load",
    "located",
    "ordered",
    "plain",
    "render",
    "report",
    "sentences",
]

HAS_JSONSCHEMA = schema_check.HAS_JSONSCHEMA
JSONSCHEMA_IMPORT_ERROR = schema_check.JSONSCHEMA_IMPORT_ERROR

MOST_FINDINGS = 1000
MOST_LINES = 50
_MORE = "more"
_RANK = {"error": 0, "warning": 1, "notice": 2}
_HALF = re.compile("[\ud800-\udfff]")


def load(data: bytes, *, yaml: bool = False) -> dict[str, Any]:
    """The manifest in the bytes of a JSON file, or of a YAML one where PyYAML is there.

    Raises :class:`ManifestError` with line and column for duplicate names, comments, trailing commas, NaN, encodings
    other than UTF-8, and texts that are too long or nested too deep.
    """
    text = parser.decode(data)
    value = parser.read_yaml(text) if yaml else parser.read_json(text)
    if not isinstance(value, dict):
        [place] = positions.places(text, ["$"], yaml=yaml).values()
        raise ManifestError(f"line {place[0]}, column {place[1]}: {_no_object(value)}")
    # Both readers make plain values.
    return value


def plain(value: Any) -> dict[str, Any]:
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


def check(
    manifest: dict[str, Any], *, unknown: Unknown = "warn", strict: bool = False, targets: Iterable[str] = ()
) -> tuple[Finding, ...]:
    """Every fault of a manifest that :func:`plain` or :func:`load` gave, errors first.

    ``unknown`` is for members that only our reconstruction of the schema does not know. Where the vendor documents that
    an object takes no others, they are errors as well, unless ``unknown`` is ``ignore``. ``strict`` makes errors of
    warnings, not of notices. ``targets`` are vSphere versions such as ``8.0u3``; what will not work there is told, too.
    Raises :class:`ManifestError` for a target that is none. Needs jsonschema.
    """
    releases = compatibility.releases(targets)
    parts = Parts.of(manifest)
    found = [
        *schema_check.schema_findings(manifest, unknown),
        *(finding for rule in RULES for finding in rule(parts)),
        *compatibility.findings(parts, releases),
    ]
    return ordered(found, strict=strict)


def ordered(findings: Iterable[Finding], *, strict: bool) -> tuple[Finding, ...]:
    """Errors first; with ``strict``, warnings are errors. After 1000 of them, one more says how many are left out."""
    found = [replace(one, severity="error") if strict and one.severity == "warning" else one for one in findings]
    found.sort(key=lambda one: (_RANK[one.severity], one.rule == _MORE))
    # Findings of several sources may have been counted once before.
    counted = [one for one in found if one.rule == _MORE]
    found = [one for one in found if one.rule != _MORE]
    kept, left_out = found[:MOST_FINDINGS], found[MOST_FINDINGS:] + counted
    if not left_out:
        return tuple(kept)
    count = sum(one.value if one.rule == _MORE else 1 for one in left_out)
    severity = min((one.severity for one in left_out), key=lambda one: _RANK[one])
    message = f"$ has at least {count} more findings, which are left out here."
    return (*kept, Finding(_MORE, severity, "$", count, message, "Correct the others first."))


def located(findings: Iterable[Finding], data: bytes, *, yaml: bool = False) -> tuple[Finding, ...]:
    """The findings with line and column in the bytes that :func:`load` read the manifest from, in that order.

    Errors still come first.
    """
    findings = tuple(findings)
    if not findings:
        return ()
    places = positions.places(parser.decode(data), {one.path for one in findings}, yaml=yaml)
    found = [replace(one, line=places[one.path][0], column=places[one.path][1]) for one in findings]
    return tuple(sorted(found, key=lambda one: (_RANK[one.severity], one.rule == _MORE, *places[one.path])))


def render(manifest: dict[str, Any]) -> bytes:
    """The canonical bytes of a manifest: UTF-8, two spaces, a final newline.

    Known members come in the order of the schema, which starts with manifestVersion; names that the author chose, and
    unknown ones, in alphabetical order. So equal manifests give equal bytes, in whichever order they were written.
    """
    ordered = _ordered(manifest, MANIFEST_SCHEMA)
    return (json.dumps(ordered, ensure_ascii=False, allow_nan=False, indent=2) + "\n").encode("utf-8")


def sentences(findings: Iterable[Finding]) -> str:
    """The messages of some findings as one text, numbered when there are several."""
    messages = [finding.message for finding in findings]
    if len(messages) == 1:
        return messages[0]
    return " ".join(f"({number}) {message}" for number, message in enumerate(messages, 1))


def line(finding: Finding, src: str | None = None) -> str:
    """One finding as a compiler tells it: file, line, column, severity, rule, what is wrong and the way out."""
    place = f"{os.path.basename(src)}:{finding.line}:{finding.column}: " if src and finding.line else ""
    return f"{place}{finding.severity}: [{finding.rule}] {finding.message} {finding.remedy}"


def report(findings: Iterable[Finding], src: str | None = None) -> str:
    """Why a manifest is refused: a sentence for one finding, for several a heading and a line for each."""
    findings = tuple(findings)
    what = f"src={src}" if src else "The manifest"
    if len(findings) == 1:
        [one] = findings
        place = f", line {one.line}, column {one.column}:" if src and one.line else " is wrong:"
        return f"{what}{place} [{one.rule}] {one.message} {one.remedy}"
    count = sum(one.value if one.rule == _MORE else 1 for one in findings)
    lines = [f"{what} is wrong in {count} places:", *(line(one, src) for one in findings[:MOST_LINES])]
    if len(findings) > MOST_LINES:
        lines.append(f"... and {count - MOST_LINES} more; the findings have them.")
    return "\n".join(lines)


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
