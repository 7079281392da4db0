# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Plans that restore a whole record."""

from __future__ import annotations

from dataclasses import replace

import pytest
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._extension.model import Extension
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._extension.restore import (
    RecordRestore,
    plan_restore,
)
from ansible_collections.vsphere_ops.client_plugin.tests.unit.plugins.module_utils.records import FULL


@pytest.mark.parametrize(
    ("before", "current", "action"),
    [
        (FULL, FULL, "none"),
        (FULL, Extension(FULL.key, "9"), "update"),
        (FULL, replace(FULL, other={}, tasks=()), "update"),
        (FULL, None, "register"),
        (None, FULL, "unregister"),
        (None, None, "none"),
    ],
)
def test_the_whole_record_comes_back(before: Extension | None, current: Extension | None, action: str) -> None:
    plan = plan_restore(RecordRestore(FULL.key, before), current, certificates=True, packages=True)
    assert (plan.action, plan.before, plan.after) == (action, current, before)


def test_a_vcenter_that_holds_no_certificates_gets_none() -> None:
    plan = plan_restore(RecordRestore(FULL.key, FULL), Extension(FULL.key, "9"), certificates=False, packages=True)
    assert plan.after is not None
    assert [server.certificate for server in plan.after.servers] == [None, None]
    assert [server.thumbprint for server in plan.after.servers] == [server.thumbprint for server in FULL.servers]
