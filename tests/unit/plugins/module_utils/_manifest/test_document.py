# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Faults of a manifest: each one alone, made in a manifest that uses everything, is found at exactly its place."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._errors import ManifestError
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._manifest import document, validate
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._manifest.schema import (
    MANIFEST_SCHEMA,
)
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._manifest.validate import validate_manifest

EXAMPLE = Path(__file__).parents[5] / "examples" / "plugin"

MINIMAL = {
    "manifestVersion": "1.2.0",
    "requirements": {"plugin.api.version": "1.2.0"},
    "configuration": {"nameKey": "name"},
    "global": {"view": {"uri": "index.html"}},
    "definitions": {"i18n": {"locales": ["en-US"], "definitions": {"name": {"en-US": "Fleet Notes"}}}},
}

ICON = {"name": "main"}
FULL = {
    "manifestVersion": "1.2.0",
    "requirements": {
        "plugin.api.version": "1.2.0",
        "vcenter.server": {"version": "[7.0,9.1.0.0]", "environments": ["onprem", "cloud"]},
        "vsphere.client": {"version": "8.0", "environments": ["onprem", "cloud", "gateway"]},
        "confirmation.modal.api": "1.0.0",
        "open.modal.api": "1.1.0",
        "proxied.plugin.server.origin.api": "1.0.0",
        "icon.sprite.sheet.theming": "1.0.0",
        "plugin.backend.info.api": "1.0.0",
        "action.accepts.multiple.targets": True,
        "plugin.dynamic.extensions": "1.0.0",
    },
    "configuration": {"nameKey": "name", "icon": ICON},
    "global": {
        "view": {"navigationId": "front", "navigationVisible": False, "isPublic": True, "uri": "index.html?a={b}#/c"}
    },
    "objects": {
        "VirtualMachine": {
            "summary": {
                "dynamicUri": {"path": "dynamic/cards", "serverType": "AUXILIARY"},
                "views": [
                    {
                        "id": "card",
                        "icon": ICON,
                        "dynamic": True,
                        "size": {"widthSpan": 1, "heightSpan": 2},
                        "uri": "a.html",
                    }
                ],
            },
            "monitor": {
                "dynamicUri": "dynamic/views",
                "forceExpand": True,
                "views": [
                    {"navigationId": "one", "labelKey": "name", "dynamic": True, "isPublic": True, "uri": "b.html"}
                ],
            },
            "configure": {"views": [{"navigationId": "two", "labelKey": "name", "uri": "c.html"}]},
            "menu": {
                "dynamicUri": "dynamic/actions",
                "actions": [
                    {
                        "id": "edit",
                        "labelKey": "name",
                        "icon": ICON,
                        "acceptsMultipleTargets": True,
                        "dynamic": True,
                        "trigger": {
                            "type": "modal",
                            "titleKey": "name",
                            "accessibilityTitleKey": "name",
                            "closable": False,
                            "size": {"width": 600, "height": 250},
                            "uri": "d.html",
                        },
                    },
                    {"type": "separator"},
                    {"labelKey": "name", "trigger": {"type": "navigation", "targetViewId": "two"}},
                ],
            },
        },
        "Folder:RootFolder": {"summary": {"view": {"uri": "e.html"}}},
    },
    "definitions": {
        "i18n": {
            "locales": ["en-US", "de-DE"],
            "definitions": {"name": {"en-US": "Fleet Notes", "de-DE": "Flottenhinweise"}},
        },
        "iconSpriteSheet": {
            "uri": "icons.png",
            "definitions": {"main": {"x": 0, "y": 32}},
            "themeOverrides": {"dark": {"uri": "dark.png", "definitions": {"main": {"x": 0, "y": 0}}}},
        },
    },
}

