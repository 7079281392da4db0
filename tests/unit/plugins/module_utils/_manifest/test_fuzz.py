# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""The parser with bytes of all kinds: a manifest or a ManifestError, and work in proportion to the bytes."""

from __future__ import annotations

import json
import re
import sys
from collections import Counter

import pytest
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._errors import ManifestError
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._manifest import document, parser, validate
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._manifest.validate import validate_manifest
from ansible_collections.vsphere_ops.client_plugin.tests.unit.plugins.module_utils._manifest.test_document import (
    FULL,
    MINIMAL,
)
from hypothesis import given, settings
from hypothesis import strategies as st

PLACE = re.compile(r"line [1-9][0-9]*, column [1-9][0-9]* ")
TOKENS = [
    *"{}[]:,",
    *(
        '""',
        '"a"',
        '"b"',
        '"a":',
        "1",
        "-0",
        "01",
        "1e5",
        "1e999",
        "true",
        "null",
        "NaN",
        "True",
        "'a'",
        "//",
        "/*",
        "#",
    ),
    *(
        "\\",
        "\\u",
        '"\\ud800"',
        '"\\ud83d\\ude00"',
        '"\\x"',
        " ",
        "\n",
        "\t",
        "\x00",
        "9" * 30,
        "1" * 5000,
        "é",
        "\u2028",
    ),
]
YAML_TOKENS = [
    *TOKENS,
    *(
        "a: ",
        "- ",
        "? ",
        "&x ",
        "*x",
        "<<: ",
        "!!int ",
        "!!float ",
        "!!bool ",
        "!!str ",
        "!!set ",
        "!!null ",
        "!!map ",
        "!",
    ),
    *("| \n", "> \n", "  ", "---\n", "...\n", "%YAML 1.1\n", "1:30", "1:30.5", ".inf", ".nan", "0x1f", "0b1", "0o7"),
    *(
        "1_000",
        "2026-11-20",
        "=",
        "~",
        "yes",
        "!!binary ",
        "!!timestamp ",
        "!!omap ",
        '"\\UFFFFFFFF"',
        "1.0e+999",
        ": ",
    ),
]
SEED = json.dumps(FULL, indent=1)
NESTED = st.tuples(st.integers(1, 5000), st.sampled_from(["[", '{"a":', "[{", '[1,{"b":', " [ "]))
LONG = st.tuples(
    st.integers(1, 20000), st.sampled_from(["9", "-9", "0", "1.", ".1", "e1", '"', "\\u0041", "a", " ", ","])
)


def refusal(data, *, yaml=False):
    """The message that refuses the bytes; None for a manifest."""
    try:
        manifest = document.load_manifest(data, yaml=yaml)
    except ManifestError as error:
        return str(error)
    found = validate.locate_findings(validate_manifest(manifest, targets=["7.0"]), data, yaml=yaml)
    assert all(one.line and one.column and one.message and one.remedy for one in found)
    assert document.load_manifest(document.render_manifest(manifest)) == manifest
    return None


def read(data, *, yaml=False):
    message = refusal(data, yaml=yaml)
    assert message is None or (PLACE.match(message) and "\n" not in message and len(message) < 500), message


def mutated(edits):
    """The text of a manifest with pieces of it taken away, doubled, or replaced by tokens."""
    text = SEED
    for place, length, token in edits:
        at = place % (len(text) + 1)
        text = text[:at] + token + text[at + length :]
    return text


EDITS = st.lists(
    st.tuples(st.integers(0, 10000), st.integers(0, 12), st.sampled_from([*TOKENS, ""])), min_size=1, max_size=4
)


