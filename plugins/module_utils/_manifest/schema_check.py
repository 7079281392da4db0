# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""The only file that knows jsonschema: where does a manifest break the schema, in sentences?"""

from __future__ import annotations

import difflib
import json
import re
import traceback
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any, Literal

from .finding import Finding, dig, member, shown
from .schema import LOCALE_PATTERN, MANIFEST_SCHEMA

try:
    import jsonschema
except ImportError:
    HAS_JSONSCHEMA = False
    JSONSCHEMA_IMPORT_ERROR: str | None = traceback.format_exc()
else:
    HAS_JSONSCHEMA = True
    JSONSCHEMA_IMPORT_ERROR = None

Unknown = Literal["error", "warn", "ignore"]

_TYPES = {
    "object": "an object",
    "array": "a list",
    "string": "a text",
    "integer": "a whole number",
    "boolean": "true or false",
}
# Far more than anybody reads, and each takes its time.
_MOST_ERRORS = 10_000
# To look for names that are alike takes its time.
_MOST_PROPOSALS = 100
_LOCALE = re.compile(LOCALE_PATTERN)


def schema_findings(manifest: dict[str, Any], unknown: Unknown) -> Iterator[Finding]:
    """Where the manifest breaks the schema. Texts that plainly keep it are not shown to jsonschema, which is slow."""
    yield from every_finding(_without_good_texts(manifest), unknown)


def every_finding(manifest: dict[str, Any], unknown: Unknown) -> Iterator[Finding]:
    """The same without the short cut."""
    # One value can break several keywords; the first of them says enough.
    reported: set[str] = set()
    # jsonschema goes through names in no fixed order.
    for error in sorted(islice(_validator().iter_errors(manifest), _MOST_ERRORS), key=_order):
        path = "$"
        for step in error.absolute_path:
            path = f"{path}[{step}]" if isinstance(step, int) else member(path, step)
        if error.validator == "additionalProperties":
            yield from _unknown_members(error, path, unknown)
            continue
        found = [finding for finding in _TRANSLATIONS[error.validator](error, path) if finding.path not in reported]
        reported.update(finding.path for finding in found)
        yield from found


def _order(error: Any) -> list[tuple[bool, int, str]]:
    return [(True, step, "") if isinstance(step, int) else (False, 0, step) for step in error.absolute_path]


def _without_good_texts(manifest: dict[str, Any]) -> dict[str, Any]:
    """The same manifest less the texts of i18n in which the schema has nothing to find."""
    texts = dig(manifest, "definitions", "i18n", "definitions")
    if not texts:
        return manifest
    good: set[str] = set()
    left = {key: text for key, text in texts.items() if not key or not _is_good(text, good)}
    definitions = manifest["definitions"]
    return manifest | {"definitions": definitions | {"i18n": definitions["i18n"] | {"definitions": left}}}


def _is_good(text: Any, good: set[str]) -> bool:
    """Says the same as the schema of one text. ``good`` remembers locales of the right form."""
    if not isinstance(text, dict) or "" in text.values() or not all(isinstance(one, str) for one in text.values()):
        return False
    new = text.keys() - good
    if not all(_LOCALE.search(locale) for locale in new):
        return False
    good.update(new)
    return True


def _validator() -> Any:
    extend: Callable[..., Any] = jsonschema.validators.extend
    checker = jsonschema.Draft7Validator.TYPE_CHECKER.redefine("integer", _is_whole)
    # jsonschema compares each item with each other one when they are of several types.
    keywords = {"uniqueItems": _unique_items}
    return extend(jsonschema.Draft7Validator, keywords, type_checker=checker)(MANIFEST_SCHEMA)


def _unique_items(_validator: Any, wanted: bool, instance: Any, _schema: Any) -> Iterator[Any]:
    if wanted and isinstance(instance, list) and any(_repeated(instance)):
        yield jsonschema.ValidationError("not unique")


def _repeated(values: list[Any]) -> Iterator[tuple[int, Any]]:
    """Each item that has stood in the list before, with its index."""
    seen: set[str] = set()
    for index, value in enumerate(values):
        # Tells true from 1, and needs no hash of lists and objects.
        text = json.dumps(value, sort_keys=True)
        if text in seen:
            yield index, value
        seen.add(text)


def _is_whole(_checker: Any, value: Any) -> bool:
    """JSON schema takes 1.0 for an integer; a client's parser need not."""
    return isinstance(value, int) and not isinstance(value, bool)


def _error(path: str, value: Any, message: str, remedy: str) -> Finding:
    return Finding("schema", "error", path, value, message, remedy)


