# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""What works on which release. Each case is (content of the manifest, targets, expected finding)."""

from __future__ import annotations

import pytest
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._manifest.validate import validate_manifest
from ansible_collections.vsphere_ops.client_plugin.tests.unit.plugins.module_utils._manifest.test_document import (
    FULL,
    MINIMAL,
)

VM = "$.objects.VirtualMachine"
VIEW = {"labelKey": "name", "uri": "view.html"}
ACTION = {"labelKey": "name", "trigger": {"type": "modal", "uri": "modal.html"}}
CARD = {"uri": "card.html"}
CLIENT = "$.requirements['vsphere.client'].version"


def machine(**categories):
    return {"objects": {"VirtualMachine": categories}}


def needing(**names):
    return {
        "requirements": {"plugin.api.version": "1.2.0"} | {name.replace("_", "."): one for name, one in names.items()}
    }


def speaking(*locales):
    return {"definitions": {"i18n": {"locales": [*locales], "definitions": {"name": dict.fromkeys(locales, "A")}}}}


def interval(version):
    return needing(vsphere_client={"version": version})


def cards(count):
    return machine(summary={"views": [CARD] * count})


def dynamic(name, one):
    category = {"dynamicUri": "d", "actions" if name == "menu" else "views": [one | {"dynamic": True}]}
    return needing(plugin_dynamic_extensions="1.0.0") | machine(**{name: category})


