#!/usr/bin/python
# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

from __future__ import annotations

DOCUMENTATION = r"""
module: vcenter_extension_fleet_info
short_description: Read the extensions of many vCenters at once
version_added: "0.1.0"
author:
  - vSphere Ops contributors (@vsphere-ops)
description:
  - Reads the extension records of many vCenters, all of them or a selection, at the same time.
  - Does in each vCenter what M(vsphere_ops.client_plugin.vcenter_extension_info) does in one. A vCenter that fails
    does not stop the others.
extends_documentation_fragment:
  - vsphere_ops.client_plugin._fleet
  - vsphere_ops.client_plugin._vcenter
  - vsphere_ops.client_plugin._selection
  - vsphere_ops.client_plugin._attributes
attributes:
  check_mode:
    support: full
  diff_mode:
    support: none
    details: Changes nothing.
  idempotent:
    support: full
  platform:
    support: full
    platforms: posix
seealso:
  - module: vsphere_ops.client_plugin.vcenter_extension_info
  - module: vsphere_ops.client_plugin.vcenter_extension_fleet
"""

EXAMPLES = r"""
- name: Read the record of one plug-in in two vCenters
  vsphere_ops.client_plugin.vcenter_extension_fleet_info:
    username: auditor@vsphere.local
    password: "{{ vault_vcenter_password }}"
    vcenters:
      - name: vcenter-a.example.com
      - name: vcenter-b.example.com
    keys: [com.example.fleet-notes]
    tolerate_failures: true
  register: fleet

- name: Show the version that each vCenter holds
  ansible.builtin.debug:
    msg: "{{ item.name }}: {{ item.error.message if item.failed else item.extensions | map(attribute='version') | join
      }}"
  loop: "{{ fleet.results }}"
  loop_control:
    label: "{{ item.name }}"
"""

RETURN = r"""
msg:
  description: Number of vCenters that failed, and the errors of the first three.
  returned: always
  type: str
  sample: 100 of 100 vCenters succeeded, 0 changed.
summary:
  description: Number of vCenters by outcome.
  returned: always
  type: dict
  sample: {total: 100, changed: 0, unchanged: 99, failed: 1}
results:
  description: One result for each vCenter, in the order of the task.
  returned: always
  type: list
  elements: dict
  contains:
    name:
      description: Name of the vCenter in O(vcenters).
      type: str
      sample: vcenter-a.example.com
    failed:
      description: Whether the vCenter failed.
      type: bool
      sample: false
    error:
      description: The error.
      returned: when RV(results[].failed) is true
      type: dict
      contains:
        kind:
          description: >-
            One of V(unreachable), V(timeout), V(tls), V(not_vcenter), V(login), V(permission), V(refused),
            V(conflict), V(session), V(unavailable), V(option), V(server), V(not_started) and V(internal).
          type: str
          sample: timeout
        message:
          description: What is wrong, and what to do. Options have the names that the reader can set, such as
            C(vcenters[1].ca_path), or the variable of a role.
          type: str
          sample: vcenter-b.example.com did not answer within 30 s; check that it is running, or raise `timeout`
    extensions:
      description: The records; see M(vsphere_ops.client_plugin.vcenter_extension_info).
      returned: when RV(results[].failed) is false
      type: list
      elements: dict
      sample: [{key: com.example.fleet-notes, version: 1.2.0}]
    servers:
      description: Every https server of these records, and whether its registered certificate is consistent; see
        M(vsphere_ops.client_plugin.vcenter_extension_info).
      returned: when RV(results[].failed) is false
      type: list
      elements: dict
      sample: [{key: com.example.fleet-notes, consistent: true, problems: []}]
    missing:
      description: The items of O(keys) that are not registered.
      returned: when RV(results[].failed) is false
      type: list
      elements: str
      sample: []
    vcenter:
      description: The vCenter; hostname, version, build, api_version and instance_uuid.
      returned: when RV(results[].failed) is false
      type: dict
      sample:
        hostname: vcenter-a.example.com
        version: 8.0.3
        build: "24022515"
        api_version: 8.0.3.0
        instance_uuid: 7d5a0d1c-0000-4000-8000-000000000001
"""

from ansible.module_utils.basic import AnsibleModule

from ..module_utils._argument_specs import MEMBERS_RULES, fleet_info_spec


def main() -> None:
    """Fail: the action of the same name does the work."""
    module = AnsibleModule(argument_spec=fleet_info_spec(), supports_check_mode=True, **MEMBERS_RULES)
    module.fail_json(msg="this module requires the action plug-in of the same name; install the whole collection")


if __name__ == "__main__":
    main()
