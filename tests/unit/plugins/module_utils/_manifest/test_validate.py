# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Order, places and reports of findings."""

from __future__ import annotations

import json

import pytest
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._errors import OptionNames
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._manifest import document, validate
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._manifest.finding import Finding
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._manifest.validate import validate_manifest
from ansible_collections.vsphere_ops.client_plugin.tests.unit.plugins.module_utils._manifest.test_document import (
    MINIMAL,
)


def test_findings_get_their_places():
    data = b'{\n  "manifestVersion": "1.2.0",\n  "requirements": {"plugin.api.version": 7},\n  "global": {}\n}\n'
    found = validate_manifest(document.load_manifest(data))
    assert {(one.line, one.column) for one in found} == {(None, None)}
    located = validate.locate_findings(found, data)
    assert [(one.place, one.line, one.column) for one in located] == [
        ("$.configuration", 1, 1),
        ("$.requirements['plugin.api.version']", 3, 42),
        ("$.global.view", 4, 13),
    ]
    assert located[0].result().keys() == {
        "rule",
        "severity",
        "path",
        "value",
        "message",
        "remedy",
        "line",
        "column",
    }
    assert validate.locate_findings((), b"not even JSON") == ()


def finding(number=1, **places):
    return Finding("R8", "error", ("a",), number, f"is the number {number}; it must be 0", "Write 0.", **places)


def test_one_finding_is_one_sentence():
    assert (
        validate.format_report([finding()])
        == "The manifest is invalid: [R8] $.a is the number 1; it must be 0. Write 0."
    )
    assert validate.format_report([finding(line=3, column=8)], "/a/plugin.json") == (
        "`src` names /a/plugin.json, which is invalid at line 3, column 8: "
        "[R8] $.a is the number 1; it must be 0. Write 0."
    )


def test_several_findings_have_the_form_of_a_compiler():
    names = OptionNames(names={"src": "role_content"})
    assert validate.format_report([finding()], "/a/plugin.json", names).startswith(
        "`role_content` names /a/plugin.json"
    )
    assert validate.format_report([finding(line=3, column=8), finding(2, line=12, column=1)], "/a/plugin.json") == (
        "`src` names /a/plugin.json, which is invalid in 2 places:\n"
        "plugin.json:3:8: error: [R8] $.a is the number 1; it must be 0. Write 0.\n"
        "plugin.json:12:1: error: [R8] $.a is the number 2; it must be 0. Write 0."
    )
    assert validate.format_report([finding(), finding(2)]) == (
        "The manifest is invalid in 2 places:\n"
        "error: [R8] $.a is the number 1; it must be 0. Write 0.\n"
        "error: [R8] $.a is the number 2; it must be 0. Write 0."
    )


def test_very_many_findings_stay_readable():
    lines = validate.format_report([finding(number) for number in range(1000)]).split("\n")
    assert len(lines) == 52
    assert lines[-1] == "... and 950 more; see the result `findings`."


def test_more_than_1000_findings_are_counted():
    items = {f"key{number}": {"en": "A"} for number in range(1500)}
    value = MINIMAL | {"definitions": {"i18n": {"locales": ["en"], "definitions": items}}}
    found = validate.locate_findings(validate_manifest(value), json.dumps(value).encode())
    # 1500 wrong names and the locale itself; the warning of R1 and the notices of R3 are counted with them.
    assert len(found) == 1001
    assert {one.severity for one in found} == {"error"}
    assert (found[-1].rule, found[-1].value, found[-1].place) == ("more", 501 + 1 + 1500, "$")
    lines = validate.format_report(found, "plugin.json").split("\n")
    assert lines[0] == "`src` names plugin.json, which is invalid in 3002 places:"
    assert lines[-1] == "... and 2952 more; see the result `findings`."
    # Sorted once more with those of another source.
    again = validate.sort_findings([*validate_manifest(value), finding()], strict=True)
    assert (len(again), again[-1].rule, again[-1].value) == (1001, "more", 2003)


def test_warnings_of_a_task():
    warnings = [Finding("R1", "warning", ("a",), number, "is odd", "Change it.") for number in range(22)]
    lines = validate.format_warnings([*warnings, finding()])
    assert len(lines) == 21
    assert lines[0] == "warning: [R1] $.a is odd. Change it."
    assert lines[-1] == "There are 2 more warnings; see the result `findings`."


@pytest.mark.parametrize("yaml", [False, True])
def test_missing_libraries(yaml, monkeypatch):
    assert validate.import_errors(yaml=yaml) == {}
    monkeypatch.setattr(validate, "JSONSCHEMA_IMPORT_ERROR", "traceback")
    monkeypatch.setattr(validate.parser, "YAML_IMPORT_ERROR", "traceback")
    assert validate.import_errors(yaml=yaml).keys() == {"jsonschema", *(["PyYAML"] if yaml else [])}
