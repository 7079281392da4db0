#!/usr/bin/python
# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

from __future__ import annotations

DOCUMENTATION = r"""
module: vcenter_extension_rollback
short_description: Restore the records of many vCenters as they were before a run
version_added: "0.1.0"
author:
  - vSphere Ops contributors (@vsphere-ops)
description:
  - Restores whole extension records from the journal of M(vsphere_ops.client_plugin.vcenter_extension_fleet) or
    M(vsphere_ops.client_plugin.vcenter_extension_renewal), see their O(history_path). A record that the run registered
    is unregistered.
  - A vCenter that the run did not change is not changed. If later runs changed it as well, its records are restored as
    they were before O(run).
  - A rollback writes no journal, so that a second rollback finds the same run and changes nothing.
extends_documentation_fragment:
  - vsphere_ops.client_plugin._fleet
  - vsphere_ops.client_plugin._vcenter
  - vsphere_ops.client_plugin._attributes
options:
  history_path:
    description:
      - Folder on the controller that holds the journal of the run.
    type: path
    required: true
  run:
    description:
      - Name of the run to undo.
      - By default the latest run that changed any of O(keys).
    type: str
  keys:
    description:
      - Keys of the extensions to restore. By default all that the run changed.
    type: list
    elements: str
  verify_servers:
    description:
      - Connect to each https URL of a record first, and restore the record only if the served certificate matches it.
    type: bool
    default: true
  verify_manifest:
    description:
      - Download the manifest of the record first, and restore the record only if a client can use the manifest.
    type: bool
    default: true
  max_failures:
    description:
      - Once more vCenters than this have failed, no other is started. By default all are started.
    type: int
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
notes:
  - A record is restored only in the vCenter that it came from, which is identified by its instance UUID.
seealso:
  - module: vsphere_ops.client_plugin.vcenter_extension_fleet
  - module: vsphere_ops.client_plugin.vcenter_extension_renewal
"""

EXAMPLES = r"""
- name: Undo the last roll-out
  vsphere_ops.client_plugin.vcenter_extension_rollback:
    username: svc-plugins@vsphere.local
    password: "{{ vault_vcenter_password }}"
    vcenters:
      - name: vcenter-a.example.com
      - name: vcenter-b.example.com
    history_path: /var/lib/client-plugins/history
    keys: [com.example.fleet-notes]
"""

RETURN = r"""
run:
  description: Name of the run that was undone.
  returned: success
  type: str
  sample: 20260301T090000.123456Z
msg:
  description: Number of vCenters that failed or changed, and the errors of the first three that failed.
  returned: always
  type: str
  sample: 100 of 100 vCenters succeeded, 12 changed.
summary:
  description: Number of vCenters by outcome.
  returned: always
  type: dict
  sample: {total: 100, changed: 12, unchanged: 88, failed: 0}
results:
  description: One result for each vCenter, as of M(vsphere_ops.client_plugin.vcenter_extension_renewal), in the order
    of the task. The action of a record may also be V(register) or V(unregister).
  returned: always
  type: list
  elements: dict
  sample:
    - name: vcenter-a.example.com
      failed: false
      changed: true
      records: [{key: com.example.fleet-notes, registered: true, action: update, changes: []}]
"""

from ansible.module_utils.basic import AnsibleModule

from ..module_utils._argument_specs import MEMBERS_RULES, rollback_spec


def main() -> None:
    """Fail: the action of the same name does the work."""
    module = AnsibleModule(argument_spec=rollback_spec(), supports_check_mode=True, **MEMBERS_RULES)
    module.fail_json(msg="this module requires the action plug-in of the same name; install the whole collection")


if __name__ == "__main__":
    main()
