# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""``vim.Extension`` and record, there and back, with pyVmomi's own types."""

from __future__ import annotations

from dataclasses import replace

import pytest
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._extension import (
    Client,
    Event,
    Extension,
    Privilege,
    Resource,
    Server,
)
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._vcenter import from_vim, to_vim

pyvmomi = pytest.importorskip("pyVmomi", reason="NOT RUN: pyVmomi is not installed")
vim = pyvmomi.vim

URL = "https://plugins.example.com/plugin.json"
PEM = "-----BEGIN CERTIFICATE-----\n" + "A" * 64 + "\nAAAA\n-----END CERTIFICATE-----\n"
FULL = Extension(
    "com.example.notes",
    "1.0.0",
    "Label",
    "Summary",
    "Company",
    Client(URL, "vsphere-client-remote", "1.0.0", "l", "s", "c"),
    (
        Server(URL, "MANIFEST_SERVER", "l", "s", "c", ("a@example.com", "b@example.com"), ":".join(["AB"] * 32), PEM),
        Server("https://api.example.com/", "API", thumbprint=":".join(["CD"] * 20)),
    ),
    ("t1", "t2"),
    (Event("e1", "<a/>"), Event("e2")),
    ("f1",),
    (Privilege("g.p", "g"),),
    (Resource("en", "resources", (("a", "1"), ("b", "2"))),),
    True,
)


@pytest.mark.parametrize("record", [FULL, Extension("k", "1")], ids=["full", "bare"])
def test_there_and_back(record: Extension) -> None:
    assert from_vim(to_vim(record)) == record


def test_what_we_do_not_name_survives_an_update() -> None:
    found = to_vim(FULL)
    found.subjectName = "subject"
    found.type = "type"
    found.healthInfo = vim.Extension.HealthInfo(url="https://health.example.com")
    found.managedEntityInfo = [vim.ext.ManagedEntityInfo(type="t", description="d")]
    found.solutionManagerInfo = vim.ext.SolutionManagerInfo()
    found.client.append(vim.Extension.ClientInfo(type="other", url="https://other.example.com"))
    written = to_vim(replace(from_vim(found), version="2"))
    assert written.version == "2"
    assert (written.subjectName, written.type, written.healthInfo.url) == (
        "subject",
        "type",
        "https://health.example.com",
    )
    assert written.managedEntityInfo[0].description == "d"
    assert written.solutionManagerInfo is not None
    assert [client.type for client in written.client] == ["vsphere-client-remote", "other"]


def test_what_is_read_is_written_as_vcenter_wants_it() -> None:
    found = to_vim(FULL)
    found.server[0].serverThumbprint = "ab" * 32
    found.server[0].serverCertificate = PEM.replace("\n", "\r\n").replace("A" * 64, "A" * 32 + "\r\n" + "A" * 32)
    assert from_vim(found) == FULL


def test_odd_values_are_shown_as_they_are() -> None:
    found = to_vim(FULL)
    found.server[0].serverThumbprint = "not a thumbprint"
    found.server[0].serverCertificate = "not a certificate"
    server = from_vim(found).servers[0]
    assert (server.thumbprint, server.certificate) == ("not a thumbprint", "not a certificate")


def test_shown_in_solution_manager_is_left_alone_where_nobody_asked() -> None:
    assert to_vim(Extension("k", "1")).shownInSolutionManager is None
    assert to_vim(Extension("k", "1", shown_in_solution_manager=True)).shownInSolutionManager is True
