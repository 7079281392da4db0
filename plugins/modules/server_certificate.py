#!/usr/bin/python
# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

from __future__ import annotations

DOCUMENTATION = r"""
module: server_certificate
short_description: Make the key and self-signed certificate of a manifest server
version_added: "0.1.0"
author:
  - vSphere Ops contributors (@vsphere-ops)
description:
  - Makes a private key and a self-signed certificate on the host that serves the manifest, and renews them in time.
  - A vCenter trusts the manifest server by the thumbprint or certificate in the extension record, so a CA is not
    needed. Every renewal must be registered again; RV(thumbprint) and RV(certificate) are what
    M(vsphere_ops.client_plugin.vcenter_extension) takes.
  - The private key never leaves the host and is in no result, log or diff.
  - Something is made only when it is missing or unreadable, when key and certificate do not belong together, when
    names, key type or key size differ from the task, or when the end is near. A key that is usable and has no
    certificate is kept and gets one; otherwise both are made anew.
  - A certificate that was issued by a CA, a private key of another kind that has no certificate here, and a file that
    is no readable private key are not replaced unless O(backup) or O(force) is set.
extends_documentation_fragment:
  - vsphere_ops.client_plugin._attributes
options:
  private_key_path:
    description:
      - File of the private key, unencrypted PEM (PKCS 8). Its folder must exist.
    type: path
    required: true
  certificate_path:
    description:
      - File of the certificate, PEM. Its folder must exist.
    type: path
    required: true
  subject_alternative_names:
    description:
      - Host names and IP addresses under which vCenters and clients reach the server, plain or with V(DNS:) or V(IP:)
        in front.
      - The host in the URL of the manifest must be one of them.
    type: list
    elements: str
    required: true
    aliases: [subject_alt_name]
  common_name:
    description:
      - Common name of the subject, at most 64 characters. Nothing checks a server by it.
      - By default the first host name of O(subject_alternative_names) that fits, or else the first address.
    type: str
  key_type:
    description:
      - Kind of the key. V(RSA) is what every TLS implementation takes; V(ECC) is smaller and faster, for where you know
        that all vCenters and load balancers in between take it.
    type: str
    choices: [RSA, ECC]
    default: RSA
  key_size:
    description:
      - Bits of the key, 2048, 3072, 4096 or 8192 for V(RSA), 256 (P-256) or 384 (P-384) for V(ECC).
      - By default 3072 for V(RSA), whose strength is meant to last beyond 2030, and 256 for V(ECC).
    type: int
  valid_days:
    description:
      - Days that a new certificate is valid, from now on. It begins an hour earlier, since clocks differ.
      - Another value alone does not make a new certificate.
    type: int
    default: 397
  renew_before_days:
    description:
      - Make a new one when the present one has this many days left or fewer. Must be less than O(valid_days).
    type: int
    default: 30
  force:
    description:
      - Make a new key and certificate in any case, also in place of files that are not this module's own.
    type: bool
    default: false
  backup:
    description:
      - Keep a copy of each file that is replaced, beside it and with the time in its name. Copies of a private key
        have mode 0600.
    type: bool
    default: false
  owner:
    description:
      - Owner of both files. A file that is replaced keeps its owner by default.
    type: str
  group:
    description:
      - Group of both files. A file that is replaced keeps its group by default.
    type: str
  mode:
    description:
      - Mode of the certificate, octal in quotes or symbolic.
    type: raw
    default: "0644"
  private_key_mode:
    description:
      - Mode of the private key, octal in quotes or symbolic. Until it is set, from its first byte on, the file has
        V(0600).
    type: raw
    default: "0600"
attributes:
  check_mode:
    support: full
    details: The certificate and thumbprint of a pair that would be made are not known in check mode, and C(null).
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
  - Both files are complete and on the disk before the first one is replaced, and if the second cannot be replaced the
    first one comes back. A web server reads them when it is reloaded.
  - The certificate is a leaf (C(CA:FALSE), for C(serverAuth) only). Pinning, and trusting it as such in OpenSSL or
    Java, need no CA bit, and with one the key of a web server could issue certificates for other names.
seealso:
  - module: vsphere_ops.client_plugin.extension_cert_info
  - module: vsphere_ops.client_plugin.vcenter_extension
  - name: community.crypto.x509_certificate
    description: For certificates from a CA of your own or from ACME.
    link: https://docs.ansible.com/ansible/latest/collections/community/crypto/x509_certificate_module.html
"""

