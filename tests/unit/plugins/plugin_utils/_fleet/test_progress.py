# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Progress lines of a fleet."""

from __future__ import annotations

import pytest
from ansible_collections.vsphere_ops.client_plugin.plugins.plugin_utils._fleet import progress

LINES = ["   1/10  bb     ok  1.5 s", "   2/10  ccc    ok  1.5 s", "  the end"]


@pytest.mark.parametrize(
    ("enabled", "callback", "lines"),
    [
        (True, "default", LINES),
        (True, "ansible.builtin.default", LINES),
        (True, "awx_display", LINES),
        (True, "ansible.posix.json", []),
        (False, "default", []),
    ],
)
def test_lines_are_counted_and_aligned_and_only_for_people(
    monkeypatch: pytest.MonkeyPatch, enabled: bool, callback: str, lines: list[str]
) -> None:
    shown: list[str] = []
    monkeypatch.setattr(progress.constants.config, "get_config_value", lambda _name: callback)
    monkeypatch.setattr(progress.Display, "display", lambda _display, text: shown.append(text))
    printed = progress.Progress(["aaaaa", "bb", "ccc", *"abcdefg"], enabled=enabled)
    printed.report(1, "ok", 1.46)
    printed.report(2, "ok", 1.5)
    printed.print_line("the end")
    assert shown == lines


def test_a_fleet_without_members() -> None:
    progress.Progress([], enabled=False).print_line("nothing")
