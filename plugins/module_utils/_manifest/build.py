# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""The only file that knows how a manifest is put together: overlays, a file of texts for each locale, icons in a sheet.

Nothing here judges a manifest. What comes out is checked like any other one.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from .._errors import ManifestError
from . import document, parser
from .finding import shown

# The vendor's tool that turns a local plug-in into a remote one draws icons of this many pixels, in both directions.
TILE = 32
# The texts of a plug-in in one language take some KB.
MAX_LOCALE_BYTES = 1024 * 1024

_LOCALE = re.compile(r"[a-z]{2}-[A-Z]{2}")
_ENDINGS = (".json", ".yml", ".yaml", ".properties")
# What java.util.Properties takes for white space and for the end of a line.
_BLANK = " \t\f"
_LINE_END = re.compile(r"\r\n|\r|\n")
# The key: whatever is no separator, or stands behind a backslash.
_KEY = re.compile(r"(?:[^\\=: \t\f]|\\.?)*", re.DOTALL)
_SEPARATOR = re.compile(r"[ \t\f]*[=:]?[ \t\f]*")
_ESCAPE = re.compile(r"\\(u.{0,4}|.?)", re.DOTALL)
_HEX = re.compile(r"u[0-9A-Fa-f]{4}")
_CONTROLS = {"t": "\t", "n": "\n", "r": "\r", "f": "\f"}


def merge(base: Mapping[str, Any], *overlays: Mapping[str, Any]) -> dict[str, Any]:
    """``base`` changed by one overlay after the other, each a JSON Merge Patch (RFC 7396).

    Objects are merged member by member, null takes a member away, and any other value, a list too, stands in the place
    of what was there. The result shares nothing with what it is made of. Overlays must be applied in their order: two
    of them cannot be merged into one beforehand, because the nulls of the second would be gone.
    """
    merged: dict[str, Any] = _copy(base)
    for overlay in overlays:
        merged = _patched(merged, overlay)
    return merged


