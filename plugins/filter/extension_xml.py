# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Write a record as an XML document for a Managed Object Browser."""

from __future__ import annotations

DOCUMENTATION = r"""
name: extension_xml
short_description: Write an extension record as an XML document
version_added: "0.1.0"
author:
  - vSphere Ops contributors (@vsphere-ops)
description:
  - Writes the record that M(vsphere_ops.client_plugin.vcenter_extension) would register as an XML document of type
    C(vim.Extension), with its elements in the order of the API, to be pasted into a Managed Object Browser.
  - The same module reads such a document with O(vsphere_ops.client_plugin.vcenter_extension#module:definition).
options:
  _input:
    description:
      - The options of M(vsphere_ops.client_plugin.vcenter_extension), as written in a task or as
        M(vsphere_ops.client_plugin.vcenter_extension_info) returns them. O(_input.key) and O(_input.version) are
        required.
    type: dict
    required: true
    suboptions:
      key:
        description: Key of the extension.
        type: str
        required: true
      version:
        description: Version of the plug-in.
        type: str
        required: true
  last_heartbeat_time:
    description:
      - Time for the element C(lastHeartbeatTime), which the API requires, in ISO 8601.
      - The current time if omitted. Give a fixed time for a file that must not change with every run.
    type: str
seealso:
  - module: vsphere_ops.client_plugin.vcenter_extension
"""

EXAMPLES = r"""
- name: Write a document for the Managed Object Browser of a vCenter
  ansible.builtin.copy:
    content: "{{ record | vsphere_ops.client_plugin.extension_xml(last_heartbeat_time='2026-03-01T09:00:00Z') }}"
    dest: extension.xml
    mode: "0644"
  vars:
    record:
      key: com.example.fleet-notes
      version: 1.2.0
      label: Fleet Notes
      url: https://plugins.example.com/com.example.fleet-notes/1.2.0/plugin.json
      server_thumbprint: "{{ served.thumbprint }}"

- name: Show a registered record as XML
  ansible.builtin.debug:
    msg: "{{ registered.extensions[0] | vsphere_ops.client_plugin.extension_xml }}"
"""

RETURN = r"""
_value:
  description: XML document.
  type: str
  sample: |
    <extension>
      <description>
        <label>Fleet Notes</label>
        <summary />
      </description>
      <key>com.example.fleet-notes</key>
      <version>1.2.0</version>
      <lastHeartbeatTime>2026-03-01T09:00:00Z</lastHeartbeatTime>
    </extension>
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timezone
from typing import Any

from ansible.errors import AnsibleFilterError

from ..module_utils._argument_specs import EXTENSION_RULES, extension_spec
from ..module_utils._errors import ClientPluginError, OptionError
from ..module_utils._extension import xml_document
from ..module_utils._extension.from_options import desired_from_options
from ..module_utils._extension.overlay import overlay
from ..plugin_utils._fleet.options import validate_options

_TIME_FORMAT = "%Y-%m-%dT%H:%M:%SZ"


def extension_xml(record: Any, last_heartbeat_time: str | None = None) -> str:
    """Return the XML document of a record that is described by options. Raises ``AnsibleFilterError``."""
    try:
        if not isinstance(record, Mapping):
            raise OptionError("must be a dictionary", option="_input", remedy="give the options of vcenter_extension")
        heartbeat = _check_time(last_heartbeat_time or datetime.now(timezone.utc).strftime(_TIME_FORMAT))
        desired = desired_from_options(validate_options(record, extension_spec(), EXTENSION_RULES), strict=True)
        return xml_document.extension_to_xml(overlay(desired, None), heartbeat)
    except ClientPluginError as error:
        raise AnsibleFilterError(f"extension_xml: {error.message()}") from error


def _check_time(value: str) -> str:
    try:
        # Python 3.10 does not parse the Z.
        datetime.fromisoformat(value.replace("Z", "+00:00"))
    except ValueError:
        # Without the cause, which Ansible would add to the message.
        raise OptionError(
            "must be a time in ISO 8601",
            option="last_heartbeat_time",
            value=value,
            remedy="give a time such as 2026-03-01T09:00:00Z",
        ) from None
    return value


class FilterModule:
    """The filter ``extension_xml``."""

    def filters(self) -> dict[str, Callable[..., str]]:
        """Return the filters by name."""
        return {"extension_xml": extension_xml}
