#!/usr/bin/python
# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Create the key and self-signed certificate of a manifest server."""

from __future__ import annotations

DOCUMENTATION = r"""
module: server_certificate
short_description: Create the key and self-signed certificate of a manifest server
version_added: "0.1.0"
author:
  - vSphere Ops contributors (@vsphere-ops)
description:
  - Creates a private key and a self-signed certificate on the host that serves the manifest, and renews them before
    the certificate expires.
  - A vCenter trusts the manifest server by the thumbprint or certificate in the extension record, so no CA is needed.
    Register every renewed certificate again; M(vsphere_ops.client_plugin.vcenter_extension) accepts RV(thumbprint) and
    RV(certificate.pem).
  - The private key never leaves the host and is in no result, log or diff.
  - A file is written only when the key or certificate is missing or unreadable, when they do not belong together, when
    names, key type or key size differ from the task, or when the certificate expires soon. A usable key without its
    certificate is kept and gets a new certificate; otherwise both are replaced.
  - A certificate from a CA, a private key of another type without its certificate, and a file without a readable
    private key are replaced only when O(backup) or O(force) is set.
extends_documentation_fragment:
  - vsphere_ops.client_plugin._attributes
  - vsphere_ops.client_plugin._private_key
  - vsphere_ops.client_plugin._subject
  - vsphere_ops.client_plugin._file_owner
  - vsphere_ops.client_plugin._variables
options:
  certificate_path:
    description:
      - File of the certificate, PEM. Its folder must exist.
    type: path
    required: true
  valid_days:
    description:
      - Days from now until a new certificate expires, at most 36500. It is valid from one hour ago, to allow for clocks
        that differ.
      - A different value alone does not replace a certificate.
    type: int
    default: 397
  renew_before_days:
    description:
      - Replace the certificate when it has this many days left or fewer. Must be less than O(valid_days).
    type: int
    default: 30
attributes:
  check_mode:
    support: full
    details: In check mode, RV(certificate) and RV(thumbprint) are C(null) when a new certificate would be created.
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
  - Both files are complete on the disk before the first one is replaced. If the second one cannot be replaced, the
    first one is restored. Reload the web server to make it read them.
  - The certificate is a leaf (C(CA:FALSE), for C(serverAuth) only). A client can pin it or trust it directly in OpenSSL
    or Java without the CA bit, and with that bit the key of a web server could issue certificates for other names.
seealso:
  - module: vsphere_ops.client_plugin.extension_cert_info
  - module: vsphere_ops.client_plugin.vcenter_extension
  - name: community.crypto.x509_certificate
    description: Use it for certificates from your own CA or from ACME.
    link: https://docs.ansible.com/ansible/latest/collections/community/crypto/x509_certificate_module.html
"""

EXAMPLES = r"""
- name: Create the key and certificate of the manifest server
  vsphere_ops.client_plugin.server_certificate:
    private_key_path: /etc/nginx/manifest/server.key
    certificate_path: /etc/nginx/manifest/server.pem
    subject_alternative_names:
      - plugins.example.com
      - 192.0.2.10
  register: pair
  notify: Reload nginx

- name: Register the plug-in with the certificate
  vsphere_ops.client_plugin.vcenter_extension:
    hostname: vcenter.example.com
    username: svc-plugins@vsphere.local
    password: "{{ vault_vcenter_password }}"
    key: com.example.fleet-notes
    version: 1.2.1
    url: https://plugins.example.com/com.example.fleet-notes/1.2.1/plugin.json
    server_certificate: "{{ pair.certificate.pem }}"
  delegate_to: localhost

- name: Replace the pair now, let a service account read it, and keep copies of the old files
  vsphere_ops.client_plugin.server_certificate:
    private_key_path: /srv/manifest/tls/server.key
    certificate_path: /srv/manifest/tls/server.pem
    subject_alternative_names: [plugins.example.com]
    key_type: ECC
    owner: root
    group: manifest
    private_key_mode: "0640"
    force: true
    backup: true
"""

RETURN = r"""
reasons:
  description: Why files were written or changed, one sentence each; empty when nothing changed.
  returned: success
  type: list
  elements: str
  sample: ["The certificate expires on 2026-03-20, which is within 30 days."]
certificate:
  description: The certificate that is in place after the task. C(null) in check mode when a new one would be created.
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
thumbprint:
  description: SHA-256 thumbprint of RV(certificate), for direct use as C(server_thumbprint) of
    M(vsphere_ops.client_plugin.vcenter_extension). C(null) in check mode when a new certificate would be created.
  returned: success
  type: str
  sample: "B5:4F:1D:0C:6E:2A:97:08:35:E1:4A:9C:7B:60:D2:F3:18:AE:5D:C4:02:99:6B:EF:71:3C:88:0A:DE:14:57:26"
backup_files:
  description: Paths of the copies of replaced files.
  returned: success
  type: list
  elements: str
  sample: ["/etc/nginx/manifest/server.pem.20260301T100000000000Z~"]
msg:
  description: Why RV(certificate) and RV(thumbprint) are C(null).
  returned: in check mode, when a new certificate would be created
  type: str
  sample: A new certificate would be created. Its thumbprint is not known in check mode.
"""
import datetime

from ansible.module_utils.basic import AnsibleModule, missing_required_lib

from ..module_utils._argument_specs_files import server_certificate_spec
from ..module_utils._certificate.x509 import CRYPTOGRAPHY_IMPORT_ERROR
from ..module_utils._errors import ClientPluginError, OptionNames
from ..module_utils._files import attributes
from ..module_utils._server_certificate import self_signed


def main() -> None:
    """Run the module."""
    module = AnsibleModule(argument_spec=server_certificate_spec(), supports_check_mode=True)
    if CRYPTOGRAPHY_IMPORT_ERROR:
        module.fail_json(msg=missing_required_lib("cryptography"), exception=CRYPTOGRAPHY_IMPORT_ERROR)
    now = datetime.datetime.now(datetime.timezone.utc)
    try:
        options = self_signed.parse_self_signed_options(module.params)
        files = self_signed.read_self_signed_files(options)
        plan = self_signed.plan_self_signed(options, files, now)
        certificate, copies = None if plan.reasons else plan.current, list[str]()
        if plan.reasons and not module.check_mode:
            certificate, copies = self_signed.apply_self_signed(options, files, plan, now)
    except ClientPluginError as error:
        module.fail_json(msg=error.message(OptionNames.from_variables(module.params["variables"])))
    result = self_signed.describe_self_signed(options, plan, certificate, now)
    attributes.apply_attributes(module, result, key_path=options.key_path, other_path=options.certificate_path)
    module.exit_json(backup_files=copies, **result)


if __name__ == "__main__":
    main()
