# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Reading JSON and YAML: the same values as other readers, and faults with line and column."""

from __future__ import annotations

import json
import math

import pytest
import yaml
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._errors import ManifestError
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._manifest import parser
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._manifest.document import load_manifest
from hypothesis import given, settings
from hypothesis import strategies as st

JSON_FAULTS = [
    ('{"a": 1,}', "line 1, column 8", "comma before the closing }"),
    ('{\n  "a": [1, 2, ]\n}', "line 2, column 13", "comma before the closing ]"),
    ('{\n  "a": 1 ,\n}', "line 2, column 10", "comma before the closing }"),
    ('{\n  "a": 1,\n  "a": 2\n}', "line 3, column 3", "repeats the member 'a'"),
    ('{"a": {"b": 1, "c": 2, "b": 3}}', "line 1, column 24", "repeats the member 'b'"),
    ('{"a": 1, "\\u0061": 2}', "line 1, column 10", "repeats the member 'a'"),
    ('[{"a": 1}, {"a": 1, "a" : 2}]', "line 1, column 21", "repeats the member 'a'"),
    ('{"a": 1, "a": 2, "b": }', "line 1, column 10", "repeats the member 'a'"),
    ('{"a": 1\n "b": 2}', "line 2, column 2", "expecting ',' delimiter"),
    ('{"a": 1', "line 1, column 8", "expecting ',' delimiter"),
    ('{"a": ', "line 1, column 7", "expecting value"),
    ("", "line 1, column 1", "expecting value"),
    ('{"a": NaN}', "line 1, column 7", "the number NaN"),
    ('{"a": -Infinity}', "line 1, column 7", "the number -Infinity"),
    ('{"a": 1e999}', "line 1, column 7", "too large"),
    ('{"a": ' + "9" * 5000 + "}", "line 1, column 7", "5000 digits"),
    ('{"a": 01}', "line 1, column 8", "expecting ',' delimiter"),
    ('{"a": 1.}', "line 1, column 8", "expecting ',' delimiter"),
    ('{"a": .5}', "line 1, column 7", "expecting value"),
    ('{"a": 0x10}', "line 1, column 8", "expecting ',' delimiter"),
    ('{"a": True}', "line 1, column 7", "write true"),
    ('{"a": None}', "line 1, column 7", "expecting value"),
    ('{"a": undefined}', "line 1, column 7", "expecting value"),
    ("{'a': 1}", "line 1, column 2", "in double quotes"),
    ("{\"a\": 'b'}", "line 1, column 7", "in double quotes"),
    ("{a: 1}", "line 1, column 2", "enclosed in double quotes"),
    ('{"a" 1}', "line 1, column 6", "expecting ':' delimiter"),
    ('{"a": 1} x', "line 1, column 10", "extra data"),
    ('{"a": 1 // why\n}', "line 1, column 9", "remove the comment"),
    ('/* why */ {"a": 1}', "line 1, column 1", "remove the comment"),
    ('{"a": [1,, 2]}', "line 1, column 10", "expecting value"),
    ('{"a": "b\nc"}', "line 1, column 9", "invalid control character"),
    ('{"a": "b', "line 1, column 7", "unterminated string"),
    ('{"a": "\\x"}', "line 1, column 8", "invalid \\escape"),
]

YAML_FAULTS = [
    ("a: !!int ''\n", "line 1, column 4", "must be int, got ''; put it in quotes"),
    ("a: !!bool maybe\n", "line 1, column 4", "must be bool, got 'maybe'"),
    ("a: !!float x\n", "line 1, column 4", "must be float, got 'x'"),
    ("a: .inf\n", "line 1, column 4", "the number .inf"),
    ("a: " + "9" * 30 + "\n", "line 1, column 4", "at most 18 digits"),
    ("a: " + "9" * 5000 + "\n", "line 1, column 4", "has 5000 characters, too many for int"),
    ("? !!str {b: 1}\n: 2\n", "line 1, column 3", "whose name is not a text"),
    ("a: !mine {b: 1}\n", "line 1, column 4", "the tag '!mine'"),
    ("a: !!set {b}\n", "line 1, column 4", "the tag 'set'"),
    ("a: 1\nb: 2\na: 3\n", "line 3, column 1", "repeats the member 'a'"),
    ("a: 2026-11-20\n", "line 1, column 4", "put 2026-11-20 in quotes"),
    ("1: 2\n", "line 1, column 1", "whose name is not a text"),
    ("yes: 2\n", "line 1, column 1", "whose name is not a text"),
    ("? [a]\n: 2\n", "line 1, column 3", "whose name is not a text"),
    ("a: !mine 2\n", "line 1, column 4", "is a !mine, which JSON does not have"),
    ("a: !!int b\n", "line 1, column 4", "must be int, got 'b'"),
    ("a: &x {b: 1}\nc:\n  <<: *x\n", "line 3, column 3", "merge key"),
    ("a: &x [*x]\n", "line 1, column 4", "more than 32 levels deep"),
    ("a: [1, 2\n", "line 2, column 1", "not YAML"),
    ("a: *x\n", "line 1, column 4", "not YAML"),
    ("--- 1\n--- 2\n", "line 2, column 1", "not YAML"),
    ("a: \x07\n", "line 1, column 4", "a character that YAML forbids"),
    ("", "line 1, column 1", "the text is empty"),
    (
        "a: &a [0,0,0,0,0,0,0,0,0]\n"
        + "".join(f"{chr(98 + n)}: &{chr(98 + n)} [{','.join(['*' + chr(97 + n)] * 9)}]\n" for n in range(8)),
        "",
        "more than 400000 values",
    ),
]

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**17), 10**17)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=15,
)


