#!/usr/bin/python
# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

from __future__ import annotations

DOCUMENTATION = r"""
module: plugin_package_info
short_description: Read a legacy plug-in package
version_added: "0.1.0"
author:
  - vSphere Ops contributors (@vsphere-ops)
description:
  - Reads the C(.zip) of a legacy plug-in (client type V(vsphere-client-serenity)) from a file or from a URL, and
    returns the content of its C(plugin-package.xml).
  - Also returns the options of M(vsphere_ops.client_plugin.vcenter_extension) that register it. The key and the version
    in a vCenter must be those of the package.
  - Fails for an archive that is damaged, encrypted or unusually large, that contains names outside of the folder that
    it is unpacked to, or that has no usable C(plugin-package.xml) at its root. Nothing is unpacked to a disk.
extends_documentation_fragment:
  - vsphere_ops.client_plugin._attributes
options:
  path:
    description:
      - The package, a file of at most 256 MiB on the host where the module runs.
      - Exactly one of O(path) and O(url) is required.
    type: path
  url:
    description:
      - An C(https) or C(http) URL of the package, downloaded to the memory of the host where the module runs.
      - It must be readable as a vCenter reads it, that is without an account, a proxy or a redirect. Requires the
        Python library requests.
    type: str
  server_thumbprint:
    description:
      - Thumbprint of the certificate of the server of O(url), SHA-256 or SHA-1, in any usual notation.
      - Only that certificate is trusted then; its CA and host names are not checked.
    type: str
    aliases: [ssl_thumbprint]
  ca_path:
    description:
      - File with the PEM certificates of the CAs to trust for O(url), or folder of hashed ones, instead of the CAs of
        the system.
    type: path
  validate_certs:
    description: Verify the certificate of the server of O(url). O(server_thumbprint) is compared in any case.
    type: bool
    default: true
  timeout:
    description: Seconds that the whole download from O(url) may take, above 0 and at most 86400.
    type: float
    default: 30
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
requirements:
  - python >= 3.10
  - requests, with O(url)
notes:
  - The dependencies of a package, see RV(package.dependencies), are not compared with any vCenter.
seealso:
  - module: vsphere_ops.client_plugin.vcenter_extension
  - module: vsphere_ops.client_plugin.extension_cert_info
"""

EXAMPLES = r"""
- name: Read the package that was built
  vsphere_ops.client_plugin.plugin_package_info:
    path: /srv/build/fleet-notes-1.2.0.zip
  register: built

- name: Read the package on the web server, and trust only its certificate
  vsphere_ops.client_plugin.plugin_package_info:
    url: https://plugins.example.com/fleet-notes-1.2.0.zip
    server_thumbprint: "3D:91:0B:6A:C4:58:E7:12:9F:05:A3:BC:60:4E:D8:71:2A:F6:8B:47"
  register: offered
  delegate_to: localhost

- name: Stop if they differ
  ansible.builtin.assert:
    that: offered.package.sha256 == built.package.sha256

- name: Register it under its own key, version and names
  vsphere_ops.client_plugin.vcenter_extension:
    hostname: vcenter.example.com
    username: svc-plugins@vsphere.local
    password: "{{ vault_vcenter_password }}"
    key: "{{ offered.options.key }}"
    version: "{{ offered.options.version }}"
    label: "{{ offered.options.label | default(omit) }}"
    client_type: "{{ offered.options.client_type }}"
    url: https://plugins.example.com/fleet-notes-1.2.0.zip
    server_thumbprint: "3D:91:0B:6A:C4:58:E7:12:9F:05:A3:BC:60:4E:D8:71:2A:F6:8B:47"
  delegate_to: localhost

- name: Register it with the local file
  vsphere_ops.client_plugin.vcenter_extension:
    hostname: vcenter.example.com
    username: svc-plugins@vsphere.local
    password: "{{ vault_vcenter_password }}"
    package: /srv/build/fleet-notes-1.2.0.zip
    url: https://plugins.example.com/fleet-notes-1.2.0.zip
    server_thumbprint: "3D:91:0B:6A:C4:58:E7:12:9F:05:A3:BC:60:4E:D8:71:2A:F6:8B:47"
  delegate_to: localhost
"""

RETURN = r"""
package:
  description: Properties and content of the package.
  returned: success
  type: dict
  contains:
    id:
      description: Id of the plug-in, which is the key of its extension.
      type: str
      sample: com.example.fleet-notes
    version:
      description: Version of the plug-in.
      type: str
      sample: 1.2.0
    type:
      description: V(html) for a plug-in of the HTML5 client, C(null) for one of the old Flex client.
      type: str
      sample: html
    name:
      description: Name of the plug-in, C(null) when it has none.
      type: str
      sample: Fleet Notes
    description:
      description: What the plug-in does, C(null) when it has no description.
      type: str
      sample: Notes that belong to hosts and clusters
    vendor:
      description: Who made the plug-in, C(null) when it has no vendor.
      type: str
      sample: Example Inc.
    icon_uri:
      description: Icon of the plug-in, C(null) when it has none.
      type: str
      sample: assets/icon.png
    dependencies:
      description: Other plug-in packages that it requires, normally the vSphere Client itself.
      type: list
      elements: dict
      contains:
        id:
          description: Id of the other package.
          type: str
          sample: com.vmware.vsphere.client
        version:
          description: Required version of the other package, empty when any will do.
          type: str
          sample: 6.7.0
    bundles:
      description: Ids of the bundles, in the order in which they are deployed.
      type: list
      elements: str
      sample: [com.example.fleetnotes.service, com.example.fleetnotes.ui]
    files:
      description: Names of the files below C(plugins/) in the archive, sorted.
      type: list
      elements: str
      sample: [plugins/fleet-notes-service.jar, plugins/fleet-notes-ui.war]
    size:
      description: Size of the archive in bytes.
      type: int
      sample: 1843221
    sha256:
      description: SHA-256 digest of the archive in lower-case hexadecimal.
      type: str
      sample: 5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03
options:
  description:
    - Options of M(vsphere_ops.client_plugin.vcenter_extension) that follow from the package.
    - C(label), C(summary) and C(company) are left out where the package has no name, description or vendor.
  returned: success
  type: dict
  sample:
    key: com.example.fleet-notes
    version: 1.2.0
    label: Fleet Notes
    summary: Notes that belong to hosts and clusters
    company: Example Inc.
    client_type: vsphere-client-serenity
"""

from ansible.module_utils.basic import AnsibleModule

from ..module_utils._argument_specs_files import PACKAGE_INFO_RULES, package_info_spec
from ..module_utils._errors import ClientPluginError
from ..module_utils._preflight.package_info import inspect_package


def main() -> None:
    """Run the module."""
    module = AnsibleModule(argument_spec=package_info_spec(), supports_check_mode=True, **PACKAGE_INFO_RULES)
    try:
        result = inspect_package(module.params)
    except ClientPluginError as error:
        module.fail_json(msg=error.message())
    module.exit_json(changed=False, **result)


if __name__ == "__main__":
    main()
