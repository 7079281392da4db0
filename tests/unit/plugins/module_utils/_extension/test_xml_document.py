# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""XML documents of type vim.Extension, as they are found and as they are written."""

from __future__ import annotations

from dataclasses import replace

import pytest
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._errors import XmlError
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._extension.model import (
    Client,
    Extension,
    Server,
)
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._extension.xml_document import (
    extension_to_xml,
    options_from_xml,
)
from ansible_collections.vsphere_ops.client_plugin.tests.unit.plugins.module_utils.records import (
    FULL,
    extension_from_xml,
)

URL = "https://plugins.example.com/package.zip"
THUMBPRINT = ":".join(["AB"] * 20)
# The order of elements, the missing lastHeartbeatTime and the lines around values are what published examples have.
FOUND = f"""<?xml version="1.0" encoding="UTF-8"?>
<extension xmlns="urn:vim25">
  <!-- made by hand -->
  <key>com.example.notes</key>
  <description><summary>Notes</summary><label>Fleet Notes</label></description>
  <version> 1.0.0 </version>
  <company>Example</company>
  <server>
    <url>{URL}</url>
    <serverThumbprint>
        {THUMBPRINT.lower().replace(":", " ")}
    </serverThumbprint>
    <type>HTTPS</type>
    <adminEmail>a@example.com</adminEmail>
    <company>Example</company>
    <adminEmail>b@example.com</adminEmail>
    <description><label>Fleet Notes</label><summary>Notes</summary></description>
  </server>
  <client>
    <version>1.0.0</version>
    <description><label>Fleet Notes</label><summary>Notes</summary></description>
    <company>Example</company>
    <type>vsphere-client-serenity</type>
    <url>{URL}</url>
  </client>
</extension>
"""
MINIMAL = "<extension><key>k</key><version>1</version>{}</extension>"


def test_what_is_found_in_the_wild() -> None:
    assert extension_from_xml(FOUND.encode()) == Extension(
        "com.example.notes",
        "1.0.0",
        "Fleet Notes",
        "Notes",
        "Example",
        Client(URL, "vsphere-client-serenity", "1.0.0", "Fleet Notes", "Notes", "Example"),
        (Server(URL, "HTTPS", "Fleet Notes", "Notes", "Example", ("a@example.com", "b@example.com"), THUMBPRINT),),
    )


def test_options_are_those_of_the_elements_that_are_there() -> None:
    assert options_from_xml(MINIMAL.format("").encode()) == {"key": "k", "version": "1"}
    found = options_from_xml(FOUND.encode())
    assert found["server_thumbprint"] == THUMBPRINT
    assert found["plugin_servers"] == []
    assert not set(found) & {
        "tasks",
        "events",
        "faults",
        "privileges",
        "resources",
        "shown_in_solution_manager",
        "other",
    }


def test_a_client_without_a_server_wants_none() -> None:
    found = options_from_xml(MINIMAL.format("<client><url>http://a/p.zip</url><type>t</type></client>").encode())
    assert (found["server_type"], found["plugin_servers"]) == ("", [])


def test_every_field_there_and_back() -> None:
    assert extension_from_xml(extension_to_xml(FULL, "2026-03-01T09:00:00Z").encode()) == FULL


def test_the_order_is_that_of_the_api() -> None:
    text = extension_to_xml(FULL, "2026-03-01T09:00:00Z")
    elements = [line[3:].partition(">")[0].rstrip(" /") for line in text.splitlines() if line[:3] == "  <"]
    opening = [name for name in dict.fromkeys(elements) if not name.startswith("/")]
    wanted = """description key company type version subjectName server client taskList eventList faultList
        privilegeList resourceList lastHeartbeatTime healthInfo ovfConsumerInfo extendedProductInfo managedEntityInfo
        shownInSolutionManager solutionManagerInfo"""
    assert [name.partition("<")[0] for name in opening] == wanted.split()
    assert "<lastHeartbeatTime>2026-03-01T09:00:00Z</lastHeartbeatTime>" in text


def test_texts_are_kept_to_the_letter_where_layout_cannot_be_meant() -> None:
    record = replace(FULL, resources=(replace(FULL.resources[0], messages=(("a", " <b> & 'c'\n"),)),))
    assert extension_from_xml(extension_to_xml(record, "2026-03-01T09:00:00Z").encode()).resources == record.resources


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ("<plugin/>", "begins with <plugin>, not with <extension>"),
        (MINIMAL.format("<serverr/>"), "has an element extension.serverr, which the API does not have"),
        (MINIMAL.format("<server><uri/></server>"), "has an element extension.server.uri, which the API does not have"),
        (MINIMAL.format("<key>k</key>"), "has the element extension.key twice"),
        (MINIMAL.format("<company><b>x</b></company>"), "has elements inside of extension.company"),
        (MINIMAL.format("<shownInSolutionManager>yes</shownInSolutionManager>"), "has a value in extension.shownIn"),
        ("", "is empty"),
        ("<extension>", "line 1"),
        ('<!DOCTYPE x [<!ENTITY a "b">]><extension><key>&a;</key></extension>', "DOCTYPE"),
    ],
)
def test_one_sentence_for_what_is_none(document: str, message: str) -> None:
    with pytest.raises(XmlError) as caught:
        extension_from_xml(document.encode())
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)