GONE = object()
VM = ("objects", "VirtualMachine")
CARD = (*VM, "summary", "views", 0)
MONITOR = (*VM, "monitor")
VIEW = (*MONITOR, "views", 0)
ACTION = (*VM, "menu", "actions", 0)
MODAL = (*ACTION, "trigger")
NAVIGATION = (*VM, "menu", "actions", 2, "trigger")
I18N = ("definitions", "i18n")
SHEET = ("definitions", "iconSpriteSheet")
API = ("requirements", "plugin.api.version")
ROOT_FOLDER = ("objects", "Folder:RootFolder", "summary", "view")

MISSING = [
    (("manifestVersion",), "$.manifestVersion"),
    (("requirements",), "$.requirements"),
    (("configuration",), "$.configuration"),
    (API, "$.requirements['plugin.api.version']"),
    (("configuration", "nameKey"), "$.configuration.nameKey"),
    (("configuration", "icon", "name"), "$.configuration.icon.name"),
    (("global", "view"), "$.global.view"),
    (("global", "view", "uri"), "$.global.view.uri"),
    ((*VM, "summary", "dynamicUri", "path"), "$.objects.VirtualMachine.summary.dynamicUri.path"),
    ((*VM, "summary", "dynamicUri", "serverType"), "$.objects.VirtualMachine.summary.dynamicUri.serverType"),
    ((*VM, "summary", "views"), "$.objects.VirtualMachine.summary"),
    ((*CARD, "uri"), "$.objects.VirtualMachine.summary.views[0].uri"),
    (ROOT_FOLDER, "$.objects['Folder:RootFolder'].summary"),
    ((*ROOT_FOLDER, "uri"), "$.objects['Folder:RootFolder'].summary.view.uri"),
    ((*VM, "configure", "views"), "$.objects.VirtualMachine.configure.views"),
    ((*VIEW, "labelKey"), "$.objects.VirtualMachine.monitor.views[0].labelKey"),
    ((*VIEW, "uri"), "$.objects.VirtualMachine.monitor.views[0].uri"),
    ((*VM, "menu", "actions"), "$.objects.VirtualMachine.menu.actions"),
    ((*ACTION, "labelKey"), "$.objects.VirtualMachine.menu.actions[0].labelKey"),
    (MODAL, "$.objects.VirtualMachine.menu.actions[0].trigger"),
    ((*MODAL, "type"), "$.objects.VirtualMachine.menu.actions[0].trigger.type"),
    ((*MODAL, "uri"), "$.objects.VirtualMachine.menu.actions[0].trigger.uri"),
    ((*MODAL, "size", "width"), "$.objects.VirtualMachine.menu.actions[0].trigger.size.width"),
    ((*MODAL, "size", "height"), "$.objects.VirtualMachine.menu.actions[0].trigger.size.height"),
    ((*NAVIGATION, "targetViewId"), "$.objects.VirtualMachine.menu.actions[2].trigger.targetViewId"),
    ((*I18N, "locales"), "$.definitions.i18n.locales"),
    ((*I18N, "definitions"), "$.definitions.i18n.definitions"),
    ((*SHEET, "uri"), "$.definitions.iconSpriteSheet.uri"),
    ((*SHEET, "definitions"), "$.definitions.iconSpriteSheet.definitions"),
    ((*SHEET, "definitions", "main", "x"), "$.definitions.iconSpriteSheet.definitions.main.x"),
    ((*SHEET, "definitions", "main", "y"), "$.definitions.iconSpriteSheet.definitions.main.y"),
    ((*SHEET, "themeOverrides", "dark", "uri"), "$.definitions.iconSpriteSheet.themeOverrides.dark.uri"),
]

