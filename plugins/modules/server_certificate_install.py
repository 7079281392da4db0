#!/usr/bin/python
# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Check the key and certificate of a manifest server and install new ones."""

from __future__ import annotations

DOCUMENTATION = r"""
module: server_certificate_install
short_description: Check the key and certificate of a manifest server and install new ones
version_added: "0.1.0"
author:
  - vSphere Ops contributors (@vsphere-ops)
description:
  - Checks the private key and certificate of a web server. If there are new ones, it installs them, reloads the server
    and verifies that the server shows the new certificate. If a step fails, it restores the old files.
  - Before it changes anything, it rejects what a web server or a vCenter could not use - a key that is encrypted or
    belongs to another certificate, a certificate file that contains a key, a chain with a wrong order or a wrong
    signature, a certificate that has expired or is not valid yet, and a certificate that is not valid for O(hosts).
  - If a run is interrupted at any point, the next run with the same options repairs the files.
  - The private key never leaves the host and is in no result, log or diff.
extends_documentation_fragment:
  - vsphere_ops.client_plugin._attributes
  - vsphere_ops.client_plugin._file_owner
  - vsphere_ops.client_plugin._variables
options:
  private_key_path:
    description:
      - File of the private key that the web server reads, unencrypted PEM.
    type: path
    required: true
  certificate_path:
    description:
      - File of the certificate that the web server reads, PEM, followed by the chain of its issuers if there is one.
    type: path
    required: true
  new_private_key_path:
    description:
      - File on the host that replaces O(private_key_path). It is renamed, so it must be on the same file system,
        preferably in the same folder, and no longer exists afterwards.
      - Without it, the new certificate must belong to the key that is in place.
    type: path
  new_certificate_path:
    description:
      - File on the host that replaces O(certificate_path) in the same way as O(new_private_key_path). It must hold the
        certificate of the server first, followed by its issuers in order.
      - If neither this file nor O(new_private_key_path) exists, they count as installed already, and the files in place
        are checked.
    type: path
  new_certificate:
    description:
      - The new certificate and its issuers as PEM text in any order, for example as a CA returns them. They are written
        in the right order.
    type: str
  hosts:
    description:
      - Host names and IP addresses that the certificate must be valid for. They should include the host in the URL of
        the manifest.
    type: list
    elements: str
    default: []
  state:
    description:
      - V(present) checks the files in place, or installs new ones.
      - V(previous) restores the previous pair, which O(keep_previous) kept. If there is none, nothing changes. Key and
        certificate must belong together; dates and hosts are not checked.
      - V(settled) checks the files in place and removes the previous pair.
    type: str
    choices: [present, previous, settled]
    default: present
  keep_previous:
    description:
      - Keep the replaced files beside the new ones, with C(.previous) appended to their names and mode 0600 for the
        key, until O(state=previous) or O(state=settled). Otherwise there is no previous pair afterwards.
      - If the key does not change, it is kept as a hard link to the same file, with the mode of that file.
    type: bool
    default: false
  test_command:
    description:
      - Program and arguments that test whether the web server can use the files in place. No shell is used.
    type: list
    elements: str
    default: []
  reload_command:
    description:
      - Program and arguments that make the web server read the files. No shell is used.
      - It is also run when no file changes but O(confirm) finds that the server does not show the certificate.
    type: list
    elements: str
    default: []
  confirm:
    description:
      - Where to connect, from the host itself, to verify the certificate that the server shows after the reload.
    type: dict
    suboptions:
      address:
        description:
          - Address or name to connect to.
        type: str
        required: true
      port:
        description:
          - Port to connect to.
        type: int
        required: true
      server_name:
        description:
          - Host name to send in the handshake (SNI).
          - The default is O(confirm.address).
        type: str
      timeout:
        description:
          - Seconds within which the server must show the new certificate, at most 86400.
        type: float
        default: 10
attributes:
  check_mode:
    support: full
    details: All checks are made, including O(confirm) for the certificate in place. The commands are not run.
  diff_mode:
    support: full
  idempotent:
    support: full
  platform:
    support: full
    platforms: posix
requirements:
  - python >= 3.10
  - cryptography >= 3.4
notes:
  - Each file is replaced by one rename. A web server that starts between the two renames reads a key and a certificate
    that do not belong together; a running web server reads them when it is reloaded.
  - During an installation, the replaced files also have a name with C(.replaced) or C(.undone) appended. The next run
    uses these names to repair an interrupted run. Do not remove them.
  - If a command or O(confirm) fails, the new files are moved back, so that the task can be run again.
seealso:
  - module: vsphere_ops.client_plugin.server_certificate
  - module: vsphere_ops.client_plugin.server_certificate_request
"""

