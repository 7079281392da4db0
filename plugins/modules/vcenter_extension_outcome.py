#!/usr/bin/python
# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

from __future__ import annotations

DOCUMENTATION = r"""
module: vcenter_extension_outcome
short_description: Give a host the outcome that the fleet action had in its vCenter
version_added: "0.1.0"
author:
  - vSphere Ops contributors (@vsphere-ops)
description:
  - Takes one result out of those of M(vsphere_ops.client_plugin.vcenter_extension_fleet) and makes it the result of
    this task, so that each host is C(ok), C(changed) or C(failed) as if it had done the work alone.
  - Talks to nobody, unless the fleet action has left this host out and O(variables) is given. Then it does the work for
    this host alone.
extends_documentation_fragment:
  - vsphere_ops.client_plugin._attributes
options:
  registered:
    description: Name of the variable, not its value, under which the fleet action was registered.
    type: str
    required: true
  name:
    description: Name of the entry. Without it, the name of the host.
    type: str
  variables:
    description:
      - Which variable holds which option, as in the option C(inventory.variables) of
        M(vsphere_ops.client_plugin.vcenter_extension_fleet).
      - With it, a host that the fleet action has left out is done here. That happens where the first host of a batch
        does not meet a condition that others meet, and with the strategies V(free) and V(host_pinned), which know no
        batches.
    type: dict
  unchanged:
    description:
      - For a look in check mode at what was registered before; a record that would be changed is a failure.
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
action:
  description: What was done, or would be done in check mode.
  returned: success
  type: str
  sample: update
changes:
  description: The options whose registered value differs; field, before and after.
  returned: success
  type: list
  elements: dict
  sample: [{field: version, before: 1.2.0, after: 1.3.0}]
extension:
  description: The record afterwards, in the words of the options; C(null) when there is none.
  returned: success
  type: dict
  sample: {key: com.example.fleet-notes, version: 1.3.0}
vcenter:
  description: The vCenter that answered.
  returned: success
  type: dict
  sample: {hostname: vcenter-a.example.com, version: 8.0.3}
error:
  description: Why it failed; kind and message, see M(vsphere_ops.client_plugin.vcenter_extension_fleet).
  returned: failure
  type: dict
  sample: {kind: login, message: vcenter-a.example.com does not accept the password.}
"""

from ansible.module_utils.basic import AnsibleModule

from ..module_utils._argument_specs import outcome_spec


def main() -> None:
    module = AnsibleModule(argument_spec=outcome_spec(), supports_check_mode=True)
    module.fail_json(
        msg="This runs on the controller only, as the action of the same name; install the whole collection."
    )


if __name__ == "__main__":
    main()
