# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Read the size of a PNG or SVG image from its first bytes, without a library for images."""

from __future__ import annotations

import re
import struct
from typing import TypeAlias

# The size of an SVG is behind its comments.
MAX_HEAD = 256 * 1024

# Width and height in pixels.
Size: TypeAlias = "tuple[float, float]"

_PNG = b"\x89PNG\r\n\x1a\n"
_SVG = re.compile(r"""<(?:[\w.-]+:)?svg((?:\s(?:[^"'<>]|"[^"<]*"|'[^'<]*')*)?)>""")
_ATTRIBUTE = re.compile(r"""\s(width|height|viewBox)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_LENGTH = re.compile(r"\s*\+?([0-9]{1,9}(?:\.[0-9]*)?|\.[0-9]+)(px|%|)\s*")
_NUMBER = re.compile(r"[+-]?(?:[0-9]{1,9}(?:\.[0-9]*)?|\.[0-9]+)")
_PROLOG = (("<?", "?>"), ("<!--", "-->"), ("<!", ">"))


def read_image_size(head: bytes) -> Size | None:
    """Return width and height of a PNG or SVG in pixels by its first bytes; None where they do not contain it.

    An SVG without width and height, or with percentages, is as large as its viewBox.
    """
    if head.startswith(_PNG):
        size = struct.unpack_from(">II", head, 16) if head[12:16] == b"IHDR" and len(head) >= 24 else (0, 0)
    else:
        size = _svg_size(head.decode("utf-8", "replace"))
    width, height = size
    return (width, height) if width > 0 and height > 0 else None


def _svg_size(text: str) -> Size:
    element = _SVG.match(text, _after_prolog(text))
    if not element:
        return 0, 0
    attributes = {match[1]: match[2] or match[3] or "" for match in _ATTRIBUTE.finditer(element[1])}
    numbers = [float(number) for number in _NUMBER.findall(attributes.get("viewBox", ""))]
    box = (numbers[2], numbers[3]) if len(numbers) == 4 else (0.0, 0.0)
    return _pixels(attributes.get("width"), box[0]), _pixels(attributes.get("height"), box[1])


def _pixels(text: str | None, default: float) -> float:
    """Return a length in pixels, or 0 for a unit that depends on where the image is shown."""
    if text is None or text.strip() == "auto":
        return default
    match = _LENGTH.fullmatch(text)
    if not match:
        return 0
    return default if match[2] == "%" else float(match[1])


def _after_prolog(text: str) -> int:
    """Return where the first element begins; the end of the text if the prolog is not closed."""
    position = len(text) - len(text.lstrip("\ufeff \t\r\n"))
    while True:
        end = next((end for start, end in _PROLOG if text.startswith(start, position)), None)
        if end is None:
            return position
        after = text.find(end, position)
        if after < 0:
            return len(text)
        position = after + len(end)
        while position < len(text) and text[position].isspace():
            position += 1