EXAMPLES = r"""
- name: Check a key and certificate from another source
  vsphere_ops.client_plugin.server_certificate_install:
    private_key_path: /etc/nginx/manifest/server.key
    certificate_path: /etc/nginx/manifest/server.pem
    hosts: [plugins.example.com]

- name: Install the certificate that the CA issued for a request
  vsphere_ops.client_plugin.server_certificate_install:
    private_key_path: /etc/nginx/manifest/server.key
    certificate_path: /etc/nginx/manifest/server.pem
    new_private_key_path: /etc/nginx/manifest/server.key.next
    new_certificate: "{{ lookup('ansible.builtin.file', 'plugins.example.com.pem') }}"
    hosts: [plugins.example.com]
    test_command: [nginx, -t, -q]
    reload_command: [nginx, -s, reload]
    confirm:
      address: 127.0.0.1
      port: 443
      server_name: plugins.example.com

- name: Install a new pair and keep the previous one
  vsphere_ops.client_plugin.server_certificate_install:
    private_key_path: /etc/nginx/manifest/server.key
    certificate_path: /etc/nginx/manifest/server.pem
    new_private_key_path: /etc/nginx/manifest/server.key.next
    new_certificate_path: /etc/nginx/manifest/server.pem.next
    keep_previous: true
    reload_command: [nginx, -s, reload]

- name: Restore the previous pair
  vsphere_ops.client_plugin.server_certificate_install:
    private_key_path: /etc/nginx/manifest/server.key
    certificate_path: /etc/nginx/manifest/server.pem
    state: previous
    reload_command: [nginx, -s, reload]

- name: Remove the previous pair
  vsphere_ops.client_plugin.server_certificate_install:
    private_key_path: /etc/nginx/manifest/server.key
    certificate_path: /etc/nginx/manifest/server.pem
    state: settled
"""

