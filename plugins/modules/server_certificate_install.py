#!/usr/bin/python
# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

from __future__ import annotations

DOCUMENTATION = r"""
module: server_certificate_install
short_description: Check the key and certificate of a manifest server and put new ones into place
version_added: "0.1.0"
author:
  - vSphere Ops contributors (@vsphere-ops)
description:
  - Checks the private key and certificate that a web server reads, or new ones that take their place, and then puts
    those into place, has the server reload, and looks whether it shows the new certificate. When one of that fails, the
    old files come back.
  - Before anything changes, it refuses what a web server or a vCenter could not use - a key that is encrypted or
    belongs to another certificate, a certificate file with a key in it, a chain that is not in order or whose
    signatures are not right, what has expired or is not yet valid, and a certificate that is not made for O(hosts).
  - A run that was cut off, at whatever moment, is mended by the next one with the same options.
  - The private key never leaves the host and is in no result, log or diff.
extends_documentation_fragment:
  - vsphere_ops.client_plugin._attributes
options:
  private_key_path:
    description:
      - File of the private key that the web server reads, unencrypted PEM.
    type: path
    required: true
  certificate_path:
    description:
      - File of the certificate that the web server reads, PEM, with the chain of its issuers behind it where there is
        one.
    type: path
    required: true
  new_private_key_path:
    description:
      - File on the host that takes the place of O(private_key_path). It is renamed, so it must be on the same file
        system, best beside it, and is gone afterwards.
      - Without it, the new certificate must belong to the key that is in place.
    type: path
  new_certificate_path:
    description:
      - File on the host that takes the place of O(certificate_path), as O(new_private_key_path). The certificate of the
        server must come first, behind it each issuer.
      - When neither this file nor O(new_private_key_path) exists, they are taken to be in place already. What is in
        place is then checked.
    type: path
  new_certificate:
    description:
      - The new certificate as PEM text, such as a CA gives it, and its issuers, in any order. They are written in
        order.
    type: str
  hosts:
    description:
      - Host names and IP addresses that the certificate must be made for. The host in the URL of the manifest should be
        one of them.
    type: list
    elements: str
    default: []
  state:
    description:
      - V(present) checks what is in place, or puts what is new into place.
      - V(previous) puts the previous pair back, which O(keep_previous) kept. Without one there is nothing to do. That
        pair is checked to belong together, not for its dates and hosts.
      - V(settled) checks what is in place and removes the previous pair.
    type: str
    choices: [present, previous, settled]
    default: present
  keep_previous:
    description:
      - Keep what is replaced beside the files, with C(.previous) behind their names and the key with mode 0600, until
        O(state=previous) or O(state=settled). Otherwise there is no previous pair afterwards.
      - A key that stays is kept as a second name of the same file, with the mode of that.
    type: bool
    default: false
  test_command:
    description:
      - Program and arguments that say whether the web server can use the files that are in place. No shell is used.
    type: list
    elements: str
    default: []
  reload_command:
    description:
      - Program and arguments that make the web server read the files. No shell is used.
      - It is also run when nothing changes but O(confirm) finds that the server does not show the certificate.
    type: list
    elements: str
    default: []
  confirm:
    description:
      - Where to look, from the host itself, for the certificate that the server shows after it was reloaded.
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
          - Host name to ask for in the handshake (SNI).
          - By default O(confirm.address).
        type: str
      timeout:
        description:
          - Seconds until the new certificate must be shown.
        type: float
        default: 10
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
      - Mode of the private key, octal in quotes or symbolic.
    type: raw
    default: "0600"
attributes:
  check_mode:
    support: full
    details: All checks are made, also whether the server shows what is in place. The commands are not run.
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
  - Both files change by a rename each. A web server that starts in the moment between the two finds a key and a
    certificate that do not belong together; one that runs reads them when it is reloaded.
  - While a change is under way, the files that it replaces have a second name, with C(.replaced) or C(.undone) behind
    their names. They are what the next run mends from when this one is cut off.
  - When a command or O(confirm) fails, new files wait again where they did, so that the task can be run again.
seealso:
  - module: vsphere_ops.client_plugin.server_certificate
  - module: vsphere_ops.client_plugin.server_certificate_request
"""

EXAMPLES = r"""
- name: Check the key and certificate that somebody else supplied
  vsphere_ops.client_plugin.server_certificate_install:
    private_key_path: /etc/nginx/manifest/server.key
    certificate_path: /etc/nginx/manifest/server.pem
    hosts: [plugins.example.com]

- name: Put into place what the CA gave back for a request
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

- name: Change to the pair that waits, and keep the way back open
  vsphere_ops.client_plugin.server_certificate_install:
    private_key_path: /etc/nginx/manifest/server.key
    certificate_path: /etc/nginx/manifest/server.pem
    new_private_key_path: /etc/nginx/manifest/server.key.next
    new_certificate_path: /etc/nginx/manifest/server.pem.next
    keep_previous: true
    reload_command: [nginx, -s, reload]

- name: Go back
  vsphere_ops.client_plugin.server_certificate_install:
    private_key_path: /etc/nginx/manifest/server.key
    certificate_path: /etc/nginx/manifest/server.pem
    state: previous
    reload_command: [nginx, -s, reload]

- name: Or remove the old pair
  vsphere_ops.client_plugin.server_certificate_install:
    private_key_path: /etc/nginx/manifest/server.key
    certificate_path: /etc/nginx/manifest/server.pem
    state: settled
"""

