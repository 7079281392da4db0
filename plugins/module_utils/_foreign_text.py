# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Make foreign text safe to show to a person: text of a server, a library, a file or an option."""

from __future__ import annotations

import re
import unicodedata

# Long enough for an explanation of a server, short enough for one line of a log.
LIMIT = 200
# Control characters move the cursor of a terminal; format characters reorder or hide text (Unicode TR 36, 2.5).
_UNSAFE_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def visible(text: str) -> str:
    """Return ``text`` with control, format and surrogate characters written as escapes.

    Line feeds stay, so that a report may have several lines.
    """
    if text.isascii() and text.replace("\n", "").isprintable():
        return text
    return "".join(_escape(char) if _is_unsafe(char) else char for char in text)


def one_line(text: object, limit: int = LIMIT) -> str:
    """Return foreign text as one safe line of at most ``limit`` characters and an ellipsis."""
    # Cut first: what a server sends may have megabytes.
    line = " ".join(str(text)[: 4 * limit].split())
    line = visible(line)
    return line if len(line) <= limit else f"{line[:limit]}..."


def quoted(value: object, limit: int = LIMIT) -> str:
    """Return a value as a message shows it: text in single quotes, other values as Python writes them.

    Nothing that looks like a private key is repeated.
    """
    if isinstance(value, str):
        if re.search(r"PRIVATE[ _]?KEY", value):
            return "a text with a private key"
        text = str.__str__(value)[: limit + 1]
        return repr(text) if len(text) <= limit else f"{text[:limit]!r}..."
    return one_line(value, limit)


def _is_unsafe(char: str) -> bool:
    return char != "\n" and unicodedata.category(char) in _UNSAFE_CATEGORIES


def _escape(char: str) -> str:
    return char.encode("unicode_escape", "surrogatepass").decode("ascii")
