# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""The only file that knows how XML from strangers is read. Standard library only.

The standard library's own readers take entity declarations, and tell nothing of how deep or long a text may be; so
expat is driven from here, and stops at the first declaration.
"""

from __future__ import annotations

from typing import NoReturn
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from .._errors import XmlError

# A description of a plug-in takes some KB, an extension with the texts of all its languages some hundred.
MAX_BYTES = 1024 * 1024
# The deepest known document, an extension, has about 6 levels. Trees are copied and compared recursively.
MAX_DEPTH = 32

# What expat reads by itself, and the one that Windows editors write; other names reach Python's codecs, not all of
# which are encodings of texts.
_ENCODINGS = ("UTF-8", "UTF-16", "UTF-16LE", "UTF-16BE", "ISO-8859-1", "US-ASCII", "WINDOWS-1252")
# No local name and no URI holds this one.
_SEPARATOR = "}"
_WAYS_OUT = {
    expat.errors.XML_ERROR_NO_ELEMENTS: "the text ends before the document does; copy it again as a whole",
    expat.errors.XML_ERROR_UNCLOSED_TOKEN: "a tag that begins here never ends; close it",
    expat.errors.XML_ERROR_UNCLOSED_CDATA_SECTION: "a CDATA section has no end; close it with ]]>",
    expat.errors.XML_ERROR_TAG_MISMATCH: "this closing tag does not belong to the element that is open; correct one",
    expat.errors.XML_ERROR_DUPLICATE_ATTRIBUTE: "an attribute stands here a second time; keep one of the two",
    expat.errors.XML_ERROR_JUNK_AFTER_DOC_ELEMENT: "there is more after the end of the document; take it away",
    expat.errors.XML_ERROR_UNBOUND_PREFIX: "a prefix is used that no xmlns attribute declares; declare it or drop it",
    expat.errors.XML_ERROR_UNDEFINED_ENTITY: (
        "an entity is used that XML does not know; write the character itself, or its number as in &#160;"
    ),
    expat.errors.XML_ERROR_INVALID_TOKEN: "this is not XML (a character that may not stand here); correct or escape it",
}


def parse_xml(data: bytes | str, *, limit: int = MAX_BYTES) -> Element:
    r"""The root element of an XML document of at most ``limit`` bytes (of its UTF-8 form where ``data`` is text).

    Namespaces are dropped: elements and attributes are known by their local names. Of two attributes that then share
    a name, the one without a namespace counts. Comments and processing instructions are left out; the text between
    the tags comes exactly as it is, with line breaks as ``\n`` (XML 1.0 section 2.11).

    Raises :class:`XmlError` for anything that is not well-formed, for a DOCTYPE (so there are neither entities nor
    references to other files), more than ``MAX_DEPTH`` levels, and encodings other than UTF-8, UTF-16, ISO-8859-1,
    US-ASCII and Windows-1252. An encoding that a ``str`` declares does not count.
    """
    text = data.encode(errors="surrogatepass") if isinstance(data, str) else data
    if len(text) > limit:
        raise XmlError(f"it is longer than {limit} bytes, which no such document is; check that it is the right one")
    if not text.strip():
        raise XmlError("it is empty; an XML document has at least one element")
    return _Reader("utf-8" if isinstance(data, str) else None).read(text)


class _Reader:
    """Reads one document. A class, because expat tells its place to whoever holds the parser."""

    def __init__(self, encoding: str | None) -> None:
        self.depth = 0
        self.known_encoding = encoding is not None
        self.builder = TreeBuilder()
        self.parser = expat.ParserCreate(encoding, _SEPARATOR)
        self.parser.buffer_text = True
        self.parser.ordered_attributes = True
        self.parser.XmlDeclHandler = self.declaration
        self.parser.StartDoctypeDeclHandler = self.doctype
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.CharacterDataHandler = self.builder.data

    def read(self, text: bytes) -> Element:
        try:
            self.parser.Parse(text, True)
        except expat.ExpatError as error:
            what = expat.ErrorString(error.code)
            raise XmlError(
                f"{_place(error.lineno, error.offset)}: "
                + _WAYS_OUT.get(what, f"this is not XML ({what}); correct it, or give another file")
            ) from error
        return self.builder.close()

    def fail(self, what: str) -> NoReturn:
        raise XmlError(f"{_place(self.parser.CurrentLineNumber, self.parser.CurrentColumnNumber)}: {what}")

    def declaration(self, _version: str, encoding: str | None, _standalone: int) -> None:
        if not self.known_encoding and encoding and encoding.upper() not in _ENCODINGS:
            self.fail(f"the encoding {encoding[:40]!r} is not read here; save it as UTF-8 and declare that")

    def doctype(self, _name: str, _system: str | None, _public: str | None, _internal: int) -> None:
        self.fail("a DOCTYPE may not stand here, since it can declare entities and name other files; take it away")

    def start(self, name: str, attributes: list[str]) -> None:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            self.fail(f"this is nested more than {MAX_DEPTH} levels deep")
        named: dict[str, str] = {}
        pairs = list(zip(attributes[::2], attributes[1::2], strict=True))
        # Those without a namespace come last, so that they win.
        for attribute, value in sorted(pairs, key=lambda pair: _SEPARATOR not in pair[0]):
            named[_local(attribute)] = value
        self.builder.start(_local(name), named)

    def end(self, name: str) -> None:
        self.depth -= 1
        self.builder.end(_local(name))


def _local(name: str) -> str:
    return name.rpartition(_SEPARATOR)[2]


def _place(line: int, column: int) -> str:
    # Expat counts columns from 0.
    return f"line {line}, column {column + 1}"
