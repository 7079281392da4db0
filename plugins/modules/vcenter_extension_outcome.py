#!/usr/bin/python
# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

from __future__ import annotations

DOCUMENTATION = r"""
module: vcenter_extension_outcome
short_description: Report the outcome of the fleet action for one host
version_added: "0.1.0"
author:
  - vSphere Ops contributors (@vsphere-ops)
description:
  - Returns one of the results of M(vsphere_ops.client_plugin.vcenter_extension_fleet) as the result of this task, so
    that each host is C(ok), C(changed) or C(failed) as if it had run its own task.
  - Opens no connection, unless the fleet action has omitted this host and O(variables) is given. Then it does the work
    for this host.
extends_documentation_fragment:
  - vsphere_ops.client_plugin._attributes
options:
  registered:
    description: Name of the variable, not its value, under which the result of the fleet action was registered.
    type: str
    required: true
  name:
    description: Name of the vCenter in the results. By default the name of the host.
    type: str
  variables:
    description:
      - The variable of each option, as in
        O(vsphere_ops.client_plugin.vcenter_extension_fleet#module:inventory.variables), or the name of a variable that
        holds this dictionary. The name is faster, because Ansible does not evaluate the dictionary for each host.
      - With it, a host that the fleet action has omitted does its own work here. The fleet action omits hosts where the
        first host of a batch does not meet a condition that others meet, and with the strategies V(free) and
        V(host_pinned), which have no batches.
    type: raw
  unchanged:
    description:
      - Fail if the record was changed or would be changed. For a comparison in check mode after a registration.
    type: bool
    default: false
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
  platform:
    support: full
    platforms: posix
seealso:
  - module: vsphere_ops.client_plugin.vcenter_extension_fleet
"""

EXAMPLES = r"""
- name: Unregister in all vCenters at once
  vsphere_ops.client_plugin.vcenter_extension_fleet:
    inventory:
      hosts: "{{ ansible_play_batch }}"
      variables:
        hostname: ansible_host
        username: vcenter_username
        password: vcenter_password
    tolerate_failures: true
    key: com.example.fleet-notes
    state: absent
  run_once: true
  changed_when: false
  register: fleet

- name: Report the outcome of each vCenter
  vsphere_ops.client_plugin.vcenter_extension_outcome:
    registered: fleet
"""

RETURN = r"""
action:
  description: What was done, or would be done in check mode.
  returned: success
  type: str
  sample: update
changes:
  description: The options whose value changes; field, before and after.
  returned: success
  type: list
  elements: dict
  sample: [{field: version, before: 1.2.0, after: 1.3.0}]
extension:
  description: The record afterwards as options of M(vsphere_ops.client_plugin.vcenter_extension); C(null) when there
    is none.
  returned: success
  type: dict
  sample: {key: com.example.fleet-notes, version: 1.3.0}
vcenter:
  description: The vCenter; hostname, version, build, api_version and instance_uuid.
  returned: success
  type: dict
  sample: {hostname: vcenter-a.example.com, version: 8.0.3}
error:
  description: The error; kind and message, see M(vsphere_ops.client_plugin.vcenter_extension_fleet).
  returned: failure
  type: dict
  sample:
    kind: login
    message: vcenter-a.example.com did not accept user 'svc' with this password; correct `username` and `password`
"""

from ansible.module_utils.basic import AnsibleModule

from ..module_utils._argument_specs import outcome_spec


def main() -> None:
    """Fail: the action of the same name does the work."""
    module = AnsibleModule(argument_spec=outcome_spec(), supports_check_mode=True)
    module.fail_json(msg="this module requires the action plug-in of the same name; install the whole collection")


if __name__ == "__main__":
    main()
