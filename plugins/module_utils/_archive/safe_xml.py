# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Parse XML of unknown origin. Standard library only.

The parsers of the standard library accept entity declarations and documents of any depth and length. So expat is used
directly, and stops at the first declaration.
"""

from __future__ import annotations

from typing import NoReturn
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from .._errors import XmlError
from .._foreign_text import one_line, quoted

# A plugin-package.xml has some KB, an extension with the texts of all its languages some hundred.
MAX_BYTES = 1024 * 1024
# The deepest known document, an extension, has about 6 levels. Trees are copied and compared recursively.
MAX_DEPTH = 32

# The encodings of expat, and the one of Windows editors. Other names would reach Python's codecs, and some of those are
# not encodings of text.
_ENCODINGS = ("UTF-8", "UTF-16", "UTF-16LE", "UTF-16BE", "ISO-8859-1", "US-ASCII", "WINDOWS-1252")
# A character that is in no local name and in no URI.
_SEPARATOR = "}"
# What is wrong, and what to do.
_PROBLEMS = {
    expat.errors.XML_ERROR_NO_ELEMENTS: ("the document is not complete", "copy it again as a whole"),
    expat.errors.XML_ERROR_UNCLOSED_TOKEN: ("a tag that begins here is not closed", "close it"),
    expat.errors.XML_ERROR_UNCLOSED_CDATA_SECTION: ("a CDATA section is not closed", "close it with ]]>"),
    expat.errors.XML_ERROR_TAG_MISMATCH: ("the closing tag does not match the open element", "correct one of them"),
    expat.errors.XML_ERROR_DUPLICATE_ATTRIBUTE: ("an attribute is given twice", "keep one of the two"),
    expat.errors.XML_ERROR_JUNK_AFTER_DOC_ELEMENT: ("text follows the end of the document", "remove it"),
    expat.errors.XML_ERROR_UNBOUND_PREFIX: ("a prefix has no xmlns attribute", "declare it or remove it"),
    expat.errors.XML_ERROR_UNDEFINED_ENTITY: (
        "an entity is not known in XML",
        "write the character itself, or its number as in &#160;",
    ),
    expat.errors.XML_ERROR_INVALID_TOKEN: ("a character is not allowed here", "correct or escape it"),
}


def parse_xml(data: bytes, *, limit: int = MAX_BYTES) -> Element:
    r"""Return the root element of an XML document of at most ``limit`` bytes.

    Namespaces are dropped: elements and attributes have their local names. Of two attributes that then share a name,
    the one without a namespace wins. Comments and processing instructions are left out; text between tags is kept as
    it is, with line breaks as ``\n`` (XML 1.0 section 2.11).

    Raises :class:`XmlError` for a document that is not well-formed, for a DOCTYPE (so there are neither entities nor
    references to other files), for more than ``MAX_DEPTH`` levels, and for encodings other than UTF-8, UTF-16,
    ISO-8859-1, US-ASCII and Windows-1252.
    """
    if len(data) > limit:
        raise XmlError(f"is longer than {limit} bytes", remedy="check that it is the right document")
    if not data.strip():
        raise XmlError("is empty", remedy="give an XML document")
    return _Parser().parse(data)


class _Parser:
    """Parse one document. It is a class, because expat gives the position only by its parser object."""

    def __init__(self) -> None:
        self.depth = 0
        self.builder = TreeBuilder()
        self.parser = expat.ParserCreate(None, _SEPARATOR)
        self.parser.buffer_text = True
        self.parser.ordered_attributes = True
        self.parser.XmlDeclHandler = self._check_declaration
        self.parser.StartDoctypeDeclHandler = self._refuse_doctype
        self.parser.StartElementHandler = self._start_element
        self.parser.EndElementHandler = self._end_element
        self.parser.CharacterDataHandler = self.builder.data

    def parse(self, data: bytes) -> Element:
        """Return the root element."""
        try:
            self.parser.Parse(data, True)
        except expat.ExpatError as error:
            description = expat.ErrorString(error.code)
            problem, remedy = _PROBLEMS.get(description, (one_line(description), "correct it, or give another file"))
            raise _xml_error(problem, remedy, error.lineno, error.offset) from error
        return self.builder.close()

    def _fail(self, problem: str, remedy: str) -> NoReturn:
        raise _xml_error(problem, remedy, self.parser.CurrentLineNumber, self.parser.CurrentColumnNumber)

    def _check_declaration(self, _version: str, encoding: str | None, _standalone: int) -> None:
        if encoding and encoding.upper() not in _ENCODINGS:
            self._fail(f"the encoding {quoted(encoding, 40)} is not supported", "save it as UTF-8 and declare that")

    def _refuse_doctype(self, _name: str, _system: str | None, _public: str | None, _internal: int) -> None:
        self._fail("a DOCTYPE is not allowed, since it can declare entities and refer to other files", "remove it")

    def _start_element(self, name: str, attributes: list[str]) -> None:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            self._fail(f"elements are nested more than {MAX_DEPTH} levels deep", "check that it is the right document")
        named: dict[str, str] = {}
        pairs = list(zip(attributes[::2], attributes[1::2], strict=True))
        # Attributes without a namespace come last, so that they win.
        for attribute, value in sorted(pairs, key=lambda pair: _SEPARATOR not in pair[0]):
            named[_local(attribute)] = value
        self.builder.start(_local(name), named)

    def _end_element(self, name: str) -> None:
        self.depth -= 1
        self.builder.end(_local(name))


def _local(name: str) -> str:
    return name.rpartition(_SEPARATOR)[2]


def _xml_error(problem: str, remedy: str, line: int, column: int) -> XmlError:
    # Expat counts columns from 0.
    return XmlError(f"cannot be read as XML (line {line}, column {column + 1}): {problem}", remedy=remedy)
