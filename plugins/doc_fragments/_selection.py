# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Document the options that select extension records."""

from __future__ import annotations


class ModuleDocFragment:
    """The options of ``selection_spec`` in ``module_utils/_argument_specs.py``."""

    DOCUMENTATION = r"""
options:
  keys:
    description:
      - Read only the records of these extension keys. A key that is not registered is reported in C(missing).
    type: list
    elements: str
    aliases: [key, extension_key]
  patterns:
    description:
      - Read only the records whose key matches one of these shell patterns, for example V(com.example.*). Case matters.
      - A record must meet all criteria that are given; of the values of one criterion, any is enough.
    type: list
    elements: str
    aliases: [pattern]
  companies:
    description:
      - Read only the records of these companies. Case is ignored.
    type: list
    elements: str
    aliases: [company]
  client_types:
    description:
      - Read only the records with these client types, V(vsphere-client-remote) and V(vsphere-client-serenity) for
        plug-ins of the vSphere Client.
    type: list
    elements: str
    aliases: [client_type]
"""
