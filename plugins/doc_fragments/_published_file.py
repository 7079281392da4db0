# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Document the options of modules that write one file."""

from __future__ import annotations


class ModuleDocFragment:
    """The options of ``_publish_spec`` in ``module_utils/_argument_specs_files.py``."""

    DOCUMENTATION = r"""
options:
  path:
    description:
      - Path of the file to write. Its folder must exist.
      - Without it nothing is written, and O(backup) and the options of the file have no effect.
    type: path
  backup:
    description: Keep the replaced file under a name with the time in it.
    type: bool
    default: false
  mode:
    description: Permissions of O(path), such as V('0644') or V(u=rw,g=r,o=r). Put octal ones in quotes.
    type: raw
    default: "0644"
"""
