#!/usr/bin/python
# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

from __future__ import annotations

DOCUMENTATION = r"""
module: extension_cert_info
short_description: Look at the certificate of a manifest server
version_added: "0.1.0"
author:
  - vSphere Ops contributors (@vsphere-ops)
description:
  - Reads a certificate from a file, from text or from a TLS server, and returns its names, dates and thumbprints in the
    notation that vCenter and M(vsphere_ops.client_plugin.vcenter_extension) take.
  - For a server it also says whether a client would trust it. A certificate that is not trusted, has expired or is
    made for another name is reported, not a failure.
  - To register what a server shows without further proof is to trust whoever answers. Where the file of the
    certificate is at hand, use O(path) to register and O(url) to compare.
extends_documentation_fragment:
  - vsphere_ops.client_plugin._attributes
options:
  path:
    description:
      - File with the certificate, in PEM or DER, on the host where the module runs.
      - Of several in a PEM file the first is described, and all are in RV(chain).
      - Exactly one of O(path), O(content) and O(url) is needed.
    type: path
  content:
    description:
      - The certificate as PEM text.
      - It is kept out of the system log, because a private key could be pasted by mistake.
    type: str
  url:
    description:
      - A C(https) URL or V(https://host:port). Its server is asked for its certificate by a TLS handshake, opened
        from where the module runs. No HTTP request is made, and the path does not matter.
      - The server must offer TLS 1.2 or newer. No proxy is used.
    type: str
  host:
    description:
      - Name or address that the certificate shall be valid for, see RV(certificate.matches_host).
      - With O(url), the server is also asked for the certificate of this name (SNI). The host of O(url) by default.
    type: str
    aliases: [server_hostname]
  ca_path:
    description:
      - File with the PEM certificates of the CAs, or folder of hashed ones, to trust for RV(verified) instead of
        those of the system. The server's own certificate counts as well. It is read with O(url) only.
    type: path
  timeout:
    description:
      - Seconds that all of connecting and shaking hands may take, with O(url).
    type: float
    default: 10
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
  - cryptography >= 3.4
notes:
  - A server that is not trusted is connected to twice, because Python shows the certificate of an untrusted server
    only on a connection that does not verify. Behind a load balancer, two servers may answer.
seealso:
  - module: vsphere_ops.client_plugin.server_certificate
  - module: vsphere_ops.client_plugin.vcenter_extension
"""

EXAMPLES = r"""
- name: Read the certificate that the manifest server will show
  vsphere_ops.client_plugin.extension_cert_info:
    path: /etc/nginx/manifest/server.pem
    host: plugins.example.com
  register: deployed

- name: Look at the one that it shows now
  vsphere_ops.client_plugin.extension_cert_info:
    url: https://plugins.example.com/com.example.fleet-notes/1.2.0/plugin.json
  delegate_to: localhost
  register: served

- name: Stop if they differ
  ansible.builtin.assert:
    that:
      - served.thumbprint == deployed.thumbprint
      - deployed.certificate.matches_host
      - deployed.certificate.days_left > 30

- name: Register the plug-in with it
  vsphere_ops.client_plugin.vcenter_extension:
    hostname: vcenter.example.com
    username: svc-plugins@vsphere.local
    password: "{{ vault_vcenter_password }}"
    key: com.example.fleet-notes
    version: 1.2.0
    url: https://plugins.example.com/com.example.fleet-notes/1.2.0/plugin.json
    server_certificate: "{{ deployed.certificate.pem }}"
    server_thumbprint: "{{ deployed.thumbprint }}"
  delegate_to: localhost
"""

