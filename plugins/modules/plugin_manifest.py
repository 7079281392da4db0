#!/usr/bin/python
# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

from __future__ import annotations

DOCUMENTATION = r"""
module: plugin_manifest
short_description: Validate, build and write the manifest of a vSphere Client remote plug-in
version_added: "0.1.0"
author:
  - vSphere Ops contributors (@vsphere-ops)
description:
  - Validates a C(plugin.json) before a vSphere Client reads it, and reports each fault with its place, its value and
    what is allowed there. All faults are reported at once, with line and column where the manifest is a file.
  - Writes the manifest in a canonical form, so that equal manifests are equal files. Members of the schema are in the
    order of the schema, names that you choose in alphabetical order, lists unchanged; UTF-8, two spaces, a final
    newline.
  - The schema is a reconstruction from public documents and from what vCenters accept and refuse.
  - Does not connect to a vCenter. Register the plug-in with M(vsphere_ops.client_plugin.vcenter_extension).
requirements:
  - jsonschema (Python library on the host that runs the module)
  - PyYAML (the same, and only for YAML files)
extends_documentation_fragment:
  - vsphere_ops.client_plugin._published_file
  - vsphere_ops.client_plugin._manifest_validation
  - vsphere_ops.client_plugin._attributes
  - vsphere_ops.client_plugin._variables
  - ansible.builtin.files
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
options:
  manifest:
    description:
      - The manifest itself.
      - Write versions in quotes. YAML reads C(1.0) as a number.
      - Exactly one of O(manifest) and O(src) is required.
    type: dict
    aliases: [content]
  src:
    description:
      - Path of a manifest on the host that runs the module, at most 8 MiB of UTF-8.
      - A file whose name ends in C(.yml) or C(.yaml) is read as YAML, any other as JSON.
    type: path
  locales:
    description:
      - Folder with one file of texts for each locale, such as C(en-US.json) or C(de-DE.yml), from which
        C(definitions.i18n) is built. Objects within objects give keys with dots.
    type: path
  icons:
    description:
      - Icons from which C(definitions.iconSpriteSheet) is built, in a sheet of 32 by 32 pixels for each, row by row.
    type: dict
    suboptions:
      uri:
        description: The image of the sheet, relative to C(plugin.json).
        type: str
        required: true
      names:
        description: Names of the icons, in their order in the sheet.
        type: list
        elements: str
        required: true
      columns:
        description: Number of icons in a row. By default, all of them are in one row.
        type: int
      dark_uri:
        description: The image of the sheet for the dark theme, with the icons in the same places.
        type: str
  overlays:
    description:
      - Differences of this deployment, so that one source serves many. Dictionaries, or paths of JSON or YAML files,
        applied to the manifest one after the other as JSON merge patches (RFC 7396). Objects are merged, C(null)
        removes a member, and any other value, a list as well, replaces the previous one.
      - They are applied after O(locales) and O(icons). Findings have no line and column then.
    type: list
    elements: raw
  content_path:
    description:
      - Folder with the files of the plug-in. Every file that the manifest names must exist there, in exactly the same
        spelling, and every icon must lie within its image, a PNG or SVG.
    type: path
notes:
  - "Rules beyond the schema that report errors: the C(targetViewId) is the C(navigationId) of a view (R8); a
    C(navigationId) is unique in its category (R7); C(forceExpand) is on a dynamic category only (R11); a dynamic card,
    view or action has its id and its C(dynamicUri) (R12); there is C(global) or C(objects) (R13); a version interval
    holds a version (R16)."
  - "Rules that report warnings: each key has a text (R1); each text has exactly the declared locales (R2); each icon is
    in the sprite sheet (R4); a C(navigationId) is in one category only (R7); the requirement of each feature is
    declared (R9); a C(uri) is relative (R10); C(manifestVersion) and C(plugin.api.version) are equal (R14); there are
    at most five cards (R15)."
  - "Rules that report notices: each text and icon is used (R3, R5); a tile of the sprite sheet begins at a multiple of
    32 pixels (R6)."
  - "With O(targets), warnings: C(open.modal.api) before 8.0 (T1); more cards than the release shows (T2); dynamic
    extensions (T3) and actions on several objects (T4) before 7.0 U1; locales that vSphere itself does not have before
    8.0 U3 (T5); a version interval that leaves a target out (T6); a target older than 6.7 U1 (T11). Notices, because
    the first release is unknown: dynamic cards and C(dynamicUri) as an object (T7), C(forceExpand) (T8),
    C(Folder:RootFolder) (T9), C(isPublic) (T10)."
  - "With O(content_path): a file is missing (F1, error), an icon is outside of its image (F2, error), the size of an
    image cannot be read (F3, notice)."
seealso:
  - module: vsphere_ops.client_plugin.vcenter_extension
"""

