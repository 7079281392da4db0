# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""XML from strangers: what comes out of a good one, and that a bad one is only ever refused."""

from __future__ import annotations

import time
from xml.etree.ElementTree import Element

import pytest
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._archive import safe_xml
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._errors import XmlError
from hypothesis import given
from hypothesis import strategies as st

LAUGHS = """<?xml version="1.0"?>
<!DOCTYPE lolz [
  <!ENTITY a "aaaaaaaaaa">
  <!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">
]>
<lolz>&b;</lolz>
"""
DEEP = "<a>" * 33 + "</a>" * 33

FAULTS = [
    ("", "is empty"),
    (" \r\n\t", "is empty"),
    (LAUGHS, "(line 2, column 16): a DOCTYPE is not allowed"),
    ('<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>', "a DOCTYPE is not allowed"),
    ('<!DOCTYPE a [<!ENTITY % x SYSTEM "http://127.0.0.1:1/">%x;]><a/>', "a DOCTYPE is not allowed"),
    ("<!DOCTYPE a><a/>", "a DOCTYPE is not allowed"),
    (DEEP, "(line 1, column 97): elements are nested more than 32 levels deep"),
    ("<a>" * 20_000, "elements are nested more than 32 levels deep"),
    ("<a>\n <b>\n</a>", "(line 3, column 3): the closing tag does not match"),
    ("<a>\n<b", "(line 2, column 1): a tag that begins here is not closed"),
    ("<a>\n", "(line 2, column 1): the document is not complete"),
    ("<a><![CDATA[x</a>", "(line 1, column 18): a CDATA section is not closed"),
    ("<a/>\n<b/>", "(line 2, column 1): text follows the end"),
    ('<a b="1" b="2"/>', "(line 1, column 10): an attribute is given twice"),
    ("<a>&nbsp;</a>", "(line 1, column 4): an entity is not known"),
    ("<x:a/>", "(line 1, column 1): a prefix has no xmlns attribute"),
    ("<a b=c/>", "(line 1, column 6): a character is not allowed here"),
    ("no XML", "(line 1, column 1): "),
    ("<a>\x00</a>", "(line 1, column 4): "),
    ("<a>ä\ud800</a>", "(line 1, column 5): "),
    (b"<a>\xe4</a>", "(line 1, column 4): "),
    (b"\x00\x01\x02", "cannot be read as XML"),
    (b"\xef\xbb\xbf", "the document is not complete"),
    (b'<?xml version="1.0" encoding="UTF-16"?><a/>', "encoding specified"),
    (b'<?xml version="1.0" encoding="utf-7"?><a/>', "the encoding 'utf-7' is not supported"),
    (b'<?xml version="1.0" encoding="rot13"?><a/>', "the encoding 'rot13' is not supported"),
    (b'<?xml version="1.0" encoding="no-such"?><a/>', "the encoding 'no-such' is not supported"),
    (b'<?xml version="1.0" encoding="x' + b"y" * 999 + b'"?><a/>', "y'... is not supported"),
]


def parse(data):
    return safe_xml.parse_xml(data.encode("utf-8", "surrogatepass") if isinstance(data, str) else data)


@pytest.mark.parametrize(("data", "says"), FAULTS, ids=range(len(FAULTS)))
def test_what_is_refused_and_where(data, says):
    with pytest.raises(XmlError) as caught:
        parse(data)
    message = str(caught.value)
    assert says in message
    assert len(message) < 250 and "\n" not in message


def test_the_limit_counts_bytes():
    assert safe_xml.parse_xml("<a>ä</a>".encode(), limit=9).text == "ä"
    with pytest.raises(XmlError, match="longer than 8 bytes"):
        safe_xml.parse_xml("<a>ä</a>".encode(), limit=8)


def test_nothing_of_what_is_too_long_is_read():
    with pytest.raises(XmlError, match="longer than 1048576 bytes"):
        parse(b"<" * (safe_xml.MAX_BYTES + 1))


def test_thirty_two_levels_are_fine():
    assert parse("<a>" * 32 + "</a>" * 32).tag == "a"
    # Neighbours are not levels.
    assert len(parse("<a>" + "<b/>" * 100 + "</a>")) == 100


def test_namespaces_are_dropped():
    root = parse(
        '<e:extension xmlns:e="urn:vim25" xmlns="urn:other" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
        ' xsi:type="Extension" e:key="a"><client url="u"/></e:extension>'
    )
    assert (root.tag, root.attrib) == ("extension", {"type": "Extension", "key": "a"})
    assert [(child.tag, child.attrib) for child in root] == [("client", {"url": "u"})]


@pytest.mark.parametrize("attributes", ['x:type="1" type="2"', 'type="2" x:type="1"'], ids=["before", "after"])
def test_an_attribute_without_a_namespace_wins(attributes):
    assert parse(f'<a xmlns:x="urn:x" {attributes}/>').attrib == {"type": "2"}


def test_text_comes_as_it_is():
    root = parse("<a> x <!-- no -->y\r\n<?nor this?><![CDATA[ <b>&amp; ]]>&#228;&lt;<c/> z\n</a>")
    assert root.text == " x y\n <b>&amp; ä<"
    assert (root[0].text, root[0].tail) == (None, " z\n")


def test_long_text_stays_whole():
    text = "äöü\n" * 50_000
    assert parse(f"<a>{text}</a>").text == text


@pytest.mark.parametrize(
    ("encoding", "declared"),
    [
        ("utf-8", ""),
        ("utf-8-sig", ""),
        ("utf-16", ""),
        ("utf-16", '<?xml version="1.0" encoding="utf-16"?>'),
        ("iso-8859-1", '<?xml version="1.0" encoding="ISO-8859-1"?>'),
        ("windows-1252", '<?xml version="1.0" encoding="windows-1252"?>'),
    ],
)
def test_encodings(encoding, declared):
    assert parse(f"{declared}<a>ä</a>".encode(encoding)).text == "ä"


def test_many_attributes_and_elements_take_no_time():
    attributes = " ".join(f'a{number}="{number}"' for number in range(20_000))
    started = time.monotonic()
    assert len(parse(f"<a {attributes}/>").attrib) == 20_000
    assert len(parse("<a>" + "<b/>" * 200_000 + "</a>")) == 200_000
    assert time.monotonic() - started < 5


PIECES = st.sampled_from(
    [
        "<a>",
        "</a>",
        "<b c='d'/>",
        "<!DOCTYPE a [",
        "]>",
        "<!--",
        "-->",
        "<![CDATA[",
        "]]>",
        "&amp;",
        "&#0;",
        "&x;",
        "<?x",
        "?>",
    ]
)


def outcome(data):
    try:
        return parse(data)
    except XmlError as error:
        return error


@given(st.one_of(st.binary(), st.text(st.characters()), st.lists(PIECES).map("".join)))
def test_nothing_else_ever_comes_out(data):
    found = outcome(data)
    assert isinstance(found, Element) or found.remedy


@given(st.lists(st.integers(0, 0xFFFF)))
def test_broken_utf_16_is_text_or_refused(units):
    inside = b"".join(unit.to_bytes(2, "little") for unit in units)
    found = outcome(b"\xff\xfe" + "<a>".encode("utf-16-le") + inside + "</a>".encode("utf-16-le"))
    assert isinstance(found, (Element, XmlError))
