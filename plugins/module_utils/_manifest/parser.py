# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""The only file that knows how a manifest is read from JSON or YAML, and what to say where it cannot be.

The standard library reads JSON. What it refuses, or lets through against RFC 8259 (duplicate names, NaN), or what goes
beyond the limits here, is walked once more by a reader that says precisely what is wrong, and where.
"""

from __future__ import annotations

import codecs
import json
import math
import re
import traceback
from collections.abc import Iterable
from contextlib import suppress
from typing import Any, NoReturn

from .._errors import ManifestError

try:
    import yaml
except ImportError:
    HAS_YAML = False
    YAML_IMPORT_ERROR: str | None = traceback.format_exc()
else:
    HAS_YAML = True
    YAML_IMPORT_ERROR = None

# A manifest of 1000 texts in 40 languages takes 2 MiB.
MAX_BYTES = 8 * 1024 * 1024
MAX_DEPTH = 32
MAX_DIGITS = 18
MOST_SHOWN = 60
# Aliases let a short YAML text stand for an enormous value; no manifest comes near this many values.
MAX_VALUES = 400_000

_DECODER = json.JSONDecoder()
_HALF = re.compile("[\\ud800-\\udfff]")
_BEYOND = re.compile(r"\\U(?!000|0010)")
_HALF_ESCAPED = re.compile(r"\\u[dD][89a-fA-F]")
_SPACE = re.compile(r"[ \t\n\r]*")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_WORD = re.compile(r"[-+]?[A-Za-z_][A-Za-z0-9_]*")
_WORDS = {"true": True, "false": False, "null": None}
_MARKS = (
    (codecs.BOM_UTF8, "a byte order mark; save it as UTF-8 without one"),
    (codecs.BOM_UTF16_LE, "the mark of UTF-16; save it as UTF-8"),
    (codecs.BOM_UTF16_BE, "the mark of UTF-16; save it as UTF-8"),
)
_YAML = "tag:yaml.org,2002:"
_YAML_JSON = {f"{_YAML}{name}" for name in ("str", "int", "float", "bool", "null")}


def decode_utf8(data: bytes) -> str:
    """The text of a file. Raises :class:`ManifestError` for anything but UTF-8 of at most 8 MiB without a mark."""
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
            f"{place_of(before, len(before))}: the byte 0x{data[error.start]:02X} is not UTF-8; save it as UTF-8"
        ) from error


def parse_json(text: str) -> Any:
    """The value of a JSON text. Raises :class:`ManifestError`."""
    try:
        quick = _QUICK.decode(text)
        if not _is_deeper(quick, MAX_DEPTH) and not _HALF_ESCAPED.search(text):
            return quick
    # An OddError and what the library refuses are both ValueErrors.
    except (ValueError, RecursionError):
        pass
    reader = _Json(text)
    value, end = reader.value(reader.skip(0), 1)
    reader.finish(end)
    return value


class _OddError(ValueError):
    """What the library would let through."""


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        raise _OddError
    return members


def _whole(digits: str) -> int:
    if len(digits) > MAX_DIGITS:
        raise _OddError
    return int(digits)


def _real(digits: str) -> float:
    value = float(digits)
    if math.isinf(value):
        raise _OddError
    return value


def _constant(_name: str) -> NoReturn:
    raise _OddError


_QUICK = json.JSONDecoder(object_pairs_hook=_members, parse_int=_whole, parse_float=_real, parse_constant=_constant)


def _is_deeper(value: Any, limit: int) -> bool:
    level = [value]
    for _depth in range(limit - 1):
        level = [
            child
            for one in level
            for child in (one.values() if isinstance(one, dict) else one if isinstance(one, list) else ())
            if isinstance(child, (dict, list))
        ]
        if not level:
            return False
    return any(level)


def parse_yaml(text: str) -> Any:
    """The value of a YAML text that stays within what JSON can say. Raises :class:`ManifestError`; needs PyYAML."""
    return _Yaml().value(compose_yaml(text), 1)


def compose_yaml(text: str) -> Any:
    """PyYAML's node of a YAML text. Raises :class:`ManifestError`; needs PyYAML."""
    # The one on top of libyaml is many times faster.
    loader = getattr(yaml, "CSafeLoader", None) or yaml.SafeLoader
    try:
        _check_depth(text, loader)
        node = yaml.compose(text, Loader=loader)
    except ManifestError:
        raise
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f"{_marked(mark)}: " if mark else ""
        raise ManifestError(f"{place}this is not YAML ({error.problem or error.context})") from error
    # PyYAML takes a number beyond the last character for one.
    except (yaml.YAMLError, ValueError, OverflowError) as error:
        odd = yaml.reader.Reader.NON_PRINTABLE.search(text) or _BEYOND.search(text)
        place = f"{place_of(text, odd.start())}: " if odd else ""
        raise ManifestError(f"{place}this is not YAML; it holds a character that YAML forbids") from error
    if node is None:
        raise ManifestError("line 1, column 1: it is empty; a manifest is an object")
    return node


def _marked(mark: Any) -> str:
    return f"line {mark.line + 1}, column {mark.column + 1}"


def _check_depth(text: str, loader: Any) -> None:
    """Refuse deep nesting before PyYAML composes, which it does recursively.

    Some versions of libyaml have a limit of their own. They read ahead, so that their error may come before the events
    of the levels in front of it. Those levels are counted in the text up to the error.
    """
    try:
        _count_levels(yaml.parse(text, Loader=loader))
    except yaml.MarkedYAMLError as error:
        if error.problem_mark and error.problem_mark.index:
            with suppress(yaml.YAMLError):
                _count_levels(yaml.parse(text[: error.problem_mark.index], Loader=loader))
        raise


