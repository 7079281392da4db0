# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Document the options of modules that validate manifests."""

from __future__ import annotations


class ModuleDocFragment:
    """The options of ``validation_spec`` in ``module_utils/_argument_specs_files.py``."""

    DOCUMENTATION = r"""
options:
  unknown_properties:
    description:
      - What to do about a member that the schema does not know. Newer clients may know more.
      - V(warn) reports it as a warning. Where the schema is documented to allow no other members, such as in the
        outermost object, it is an error, because a client refuses the whole plug-in for it.
      - V(error) reports it as an error everywhere.
      - V(ignore) allows any member everywhere.
    type: str
    choices: [error, warn, ignore]
    default: warn
  strict:
    description: Treat warnings as errors. Notices stay notices.
    type: bool
    default: false
  targets:
    description:
      - The releases of vSphere that are to show the plug-in, such as V(7.0), V(7.0u1), V(8.0u3) or V(9.1). Put them in
        quotes.
      - What does not work there, or is not known to, becomes a warning or a notice with its certainty, which is
        documented by the vendor, seen on a real vCenter, or inferred.
      - Of the manifests in a multi-manifest, only the order is checked for the targets. Rule M3 is for targets before
        8.0 U3, and without targets for all releases.
    type: list
    elements: str
    default: []
"""
