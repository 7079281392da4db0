# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Read the records of a fleet."""

from __future__ import annotations

from ansible_collections.vsphere_ops.client_plugin.tests.unit.plugins.plugin_utils._fleet.tasks import (
    KEY,
    member,
    read,
    reconcile,
)
from ansible_collections.vsphere_ops.client_plugin.tests.unit.simulator.clients import Endpoint


def test_records_of_each_member_and_the_failures_of_others(simulator: Endpoint) -> None:
    members = [member(simulator, "a"), member(simulator, "b", password="wrong")]
    reconcile(simulator, members[:1], key=KEY, version="1")
    result = read(simulator, members, keys=[KEY, "com.example.absent"], tolerate_failures=True)
    good, bad = result["results"]
    assert ([record["key"] for record in good["extensions"]], good["missing"]) == ([KEY], ["com.example.absent"])
    assert (good["changed"], good["vcenter"]["instance_uuid"]) == (False, simulator["instance_uuid"])
    assert (bad["failed"], bad["error"]["kind"]) == (True, "login")
    assert (result["changed"], result["failed"], result["summary"]["failed"]) == (False, False, 1)
    assert read(simulator, members)["failed"]
