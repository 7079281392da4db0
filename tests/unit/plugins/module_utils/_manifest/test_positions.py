# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Line and column of values, and of what is around a missing one; reports of findings."""

from __future__ import annotations

import json
import string

import pytest
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._manifest import positions
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


def test_places_of_many_findings():
    text = json.dumps({f"k{number}": {"x": number} for number in range(1000)}, indent=1)
    found = positions.find_places(text, [(f"k{number}", "x") for number in range(1000)])
    assert [line for line, _column in found.values()] == [3 * number + 3 for number in range(1000)]
