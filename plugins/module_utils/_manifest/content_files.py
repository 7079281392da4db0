# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""The only file that knows the files that a manifest names: are they in the content folder, and do the icons fit?

What is read of an image is its head, for its size. Sizes are pixels.
"""

from __future__ import annotations

import difflib
import os
import posixpath
import re
import stat
import struct
import urllib.parse
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from .._errors import ManifestError
from .build import TILE
from .finding import Finding, member, shown

# The size of a JPEG stands behind its metadata, and of an SVG behind its comments.
MAX_HEAD = 256 * 1024
# When a file is missing, so many others are looked through for a name like its own.
MAX_FILES = 10_000

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_SHEET = "$.definitions.iconSpriteSheet"
# ITU-T T.81, table B.1: all start-of-frame markers but DHT, JPG and DAC, which lie between them.
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_ALONE = frozenset({0x01, *range(0xD0, 0xD9)})
_SVG = re.compile(r"""<(?:[\w.-]+:)?svg((?:\s(?:[^"'<>]|"[^"<]*"|'[^'<]*')*)?)>""")
_ATTRIBUTE = re.compile(r"""\s(width|height|viewBox)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_LENGTH = re.compile(r"\s*\+?([0-9]{1,9}(?:\.[0-9]*)?|\.[0-9]+)(px|%|)\s*")
_NUMBER = re.compile(r"[+-]?(?:[0-9]{1,9}(?:\.[0-9]*)?|\.[0-9]+)")

Size = tuple[float, float]


def check_content(manifest: dict[str, Any], folder: str) -> tuple[Finding, ...]:
    """Whether the folder that is served holds each file that the manifest names, in the very same spelling.

    F1: a file is missing or lies outside of the folder (error), or is a folder itself (warning: what a server answers
    then is its own affair). F2: an icon does not lie within its image (error). F3: the size of an image could not be
    read (notice). ``dynamicUri`` is never a file, and no file is a uri that begins with a scheme or ``/``, has the form
    of an object, or holds a placeholder in braces; vendors use all of these.

    The manifest may break the schema. Needs no jsonschema. Raises :class:`ManifestError` with a sentence when the
    folder cannot be listed.
    """
    content = _Content(folder, os.path.realpath(folder))
    content.listing("")
    found = [finding for path, uri in _uris(manifest) if (finding := _missing(content, path, uri))]
    for path, uri, places, where in _sheets(manifest):
        finding = _missing(content, path, uri)
        found.extend([finding] if finding else _misplaced(content, path, uri, places, where))
    return tuple(sorted(found, key=lambda one: ("error", "warning", "notice").index(one.severity)))


def named_files(manifest: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    """Return each uri that :func:`check_content` checks after its kind: ``view`` (HTML page) or ``icons`` (image)."""
    views = (("view", uri) for _path, uri in _uris(manifest))
    icons = (("icons", uri) for _path, uri, _places, _where in _sheets(manifest))
    return tuple((kind, uri) for kind, uri in (*views, *icons) if uri and _file_name(uri) is not None)


def image_size(head: bytes) -> Size | None:
    """Width and height of a PNG, GIF, JPEG or SVG by its first bytes; None where they do not tell.

    An SVG without width and height, or with percentages, is as large as its viewBox.
    """
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        size = struct.unpack_from(">II", head, 16) if head[12:16] == b"IHDR" and len(head) >= 24 else (0, 0)
    elif head.startswith((b"GIF87a", b"GIF89a")):
        size = struct.unpack_from("<HH", head, 6) if len(head) >= 10 else (0, 0)
    elif head.startswith(b"\xff\xd8\xff"):
        size = _jpeg_size(head)
    else:
        size = _svg_size(head.decode("utf-8", "replace"))
    width, height = size
    return (width, height) if width > 0 and height > 0 else None


@dataclass(frozen=True, slots=True)
class _Content:
    """The folder that is served; ``real`` is where it is when all links are followed."""

    folder: str
    real: str
    listings: dict[str, frozenset[str]] = field(default_factory=dict)
    files: list[str] = field(default_factory=list)

    def listing(self, below: str) -> frozenset[str]:
        """The names in a folder: a file system that knows no upper case would say yes to any spelling."""
        if below not in self.listings:
            path = os.path.join(self.folder, below) if below else self.folder
            try:
                self.listings[below] = frozenset(os.listdir(path))
            except OSError as error:
                raise ManifestError(
                    f"the content folder {path} cannot be listed: {error.strerror}; give a folder that the user of "
                    "this task may read"
                ) from error
        return self.listings[below]

    def has(self, name: str) -> bool:
        below = ""
        for part in name.split("/"):
            if below and not os.path.isdir(os.path.join(self.folder, below)):
                return False
            # Behind the last slash stands nothing.
            if part and part not in self.listing(below):
                return False
            below = posixpath.join(below, part)
        return True

    def near(self, name: str) -> str:
        """The file that was meant: the same in other spelling, of the same name elsewhere, or with a like name."""
        if not self.files:
            self.files.extend(self.walk())
        wanted = name.replace("\\", "/").rstrip("/").casefold()
        by_spelling = {one.casefold(): one for one in self.files}
        if wanted in by_spelling:
            return by_spelling[wanted]
        moved = [one for one in self.files if posixpath.basename(one).casefold() == posixpath.basename(wanted)]
        if len(moved) == 1:
            return moved[0]
        close = difflib.get_close_matches(wanted, by_spelling, n=1, cutoff=0.75)
        return by_spelling[close[0]] if close else ""

    def walk(self) -> Iterator[str]:
        seen = 0
        for place, folders, files in os.walk(self.folder):
            folders.sort()
            for file in sorted(files):
                yield posixpath.normpath(posixpath.join(os.path.relpath(place, self.folder), file))
                seen += 1
                if seen == MAX_FILES:
                    return


def _object(value: Any, *names: str) -> dict[str, Any]:
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}


def _uris(manifest: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Each uri of something that is shown, with its place."""
    for path, value in _shown_items(manifest):
        if isinstance(value.get("uri"), str):
            yield f"{path}.uri", value["uri"]


def _shown_items(manifest: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    yield "$.global.view", _object(manifest, "global", "view")
    for kind, extensions in _object(manifest, "objects").items():
        path = member("$.objects", kind)
        yield f"{path}.summary.view", _object(extensions, "summary", "view")
        for category, entries in (("summary", "views"), ("monitor", "views"), ("configure", "views")):
            yield from _items(f"{path}.{category}", _object(extensions, category), entries)
        for place, action in _items(f"{path}.menu", _object(extensions, "menu"), "actions"):
            if _object(action, "trigger").get("type") == "modal":
                yield f"{place}.trigger", _object(action, "trigger")


def _items(path: str, category: dict[str, Any], name: str) -> Iterator[tuple[str, dict[str, Any]]]:
    entries = category.get(name)
    for index, entry in enumerate(entries if isinstance(entries, list) else ()):
        if isinstance(entry, dict):
            yield f"{path}.{name}[{index}]", entry


def _sheets(manifest: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any], str]]:
    """Each image of icons: the place of its uri, the uri, the places of its icons, and where these stand."""
    sheet = _object(manifest, "definitions", "iconSpriteSheet")
    places, where = _object(sheet, "definitions"), f"{_SHEET}.definitions"
    if isinstance(sheet.get("uri"), str):
        yield f"{_SHEET}.uri", sheet["uri"], places, where
    for name in _object(sheet, "themeOverrides"):
        theme, path = _object(sheet, "themeOverrides", name), member(f"{_SHEET}.themeOverrides", name)
        if isinstance(theme.get("uri"), str):
            # The guide: a theme without places of its own uses those of the sheet.
            own = "definitions" in theme
            yield (
                f"{path}.uri",
                theme["uri"],
                _object(theme, "definitions") if own else places,
                f"{path}.definitions" if own else where,
            )


def _file_name(uri: str) -> str | None:
    """The path in a uri, relative to the folder; None when it cannot be a file there. ``..`` stays when it leads out.

    Browsers resolve dots before they ask, and servers decode what is percent-encoded.
    """
    path = re.split(r"[?#]", uri, maxsplit=1)[0]
    if path.startswith("/") or _SCHEME.match(path) or "{" in path:
        return None
    # Percent-encoded, a slash may come to stand in front. The last one says that it is no file.
    name = posixpath.normpath(urllib.parse.unquote(path).lstrip("/"))
    return f"{name}/" if path.endswith("/") and name not in (".", "..") else name


def _missing(content: _Content, path: str, uri: str) -> Finding | None:
    name = _file_name(uri)
    if name is None or not uri:
        return None

    def finding(message: str, remedy: str, severity: Any = "error") -> Finding:
        return Finding("F1", severity, path, uri, f"{path} is {shown(uri)}, {message}", remedy)

    if name == ".." or name.startswith("../"):
        return finding("which leads out of the content folder.", "Put the file into the content folder.")
    if name != "." and ("\0" in name or not content.has(name)):
        near = content.near(name)
        remedy = f"Write {near!r}, or put the file there." if near else "Put the file there, or correct the uri."
        if near.casefold() == name.casefold():
            remedy = f"Write {near!r}; upper and lower case count."
        return finding(f"but the content folder has no file {shown(name)}.", remedy)
    full = os.path.join(content.folder, name)
    inside = os.path.commonpath([content.real, os.path.realpath(full)]) == content.real
    if not inside:
        return finding("which is a link that leads out of the content folder.", "Put the file itself there.")
    try:
        mode = os.stat(full).st_mode
    except OSError as error:
        return finding(f"which is a link to nothing ({error.strerror}).", "Put the file itself there.")
    if stat.S_ISDIR(mode):
        message = f"but {shown(name)} is a folder; what a server answers for one is its own affair."
        return finding(message, "Name the file in it, such as index.html.", "warning")
    return None if stat.S_ISREG(mode) else finding("which is no regular file.", "Put a regular file there.")


def _misplaced(content: _Content, path: str, uri: str, places: dict[str, Any], where: str) -> Iterator[Finding]:
    name = _file_name(uri)
    if name is None:
        return
    try:
        with open(os.path.join(content.folder, name), "rb") as file:
            size = image_size(file.read(MAX_HEAD))
        problem = "it is no PNG, GIF, JPEG or SVG that tells it in pixels"
    except OSError as error:
        size, problem = None, str(error.strerror)
    if size is None:
        message = f"{path} is {shown(uri)}, whose size cannot be read ({problem}), so no icon was looked for in it."
        yield Finding("F3", "notice", path, uri, message, "Nothing, if the image is right; or save it as PNG.")
        return
    width, height = size
    for icon, place in places.items():
        x: Any = _object(place).get("x")
        y: Any = _object(place).get("y")
        # A place that breaks the schema is a finding already.
        if not (_is_pixel(x) and _is_pixel(y)) or (x + TILE <= width and y + TILE <= height):
            continue
        message = (
            f"{member(where, icon)} is at x {x}, y {y}, where an icon of {TILE} x {TILE} pixels does not lie within "
            f"{shown(uri)}, which has {width:g} x {height:g}."
        )
        yield Finding("F2", "error", member(where, icon), place, message, "Correct the place, or enlarge the image.")


def _is_pixel(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _jpeg_size(head: bytes) -> tuple[int, int]:
    position = 2
    while position + 9 <= len(head) and head[position] == 0xFF:
        marker = head[position + 1]
        if marker == 0xFF:
            position += 1
        elif marker in _ALONE:
            position += 2
        elif marker in _FRAMES:
            height, width = struct.unpack_from(">HH", head, position + 5)
            return width, height
        else:
            position += 2 + int(struct.unpack_from(">H", head, position + 2)[0])
    return 0, 0


def _svg_size(text: str) -> Size:
    found = _SVG.match(text, _after_prolog(text))
    if not found:
        return 0, 0
    attributes = {one.group(1): one.group(2) or one.group(3) or "" for one in _ATTRIBUTE.finditer(found.group(1))}
    numbers = [float(one) for one in _NUMBER.findall(attributes.get("viewBox", ""))]
    box = (numbers[2], numbers[3]) if len(numbers) == 4 else (0.0, 0.0)
    return _length(attributes.get("width"), box[0]), _length(attributes.get("height"), box[1])


def _length(text: str | None, otherwise: float) -> float:
    """Pixels, or 0 for a unit that depends on where it is shown."""
    if text is None or text.strip() == "auto":
        return otherwise
    found = _LENGTH.fullmatch(text)
    if not found:
        return 0
    return otherwise if found.group(2) == "%" else float(found.group(1))


def _after_prolog(text: str) -> int:
    """Where the first element begins. An unfinished prolog is passed over by going to the end."""
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


_PROLOG = (("<?", "?>"), ("<!--", "-->"), ("<!", ">"))
