# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Document the options of the connection to a vCenter."""

from __future__ import annotations


class ModuleDocFragment:
    """The options of ``vcenter_spec`` in ``module_utils/_argument_specs.py``."""

    DOCUMENTATION = r"""
options:
  hostname:
    description:
      - Host name or IP address of the vCenter Server.
      - Use the name in its certificate, normally the fully qualified one.
    type: str
    required: true
  username:
    description:
      - Account for the login, for example V(svc-plugins@vsphere.local).
    type: str
    required: true
    aliases: [admin, user]
  password:
    description:
      - Password of O(username).
      - It is sent to the vCenter only, and never appears in a result, a log or a diff.
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
      - Verify the certificate of the vCenter against the trusted CAs and its host name.
      - Only this option disables the verification. The variable E(VMWARE_VALIDATE_CERTS), which AWX sets to V(False) by
        default, is ignored.
    type: bool
    default: true
  ca_path:
    description:
      - Path of a file with the PEM certificates of the CAs to trust, instead of those of the system.
      - A vCenter offers its own for download at C(https://VCENTER/certs/download.zip).
      - Ignored if O(vcenter_thumbprint) is set or O(validate_certs=false).
    type: path
  vcenter_thumbprint:
    description:
      - SHA-256 thumbprint of the certificate of the vCenter; SHA-1 is accepted as well.
      - Then exactly this certificate is trusted, whatever its CA and its host name.
    type: str
  timeout:
    description:
      - Seconds to wait for each answer of the vCenter, at most 86400.
    type: float
    default: 30
  proxy_host:
    description:
      - Host name of an HTTP proxy.
    type: str
  proxy_port:
    description:
      - Port of O(proxy_host), V(80) if omitted.
    type: int
requirements:
  - python >= 3.10
  - pyvmomi >= 8.0.3.0.1
notes:
  - Run it on a host that reaches the API of the vCenter, normally the controller, with C(delegate_to=localhost).
  - O(hostname), O(username), O(password), O(port), O(proxy_host) and O(proxy_port) can also be set by the environment
    variables E(VMWARE_HOST), E(VMWARE_USER), E(VMWARE_PASSWORD), E(VMWARE_PORT), E(VMWARE_PROXY_HOST) and
    E(VMWARE_PROXY_PORT), which AWX sets from a credential of type VMware vCenter.
  - A task opens one TLS connection, and always logs out.
"""
