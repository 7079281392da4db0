# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""``vim.Extension`` and record, there and back, with pyVmomi's own types."""

from __future__ import annotations

from dataclasses import replace

import pytest
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._extension.model import Extension
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._vcenter.client import (
    from_vim,
    to_vim,
)
from ansible_collections.vsphere_ops.client_plugin.tests.unit.plugins.module_utils.records import FULL, PEM

pyvmomi = pytest.importorskip("pyVmomi", reason="NOT RUN: pyVmomi is not installed")
vim = pyvmomi.vim


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
    found.extendedProductInfo = vim.ext.ExtendedProductInfo()
    # A field of that name: as an argument it would be the object itself.
    found.extendedProductInfo.self = vim.VirtualMachine("vm-42")
    found.ovfConsumerInfo = vim.Extension.OvfConsumerInfo(callbackUrl="c", sectionType=["a", "b"])
    found.client = [found.client[0], vim.Extension.ClientInfo(type="other", url="https://other.example.com")]
    written = to_vim(replace(from_vim(found), version="2"))
    assert written.version == "2"
    assert (written.subjectName, written.type, written.healthInfo.url) == (
        "subject",
        "type",
        "https://health.example.com",
    )
    assert written.managedEntityInfo[0].description == "d"
    assert written.solutionManagerInfo is not None
    assert written.extendedProductInfo.self == vim.VirtualMachine("vm-42")
    assert list(written.ovfConsumerInfo.sectionType) == ["a", "b"]
    assert [client.type for client in written.client] == ["vsphere-client-remote", "other"]


def test_what_others_left_out_can_be_sent() -> None:
    found = vim.Extension(key="k", version="1", client=[vim.Extension.ClientInfo(), vim.Extension.ClientInfo()])
    found.server = [vim.Extension.ServerInfo(url="u")]
    found.resourceList = [vim.Extension.ResourceInfo(locale="en")]
    found.ovfConsumerInfo = vim.Extension.OvfConsumerInfo()
    record = from_vim(found)
    assert (record.servers[0].admin_email, record.resources[0].messages) == ((), ())
    written = to_vim(record)
    assert pyvmomi.SoapAdapter.Serialize(written)
    assert from_vim(written) == record


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