@given(VALUES, st.sampled_from([None, 1, "\t"]), st.booleans())
def test_json_is_read_as_the_standard_library_reads_it(value, indent, ascii_only):
    text = json.dumps(value, indent=indent, ensure_ascii=ascii_only)
    assert parser.parse_json(text) == json.loads(text)


@given(st.text(alphabet="{}[]\",:\\ \n-+.eE0123456789truefalsn/*#'", max_size=30))
def test_json_that_is_read_is_json(text):
    try:
        value = parser.parse_json(text)
    except ManifestError:
        return
    assert value == json.loads(text)


PIECES = [
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    '"a"',
    '"b"',
    '"\\u0041"',
    "1",
    "-0",
    "1e5",
    "1e999",
    "01",
    "NaN",
    " ",
    "\n",
    "null",
    "9" * 20,
]


def strict_json(text):
    """The value of a JSON text by the standard library, whose hooks refuse what the parser must refuse."""

    def members(pairs):
        if len(dict(pairs)) < len(pairs):
            raise ValueError
        return dict(pairs)

    def whole(digits):
        if len(digits.lstrip("-")) > parser.MAX_DIGITS:
            raise ValueError
        return int(digits)

    def real(digits):
        if math.isinf(float(digits)):
            raise ValueError
        return float(digits)

    def constant(name):
        raise ValueError(name)

    return json.loads(text, object_pairs_hook=members, parse_int=whole, parse_float=real, parse_constant=constant)


@settings(max_examples=1500, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=9), st.sampled_from(["", "{", '{"a":', "["]))
def test_the_parser_accepts_what_strict_hooks_accept(pieces, start):
    text = start + "".join(pieces) + {"": "", "{": "}", '{"a":': "}", "[": "]"}[start]
    try:
        expected = strict_json(text)
    except ValueError:
        expected = ...
    try:
        value = parser.parse_json(text)
    except ManifestError:
        value = ...
    assert value == expected


@pytest.mark.parametrize(
    "number",
    [
        *(
            "0",
            "-0",
            "999999999999999999",
            "-999999999999999999",
            "0.12345678901234567890123",
            "-1.5",
            "1e308",
            "1E-400",
        ),
        *("1234567890123456789.5", "12345678901234567890123e2", "0.1234567890123456789012e5", "-0.5e-7"),
    ],
)
def test_numbers_that_are_accepted(number):
    assert parser.parse_json(f'{{"a": [{number}]}}') == {"a": [json.loads(number)]}


@pytest.mark.parametrize(
    "number", ["1000000000000000000", "-1000000000000000000", "1e309", "-1.5e400", "0.5E999", "9" * 400 + ".5"]
)
def test_numbers_that_are_refused(number):
    with pytest.raises(ManifestError) as caught:
        parser.parse_json(f'{{"a": [{number}]}}')
    assert caught.value.subject == "line 1, column 8"


def depth_of(value):
    children = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return isinstance(value, (dict, list)) + max(map(depth_of, children), default=0)


@pytest.mark.parametrize("depth", range(29, 36))
@pytest.mark.parametrize("inner", ["", "1", "{}", '"a"'])
def test_objects_and_lists_count_as_levels(depth, inner):
    text = "[" * depth + inner + "]" * depth
    try:
        parser.parse_json(text)
        accepted = True
    except ManifestError:
        accepted = False
    assert (depth_of(json.loads(text)) <= parser.MAX_DEPTH) == accepted


@pytest.mark.parametrize(("text", "place", "clue"), JSON_FAULTS, ids=[case[0][:25] for case in JSON_FAULTS])
def test_a_fault_in_json_has_its_place(text, place, clue):
    with pytest.raises(ManifestError) as caught:
        load_manifest(text.encode())
    assert caught.value.subject == place
    assert clue in str(caught.value)


@pytest.mark.parametrize(("text", "place", "clue"), YAML_FAULTS, ids=[case[0][:25] for case in YAML_FAULTS])
def test_a_fault_in_yaml_has_its_place(text, place, clue):
    with pytest.raises(ManifestError) as caught:
        load_manifest(text.encode(), yaml=True)
    assert caught.value.subject == place or not place
    assert clue in str(caught.value)


