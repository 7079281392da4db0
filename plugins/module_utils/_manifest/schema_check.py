# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Check a manifest against its schema with jsonschema, and turn the errors into findings."""

from __future__ import annotations

import difflib
import json
import re
import traceback
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any, Literal

from .finding import Finding, Path, describe_value
from .knowledge import LOCALE_PATTERN
from .parts import object_at
from .schema import MANIFEST_SCHEMA
from .schema_nodes import known_members

try:
    import jsonschema
except ImportError:
    HAS_JSONSCHEMA = False
    JSONSCHEMA_IMPORT_ERROR: str | None = traceback.format_exc()
else:
    HAS_JSONSCHEMA = True
    JSONSCHEMA_IMPORT_ERROR = None

# What to do about members that the schema does not know.
UnknownPolicy = Literal["error", "warn", "ignore"]

_TYPES = {
    "object": "an object",
    "array": "a list",
    "string": "a text",
    "integer": "a whole number",
    "boolean": "true or false",
}
# Far more than a person reads, and each takes time.
_MAX_ERRORS = 10_000
# The search for similar names takes its time.
_MAX_PROPOSALS = 100
_LOCALE = re.compile(LOCALE_PATTERN)


def schema_findings(manifest: dict[str, Any], unknown: UnknownPolicy) -> Iterator[Finding]:
    """Yield a finding for each fault against the schema.

    Texts that plainly conform are kept from jsonschema, which is slow.
    """
    yield from _jsonschema_findings(_without_valid_texts(manifest), unknown)


def _jsonschema_findings(manifest: dict[str, Any], unknown: UnknownPolicy) -> Iterator[Finding]:
    # One value can break several keywords; the first of them is enough.
    reported: set[Path] = set()
    # jsonschema checks names in no fixed order.
    for error in sorted(islice(_validator().iter_errors(manifest), _MAX_ERRORS), key=_sort_key):
        path = tuple(error.absolute_path)
        if error.validator == "additionalProperties":
            yield from _unknown_members(error, path, unknown)
            continue
        findings = [one for one in _TRANSLATIONS[error.validator](error, path) if one.path not in reported]
        reported.update(one.path for one in findings)
        yield from findings


def _sort_key(error: Any) -> list[tuple[bool, int, str]]:
    return [(True, step, "") if isinstance(step, int) else (False, 0, step) for step in error.absolute_path]


def _without_valid_texts(manifest: dict[str, Any]) -> dict[str, Any]:
    """Return the manifest without the texts of i18n in which the schema would find nothing."""
    texts = object_at(manifest, "definitions", "i18n", "definitions")
    if not texts:
        return manifest
    valid_locales: set[str] = set()
    left = {key: text for key, text in texts.items() if not key or not _is_valid_text(text, valid_locales)}
    definitions = manifest["definitions"]
    return manifest | {"definitions": definitions | {"i18n": definitions["i18n"] | {"definitions": left}}}


def _is_valid_text(text: Any, valid_locales: set[str]) -> bool:
    """Return whether the schema finds nothing in one text. ``valid_locales`` collects locales of the right form."""
    if not isinstance(text, dict) or "" in text.values() or not all(isinstance(one, str) for one in text.values()):
        return False
    new = text.keys() - valid_locales
    if not all(_LOCALE.fullmatch(locale) for locale in new):
        return False
    valid_locales.update(new)
    return True


def _validator() -> Any:
    extend: Callable[..., Any] = jsonschema.validators.extend
    checker = jsonschema.Draft7Validator.TYPE_CHECKER.redefine("integer", _is_integer)
    # jsonschema compares each item with each other one when they are of several types.
    keywords = {"uniqueItems": _check_unique_items}
    return extend(jsonschema.Draft7Validator, keywords, type_checker=checker)(MANIFEST_SCHEMA)


def _check_unique_items(_validator: Any, enabled: bool, instance: Any, _schema: Any) -> Iterator[Any]:
    if enabled and isinstance(instance, list) and any(_repeated_items(instance)):
        yield jsonschema.ValidationError("not unique")


def _repeated_items(values: list[Any]) -> Iterator[tuple[int, Any]]:
    """Yield each item that occurs in the list before, with its index."""
    seen: set[str] = set()
    for index, value in enumerate(values):
        # Distinguishes true from 1, and needs no hash of lists and objects.
        text = json.dumps(value, sort_keys=True)
        if text in seen:
            yield index, value
        seen.add(text)


