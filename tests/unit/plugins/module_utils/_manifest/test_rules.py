# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""The rules that a schema cannot say. Each case is (what the manifest holds, the paths that the rule names)."""

from __future__ import annotations

import pytest
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._manifest.rules import (
    RULES,
    interval_bounds,
)
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._manifest.validate import validate_manifest

TEXTS = {"i18n": {"locales": ["en-US"], "definitions": {"name": {"en-US": "Notes"}}}}
SHEET = {"iconSpriteSheet": {"uri": "icons.png", "definitions": {"main": {"x": 0, "y": 0}}}}


def manifest(**members):
    return {
        "manifestVersion": "1.2.0",
        "requirements": {"plugin.api.version": "1.2.0"},
        "configuration": {"nameKey": "name"},
        "global": {"view": {"navigationId": "front", "uri": "index.html"}},
        "definitions": {**TEXTS, **SHEET},
    } | members


def machine(**categories):
    return {"objects": {"VirtualMachine": categories}}


def paths(value, rule):
    return [finding.place for finding in validate_manifest(value) if finding.rule == rule]


VIEW = {"labelKey": "name", "uri": "view.html"}
MODAL = {"labelKey": "name", "trigger": {"type": "modal", "uri": "modal.html"}}


def navigation(target):
    return {"menu": {"actions": [{"labelKey": "name", "trigger": {"type": "navigation", "targetViewId": target}}]}}


def interval(version, name="vcenter.server"):
    return {"requirements": {"plugin.api.version": "1.2.0", name: {"version": version}}}


def texts(**items):
    """Texts in de-DE and en-US, and beside them the text that the manifest needs."""
    whole = {"name": {"de-DE": "Notizen", "en-US": "Notes"}}
    return {"definitions": {**SHEET, "i18n": {"locales": ["de-DE", "en-US"], "definitions": whole | items}}}


def sheet(places, **themes):
    overrides = {"themeOverrides": {name: {"uri": "a.png", "definitions": one} for name, one in themes.items()}}
    return {"definitions": {**TEXTS, "iconSpriteSheet": {"uri": "a.png", "definitions": places} | overrides}}


def declaring(**names):
    return {
        "requirements": {"plugin.api.version": "1.2.0"} | {name.replace("_", "."): one for name, one in names.items()}
    }


def front(**members):
    return {"global": {"view": {"uri": "index.html"} | members}}


def dynamic(name, one):
    return machine(**{name: {"dynamicUri": "d", "actions" if name == "menu" else "views": [one | {"dynamic": True}]}})


VM = "$.objects.VirtualMachine"
I18N = "$.definitions.i18n.definitions"
SPRITES = "$.definitions.iconSpriteSheet"
API = "$.requirements"
SHEET_USE = {"configuration": {"nameKey": "name", "icon": {"name": "main"}}}
ONE = VIEW | {"navigationId": "one"}
CARD = {"uri": "card.html"}

