# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""The only file that knows how a manifest is read from JSON or YAML, and where in the text a fault stands.

The standard library's JSON reader lets duplicate keys and NaN through and says nothing helpful about a trailing comma,
so the grammar of RFC 8259 is walked here; strings are still read by the standard library.
"""

from __future__ import annotations

import codecs
import json
import re
import traceback
from collections.abc import Iterable
from typing import Any, NoReturn

try:
    import yaml
except ImportError:
    HAS_YAML = False
    YAML_IMPORT_ERROR: str | None = traceback.format_exc()
else:
    HAS_YAML = True
    YAML_IMPORT_ERROR = None

MAX_BYTES = 1024 * 1024
MAX_DEPTH = 32
# Aliases let a short YAML text stand for an enormous value; no manifest comes near this many values.
MAX_VALUES = 50_000

_DECODER = json.JSONDecoder()
_SPACE = re.compile(r"[ \t\n\r]*")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_WORD = re.compile(r"[-+]?[A-Za-z_][A-Za-z0-9_]*")
_WORDS = {"true": True, "false": False, "null": None}
_MARKS = (
    (codecs.BOM_UTF8, "a byte order mark; save it as UTF-8 without one"),
    (codecs.BOM_UTF16_LE, "the mark of UTF-16; save it as UTF-8"),
    (codecs.BOM_UTF16_BE, "the mark of UTF-16; save it as UTF-8"),
)
_YAML_JSON = {f"tag:yaml.org,2002:{name}" for name in ("str", "int", "float", "bool", "null")}


class ManifestError(ValueError):
    """A text or value that cannot be a manifest. ``str()`` is one clause with line and column, without a full stop."""


def decode(data: bytes) -> str:
    """The text of a file. Raises :class:`ManifestError` for anything but UTF-8 of at most 1 MiB without a mark."""
    if len(data) > MAX_BYTES:
        raise ManifestError(f"it is {len(data)} bytes long; a manifest has at most {MAX_BYTES}")
    for mark, what in _MARKS:
        if data.startswith(mark):
            raise ManifestError(f"line 1, column 1: it begins with {what}")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8")
        raise ManifestError(
            f"{_place(before, len(before))}: the byte 0x{data[error.start]:02X} is not UTF-8; save it as UTF-8"
        ) from error


def read_json(text: str) -> Any:
    """The value of a JSON text. Raises :class:`ManifestError`."""
    reader = _Json(text)
    value = reader.value(reader.skip(0), 1)
    reader.finish(value[1])
    return value[0]


def read_yaml(text: str) -> Any:
    """The value of a YAML text that stays within what JSON can say. Raises :class:`ManifestError`; needs PyYAML."""
    try:
        _check_depth(yaml.parse(text, Loader=yaml.SafeLoader))
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        place = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
        raise ManifestError(f"{place}this is not YAML ({error.problem or error.context})") from error
    except yaml.YAMLError as error:
        raise ManifestError("this is not YAML; it holds a character that YAML forbids") from error
    if node is None:
        raise ManifestError("it is empty; a manifest is an object")
    return _Yaml().value(node, 1)


def _check_depth(events: Iterable[Any]) -> None:
    """PyYAML composes recursively and would run out of stack; its events come one after the other."""
    depth = 0
    for event in events:
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > MAX_DEPTH:
            mark = event.start_mark
            place = f"line {mark.line + 1}, column {mark.column + 1}"
            raise ManifestError(f"{place}: this is nested more than {MAX_DEPTH} levels deep")


def _place(text: str, position: int) -> str:
    line = text.count("\n", 0, position) + 1
    return f"line {line}, column {position - text.rfind(chr(10), 0, position)}"


class _Json:
    """A reader of one text. Positions are indexes into it."""

    def __init__(self, text: str) -> None:
        self.text = text

    def fail(self, position: int, what: str) -> NoReturn:
        raise ManifestError(f"{_place(self.text, position)}: {what}")

    def skip(self, position: int) -> int:
        found = _SPACE.match(self.text, position)
        end = found.end() if found else position
        if self.text.startswith(("//", "/*", "#"), end):
            self.fail(end, "JSON has no comments; take it away")
        return end

    def finish(self, position: int) -> None:
        end = self.skip(position)
        if end < len(self.text):
            self.fail(end, f"there is more after the end of the manifest ({self.text[end : end + 10]!r}...)")

    def value(self, position: int, depth: int) -> tuple[Any, int]:
        if depth > MAX_DEPTH:
            self.fail(position, f"this is nested more than {MAX_DEPTH} levels deep")
        first = self.text[position : position + 1]
        if first == "{":
            return self.object(position + 1, depth)
        if first == "[":
            return self.array(position + 1, depth)
        if first == '"':
            return self.string(position)
        word = _WORD.match(self.text, position)
        if word and word.group() in _WORDS:
            return _WORDS[word.group()], word.end()
        number = _NUMBER.match(self.text, position)
        if number:
            return self.number(number)
        return self.stranger(position, word.group() if word else "")

    def stranger(self, position: int, word: str) -> NoReturn:
        first = self.text[position : position + 1]
        if not first:
            self.fail(position, "the text ends before the manifest does")
        if word.lstrip("+-") in ("NaN", "Infinity"):
            self.fail(position, f"JSON has no number {word}; give a finite one")
        if word.lower() in _WORDS:
            self.fail(position, f"write {word.lower()}, not {word}")
        if first == "'":
            self.fail(position, "JSON texts stand between double quotes, not single ones")
        if first == ",":
            self.fail(position, "there is a comma too many; take it away")
        self.fail(position, f"a value is expected here, not {word or first!r}")

    def number(self, found: re.Match[str]) -> tuple[Any, int]:
        after = self.text[found.end() : found.end() + 1]
        if after.isalnum() or after in (".", "_"):
            self.fail(found.start(), f"{found.group() + after!r}... is not a number; write it as JSON does")
        if found.group(1) is None and found.group(2) is None:
            # Python refuses to convert texts of thousands of digits, and nobody else needs them.
            digits = len(found.group().lstrip("-"))
            if digits > 18:
                self.fail(found.start(), f"the number is {digits} digits long; give one of at most 18")
            return int(found.group()), found.end()
        value = float(found.group())
        if value in (float("inf"), float("-inf")):
            self.fail(found.start(), f"the number {found.group()} is too large; give a finite one")
        return value, found.end()

    def string(self, position: int) -> tuple[str, int]:
        try:
            text, end = _DECODER.raw_decode(self.text, position)
        except json.JSONDecodeError as error:
            reason = error.msg.lower().removesuffix(" at")
            self.fail(error.pos, f"the text that begins in {_place(self.text, position)} is broken ({reason})")
        return text, end

    def array(self, position: int, depth: int) -> tuple[list[Any], int]:
        values: list[Any] = []
        position = self.skip(position)
        if self.text.startswith("]", position):
            return values, position + 1
        while True:
            value, position = self.value(position, depth + 1)
            values.append(value)
            position, done = self.next(position, "]")
            if done:
                return values, position

    def object(self, position: int, depth: int) -> tuple[dict[str, Any], int]:
        members: dict[str, Any] = {}
        position = self.skip(position)
        if self.text.startswith("}", position):
            return members, position + 1
        while True:
            if not self.text.startswith('"', position):
                self.fail(position, "the name of a member between double quotes is expected here")
            name, colon = self.string(position)
            if name in members:
                self.fail(position, f"the member {name!r} stands here a second time; keep one of the two")
            colon = self.skip(colon)
            if not self.text.startswith(":", colon):
                self.fail(colon, f"a colon is expected after the name {name!r}")
            members[name], position = self.value(self.skip(colon + 1), depth + 1)
            position, done = self.next(position, "}")
            if done:
                return members, position

    def next(self, position: int, closing: str) -> tuple[int, bool]:
        """Step over a comma or the closing bracket."""
        position = self.skip(position)
        if self.text.startswith(closing, position):
            return position + 1, True
        if not self.text.startswith(",", position):
            ended = position >= len(self.text)
            self.fail(position, f"a comma or {closing} is expected here" + (", but the text ends" if ended else ""))
        after = self.skip(position + 1)
        if self.text.startswith(closing, after):
            self.fail(position, f"there is a comma before the closing {closing}; take it away")
        return after, False


class _Yaml:
    """Walks the nodes of one document. PyYAML itself would let duplicate keys through and make dates of texts."""

    def __init__(self) -> None:
        self.values = 0

    def fail(self, node: Any, what: str) -> NoReturn:
        raise ManifestError(f"line {node.start_mark.line + 1}, column {node.start_mark.column + 1}: {what}")

    def value(self, node: Any, depth: int) -> Any:
        self.values += 1
        if depth > MAX_DEPTH:
            self.fail(node, f"this is nested more than {MAX_DEPTH} levels deep")
        if self.values > MAX_VALUES:
            self.fail(node, f"this makes more than {MAX_VALUES} values; write it without aliases")
        if isinstance(node, yaml.MappingNode):
            return self.mapping(node, depth)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item, depth + 1) for item in node.value]
        if node.tag not in _YAML_JSON:
            self.fail(node, f"JSON has no {node.tag.rpartition(':')[2]}; put {node.value} between quotes")
        try:
            return yaml.constructor.SafeConstructor().construct_object(node)
        except ValueError:
            self.fail(node, f"{node.value!r} is no {node.tag.rpartition(':')[2]}")

    def mapping(self, node: Any, depth: int) -> dict[str, Any]:
        members: dict[str, Any] = {}
        for key, value in node.value:
            if key.tag == "tag:yaml.org,2002:merge":
                self.fail(key, "merge keys are not read; write the members out")
            if key.tag != "tag:yaml.org,2002:str":
                self.fail(key, "the name of a member must be a text; put it between quotes")
            if key.value in members:
                self.fail(key, f"the member {key.value!r} stands here a second time; keep one of the two")
            members[key.value] = self.value(value, depth + 1)
        return members