def _is_integer(_checker: Any, value: Any) -> bool:
    """Return whether a value is an integer. JSON schema takes 1.0 for one; the parser of a client need not."""
    return isinstance(value, int) and not isinstance(value, bool)


def _schema_error(path: Path, value: Any, reason: str, remedy: str) -> Finding:
    return Finding("schema", "error", path, value, reason, remedy)


def _allowed(node: dict[str, Any]) -> str:
    """Return what completes the sentence "it must be ..."."""
    allowed = node.get("enum")
    return f"{', '.join(map(repr, allowed[:-1]))} or {allowed[-1]!r}" if allowed else node["description"]


def _required(error: Any, path: Path) -> Iterator[Finding]:
    known = known_members(error.schema)
    for name in error.validator_value:
        if name not in error.instance:
            reason = f"is missing; it must be {_allowed(known[name])}"
            yield _schema_error((*path, name), None, reason, f"Add {name}.")


def _type(error: Any, path: Path) -> Iterator[Finding]:
    kinds = [error.validator_value] if isinstance(error.validator_value, str) else error.validator_value
    kind = " or ".join(_TYPES[one] for one in kinds)
    allowed = _allowed(error.schema)
    needed = allowed if allowed.startswith(kind) else f"{kind}: {allowed}"
    remedy = f"Give {kind}."
    if "string" in kinds and isinstance(error.instance, (bool, int, float)):
        remedy = "Put it in quotes."
    elif kinds[0] in ("integer", "boolean") and isinstance(error.instance, str):
        remedy = "Remove the quotes."
    yield _schema_error(path, error.instance, f"is {describe_value(error.instance)}; it must be {needed}", remedy)


def _range(error: Any, path: Path) -> Iterator[Finding]:
    """Translate enum, pattern, minLength, minimum, minItems and minProperties: the type is right, the value is not."""
    value, allowed = error.instance, _allowed(error.schema)
    if "propertyNames" in error.absolute_schema_path:
        reason = f"has an invalid name; it must be {allowed}"
        yield _schema_error((*path, value), value, reason, f"Rename {describe_value(value)}.")
        return
    if error.validator in ("minItems", "minProperties"):
        allowed += " and not empty"
    # Among versions the most similar one is not better than the others.
    is_word = isinstance(value, str) and value[:1].isalpha()
    near = _most_similar(value, error.schema.get("enum", ())) if is_word else ""
    yield _schema_error(path, value, f"is {describe_value(value)}; it must be {allowed}", f"Write {near or allowed}.")


def _unique(error: Any, path: Path) -> Iterator[Finding]:
    for index, value in _repeated_items(error.instance):
        reason = f"repeats {describe_value(value)}; each item must be unique"
        yield _schema_error((*path, index), value, reason, "Remove one of the two.")


def _any_of(error: Any, path: Path) -> Iterator[Finding]:
    """Translate anyOf, which the schema uses for one purpose: at least one of some members is required."""
    names = [name for branch in error.validator_value for name in branch["required"]]
    reason = f"has none of {', '.join(names)}; it must have one of them"
    yield _schema_error(path, error.instance, reason, f"Add {' or '.join(names)}.")


def _unknown_members(error: Any, path: Path, unknown: UnknownPolicy) -> Iterator[Finding]:
    known = list(error.schema["properties"])
    open_names = error.schema.get("x-open-names")
    if unknown == "ignore":
        return
    for number, name in enumerate(name for name in error.instance if name not in known):
        may_exist = error.schema["x-closed"] == "inferred" or (open_names and re.search(open_names, name))
        near = _most_similar(name, known) if number < _MAX_PROPOSALS else ""
        hint = f"did you mean {near}?" if near else f"known here are {', '.join(known)}"
        yield Finding(
            "unknown",
            "warning" if may_exist and unknown == "warn" else "error",
            (*path, name),
            error.instance[name],
            f"is not {'known' if may_exist else 'allowed'} in a manifest; {hint}",
            f"Rename it to {near}." if near else "Remove it, or set unknown_properties to ignore.",
        )


def _most_similar(value: str, allowed: Iterable[str]) -> str:
    lower = {one.lower(): one for one in allowed}
    matches = difflib.get_close_matches(value.lower(), lower, n=1, cutoff=0.75)
    return lower[matches[0]] if matches else ""


_TRANSLATIONS: dict[str, Callable[[Any, Path], Iterator[Finding]]] = {
    "required": _required,
    "type": _type,
    "uniqueItems": _unique,
    "anyOf": _any_of,
} | dict.fromkeys(("enum", "pattern", "minLength", "minimum", "minItems", "minProperties"), _range)
