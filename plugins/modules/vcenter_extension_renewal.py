#!/usr/bin/python
# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

from __future__ import annotations

DOCUMENTATION = r"""
module: vcenter_extension_renewal
short_description: Renew the certificate of a web server in the records of many vCenters
version_added: "0.1.0"
author:
  - vSphere Ops contributors (@vsphere-ops)
description:
  - Replaces certificate and thumbprint together in every extension record that refers to a web server, as manifest
    server or as auxiliary plug-in server, in many vCenters at once. Nothing else in a record changes, and no record is
    added.
  - All vCenters are read first. When each of them is ready or has failed, all are written at the same time, so that a
    slow vCenter does not extend the time during which other records differ from the served certificate.
  - When more than O(max_failures) vCenters have failed by then, nothing is written.
  - The playbook C(vsphere_ops.client_plugin.rotate_certificate) creates the certificate before, and switches the web
    server afterwards.
extends_documentation_fragment:
  - vsphere_ops.client_plugin._fleet
  - vsphere_ops.client_plugin._vcenter
  - vsphere_ops.client_plugin._attributes
options:
  keys:
    description:
      - Keys of the plug-ins that the web server serves. A key that a vCenter does not hold is ignored there.
    type: list
    elements: str
    required: true
  server_urls:
    description:
      - Addresses of the web server, such as V(https://plugins.example.com) or V(https://192.0.2.10:8443). The servers
        of a record with one of these hosts and ports are renewed.
    type: list
    elements: str
    required: true
  server_certificate:
    description:
      - The new certificate of the web server, PEM. Of a chain, the first certificate is used.
      - In check mode it may be omitted, because it may not exist yet.
    type: str
  server_certificate_path:
    description:
      - The new certificate as a file on the controller, PEM or DER.
    type: path
  verify_servers:
    description:
      - Connect to the web server and compare its certificate with O(server_certificate) before anything is written.
      - In check mode, a vCenter that is neither changed nor failed holds exactly the certificate that is served.
    type: bool
    default: false
  max_failures:
    description:
      - Write nothing if more vCenters than this have failed before the first write.
      - By default those that are ready are written, whatever number has failed.
    type: int
  history_path:
    description:
      - Folder on the controller of the journal, in which each record is saved before it is changed. It is created if
        it does not exist, and read by M(vsphere_ops.client_plugin.vcenter_extension_rollback).
      - By default there is no journal. Records hold no secret.
    type: path
  history_run:
    description:
      - Name of the run in the journal, such as the number of a job. Tasks of one run give the same name.
      - By default the time at which the task begins.
    type: str
  concurrency:
    description: Number of vCenters that are worked on at the same time. Those that are ready and wait for the others do
      not count.
    type: int
    default: 32
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
  platform:
    support: full
    platforms: posix
notes:
  - A vSphere Client may cache a plug-in until its version is raised; each record that changes has a warning about it.
seealso:
  - module: vsphere_ops.client_plugin.server_certificate
  - module: vsphere_ops.client_plugin.vcenter_extension_rollback
  - module: vsphere_ops.client_plugin.vcenter_extension_outcome
"""

EXAMPLES = r"""
- name: Register the new certificate of a web server with two vCenters
  vsphere_ops.client_plugin.vcenter_extension_renewal:
    username: svc-plugins@vsphere.local
    password: "{{ vault_vcenter_password }}"
    vcenters:
      - name: vcenter-a.example.com
      - name: vcenter-b.example.com
    keys: [com.example.fleet-notes, com.example.other]
    server_urls: [https://plugins.example.com]
    server_certificate_path: plugins.example.com.pem
    max_failures: 0
    history_path: /var/lib/client-plugins/history

- name: Check that all of them hold the certificate that is served
  vsphere_ops.client_plugin.vcenter_extension_renewal:
    username: svc-plugins@vsphere.local
    password: "{{ vault_vcenter_password }}"
    vcenters:
      - name: vcenter-a.example.com
      - name: vcenter-b.example.com
    keys: [com.example.fleet-notes, com.example.other]
    server_urls: [https://plugins.example.com]
    server_certificate_path: plugins.example.com.pem
    verify_servers: true
  check_mode: true
  register: verified
  failed_when: verified.summary.changed > 0
"""

RETURN = r"""
msg:
  description: Number of vCenters that failed or changed, and the errors of the first three that failed.
  returned: always
  type: str
  sample: 100 of 100 vCenters succeeded, 100 changed.
kept:
  description: Number of records in the journal, which is the number of writes that were begun.
  returned: success
  type: int
  sample: 100
summary:
  description: Number of vCenters by outcome.
  returned: always
  type: dict
  sample: {total: 100, changed: 95, unchanged: 0, failed: 5}
results:
  description: One result for each vCenter, in the order of the task.
  returned: always
  type: list
  elements: dict
  contains:
    name:
      description: Name of the vCenter in O(vcenters), or of the host.
      type: str
      sample: vcenter-a.example.com
    failed:
      description: Whether the vCenter failed.
      type: bool
      sample: false
    changed:
      description: Whether a record was changed; in check mode, whether one would be.
      type: bool
      sample: true
    error:
      description: The error; kind and message, see M(vsphere_ops.client_plugin.vcenter_extension_fleet). The kind is
        V(not_started) where nothing was written because other vCenters had failed.
      returned: when RV(results[].failed) is true
      type: dict
      sample: {kind: timeout, message: "vcenter-b.example.com did not answer within 30 s; check that it is running"}
    records:
      description: For each key, whether it is registered, the action (V(update) or V(none)) and the changes.
      returned: when RV(results[].failed) is false
      type: list
      elements: dict
      sample:
        - key: com.example.fleet-notes
          registered: true
          action: update
          changes: [{field: server_thumbprint, before: "AA:...", after: "BB:..."}]
    written_at:
      description: When the first write began, in UTC, by the clock of the controller.
      returned: when something was written
      type: str
      sample: "2026-03-01T09:00:00.123+00:00"
    warnings:
      description: What may prevent the vSphere Client from showing the plug-in.
      returned: when RV(results[].failed) is false
      type: list
      elements: str
      sample: []
    diff:
      description: The changed records, before and after.
      returned: with C(--diff), when RV(results[].failed) is false
      type: list
      elements: dict
      sample: []
    vcenter:
      description: The vCenter; hostname, version, build, api_version and instance_uuid.
      returned: when RV(results[].failed) is false
      type: dict
      sample: {hostname: vcenter-a.example.com, version: 8.0.3, build: "24022515", api_version: 8.0.3.0}
"""

from ansible.module_utils.basic import AnsibleModule

from ..module_utils._argument_specs import RENEWAL_RULES, renewal_spec


def main() -> None:
    """Fail: the action of the same name does the work."""
    module = AnsibleModule(argument_spec=renewal_spec(), supports_check_mode=True, **RENEWAL_RULES)
    module.fail_json(msg="this module requires the action plug-in of the same name; install the whole collection")


if __name__ == "__main__":
    main()
