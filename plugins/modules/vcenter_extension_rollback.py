#!/usr/bin/python
# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

from __future__ import annotations

DOCUMENTATION = r"""
module: vcenter_extension_rollback
short_description: Put the records of many vCenters back to what they were before a run
version_added: "0.1.0"
author:
  - vSphere Ops contributors (@vsphere-ops)
description:
  - Puts extension records back as a whole, from what O(history_path) of
    M(vsphere_ops.client_plugin.vcenter_extension_fleet) or M(vsphere_ops.client_plugin.vcenter_extension_renewal) has
    kept; a record that was registered by that run is unregistered.
  - A vCenter that the run did not change is left alone. One that later runs changed as well goes back to before the
    run that is meant.
  - Is not kept in the history itself, so that a second rollback finds the same run and changes nothing.
extends_documentation_fragment:
  - vsphere_ops.client_plugin._fleet
  - vsphere_ops.client_plugin._vcenter
  - vsphere_ops.client_plugin._attributes
options:
  history_path:
    description:
      - Folder on the controller that the run used.
    type: path
    required: true
  run:
    description:
      - Name of the run before which the records are wanted.
      - By default the latest run that changed any of O(keys).
    type: str
  keys:
    description:
      - Keys of the extensions that are put back. By default all that the run changed.
    type: list
    elements: str
  verify_servers:
    description:
      - Open each https URL of a record first, and put back only what fits the certificate that is served.
    type: bool
    default: true
  verify_manifest:
    description:
      - Download the manifest that the record names first, and put it back only if a client could use that.
    type: bool
    default: true
  max_failures:
    description:
      - Once more vCenters than this have failed, no further one is started. Without it, all are tried.
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
  - A record goes back only into the vCenter that it came from, which is known by its instance UUID.
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
  description: Name of the run before which the records are now.
  returned: success
  type: str
  sample: 20260301T090000.123456Z
msg:
  description: How many of how many vCenters failed or changed, and the reasons of the first three failures.
  returned: always
  type: str
  sample: 100 of 100 vCenters are right, 12 of them changed.
summary:
  description: How many vCenters there are, and how they ended.
  returned: always
  type: dict
  sample: {total: 100, changed: 12, unchanged: 88, failed: 0}
results:
  description: One result for each vCenter, in the order of the entries, as
    M(vsphere_ops.client_plugin.vcenter_extension_renewal) gives it. The action of a record may also be V(register) or
    V(unregister).
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

from ..module_utils._argument_specs import MANY_RULES, rollback_spec


def main() -> None:
    module = AnsibleModule(argument_spec=rollback_spec(), supports_check_mode=True, **MANY_RULES)
    module.fail_json(
        msg="This runs on the controller only, as the action of the same name; install the whole collection."
    )


if __name__ == "__main__":
    main()
