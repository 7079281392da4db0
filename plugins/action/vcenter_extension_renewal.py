# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Give the records of many vCenters the new certificate of a web server, in one process."""

from __future__ import annotations

from ..module_utils._argument_specs import RENEWAL_RULES, renewal_spec
from ..plugin_utils._fleet.action import FleetAction, FleetWork


class ActionModule(FleetAction):
    """Options and result are documented in the module of the same name."""

    spec = staticmethod(renewal_spec)
    rules = RENEWAL_RULES

    def load_work(self) -> FleetWork:
        """Import the work, and pyVmomi with it."""
        from ..plugin_utils._fleet.renew import renew_fleet  # noqa: PLC0415  see FleetAction

        return renew_fleet
