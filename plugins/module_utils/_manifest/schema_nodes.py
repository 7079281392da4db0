# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""The only file that knows how a node of the manifest's schema is put together."""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]

# Python's $ also matches before a final newline; the look-ahead takes that away and means nothing elsewhere.
END = r"$(?!\n)"
_CAPABILITY_PATTERN = r"^[0-9]+\.[0-9]+\.[0-9]+" + END


def text(certainty: str, description: str, **keywords: Any) -> Schema:
    return {"type": "string", "minLength": 1, "description": description, "x-certainty": certainty} | keywords


def flag(certainty: str, **keywords: Any) -> Schema:
    return {"type": "boolean", "description": "true or false", "x-certainty": certainty} | keywords


def number(certainty: str, description: str, minimum: int) -> Schema:
    return {"type": "integer", "minimum": minimum, "description": description, "x-certainty": certainty}


def pair(certainty: str, first: str, second: str, unit: str, minimum: int, *, whole: bool = True) -> Schema:
    members = {name: number(certainty, unit, minimum) for name in (first, second)}
    required = (first, second) if whole else ()
    return record(certainty, "inferred", f"an object of {first} and {second}", members, required)


def array(certainty: str, description: str, items: Schema, **keywords: Any) -> Schema:
    node = {"type": "array", "items": items, "description": description, "x-certainty": certainty}
    return node | keywords


def record(
    certainty: str, closed: str, description: str, properties: dict[str, Schema], required: tuple[str, ...] = ()
) -> Schema:
    return {
        "type": "object",
        "required": [*required],
        "properties": properties,
        "additionalProperties": False,
        "description": description,
        "x-certainty": certainty,
        "x-closed": closed,
    }


def mapping(certainty: str, description: str, values: Schema, names: Schema, minimum: int = 0) -> Schema:
    return {
        "type": "object",
        "minProperties": minimum,
        "propertyNames": names,
        "additionalProperties": values,
        "description": description,
        "x-certainty": certainty,
    }


def capability(certainty: str, known: str, **keywords: Any) -> Schema:
    return text(
        certainty,
        f"a version of three numbers such as '{known}'",
        pattern=_CAPABILITY_PATTERN,
        **{"x-known-values": [known]},
        **keywords,
    )
