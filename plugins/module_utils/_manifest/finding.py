# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Define what a finding about a manifest is, and write paths and values for its message."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from .._foreign_text import one_line, quoted

Severity = Literal["error", "warning", "notice"]
Step: TypeAlias = "str | int"
# The names of members and the indexes of items that lead from the root of a manifest to a value.
Path: TypeAlias = "tuple[Step, ...]"

_SIMPLE_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_LONGEST_VALUE = 60
_LONGEST_NAME = 100


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault of a manifest.

    ``reason`` is a predicate about the value at ``path``, without a full stop, and ``remedy`` a sentence. ``file`` is
    the name of the manifest in an archive of several. ``line`` and ``column`` count from 1; they are None where the
    manifest was not read from a text.
    """

    rule: str
    severity: Severity
    path: Path
    value: Any
    reason: str
    remedy: str
    file: str = ""
    line: int | None = None
    column: int | None = None

    @property
    def place(self) -> str:
        """Return the path as text, after the name of the file if there is one."""
        path = format_path(self.path)
        return f"{one_line(self.file)}: {path}" if self.file else path

    @property
    def message(self) -> str:
        """Return one sentence with the place, the value and what is allowed."""
        return f"{self.place} {self.reason}{'' if self.reason.endswith('?') else '.'}"

    def result(self) -> dict[str, Any]:
        """Return the finding as modules return it."""
        return {
            "rule": self.rule,
            "severity": self.severity,
            "path": self.place,
            "value": self.value,
            "message": self.message,
            "remedy": self.remedy,
            "line": self.line,
            "column": self.column,
        }


def format_path(path: Path) -> str:
    """Return a path as JSONPath text: ``$.a.b[0]``, or ``$['a.b']`` for a name with other characters."""
    return "$" + "".join(_format_step(step) for step in path)


def _format_step(step: Step) -> str:
    if isinstance(step, str) and _SIMPLE_NAME.fullmatch(step):
        return f".{step}"
    return f"[{quoted(step, _LONGEST_NAME)}]"


def describe_value(value: Any) -> str:
    """Return a short description of a value for a message, with its JSON type."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return f"the number {value}"
    if isinstance(value, str):
        return quoted(value, _LONGEST_VALUE) if value else "an empty text"
    kind = "object" if isinstance(value, dict) else "list"
    article = "an" if isinstance(value, dict) else "a"
    return f"{article} {kind}" if value else f"an empty {kind}"


def join_names(names: Iterable[str], limit: int = 5) -> str:
    """Return a few names and the number of the others, such as ``de-DE, fr-FR and 38 more``."""
    names = list(names)
    if len(names) <= limit:
        return " and ".join(filter(None, (", ".join(names[:-1]), names[-1]))) if names else ""
    return f"{', '.join(names[:limit])} and {len(names) - limit} more"
