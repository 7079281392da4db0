# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Paths and values in messages."""

from __future__ import annotations

import pytest
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._manifest.finding import (
    Finding,
    describe_value,
    format_path,
    join_names,
)


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("view", "$.view"),
        ("en-US", "$.en-US"),
        ("plugin.api.version", "$['plugin.api.version']"),
        ("Folder:RootFolder", "$['Folder:RootFolder']"),
        ("", "$['']"),
        ("it's", """$["it's"]"""),
        ("0", "$['0']"),
        (0, "$[0]"),
        ("a\n\u202eb", "$['a\\n\\u202eb']"),
    ],
)
def test_a_path_quotes_what_is_no_simple_name(name, path):
    assert format_path((name,)) == path


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "null"),
        (True, "true"),
        (1.0, "the number 1.0"),
        ("", "an empty text"),
        ("a", "'a'"),
        ("a" * 61, "'" + "a" * 60 + "'..."),
        ([], "an empty list"),
        ([1], "a list"),
        ({}, "an empty object"),
        ({"a": 1}, "an object"),
    ],
)
def test_a_value_is_shown_shortly(value, text):
    assert describe_value(value) == text


def test_the_message_of_a_finding():
    finding = Finding("R1", "warning", ("a", 0), 5, "is the number 5; it must be 0", "Write 0.")
    assert finding.message == "$.a[0] is the number 5; it must be 0."
    assert finding.result()["path"] == "$.a[0]"
    inside = Finding("R1", "warning", (), 5, "is not known; did you mean a?", "Write a.", file="b\u202e.json")
    assert inside.message == "b\\u202e.json: $ is not known; did you mean a?"


def test_names_are_joined():
    assert join_names([]) == ""
    assert join_names("a") == "a"
    assert join_names("abc") == "a, b and c"
    assert join_names("abcd", 2) == "a, b and 2 more"
