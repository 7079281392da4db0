# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Restore the records of many vCenters from a journal, on the controller and in one process."""

from __future__ import annotations

from ..module_utils._argument_specs import MEMBERS_RULES, rollback_spec
from ..plugin_utils._fleet.action import FleetAction, FleetWork


class ActionModule(FleetAction):
    """Options and result are documented in the module of the same name."""

    spec = staticmethod(rollback_spec)
    rules = MEMBERS_RULES

    def load_work(self) -> FleetWork:
        """Import the work, and pyVmomi with it."""
        from ..plugin_utils._fleet.rollback import roll_back_fleet  # noqa: PLC0415  see FleetAction

        return roll_back_fleet
