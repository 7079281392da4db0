# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Read the extensions of one vCenter, in Ansible's worker where that is possible, else with the module."""

from __future__ import annotations

from ..module_utils._argument_specs import single_info_spec
from ..module_utils._single.info import read_single
from ..plugin_utils._single.action import SingleAction


class ActionModule(SingleAction):
    """Options and result are documented in the module of the same name."""

    spec = staticmethod(single_info_spec)
    work = staticmethod(read_single)
