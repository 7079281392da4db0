# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

from __future__ import annotations

import pytest
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._foreign_text import one_line, quoted, visible


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain text", "plain text"),
        ("B\u00fccher \u2713", "B\u00fccher \u2713"),
        ("two\nlines", "two\nlines"),
        ("\x1b[2J", "\\x1b[2J"),
        ("bell\x07\x9b", "bell\\x07\\x9b"),
        ("\u202eabc\u200b", "\\u202eabc\\u200b"),
        ("\ud800", "\\ud800"),
        ("a\u2028b", "a\\u2028b"),
    ],
)
def test_what_could_harm_a_terminal_is_visible(text, shown):
    assert visible(text) == shown


def test_one_line_is_short():
    assert one_line("a\r\n\tb  c") == "a b c"
    assert one_line("x" * 10**6, 10) == "x" * 10 + "..."
    assert one_line(OSError("broken")) == "broken"


def test_values_are_quoted():
    assert quoted("a'b") == '"a\'b"'
    assert quoted("\u202e") == "'\\u202e'"
    assert quoted(5) == "5"
    assert quoted("x" * 300, 10) == "'xxxxxxxxxx'..."
    assert "MII" not in quoted("-----BEGIN RSA PRIVATE KEY-----MII")
