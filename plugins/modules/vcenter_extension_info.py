#!/usr/bin/python
# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

from __future__ import annotations

DOCUMENTATION = r"""
module: vcenter_extension_info
short_description: Read the extensions of a vCenter
version_added: "0.1.0"
author:
  - vSphere Ops contributors (@vsphere-ops)
description:
  - Reads the extension records of one vCenter, all or selected ones, with client, servers, thumbprints and
    certificates.
  - Each record has the names of the options of M(vsphere_ops.client_plugin.vcenter_extension). Given back to that
    module it changes nothing.
extends_documentation_fragment:
  - vsphere_ops.client_plugin._vcenter
  - vsphere_ops.client_plugin._selection
  - vsphere_ops.client_plugin._attributes
attributes:
  check_mode:
    support: full
  diff_mode:
    support: none
    details: The module changes nothing.
  idempotent:
    support: full
  platform:
    support: full
    platforms: posix
notes:
  - With a local connection and the Python interpreter of the controller, the work is done in the process of Ansible
    that runs the task, which saves the start of another interpreter. Paths, check mode, warnings and result are the
    same. The module itself is run for another connection or interpreter, with C(become), C(async) or C(environment),
    and without the required libraries on the controller.
seealso:
  - module: vsphere_ops.client_plugin.vcenter_extension
"""

EXAMPLES = r"""
- name: Read all extensions
  vsphere_ops.client_plugin.vcenter_extension_info:
    hostname: vcenter.example.com
    username: auditor@vsphere.local
    password: "{{ vault_vcenter_password }}"
  delegate_to: localhost
  register: registered

- name: Assert that the plug-in is registered in the right version
  ansible.builtin.assert:
    that: registered.extensions | selectattr('key', 'eq', 'com.example.fleet-notes') | map(attribute='version') | list
      == ['1.2.0']

- name: Find plug-ins with a certificate or thumbprint that contradicts the rest of the record
  vsphere_ops.client_plugin.vcenter_extension_info:
    hostname: vcenter.example.com
    username: auditor@vsphere.local
    password: "{{ vault_vcenter_password }}"
    patterns: [com.example.*]
    client_types: [vsphere-client-remote, vsphere-client-serenity]
  delegate_to: localhost
  register: ours
  failed_when: ours.servers | rejectattr('consistent') | length > 0

- name: Read one extension
  vsphere_ops.client_plugin.vcenter_extension_info:
    hostname: vcenter-a.example.com
    username: auditor@vsphere.local
    password: "{{ vault_vcenter_password }}"
    keys: [com.example.fleet-notes]
  delegate_to: localhost
  register: source

- name: Register the same extension with another vCenter
  vsphere_ops.client_plugin.vcenter_extension: >-
    {{ source.extensions[0] | combine({
      'hostname': 'vcenter-b.example.com',
      'username': 'svc-plugins@vsphere.local',
      'password': vault_vcenter_password}) }}
  delegate_to: localhost
"""

RETURN = r"""
extensions:
  description: The records, in the order of O(keys) or else of the vCenter, with the options of
    M(vsphere_ops.client_plugin.vcenter_extension). C(null) is the value of what a record does not have.
  returned: success
  type: list
  elements: dict
  sample:
    - key: com.example.fleet-notes
      version: 1.2.0
      label: Fleet Notes
      summary: Notes about virtual machines
      company: Example
      url: https://plugins.example.com/com.example.fleet-notes/1.2.0/plugin.json
      client_type: vsphere-client-remote
      server_type: MANIFEST_SERVER
      admin_email: [noreply@vmware.com]
      server_certificate: null
      server_thumbprint:
        "B5:4F:1D:0C:6E:2A:97:08:35:E1:4A:9C:7B:60:D2:F3:18:AE:5D:C4:02:99:6B:EF:71:3C:88:0A:DE:14:57:26"
      plugin_servers: []
servers:
  description:
    - Every https server of these records, and whether its certificate, thumbprint and URL contradict each other. No
      server is opened; M(vsphere_ops.client_plugin.vcenter_extension) with O(ignore:verify_servers) compares with the
      served certificates.
  returned: success
  type: list
  elements: dict
  contains:
    key:
      description: Key of the extension.
      type: str
      sample: com.example.fleet-notes
    url:
      description: URL of the server.
      type: str
      sample: https://plugins.example.com/com.example.fleet-notes/1.2.0/plugin.json
    type:
      description: Type of the server.
      type: str
      sample: MANIFEST_SERVER
    thumbprint:
      description: The registered thumbprint.
      type: str
      sample:
        "B5:4F:1D:0C:6E:2A:97:08:35:E1:4A:9C:7B:60:D2:F3:18:AE:5D:C4:02:99:6B:EF:71:3C:88:0A:DE:14:57:26"
    consistent:
      description: Whether certificate, thumbprint and host of the URL match.
      type: bool
      sample: true
    problems:
      description: Contradictions, a sentence each.
      type: list
      elements: str
      sample: []
missing:
  description: Keys in O(keys) that are not registered.
  returned: success
  type: list
  elements: str
  sample: []
vcenter:
  description: The vCenter.
  returned: success
  type: dict
  contains:
    hostname:
      description: Host name as set in the task.
      type: str
      sample: vcenter.example.com
    version:
      description: Product version.
      type: str
      sample: 8.0.3
    build:
      description: Build number.
      type: str
      sample: "24022515"
    api_version:
      description: Version of the API.
      type: str
      sample: 8.0.3.0
    instance_uuid:
      description: Id of the vCenter, which stays the same through upgrades and renames.
      type: str
      sample: 7d5a0d1c-0000-4000-8000-000000000001
"""

from ansible.module_utils.basic import AnsibleModule, missing_required_lib

from ..module_utils._argument_specs import single_info_spec
from ..module_utils._errors import ClientPluginError
from ..module_utils._single.info import read_single
from ..module_utils._vcenter.client import PYVMOMI_IMPORT_ERROR, session


def main() -> None:
    """Run the module."""
    module = AnsibleModule(argument_spec=single_info_spec(), supports_check_mode=True)
    if PYVMOMI_IMPORT_ERROR:
        module.fail_json(msg=missing_required_lib("pyvmomi"), exception=PYVMOMI_IMPORT_ERROR)
    try:
        result = read_single(module.params, session, check_mode=module.check_mode, diff=module._diff)
    except ClientPluginError as error:
        module.fail_json(msg=error.message())
    module.exit_json(**result.values)


if __name__ == "__main__":
    main()
