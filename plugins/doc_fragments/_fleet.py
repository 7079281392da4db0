# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""How many vCenters are reached at once. Comes before C(_vcenter), whose options are the defaults of every entry."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  vcenters:
    description:
      - The vCenters. What an entry leaves out is taken from the option of the same name of the task.
      - An entry that cannot be used, for example because its password is missing, fails by itself; the others are done.
    type: list
    elements: dict
    suboptions:
      name:
        description:
          - Name of the vCenter in results and progress lines, each name once.
          - Without it, O(vcenters[].hostname) is the name; without that, the name is the host name.
        type: str
      extension:
        description:
          - Options of the record that differ in this vCenter. Modules that only read ignore it.
        type: dict
      hostname:
        description: See O(hostname).
        type: str
      username:
        description: See O(username).
        type: str
        aliases: [admin, user]
      password:
        description: See O(password).
        type: str
        aliases: [pass, pwd]
      port:
        description: See O(port).
        type: int
      validate_certs:
        description: See O(validate_certs).
        type: bool
      ca_path:
        description: See O(ca_path).
        type: path
      vcenter_thumbprint:
        description: See O(vcenter_thumbprint).
        type: str
      timeout:
        description: See O(timeout).
        type: float
      proxy_host:
        description: See O(proxy_host).
        type: str
      proxy_port:
        description: See O(proxy_port).
        type: int
  inventory:
    description:
      - Takes the vCenters from hosts of the inventory, in place of O(vcenters). Their options are read from variables
        of each host, with everything that the host would see if it ran the task itself.
      - Meant for C(run_once), with M(vsphere_ops.client_plugin.vcenter_extension_outcome) after it, which gives each
        host its own outcome. Warnings and diffs are then told there.
    type: dict
    suboptions:
      hosts:
        description: Names of the hosts, normally C(ansible_play_batch).
        type: list
        elements: str
        required: true
      variables:
        description:
          - Names of options, each with the name of the variable that holds it. A variable that a host does not have
            leaves the option out. Only M(vsphere_ops.client_plugin.vcenter_extension_fleet) reads more than how the
            vCenter is reached.
        type: dict
        required: true
      registered:
        description: Name of a variable that an earlier task of these hosts has registered. Hosts on which that task was
          skipped, failed or was never run are left out, so that conditions on a role hold for its fleet task, too.
        type: str
  concurrency:
    description: How many vCenters are worked on at the same time.
    type: int
    default: 32
  retries:
    description:
      - How often a vCenter is tried again after a fault that may be gone a moment later. These are an unreachable or
        silent vCenter, one whose services are starting, a lost session, and a record that somebody else changed
        meanwhile.
      - After a write whose answer was lost, the record is read and the change planned anew.
    type: int
    default: 2
  progress:
    description:
      - Print a line for each vCenter as it finishes.
      - Only with callbacks that are read by people (V(default), V(yaml), V(debug), V(minimal) and that of AWX).
    type: bool
    default: true
  tolerate_failures:
    description: Let the task succeed although vCenters failed. C(summary.failed) and RV(results) tell which.
    type: bool
    default: false
  hostname:
    description: Host name or IP address, for entries of O(vcenters) that have neither O(vcenters[].hostname) nor
      O(vcenters[].name).
    type: str
    required: false
  username:
    description: Account that logs in, for example V(svc-plugins@vsphere.local). Needed here or in the entry.
    type: str
    required: false
    aliases: [admin, user]
  password:
    description:
      - Password of O(username). Needed here or in the entry.
      - It is sent to the vCenter only, and never part of a result, a log, a progress line or a diff.
    type: str
    required: false
    aliases: [pass, pwd]
notes:
  - Runs on the controller, in one process and one thread for each vCenter that is worked on; C(delegate_to) means
    nothing to it.
"""
