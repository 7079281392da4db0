#!/usr/bin/python
# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

from __future__ import annotations

DOCUMENTATION = r"""
module: vcenter_extension
short_description: Register a vSphere Client plug-in with a vCenter
version_added: "0.1.0"
author:
  - vSphere Ops contributors (@vsphere-ops)
description:
  - Registers an extension with the ExtensionManager of one vCenter, updates it in place, or unregisters it. Writes
    nothing if the registered record is as described.
  - Certificate and thumbprint of the manifest server always change as a pair, whichever of them is given.
  - A task for M(community.vmware.vcenter_extension) works with this module when only the module name is changed. If
    omitted for a new key, O(client_type) and O(server_type) are those of a remote plug-in, and
    O(shown_in_solution_manager) is not set.
extends_documentation_fragment:
  - vsphere_ops.client_plugin._vcenter
  - vsphere_ops.client_plugin._extension
  - vsphere_ops.client_plugin._attributes
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
  - With a local connection and the Python interpreter of the controller, the work is done in the process of Ansible
    that runs the task, which saves the start of another interpreter. Paths, check mode, warnings and result are the
    same. The module itself is run for another connection or interpreter, with C(become), C(async) or C(environment),
    and without the required libraries on the controller.
seealso:
  - module: vsphere_ops.client_plugin.vcenter_extension_info
  - module: vsphere_ops.client_plugin.extension_cert_info
  - module: vsphere_ops.client_plugin.plugin_package_info
  - plugin: vsphere_ops.client_plugin.extension_xml
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Register a plug-in
  vsphere_ops.client_plugin.vcenter_extension:
    hostname: vcenter.example.com
    username: svc-plugins@vsphere.local
    password: "{{ vault_vcenter_password }}"
    key: com.example.fleet-notes
    version: 1.2.0
    label: Fleet Notes
    summary: Notes about virtual machines
    company: Example
    url: https://plugins.example.com/com.example.fleet-notes/1.2.0/plugin.json
    server_certificate_path: /etc/pki/tls/certs/plugins.example.com.pem
  delegate_to: localhost

- name: Register the renewed certificate of the manifest server
  vsphere_ops.client_plugin.vcenter_extension:
    hostname: vcenter.example.com
    username: svc-plugins@vsphere.local
    password: "{{ vault_vcenter_password }}"
    key: com.example.fleet-notes
    server_certificate: "{{ lookup('ansible.builtin.file', 'plugins.example.com.pem') }}"
  delegate_to: localhost

- name: Register ids and texts from the files of the SDK's registration tool
  vsphere_ops.client_plugin.vcenter_extension:
    hostname: vcenter.example.com
    username: svc-plugins@vsphere.local
    password: "{{ vault_vcenter_password }}"
    key: com.example.fleet-notes
    tasks: "{{ lookup('ansible.builtin.file', 'taskList.json') | from_json }}"
    events: "{{ lookup('ansible.builtin.file', 'eventList.json') | from_json }}"
    faults: "{{ lookup('ansible.builtin.file', 'faultList.json') | from_json }}"
    privileges: "{{ lookup('ansible.builtin.file', 'privilegeList.json') | from_json }}"
    resources: "{{ lookup('ansible.builtin.file', 'resourceList.json') | from_json }}"
  delegate_to: localhost

- name: Register a legacy plug-in package, which contains key, version and names
  vsphere_ops.client_plugin.vcenter_extension:
    hostname: vcenter-67.example.com
    username: svc-plugins@vsphere.local
    password: "{{ vault_vcenter_password }}"
    package: files/com.example.legacy-1.4.0.zip
    url: https://plugins.example.com/com.example.legacy-1.4.0.zip
    server_certificate_path: /etc/pki/tls/certs/plugins.example.com.pem
  delegate_to: localhost

- name: Register an XML document with the current thumbprint
  vsphere_ops.client_plugin.vcenter_extension:
    hostname: vcenter.example.com
    username: svc-plugins@vsphere.local
    password: "{{ vault_vcenter_password }}"
    definition: files/extension.xml
    server_thumbprint: "{{ served.thumbprint }}"
  delegate_to: localhost

- name: Unregister the plug-in, unless another company has registered it
  vsphere_ops.client_plugin.vcenter_extension:
    hostname: vcenter.example.com
    username: svc-plugins@vsphere.local
    password: "{{ vault_vcenter_password }}"
    key: com.example.fleet-notes
    company: Example
    takeover: refuse
    state: absent
  delegate_to: localhost

- name: Unregister the plug-in
  vsphere_ops.client_plugin.vcenter_extension:
    hostname: vcenter.example.com
    username: svc-plugins@vsphere.local
    password: "{{ vault_vcenter_password }}"
    key: com.example.fleet-notes
    state: absent
  delegate_to: localhost

- name: Set the connection once for several tasks
  hosts: localhost
  gather_facts: false
  module_defaults:
    group/vsphere_ops.client_plugin.vcenter:
      hostname: vcenter.example.com
      username: svc-plugins@vsphere.local
      password: "{{ vault_vcenter_password }}"
      ca_path: /etc/pki/tls/certs/vcenter-ca.pem
  tasks:
    - name: Update the version
      vsphere_ops.client_plugin.vcenter_extension:
        key: com.example.fleet-notes
        version: 1.3.0
        url: https://plugins.example.com/com.example.fleet-notes/1.3.0/plugin.json
"""

RETURN = r"""
action:
  description: V(register), V(update), V(unregister) or V(none); in check mode, what would be done.
  returned: success
  type: str
  sample: update
changes:
  description: Options whose registered value differs, in the order of the documentation.
  returned: success
  type: list
  elements: dict
  contains:
    field:
      description: Name of the option.
      type: str
      sample: version
    before:
      description: Value that was registered; C(null) if there was none.
      type: raw
      sample: 1.2.0
    after:
      description: Value that is registered now.
      type: raw
      sample: 1.3.0
extension:
  description: The resulting record, with the names of the options; C(null) if there is none.
  returned: success
  type: dict
  sample:
    key: com.example.fleet-notes
    version: 1.3.0
    url: https://plugins.example.com/com.example.fleet-notes/1.3.0/plugin.json
    client_type: vsphere-client-remote
    server_type: MANIFEST_SERVER
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

from ..module_utils._argument_specs import EXTENSION_RULES, single_spec
from ..module_utils._errors import ClientPluginError
from ..module_utils._single.reconcile import reconcile_single
from ..module_utils._vcenter.client import PYVMOMI_IMPORT_ERROR, session


def main() -> None:
    """Run the module."""
    module = AnsibleModule(argument_spec=single_spec(), supports_check_mode=True, **EXTENSION_RULES)
    if PYVMOMI_IMPORT_ERROR:
        module.fail_json(msg=missing_required_lib("pyvmomi"), exception=PYVMOMI_IMPORT_ERROR)
    try:
        result = reconcile_single(module.params, session, check_mode=module.check_mode, diff=module._diff)
    except ClientPluginError as error:
        module.fail_json(msg=error.message())
    for warning in result.warnings:
        module.warn(warning)
    module.exit_json(**result.values)


if __name__ == "__main__":
    main()
