# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Mutants: whatever the schema or a rule asks for is broken once, and each time there is a finding at that place.

The mutants are made by walking the schema beside a manifest that uses all of it, so a new node is tested the day that
it is written.
"""

from __future__ import annotations

import json
from collections import Counter

import jsonschema
import pytest
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._manifest.finding import format_path
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._manifest.schema import (
    MANIFEST_SCHEMA,
)
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._manifest.validate import validate_manifest
from ansible_collections.vsphere_ops.client_plugin.tests.unit.plugins.module_utils._manifest.test_document import (
    FULL,
    GONE,
)

# What FULL leaves out, because a manifest cannot say both: the other theme, both forms of an object's cards.
SERVER = {"path": "a/b", "serverType": "AUXILIARY"}
WHOLE = json.loads(json.dumps(FULL))
WHOLE["definitions"]["iconSpriteSheet"]["themeOverrides"]["light"] = {
    "uri": "light.png",
    "definitions": {"main": {"x": 0, "y": 0}},
}
WHOLE["global"]["view"]["uri"] = SERVER
_MACHINE = WHOLE["objects"]["VirtualMachine"]
_MACHINE["summary"]["views"][0] |= {"navigationId": "card", "labelKey": "name"}
_MACHINE["monitor"]["dynamicUri"] = SERVER
_MACHINE["configure"] |= {"dynamicUri": SERVER}
_MACHINE["configure"]["views"][0] |= {"dynamic": True, "isPublic": False, "uri": SERVER}
_MACHINE["menu"]["dynamicUri"] = SERVER
_MACHINE["menu"]["actions"].append({"labelKey": "name", "trigger": {"type": "modal", "uri": SERVER}})
_CARD = WHOLE["objects"]["Folder:RootFolder"]["summary"]["view"]
_CARD |= json.loads(json.dumps(_MACHINE["summary"]["views"][0])) | {"navigationId": "root", "uri": SERVER}
WHOLE["objects"]["Folder:RootFolder"]["summary"]["dynamicUri"] = SERVER

OTHER_TYPE = {"string": 7, "integer": "7", "boolean": "true", "array": {}, "object": [], None: None}
REFERENCES = {"nameKey", "labelKey", "titleKey", "accessibilityTitleKey", "name", "targetViewId"}


def rooms(value, schema, place=()):
    """Each place of the manifest with the node of the schema that describes it."""
    if not isinstance(schema, dict):
        return
    for branch in branches(value, schema):
        yield from rooms(value, branch, place)
    yield place, value, schema
    if isinstance(value, dict):
        for name, child in value.items():
            node = schema.get("properties", {}).get(name, schema.get("additionalProperties"))
            yield from rooms(child, node, (*place, name))
    elif isinstance(value, list):
        for index, child in enumerate(value):
            yield from rooms(child, schema.get("items"), (*place, index))


def branches(value, schema):
    for choice in (schema, *schema.get("allOf", ())):
        if "if" in choice:
            holds = jsonschema.Draft7Validator(choice["if"]).is_valid(value)
            yield choice.get("then" if holds else "else")


def holder(manifest, place):
    for step in place[:-1]:
        manifest = manifest[step]
    return manifest


def with_value(place, value):
    manifest = json.loads(json.dumps(WHOLE))
    if value is GONE:
        del holder(manifest, place)[place[-1]]
    elif place:
        holder(manifest, place)[place[-1]] = value
    return manifest


def path_of(place):
    return format_path(place)


def broken_values(value, schema):
    """A value for each keyword of the node that only this keyword refuses."""
    kinds = schema.get("type")
    for kind in [kinds] if isinstance(kinds, str) else (kinds or [])[:1]:
        yield "type", OTHER_TYPE[kind] if not isinstance(kinds, list) else 7
        yield "null", None
    for keyword, wrong in {
        "enum": "nothing-of-the-kind",
        "pattern": "\n",
        "minLength": "",
        "minItems": [],
        "minProperties": {},
    }.items():
        if schema.get(keyword) and not (keyword == "minLength" and not isinstance(value, str)):
            yield keyword, wrong
    if "minimum" in schema:
        yield "minimum", schema["minimum"] - 1
        yield "whole", 1.5
    if schema.get("uniqueItems"):
        yield "uniqueItems", [*value, value[0]]
    if schema.get("type") == "object" and schema.get("additionalProperties") is False:
        yield "additionalProperties", value | {"noSuchMember": 1}
    if "propertyNames" in schema and value:
        yield "propertyNames", value | {"" if "minLength" in schema["propertyNames"] else "no name": {}}


def mutants():
    for place, value, schema in rooms(WHOLE, MANIFEST_SCHEMA):
        for name in schema.get("required", ()) if isinstance(value, dict) else ():
            yield "required", (*place, name), GONE
        if "anyOf" in schema:
            [name] = [one for branch in schema["anyOf"] for one in branch["required"] if one in value]
            yield "anyOf", (*place, name), GONE
        if place:
            for keyword, wrong in broken_values(value, schema):
                yield keyword, place, wrong


def dangling():
    """Each reference to something elsewhere, with another name; then with its target removed."""
    for place, value, _schema in rooms(WHOLE, MANIFEST_SCHEMA):
        if place and place[-1] in REFERENCES and isinstance(value, str):
            yield f"a dangling {place[-1]}", place, "nowhere", path_of(place)
        if value is True and place[-1] == "dynamic":
            card = "monitor" not in place and "configure" not in place
            identity = (*place[:-1], "id" if card else "navigationId")
            yield "no id", identity, GONE, path_of(identity)
            steps = place[: -2 if place[-2] == "view" else -3]
            yield "no dynamicUri", (*steps, "dynamicUri"), GONE, path_of((*steps, "dynamicUri"))
    texts = ("definitions", "i18n")
    sheet = ("definitions", "iconSpriteSheet")
    target = ("objects", "VirtualMachine", "configure", "views", 0, "navigationId")
    for locale in range(len(WHOLE["definitions"]["i18n"]["locales"])):
        gone = WHOLE["definitions"]["i18n"]["locales"][locale]
        yield "a locale less", (*texts, "locales", locale), GONE, path_of((*texts, "definitions", "name", gone))
        yield "a text less", (*texts, "definitions", "name", gone), GONE, path_of((*texts, "definitions", "name", gone))
    yield (
        "a locale more",
        (*texts, "locales"),
        ["en-US", "de-DE", "fr-FR"],
        path_of((*texts, "definitions", "name", "fr-FR")),
    )
    yield (
        "a text more",
        (*texts, "definitions", "name", "fr-FR"),
        "A",
        path_of((*texts, "definitions", "name", "fr-FR")),
    )
    yield "no target", target, GONE, "$.objects.VirtualMachine.menu.actions[2].trigger.targetViewId"
    for place, value, _schema in list(rooms(WHOLE, MANIFEST_SCHEMA)):
        if place and place[-1] in REFERENCES - {"targetViewId"} and isinstance(value, str):
            what = (*sheet, "definitions", value) if place[-1] == "name" else (*texts, "definitions", value)
            yield f"no {what[1]}", what, GONE, path_of(place)
        if place and place[-1] in REFERENCES - {"targetViewId", "name"} and isinstance(value, str):
            yield "no texts", ("definitions",), GONE, path_of(place)
        if place and place[-1] == "name" and isinstance(value, str):
            yield "no sheet", sheet, GONE, path_of(place)
    for name in ("icon.sprite.sheet.theming", "action.accepts.multiple.targets", "plugin.dynamic.extensions"):
        yield "no capability", ("requirements", name), GONE, path_of(("requirements", name))


MUTANTS = list(mutants())
DANGLING = list(dangling())


def title(case):
    return f"{case[0]} {path_of(case[1])}"


def below(path, top):
    return path == top or path.startswith((f"{top}.", f"{top}["))


def test_the_manifest_uses_all_of_the_schema_and_is_right():
    assert validate_manifest(WHOLE, unknown="error", strict=True) == ()
    used = {id(schema) for _place, _value, schema in rooms(WHOLE, MANIFEST_SCHEMA)}
    unused = [path for path, node in nodes(MANIFEST_SCHEMA) if id(node) not in used]
    assert unused == []


def nodes(schema, path=()):
    """Each node of the schema that describes a value of the manifest."""
    yield path, schema
    for choice in (schema, *schema.get("allOf", ())):
        for keyword in ("then", "else"):
            if keyword in choice:
                yield from nodes(choice[keyword], (*path, keyword))
    for name, node in schema.get("properties", {}).items():
        yield from nodes(node, (*path, name))
    for keyword in ("items", "additionalProperties"):
        if isinstance(schema.get(keyword), dict):
            yield from nodes(schema[keyword], (*path, "[]"))


def test_there_are_as_many_mutants_as_there_should_be():
    assert Counter(kind for kind, _place, _value in MUTANTS) == {
        "required": 64,
        "type": 163,
        "null": 163,
        "enum": 10,
        "pattern": 10,
        "minLength": 67,
        "minimum": 12,
        "whole": 12,
        "minItems": 5,
        "uniqueItems": 1,
        "minProperties": 7,
        "anyOf": 2,
        "additionalProperties": 39,
        "propertyNames": 6,
    }
    assert len(DANGLING) == 63


@pytest.mark.parametrize(("kind", "place", "value"), MUTANTS, ids=[title(case) for case in MUTANTS])
def test_no_mutant_of_the_schema_survives(kind, place, value):
    found = [one for one in validate_manifest(with_value(place, value)) if one.severity in ("error", "warning")]
    path = path_of(place)
    assert [one for one in found if below(one.place, path)] or (kind == "anyOf" and below(path, found[0].place))


@pytest.mark.parametrize(
    ("place", "value", "path"), [case[1:] for case in DANGLING], ids=[title(case) for case in DANGLING]
)
def test_no_dangling_reference_survives(place, value, path):
    found = validate_manifest(with_value(place, value))
    assert [one for one in found if one.severity in ("error", "warning") and below(one.place, path)]
