#!/usr/bin/python
# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

from __future__ import annotations

DOCUMENTATION = r"""
module: plugin_manifest_info
short_description: Look at the manifest that is served
version_added: "0.1.0"
author:
  - vSphere Ops contributors (@vsphere-ops)
description:
  - Downloads the manifest of a plug-in from a URL, or from the URL of an extension that is registered with a vCenter,
    and checks it as M(vsphere_ops.client_plugin.plugin_manifest) does.
  - A C(.zip) with several manifests is taken apart, and each of them is checked.
  - What is wrong with a manifest is returned, and is no failure. A URL that gives nothing usable is one.
extends_documentation_fragment:
  - vsphere_ops.client_plugin._vcenter
  - vsphere_ops.client_plugin._attributes
options:
  url:
    description:
      - The C(https) or C(http) URL of a C(plugin.json) or a multi-manifest.
      - It must be readable as it is, as it must be for a vCenter. No account and no proxy is used, and a redirect is an
        error.
      - Exactly one of O(url) and O(key) is needed.
    type: str
  key:
    description:
      - Key of an extension. Its record in the vCenter tells the URL, and exactly the certificate or thumbprint that is
        registered for it is trusted.
      - Needs O(hostname), O(username) and O(password).
    type: str
    aliases: [extension_key]
  server_thumbprint:
    description:
      - Thumbprint of the certificate of the server of O(url), SHA-256 or SHA-1, in any usual notation. Then exactly
        that certificate is trusted, and neither the CA nor the host name counts.
    type: str
    aliases: [ssl_thumbprint]
  server_certificate:
    description: The certificate itself, PEM, to be trusted in the same way. With O(key), the record tells it.
    type: str
  unknown_properties:
    description:
      - What to do about a member that the schema does not know; see M(vsphere_ops.client_plugin.plugin_manifest).
    type: str
    choices: [error, warn, ignore]
    default: warn
  strict:
    description: Make errors of warnings.
    type: bool
    default: false
  targets:
    description:
      - Versions of vSphere for which it is asked what will not work there, such as V(8.0u3).
    type: list
    elements: str
    default: []
  files:
    description:
      - Also ask for each file that a manifest names, the same ones that M(vsphere_ops.client_plugin.plugin_manifest)
        looks for with its O(vsphere_ops.client_plugin.plugin_manifest#module:content_path), from the same server and
        with the same trust, and return what it answered.
      - The URL of a file is relative to the folder of the manifest. For a multi-manifest nothing is asked for, because
        no source says what its URLs are relative to.
    type: bool
    default: false
  hostname:
    description: Host name or IP address of the vCenter, with O(key).
    type: str
    required: false
  username:
    description: Account that logs in, with O(key). Reading is all that it must be allowed to do.
    type: str
    required: false
    aliases: [admin, user]
  password:
    description:
      - Password of O(username), with O(key).
      - It is sent to the vCenter only, and never part of a result, a log, a progress line or a diff.
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
notes:
  - O(ca_path) and O(validate_certs) are for the vCenter, and for a web server whose certificate is not pinned.
    O(timeout) is that of each answer of the vCenter, of the whole download, and of all O(files) together.
seealso:
  - module: vsphere_ops.client_plugin.plugin_manifest
  - module: vsphere_ops.client_plugin.plugin_package_info
  - module: vsphere_ops.client_plugin.vcenter_extension_info
"""

EXAMPLES = r"""
- name: Is the manifest good that is about to be registered?
  vsphere_ops.client_plugin.plugin_manifest_info:
    url: https://plugins.example.com/com.example.fleet-notes/1.2.0/plugin.json
    server_thumbprint: "{{ served.thumbprint }}"
    targets: ["7.0", 8.0u3]
  register: offered
  failed_when: not offered.valid

- name: Does a registered plug-in still give what a client can use?
  vsphere_ops.client_plugin.plugin_manifest_info:
    hostname: vcenter.example.com
    username: auditor@vsphere.local
    password: "{{ vault_vcenter_password }}"
    key: com.example.fleet-notes
    files: true
  delegate_to: localhost
  register: registered

- name: Show what is wrong with it
  ansible.builtin.debug:
    msg: "{{ registered.findings | map(attribute='message') | list + registered.files | rejectattr('ok') | list }}"
"""

RETURN = r"""
url:
  description: What was downloaded.
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
  description: What is wrong, errors first; see M(vsphere_ops.client_plugin.plugin_manifest).
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
  description: SHA-256 of what was downloaded, to be compared with another server, or with RV(sha256) of another day.
  returned: success
  type: str
  sample: 0d3a7a1d7b6c7b1d6f4dd9f5f6a4de6cb1b0f1a6a5d6a1f7ed1a3cbb4b7d3b5e
files:
  description: What the server answered for each file that the manifest names. Empty for a multi-manifest.
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
        - Whether the status is V(200), the file is not empty, and the content type is one that a browser takes,
          V(text/html) for a view and that of an image for icons.
      type: bool
      sample: true
extension:
  description: The record of O(key); C(null) without it.
  returned: success
  type: dict
  sample: {key: com.example.fleet-notes, version: 1.2.0}
"""

from ansible.module_utils.basic import AnsibleModule, missing_required_lib

from ..module_utils._argument_specs import manifest_info_spec
from ..module_utils._errors import ClientPluginError
from ..module_utils._manifest import schema_check
from ..module_utils._manifest.knowledge import parse_targets
from ..module_utils._preflight.manifest_info import inspect_manifest, require_manifest_url
from ..module_utils._vcenter.client import PYVMOMI_IMPORT_ERROR, session
from ..module_utils._vcenter.connection import read_connection_options


def main() -> None:
    """Run the module."""
    module = AnsibleModule(
        argument_spec=manifest_info_spec(),
        mutually_exclusive=[["url", "key"], ["server_thumbprint", "server_certificate", "key"]],
        required_one_of=[["url", "key"]],
        required_by={"key": ["hostname", "username", "password"]},
        supports_check_mode=True,
    )
    options = module.params
    if schema_check.JSONSCHEMA_IMPORT_ERROR:
        module.fail_json(msg=missing_required_lib("jsonschema"), exception=schema_check.JSONSCHEMA_IMPORT_ERROR)
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
        module.fail_json(msg=str(error))
    module.exit_json(changed=False, **result)


if __name__ == "__main__":
    main()
