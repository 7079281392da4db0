#!/usr/bin/python
# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

from __future__ import annotations

DOCUMENTATION = r"""
module: plugin_manifest_info
short_description: Read and check a manifest on its web server
version_added: "0.1.0"
author:
  - vSphere Ops contributors (@vsphere-ops)
description:
  - Downloads the manifest of a plug-in from a URL, or from the URL of an extension that is registered with a vCenter,
    and checks it as M(vsphere_ops.client_plugin.plugin_manifest) does.
  - Checks each manifest of a C(.zip) with several manifests.
  - Returns the faults of a manifest without failing. Fails where the URL does not deliver a manifest.
extends_documentation_fragment:
  - vsphere_ops.client_plugin._vcenter
  - vsphere_ops.client_plugin._manifest_validation
  - vsphere_ops.client_plugin._attributes
options:
  url:
    description:
      - The C(https) or C(http) URL of a C(plugin.json) or a multi-manifest.
      - It must be readable as a vCenter reads it, that is without an account, a proxy or a redirect.
      - Exactly one of O(url) and O(key) is required.
    type: str
  key:
    description:
      - Key of a registered extension. The URL is that of its record, and only the certificate or thumbprint that is
        registered for it is trusted.
      - Requires O(hostname), O(username) and O(password).
    type: str
    aliases: [extension_key]
  server_thumbprint:
    description:
      - Thumbprint of the certificate of the server of O(url), SHA-256 or SHA-1, in any usual notation. Only that
        certificate is trusted then; its CA and host names are not checked.
    type: str
    aliases: [ssl_thumbprint]
  server_certificate:
    description: The certificate itself in PEM, trusted in the same way. With O(key), that of the record is used.
    type: str
  files:
    description:
      - Also request each file that a manifest names from the same server, with the same trust, and return the answers.
        These are the files that M(vsphere_ops.client_plugin.plugin_manifest) checks with its
        O(vsphere_ops.client_plugin.plugin_manifest#module:content_path).
      - The URL of a file is relative to the folder of the manifest. No files are requested for a multi-manifest,
        because no source says what its URLs are relative to.
    type: bool
    default: false
  hostname:
    description: Host name or IP address of the vCenter, with O(key).
    type: str
    required: false
  username:
    description: Account that logs in, with O(key). It needs the privilege to read only.
    type: str
    required: false
    aliases: [admin, user]
  password:
    description:
      - Password of O(username), with O(key).
      - It is sent to the vCenter only, and is never part of a result, a log or a diff.
    type: str
    required: false
    aliases: [pass, pwd]
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
  - jsonschema
  - requests
notes:
  - O(ca_path) and O(validate_certs) apply to the vCenter, and to a web server whose certificate is not pinned.
    O(timeout) applies to each answer of the vCenter, to the whole download, and to all O(files) together.
seealso:
  - module: vsphere_ops.client_plugin.plugin_manifest
  - module: vsphere_ops.client_plugin.plugin_package_info
  - module: vsphere_ops.client_plugin.vcenter_extension_info
"""

EXAMPLES = r"""
- name: Check the manifest that is about to be registered
  vsphere_ops.client_plugin.plugin_manifest_info:
    url: https://plugins.example.com/com.example.fleet-notes/1.2.0/plugin.json
    server_thumbprint: "{{ served.thumbprint }}"
    targets: ["7.0", 8.0u3]
  register: offered
  failed_when: not offered.valid

- name: Check the manifest and files of a registered plug-in
  vsphere_ops.client_plugin.plugin_manifest_info:
    hostname: vcenter.example.com
    username: auditor@vsphere.local
    password: "{{ vault_vcenter_password }}"
    key: com.example.fleet-notes
    files: true
  delegate_to: localhost
  register: registered

- name: Show the findings
  ansible.builtin.debug:
    msg: "{{ registered.findings | map(attribute='message') | list + registered.files | rejectattr('ok') | list }}"
"""

