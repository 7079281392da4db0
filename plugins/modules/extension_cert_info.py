#!/usr/bin/python
# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Read the certificate of a manifest server."""

from __future__ import annotations

DOCUMENTATION = r"""
module: extension_cert_info
short_description: Read the certificate of a manifest server
version_added: "0.1.0"
author:
  - vSphere Ops contributors (@vsphere-ops)
description:
  - Reads a certificate from a file, from text or from a TLS server, and returns its names, dates and thumbprints in the
    notation of vCenter and M(vsphere_ops.client_plugin.vcenter_extension).
  - For a server it also returns whether a client would trust it. A certificate that is not trusted, has expired or is
    valid for another name is reported and does not fail the task.
  - A certificate read from a server proves nothing about who answered. If you have the file of the certificate, use
    O(path) to register it and O(url) to compare.
extends_documentation_fragment:
  - vsphere_ops.client_plugin._attributes
  - vsphere_ops.client_plugin._variables
options:
  path:
    description:
      - File with the certificate, in PEM or DER, on the host where the module runs.
      - If a PEM file holds several certificates, RV(certificate) describes the first one and RV(chain) has all of them.
      - Exactly one of O(path), O(content) and O(url) is required.
    type: path
  content:
    description:
      - The certificate as PEM text.
      - It is not written to the system log, because a private key could be pasted by mistake.
    type: str
  url:
    description:
      - A C(https) URL or V(https://host:port). The module reads the certificate of this server in a TLS handshake, from
        the host where the module runs. It sends no HTTP request, and ignores the path of the URL.
      - The server must offer TLS 1.2 or newer. No proxy is used.
    type: str
  host:
    description:
      - Name or address to compare the certificate with, see RV(certificate.matches_host).
      - With O(url), this name is also sent in the handshake (SNI). The default is then the host of O(url).
    type: str
    aliases: [server_hostname]
  ca_path:
    description:
      - PEM file or folder of hashed certificates with the CAs to trust for RV(verified) instead of those of the system.
        It may also hold the server's own certificate. Used with O(url) only.
    type: path
  timeout:
    description:
      - Seconds for connecting and the handshake together, at most 86400. Used with O(url) only.
    type: float
    default: 10
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
requirements:
  - python >= 3.10
  - cryptography >= 3.4
notes:
  - The module connects twice to a server that is not trusted, because Python returns the certificate of an untrusted
    server only on a connection that does not verify it. Behind a load balancer, two different servers may answer.
seealso:
  - module: vsphere_ops.client_plugin.server_certificate
  - module: vsphere_ops.client_plugin.vcenter_extension
"""

EXAMPLES = r"""
- name: Read the certificate file of the manifest server
  vsphere_ops.client_plugin.extension_cert_info:
    path: /etc/nginx/manifest/server.pem
    host: plugins.example.com
  register: deployed

- name: Read the certificate that the manifest server shows
  vsphere_ops.client_plugin.extension_cert_info:
    url: https://plugins.example.com/com.example.fleet-notes/1.2.0/plugin.json
  delegate_to: localhost
  register: served

- name: Check that they are the same and valid
  ansible.builtin.assert:
    that:
      - served.thumbprint == deployed.thumbprint
      - deployed.certificate.matches_host
      - deployed.certificate.days_left > 30

- name: Register the plug-in with the certificate
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
  description: The certificate; the first one if there are several.
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
      description: The name or address that the certificate was compared with; C(null) without one.
      type: str
      sample: plugins.example.com
    matches_host:
      description: Whether RV(certificate.host) is among the alternative names. The common name does not count.
        C(null) without a host.
      type: bool
      sample: true
thumbprint:
  description: SHA-256 thumbprint, for direct use as C(server_thumbprint) of
    M(vsphere_ops.client_plugin.vcenter_extension).
  returned: success
  type: str
  sample: "B5:4F:1D:0C:6E:2A:97:08:35:E1:4A:9C:7B:60:D2:F3:18:AE:5D:C4:02:99:6B:EF:71:3C:88:0A:DE:14:57:26"
chain:
  description:
    - All certificates in PEM, in the order of the file or text, or as the server sent them.
    - With O(url), only the first one on Python older than 3.13.
  returned: success
  type: list
  elements: str
  sample: ["-----BEGIN CERTIFICATE-----\nMIIEHjCC...\n-----END CERTIFICATE-----\n"]
verified:
  description: Whether a client that trusts the CAs of the system, or those of O(ca_path), accepts the server. C(null)
    without O(url).
  returned: success
  type: bool
  sample: false
verify_error:
  description: Why such a client does not accept the server. C(null) when it does, or without O(url).
  returned: success
  type: str
  sample: the certificate of plugins.example.com:443 is not issued for x.example.com; use a name from its subjectAltName
"""
import datetime

from ansible.module_utils.basic import AnsibleModule, missing_required_lib

from ..module_utils._argument_specs_files import CERTIFICATE_INFO_RULES, certificate_info_spec
from ..module_utils._certificate.x509 import CRYPTOGRAPHY_IMPORT_ERROR
from ..module_utils._errors import ClientPluginError, OptionNames
from ..module_utils._server_certificate.info import inspect_certificate
from ..module_utils._server_certificate.private_key import show_certificate


def main() -> None:
    """Run the module."""
    rules = CERTIFICATE_INFO_RULES
    module = AnsibleModule(argument_spec=certificate_info_spec(), supports_check_mode=True, **rules)
    if CRYPTOGRAPHY_IMPORT_ERROR:
        module.fail_json(msg=missing_required_lib("cryptography"), exception=CRYPTOGRAPHY_IMPORT_ERROR)
    show_certificate(module, "content")
    now = datetime.datetime.now(datetime.timezone.utc)
    try:
        certificate = inspect_certificate(module.params)
    except ClientPluginError as error:
        module.fail_json(msg=error.message(OptionNames.from_variables(module.params["variables"])))
    module.exit_json(changed=False, **certificate.to_result(now))


if __name__ == "__main__":
    main()
