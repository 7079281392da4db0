# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Document the option of modules whose messages name the variables of a role."""

from __future__ import annotations


class ModuleDocFragment:
    """The option of ``variables_spec`` in ``module_utils/_argument_specs_files.py``."""

    DOCUMENTATION = r"""
options:
  variables:
    description:
      - Names of options, each with the name of the variable that holds it, for a role that runs the module. It has no
        other effect than that messages name these variables. Of a variable with underscores in front, messages name the
        one without them.
      - An option that is not held by exactly one variable may have a phrase of several words instead, such as
        V(the reload of the web server). Messages then contain the phrase, and no instruction to set the option.
    type: dict
    default: {}
"""
