# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Which records shall be read."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  keys:
    description:
      - Read the records of these extension keys only. A key that is not registered is reported in C(missing).
    type: list
    elements: str
    aliases: [key, extension_key]
  patterns:
    description:
      - Read the records whose key fits one of these shell patterns only, for example V(com.example.*). Upper and lower
        case differ.
      - Of several criteria, all must fit; of the values of one, any.
    type: list
    elements: str
    aliases: [pattern]
  companies:
    description:
      - Read the records of these companies only. Upper and lower case do not differ.
    type: list
    elements: str
    aliases: [company]
  client_types:
    description:
      - Read the records with these client types only, V(vsphere-client-remote) and V(vsphere-client-serenity) for
        plug-ins of the vSphere Client.
    type: list
    elements: str
    aliases: [client_type]
"""