RETURN = r"""
certificate:
  description: The certificate, of several the first.
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
      description: Names and addresses that it is made for, with C(DNS:) or C(IP:) in front; also C(URI:) and C(email:).
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
      description: Whole days until then, negative when it has expired.
      type: int
      sample: 212
    expired:
      description: Whether that time has passed.
      type: bool
      sample: false
    serial_number:
      description: Serial number in hexadecimal pairs. It is text because numbers of this size are cut by many JSON
        readers.
      type: str
      sample: "4A:1F:88:03:C2:5D:77:E0:19:6B:F4:2C:A5:30:9D:81:EE:57:06:B3"
    key_type:
      description: V(RSA), V(ECC) (a NIST curve), or the name of a rarer kind such as V(Ed25519).
      type: str
      sample: RSA
    key_size:
      description: Size of the key in bits, if its kind has one.
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
      description: SHA-256 thumbprint, as vCenter writes it.
      type: str
      sample: "B5:4F:1D:0C:6E:2A:97:08:35:E1:4A:9C:7B:60:D2:F3:18:AE:5D:C4:02:99:6B:EF:71:3C:88:0A:DE:14:57:26"
    thumbprint_sha1:
      description: SHA-1 thumbprint, for vCenters that know no other one.
      type: str
      sample: "3D:91:0B:6A:C4:58:E7:12:9F:05:A3:BC:60:4E:D8:71:2A:F6:8B:47"
    host:
      description: The name or address that it was compared with, if there was one.
      type: str
      sample: plugins.example.com
    matches_host:
      description: Whether a client that connects to RV(certificate.host) finds it among the alternative names. The
        common name does not count. C(null) without a host.
      type: bool
      sample: true
thumbprint:
  description: SHA-256 thumbprint, for direct use as C(server_thumbprint).
  returned: success
  type: str
  sample: "B5:4F:1D:0C:6E:2A:97:08:35:E1:4A:9C:7B:60:D2:F3:18:AE:5D:C4:02:99:6B:EF:71:3C:88:0A:DE:14:57:26"
chain:
  description:
    - All certificates in PEM, in the order in which they were found or sent.
    - With O(url), a Python older than 3.13 tells the first one only.
  returned: success
  type: list
  elements: str
  sample: ["-----BEGIN CERTIFICATE-----\nMIIEHjCC...\n-----END CERTIFICATE-----\n"]
verified:
  description: Whether a client that trusts the system's CAs, or those of O(ca_path), accepts the server. C(null)
    without O(url).
  returned: success
  type: bool
  sample: false
verify_error:
  description: Why it does not, in a sentence. C(null) where nothing is wrong, or without O(url).
  returned: success
  type: str
  sample: the certificate of plugins.example.com:443 is not made for x.example.com; use a name from its subjectAltName
"""

import datetime
from typing import Any

from ansible.module_utils.basic import AnsibleModule, missing_required_lib

from ..module_utils._certificate.x509 import CRYPTOGRAPHY_IMPORT_ERROR, holds_private_key
from ..module_utils._extension.model import OptionError
from ..module_utils._server_certificate.info import look


def argument_spec() -> dict[str, Any]:
    return {
        "path": {"type": "path"},
        # Hidden at first: the log of the task is written before anybody can see whether a private key was pasted.
        "content": {"type": "str", "no_log": True},
        "url": {"type": "str"},
        "host": {"type": "str", "aliases": ["server_hostname"]},
        "ca_path": {"type": "path"},
        "timeout": {"type": "float", "default": 10},
    }


def main() -> None:
    module = AnsibleModule(
        argument_spec=argument_spec(),
        mutually_exclusive=[["path", "content", "url"]],
        required_one_of=[["path", "content", "url"]],
        supports_check_mode=True,
    )
    if CRYPTOGRAPHY_IMPORT_ERROR:
        module.fail_json(msg=missing_required_lib("cryptography"), exception=CRYPTOGRAPHY_IMPORT_ERROR)
    content = module.params["content"]
    if content is not None and not holds_private_key(content):
        # A certificate is public, and the result has to show it.
        module.no_log_values.discard(content)
    try:
        found = look(module.params)
    except OptionError as error:
        module.fail_json(msg=str(error))
    module.exit_json(changed=False, **found.result(datetime.datetime.now(datetime.timezone.utc)))


if __name__ == "__main__":
    main()
