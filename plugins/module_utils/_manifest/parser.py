# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Parse manifests from JSON and YAML, and name the line and column of what cannot be parsed.

The libraries decide about the syntax. What they accept against RFC 8259 (duplicate names, NaN, half characters), and
what goes beyond the limits here, is refused.
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
from .._foreign_text import one_line, quoted

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
# Aliases let a short YAML text expand to an enormous value; no manifest comes near this many values.
MAX_VALUES = 400_000

_LONGEST_VALUE = 60
_LONGEST_SCALAR = 300
_SURROGATE = re.compile("[\\ud800-\\udfff]")
_BEYOND_UNICODE = re.compile(r"\\U(?!000|0010)")
# The tokens of JSON, without harmless numbers and words.
_JSON_TOKEN = re.compile(
    r"""
    (?P<text>"[^"\\]*(?:\\.[^"\\]*)*") (?P<colon>[ \t\n\r]*:)?
    | (?P<open>[\[{])
    | (?P<close>[\]}])
    | (?P<constant>NaN|-?Infinity)
    | (?<![0-9.]) -? (?P<real> [0-9]+ (?:\.[0-9]+)? [eE] [+-]? [0-9]+ | [0-9]+ \. [0-9]+)
    | (?<![0-9.]) -? (?P<integer>[0-9]{19,})
    | (?P<unterminated>")
    """,
    re.VERBOSE | re.DOTALL,
)
_TRAILING_COMMA = re.compile(r",[ \t\n\r]*([}\]])")
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "a byte order mark", "save it as UTF-8 without one"),
    (codecs.BOM_UTF16_LE, "the byte order mark of UTF-16", "save it as UTF-8"),
    (codecs.BOM_UTF16_BE, "the byte order mark of UTF-16", "save it as UTF-8"),
)
_YAML = "tag:yaml.org,2002:"
_YAML_SCALARS = {f"{_YAML}{name}" for name in ("str", "int", "float", "bool", "null")}


def decode_utf8(data: bytes) -> str:
    """Return the text of a file. Raises :class:`ManifestError` unless it is UTF-8 of at most 8 MiB without a mark."""
    if len(data) > MAX_BYTES:
        raise ManifestError(f"has {len(data)} bytes, more than the {MAX_BYTES} of a manifest", remedy="check the file")
    for mark, what, remedy in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            raise ManifestError(f"has {what}", subject="line 1, column 1", remedy=remedy)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8")
        _refuse(before, len(before), f"has the byte 0x{data[error.start]:02X}, which is not UTF-8", "save it as UTF-8")


def parse_json(text: str) -> Any:
    """Return the value of a JSON text.

    Raises :class:`ManifestError` for what RFC 8259 does not allow, duplicate names, numbers of more than 18 digits or
    beyond a double, halves of surrogate pairs, and more than 32 levels.
    """
    try:
        value = json.loads(text)
    except json.JSONDecodeError as error:
        _check_json_tokens(text, error.pos)
        _refuse_syntax(text, error)
    except (ValueError, RecursionError):
        # Thousands of digits, or of levels.
        _check_json_tokens(text, len(text))
        raise
    _check_json_tokens(text, len(text))
    return value


def _check_json_tokens(text: str, end: int) -> None:
    """Refuse what the library accepts. The text before ``end`` has no syntax error."""
    names: list[set[str]] = []
    for token in _JSON_TOKEN.finditer(text, 0, end):
        kind = token.lastgroup
        if kind == "open":
            names.append(set())
            if len(names) > MAX_DEPTH:
                _refuse(text, token.start(), f"is nested more than {MAX_DEPTH} levels deep")
        elif kind == "close":
            names.pop()
        elif kind == "constant":
            _refuse(text, token.start(), f"has the number {token[0]}, which JSON does not have", "give a finite number")
        elif kind == "real" and math.isinf(float(token[0])):
            _refuse(text, token.start(), f"has the number {quoted(token[0], _LONGEST_VALUE)}, which is too large")
        elif kind == "integer":
            reason = f"has a number of {len(token['integer'])} digits"
            _refuse(text, token.start(), reason, f"give one of at most {MAX_DIGITS}")
        elif kind == "unterminated":
            # The error is inside of this text.
            return
        elif kind in ("text", "colon"):
            _check_json_text(text, token, names)