# rule, members, targets, severity, path and the names of the releases that are concerned (None: no finding)
CASES = [
    (
        "T1",
        needing(open_modal_api="1.1.0"),
        "7.0 7.0u3 8.0",
        "warning",
        "$.requirements['open.modal.api']",
        "7.0 and 7.0 U3",
    ),
    ("T1", needing(open_modal_api="1.1.0"), "8.0 9.1", "", "", None),
    ("T1", needing(), "7.0", "", "", None),
    ("T2", cards(1), "7.0 8.0 8.0u1 8.0u2", "", "", None),
    (
        "T2",
        cards(2),
        "7.0 8.0 8.0u1 8.0u2",
        "warning",
        f"{VM}.summary.views",
        "vSphere 7.0 and 8.0 shows at most 1 card ",
    ),
    ("T2", cards(3), "8.0u1 8.0u2", "", "", None),
    ("T2", cards(4), "8.0u1 8.0u2", "warning", f"{VM}.summary.views", "vSphere 8.0 U1 shows at most 3 cards "),
    ("T2", cards(5), "8.0u2 9.1", "", "", None),
    ("T3", dynamic("monitor", VIEW), "7.0 7.0u1", "warning", f"{VM}.monitor.views[0].dynamic", "7.0 is older"),
    ("T3", dynamic("menu", ACTION), "7.0 7.0u1", "warning", f"{VM}.menu.actions[0].dynamic", "7.0 is older"),
    ("T3", dynamic("monitor", VIEW), "7.0u1 8.0", "", "", None),
    ("T3", dynamic("summary", CARD), "7.0", "", "", None),
    (
        "T4",
        machine(menu={"actions": [ACTION, ACTION | {"acceptsMultipleTargets": True}]}),
        "7.0 8.0",
        "warning",
        f"{VM}.menu.actions[1].acceptsMultipleTargets",
        "7.0 is older",
    ),
    ("T4", machine(menu={"actions": [ACTION | {"acceptsMultipleTargets": True}]}), "7.0u1", "", "", None),
    ("T4", machine(menu={"actions": [ACTION | {"acceptsMultipleTargets": False}]}), "7.0", "", "", None),
    ("T5", speaking("en-US", "de-DE", "zh-CN"), "7.0", "", "", None),
    (
        "T5",
        speaking("en-US", "pl-PL", "cs-CZ"),
        "8.0u2 8.0u3",
        "warning",
        "$.definitions.i18n.locales",
        "8.0 U2 is older",
    ),
    ("T5", speaking("en-US", "pl-PL"), "8.0u3 9.1", "", "", None),
    ("T6", interval("[7.0,9.0)"), "7.0 8.0u3", "", "", None),
    ("T6", interval("[7.0,8.0]"), "8.0 8.0u3", "warning", CLIENT, "leaves out 8.0 U3 ("),
    ("T6", interval("[7.0,8.0)"), "8.0", "warning", CLIENT, "leaves out 8.0 ("),
    ("T6", interval("[7.0,8.0.0.5)"), "8.0", "", "", None),
    ("T6", interval("[8.0.1,)"), "7.0u3 8.0 8.0u1", "warning", CLIENT, "leaves out 7.0 U3 and 8.0 ("),
    ("T6", interval("(,8.0.2]"), "7.0 8.0u2", "", "", None),
    ("T6", interval(" ( 8.0 , 9.0 ] "), "8.0 9.0", "", "", None),
    ("T6", interval("[9.0,10.0)"), "9.1 8.0u3", "warning", CLIENT, "leaves out 8.0 U3 ("),
    ("T6", interval("[7.0.10,)"), "7.0u9", "warning", CLIENT, "leaves out 7.0 U9 ("),
    ("T6", interval("[,]"), "8.0", "", "", None),
    ("T6", interval("[9.0,8.0]"), "8.0", "", "", None),
    ("T6", interval("8.0.1"), "8.0u1", "", "", None),
    ("T6", interval("8.0.2"), "8.0u1", "warning", CLIENT, "leaves out 8.0 U1 ("),
    ("T6", interval("[8.0,8.0]"), "7.0 8.0", "warning", CLIENT, "leaves out 7.0 ("),
    ("T6", interval("[8.0.2,)"), "8.0u1", "warning", CLIENT, "leaves out 8.0 U1 ("),
    ("T6", interval("(,8.0.1)"), "8.0 8.0u1", "warning", CLIENT, "leaves out 8.0 U1 ("),
    ("T6", interval("8.0"), "7.0u3", "warning", CLIENT, "leaves out 7.0 U3 ("),
    ("T6", interval("8.0"), "8.0u1", "notice", CLIENT, "such as 8.0 U1 is unknown"),
    ("T6", interval("not a version"), "8.0", "", "", None),
    (
        "T6",
        needing(vcenter_server={"version": "[8.0,)"}),
        "7.0",
        "warning",
        "$.requirements['vcenter.server'].version",
        "will not show for such a vCenter",
    ),
    ("T7", dynamic("summary", CARD), "7.0u3 8.0", "notice", f"{VM}.summary.views[0].dynamic", "7.0 U3 is older"),
    (
        "T7",
        machine(monitor={"dynamicUri": {"path": "d", "serverType": "A"}, "views": [VIEW]}),
        "7.0u3",
        "notice",
        f"{VM}.monitor.dynamicUri",
        "7.0 U3 is older",
    ),
    ("T7", dynamic("summary", CARD), "8.0", "", "", None),
    ("T7", dynamic("monitor", VIEW), "7.0u3", "", "", None),
    (
        "T8",
        machine(monitor={"forceExpand": True, "views": [VIEW]}),
        "8.0u3 9.1",
        "notice",
        f"{VM}.monitor.forceExpand",
        "8.0 U3",
    ),
    ("T8", machine(monitor={"forceExpand": True, "views": [VIEW]}), "9.1", "", "", None),
    ("T8", machine(monitor={"forceExpand": False, "views": [VIEW]}), "8.0", "", "", None),
    (
        "T9",
        {"objects": {"Folder:RootFolder": {"summary": {"view": CARD}}}},
        "8.0u3 9.0 9.1",
        "notice",
        "$.objects['Folder:RootFolder']",
        "8.0 U3 and 9.0 are older",
    ),
    ("T9", machine(summary={"view": CARD}), "8.0", "", "", None),
    (
        "T10",
        {"global": {"view": {"uri": "a", "isPublic": True}}},
        "8.0u3 9.0",
        "notice",
        "$.global.view.isPublic",
        "8.0 U3 is",
    ),
    ("T10", {"global": {"view": {"uri": "a", "isPublic": True}}}, "9.0", "", "", None),
    ("T11", {}, "6.5 6.7 6.7u1", "warning", "$", "6.5 and 6.7 do not."),
    ("T11", {}, "9.2 10.0", "notice", "$", "was not checked for 9.2 and 10.0;"),
    ("T11", {}, "6.7u1 9.1", "", "", None),
]


