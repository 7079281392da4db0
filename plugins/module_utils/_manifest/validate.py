# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Validate a manifest against schema, rules and releases, and sort, locate and format the findings."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from .._errors import OptionNames
from . import parser, positions
from .compatibility import compatibility_findings
from .finding import Finding
from .knowledge import parse_targets
from .parts import ManifestParts
from .rules import RULES
from .schema_check import JSONSCHEMA_IMPORT_ERROR, UnknownPolicy, schema_findings

MAX_FINDINGS = 1000
_MAX_LINES = 50
_MAX_WARNINGS = 20
_MORE = "more"
_RANK = {"error": 0, "warning": 1, "notice": 2}


def validate_manifest(
    manifest: dict[str, Any], *, unknown: UnknownPolicy = "warn", strict: bool = False, targets: Iterable[str] = ()
) -> tuple[Finding, ...]:
    """Return every fault of a manifest of plain values, errors first.

    ``unknown`` is the policy for members that only our reconstruction of the schema does not know. Where the vendor
    documents that an object allows no others, they are errors, unless ``unknown`` is ``ignore``. ``strict`` turns
    warnings into errors, not notices. ``targets`` are releases of vSphere such as ``8.0u3``; what does not work there
    is a finding, too. Raises :class:`OptionError` for ``targets``. Needs jsonschema.
    """
    releases = parse_targets(targets)
    parts = ManifestParts.of(manifest)
    findings = [
        *schema_findings(manifest, unknown),
        *(finding for rule in RULES for finding in rule(parts)),
        *compatibility_findings(parts, releases),
    ]
    return sort_findings(findings, strict=strict)


def sort_findings(findings: Iterable[Finding], *, strict: bool = False) -> tuple[Finding, ...]:
    """Return the findings, errors first; with ``strict``, warnings become errors.

    After 1000 of them, one more gives the number of those that are left out.
    """
    ranked = [replace(one, severity="error") if strict and one.severity == "warning" else one for one in findings]
    ranked.sort(key=lambda one: _RANK[one.severity])
    # Findings of several sources may have been counted before.
    counted = [one for one in ranked if one.rule == _MORE]
    ranked = [one for one in ranked if one.rule != _MORE]
    kept, left_out = ranked[:MAX_FINDINGS], ranked[MAX_FINDINGS:] + counted
    if not left_out:
        return tuple(kept)
    severity = min((one.severity for one in left_out), key=lambda one: _RANK[one])
    count = _count(left_out)
    reason = f"has at least {count} more findings, which are left out here"
    return (*kept, Finding(_MORE, severity, (), count, reason, "Correct the others first."))


def locate_findings(findings: Iterable[Finding], data: bytes, *, yaml: bool = False) -> tuple[Finding, ...]:
    """Return the findings with line and column in the bytes that the manifest was loaded from.

    Errors still come first; those of one severity are in the order of their places.
    """
    findings = tuple(findings)
    if not findings:
        return ()
    places = positions.find_places(parser.decode_utf8(data), {one.path for one in findings}, yaml=yaml)
    located = [replace(one, line=places[one.path][0], column=places[one.path][1]) for one in findings]
    return tuple(sorted(located, key=lambda one: (_RANK[one.severity], one.rule == _MORE, *places[one.path])))


def join_messages(findings: Iterable[Finding]) -> str:
    """Return the messages of some findings as one text, numbered when there are several."""
    messages = [finding.message for finding in findings]
    if len(messages) == 1:
        return messages[0]
    return " ".join(f"({number}) {message}" for number, message in enumerate(messages, 1))


def format_finding(finding: Finding, src: str | None = None) -> str:
    """Return one finding in the form of a compiler: file, line, column, severity, rule, message and remedy."""
    place = f"{os.path.basename(src)}:{finding.line}:{finding.column}: " if src and finding.line else ""
    return f"{place}{finding.severity}: [{finding.rule}] {finding.message} {finding.remedy}"


def format_report(findings: Iterable[Finding], src: str | None = None, names: OptionNames | None = None) -> str:
    """Return why a manifest is refused: a sentence for one finding, for several a heading and a line for each.

    ``src`` is the value of that option; ``names`` are the options as the reader knows them.
    """
    findings = tuple(findings)
    subject = f"{(names or OptionNames()).quote('src')} names {src}, which" if src else "The manifest"
    if len(findings) == 1:
        [one] = findings
        place = f" at line {one.line}, column {one.column}" if src and one.line else ""
        return f"{subject} is invalid{place}: [{one.rule}] {one.message} {one.remedy}"
    count = _count(findings)
    lines = [f"{subject} is invalid in {count} places:", *(format_finding(one, src) for one in findings[:_MAX_LINES])]
    if len(findings) > _MAX_LINES:
        lines.append(f"... and {count - _MAX_LINES} more; see the result `findings`.")
    return "\n".join(lines)


def format_warnings(findings: Iterable[Finding], src: str | None = None) -> list[str]:
    """Return the warnings of a task for the findings that are warnings, at most 21."""
    warnings = [finding for finding in findings if finding.severity == "warning"]
    lines = [format_finding(finding, src) for finding in warnings[:_MAX_WARNINGS]]
    if len(warnings) > _MAX_WARNINGS:
        lines.append(f"There are {len(warnings) - _MAX_WARNINGS} more warnings; see the result `findings`.")
    return lines


def import_errors(*, yaml: bool) -> dict[str, str]:
    """Return the names of the libraries that are missing, with the traceback of the import. ``yaml``: PyYAML, too."""
    libraries = {"jsonschema": JSONSCHEMA_IMPORT_ERROR, "PyYAML": parser.YAML_IMPORT_ERROR if yaml else None}
    return {name: error for name, error in libraries.items() if error}


def _count(findings: Iterable[Finding]) -> int:
    return sum(one.value if one.rule == _MORE else 1 for one in findings)