def _allowed(node: dict[str, Any]) -> str:
    """Completes the sentence "it must be ..."."""
    allowed = node.get("enum")
    return f"{', '.join(map(repr, allowed[:-1]))} or {allowed[-1]!r}" if allowed else node["description"]


def _required(error: Any, path: str) -> Iterator[Finding]:
    known = known_members(error.schema)
    for name in error.validator_value:
        if name not in error.instance:
            where = member(path, name)
            yield _error(where, None, f"{where} is missing; it must be {_allowed(known[name])}.", f"Add {name}.")


def _type(error: Any, path: str) -> Iterator[Finding]:
    kinds = [error.validator_value] if isinstance(error.validator_value, str) else error.validator_value
    kind = " or ".join(_TYPES[one] for one in kinds)
    allowed = _allowed(error.schema)
    needed = allowed if allowed.startswith(kind) else f"{kind}: {allowed}"
    remedy = f"Give {kind}."
    if "string" in kinds and isinstance(error.instance, (bool, int, float)):
        remedy = "Put it between quotes."
    elif kinds[0] in ("integer", "boolean") and isinstance(error.instance, str):
        remedy = "Take the quotes away."
    yield _error(path, error.instance, f"{path} is {shown(error.instance)}; it must be {needed}.", remedy)


def _outside(error: Any, path: str) -> Iterator[Finding]:
    """A value of the right type outside of its range: enum, pattern, minLength, minimum, minItems, minProperties."""
    value, what = error.instance, _allowed(error.schema)
    if "propertyNames" in error.absolute_schema_path:
        named = member(path, value)
        yield _error(named, value, f"{named} has a wrong name; it must be {what}.", f"Rename {shown(value)}.")
        return
    if error.validator in ("minItems", "minProperties"):
        what += " and not empty"
    # Among versions the one that looks most alike is no better than the others.
    spelt = isinstance(value, str) and value[:1].isalpha()
    near = _near(value, error.schema.get("enum", ())) if spelt else ""
    remedy = f"Write {near or what}."
    yield _error(path, value, f"{path} is {shown(value)}; it must be {what}.", remedy)


def _unique(error: Any, path: str) -> Iterator[Finding]:
    for index, value in _repeated(error.instance):
        message = f"{path}[{index}] is {shown(value)} a second time; each may stand there once."
        yield _error(f"{path}[{index}]", value, message, "Take one of the two away.")


def _any_of(error: Any, path: str) -> Iterator[Finding]:
    """The schema uses anyOf for one thing only: at least one of some members is there."""
    names = [name for branch in error.validator_value for name in branch["required"]]
    message = f"{path} has none of {', '.join(names)}; it must have one of them."
    yield _error(path, error.instance, message, f"Add {' or '.join(names)}.")


def _unknown_members(error: Any, path: str, unknown: Unknown) -> Iterator[Finding]:
    known = list(error.schema["properties"])
    open_names = error.schema.get("x-open-names")
    if unknown == "ignore":
        return
    for number, name in enumerate(name for name in error.instance if name not in known):
        maybe = error.schema["x-closed"] == "inferred" or (open_names and re.search(open_names, name))
        near = _near(name, known) if number < _MOST_PROPOSALS else ""
        hint = f"did you mean {near}?" if near else f"known there are {', '.join(known)}."
        source = "not known" if maybe else "not allowed"
        yield Finding(
            "unknown",
            "warning" if maybe and unknown == "warn" else "error",
            member(path, name),
            error.instance[name],
            f"{member(path, name)} is {source} in a manifest; {hint}",
            f"Rename it to {near}." if near else "Take it away, or set unknown_properties to ignore.",
        )


def known_members(schema: Any) -> dict[str, Any]:
    """The members that a node names, those of its branches too."""
    if not isinstance(schema, dict):
        return {}
    branches = [schema.get("then"), schema.get("else"), *schema.get("allOf", ())]
    found: dict[str, Any] = dict(schema.get("properties", {}))
    for branch in branches:
        for name, node in known_members(branch).items():
            found.setdefault(name, node)
    return found


def _near(value: str, allowed: Iterable[str]) -> str:
    lower = {one.lower(): one for one in allowed}
    found = difflib.get_close_matches(value.lower(), lower, n=1, cutoff=0.75)
    return lower[found[0]] if found else ""


_TRANSLATIONS: dict[str, Callable[[Any, str], Iterator[Finding]]] = {
    "required": _required,
    "type": _type,
    "uniqueItems": _unique,
    "anyOf": _any_of,
} | dict.fromkeys(("enum", "pattern", "minLength", "minimum", "minItems", "minProperties"), _outside)
