# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Build the nodes of the manifest's schema."""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]

# Python's $ also matches before a final newline; the look-ahead excludes that and is neutral elsewhere.
END = r"$(?!\n)"
_CAPABILITY_PATTERN = r"^[0-9]+\.[0-9]+\.[0-9]+" + END


def text(certainty: str, description: str, **keywords: Any) -> Schema:
    """Return the schema of a text of at least one character."""
    return {"type": "string", "minLength": 1, "description": description, "x-certainty": certainty} | keywords


def flag(certainty: str, **keywords: Any) -> Schema:
    """Return the schema of true or false."""
    return {"type": "boolean", "description": "true or false", "x-certainty": certainty} | keywords


def number(certainty: str, description: str, minimum: int) -> Schema:
    """Return the schema of a whole number."""
    return {"type": "integer", "minimum": minimum, "description": description, "x-certainty": certainty}


def pair(certainty: str, first: str, second: str, unit: str, minimum: int, *, whole: bool = True) -> Schema:
    """Return the schema of an object of two whole numbers, both required if ``whole``."""
    members = {name: number(certainty, unit, minimum) for name in (first, second)}
    required = (first, second) if whole else ()
    return record(certainty, "inferred", f"an object of {first} and {second}", members, required)


def array(certainty: str, description: str, items: Schema, **keywords: Any) -> Schema:
    """Return the schema of a list."""
    node = {"type": "array", "items": items, "description": description, "x-certainty": certainty}
    return node | keywords


def record(
    certainty: str, closed: str, description: str, properties: dict[str, Schema], required: tuple[str, ...] = ()
) -> Schema:
    """Return the schema of an object that has no members other than ``properties``.

    ``closed`` is the certainty of that: ``documented`` or ``inferred``.
    """
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
    """Return the schema of an object whose names the author chooses."""
    return {
        "type": "object",
        "minProperties": minimum,
        "propertyNames": names,
        "additionalProperties": values,
        "description": description,
        "x-certainty": certainty,
    }


def capability(certainty: str, known: str, **keywords: Any) -> Schema:
    """Return the schema of a requirement whose value is a version."""
    return text(
        certainty,
        f"a version of three numbers such as '{known}'",
        pattern=_CAPABILITY_PATTERN,
        **{"x-known-values": [known]},
        **keywords,
    )


def known_members(schema: Any) -> dict[str, Any]:
    """Return the members that a node names, and those of its branches, with their nodes."""
    if not isinstance(schema, dict):
        return {}
    branches = [schema.get("then"), schema.get("else"), *schema.get("allOf", ())]
    members: dict[str, Any] = dict(schema.get("properties", {}))
    for branch in branches:
        for name, node in known_members(branch).items():
            members.setdefault(name, node)
    return members
