#!/usr/bin/python
# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

from __future__ import annotations

DOCUMENTATION = r"""
module: certificate_rotation_report
short_description: Report what the rotation of a certificate did in each vCenter
version_added: "0.1.0"
author:
  - vSphere Ops contributors (@vsphere-ops)
description:
  - Combines the results of the tasks of a rotation, computes for how long the record of each vCenter differed from the
    certificate that the web server served, and returns one result for each vCenter, for
    M(vsphere_ops.client_plugin.vcenter_extension_outcome).
  - Opens no connection. The playbook C(vsphere_ops.client_plugin.rotate_certificate) uses it.
extends_documentation_fragment:
  - vsphere_ops.client_plugin._attributes
options:
  renewed:
    description: Name of the variable, not its value, under which the result of
      M(vsphere_ops.client_plugin.vcenter_extension_renewal) was registered.
    type: str
    required: true
  compared:
    description: Name of the variable for the result of the same module in check mode after the switch, with
      C(verify_servers).
    type: str
  put_back:
    description: Name of the variable for the result of M(vsphere_ops.client_plugin.vcenter_extension_rollback), if the
      records were restored.
    type: str
  switched_at:
    description: The latest time at which the web server began to serve the new certificate, in ISO 8601, UTC; empty if
      it was not switched in this run.
    type: str
  switched_before:
    description: That time of an earlier run that did not complete all vCenters, in ISO 8601 or in seconds since 1970.
    type: str
  reason:
    description: Why the rotation was abandoned and everything restored; empty if it was not.
    type: str
  path:
    description: File on the controller for the report, JSON. It is not written in check mode.
    type: path
attributes:
  check_mode:
    support: full
  diff_mode:
    support: none
    details: Changes nothing but its own report.
  idempotent:
    support: full
  platform:
    support: full
    platforms: posix
seealso:
  - module: vsphere_ops.client_plugin.vcenter_extension_renewal
"""

EXAMPLES = r"""
- name: Report the rotation
  vsphere_ops.client_plugin.certificate_rotation_report:
    renewed: renewed
    compared: compared
    switched_at: "{{ now(utc=true).isoformat() }}"
    path: "{{ playbook_dir }}/rotation.json"
  run_once: true
  register: reported
"""

RETURN = r"""
msg:
  description: Number of vCenters that hold the served certificate, the longest mismatch, and the vCenters that were not
    completed.
  returned: always
  type: str
  sample: >-
    95 of 100 vCenters hold the certificate that is served. No record differed from the served certificate for longer
    than 1.4 s (vcenter-07). Not completed: vcenter-12; run the playbook again when they can be reached.
results:
  description: One result for each vCenter, as of M(vsphere_ops.client_plugin.vcenter_extension_renewal), with the
    errors of the comparison or the rollback.
  returned: success
  type: list
  elements: dict
  contains:
    mismatch_seconds:
      description:
        - For how long the record differed from the served certificate at most, by the clock of the controller.
        - C(null) if it still differs, or if that began in an earlier run at an unknown time.
      type: float
      sample: 1.412
"""

from ansible.module_utils.basic import AnsibleModule

from ..module_utils._argument_specs import rotation_report_spec


def main() -> None:
    """Fail: the action of the same name does the work."""
    module = AnsibleModule(argument_spec=rotation_report_spec(), supports_check_mode=True)
    module.fail_json(msg="this module requires the action plug-in of the same name; install the whole collection")


if __name__ == "__main__":
    main()
