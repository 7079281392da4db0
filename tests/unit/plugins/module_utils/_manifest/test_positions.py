# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Line and column of values, and of what is around a missing one; reports of findings."""

from __future__ import annotations

import json
import string

import pytest
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._manifest import document, positions, validate
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._manifest.finding import Finding
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._manifest.validate import validate_manifest
from ansible_collections.vsphere_ops.client_plugin.tests.unit.plugins.module_utils._manifest.test_document import (
    MINIMAL,
)
from hypothesis import given
from hypothesis import strategies as st

JSON = """{
  "a" : {"b.c": [1, "two", {"d": null}], "e": -1.5e3},
\t"ü\\n" :{ } , "it's": [
    [ ], true
  ]
}
"""
JSON_PLACES = [
    ((), (1, 1)),
    (("a",), (2, 9)),
    (("a", "b.c"), (2, 17)),
    (("a", "b.c", 0), (2, 18)),
    (("a", "b.c", 1), (2, 21)),
    (("a", "b.c", 2), (2, 28)),
    (("a", "b.c", 2, "d"), (2, 34)),
    (("a", "e"), (2, 47)),
    (("ü\n",), (3, 9)),
    (("it's",), (3, 23)),
    (("it's", 0), (4, 5)),
    (("it's", 1), (4, 10)),
    # What is missing has the place of the innermost object around it.
    (("b",), (1, 1)),
    (("a", "b"), (2, 9)),
    (("a", "b.c", 3), (2, 17)),
    (("a", "b.c", 2, "d", "e", "f"), (2, 34)),
    (("ü\n", "x"), (3, 9)),
    (("it's", 0, 7, "x"), (4, 5)),
]
YAML = """# a comment
a:
  b.c: [1, "two", {d: null}]
  e: &e
    - x
"ü": *e
f: |
  long
"""
YAML_PLACES = [
    ((), (2, 1)),
    (("a",), (3, 3)),
    (("a", "b.c"), (3, 8)),
    (("a", "b.c", 1), (3, 12)),
    (("a", "b.c", 2, "d"), (3, 23)),
    (("a", "e", 0), (5, 7)),
    (("ü", 0), (5, 7)),
    (("f",), (7, 4)),
    (("a", "g"), (3, 3)),
    (("g", "h"), (2, 1)),
]


@pytest.mark.parametrize(("path", "place"), JSON_PLACES)
def test_the_place_in_json(path, place):
    assert positions.find_places(JSON, [path]) == {path: place}


def test_many_places_in_one_walk():
    assert positions.find_places(JSON, [path for path, _place in JSON_PLACES]) == dict(JSON_PLACES)


@pytest.mark.parametrize(("path", "place"), YAML_PLACES)
def test_the_place_in_yaml(path, place):
    assert positions.find_places(YAML, [path], yaml=True) == {path: place}


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-999, 999) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(string.printable, max_size=4), inner, max_size=4)
    ),
    max_leaves=12,
)


def everything(value, path=()):
    yield path, value
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, child in children:
        yield from everything(child, (*path, step))


@given(VALUES, st.sampled_from([None, 0, 3, "\t"]), st.booleans())
def test_each_value_of_any_json_is_at_its_place(value, indent, ascii_only):
    text = json.dumps(value, indent=indent, ensure_ascii=ascii_only)
    found = positions.find_places(text, [path for path, _value in everything(value)])
    for path, inner in everything(value):
        line, column = found[path]
        rest = "\n".join(text.split("\n")[line - 1 :])[column - 1 :]
        assert json.JSONDecoder().raw_decode(rest)[0] == inner


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


def test_places_of_many_findings():
    text = json.dumps({f"k{number}": {"x": number} for number in range(1000)}, indent=1)
    found = positions.find_places(text, [(f"k{number}", "x") for number in range(1000)])
    assert [line for line, _column in found.values()] == [3 * number + 3 for number in range(1000)]
