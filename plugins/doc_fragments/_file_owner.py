# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Document owner, group and modes of a private key and the file that goes with it."""

from __future__ import annotations


class ModuleDocFragment:
    """The options of ``_file_owner_spec`` in ``module_utils/_argument_specs_files.py``."""

    DOCUMENTATION = r"""
options:
  owner:
    description:
      - Owner of both files. By default a replaced file keeps its owner.
    type: str
  group:
    description:
      - Group of both files. By default a replaced file keeps its group.
    type: str
  mode:
    description:
      - Mode of the certificate or certificate request, octal in quotes or symbolic.
    type: raw
    default: "0644"
  private_key_mode:
    description:
      - Mode of the private key, octal in quotes or symbolic. A new key has V(0600) from its first byte on until this
        mode is set.
    type: raw
    default: "0600"
"""