EXAMPLES = r"""
- name: Have a key and certificate for the manifest server
  vsphere_ops.client_plugin.server_certificate:
    private_key_path: /etc/nginx/manifest/server.key
    certificate_path: /etc/nginx/manifest/server.pem
    subject_alternative_names:
      - plugins.example.com
      - 192.0.2.10
  register: pair
  notify: Reload nginx

- name: Register what the manifest server shows
  vsphere_ops.client_plugin.vcenter_extension:
    hostname: vcenter.example.com
    username: svc-plugins@vsphere.local
    password: "{{ vault_vcenter_password }}"
    key: com.example.fleet-notes
    version: 1.2.1
    url: https://plugins.example.com/com.example.fleet-notes/1.2.1/plugin.json
    server_certificate: "{{ pair.certificate.pem }}"
  delegate_to: localhost

- name: Make a new pair now, readable by a service account, and keep a copy of the old one
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
  description: Why something was made or changed, each in a sentence; empty when nothing was.
  returned: success
  type: list
  elements: str
  sample: ["The certificate ends on 2026-03-20, which is past or within 30 days."]
certificate:
  description: The certificate that is in place now. C(null) in check mode when a new one would be made.
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
      description: C(null); a module of this collection that compares a certificate with a host gives it here.
      type: str
      sample: plugins.example.com
    matches_host:
      description: C(null), as RV(certificate.host).
      type: bool
      sample: true
thumbprint:
  description: Its SHA-256 thumbprint, for direct use as C(server_thumbprint). C(null) in check mode when a new one
    would be made.
  returned: success
  type: str
  sample: "B5:4F:1D:0C:6E:2A:97:08:35:E1:4A:9C:7B:60:D2:F3:18:AE:5D:C4:02:99:6B:EF:71:3C:88:0A:DE:14:57:26"
backup_files:
  description: Copies of the files that were replaced.
  returned: success
  type: list
  elements: str
  sample: ["/etc/nginx/manifest/server.pem.20260301T100000000000Z~"]
msg:
  description: Says that the thumbprint is not known yet.
  returned: in check mode, when a new certificate would be made
  type: str
  sample: A new certificate would be made; in check mode there is none, so its thumbprint is not known.
"""

import datetime
from typing import Any

from ansible.module_utils.basic import AnsibleModule, missing_required_lib

from ..module_utils._certificate.x509 import CRYPTOGRAPHY_IMPORT_ERROR
from ..module_utils._extension.model import OptionError
from ..module_utils._files import attributes
from ..module_utils._server_certificate import self_signed


def argument_spec() -> dict[str, Any]:
    return {
        "private_key_path": {"type": "path", "required": True},
        "certificate_path": {"type": "path", "required": True},
        "subject_alternative_names": {
            "type": "list",
            "elements": "str",
            "required": True,
            "aliases": ["subject_alt_name"],
        },
        "common_name": {"type": "str"},
        "key_type": {"type": "str", "choices": ["RSA", "ECC"], "default": "RSA"},
        "key_size": {"type": "int"},
        "valid_days": {"type": "int", "default": 397},
        "renew_before_days": {"type": "int", "default": 30},
        "force": {"type": "bool", "default": False},
        "backup": {"type": "bool", "default": False},
        "owner": {"type": "str"},
        "group": {"type": "str"},
        "mode": {"type": "raw", "default": "0644"},
        "private_key_mode": {"type": "raw", "default": "0600", "no_log": False},
    }


def main() -> None:
    module = AnsibleModule(argument_spec=argument_spec(), supports_check_mode=True)
    if CRYPTOGRAPHY_IMPORT_ERROR:
        module.fail_json(msg=missing_required_lib("cryptography"), exception=CRYPTOGRAPHY_IMPORT_ERROR)
    now = datetime.datetime.now(datetime.timezone.utc)
    try:
        want = self_signed.wanted(module.params)
        found = self_signed.find(want)
        decided = self_signed.plan(want, found, now)
        after, copies = None if decided.reasons else decided.before, list[str]()
        if decided.reasons and not module.check_mode:
            after, copies = self_signed.carry_out(want, found, decided, now)
    except OptionError as error:
        module.fail_json(msg=str(error))
    result = self_signed.result(want, decided, after, now)
    attributes.settle(module, result, key_path=want.key_path, other_path=want.certificate_path)
    module.exit_json(backup_files=copies, **result)


if __name__ == "__main__":
    main()