BROKEN = [
    # enumerations
    (("manifestVersion",), "2.0.0", "$.manifestVersion"),
    (API, "1.3.0", "$.requirements['plugin.api.version']"),
    (("requirements", "vsphere.client", "environments"), ["home"], "$.requirements['vsphere.client'].environments[0]"),
    ((*MODAL, "type"), "headless", "$.objects.VirtualMachine.menu.actions[0].trigger.type"),
    # types
    (("manifestVersion",), 1.2, "$.manifestVersion"),
    (("requirements",), [], "$.requirements"),
    (("requirements", "open.modal.api"), 1, "$.requirements['open.modal.api']"),
    (("requirements", "action.accepts.multiple.targets"), "yes", "$.requirements['action.accepts.multiple.targets']"),
    (("requirements", "vcenter.server"), "8.0", "$.requirements['vcenter.server']"),
    (("configuration",), "name", "$.configuration"),
    (("configuration", "nameKey"), None, "$.configuration.nameKey"),
    (("configuration", "icon"), "main", "$.configuration.icon"),
    (("global",), True, "$.global"),
    (("global", "view", "navigationVisible"), "false", "$.global.view.navigationVisible"),
    (("objects",), [], "$.objects"),
    (VM, "x", "$.objects.VirtualMachine"),
    ((*CARD, "size", "widthSpan"), 1.0, "$.objects.VirtualMachine.summary.views[0].size.widthSpan"),
    ((*CARD, "size", "heightSpan"), True, "$.objects.VirtualMachine.summary.views[0].size.heightSpan"),
    ((*MONITOR, "views"), {}, "$.objects.VirtualMachine.monitor.views"),
    (VIEW, "b.html", "$.objects.VirtualMachine.monitor.views[0]"),
    ((*VIEW, "uri"), 5, "$.objects.VirtualMachine.monitor.views[0].uri"),
    ((*MONITOR, "forceExpand"), 1, "$.objects.VirtualMachine.monitor.forceExpand"),
    (ACTION, 5, "$.objects.VirtualMachine.menu.actions[0]"),
    (MODAL, "modal", "$.objects.VirtualMachine.menu.actions[0].trigger"),
    ((*MODAL, "closable"), "no", "$.objects.VirtualMachine.menu.actions[0].trigger.closable"),
    ((*MODAL, "size", "width"), "600", "$.objects.VirtualMachine.menu.actions[0].trigger.size.width"),
    ((*I18N, "locales"), "en-US", "$.definitions.i18n.locales"),
    ((*I18N, "definitions", "name"), "Notes", "$.definitions.i18n.definitions.name"),
    ((*I18N, "definitions", "name", "en-US"), 7, "$.definitions.i18n.definitions.name.en-US"),
    ((*SHEET, "definitions", "main", "x"), "0", "$.definitions.iconSpriteSheet.definitions.main.x"),
    # forms
    (("requirements", "open.modal.api"), "1.1", "$.requirements['open.modal.api']"),
    (("requirements", "open.modal.api"), "1.1.0\n", "$.requirements['open.modal.api']"),
    (("requirements", "vcenter.server", "version"), "[7.0]", "$.requirements['vcenter.server'].version"),
    (("requirements", "vcenter.server", "version"), "7.0.0.0.1", "$.requirements['vcenter.server'].version"),
    (("requirements", "vcenter.server", "version"), "", "$.requirements['vcenter.server'].version"),
    ((*I18N, "locales", 1), "de", "$.definitions.i18n.locales[1]"),
    ((*I18N, "definitions", "name", "en"), "Notes", "$.definitions.i18n.definitions.name.en"),
    ((*I18N, "definitions", ""), {}, "$.definitions.i18n.definitions['']"),
    (("objects", "virtual machine"), FULL["objects"]["VirtualMachine"], "$.objects['virtual machine']"),
    # empty
    (("configuration", "nameKey"), "", "$.configuration.nameKey"),
    ((*VIEW, "uri"), "", "$.objects.VirtualMachine.monitor.views[0].uri"),
    (("objects",), {}, "$.objects"),
    (VM, {}, "$.objects.VirtualMachine"),
    ((*VM, "configure", "views"), [], "$.objects.VirtualMachine.configure.views"),
    ((*VM, "menu", "actions"), [], "$.objects.VirtualMachine.menu.actions"),
    ((*I18N, "locales"), [], "$.definitions.i18n.locales"),
    ((*I18N, "definitions", "name", "de-DE"), "", "$.definitions.i18n.definitions.name.de-DE"),
    ((*SHEET, "definitions"), {}, "$.definitions.iconSpriteSheet.definitions"),
    # ranges
    ((*CARD, "size", "widthSpan"), 0, "$.objects.VirtualMachine.summary.views[0].size.widthSpan"),
    ((*MODAL, "size", "height"), 0, "$.objects.VirtualMachine.menu.actions[0].trigger.size.height"),
    ((*SHEET, "definitions", "main", "y"), -32, "$.definitions.iconSpriteSheet.definitions.main.y"),
    ((*I18N, "locales"), ["en-US", "de-DE", "en-US"], "$.definitions.i18n.locales[2]"),
]