@pytest.mark.parametrize("yaml", [False, True])
@pytest.mark.parametrize(
    ("data", "clue"),
    [
        (b"\xef\xbb\xbf{}", "line 1, column 1 has a byte order mark"),
        (b"\xff\xfe{\x00}\x00", "the byte order mark of UTF-16"),
        (b"\xfe\xff\x00{\x00}", "the byte order mark of UTF-16"),
        ('{"a":\n "Übersicht"}'.encode("latin-1"), "line 2, column 3 has the byte 0xDC, which is not UTF-8"),
        (b" " * (parser.MAX_BYTES + 1), "8388609 bytes, more than the 8388608 of a manifest"),
    ],
)
def test_other_encodings_and_sizes_are_refused(data, clue, yaml):
    with pytest.raises(ManifestError) as caught:
        load_manifest(data, yaml=yaml)
    assert clue in str(caught.value)


def test_depth_is_limited_and_the_limit_is_reached():
    def nested(depth):
        return '{"a":' + "[" * (depth - 1) + "]" * (depth - 1) + "}"

    assert load_manifest(nested(32).encode())
    with pytest.raises(ManifestError, match="column 37 is nested more than 32 levels deep"):
        load_manifest(nested(33).encode())


class StrictLoader(yaml.SafeLoader):
    """A parser with a limit of its own, like libyaml from 0.2.6 on: it reads ahead and fails before its first event."""

    def fetch_flow_collection_start(self, TokenClass):  # noqa: N803
        if self.flow_level == 40:
            raise yaml.scanner.ScannerError(None, None, "exceeded maximum nesting depth", self.get_mark())
        super().fetch_flow_collection_start(TokenClass)


LOADERS = [None, StrictLoader, *([yaml.CSafeLoader] if yaml.__with_libyaml__ else [])]
DEEP_JSON = ["[", '{"a": ', '[{"a": ', '{"a": [', '[1, {"b": ', " [ "]
DEEP_YAML = ["[", "{a: ", "[{a: ", "- ", "? ", "- - ", "&a [", "&a {a: ", "!!seq [", "[*a, ", "a: ["]
DEEP_YAML += ["{? ", "ü: [", "[\r\n"]
DEEP_BLOCK = [
    "".join(f"{' ' * depth}a:\n" for depth in range(300)),
    "".join(f"{' ' * depth}-\n" for depth in range(300)),
    "".join(f"{' ' * depth}a: &a{depth}\n" for depth in range(300)),
    "- a: [" + "[" * 2000,
    "ü:\n  - {a: &a [*a, " + "{b: [" * 2000,
    "a: &x [*x]\n",
]


@pytest.mark.parametrize("loader", LOADERS)
@pytest.mark.parametrize("text", [*(piece * 2000 for piece in [*DEEP_JSON, *DEEP_YAML]), *DEEP_BLOCK])
def test_the_limit_of_depth_is_ours_with_every_yaml_parser(text, loader, monkeypatch):
    monkeypatch.setattr(yaml, "CSafeLoader", loader, raising=False)
    with pytest.raises(ManifestError, match=r"^line \d+, column \d+ is nested more than 32 levels deep$"):
        load_manifest(text.encode(), yaml=True)


@pytest.mark.parametrize("piece", DEEP_JSON)
def test_the_limit_of_depth_is_ours_in_json(piece):
    with pytest.raises(ManifestError, match=r"^line 1, column \d+ is nested more than 32 levels deep$"):
        load_manifest((piece * 2000).encode())


@pytest.mark.parametrize("loader", LOADERS)
@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ("{a: ", "}"), ("- ", ""), ("!!seq [", "]")])
def test_the_limit_of_depth_is_reached_with_every_yaml_parser(opening, closing, loader, monkeypatch):
    monkeypatch.setattr(yaml, "CSafeLoader", loader, raising=False)
    assert parser.parse_yaml(opening * 31 + "[]" + closing * 31)
    with pytest.raises(ManifestError, match="more than 32 levels deep"):
        parser.parse_yaml(opening * 32 + "[]" + closing * 32)


@pytest.mark.parametrize("loader", LOADERS)
def test_a_fault_behind_few_levels_is_not_one_of_depth(loader, monkeypatch):
    monkeypatch.setattr(yaml, "CSafeLoader", loader, raising=False)
    with pytest.raises(ManifestError, match=r"^line 1, column 31 is not YAML"):
        parser.parse_yaml("[" * 30 + "@" + "[" * 2000)


def test_half_of_a_character_is_refused():
    with pytest.raises(ManifestError, match="half of a character"):
        load_manifest(b'{"a": "\\ud800"}')
    assert load_manifest(b'{"a": "\\ud83d\\ude00"}') == {"a": "\U0001f600"}


def test_yaml_gives_what_json_gives():
    text = "a: &x [1, 2.5, true, null, 'text', \"1.0\"]\nb: {c: plain, d: *x}\ne: |\n  long\n"
    assert load_manifest(text.encode(), yaml=True) == {
        "a": [1, 2.5, True, None, "text", "1.0"],
        "b": {"c": "plain", "d": [1, 2.5, True, None, "text", "1.0"]},
        "e": "long\n",
    }


@pytest.mark.parametrize(("data", "yaml"), [(b"[1]", False), (b'"a"', False), (b"null", False), (b"- a", True)])
def test_a_manifest_is_an_object(data, yaml):
    with pytest.raises(ManifestError, match="must be an object"):
        load_manifest(data, yaml=yaml)
