# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""How a vCenter is reached."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  hostname:
    description:
      - Host name or IP address of the vCenter Server.
      - Use the name that is in its certificate, normally the fully qualified one.
    type: str
    required: true
  username:
    description:
      - Account that logs in, for example V(svc-plugins@vsphere.local).
    type: str
    required: true
    aliases: [admin, user]
  password:
    description:
      - Password of O(username).
      - It is sent to the vCenter only, and never part of a result, a log or a diff.
    type: str
    required: true
    aliases: [pass, pwd]
  port:
    description:
      - TCP port of the vCenter.
    type: int
    default: 443
  validate_certs:
    description:
      - Check the certificate of the vCenter against the trusted CAs and its host name.
      - Only this option can switch the check off. The variable E(VMWARE_VALIDATE_CERTS), which AWX sets to V(False) by
        default, is ignored on purpose.
    type: bool
    default: true
  ca_path:
    description:
      - File with the PEM certificates of the CAs to trust, instead of those of the system.
      - The vCenter offers its own as a download at C(https://VCENTER/certs/download.zip).
    type: path
  vcenter_thumbprint:
    description:
      - SHA-256 thumbprint of the vCenter's own certificate; a SHA-1 one is taken as well.
      - Then exactly that certificate is trusted, and neither the CA nor the host name counts.
    type: str
  timeout:
    description:
      - Seconds to wait for each answer of the vCenter.
    type: float
    default: 30
  proxy_host:
    description:
      - Host name of an HTTP proxy to go through.
    type: str
  proxy_port:
    description:
      - Port of O(proxy_host). Without it, port 80 is used.
    type: int
requirements:
  - python >= 3.10
  - pyvmomi >= 8.0.3.0.1
notes:
  - Runs where the API of the vCenter can be reached, normally on the controller; use C(delegate_to=localhost).
  - O(hostname), O(username), O(password), O(port), O(proxy_host) and O(proxy_port) can also be given by the environment
    variables E(VMWARE_HOST), E(VMWARE_USER), E(VMWARE_PASSWORD), E(VMWARE_PORT), E(VMWARE_PROXY_HOST) and
    E(VMWARE_PROXY_PORT), which AWX sets from a credential of type VMware vCenter.
  - One run costs one TLS connection, and it always logs out.
"""
