# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Certificates and the simulator, as the tests beside them make and start them."""

from __future__ import annotations

from ansible_collections.vsphere_ops.client_plugin.tests.unit.plugins.module_utils.conftest import make
from ansible_collections.vsphere_ops.client_plugin.tests.unit.simulator.conftest import (
    simulator,
    simulators,
)

__all__ = ["make", "simulator", "simulators"]
