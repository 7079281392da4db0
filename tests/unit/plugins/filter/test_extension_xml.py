# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""The filter that writes a record as an XML document."""

from __future__ import annotations

from typing import Any

import pytest
from ansible.errors import AnsibleFilterError
from ansible_collections.vsphere_ops.client_plugin.plugins.filter.extension_xml import FilterModule, extension_xml
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._extension.xml_document import (
    options_from_xml,
)

RECORD = {
    "key": "com.example.notes",
    "version": "1.2.0",
    "url": "https://plugins.example.com/plugin.json",
    "server_thumbprint": ":".join(["AB"] * 32),
}


def test_the_document_has_the_options_of_the_record() -> None:
    document = FilterModule().filters()["extension_xml"](RECORD, last_heartbeat_time="2026-03-01T09:00:00Z")
    assert "<lastHeartbeatTime>2026-03-01T09:00:00Z</lastHeartbeatTime>" in document
    assert RECORD.items() <= options_from_xml(document.encode()).items()


def test_the_current_time_is_the_default() -> None:
    assert "<lastHeartbeatTime>20" in extension_xml(RECORD)


@pytest.mark.parametrize(
    ("record", "time", "option"),
    [
        ("text", None, "_input"),
        ({"key": "com.example.notes"}, None, "version"),
        ({**RECORD, "url": "nonsense"}, None, "url"),
        (RECORD, "yesterday", "last_heartbeat_time"),
    ],
)
def test_the_error_names_the_option(record: Any, time: str | None, option: str) -> None:
    with pytest.raises(AnsibleFilterError) as caught:
        extension_xml(record, time)
    message = caught.value.message
    assert message.startswith(f"extension_xml: `{option}` ")
    assert message.count(" must be ") == 1
