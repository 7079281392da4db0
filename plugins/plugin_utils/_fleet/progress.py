# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Print the progress of a fleet: one line for each vCenter as it finishes."""

from __future__ import annotations

from collections.abc import Sequence

from ansible import constants
from ansible.utils.display import Display

from ...module_utils._foreign_text import visible

# The callbacks whose output is text for people; a line in between would break those that write JSON, XML or nothing.
_TEXT_CALLBACKS = frozenset({"default", "minimal", "yaml", "debug", "awx_display"})


def prints_text() -> bool:
    """Return whether the output of this run may contain lines that no callback has written."""
    callback = str(constants.config.get_config_value("DEFAULT_STDOUT_CALLBACK"))
    return callback.rpartition(".")[2] in _TEXT_CALLBACKS


class Progress:
    """Prints one line for each vCenter as it finishes, where the callback allows it."""

    def __init__(self, names: Sequence[str], *, enabled: bool) -> None:
        """``names`` are those of the vCenters, in the order of the members of the fleet."""
        self._enabled = enabled and prints_text()
        self._names = names
        self._width = max((len(name) for name in names), default=0)
        self._done = 0

    def report(self, index: int, text: str, seconds: float) -> None:
        """Print counter, name, outcome and duration of the vCenter at ``index``, which has just finished."""
        self._done += 1
        total = len(self._names)
        count = f"{self._done:>{len(str(total))}}/{total}"
        self.print_line(f"{count}  {self._names[index]:<{self._width}}  {text}  {seconds:.1f} s")

    def print_line(self, text: str) -> None:
        """Print a line, indented, without control characters."""
        if self._enabled:
            Display().display(f"  {visible(text)}")