CASES = [
    ("R1", {}, []),
    ("R1", {"configuration": {"nameKey": "Fleet Notes"}}, ["$.configuration.nameKey"]),
    ("R1", {"definitions": {}}, ["$.configuration.nameKey"]),
    ("R1", machine(monitor={"views": [VIEW | {"labelKey": "x"}]}), [f"{VM}.monitor.views[0].labelKey"]),
    ("R1", machine(configure={"views": [VIEW, VIEW | {"labelKey": "x"}]}), [f"{VM}.configure.views[1].labelKey"]),
    (
        "R1",
        machine(menu={"actions": [MODAL | {"trigger": {"type": "modal", "uri": "a", "titleKey": "x"}}]}),
        [f"{VM}.menu.actions[0].trigger.titleKey"],
    ),
    (
        "R1",
        machine(menu={"actions": [MODAL | {"trigger": {"type": "modal", "uri": "a", "accessibilityTitleKey": "x"}}]}),
        [f"{VM}.menu.actions[0].trigger.accessibilityTitleKey"],
    ),
    ("R4", {"configuration": {"nameKey": "name", "icon": {"name": "main"}}}, []),
    ("R4", {"configuration": {"nameKey": "name", "icon": {"name": "x"}}}, ["$.configuration.icon.name"]),
    ("R4", machine(menu={"actions": [MODAL | {"icon": {"name": "x"}}]}), [f"{VM}.menu.actions[0].icon.name"]),
    ("R4", machine(summary={"view": {"uri": "a", "icon": {"name": "x"}}}), [f"{VM}.summary.view.icon.name"]),
    (
        "R4",
        machine(menu={"actions": [MODAL | {"icon": {"name": "x"}}]}) | {"definitions": TEXTS},
        [f"{VM}.menu.actions[0].icon.name"],
    ),
    ("R8", machine(**navigation("front")), []),
    ("R8", machine(**navigation("one"), monitor={"views": [VIEW | {"navigationId": "one"}]}), []),
    ("R8", machine(**navigation("two"), configure={"views": [VIEW | {"navigationId": "two"}]}), []),
    ("R8", machine(**navigation("name")), [f"{VM}.menu.actions[0].trigger.targetViewId"]),
    ("R11", machine(monitor={"forceExpand": False, "views": [VIEW]}), []),
    ("R11", machine(monitor={"forceExpand": True, "views": [VIEW]}), [f"{VM}.monitor.forceExpand"]),
    ("R11", machine(monitor={"forceExpand": True, "dynamicUri": "d", "views": [VIEW]}), [f"{VM}.monitor.forceExpand"]),
    (
        "R11",
        machine(monitor={"forceExpand": True, "dynamicUri": "d", "views": [VIEW, VIEW | {"dynamic": True}]}),
        [],
    ),
    ("R12", machine(monitor={"dynamicUri": "d", "views": [VIEW | {"dynamic": True, "navigationId": "one"}]}), []),
    (
        "R12",
        machine(monitor={"dynamicUri": "d", "views": [VIEW | {"dynamic": True}]}),
        [f"{VM}.monitor.views[0].navigationId"],
    ),
    (
        "R12",
        machine(configure={"views": [VIEW | {"dynamic": True, "navigationId": "one"}]}),
        [f"{VM}.configure.dynamicUri"],
    ),
    (
        "R12",
        machine(menu={"actions": [MODAL | {"dynamic": True}, MODAL | {"dynamic": True}]}),
        [f"{VM}.menu.actions[0].id", f"{VM}.menu.actions[1].id", f"{VM}.menu.dynamicUri"],
    ),
    ("R12", machine(menu={"dynamicUri": "d", "actions": [MODAL | {"dynamic": True, "id": "a"}]}), []),
    ("R12", machine(menu={"actions": [MODAL | {"dynamic": False}]}), []),
    ("R12", machine(summary={"view": {"uri": "a", "dynamic": True, "id": "a"}}), [f"{VM}.summary.dynamicUri"]),
    (
        "R12",
        machine(summary={"views": [{"uri": "a"}, {"uri": "a", "dynamic": True}]}),
        [f"{VM}.summary.views[1].id", f"{VM}.summary.dynamicUri"],
    ),
    ("R13", {}, []),
    ("R13", machine(summary={"view": {"uri": "a"}}) | {"global": {}}, []),
    ("R14", {"requirements": {"plugin.api.version": "1.0.0"}}, ["$.requirements['plugin.api.version']"]),
    ("R14", {"manifestVersion": "1.0.0", "requirements": {"plugin.api.version": "1.0.0"}}, []),
    ("R2", {}, []),
    ("R2", texts(), []),
    ("R2", texts(a={"de-DE": "A"}), [f"{I18N}.a.en-US"]),
    ("R2", texts(a={}), [f"{I18N}.a"]),
    ("R2", texts(a={"de-DE": "A", "en-US": "A", "fr-FR": "A"}), [f"{I18N}.a.fr-FR"]),
    ("R2", texts(a={"de-DE": "A", "en-US": "A", "fr-FR": "A", "fr-CA": "A"}), [f"{I18N}.a"]),
    ("R2", texts(a={"de-DE": "A", "fr-FR": "A"}), [f"{I18N}.a.en-US", f"{I18N}.a.fr-FR"]),
    ("R2", {"definitions": {"i18n": {"locales": [], "definitions": {"name": {"en-US": "A"}}}}}, []),
    ("R2", texts(a="A", b=None), []),
    ("R3", {}, []),
    ("R3", texts(other={"de-DE": "A", "en-US": "A"}), [f"{I18N}.other"]),
    ("R3", texts(b={}, a={}), [f"{I18N}.b", f"{I18N}.a"]),
    # A member that only a later client knows may use it.
    ("R3", texts(other={}) | {"configuration": {"nameKey": "name", "laterKeys": ["other"]}}, []),
    ("R3", texts(other={}) | machine(monitor={"views": [VIEW | {"labelKey": "other"}]}), []),
    ("R5", SHEET_USE, []),
    ("R5", {}, [f"{SPRITES}.definitions.main"]),
    (
        "R5",
        SHEET_USE | sheet({"main": {"x": 0, "y": 0}, "b": {"x": 0, "y": 0}}, dark={"c": {"x": 0, "y": 0}}),
        [f"{SPRITES}.definitions.b", f"{SPRITES}.themeOverrides.dark.definitions.c"],
    ),
    ("R6", sheet({"main": {"x": 64, "y": 0}}), []),
    ("R6", sheet({"main": {"x": 16, "y": 31}}), [f"{SPRITES}.definitions.main.x", f"{SPRITES}.definitions.main.y"]),
    (
        "R6",
        sheet({"main": {"x": 0, "y": 0}}, dark={"main": {"x": 0, "y": 1}}),
        [f"{SPRITES}.themeOverrides.dark.definitions.main.y"],
    ),
    ("R6", sheet({"main": {"x": True, "y": "1"}}), []),
    ("R7", machine(monitor={"views": [ONE]}, configure={"views": [ONE | {"navigationId": "two"}]}), []),
    ("R7", machine(monitor={"views": [VIEW, VIEW]}), []),
    ("R7", machine(monitor={"views": [ONE, ONE]}), [f"{VM}.monitor.views[1].navigationId"]),
    ("R8", machine(summary={"view": CARD | {"navigationId": "card"}}, **navigation("card")), []),
    ("R9", {}, []),
    ("R9", sheet({"main": {"x": 0, "y": 0}}, dark={}), [f"{API}['icon.sprite.sheet.theming']"]),
    ("R9", sheet({"main": {"x": 0, "y": 0}}, dark={}) | declaring(icon_sprite_sheet_theming="1.0.0"), []),
    (
        "R9",
        machine(menu={"actions": [MODAL | {"acceptsMultipleTargets": True}]}),
        [f"{API}['action.accepts.multiple.targets']"],
    ),
    ("R9", machine(menu={"actions": [MODAL | {"acceptsMultipleTargets": False}]}), []),
    (
        "R9",
        machine(menu={"actions": [MODAL | {"acceptsMultipleTargets": True}]})
        | declaring(action_accepts_multiple_targets=False),
        [f"{API}['action.accepts.multiple.targets']"],
    ),
    (
        "R9",
        machine(menu={"actions": [MODAL | {"acceptsMultipleTargets": True}]})
        | declaring(action_accepts_multiple_targets=True),
        [],
    ),
    ("R9", dynamic("menu", MODAL | {"id": "a"}), [f"{API}['plugin.dynamic.extensions']"]),
    ("R9", dynamic("monitor", ONE), [f"{API}['plugin.dynamic.extensions']"]),
    ("R9", dynamic("summary", CARD | {"id": "a"}), [f"{API}['plugin.dynamic.extensions']"]),
    ("R9", machine(monitor={"dynamicUri": "d", "views": [VIEW]}), [f"{API}['plugin.dynamic.extensions']"]),
    ("R9", dynamic("monitor", ONE) | declaring(plugin_dynamic_extensions="1.0.0"), []),
    ("R9", machine(monitor={"views": [VIEW | {"dynamic": False}]}), []),
    ("R10", front(uri="/index.html"), ["$.global.view.uri"]),
    ("R10", front(uri="//host/index.html"), ["$.global.view.uri"]),
    ("R10", front(uri="https://host/index.html"), ["$.global.view.uri"]),
    ("R10", front(uri="data:text/html,a"), ["$.global.view.uri"]),
    ("R10", machine(summary={"views": [CARD, {"uri": "/a"}]}), [f"{VM}.summary.views[1].uri"]),
    ("R10", machine(monitor={"views": [VIEW | {"uri": "/a"}]}), [f"{VM}.monitor.views[0].uri"]),
    (
        "R10",
        machine(menu={"actions": [MODAL | {"trigger": {"type": "modal", "uri": "/a"}}]}),
        [f"{VM}.menu.actions[0].trigger.uri"],
    ),
    (
        "R10",
        {"definitions": {**TEXTS, "iconSpriteSheet": {"uri": "/a.png", "themeOverrides": {"dark": {"uri": "/b.png"}}}}},
        [f"{SPRITES}.uri", f"{SPRITES}.themeOverrides.dark.uri"],
    ),
    # R10b: all of these are in use.
    ("R10", front(uri="index.html#/a:b"), []),
    ("R10", front(uri="index.html?a=b:c&d=//e"), []),
    ("R10", front(uri="{objectId}:x/{locale}.html"), []),
    ("R10", front(uri="#/entry"), []),
    ("R10", front(uri="../a b.html"), []),
    ("R10", front(uri={"path": "/a", "serverType": "B"}), []),
    ("R10", machine(monitor={"dynamicUri": "/d", "views": [VIEW]}), []),
    ("R15", machine(summary={"views": [CARD] * 5}), []),
    ("R15", machine(summary={"views": [CARD] * 6}), [f"{VM}.summary.views"]),
    ("R15", machine(summary={"view": CARD, "views": [CARD] * 5}), [f"{VM}.summary.views"]),
    ("R15", machine(monitor={"views": [VIEW] * 6}), []),
    ("R16", interval("[7.0" + "0" * 5000 + ",8.0]"), []),
    ("R16", interval("[" + "9" * 5000 + ",8.0]"), ["$.requirements['vcenter.server'].version"]),
    ("R16", interval("[,]"), []),
    ("R16", interval("[.,.]"), []),
    ("R16", interval("[7.0)"), []),
    ("R16", interval("[7.0,9.0)"), []),
    ("R16", interval("[7.0,7]"), []),
    ("R16", interval("(,9.0]"), []),
    ("R16", interval("[7.0,]"), []),
    ("R16", interval("8.0"), []),
    ("R16", interval("[7.9,7.10]"), []),
    ("R16", interval("[8.0,7.0]"), ["$.requirements['vcenter.server'].version"]),
    ("R16", interval(" ( 8.0.0.1 , 8 ) ", "vsphere.client"), ["$.requirements['vsphere.client'].version"]),
    ("R16", interval("[7.0,7.0)"), ["$.requirements['vcenter.server'].version"]),
]

