#!/usr/bin/python
# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

from __future__ import annotations

DOCUMENTATION = r"""
module: vcenter_extension_renewal
short_description: Give the records of many vCenters the new certificate of a web server
version_added: "0.1.0"
author:
  - vSphere Ops contributors (@vsphere-ops)
description:
  - Replaces certificate and thumbprint, together, in every extension record that points at a web server, in many
    vCenters at once; of the manifest server and of auxiliary plug-in servers. Nothing else in a record changes, and
    nothing is registered.
  - All vCenters are read first. Only when each of them is ready or has failed, all are written, at the same time, so
    that one which is slow or down does not keep the others waiting with a certificate that is not served yet.
  - When more than O(max_failures) have failed by then, nothing is written anywhere.
  - The playbook C(vsphere_ops.client_plugin.rotate_certificate) makes the certificate before and switches the web
    server after it.
extends_documentation_fragment:
  - vsphere_ops.client_plugin._fleet
  - vsphere_ops.client_plugin._vcenter
  - vsphere_ops.client_plugin._attributes
options:
  keys:
    description:
      - Keys of the plug-ins that the web server serves. A vCenter that does not know one of them is left without it.
    type: list
    elements: str
    required: true
  server_urls:
    description:
      - Addresses of the web server, such as V(https://plugins.example.com) or V(https://192.0.2.10:8443). Host and port
        say which servers of a record are meant.
    type: list
    elements: str
    required: true
  server_certificate:
    description:
      - The certificate that the web server shows from now on, PEM. Of a chain, the first one counts.
      - Can be left out in check mode, when it is not made yet.
    type: str
  server_certificate_path:
    description:
      - The same as a file on the controller, PEM or DER.
    type: path
  verify_servers:
    description:
      - Open the web server and compare what it shows with what the records shall hold, before anything is written.
      - In check mode, a vCenter that is neither changed nor failed then holds exactly what is served.
    type: bool
    default: false
  max_failures:
    description:
      - Leave all records as they are when more vCenters than this have failed before the first one is written.
      - By default those that are ready are written however many have failed.
    type: int
  history_path:
    description:
      - Folder on the controller where each record is kept as it was, before it is changed. It is made if it is missing,
        and read by M(vsphere_ops.client_plugin.vcenter_extension_rollback).
      - By default nothing is kept. Records hold no secret.
    type: path
  history_run:
    description:
      - Name of the run under which that is kept, such as the number of a job. Tasks that belong together give the same.
      - By default the moment at which the task begins.
    type: str
  concurrency:
    description: How many vCenters are worked on at the same time. Those that are ready and wait for the others do not
      count.
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
  - A vSphere Client may keep what it has loaded until the version of the plug-in rises; a warning says so for each
    record that changes.
seealso:
  - module: vsphere_ops.client_plugin.server_certificate
  - module: vsphere_ops.client_plugin.vcenter_extension_rollback
  - module: vsphere_ops.client_plugin.vcenter_extension_outcome
"""

EXAMPLES = r"""
- name: Tell all vCenters of the new certificate of a web server
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

- name: Look whether all of them hold what is served
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
  description: How many of how many vCenters failed or changed, and the reasons of the first three failures.
  returned: always
  type: str
  sample: 100 of 100 vCenters are right, 100 of them changed.
kept:
  description: How many records were kept in the history, which are those that a write was begun for.
  returned: success
  type: int
  sample: 100
summary:
  description: How many vCenters there are, and how they ended.
  returned: always
  type: dict
  sample: {total: 100, changed: 95, unchanged: 0, failed: 5}
results:
  description: One result for each vCenter, in the order of the entries.
  returned: always
  type: list
  elements: dict
  contains:
    name:
      description: Name of the entry, or of the host.
      type: str
      sample: vcenter-a.example.com
    failed:
      description: Whether a record is not as it should be.
      type: bool
      sample: false
    changed:
      description: Whether a record was changed, or would be in check mode.
      type: bool
      sample: true
    error:
      description: Why it failed, kind and message, as of M(vsphere_ops.client_plugin.vcenter_extension_fleet). The kind
        is V(not_started) where nothing was written because others had failed.
      returned: when RV(results[].failed) is true
      type: dict
      sample: {kind: timeout, message: "vcenter-b.example.com did not answer within 30 s; check that it is up."}
    records:
      description: For each key whether it is registered, what was done (V(update) or V(none)) and the changes.
      returned: when RV(results[].failed) is false
      type: list
      elements: dict
      sample:
        - key: com.example.fleet-notes
          registered: true
          action: update
          changes: [{field: server_thumbprint, before: "AA:...", after: "BB:..."}]
    written_at:
      description: When the first write began, in UTC by the clock of the controller.
      returned: when something was written
      type: str
      sample: "2026-03-01T09:00:00.123+00:00"
    warnings:
      description: What may keep the plug-in from being shown all the same.
      returned: when RV(results[].failed) is false
      type: list
      elements: str
      sample: []
    diff:
      description: The records that change, before and after.
      returned: with C(--diff), when RV(results[].failed) is false
      type: list
      elements: dict
      sample: []
    vcenter:
      description: The vCenter that answered; hostname, version, build, api_version and instance_uuid.
      returned: when RV(results[].failed) is false
      type: dict
      sample: {hostname: vcenter-a.example.com, version: 8.0.3, build: "24022515", api_version: 8.0.3.0}
"""

from ansible.module_utils.basic import AnsibleModule

from ..module_utils._argument_specs import RENEWAL_RULES, renewal_spec


def main() -> None:
    module = AnsibleModule(argument_spec=renewal_spec(), supports_check_mode=True, **RENEWAL_RULES)
    module.fail_json(
        msg="This runs on the controller only, as the action of the same name; install the whole collection."
    )


if __name__ == "__main__":
    main()