def _check_json_text(text: str, token: re.Match[str], names: list[set[str]]) -> None:
    value = token["text"][1:-1]
    if "\\" in value:
        value = json.loads(token["text"])
        if has_surrogate(value):
            _refuse(text, token.start(), "holds half of a character (a lone surrogate)", "write the whole character")
    if token["colon"]:
        if value in names[-1]:
            _refuse_repetition(value, _place(text, token.start()))
        names[-1].add(value)


def has_surrogate(text: str) -> bool:
    """Return whether ``text`` holds half of a surrogate pair, which UTF-8 cannot encode."""
    return not text.isascii() and _SURROGATE.search(text) is not None


def _refuse_syntax(text: str, error: json.JSONDecodeError) -> NoReturn:
    """Report a syntax error at the same place on every version of Python, with a remedy for usual mistakes."""
    position = error.pos
    # Python 3.13 reports a trailing comma at the comma, older versions at the bracket behind it.
    before = text[:position].rstrip()
    if text[position : position + 1] in ("}", "]") and before.endswith(","):
        position = len(before) - 1
    if comma := _TRAILING_COMMA.match(text, position):
        _refuse(text, position, f"has a comma before the closing {comma[1]}", "remove the comma")
    reason = one_line(error.msg.rstrip(": ").removesuffix(" at"))
    remedy = _syntax_remedy(text[position : position + 20])
    _refuse(text, position, f"is not JSON ({reason[:1].lower()}{reason[1:]})", remedy)


def _syntax_remedy(rest: str) -> str:
    word = re.match(r"\w*", rest)
    if not rest:
        return "add what is missing at the end"
    if rest.startswith(("//", "/*", "#")):
        return "remove the comment"
    if rest.startswith("'"):
        return "put texts and names in double quotes"
    if word and word[0].lower() in ("true", "false", "null"):
        return f"write {word[0].lower()}"
    return ""


def _refuse(text: str, position: int, reason: str, remedy: str = "") -> NoReturn:
    raise ManifestError(reason, subject=_place(text, position), remedy=remedy)


def _refuse_repetition(name: str, place: str) -> NoReturn:
    reason = f"repeats the member {quoted(name, _LONGEST_VALUE)}"
    raise ManifestError(reason, subject=place, remedy="keep one of the two")


def _place(text: str, position: int) -> str:
    line = text.count("\n", 0, position) + 1
    return f"line {line}, column {position - text.rfind(chr(10), 0, position)}"


def parse_yaml(text: str) -> Any:
    """Return the value of a YAML text that uses nothing but the types of JSON.

    Raises :class:`ManifestError`, for the same reasons as :func:`parse_json` and for merge keys. Needs PyYAML.
    """
    return _YamlReader().value(compose_yaml(text), 1)