UNKNOWN = [
    (("_comment",), "$._comment", True),
    (("requirements", "Modal"), "$.requirements.Modal", True),
    (("requirements", "later.api"), "$.requirements['later.api']", False),
    (("configuration", "icon", "size"), "$.configuration.icon.size", True),
    (("definitions", "colors"), "$.definitions.colors", True),
    ((*I18N, "fallback"), "$.definitions.i18n.fallback", True),
    (("global", "views"), "$.global.views", False),
    ((*VM, "related"), "$.objects.VirtualMachine.related", False),
    ((*CARD, "title"), "$.objects.VirtualMachine.summary.views[0].title", False),
    ((*VM, "menu", "actions", 1, "labelKey"), "$.objects.VirtualMachine.menu.actions[1].labelKey", False),
    ((*NAVIGATION, "uri"), "$.objects.VirtualMachine.menu.actions[2].trigger.uri", False),
    ((*SHEET, "themeOverrides", "sepia"), "$.definitions.iconSpriteSheet.themeOverrides.sepia", False),
]


def changed(place, value):
    # By way of JSON, because a deep copy would go on sharing the icon between its places.
    manifest = json.loads(json.dumps(FULL))
    holder = manifest
    for step in place[:-1]:
        holder = holder[step]
    if value is GONE:
        del holder[place[-1]]
    else:
        holder[place[-1]] = value
    return manifest


def schema_errors(manifest, **options):
    return [one for one in validate_manifest(manifest, **options) if one.severity == "error" and one.rule == "schema"]


@pytest.mark.parametrize(
    "manifest",
    [MINIMAL, FULL, json.loads((EXAMPLE / "plugin.json").read_text("utf-8"))],
    ids=["minimal", "full", "example"],
)
def test_a_good_manifest_has_no_finding(manifest):
    assert validate_manifest(manifest, unknown="error", strict=True) == ()


@pytest.mark.parametrize(
    "place", [("global",), ("objects",), ("definitions",), ("configuration", "icon"), (*VM, "menu"), SHEET]
)
def test_what_is_optional_can_go(place):
    assert schema_errors(changed(place, GONE)) == []


@pytest.mark.parametrize(("place", "path"), MISSING, ids=[case[-1] for case in MISSING])
def test_a_missing_member_is_named(place, path):
    [finding] = schema_errors(changed(place, GONE))
    assert finding.place == path
    assert path in finding.message
    assert "must" in finding.message
    assert finding.remedy.startswith("Add ")


@pytest.mark.parametrize(("place", "value", "path"), BROKEN, ids=[f"{case[2]}={case[1]!r:.20}" for case in BROKEN])
def test_a_wrong_value_is_named(place, value, path):
    [finding] = schema_errors(changed(place, value))
    assert finding.place == path
    assert finding.message.startswith(path)
    assert "; it must be " in finding.message or "must be unique" in finding.message
    assert finding.remedy.endswith(".")


@pytest.mark.parametrize(("place", "path", "documented"), UNKNOWN, ids=[case[1] for case in UNKNOWN])
def test_an_unknown_member_is_an_error_where_a_client_is_known_to_refuse_it(place, path, documented):
    manifest = changed(place, "1.0.0")
    [finding] = [one for one in validate_manifest(manifest) if one.rule == "unknown"]
    assert finding.place == path
    assert finding.value == "1.0.0"
    assert finding.severity == ("error" if documented else "warning")
    assert [one.severity for one in validate_manifest(manifest, unknown="error") if one.rule == "unknown"] == ["error"]
    assert [one for one in validate_manifest(manifest, unknown="ignore") if one.rule == "unknown"] == []