SEVERITIES = {
    "R1": "warning",
    "R2": "warning",
    "R3": "notice",
    "R4": "warning",
    "R5": "notice",
    "R6": "notice",
    "R7": "error",
    "R8": "error",
    "R9": "warning",
    "R10": "warning",
    "R11": "error",
    "R12": "error",
    "R13": "error",
    "R14": "warning",
    "R15": "warning",
    "R16": "error",
}


@pytest.mark.parametrize(("rule", "members", "expected"), CASES)
def test_a_rule_names_exactly_what_breaks_it(rule, members, expected):
    value = manifest(**members)
    assert paths(value, rule) == expected
    assert {one.severity for one in validate_manifest(value) if one.rule == rule} <= {SEVERITIES[rule]}


SAME = [
    ("the same category", {"monitor": ["one", "one"]}, ["error"]),
    ("another category", {"monitor": ["one"], "configure": ["one"]}, ["warning"]),
    ("the front view", {"monitor": ["front"]}, ["warning"]),
    ("a card", {"summary": ["one"], "monitor": ["one"]}, ["warning"]),
    ("both", {"monitor": ["one"], "configure": ["one", "one"]}, ["warning", "error"]),
    ("three times", {"monitor": ["one", "two", "one", "one"]}, ["error", "error"]),
]


