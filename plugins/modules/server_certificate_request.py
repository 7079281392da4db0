#!/usr/bin/python
# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Create the key of a manifest server and the request for its certificate."""

from __future__ import annotations

DOCUMENTATION = r"""
module: server_certificate_request
short_description: Create the key of a manifest server and the request for its certificate
version_added: "0.1.0"
author:
  - vSphere Ops contributors (@vsphere-ops)
description:
  - Creates a private key and a certificate request (CSR, PKCS 10) on the host that serves the manifest. Have a CA sign
    the request and install the certificate with M(vsphere_ops.client_plugin.server_certificate_install).
  - The private key never leaves the host and is in no result, log or diff.
  - A usable key of the right type and size is kept. A request is replaced only when it is missing or unreadable, when
    it is for another key, when its signature is not valid, or when its subject or names differ from the task.
  - A private key of another type or size and a file without a readable private key are replaced only when O(backup) or
    O(force) is set.
extends_documentation_fragment:
  - vsphere_ops.client_plugin._attributes
  - vsphere_ops.client_plugin._private_key
  - vsphere_ops.client_plugin._subject
  - vsphere_ops.client_plugin._file_owner
  - vsphere_ops.client_plugin._variables
options:
  request_path:
    description:
      - File of the request, PEM. Its folder must exist.
    type: path
    required: true
  organization:
    description:
      - Organization in the subject, at most 64 characters.
    type: str
  organizational_unit:
    description:
      - Unit of the organization in the subject, at most 64 characters. Many CAs no longer accept one.
    type: str
  country:
    description:
      - Country in the subject, two letters (ISO 3166-1 alpha-2).
    type: str
  state_or_province:
    description:
      - State or province in the subject, at most 128 characters.
    type: str
  locality:
    description:
      - City or town in the subject, at most 128 characters.
    type: str
attributes:
  check_mode:
    support: full
    details: In check mode, RV(request) is C(null) when a new request would be created.
  diff_mode:
    support: full
  idempotent:
    support: full
    details: Not with O(force).
  platform:
    support: full
    platforms: posix
requirements:
  - python >= 3.10
  - cryptography >= 3.4
notes:
  - The request asks for the leaf certificate of a web server, with C(subjectAltName), C(keyUsage) (C(digitalSignature),
    and C(keyEncipherment) for an RSA key), C(extendedKeyUsage=serverAuth) and C(CA:FALSE). A CA may issue something
    else.
  - If the server is in use, set O(private_key_path) to a new file, so that the key in use is replaced together with its
    certificate.
seealso:
  - module: vsphere_ops.client_plugin.server_certificate_install
  - module: vsphere_ops.client_plugin.server_certificate
"""

EXAMPLES = r"""
- name: Create the request for the manifest server
  vsphere_ops.client_plugin.server_certificate_request:
    private_key_path: /etc/nginx/manifest/server.key.next
    request_path: /etc/nginx/manifest/server.csr
    subject_alternative_names:
      - plugins.example.com
      - 192.0.2.10
    organization: Example
    country: DE
  register: certificate_request

- name: Save the request on the controller for the CA
  ansible.builtin.copy:
    content: "{{ certificate_request.request }}"
    dest: plugins.example.com.csr
    mode: "0644"
  delegate_to: localhost
  when: certificate_request.request is not none
"""

RETURN = r"""
reasons:
  description: Why files were written or changed, one sentence each; empty when nothing changed.
  returned: success
  type: list
  elements: str
  sample: ["The request at /etc/nginx/manifest/server.csr is missing."]
request:
  description: The request that is in place after the task, in PEM. C(null) in check mode when a new one would be
    created.
  returned: success
  type: str
  sample: "-----BEGIN CERTIFICATE REQUEST-----\nMIIEHjCC...\n-----END CERTIFICATE REQUEST-----\n"
subject:
  description: Subject of the request, in the notation of RFC 4514.
  returned: success
  type: str
  sample: CN=plugins.example.com,O=Example,C=DE
subject_alternative_names:
  description: Names and addresses in the request, prefixed with C(DNS:) or C(IP:).
  returned: success
  type: list
  elements: str
  sample: ["DNS:plugins.example.com", "IP:192.0.2.10"]
key_type:
  description: Type of the key, V(RSA) or V(ECC).
  returned: success
  type: str
  sample: RSA
key_size:
  description: Size of the key in bits.
  returned: success
  type: int
  sample: 3072
backup_files:
  description: Paths of the copies of replaced files.
  returned: success
  type: list
  elements: str
  sample: ["/etc/nginx/manifest/server.csr.20260301T100000000000Z~"]
"""
import datetime

from ansible.module_utils.basic import AnsibleModule, missing_required_lib

from ..module_utils._argument_specs_files import server_certificate_request_spec
from ..module_utils._certificate.x509 import CRYPTOGRAPHY_IMPORT_ERROR
from ..module_utils._errors import ClientPluginError, OptionNames
from ..module_utils._files import attributes
from ..module_utils._server_certificate import csr_file


def main() -> None:
    """Run the module."""
    module = AnsibleModule(argument_spec=server_certificate_request_spec(), supports_check_mode=True)
    if CRYPTOGRAPHY_IMPORT_ERROR:
        module.fail_json(msg=missing_required_lib("cryptography"), exception=CRYPTOGRAPHY_IMPORT_ERROR)
    now = datetime.datetime.now(datetime.timezone.utc)
    try:
        options = csr_file.parse_csr_options(module.params)
        files = csr_file.read_csr_files(options)
        plan = csr_file.plan_csr(options, files)
        request, copies = None if plan.reasons else plan.current, list[str]()
        if plan.reasons and not module.check_mode:
            request, copies = csr_file.apply_csr(options, files, plan, now)
    except ClientPluginError as error:
        module.fail_json(msg=error.message(OptionNames.from_variables(module.params["variables"])))
    result = csr_file.describe_csr(options, plan, request)
    attributes.apply_attributes(module, result, key_path=options.key_path, other_path=options.request_path)
    module.exit_json(backup_files=copies, **result)


if __name__ == "__main__":
    main()