def test_configuration_takes_any_member():
    assert validate_manifest(changed(("configuration", "later"), {"a": [1]}), unknown="error", strict=True) == ()


def test_a_misspelt_name_gets_a_proposal():
    [finding] = validate_manifest(changed((*VIEW, "labelkey"), "name"))
    assert finding.message.endswith("did you mean labelKey?")
    [finding] = schema_errors(changed((*MODAL, "type"), "Modal"))
    assert finding.remedy == "Write modal."
    [finding] = schema_errors(changed(("manifestVersion",), "3.0.0"))
    assert finding.remedy == "Write '1.0.0', '1.0.1', '1.1.0' or '1.2.0'."


def test_a_message_names_place_value_and_what_is_allowed():
    [finding] = schema_errors(changed((*MODAL, "type"), "headless"))
    assert finding.message == (
        "$.objects.VirtualMachine.menu.actions[0].trigger.type is 'headless'; it must be 'modal' or 'navigation'."
    )
    assert finding.value == "headless"


def test_a_version_without_quotes_is_explained():
    [finding] = schema_errors(changed(("manifestVersion",), 1.2))
    assert "the number 1.2" in finding.message
    assert finding.remedy == "Put it in quotes."


def test_all_faults_are_reported_at_once():
    manifest = changed(("manifestVersion",), "9")
    del manifest["configuration"]["nameKey"]
    manifest["objects"]["VirtualMachine"]["menu"]["actions"][0]["trigger"]["type"] = "headless"
    manifest["definitions"]["i18n"]["locales"].append("fr")
    manifest["global"]["view"]["uri"] = ""
    findings = schema_errors(manifest)
    assert {finding.place for finding in findings} == {
        "$.manifestVersion",
        "$.configuration.nameKey",
        "$.global.view.uri",
        "$.objects.VirtualMachine.menu.actions[0].trigger.type",
        "$.definitions.i18n.locales[2]",
    }
    text = validate.join_messages(findings)
    assert all(f"({number}) " in text for number in range(1, 6))


def test_errors_come_first_and_strict_makes_errors_of_warnings():
    manifest = changed(("global", "views"), 1)
    manifest["manifestVersion"] = "9"
    severities = [one.severity for one in validate_manifest(manifest)]
    assert severities == sorted(severities)
    assert set(severities) == {"error", "warning"}
    assert {one.severity for one in validate_manifest(manifest, strict=True)} == {"error"}


def test_any_type_in_any_place_is_validated():
    def places(value, place=()):
        children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        for step, child in children:
            yield (*place, step)
            yield from places(child, (*place, step))

    for place in places(FULL):
        for value in (None, 5, "", [[]], {"x": {}}):
            for finding in validate_manifest(changed(place, value)):
                assert finding.message.endswith((".", "?"))


def test_the_schema_is_one_and_says_where_each_node_comes_from():
    jsonschema.Draft7Validator.check_schema(MANIFEST_SCHEMA)

    def nodes(schema):
        for keyword in ("properties",):
            for child in schema.get(keyword, {}).values():
                if child:
                    yield child
                    yield from nodes(child)
        for keyword in ("items", "additionalProperties"):
            if isinstance(schema.get(keyword), dict):
                yield schema[keyword]
                yield from nodes(schema[keyword])

    found = list(nodes(MANIFEST_SCHEMA))
    assert len(found) > 50
    assert all(node["x-certainty"] and node["description"] for node in found)


def turned(value):
    """The same value with the members of each object the other way round."""
    if isinstance(value, dict):
        return {name: turned(one) for name, one in reversed(value.items())}
    return [turned(one) for one in value] if isinstance(value, list) else value


