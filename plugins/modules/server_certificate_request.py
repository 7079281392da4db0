#!/usr/bin/python
# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

from __future__ import annotations

DOCUMENTATION = r"""
module: server_certificate_request
short_description: Make the key of a manifest server and the request for its certificate
version_added: "0.1.0"
author:
  - vSphere Ops contributors (@vsphere-ops)
description:
  - Makes, on the host that serves the manifest, a private key and a certificate request (CSR, PKCS 10) that a CA signs
    elsewhere. M(vsphere_ops.client_plugin.server_certificate_install) puts what the CA gives back into place.
  - The private key never leaves the host and is in no result, log or diff.
  - A usable key of the right kind is kept. A request is made anew only when it is missing or unreadable, when it is not
    made for the key, when its signature is not valid, or when its subject or names differ from the task.
  - A private key of another kind and a file that is no readable private key are not replaced unless O(backup) or
    O(force) is set.
extends_documentation_fragment:
  - vsphere_ops.client_plugin._attributes
options:
  private_key_path:
    description:
      - File of the private key, unencrypted PEM (PKCS 8). Its folder must exist.
    type: path
    required: true
  request_path:
    description:
      - File of the request, PEM. Its folder must exist.
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
  organization:
    description:
      - Organization in the subject, at most 64 characters.
    type: str
  organizational_unit:
    description:
      - Unit of the organization in the subject, at most 64 characters. Many CAs take none any more.
    type: str
  country:
    description:
      - Country in the subject, two letters (ISO 3166).
    type: str
  state_or_province:
    description:
      - State or province in the subject, at most 128 characters.
    type: str
  locality:
    description:
      - Town in the subject, at most 128 characters.
    type: str
  key_type:
    description:
      - Kind of the key. V(RSA) is what every TLS implementation takes; V(ECC) is smaller and faster, for where you know
        that the CA, all vCenters and load balancers in between take it.
    type: str
    choices: [RSA, ECC]
    default: RSA
  key_size:
    description:
      - Bits of the key, 2048, 3072, 4096 or 8192 for V(RSA), 256 (P-256) or 384 (P-384) for V(ECC).
      - By default 3072 for V(RSA), whose strength is meant to last beyond 2030, and 256 for V(ECC).
    type: int
  force:
    description:
      - Make a new key and request in any case, also in place of files that are not this module's own.
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
      - Mode of the request, octal in quotes or symbolic.
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
    details: A request that would be made is not known in check mode, and C(null).
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
  - The request asks for a leaf of a web server, with C(subjectAltName), C(keyUsage) (C(digitalSignature), and
    C(keyEncipherment) for an RSA key), C(extendedKeyUsage=serverAuth) and C(CA:FALSE). What a CA grants is its own
    decision.
  - For a server that is in use, give O(private_key_path) a new file, so that its key is replaced together with its
    certificate only.
seealso:
  - module: vsphere_ops.client_plugin.server_certificate_install
  - module: vsphere_ops.client_plugin.server_certificate
"""

EXAMPLES = r"""
- name: Have a request for the manifest server
  vsphere_ops.client_plugin.server_certificate_request:
    private_key_path: /etc/nginx/manifest/server.key.next
    request_path: /etc/nginx/manifest/server.csr
    subject_alternative_names:
      - plugins.example.com
      - 192.0.2.10
    organization: Example
    country: DE
  register: made

- name: Hand it to who signs it
  ansible.builtin.copy:
    content: "{{ made.request }}"
    dest: plugins.example.com.csr
    mode: "0644"
  delegate_to: localhost
  when: made.request is not none
"""

RETURN = r"""
reasons:
  description: Why something was made or changed, each in a sentence; empty when nothing was.
  returned: success
  type: list
  elements: str
  sample: ["There is no request at /etc/nginx/manifest/server.csr."]
request:
  description: The request that is in place now, in PEM. C(null) in check mode when a new one would be made.
  returned: success
  type: str
  sample: "-----BEGIN CERTIFICATE REQUEST-----\nMIIEHjCC...\n-----END CERTIFICATE REQUEST-----\n"
subject:
  description: Subject that it asks for, in the notation of RFC 4514.
  returned: success
  type: str
  sample: CN=plugins.example.com,O=Example,C=DE
subject_alternative_names:
  description: Names and addresses that it asks for, with C(DNS:) or C(IP:) in front.
  returned: success
  type: list
  elements: str
  sample: ["DNS:plugins.example.com", "IP:192.0.2.10"]
key_type:
  description: Kind of its key.
  returned: success
  type: str
  sample: RSA
key_size:
  description: Size of its key in bits.
  returned: success
  type: int
  sample: 3072
backup_files:
  description: Copies of the files that were replaced.
  returned: success
  type: list
  elements: str
  sample: ["/etc/nginx/manifest/server.csr.20260301T100000000000Z~"]
"""

import datetime
from typing import Any

from ansible.module_utils.basic import AnsibleModule, missing_required_lib

from ..module_utils._certificate.x509 import CRYPTOGRAPHY_IMPORT_ERROR
from ..module_utils._extension.model import OptionError
from ..module_utils._files import attributes
from ..module_utils._server_certificate import csr_file


def argument_spec() -> dict[str, Any]:
    return {
        "private_key_path": {"type": "path", "required": True},
        "request_path": {"type": "path", "required": True},
        "subject_alternative_names": {
            "type": "list",
            "elements": "str",
            "required": True,
            "aliases": ["subject_alt_name"],
        },
        "common_name": {"type": "str"},
        "organization": {"type": "str"},
        "organizational_unit": {"type": "str"},
        "country": {"type": "str"},
        "state_or_province": {"type": "str"},
        "locality": {"type": "str"},
        "key_type": {"type": "str", "choices": ["RSA", "ECC"], "default": "RSA"},
        "key_size": {"type": "int"},
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
        want = csr_file.wanted(module.params)
        found = csr_file.find(want)
        decided = csr_file.plan(want, found)
        after, copies = None if decided.reasons else decided.before, list[str]()
        if decided.reasons and not module.check_mode:
            after, copies = csr_file.carry_out(want, found, decided, now)
    except OptionError as error:
        module.fail_json(msg=str(error))
    result = csr_file.result(want, decided, after)
    attributes.settle(module, result, key_path=want.key_path, other_path=want.request_path)
    module.exit_json(backup_files=copies, **result)


if __name__ == "__main__":
    main()
