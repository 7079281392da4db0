# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Document the options that name the server in a certificate or certificate request."""

from __future__ import annotations


class ModuleDocFragment:
    """The options of ``_subject_spec`` in ``module_utils/_argument_specs_files.py``."""

    DOCUMENTATION = r"""
options:
  subject_alternative_names:
    description:
      - Host names and IP addresses under which vCenters and clients reach the server, optionally prefixed with V(DNS:)
        or V(IP:).
      - They must include the host in the URL of the manifest.
    type: list
    elements: str
    required: true
    aliases: [subject_alt_name]
  common_name:
    description:
      - Common name of the subject, at most 64 characters. Clients do not use it to verify a server.
      - The default is the first host name in O(subject_alternative_names) that is short enough, or else the first
        address.
    type: str
"""
