# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Validate a manifest, and put the findings in order, at their places and into words."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from . import compatibility, parser, positions, schema_check
from .finding import Finding, Parts
from .rules import RULES
from .schema_check import Unknown

MOST_FINDINGS = 1000
MOST_LINES = 50
_MORE = "more"
_RANK = {"error": 0, "warning": 1, "notice": 2}


def validate_manifest(
    manifest: dict[str, Any], *, unknown: Unknown = "warn", strict: bool = False, targets: Iterable[str] = ()
) -> tuple[Finding, ...]:
    """Return every fault of a manifest of plain values, errors first.

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
    return sort_findings(found, strict=strict)


def sort_findings(findings: Iterable[Finding], *, strict: bool) -> tuple[Finding, ...]:
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


def locate_findings(findings: Iterable[Finding], data: bytes, *, yaml: bool = False) -> tuple[Finding, ...]:
    """Return the findings with line and column in the bytes that the manifest was read from, in that order.

    Errors still come first.
    """
    findings = tuple(findings)
    if not findings:
        return ()
    places = positions.places(parser.decode_utf8(data), {one.path for one in findings}, yaml=yaml)
    found = [replace(one, line=places[one.path][0], column=places[one.path][1]) for one in findings]
    return tuple(sorted(found, key=lambda one: (_RANK[one.severity], one.rule == _MORE, *places[one.path])))


def join_messages(findings: Iterable[Finding]) -> str:
    """The messages of some findings as one text, numbered when there are several."""
    messages = [finding.message for finding in findings]
    if len(messages) == 1:
        return messages[0]
    return " ".join(f"({number}) {message}" for number, message in enumerate(messages, 1))


def format_finding(finding: Finding, src: str | None = None) -> str:
    """One finding as a compiler tells it: file, line, column, severity, rule, what is wrong and the way out."""
    place = f"{os.path.basename(src)}:{finding.line}:{finding.column}: " if src and finding.line else ""
    return f"{place}{finding.severity}: [{finding.rule}] {finding.message} {finding.remedy}"


def format_report(findings: Iterable[Finding], src: str | None = None) -> str:
    """Why a manifest is refused: a sentence for one finding, for several a heading and a line for each."""
    findings = tuple(findings)
    what = f"src={src}" if src else "The manifest"
    if len(findings) == 1:
        [one] = findings
        place = f", line {one.line}, column {one.column}:" if src and one.line else " is wrong:"
        return f"{what}{place} [{one.rule}] {one.message} {one.remedy}"
    count = sum(one.value if one.rule == _MORE else 1 for one in findings)
    lines = [f"{what} is wrong in {count} places:", *(format_finding(one, src) for one in findings[:MOST_LINES])]
    if len(findings) > MOST_LINES:
        lines.append(f"... and {count - MOST_LINES} more; the findings have them.")
    return "\n".join(lines)
