# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Select records and describe their servers."""

from __future__ import annotations

from dataclasses import replace

import pytest
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._extension.model import (
    Client,
    Extension,
    Server,
)
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._extension.query import (
    query_extensions,
    selection_from_options,
)

URL = "https://plugins.example.com/plugin.json"
NOTES = Extension(
    "com.example.notes",
    "1",
    company="Example",
    client=Client(URL, "vsphere-client-remote", "1"),
    servers=(Server(URL, "MANIFEST_SERVER", thumbprint="nonsense"), Server("http://b.example.com/", "API")),
)
LEGACY = replace(NOTES, key="com.example.legacy", client=Client(URL, "vsphere-client-serenity", "1"), servers=())
BARE = Extension("com.vmware.vim.sms", "8", company="VMware, Inc.")


class FakeSource:
    """Three records of one vCenter; logs the keys of its calls."""

    def __init__(self) -> None:
        self.about = {"hostname": "vc.example.com"}
        self.requested: list[list[str] | None] = []

    def find_extensions(self, keys: list[str] | None) -> list[Extension]:
        self.requested.append(keys)
        return [record for record in (NOTES, LEGACY, BARE) if keys is None or record.key in keys]


@pytest.mark.parametrize(
    ("options", "found"),
    [
        ({}, {"com.example.notes", "com.example.legacy", "com.vmware.vim.sms"}),
        ({"keys": []}, set()),
        ({"keys": ["com.example.notes"]}, {"com.example.notes"}),
        ({"patterns": ["com.example.*"]}, {"com.example.notes", "com.example.legacy"}),
        ({"patterns": ["*.sms", "*legacy"]}, {"com.vmware.vim.sms", "com.example.legacy"}),
        ({"patterns": ["COM.*"]}, set()),
        ({"companies": ["vmware, inc."]}, {"com.vmware.vim.sms"}),
        ({"client_types": ["vsphere-client-remote"]}, {"com.example.notes"}),
        ({"companies": ["Example"], "client_types": ["vsphere-client-serenity"]}, {"com.example.legacy"}),
        ({"keys": ["com.example.notes"], "companies": ["Other"]}, set()),
    ],
)
def test_selection(options: dict, found: set[str]) -> None:
    source = FakeSource()
    assert {record["key"] for record in query_extensions(source, selection_from_options(options)).extensions} == found
    assert source.requested == [options.get("keys")]


def test_missing_is_what_is_not_registered_at_all() -> None:
    keys = ["com.example.notes", "com.example.gone"]
    assert query_extensions(FakeSource(), selection_from_options({"keys": keys, "companies": ["Other"]})).missing == (
        "com.example.gone",
    )


def test_every_https_server_is_judged() -> None:
    (described,) = query_extensions(FakeSource(), selection_from_options({"keys": ["com.example.notes"]})).servers
    (problem,) = described.pop("problems")
    assert "'nonsense'" in problem
    assert described == {
        "key": "com.example.notes",
        "url": URL,
        "type": "MANIFEST_SERVER",
        "thumbprint": "nonsense",
        "consistent": False,
    }