RETURN = r"""
reasons:
  description: What was changed and why, each in a sentence; empty when nothing was.
  returned: success
  type: list
  elements: str
  sample: ["The new key and the new certificate take the place of what was there."]
certificate:
  description: The certificate that is in place then, also in check mode; C(null) when there is
    none.
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
chain:
  description: Subjects of the certificates in the file, in the notation of RFC 4514, that of the server first.
  returned: success
  type: list
  elements: str
  sample: ["CN=plugins.example.com", "CN=Example Issuing CA,O=Example"]
thumbprint:
  description: SHA-256 thumbprint of RV(certificate), for direct use as C(server_thumbprint).
  returned: success
  type: str
  sample: "B5:4F:1D:0C:6E:2A:97:08:35:E1:4A:9C:7B:60:D2:F3:18:AE:5D:C4:02:99:6B:EF:71:3C:88:0A:DE:14:57:26"
previous_thumbprint:
  description: SHA-256 thumbprint of the certificate that was in place before this run, which is RV(thumbprint) when the
    run changed nothing; C(null) when there was none.
  returned: success
  type: str
  sample: "3C:88:0A:DE:14:57:26:B5:4F:1D:0C:6E:2A:97:08:35:E1:4A:9C:7B:60:D2:F3:18:AE:5D:C4:02:99:6B:EF:71"
previous_since:
  description: Since when the previous pair is kept, in UTC; C(null) when there is none.
  returned: success
  type: str
  sample: "2026-03-01T10:00:00Z"
served:
  description: Whether the server shows the certificate; C(null) without O(confirm), and in check mode when another
    certificate would come into place.
  returned: success
  type: bool
  sample: true
"""

import datetime
from typing import Any

from ansible.module_utils.basic import AnsibleModule, missing_required_lib

from ..module_utils._certificate.x509 import CRYPTOGRAPHY_IMPORT_ERROR, holds_private_key
from ..module_utils._extension.model import OptionError
from ..module_utils._files import attributes
from ..module_utils._server_certificate import file_swap, install, install_plan


def argument_spec() -> dict[str, Any]:
    return {
        "private_key_path": {"type": "path", "required": True},
        "certificate_path": {"type": "path", "required": True},
        "new_private_key_path": {"type": "path", "no_log": False},
        "new_certificate_path": {"type": "path"},
        # Hidden at first: the log of the task is written before anybody can see whether a private key was pasted.
        "new_certificate": {"type": "str", "no_log": True},
        "hosts": {"type": "list", "elements": "str", "default": []},
        "state": {"type": "str", "choices": ["present", "previous", "settled"], "default": "present"},
        "keep_previous": {"type": "bool", "default": False},
        "test_command": {"type": "list", "elements": "str", "default": []},
        "reload_command": {"type": "list", "elements": "str", "default": []},
        "confirm": {
            "type": "dict",
            "options": {
                "address": {"type": "str", "required": True},
                "port": {"type": "int", "required": True},
                "server_name": {"type": "str"},
                "timeout": {"type": "float", "default": 10},
            },
        },
        "owner": {"type": "str"},
        "group": {"type": "str"},
        "mode": {"type": "raw", "default": "0644"},
        "private_key_mode": {"type": "raw", "default": "0600", "no_log": False},
    }


def main() -> None:
    module = AnsibleModule(
        argument_spec=argument_spec(),
        supports_check_mode=True,
        mutually_exclusive=[("new_certificate", "new_certificate_path")],
    )
    if CRYPTOGRAPHY_IMPORT_ERROR:
        module.fail_json(msg=missing_required_lib("cryptography"), exception=CRYPTOGRAPHY_IMPORT_ERROR)
    text = module.params["new_certificate"]
    if text is not None and not holds_private_key(text):
        # A certificate is public, and the result has to show it.
        module.no_log_values.discard(text)
    now = datetime.datetime.now(datetime.timezone.utc)
    tools = install.Tools(
        file_swap.Disk(),
        run=lambda command: module.run_command(command, handle_exceptions=False),
        dress=lambda path, option: attributes.give(module, path, option),
    )
    try:
        want = install_plan.wanted(module.params)
        found = install_plan.find(want)
        decided = install_plan.plan(want, found, now)
        served = install.served(want, found, decided)
        reasons = install.reasons(want, decided, shown=served)
        if not module.check_mode:
            served = install.carry_out(want, found, decided, tools, shown=served)
    except OptionError as error:
        module.fail_json(msg=str(error))
    result = install_plan.result(want, decided, reasons, served=served, now=now)
    if decided.after:
        key, certificate = want.pair.places()
        attributes.settle(module, result, key_path=key.live, other_path=certificate.live)
    module.exit_json(**result)


if __name__ == "__main__":
    main()
