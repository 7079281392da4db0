# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Read the extensions of many vCenters at once, on the controller and in one process."""

from __future__ import annotations

from ..module_utils._argument_specs import MEMBERS_RULES, fleet_info_spec
from ..plugin_utils._fleet.action import FleetAction, FleetWork


class ActionModule(FleetAction):
    """Options and result are documented in the module of the same name."""

    spec = staticmethod(fleet_info_spec)
    rules = MEMBERS_RULES

    def load_work(self) -> FleetWork:
        """Import the work, and pyVmomi with it."""
        from ..plugin_utils._fleet.info import read_fleet  # noqa: PLC0415  see FleetAction

        return read_fleet
