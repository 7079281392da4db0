# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

from __future__ import annotations

import pytest
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._version import version_key


@pytest.mark.parametrize(
    ("lower", "higher"), [("5.9", "5.10"), ("8.0", "8.0.0.1"), ("", "1"), ("0", "0.1"), ("9" * 5000, "1" + "0" * 5000)]
)
def test_order(lower, higher):
    assert version_key(lower) < version_key(higher)


@pytest.mark.parametrize(("one", "other"), [("8.0", "8.0.0.0"), ("08.00", "8"), ("8.0 U3", "8.0.3"), ("", "0.0")])
def test_equal(one, other):
    assert version_key(one) == version_key(other)