def compose_yaml(text: str) -> Any:
    """Return PyYAML's node of a YAML text. Raises :class:`ManifestError`. Needs PyYAML."""
    # The one on top of libyaml is many times faster.
    loader = getattr(yaml, "CSafeLoader", None) or yaml.SafeLoader
    try:
        _check_yaml_depth(text, loader)
        node = yaml.compose(text, Loader=loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        reason = f"is not YAML ({one_line(error.problem or error.context)})"
        raise ManifestError(reason, subject=_mark_place(mark) if mark else "") from error
    # PyYAML takes a number beyond the last character for one.
    except (yaml.YAMLError, ValueError, OverflowError) as error:
        match = yaml.reader.Reader.NON_PRINTABLE.search(text) or _BEYOND_UNICODE.search(text)
        reason = "has a character that YAML forbids"
        raise ManifestError(reason, subject=_place(text, match.start()) if match else "") from error
    if node is None:
        raise ManifestError("must be an object, but the text is empty", subject="line 1, column 1")
    return node


def _mark_place(mark: Any) -> str:
    return f"line {mark.line + 1}, column {mark.column + 1}"


def _check_yaml_depth(text: str, loader: Any) -> None:
    """Refuse deep nesting before PyYAML composes, which it does recursively.

    Some versions of libyaml have a limit of their own. They read ahead, so that their error may come before the events
    of the levels in front of it. Those levels are counted in the text up to the error.
    """
    try:
        _count_yaml_levels(yaml.parse(text, Loader=loader))
    except yaml.MarkedYAMLError as error:
        if error.problem_mark and error.problem_mark.index:
            with suppress(yaml.YAMLError):
                _count_yaml_levels(yaml.parse(text[: error.problem_mark.index], Loader=loader))
        raise


def _count_yaml_levels(events: Iterable[Any]) -> None:
    depth = 0
    for event in events:
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > MAX_DEPTH:
            _refuse_node(event, f"is nested more than {MAX_DEPTH} levels deep")


def _refuse_node(node: Any, reason: str, remedy: str = "") -> NoReturn:
    raise ManifestError(reason, subject=_mark_place(node.start_mark), remedy=remedy)


class _YamlReader:
    """Make plain values of the nodes of one document.

    PyYAML itself would accept duplicate keys and make dates of texts.
    """

    def __init__(self) -> None:
        self.values = 0
        self.construct = yaml.constructor.SafeConstructor().construct_object

    def value(self, node: Any, depth: int) -> Any:
        self.values += 1
        if depth > MAX_DEPTH:
            _refuse_node(node, f"is nested more than {MAX_DEPTH} levels deep")
        if self.values > MAX_VALUES:
            _refuse_node(node, f"makes more than {MAX_VALUES} values", "write the text without aliases")
        kind = node.tag.removeprefix(_YAML)
        if isinstance(node, yaml.MappingNode) and kind == "map":
            return self.mapping(node, depth)
        if isinstance(node, yaml.SequenceNode) and kind == "seq":
            return [self.value(item, depth + 1) for item in node.value]
        if not isinstance(node, yaml.ScalarNode):
            _refuse_node(node, f"has the tag {quoted(kind, _LONGEST_VALUE)}, which JSON does not have", "remove it")
        if node.tag not in _YAML_SCALARS:
            remedy = f"put {one_line(node.value, _LONGEST_VALUE)} in quotes"
            _refuse_node(node, f"is a {one_line(kind.rpartition(':')[2])}, which JSON does not have", remedy)
        return self.text(node) if kind == "str" else self.scalar(node, kind)

    def text(self, node: Any) -> str:
        if has_surrogate(node.value):
            _refuse_node(node, "holds half of a character (a lone surrogate)", "write the whole character")
        return str(node.value)

    def scalar(self, node: Any, kind: str) -> Any:
        if len(node.value) > _LONGEST_SCALAR:
            _refuse_node(node, f"has {len(node.value)} characters, too many for {kind}", "put it in quotes")
        # With an explicit tag PyYAML takes any text, and fails on what is not a value of that type.
        try:
            value = self.construct(node)
        except (ValueError, OverflowError, IndexError, KeyError):
            _refuse_node(node, f"must be {kind}, got {quoted(node.value, _LONGEST_VALUE)}", "put it in quotes")
        if isinstance(value, float) and not math.isfinite(value):
            _refuse_node(
                node, f"has the number {one_line(node.value)}, which JSON does not have", "give a finite number"
            )
        if isinstance(value, int) and abs(value) >= 10**MAX_DIGITS:
            _refuse_node(node, "has a number that is too long", f"give one of at most {MAX_DIGITS} digits")
        return value

    def mapping(self, node: Any, depth: int) -> dict[str, Any]:
        members: dict[str, Any] = {}
        for key, value in node.value:
            if key.tag == f"{_YAML}merge":
                _refuse_node(key, "has a merge key, which is not supported", "write the members out")
            if not isinstance(key, yaml.ScalarNode) or key.tag != f"{_YAML}str":
                _refuse_node(key, "has a member whose name is not a text", "put the name in quotes")
            name = self.text(key)
            if name in members:
                _refuse_repetition(name, _mark_place(key.start_mark))
            members[name] = self.value(value, depth + 1)
        return members