@settings(max_examples=2500, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes(data):
    read(data)


@settings(max_examples=2500, deadline=None)
@given(st.text(max_size=100))
def test_any_text(text):
    read(text.encode("utf-8", "surrogatepass"))


@settings(max_examples=3000, deadline=None)
@given(st.lists(st.sampled_from(TOKENS), max_size=25))
def test_soup_of_tokens(tokens):
    text = "".join(tokens)
    for one in (text, '{"a":' + text, "{" + text + "}", '{"a":' + text + "}"):
        read(one.encode())


@settings(max_examples=1000, deadline=None)
@given(st.lists(st.sampled_from(YAML_TOKENS), max_size=15))
def test_soup_of_yaml_tokens(tokens):
    text = "".join(tokens)
    for one in (text, "a: " + text, "a:\n  " + text.replace("\n", "\n  ")):
        read(one.encode(), yaml=True)


@settings(max_examples=1500, deadline=None)
@given(EDITS)
def test_a_manifest_with_typing_errors(edits):
    text = mutated(edits)
    read(text.encode("utf-8", "surrogatepass"))


@settings(max_examples=300, deadline=None)
@given(NESTED, st.booleans())
def test_deep_nesting(shape, yaml):
    count, opening = shape
    read((opening * count).encode(), yaml=yaml)
    read(('{"a": ' + opening * count + "]" * count).encode(), yaml=yaml)


@settings(max_examples=300, deadline=None)
@given(LONG, st.sampled_from(['{"a": ', '{"', '{"a": "', "{", '{"a": 1', '{"a": -1.0']), st.booleans())
def test_very_long_words(shape, start, yaml):
    count, piece = shape
    read((start + piece * count).encode(), yaml=yaml)
    read((start + piece * count + "}").encode(), yaml=yaml)


def test_each_byte_of_a_manifest_changed_in_each_way():
    seed = json.dumps(MINIMAL).encode()
    outcomes = Counter()
    for place in range(len(seed)):
        for byte in b"{}[]\",:\\ 01eE.-+tfnu/\x00\xff\xc3a\n'":
            for length in (0, 1):
                data = seed[:place] + bytes([byte]) + seed[place + length :]
                try:
                    document.load_manifest(data)
                except ManifestError as error:
                    outcomes[bool(PLACE.match(str(error)))] += 1
                else:
                    outcomes["read"] += 1
    assert outcomes.keys() == {True, "read"}
    assert outcomes.total() > 10_000


class Counting:
    """How many lines of Python the reader runs: work that no slow machine changes."""

    def __init__(self):
        self.lines = 0

    def __call__(self, _frame, event, _argument):
        self.lines += event == "line"
        return self

    def of(self, call):
        before = sys.gettrace()
        sys.settrace(self)
        try:
            call()
        except ManifestError:
            pass
        finally:
            sys.settrace(before)
        return self.lines


GROWING = {
    "texts": lambda size: MINIMAL | {"more": {f"k{number}": "text" for number in range(size)}},
    "lists": lambda size: MINIMAL | {"objects": {"A": {"monitor": {"views": [[]] * size}}}},
    "views": lambda size: (
        MINIMAL
        | {"objects": {"A": {"monitor": {"views": [{"labelKey": "b", "uri": "/c", "navigationId": "d"}] * size}}}}
    ),
    "unknown members": lambda size: MINIMAL | {"global": {f"unknown{number}": 1 for number in range(size)}},
    "locales": lambda size: (
        MINIMAL | {"definitions": {"i18n": {"locales": ["en", 1, True, []] * size, "definitions": {}}}}
    ),
    "wrong texts": lambda size: (
        MINIMAL
        | {"definitions": {"i18n": {"locales": ["en-US"], "definitions": {f"k{n}": {"en": 1} for n in range(size)}}}}
    ),
    "icons": lambda size: (
        MINIMAL
        | {
            "definitions": {
                "iconSpriteSheet": {"uri": "a", "definitions": {f"i{n}": {"x": 1, "y": 1} for n in range(size)}}
            }
        }
    ),
    "interval": lambda size: (
        MINIMAL
        | {"requirements": {"plugin.api.version": "1.2.0", "vsphere.client": {"version": "[" + " " * size + "8.0"}}}
    ),
}


def whole_way(data):
    manifest = document.load_manifest(data)
    found = validate.locate_findings(validate_manifest(manifest, targets=["7.0"]), data)
    validate.format_report(found, "plugin.json")
    document.render_manifest(manifest)


@pytest.mark.parametrize("kind", GROWING)
def test_four_times_the_manifest_is_at_most_five_times_the_work(kind):
    # Once before, because libraries prepare things at their first use.
    whole_way(json.dumps(GROWING[kind](1)).encode())
    small, large = (json.dumps(GROWING[kind](size)).encode() for size in (60, 240))
    assert Counting().of(lambda: whole_way(large)) < 5 * Counting().of(lambda: whole_way(small))


BROKEN = {
    "the end is missing": lambda size: '{"a": [' + "1," * size,
    "open brackets": lambda size: "[" * size,
    "a comma at the end": lambda size: '{"a": [' + "1," * size + "]}",
    "the same name": lambda size: "{" + '"a": 1,' * size + "}",
    "spaces": lambda size: '{"a": 1' + " " * size + "x",
    "digits": lambda size: '{"a": ' + "1" * size,
    "a text without an end": lambda size: '{"a": "' + "b" * size,
}


@pytest.mark.parametrize("kind", BROKEN)
def test_four_times_the_fault_is_at_most_five_times_the_work(kind):
    small, large = (BROKEN[kind](size).encode() for size in (300, 1200))
    with pytest.raises(ManifestError):
        document.load_manifest(large)
    assert Counting().of(lambda: document.load_manifest(large)) < 5 * Counting().of(
        lambda: document.load_manifest(small)
    )


def test_the_largest_manifest_that_is_read():
    data = b'{"a": "' + b"b" * (parser.MAX_BYTES - 9) + b'"}'
    assert len(data) == parser.MAX_BYTES
    assert document.load_manifest(data)
    with pytest.raises(ManifestError, match="has 8388609 bytes"):
        document.load_manifest(data + b" ")