EXAMPLES = r"""
- name: Write the manifest of a small plug-in
  vsphere_ops.client_plugin.plugin_manifest:
    path: /srv/plugins/com.example.fleet-notes/1.2.0/plugin.json
    manifest:
      manifestVersion: "1.2.0"
      requirements:
        plugin.api.version: "1.2.0"
      configuration:
        nameKey: plugin.name
      global:
        view:
          uri: index.html
      definitions:
        i18n:
          locales: [en-US]
          definitions:
            plugin.name:
              en-US: Fleet Notes

- name: Publish a manifest that is kept as YAML, with a backup of the previous one
  vsphere_ops.client_plugin.plugin_manifest:
    src: /srv/build/plugin.yml
    path: /srv/plugins/com.example.fleet-notes/1.2.0/plugin.json
    backup: true

- name: Build the manifest of one environment
  vsphere_ops.client_plugin.plugin_manifest:
    src: "{{ playbook_dir }}/plugin/plugin.yml"
    locales: "{{ playbook_dir }}/plugin/locales"
    icons:
      uri: images/icons.png
      dark_uri: images/icons-dark.png
      names: [notes, note, edit]
    overlays:
      - "{{ playbook_dir }}/plugin/staging.yml"
      - global: {view: {navigationId: staging}}
    content_path: "{{ playbook_dir }}/plugin"
    path: /srv/build/plugin.json
  delegate_to: localhost

- name: Validate a manifest in a pipeline and fail on warnings
  vsphere_ops.client_plugin.plugin_manifest:
    src: "{{ playbook_dir }}/plugin/plugin.json"
    strict: true
  delegate_to: localhost

- name: Fail if an old vCenter could not show the whole plug-in
  vsphere_ops.client_plugin.plugin_manifest:
    src: "{{ playbook_dir }}/plugin/plugin.json"
    targets: ["7.0u1", "8.0u3", "9.1"]
    strict: true
  delegate_to: localhost
"""

RETURN = r"""
manifest:
  description: The manifest that was validated.
  returned: success
  type: dict
  sample:
    manifestVersion: 1.2.0
    requirements:
      plugin.api.version: 1.2.0
    configuration:
      nameKey: plugin.name
    global:
      view:
        uri: index.html
path:
  description: The file that was written.
  returned: success, when O(path) is given
  type: str
  sample: /srv/plugins/com.example.fleet-notes/1.2.0/plugin.json
checksum:
  description: SHA-256 of the canonical bytes of the manifest, written or not.
  returned: success
  type: str
  sample: 0d3a7a1d7b6c7b1d6f4dd9f5f6a4de6cb1b0f1a6a5d6a1f7ed1a3cbb4b7d3b5e
backup_file:
  description: Path of the backup of the replaced file.
  returned: changed, when O(backup) is set and there was a file
  type: str
  sample: /srv/plugins/com.example.fleet-notes/1.2.0/plugin.json.4711.2026-11-20@20:26:00~
findings:
  description:
    - The faults of the manifest, errors first. The first 20 warnings are warnings of the task, too.
    - After 1000 findings, the last one gives the number of the others.
  returned: when the manifest could be read
  type: list
  elements: dict
  contains:
    rule:
      description:
        - V(schema), V(unknown) for an unknown member, or the name of a rule such as V(R8), as in the notes above.
      type: str
      sample: schema
    severity:
      description: One of V(error), V(warning) and V(notice). Errors make the task fail.
      type: str
      sample: error
    path:
      description: Place of the value, as a JSON path.
      type: str
      sample: $.objects.VirtualMachine.menu.actions[0].trigger.type
    value:
      description: The value; C(null) if it is missing, a number where there are too many things.
      type: raw
      sample: headless
    message:
      description: One sentence with the place, the value and what is allowed.
      type: str
      sample: $.objects.VirtualMachine.menu.actions[0].trigger.type is 'headless'; it must be 'modal' or 'navigation'.
    remedy:
      description: How to correct it.
      type: str
      sample: Write 'modal' or 'navigation'.
    line:
      description:
        - The line of O(src) where the value begins, from 1 on. For a missing member, where the object around it begins.
        - C(null) for O(manifest).
      type: int
      sample: 41
    column:
      description: The column, counted in characters from 1 on; C(null) as RV(findings[].line).
      type: int
      sample: 19
"""

import hashlib
from typing import Any

from ansible.module_utils.basic import AnsibleModule, missing_required_lib

from ..module_utils._argument_specs_files import MANIFEST_RULES, manifest_spec
from ..module_utils._errors import ClientPluginError, FileError, OptionError, OptionNames
from ..module_utils._files.publish import publish_file
from ..module_utils._manifest.document import format_text, render_manifest
from ..module_utils._manifest.parser import MAX_BYTES
from ..module_utils._manifest.source import assemble_manifest, needs_yaml, validate_source
from ..module_utils._manifest.validate import format_report, format_warnings, import_errors


def main() -> None:
    """Run the module."""
    spec = manifest_spec()
    module = AnsibleModule(argument_spec=spec, **MANIFEST_RULES, add_file_common_args=True, supports_check_mode=True)
    params = module.params
    names = OptionNames.from_variables(params["variables"])
    for library, error in import_errors(yaml=needs_yaml(params)).items():
        module.fail_json(msg=missing_required_lib(library), exception=error)
    try:
        source = assemble_manifest(params)
        findings = validate_source(source, params)
        for warning in format_warnings(findings, params["src"]):
            module.warn(warning)
        result: dict[str, Any] = {"changed": False, "findings": [finding.result() for finding in findings]}
        if errors := [finding for finding in findings if finding.severity == "error"]:
            module.fail_json(msg=format_report(errors, params["src"], names), **result)
        data = render_manifest(source.manifest)
        if params["path"]:
            limit = max(len(data), MAX_BYTES)
            result |= publish_file(module, data, limit=limit, example="plugin.json", text=format_text)
    except FileError as error:
        module.fail_json(msg=OptionError.wrap(error, "path", file=params["path"]).message(names))
    except ClientPluginError as error:
        module.fail_json(msg=error.message(names))
    module.exit_json(manifest=source.manifest, checksum=hashlib.sha256(data).hexdigest(), **result)


if __name__ == "__main__":
    main()