def _count_levels(events: Iterable[Any]) -> None:
    depth = 0
    for event in events:
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > MAX_DEPTH:
            raise ManifestError(f"{_marked(event.start_mark)}: this is nested more than {MAX_DEPTH} levels deep")


def place_of(text: str, position: int) -> str:
    """Line and column of an index into the text, both from 1 on."""
    line = text.count("\n", 0, position) + 1
    return f"line {line}, column {position - text.rfind(chr(10), 0, position)}"


def _short(text: str) -> str:
    return repr(text if len(text) <= MOST_SHOWN else text[:MOST_SHOWN] + "...")


class _Json:
    """A reader of one text. Positions are indexes into it."""

    def __init__(self, text: str) -> None:
        self.text = text

    def fail(self, position: int, what: str) -> NoReturn:
        raise ManifestError(f"{place_of(self.text, position)}: {what}")

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
        self.fail(position, f"a value is expected here, not {_short(word or first)}")

    def number(self, found: re.Match[str]) -> tuple[Any, int]:
        after = self.text[found.end() : found.end() + 1]
        if after.isalnum() or after in (".", "_"):
            self.fail(found.start(), f"{_short(found.group() + after)} is not a number; write it as JSON does")
        if found.group(1) is None and found.group(2) is None:
            # Python refuses to convert texts of thousands of digits, and nobody else needs them.
            digits = len(found.group().lstrip("-"))
            if digits > MAX_DIGITS:
                self.fail(found.start(), f"the number is {digits} digits long; give one of at most {MAX_DIGITS}")
            return int(found.group()), found.end()
        value = float(found.group())
        if value in (float("inf"), float("-inf")):
            self.fail(found.start(), f"the number {_short(found.group())} is too large; give a finite one")
        return value, found.end()

    def string(self, position: int) -> tuple[str, int]:
        try:
            text, end = _DECODER.raw_decode(self.text, position)
        except json.JSONDecodeError as error:
            reason = error.msg.lower().removesuffix(" at")
            self.fail(error.pos, f"the text that begins in {place_of(self.text, position)} is broken ({reason})")
        if _HALF.search(text):
            self.fail(position, "this text holds half of a character (a lone surrogate); write the whole one")
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
                self.fail(position, f"the member {_short(name)} stands here a second time; keep one of the two")
            colon = self.skip(colon)
            if not self.text.startswith(":", colon):
                self.fail(colon, f"a colon is expected after the name {_short(name)}")
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
        self.make = yaml.constructor.SafeConstructor().construct_object

    def fail(self, node: Any, what: str) -> NoReturn:
        raise ManifestError(f"{_marked(node.start_mark)}: {what}")

    def value(self, node: Any, depth: int) -> Any:
        self.values += 1
        if depth > MAX_DEPTH:
            self.fail(node, f"this is nested more than {MAX_DEPTH} levels deep")
        if self.values > MAX_VALUES:
            self.fail(node, f"this makes more than {MAX_VALUES} values; write it without aliases")
        kind = node.tag.removeprefix(_YAML)
        if isinstance(node, yaml.MappingNode) and kind == "map":
            return self.mapping(node, depth)
        if isinstance(node, yaml.SequenceNode) and kind == "seq":
            return [self.value(item, depth + 1) for item in node.value]
        if not isinstance(node, yaml.ScalarNode):
            self.fail(node, f"JSON has no {_short(kind)}; take the tag away")
        if node.tag not in _YAML_JSON:
            text = " ".join(node.value[:MOST_SHOWN].split())
            self.fail(node, f"JSON has no {kind.rpartition(':')[2]}; put {text} between quotes")
        return self.text(node) if kind == "str" else self.scalar(node, kind)

    def text(self, node: Any) -> str:
        if _HALF.search(node.value):
            self.fail(node, "this text holds half of a character (a lone surrogate); write the whole one")
        return str(node.value)

    def scalar(self, node: Any, kind: str) -> Any:
        if len(node.value) > 5 * MOST_SHOWN:
            self.fail(node, f"this {kind} is {len(node.value)} characters long; put it between quotes")
        # With an explicit tag PyYAML takes any text, and stumbles over what is none of its values.
        try:
            value = self.make(node)
        except (ValueError, OverflowError, IndexError, KeyError):
            self.fail(node, f"{_short(node.value)} is no {kind}; put it between quotes")
        if isinstance(value, float) and not math.isfinite(value):
            self.fail(node, f"JSON has no number {node.value}; give a finite one")
        if isinstance(value, int) and abs(value) >= 10**MAX_DIGITS:
            self.fail(node, f"the number is too long; give one of at most {MAX_DIGITS} digits")
        return value

    def mapping(self, node: Any, depth: int) -> dict[str, Any]:
        members: dict[str, Any] = {}
        for key, value in node.value:
            if key.tag == f"{_YAML}merge":
                self.fail(key, "merge keys are not read; write the members out")
            if not isinstance(key, yaml.ScalarNode) or key.tag != f"{_YAML}str":
                self.fail(key, "the name of a member must be a text; put it between quotes")
            name = self.text(key)
            if name in members:
                self.fail(key, f"the member {_short(name)} stands here a second time; keep one of the two")
            members[name] = self.value(value, depth + 1)
        return members