RETURN = r"""
url:
  description: The URL that was downloaded.
  returned: success
  type: str
  sample: https://plugins.example.com/com.example.fleet-notes/1.2.0/plugin.json
kind:
  description: V(manifest), or V(multi_manifest) for a C(.zip).
  returned: success
  type: str
  sample: manifest
valid:
  description: Whether no finding is an error.
  returned: success
  type: bool
  sample: true
findings:
  description: Faults of the manifest, errors first; see M(vsphere_ops.client_plugin.plugin_manifest).
  returned: success
  type: list
  elements: dict
  sample: []
manifests:
  description: Every manifest, in the order in which a client tries them.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: Name of the file in the C(.zip), or the last part of the URL.
      type: str
      sample: plugin.json
    manifest:
      description: The manifest.
      type: dict
      sample: {manifestVersion: 1.2.0}
sha256:
  description: SHA-256 digest of the downloaded file in lower-case hexadecimal, to compare it with another download.
  returned: success
  type: str
  sample: 0d3a7a1d7b6c7b1d6f4dd9f5f6a4de6cb1b0f1a6a5d6a1f7ed1a3cbb4b7d3b5e
files:
  description: The answer of the server for each file that the manifest names. Empty for a multi-manifest.
  returned: with O(files)
  type: list
  elements: dict
  contains:
    url:
      description: The file.
      type: str
      sample: https://plugins.example.com/com.example.fleet-notes/1.2.0/images/icons.png
    status:
      description: The HTTP status. A redirect is not followed.
      type: int
      sample: 200
    content_type:
      description: The content type without parameters, empty where there is none.
      type: str
      sample: image/png
    bytes:
      description: Size of the file. V(0) with any other status than V(200).
      type: int
      sample: 321
    ok:
      description:
        - Whether the status is V(200), the file is not empty, and a browser accepts the content type, V(text/html) for
          a view and that of an image for icons.
      type: bool
      sample: true
extension:
  description: The record of O(key); C(null) without it.
  returned: success
  type: dict
  sample: {key: com.example.fleet-notes, version: 1.2.0}
"""

from ansible.module_utils.basic import AnsibleModule, missing_required_lib

from ..module_utils._argument_specs_manifest_info import MANIFEST_INFO_RULES, manifest_info_spec
from ..module_utils._errors import ClientPluginError
from ..module_utils._manifest import schema_check
from ..module_utils._manifest.knowledge import parse_targets
from ..module_utils._preflight.manifest_info import inspect_manifest, require_manifest_url
from ..module_utils._tls.http_get import URLLIB3_IMPORT_ERROR
from ..module_utils._vcenter.client import PYVMOMI_IMPORT_ERROR, session
from ..module_utils._vcenter.connection import read_connection_options


def main() -> None:
    """Run the module."""
    module = AnsibleModule(argument_spec=manifest_info_spec(), supports_check_mode=True, **MANIFEST_INFO_RULES)
    options = module.params
    if schema_check.JSONSCHEMA_IMPORT_ERROR:
        module.fail_json(msg=missing_required_lib("jsonschema"), exception=schema_check.JSONSCHEMA_IMPORT_ERROR)
    if URLLIB3_IMPORT_ERROR:
        module.fail_json(msg=missing_required_lib("requests"), exception=URLLIB3_IMPORT_ERROR)
    if options["key"] and PYVMOMI_IMPORT_ERROR:
        module.fail_json(msg=missing_required_lib("pyvmomi"), exception=PYVMOMI_IMPORT_ERROR)
    try:
        parse_targets(options["targets"])
        record = None
        if options["key"]:
            with session(read_connection_options(options)) as vcenter:
                record = require_manifest_url(vcenter.find_extension(options["key"]), options)
        result = inspect_manifest(options, record)
    except ClientPluginError as error:
        module.fail_json(msg=error.message())
    module.exit_json(changed=False, **result)


if __name__ == "__main__":
    main()
