# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""The only file that knows jsonschema: is this a plugin.json that a vSphere Client would take, and which are its bytes?

Everything here is pure: values in, values out.
"""

from __future__ import annotations

import difflib
import json
import math
import re
import traceback
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Any, Literal

from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils import _manifest_text
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._manifest_rules import (
    RULES,
    Finding,
    Parts,
    member,
    shown,
)
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._manifest_schema import MANIFEST_SCHEMA
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._manifest_text import ManifestError

try:
    import jsonschema
except ImportError:
    HAS_JSONSCHEMA = False
    JSONSCHEMA_IMPORT_ERROR: str | None = traceback.format_exc()
else:
    HAS_JSONSCHEMA = True
    JSONSCHEMA_IMPORT_ERROR = None

Unknown = Literal["error", "warn", "ignore"]

_RANK = {"error": 0, "warning": 1, "notice": 2}
_TYPES = {
    "object": "an object",
    "array": "a list",
    "string": "a text",
    "integer": "a whole number",
    "boolean": "true or false",
}


def load(data: bytes, *, yaml: bool = False) -> dict[str, Any]:
    """The manifest in the bytes of a JSON file, or of a YAML one where PyYAML is there.

    Raises :class:`ManifestError` with line and column for duplicate names, comments, trailing commas, NaN, encodings
    other than UTF-8, and texts that are too long or nested too deep.
    """
    text = _manifest_text.decode(data)
    return plain(_manifest_text.read_yaml(text) if yaml else _manifest_text.read_json(text))


def plain(value: Any) -> dict[str, Any]:
    """The same manifest made of nothing but str, int, float, bool, None, list and dict.

    ansible-core 2.19 and newer hands over subclasses of these, which must reach neither the schema nor the file.
    Raises :class:`ManifestError` for what JSON cannot say, and for anything but an object.
    """
    if not isinstance(value, dict):
        raise ManifestError(
            f"it is {shown(value)}; a manifest is an object with manifestVersion, requirements and more"
        )
    manifest: dict[str, Any] = _plain(value, "$", 1)
    return manifest


def check(manifest: dict[str, Any], *, unknown: Unknown = "warn", strict: bool = False) -> tuple[Finding, ...]:
    """Every fault of a manifest that :func:`plain` or :func:`load` gave, errors first.

    ``unknown`` is for members that only our reconstruction of the schema does not know. Where the vendor documents that
    an object takes no others, they are errors as well, unless ``unknown`` is ``ignore``. ``strict`` makes errors of
    warnings. Needs jsonschema.
    """
    parts = Parts.of(manifest)
    found = [*_schema_findings(manifest, unknown), *(finding for rule in RULES for finding in rule(parts))]
    if strict:
        found = [replace(one, severity="error") if one.severity == "warning" else one for one in found]
    return tuple(sorted(found, key=lambda one: _RANK[one.severity]))


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


def _plain(value: Any, path: str, depth: int) -> Any:
    if depth > _manifest_text.MAX_DEPTH:
        raise ManifestError(f"{path} is nested more than {_manifest_text.MAX_DEPTH} levels deep")
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return _plain_text(str.__str__(value), path)
    if isinstance(value, int):
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
    if any("\ud800" <= char <= "\udfff" for char in text):
        raise ManifestError(f"{path} holds half of a character (a lone surrogate); write the whole one")
    return text


def _ordered(value: Any, schema: Any) -> Any:
    if isinstance(value, list):
        return [_ordered(item, _part(schema, "items")) for item in value]
    if not isinstance(value, dict):
        return value
    known = _known(schema)
    rank = {name: number for number, name in enumerate(known)}
    rest = _part(schema, "additionalProperties")
    names = sorted(value, key=lambda name: (rank.get(name, len(rank)), name))
    return {name: _ordered(value[name], known.get(name, rest)) for name in names}


def _known(schema: Any) -> dict[str, Any]:
    """The members that a node names, those of its branches too."""
    if not isinstance(schema, dict):
        return {}
    branches = [schema.get("then"), schema.get("else"), *schema.get("allOf", ())]
    found: dict[str, Any] = dict(schema.get("properties", {}))
    for branch in branches:
        for name, node in _known(branch).items():
            found.setdefault(name, node)
    return found


def _part(schema: Any, keyword: str) -> Any:
    return schema.get(keyword) if isinstance(schema, dict) else None


def _schema_findings(manifest: dict[str, Any], unknown: Unknown) -> Iterator[Finding]:
    extend: Callable[..., Any] = jsonschema.validators.extend
    checker = jsonschema.Draft7Validator.TYPE_CHECKER.redefine("integer", _is_whole)
    validator = extend(jsonschema.Draft7Validator, type_checker=checker)(MANIFEST_SCHEMA)
    # One value can break several keywords; the first of them says enough.
    reported: set[str] = set()
    for error in validator.iter_errors(manifest):
        path = "$"
        for step in error.absolute_path:
            path = f"{path}[{step}]" if isinstance(step, int) else member(path, step)
        if error.validator == "additionalProperties":
            yield from _unknown_members(error, path, unknown)
            continue
        found = [finding for finding in _TRANSLATIONS[error.validator](error, path) if finding.path not in reported]
        reported.update(finding.path for finding in found)
        yield from found


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
    known = _known(error.schema)
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
    for index, value in enumerate(error.instance):
        if value in error.instance[:index]:
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
    for name in error.instance:
        if name in known or unknown == "ignore":
            continue
        maybe = error.schema["x-closed"] == "inferred" or (open_names and re.search(open_names, name))
        near = _near(name, known)
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
