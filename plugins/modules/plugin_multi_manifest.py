#!/usr/bin/python
# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

from __future__ import annotations

DOCUMENTATION = r"""
module: plugin_multi_manifest
short_description: Validate and pack manifests of a vSphere Client remote plug-in for clients of different releases
version_added: "0.1.0"
author:
  - vSphere Ops contributors (@vsphere-ops)
description:
  - A plug-in may have several manifests, for clients of different releases, in a C(.zip) whose
    C(plugin-multi-manifest.json) lists them. A client tries them in this order and uses the first one that it accepts,
    so the newest and most demanding comes first and the least demanding last.
  - Builds such an archive, validates each manifest as M(vsphere_ops.client_plugin.plugin_manifest) does, and finds
    manifests that no client reaches.
  - Equal manifests are equal archives, byte for byte, on every host. This is why nothing is compressed.
  - Does not connect to a vCenter. Register the plug-in with M(vsphere_ops.client_plugin.vcenter_extension), with the
    URL of the archive as its O(vsphere_ops.client_plugin.vcenter_extension#module:url).
notes:
  - Clients before 8.0 U3 do not evaluate C(vsphere.client) and C(vcenter.server) while they choose. A manifest that
    they have chosen and that these requirements exclude is not deployed, and the next one is not tried. Separate them
    by a requirement that the older client does not know. C(open.modal.api) V(1.1.0) separates 7.x from 8.x.
    See Broadcom's KB 313514.
  - Findings about the order follow from requirements alone. Other members may decide as well, so these findings are
    warnings.
requirements:
  - jsonschema (Python library on the host that runs the module)
  - PyYAML (the same, and only when a manifest is read from a YAML file)
extends_documentation_fragment:
  - vsphere_ops.client_plugin._published_file
  - vsphere_ops.client_plugin._manifest_validation
  - vsphere_ops.client_plugin._attributes
  - ansible.builtin.files
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
    details: Shows the names in the archive, each with its SHA-256.
  idempotent:
    support: full
  platform:
    support: full
    platforms: posix
options:
  manifests:
    description:
      - The manifests, in the order in which a client tries them.
      - Exactly one of O(manifests) and O(src) is required.
    type: list
    elements: dict
    suboptions:
      name:
        description: Name of the file in the archive. It has no folder and ends in C(.json).
        type: str
        required: true
      manifest:
        description:
          - The manifest itself. Write versions in quotes; YAML reads C(1.0) as a number.
          - Exactly one of O(manifests[].manifest) and O(manifests[].src) is required.
        type: dict
      src:
        description:
          - Path of the manifest on the host that runs the module, at most 8 MiB of UTF-8.
          - A file whose name ends in C(.yml) or C(.yaml) is read as YAML, any other as JSON.
        type: path
  src:
    description:
      - Path of an archive on the host that runs the module to validate. It cannot be combined with O(path).
      - An archive with C(plugin.json) at its root and no C(plugin-multi-manifest.json) is accepted as well. It is not
        documented, but a vCenter 9.1 has been seen to deploy one.
    type: path
seealso:
  - module: vsphere_ops.client_plugin.plugin_manifest
  - module: vsphere_ops.client_plugin.vcenter_extension
"""

EXAMPLES = r"""
- name: Build an archive with a manifest for vCenter 8 and one for all others
  vsphere_ops.client_plugin.plugin_multi_manifest:
    path: /srv/plugins/com.example.fleet-notes/1.2.0/plugin.zip
    manifests:
      - name: plugin-8.json
        manifest:
          manifestVersion: "1.2.0"
          requirements:
            plugin.api.version: "1.2.0"
            open.modal.api: "1.1.0"
          configuration:
            nameKey: plugin.name
          global:
            view:
              uri: index.html
          definitions: &definitions
            i18n:
              locales: [en-US]
              definitions:
                plugin.name:
                  en-US: Fleet Notes
      - name: plugin-7.json
        manifest:
          manifestVersion: "1.2.0"
          requirements:
            plugin.api.version: "1.2.0"
          configuration:
            nameKey: plugin.name
          global:
            view:
              uri: index-7.html
          definitions: *definitions

- name: Build an archive of manifests that are kept as files, with a backup of the previous one
  vsphere_ops.client_plugin.plugin_multi_manifest:
    path: /srv/plugins/com.example.fleet-notes/1.2.0/plugin.zip
    manifests:
      - {name: newest.json, src: /srv/build/plugin-8.yml}
      - {name: oldest.json, src: /srv/build/plugin-7.yml}
    backup: true

- name: Validate an archive for vSphere 8.0 U3 and newer
  vsphere_ops.client_plugin.plugin_multi_manifest:
    src: /srv/plugins/com.example.fleet-notes/1.2.0/plugin.zip
    targets: ["8.0u3", "9.1"]
    strict: true
"""

