#!/usr/bin/python
# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

from __future__ import annotations

DOCUMENTATION = r"""
module: certificate_rotation_report
short_description: Tell what the rotation of a certificate did in each vCenter
version_added: "0.1.0"
author:
  - vSphere Ops contributors (@vsphere-ops)
description:
  - Puts together what the tasks of a rotation have registered, tells for how long the record of a vCenter was different
    from what the web server showed, and gives one result for each vCenter to
    M(vsphere_ops.client_plugin.vcenter_extension_outcome).
  - Talks to nobody. The playbook C(vsphere_ops.client_plugin.rotate_certificate) uses it.
extends_documentation_fragment:
  - vsphere_ops.client_plugin._attributes
options:
  renewed:
    description: Name of the variable, not its value, under which
      M(vsphere_ops.client_plugin.vcenter_extension_renewal) was registered.
    type: str
    required: true
  compared:
    description: Name of the variable of the same in check mode, after the switch, with C(verify_servers).
    type: str
  put_back:
    description: Name of the variable of M(vsphere_ops.client_plugin.vcenter_extension_rollback), where everything was
      put back.
    type: str
  switched_at:
    description: When the web server showed the new certificate at the latest, in ISO 8601, UTC; empty when it was not
      switched in this run.
    type: str
  switched_before:
    description: When it did in an earlier run that not all vCenters have followed, in ISO 8601 or in seconds since
      1970.
    type: str
  reason:
    description: Why everything was put back; empty when it was not.
    type: str
  path:
    description: File on the controller into which the report is written, JSON. It is not written in check mode.
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
- name: Tell what was done
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
  description: How many vCenters are right, how long a record was wrong at most, and which ones are not right yet.
  returned: always
  type: str
  sample: >-
    95 of 100 vCenters hold the certificate that is served. No record was different from what is served for longer than
    1.4 s (vcenter-07). Not right yet: vcenter-12; run this again when they can be reached.
results:
  description: One result for each vCenter, as M(vsphere_ops.client_plugin.vcenter_extension_renewal) gives it, with
    what the comparison or the rollback found.
  returned: success
  type: list
  elements: dict
  contains:
    mismatch_seconds:
      description:
        - For how long the record and the certificate that is served were different, at most, by the clock of the
          controller.
        - C(null) where they still are, and where that began in an earlier run at a time that is not known.
      type: float
      sample: 1.412
"""

from ansible.module_utils.basic import AnsibleModule

from ..module_utils._argument_specs import rotation_report_spec


def main() -> None:
    module = AnsibleModule(argument_spec=rotation_report_spec(), supports_check_mode=True)
    module.fail_json(
        msg="This runs on the controller only, as the action of the same name; install the whole collection."
    )


if __name__ == "__main__":
    main()