@pytest.mark.parametrize(("ids", "expected"), [case[1:] for case in SAME], ids=[case[0] for case in SAME])
def test_a_navigation_id_twice(ids, expected):
    categories = {name: {"views": [VIEW | {"navigationId": one} for one in some]} for name, some in ids.items()}
    found = [one for one in validate_manifest(manifest(**machine(**categories))) if one.rule == "R7"]
    assert sorted(one.severity for one in found) == sorted(expected)
    for one in found:
        assert one.place.endswith("].navigationId")
        assert "also the navigationId of $." in one.message


def test_the_same_id_for_two_types_of_object_is_a_warning():
    views = {"monitor": {"views": [VIEW | {"navigationId": "one"}]}}
    found = validate_manifest(manifest(objects={"HostSystem": views, "VirtualMachine": views}))
    [finding] = [one for one in found if one.rule == "R7"]
    assert (finding.severity, finding.place) == ("warning", f"{VM}.monitor.views[0].navigationId")
    assert "$.objects.HostSystem.monitor.views[0]" in finding.message


def test_many_missing_texts_are_one_finding_for_each_key():
    locales = [f"{first}{second}-XX" for first in "abcd" for second in "abcdefghij"]
    items = {f"key{number}": {"aa-XX": "A"} for number in range(500)} | {"name": dict.fromkeys(locales, "A")}
    value = manifest(definitions={**SHEET, "i18n": {"locales": locales, "definitions": items}})
    found = [one for one in validate_manifest(value) if one.rule == "R2"]
    assert len(found) == 500
    assert found[0].message.startswith(f"{I18N}.key0 has no text for ab-XX, ac-XX, ad-XX, ae-XX, af-XX and 34 more; ")
    assert max(len(one.message) for one in found) < 200


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ({"de-DE": "A"}, f"{I18N}.a.en-US is missing; there should be a text for each of $.definitions.i18n.locales."),
        (
            {},
            f"{I18N}.a has no text for de-DE and en-US; there should be a text for each of $.definitions.i18n.locales.",
        ),
        (
            {"de-DE": "A", "en-US": "A", "fr-FR": "A"},
            f"{I18N}.a.fr-FR is a text, but $.definitions.i18n.locales does not list this locale.",
        ),
        (
            {"de-DE": "A", "en-US": "A", "fr-FR": "A", "it-IT": "A"},
            f"{I18N}.a has texts for fr-FR and it-IT, but $.definitions.i18n.locales does not list these locales.",
        ),
    ],
)
def test_one_locale_and_several(text, message):
    [finding] = [one for one in validate_manifest(manifest(**texts(a=text))) if one.rule == "R2"]
    assert finding.message == message
    extra = sorted(text.keys() - {"de-DE", "en-US"})
    assert finding.value == {0: None, 1: "A", 2: extra}[len(extra)]