def test_equal_manifests_give_equal_bytes():
    data = document.render_manifest(FULL)
    assert document.render_manifest(turned(FULL)) == data
    assert document.load_manifest(data) == FULL
    assert document.render_manifest(document.load_manifest(data)) == data


def test_the_canonical_form():
    data = document.render_manifest(
        {
            "zebra": 1,
            "definitions": {
                "i18n": {"definitions": {"b": {"de-DE": "Übersicht \u2028"}, "a": {}}, "locales": ["b", "a"]}
            },
            "apple": {"z": 1, "a": 2},
            "manifestVersion": "1.2.0",
        }
    )
    assert data.decode("utf-8") == (
        '{\n  "manifestVersion": "1.2.0",\n  "definitions": {\n    "i18n": {\n      "locales": [\n        "b",\n'
        '        "a"\n      ],\n      "definitions": {\n        "a": {},\n        "b": {\n'
        '          "de-DE": "Übersicht \u2028"\n        }\n      }\n    }\n  },\n  "apple": {\n    "a": 2,\n'
        '    "z": 1\n  },\n  "zebra": 1\n}\n'
    )


def test_the_members_of_a_trigger_come_in_the_order_of_its_kind():
    trigger = {"uri": "a", "titleKey": "b", "type": "modal"}
    manifest = {"objects": {"A": {"menu": {"actions": [{"trigger": trigger, "id": "c"}]}}}}
    text = document.render_manifest(manifest).decode()
    places = [text.index(f'"{name}"') for name in ("id", "trigger", "type", "titleKey", "uri")]
    assert places == sorted(places)


def test_the_example_is_in_its_canonical_form_and_complete():
    data = (EXAMPLE / "plugin.json").read_bytes()
    manifest = document.load_manifest(data)
    assert document.render_manifest(manifest) == data
    sheet = manifest["definitions"]["iconSpriteSheet"]
    views = [view for kind in manifest["objects"].values() for view in kind["monitor"]["views"]]
    uris = {manifest["global"]["view"]["uri"], sheet["uri"], sheet["themeOverrides"]["dark"]["uri"]}
    assert all((EXAMPLE / uri).is_file() for uri in uris | {view["uri"] for view in views})


class Tagged(str):
    """Stands for the strings that ansible-core 2.19 and newer hands over."""

    __slots__ = ("tags",)

    def __str__(self):
        return super().__str__()


class Numbered(int):
    """The same for whole numbers."""


def test_plain_takes_the_tags_away():
    given = {Tagged("a"): [Tagged("b"), Numbered(3), True, None, 1.5], "c": {"d": (1, 2)}}
    manifest = document.plain_manifest(given)
    assert manifest == {"a": ["b", 3, True, None, 1.5], "c": {"d": [1, 2]}}
    assert [type(one) for one in manifest] == [str, str]
    assert [type(one) for one in manifest["a"]] == [str, int, bool, type(None), float]


@pytest.mark.parametrize(
    ("value", "clue"),
    [
        ([], "must be an object with manifestVersion, requirements and more, got an empty list"),
        (None, "got null"),
        ({"a": {1: 2}}, "$.a has a member named 1"),
        ({"a": float("nan")}, "$.a must be a finite number, got nan"),
        ({"a": [float("inf")]}, "$.a[0] must be a finite number, got inf"),
        ({"a": {1, 2}}, "$.a is a set"),
        ({"a": b"x"}, "$.a is a bytes"),
        ({"a": "\ud800"}, "$.a holds half of a character"),
        ({"\udfff": 1}, "$ holds half of a character"),
    ],
)
def test_plain_refuses_what_json_cannot_say(value, clue):
    with pytest.raises(ManifestError) as caught:
        document.plain_manifest(value)
    assert clue in str(caught.value)


def test_plain_refuses_what_is_nested_too_deep():
    value = {}
    for _round in range(40):
        value = {"a": value}
    with pytest.raises(ManifestError, match="more than 32 levels"):
        document.plain_manifest(value)
