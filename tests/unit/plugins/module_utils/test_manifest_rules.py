# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""The rules that a schema cannot say. Each case is (what the manifest holds, the paths that the rule names)."""

from __future__ import annotations

import pytest
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils import _manifest
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._manifest_rules import member, shown

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
    return [finding.path for finding in _manifest.check(value) if finding.rule == rule]


VIEW = {"labelKey": "name", "uri": "view.html"}
MODAL = {"labelKey": "name", "trigger": {"type": "modal", "uri": "modal.html"}}


def navigation(target):
    return {"menu": {"actions": [{"labelKey": "name", "trigger": {"type": "navigation", "targetViewId": target}}]}}


def interval(version, name="vcenter.server"):
    return {"requirements": {"plugin.api.version": "1.2.0", name: {"version": version}}}


VM = "$.objects.VirtualMachine"

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
        [f"{VM}.monitor.views[0].dynamic"],
    ),
    (
        "R12",
        machine(configure={"views": [VIEW | {"dynamic": True, "navigationId": "one"}]}),
        [f"{VM}.configure.views[0].dynamic"],
    ),
    ("R12", machine(menu={"actions": [MODAL | {"dynamic": True}]}), [f"{VM}.menu.actions[0].dynamic"] * 2),
    ("R12", machine(menu={"dynamicUri": "d", "actions": [MODAL | {"dynamic": True, "id": "a"}]}), []),
    ("R12", machine(menu={"actions": [MODAL | {"dynamic": False}]}), []),
    ("R12", machine(summary={"view": {"uri": "a", "dynamic": True, "id": "a"}}), [f"{VM}.summary.view.dynamic"]),
    (
        "R12",
        machine(summary={"views": [{"uri": "a"}, {"uri": "a", "dynamic": True}]}),
        [f"{VM}.summary.views[1].dynamic"] * 2,
    ),
    ("R13", {}, []),
    ("R13", machine(summary={"view": {"uri": "a"}}) | {"global": {}}, []),
    ("R14", {"requirements": {"plugin.api.version": "1.0.0"}}, ["$.requirements['plugin.api.version']"]),
    ("R14", {"manifestVersion": "1.0.0", "requirements": {"plugin.api.version": "1.0.0"}}, []),
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
    "R4": "warning",
    "R8": "error",
    "R11": "error",
    "R12": "error",
    "R13": "error",
    "R14": "warning",
    "R16": "error",
}


@pytest.mark.parametrize(("rule", "members", "expected"), CASES)
def test_a_rule_names_exactly_what_breaks_it(rule, members, expected):
    value = manifest(**members)
    assert paths(value, rule) == expected
    assert {one.severity for one in _manifest.check(value) if one.rule == rule} <= {SEVERITIES[rule]}


def test_a_manifest_shows_something():
    value = manifest()
    del value["global"]
    [finding] = [one for one in _manifest.check(value) if one.rule == "R13"]
    assert (finding.path, finding.severity) == ("$", "error")


@pytest.mark.parametrize("rule", SEVERITIES)
def test_each_rule_is_broken_by_a_case(rule):
    assert rule == "R13" or any(case[0] == rule and case[2] for case in CASES)
    assert any(case[0] == rule and not case[2] for case in CASES)


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("view", "$.view"),
        ("en-US", "$.en-US"),
        ("plugin.api.version", "$['plugin.api.version']"),
        ("Folder:RootFolder", "$['Folder:RootFolder']"),
        ("", "$['']"),
        ("it's", "$['it\\'s']"),
        ("0", "$['0']"),
    ],
)
def test_a_path_quotes_what_is_no_simple_name(name, path):
    assert member("$", name) == path


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "null"),
        (True, "true"),
        (1.0, "the number 1.0"),
        ("", "an empty text"),
        ("a", "'a'"),
        ("a" * 61, "'" + "a" * 57 + "...'"),
        ([], "an empty list"),
        ([1], "a list"),
        ({}, "an empty object"),
        ({"a": 1}, "an object"),
    ],
)
def test_a_value_is_shown_shortly(value, text):
    assert shown(value) == text