@pytest.mark.parametrize(("rule", "members", "targets", "severity", "path", "named"), CASES)
def test_findings_about_a_target(rule, members, targets, severity, path, named):
    found = [one for one in validate_manifest(MINIMAL | members, targets=targets.split()) if one.rule == rule]
    if named is None:
        assert found == []
        return
    [finding] = found
    assert (finding.severity, finding.place) == (severity, path)
    assert named in finding.message
    assert finding.message.startswith(path)
    assert finding.message.endswith(".")
    assert finding.remedy.endswith(".")


@pytest.mark.parametrize("rule", [f"T{number}" for number in range(1, 12)])
def test_each_rule_is_broken_by_a_case_and_kept_by_another(rule):
    assert {case[-1] is None for case in CASES if case[0] == rule} == {True, False}


def test_each_finding_has_its_certainty():
    found = [one for one in validate_manifest(FULL, targets=["6.5", "7.0", "9.9"]) if one.rule.startswith("T")]
    assert {one.rule for one in found} >= {"T1", "T3", "T4", "T6", "T7", "T8", "T9", "T10", "T11"}
    for one in found:
        assert any(word in one.message for word in ("documented", "seen", "inferred", "unknown", "nothing is known")), (
            one.message
        )


def test_without_targets_there_is_no_finding():
    assert validate_manifest(FULL, strict=True) == ()


def test_the_newest_release_that_is_known_takes_everything():
    value = FULL | {"requirements": FULL["requirements"] | {"vsphere.client": {"version": "[8.0,)"}}}
    value["requirements"]["vcenter.server"] = {"version": "[8.0,9.2)"}
    assert validate_manifest(value, targets=["9.1"], strict=True) == ()


def test_strict_makes_errors_of_warnings_only():
    found = validate_manifest(FULL, targets=["7.0"], strict=True)
    assert {one.rule: one.severity for one in found}["T1"] == "error"
    assert {one.rule: one.severity for one in found}["T8"] == "notice"


def test_the_whole_sentence():
    [finding] = validate_manifest(MINIMAL | needing(open_modal_api="1.1.0"), targets=["7.0"])
    assert finding.message == (
        "$.requirements['open.modal.api'] needs vSphere 8.0, and an older client refuses the whole manifest for it "
        "(documented); 7.0 is older."
    )
    releases = [f"7.0u{number}" for number in range(10)]
    [finding] = validate_manifest(MINIMAL | needing(open_modal_api="1.1.0"), targets=releases)
    assert finding.message.endswith(
        "; 7.0, 7.0 U1, 7.0 U2, 7.0 U3, 7.0 U4, 7.0 U5, 7.0 U6, 7.0 U7 and 2 more are older."
    )


def test_several_uses_are_one_finding():
    views = [VIEW | {"dynamic": True, "navigationId": f"n{number}"} for number in range(40)]
    value = MINIMAL | machine(monitor={"dynamicUri": "d", "views": views})
    [finding] = [one for one in validate_manifest(value, targets=["7.0"]) if one.rule == "T3"]
    assert f"{VM}.monitor.views[0].dynamic (and 39 more) is a dynamic extension" in finding.message


@pytest.mark.parametrize("value", [None, 5, "", [[]], {"x": {}}, True])
def test_any_type_in_any_place_is_validated(value):
    for place in ("requirements", "configuration", "global", "objects", "definitions"):
        validate_manifest(FULL | {place: value}, targets=["6.5", "7.0", "9.9"])
    for name in FULL["requirements"]:
        requirements = FULL["requirements"] | {name: value}
        validate_manifest(FULL | {"requirements": requirements}, targets=["7.0"])
    for name in FULL["objects"]["VirtualMachine"]:
        machines = FULL["objects"]["VirtualMachine"] | {name: value}
        validate_manifest(FULL | {"objects": {"VirtualMachine": machines}}, targets=["7.0"])
