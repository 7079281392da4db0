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
  - Makes the ExtensionManagers of many vCenters hold exactly the extension that the task describes, all at the same
    time.
  - Does in each vCenter what M(vsphere_ops.client_plugin.vcenter_extension) does in one, and costs one process
    instead of one for each vCenter.
  - A vCenter that fails never hides another. Each has a result of its own, in the order of the entries.
extends_documentation_fragment:
  - vsphere_ops.client_plugin._fleet
  - vsphere_ops.client_plugin._vcenter
  - vsphere_ops.client_plugin._extension
  - vsphere_ops.client_plugin._attributes
options:
  max_failures:
    description:
      - Once more vCenters than this have failed, no further one is started. Those that were not started have failed
        with the kind V(not_started).
      - For careful roll-outs together with a small O(concurrency). Without it, all are tried.
    type: int
  history_path:
    description:
      - Folder on the controller where each record is kept as it was, before it is changed. It is made if it is missing,
        and read by M(vsphere_ops.client_plugin.vcenter_extension_rollback).
      - By default nothing is kept. Records hold no secret.
    type: path
  history_run:
    description:
      - Name of the run under which that is kept, such as the number of a job. Tasks that belong together give the same.
      - By default the moment at which the task begins.
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
- name: Show the plug-in in three vCenters
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

- name: Stop a roll-out when the first vCenter refuses it
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

- name: Let each vCenter of the inventory have its own outcome
  hosts: vcenters
  gather_facts: false
  tasks:
    - name: Do all at once
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

    - name: Tell what was done
      vsphere_ops.client_plugin.vcenter_extension_outcome:
        registered: fleet
"""

RETURN = r"""
msg:
  description: How many of how many vCenters failed or changed, and the reasons of the first three failures.
  returned: always
  type: str
  sample: 100 of 100 vCenters are right, 12 of them changed.
summary:
  description: How many vCenters there are, and how they ended.
  returned: always
  type: dict
  sample: {total: 100, changed: 12, unchanged: 87, failed: 1}
results:
  description: One result for each vCenter, in the order of the entries.
  returned: always
  type: list
  elements: dict
  contains:
    name:
      description: Name of the entry, or of the host.
      type: str
      sample: vcenter-a.example.com
    failed:
      description: Whether the record is not as it should be.
      type: bool
      sample: false
    changed:
      description: Whether the record was changed, or would be in check mode.
      type: bool
      sample: true
    error:
      description: Why it failed.
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
          description: One sentence that names the vCenter and the way out.
          type: str
          sample: vcenter-b.example.com did not answer within 30 s; check that it is running, or raise `timeout`
    action:
      description: What was done; V(register), V(update), V(unregister) or V(none).
      returned: when RV(results[].failed) is false
      type: str
      sample: update
    changes:
      description: The options whose registered value differs; field, before and after.
      returned: when RV(results[].failed) is false
      type: list
      elements: dict
      sample: [{field: version, before: 1.2.0, after: 1.3.0}]
    extension:
      description: The record afterwards, in the words of the options; C(null) when there is none.
      returned: when RV(results[].failed) is false
      type: dict
      sample: {key: com.example.fleet-notes, version: 1.3.0}
    warnings:
      description: What may keep the plug-in from being shown all the same.
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
      description: When the write began, in UTC by the clock of the controller.
      returned: when something was written
      type: str
      sample: "2026-03-01T09:00:00.123+00:00"
    vcenter:
      description: The vCenter that answered; hostname, version, build, api_version and instance_uuid.
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
    module = AnsibleModule(argument_spec=fleet_spec(), supports_check_mode=True, **FLEET_RULES)
    module.fail_json(
        msg="This runs on the controller only, as the action of the same name; install the whole collection."
    )


if __name__ == "__main__":
    main()