RETURN = r"""
reasons:
  description: What was changed and why, one sentence each; empty when nothing changed.
  returned: success
  type: list
  elements: str
  sample: ["The new key and the new certificate are installed."]
certificate:
  description: The certificate that is in place after the task, also in check mode; C(null) when there is none.
  returned: success
  type: dict
  contains:
    subject:
      description: Subject, in the notation of RFC 4514.
      type: str
      sample: CN=plugins.example.com
    issuer:
      description: Issuer, in the notation of RFC 4514.
      type: str
      sample: CN=plugins.example.com
    subject_alternative_names:
      description: Names and addresses that it is valid for, prefixed with C(DNS:), C(IP:), C(URI:) or C(email:).
      type: list
      elements: str
      sample: ["DNS:plugins.example.com", "IP:192.0.2.10"]
    not_before:
      description: Valid from, in UTC.
      type: str
      sample: "2026-03-01T09:00:00Z"
    not_after:
      description: Valid until, in UTC.
      type: str
      sample: "2027-04-02T10:00:00Z"
    days_left:
      description: Whole days until RV(certificate.not_after), negative when it has expired.
      type: int
      sample: 212
    expired:
      description: Whether RV(certificate.not_after) has passed.
      type: bool
      sample: false
    serial_number:
      description: Serial number in hexadecimal pairs. It is text because many JSON readers truncate numbers of this
        size.
      type: str
      sample: "4A:1F:88:03:C2:5D:77:E0:19:6B:F4:2C:A5:30:9D:81:EE:57:06:B3"
    key_type:
      description: V(RSA), V(ECC) (a NIST curve), or the name of a rarer type such as V(Ed25519).
      type: str
      sample: RSA
    key_size:
      description: Size of the key in bits, if its type has one.
      type: int
      sample: 3072
    self_signed:
      description: Whether the certificate names itself as its issuer.
      type: bool
      sample: true
    pem:
      description: The certificate in strict PEM (RFC 7468), for direct use as C(server_certificate) of
        M(vsphere_ops.client_plugin.vcenter_extension).
      type: str
      sample: "-----BEGIN CERTIFICATE-----\nMIIEHjCC...\n-----END CERTIFICATE-----\n"
    thumbprint_sha256:
      description: SHA-256 thumbprint in the notation of vCenter.
      type: str
      sample: "B5:4F:1D:0C:6E:2A:97:08:35:E1:4A:9C:7B:60:D2:F3:18:AE:5D:C4:02:99:6B:EF:71:3C:88:0A:DE:14:57:26"
    thumbprint_sha1:
      description: SHA-1 thumbprint, for vCenters that support no other.
      type: str
      sample: "3D:91:0B:6A:C4:58:E7:12:9F:05:A3:BC:60:4E:D8:71:2A:F6:8B:47"
    host:
      description: Always C(null); M(vsphere_ops.client_plugin.extension_cert_info) returns the compared host here.
      type: str
      sample: plugins.example.com
    matches_host:
      description: Always C(null), like RV(certificate.host).
      type: bool
      sample: true
chain:
  description: Subjects of the certificates in the file, in the notation of RFC 4514, beginning with the server.
  returned: success
  type: list
  elements: str
  sample: ["CN=plugins.example.com", "CN=Example Issuing CA,O=Example"]
thumbprint:
  description: SHA-256 thumbprint of RV(certificate), for direct use as C(server_thumbprint) of
    M(vsphere_ops.client_plugin.vcenter_extension).
  returned: success
  type: str
  sample: "B5:4F:1D:0C:6E:2A:97:08:35:E1:4A:9C:7B:60:D2:F3:18:AE:5D:C4:02:99:6B:EF:71:3C:88:0A:DE:14:57:26"
previous_thumbprint:
  description: SHA-256 thumbprint of the certificate that was in place before the task, equal to RV(thumbprint) when
    nothing changed; C(null) when there was none.
  returned: success
  type: str
  sample: "3C:88:0A:DE:14:57:26:B5:4F:1D:0C:6E:2A:97:08:35:E1:4A:9C:7B:60:D2:F3:18:AE:5D:C4:02:99:6B:EF:71"
previous_since:
  description: When the previous pair was replaced, in UTC; C(null) when there is none.
  returned: success
  type: str
  sample: "2026-03-01T10:00:00Z"
served:
  description: Whether the server shows the certificate; C(null) without O(confirm), and in check mode when another
    certificate would be installed.
  returned: success
  type: bool
  sample: true
"""
import datetime

from ansible.module_utils.basic import AnsibleModule, missing_required_lib

from ..module_utils._argument_specs_files import SERVER_CERTIFICATE_INSTALL_RULES, server_certificate_install_spec
from ..module_utils._certificate.x509 import CRYPTOGRAPHY_IMPORT_ERROR
from ..module_utils._errors import ClientPluginError, OptionNames
from ..module_utils._files import attributes
from ..module_utils._server_certificate import install, install_plan
from ..module_utils._server_certificate.install_options import parse_install_options
from ..module_utils._server_certificate.private_key import show_certificate


def main() -> None:
    """Run the module."""
    rules = SERVER_CERTIFICATE_INSTALL_RULES
    module = AnsibleModule(argument_spec=server_certificate_install_spec(), supports_check_mode=True, **rules)
    if CRYPTOGRAPHY_IMPORT_ERROR:
        module.fail_json(msg=missing_required_lib("cryptography"), exception=CRYPTOGRAPHY_IMPORT_ERROR)
    show_certificate(module, "new_certificate")
    now = datetime.datetime.now(datetime.timezone.utc)
    try:
        options = parse_install_options(module.params)
        current = install_plan.read_installation(options)
        plan = install_plan.plan_install(options, current, now)
        served = install.is_served(options, current, plan)
        reasons = install.list_reasons(options, plan, served=served)
        if not module.check_mode:
            tools = install.create_host_tools(module)
            served = install.apply_install(options, current, plan, tools, served=served)
    except ClientPluginError as error:
        module.fail_json(msg=error.message(OptionNames.from_variables(module.params["variables"])))
    result = install_plan.describe_install(options, plan, reasons, served=served, now=now)
    if plan.after:
        key, certificate = options.pair.files()
        attributes.apply_attributes(module, result, key_path=key.live, other_path=certificate.live)
    module.exit_json(**result)


if __name__ == "__main__":
    main()