RETURN = r"""
manifests:
  description: The manifests in their order.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: Name of the file in the archive.
      type: str
      sample: plugin-8.json
    manifest:
      description: The manifest that was validated.
      type: dict
      sample:
        manifestVersion: 1.2.0
        requirements:
          plugin.api.version: 1.2.0
          open.modal.api: 1.1.0
        configuration:
          nameKey: plugin.name
        global:
          view:
            uri: index.html
    sha256:
      description: SHA-256 of the file in the archive.
      type: str
      sample: 0d3a7a1d7b6c7b1d6f4dd9f5f6a4de6cb1b0f1a6a5d6a1f7ed1a3cbb4b7d3b5e
path:
  description: The archive that was written.
  returned: success, when O(path) is given
  type: str
  sample: /srv/plugins/com.example.fleet-notes/1.2.0/plugin.zip
checksum:
  description: SHA-256 of the archive, written or not.
  returned: success
  type: str
  sample: 5ad6a1f7ed1a3cbb4b7d3b5e0d3a7a1d7b6c7b1d6f4dd9f5f6a4de6cb1b0f1a6
backup_file:
  description: Path of the backup of the replaced archive.
  returned: changed, when O(backup) is set and there was a file
  type: str
  sample: /srv/plugins/com.example.fleet-notes/1.2.0/plugin.zip.4711.2026-11-20@20:26:00~
findings:
  description: The faults, errors first. The first 20 warnings are warnings of the task, too.
  returned: when the manifests could be read
  type: list
  elements: dict
  contains:
    rule:
      description:
        - V(schema), V(unknown) for an unknown member, V(json) for a file that is not a manifest, or the name of a rule.
        - V(M1) is a file in the archive that is not listed. V(M2) is a last manifest with limits on the environment,
          which leaves nothing for a client outside of them.
        - V(M3) is a manifest that a client before 8.0 U3 does not reach, because nothing but such limits keeps it from
          an earlier one. V(M4) is a manifest that no client reaches, because an earlier one requires no more. V(M5) is
          a manifest that is equal to an earlier one.
      type: str
      sample: M4
    severity:
      description: One of V(error), V(warning) and V(notice). Errors make the task fail.
      type: str
      sample: warning
    path:
      description: Place of the value, as the name of the file in the archive and a JSON path.
      type: str
      sample: "plugin-multi-manifest.json: $.manifests[1]"
    value:
      description: The value; C(null) if it is missing.
      type: raw
      sample: plugin-8.json
    message:
      description: One sentence with the place, the value and what is allowed.
      type: str
      sample: >-
        plugin-multi-manifest.json: $.manifests[1] is 'plugin-8.json', which is not reached: 'plugin-7.json' before it
        requires nothing that it does not require as well.
    remedy:
      description: How to correct it.
      type: str
      sample: "Put plugin-8.json before plugin-7.json: the newest first."
    line:
      description: The line in the file that the manifest was read from, from 1 on; C(null) where it was in the task.
      type: int
      sample: 12
    column:
      description: The column there, counted in characters from 1 on; C(null) as RV(findings[].line).
      type: int
      sample: 5
"""

import hashlib
from typing import Any

from ansible.module_utils.basic import AnsibleModule, missing_required_lib

from ..module_utils._argument_specs_files import MULTI_MANIFEST_RULES, multi_manifest_spec
from ..module_utils._errors import ClientPluginError, FileError, OptionError
from ..module_utils._files.publish import publish_file
from ..module_utils._manifest.multi import MAX_BYTES, list_archive, manifest_results
from ..module_utils._manifest.source import assemble_archive, needs_yaml, validate_archive
from ..module_utils._manifest.validate import format_report, format_warnings, import_errors


def main() -> None:
    """Run the module."""
    module = AnsibleModule(
        argument_spec=multi_manifest_spec(),
        **MULTI_MANIFEST_RULES,
        add_file_common_args=True,
        supports_check_mode=True,
    )
    params = module.params
    for library, error in import_errors(yaml=needs_yaml(params)).items():
        module.fail_json(msg=missing_required_lib(library), exception=error)
    try:
        source = assemble_archive(params)
        findings = validate_archive(source, params)
        for warning in format_warnings(findings):
            module.warn(warning)
        result: dict[str, Any] = {"changed": False, "findings": [finding.result() for finding in findings]}
        if errors := [finding for finding in findings if finding.severity == "error"]:
            module.fail_json(msg=format_report(errors, params["src"]), **result)
        if params["path"]:
            result |= publish_file(module, source.data, limit=MAX_BYTES, example="plugin.zip", text=list_archive)
    except FileError as error:
        module.fail_json(msg=OptionError.wrap(error, "path", file=params["path"]).message())
    except ClientPluginError as error:
        module.fail_json(msg=error.message())
    checksum = hashlib.sha256(source.data).hexdigest()
    module.exit_json(manifests=manifest_results(source.archive), checksum=checksum, **result)


if __name__ == "__main__":
    main()
