#!/usr/bin/python
# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

from __future__ import annotations

DOCUMENTATION = r"""
module: vcenter_extension_fleet
short_description: Register a vSphere Client plug-in with many vCenters at once
version_added: "0.1.0"
author:
  - vSphere Ops contributors (@vsphere-ops)
description:
  - Registers, updates or unregisters one extension in many vCenters at the same time.
  - Does in each vCenter what M(vsphere_ops.client_plugin.vcenter_extension) does in one, but in a single process.
  - A vCenter that fails does not stop the others. Each has its own result.
extends_documentation_fragment:
  - vsphere_ops.client_plugin._fleet
  - vsphere_ops.client_plugin._vcenter
  - vsphere_ops.client_plugin._extension
  - vsphere_ops.client_plugin._attributes
options:
  max_failures:
    description:
      - Once more vCenters than this have failed, no other is started. Those that were not started fail with the kind
        V(not_started).
      - For careful roll-outs, combine it with a small O(concurrency). By default all are started.
    type: int
  history_path:
    description:
      - Folder on the controller of the journal, in which each record is saved before it is changed. It is created if
        it does not exist, and read by M(vsphere_ops.client_plugin.vcenter_extension_rollback).
      - By default there is no journal. Records hold no secret.
    type: path
  history_run:
    description:
      - Name of the run in the journal, such as the number of a job. Tasks of one run give the same name.
      - By default the time at which the task begins.
    type: str
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
  - module: vsphere_ops.client_plugin.vcenter_extension
  - module: vsphere_ops.client_plugin.vcenter_extension_fleet_info
  - module: vsphere_ops.client_plugin.vcenter_extension_outcome
"""

EXAMPLES = r"""
- name: Register the plug-in with three vCenters
  vsphere_ops.client_plugin.vcenter_extension_fleet:
    username: svc-plugins@vsphere.local
    password: "{{ vault_vcenter_password }}"
    vcenters:
      - name: vcenter-a.example.com
      - name: vcenter-b.example.com
      - name: lab
        hostname: 192.0.2.20
        vcenter_thumbprint: "{{ lab_thumbprint }}"
        extension:
          version: 1.3.0
          url: https://plugins.example.com/com.example.fleet-notes/1.3.0/plugin.json
    key: com.example.fleet-notes
    version: 1.2.0
    label: Fleet Notes
    url: https://plugins.example.com/com.example.fleet-notes/1.2.0/plugin.json
    server_certificate_path: plugins.example.com.pem
    verify_servers: true

- name: Stop a roll-out when the first vCenter fails
  vsphere_ops.client_plugin.vcenter_extension_fleet:
    username: svc-plugins@vsphere.local
    password: "{{ vault_vcenter_password }}"
    vcenters:
      - name: vcenter-a.example.com
      - name: vcenter-b.example.com
    concurrency: 4
    max_failures: 0
    key: com.example.fleet-notes
    version: 1.3.0
    url: https://plugins.example.com/com.example.fleet-notes/1.3.0/plugin.json

- name: Unregister in all vCenters of the inventory, and report one outcome for each
  hosts: vcenters
  gather_facts: false
  tasks:
    - name: Unregister in all of them at once
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
msg:
  description: Number of vCenters that failed or changed, and the errors of the first three that failed.
  returned: always
  type: str
  sample: 100 of 100 vCenters succeeded, 12 changed.
summary:
  description: Number of vCenters by outcome.
  returned: always
  type: dict
  sample: {total: 100, changed: 12, unchanged: 87, failed: 1}
results:
  description: One result for each vCenter, in the order of the task.
  returned: always
  type: list
  elements: dict
  contains:
    name:
      description: Name of the vCenter in O(vcenters), or of the host.
      type: str
      sample: vcenter-a.example.com
    failed:
      description: Whether the vCenter failed.
      type: bool
      sample: false
    changed:
      description: Whether the record was changed; in check mode, whether it would be.
      type: bool
      sample: true
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
    action:
      description: What was done, or would be done in check mode; V(register), V(update), V(unregister) or V(none).
      returned: when RV(results[].failed) is false
      type: str
      sample: update
    changes:
      description: The options whose value changes; field, before and after.
      returned: when RV(results[].failed) is false
      type: list
      elements: dict
      sample: [{field: version, before: 1.2.0, after: 1.3.0}]
    extension:
      description: The record afterwards as options of this module; C(null) when there is none.
      returned: when RV(results[].failed) is false
      type: dict
      sample: {key: com.example.fleet-notes, version: 1.3.0}
    warnings:
      description: What may prevent the vSphere Client from showing the plug-in.
      returned: when RV(results[].failed) is false
      type: list
      elements: str
      sample: []
    diff:
      description: The record before and after.
      returned: with C(--diff), when RV(results[].failed) is false
      type: dict
      sample: {}
    written_at:
      description: When the write began, in UTC, by the clock of the controller.
      returned: when something was written
      type: str
      sample: "2026-03-01T09:00:00.123+00:00"
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

from ..module_utils._argument_specs import FLEET_RULES, fleet_spec


def main() -> None:
    """Fail: the action of the same name does the work."""
    module = AnsibleModule(argument_spec=fleet_spec(), supports_check_mode=True, **FLEET_RULES)
    module.fail_json(msg="this module requires the action plug-in of the same name; install the whole collection")


if __name__ == "__main__":
    main()