@pytest.mark.parametrize(
    ("interval", "expected"),
    [
        ("[7.0,8.0)", ("[", "7.0", "8.0", ")")),
        (" ( 7.0 , ] ", ("(", "7.0", "", "]")),
        ("[,]", ("[", "", "", "]")),
        ("7.0,8.0)", None),
        ("[7.0,8.0", None),
        ("[7.0)", None),
        ("[7.0,8.0,9.0]", None),
        ("[a,8.0]", None),
        ("[7.0,b]", None),
        ("8.0", None),
        ("", None),
        ("[", None),
    ],
)
def test_the_bounds_of_an_interval(interval, expected):
    assert interval_bounds(interval) == expected


def test_strict_leaves_notices_alone():
    value = manifest(**texts(other={"de-DE": "A"}))
    found = {one.rule: one.severity for one in validate_manifest(value, strict=True)}
    assert found == {"R2": "error", "R3": "notice", "R5": "notice"}


def test_every_finding_has_its_place_and_a_remedy():
    for _rule, members, _expected in CASES:
        for one in validate_manifest(manifest(**members)):
            assert one.place in one.message
            assert one.remedy
            assert one.remedy.endswith(".")
            assert "\n" not in one.message + one.remedy


def test_the_table_of_rules_is_whole():
    names = {rule.__name__.split("_")[1].upper() for rule in RULES}
    assert names == {f"R{number}" for number in range(1, 17)}
    assert names == set(SEVERITIES)


def test_a_manifest_shows_something():
    value = manifest()
    del value["global"]
    [finding] = [one for one in validate_manifest(value) if one.rule == "R13"]
    assert (finding.place, finding.severity) == ("$", "error")


@pytest.mark.parametrize("rule", SEVERITIES)
def test_each_rule_is_broken_by_a_case(rule):
    assert rule == "R13" or any(case[0] == rule and case[2] for case in CASES)
    assert any(case[0] == rule and not case[2] for case in CASES)