def i18n(texts: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    """``definitions.i18n`` of a manifest, from the texts of each locale by their keys.

    Locales and keys come in alphabetical order. A locale without a text stays in the list of locales.
    """
    definitions: dict[str, dict[str, str]] = {}
    for locale in sorted(texts):
        for key, text in texts[locale].items():
            definitions.setdefault(key, {})[locale] = text
    return {"locales": sorted(texts), "definitions": {key: definitions[key] for key in sorted(definitions)}}


def sprites(names: Sequence[str], *, columns: int, tile: int = TILE) -> dict[str, dict[str, int]]:
    """``definitions.iconSpriteSheet.definitions``: the place of each icon in a sheet that is filled row by row.

    Places are pixels from the top left corner of the sheet, ``tile`` the width and height of one icon in pixels.
    Raises :class:`ManifestError`.
    """
    for what, number in (("columns", columns), ("tile", tile)):
        if number < 1:
            raise ManifestError(f"{what} is {number}; give a whole number from 1 on")
    places: dict[str, dict[str, int]] = {}
    for position, name in enumerate(names):
        if name in places:
            raise ManifestError(f"names has {shown(name)} twice; each icon has one place in the sheet")
        row, column = divmod(position, columns)
        places[name] = {"x": column * tile, "y": row * tile}
    return places


def read_locales(folder: str) -> dict[str, dict[str, str]]:
    """The texts of each locale, from a folder with one file for each: ``en-US.json``, ``de-DE.yml``, ``.properties``.

    Objects within objects give keys with dots. Properties are those of java.util.Properties, in UTF-8. Files whose name
    begins with a dot are passed over, as they are in listings. Raises :class:`ManifestError` with a sentence that names
    the file, and the line where that is known.
    """
    texts: dict[str, dict[str, str]] = {}
    files: dict[str, str] = {}
    for name in _names(folder):
        path = os.path.join(folder, name)
        locale, ending = os.path.splitext(name)
        if not _LOCALE.fullmatch(locale) or ending not in _ENDINGS:
            raise ManifestError(
                f"{path} is no file of a locale; name it like en-US.json, de-DE.yml or fr-FR.properties, or put it "
                "elsewhere"
            )
        if locale in files:
            raise ManifestError(f"{path} and {files[locale]} are both for {locale}; keep one of the two")
        files[locale] = name
        try:
            texts[locale] = _texts(_content(path), ending)
        except ManifestError as error:
            raise ManifestError(f"{path}, {error}") from error
    if not texts:
        raise ManifestError(f"{folder} has no file of a locale; put one there, such as en-US.json")
    return texts


def _copy(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _copy(one) for name, one in value.items()}
    return [_copy(one) for one in value] if isinstance(value, list) else value


def _patched(target: Any, patch: Any) -> Any:
    """MergePatch of RFC 7396, section 2. ``target`` is our own and may be changed."""
    if not isinstance(patch, Mapping):
        return _copy(patch)
    result: dict[str, Any] = target if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        else:
            result[name] = _patched(result.get(name), value)
    return result


def _names(folder: str) -> list[str]:
    try:
        return sorted(name for name in os.listdir(folder) if not name.startswith("."))
    except OSError as error:
        raise ManifestError(f"{folder} cannot be listed: {error.strerror}; give a folder of locale files") from error


def _content(path: str) -> bytes:
    try:
        # A pipe could give for ever, so it is not even opened.
        if not stat.S_ISREG(os.stat(path).st_mode):
            raise ManifestError("which is no regular file; put it elsewhere")
        with open(path, "rb") as file:
            data = file.read(MAX_LOCALE_BYTES + 1)
    except OSError as error:
        raise ManifestError(f"which cannot be read: {error.strerror}; let the user of this task read it") from error
    if len(data) > MAX_LOCALE_BYTES:
        raise ManifestError(f"which is longer than {MAX_LOCALE_BYTES} bytes; check what it is")
    return data


def _texts(data: bytes, ending: str) -> dict[str, str]:
    text = parser.decode_utf8(data)
    if ending == ".properties":
        return _properties(text)
    if ending == ".json":
        value = parser.parse_json(text)
    elif parser.HAS_YAML:
        value = parser.parse_yaml(text)
    else:
        raise ManifestError("which needs the Python library PyYAML; install it, or write JSON")
    if not isinstance(value, dict):
        raise ManifestError(f"which holds {shown(value)}; write an object of keys and texts")
    found: dict[str, str] = {}
    for key, one in _flat(document.plain_manifest(value), ""):
        if not isinstance(one, str):
            remedy = "give a text" if one is None or isinstance(one, (dict, list)) else "put it between quotes"
            raise ManifestError(f"where {shown(key)} is {shown(one)}; {remedy}")
        if key in found:
            raise ManifestError(f"where {shown(key)} stands twice, with dots and as an object; keep one of the two")
        found[key] = one
    return found


def _flat(value: dict[str, Any], before: str) -> Iterator[tuple[str, Any]]:
    for name, one in value.items():
        if not name:
            raise ManifestError(f"where a name {f'in {shown(before[:-1])} ' if before else ''}is empty; give it one")
        if isinstance(one, dict) and one:
            yield from _flat(one, f"{before}{name}.")
        else:
            yield before + name, one


def _properties(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for number, line in _logical_lines(text):
        raw_key = _matched(_KEY, line, 0)
        separator = _matched(_SEPARATOR, line, len(raw_key))
        key = _unescaped(raw_key, number)
        if not key:
            raise ManifestError(f"line {number}: there is no key before {line[:1]!r}; write one")
        if key in found:
            raise ManifestError(f"line {number}: the key {shown(key)} stands here a second time; keep one of the two")
        found[key] = _unescaped(line[len(raw_key) + len(separator) :], number)
    return found


def _matched(pattern: re.Pattern[str], line: str, position: int) -> str:
    found = pattern.match(line, position)
    return found.group() if found else ""


def _logical_lines(text: str) -> Iterator[tuple[int, str]]:
    """Each line with the number of its first part: without comments, blank lines and blanks at its beginning.

    A line that ends in a backslash that is not escaped goes on in the next one.
    """
    parts: list[str] = []
    first = 0
    for number, natural in enumerate(_LINE_END.split(text), 1):
        line = natural.lstrip(_BLANK)
        if not parts:
            first = number
            if line.startswith(("#", "!")):
                continue
        goes_on = (len(line) - len(line.rstrip("\\"))) % 2 == 1
        parts.append(line[:-1] if goes_on else line)
        if not goes_on:
            if whole := "".join(parts):
                yield first, whole
            parts = []
    if whole := "".join(parts):
        yield first, whole


def _unescaped(text: str, number: int) -> str:
    def character(escape: re.Match[str]) -> str:
        code = escape.group(1)
        if not code.startswith("u"):
            return _CONTROLS.get(code, code)
        if not _HEX.fullmatch(code):
            raise ManifestError(f"line {number}: {escape.group()!r} is no character; write \\u and four hex digits")
        return chr(int(code[1:], 16))

    # Characters beyond the first 65536 are two escapes, one for each half.
    halves = _ESCAPE.sub(character, text).encode("utf-16-le", "surrogatepass")
    try:
        return halves.decode("utf-16-le")
    except UnicodeDecodeError as error:
        raise ManifestError(
            f"line {number}: one of the escapes is half of a character (a lone surrogate); write both halves"
        ) from error
