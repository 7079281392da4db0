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
      - The vCenters. An option that an item omits is that of the task with the same name.
      - An invalid item, for example one without a password, is a failure of that vCenter only.
    type: list
    elements: dict
    suboptions:
      name:
        description:
          - Unique name of the vCenter in results and progress lines. By default O(vcenters[].hostname).
          - Without O(vcenters[].hostname), it is the host name as well.
        type: str
      extension:
        description:
          - Options of the record that differ in this vCenter. Modules without options of the record ignore it.
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
      - Hosts of the inventory as vCenters, instead of O(vcenters). Their options are read from the variables that each
        host would have if it ran the task itself.
      - Use it with C(run_once), and M(vsphere_ops.client_plugin.vcenter_extension_outcome) after it, which reports the
        outcome of each host with its warnings and diff.
    type: dict
    suboptions:
      hosts:
        description: Names of the hosts, normally C(ansible_play_batch).
        type: list
        elements: str
        required: true
      variables:
        description:
          - Names of options, each with the name of the variable that holds it. An option is omitted where a host does
            not have the variable. Only M(vsphere_ops.client_plugin.vcenter_extension_fleet) reads options of the
            record.
          - Messages name these variables. Options of the task itself, such as O(concurrency), may be listed for
            messages; they are not read. Of a variable with underscores in front, messages name the one without them.
        type: dict
        required: true
      registered:
        description: Name of a variable that an earlier task of these hosts has registered. Hosts on which that task was
          skipped, failed or did not run are omitted, so that a condition of a role applies to its fleet task, too.
        type: str
  concurrency:
    description: Number of vCenters that are worked on at the same time.
    type: int
    default: 32
  retries:
    description:
      - Number of attempts after the first one for a vCenter that cannot be reached, does not answer or whose services
        are starting, after a session that was ended, and for a record that was changed during the task.
      - After a write whose answer was lost, the record is read and the change planned again.
    type: int
    default: 2
  progress:
    description:
      - Print a line for each vCenter as it finishes.
      - Only with callbacks that print text for people (V(default), V(yaml), V(debug), V(minimal) and that of AWX).
    type: bool
    default: true
  tolerate_failures:
    description: Let the task succeed although vCenters failed. C(summary.failed) is their number, and RV(results) has
      their errors.
    type: bool
    default: false
  hostname:
    description: Host name or IP address, for items of O(vcenters) that have neither O(vcenters[].hostname) nor
      O(vcenters[].name).
    type: str
    required: false
  username:
    description: Account for the login, for example V(svc-plugins@vsphere.local). Required here or in the item.
    type: str
    required: false
    aliases: [admin, user]
  password:
    description:
      - Password of O(username). Required here or in the item.
      - It is sent to the vCenter only, and is not part of a result, a log, a progress line or a diff.
    type: str
    required: false
    aliases: [pass, pwd]
notes:
  - Runs on the controller, in one process with one thread for each vCenter that is worked on. C(delegate_to) has no
    effect.
"""
