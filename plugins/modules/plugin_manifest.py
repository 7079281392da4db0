#!/usr/bin/python
# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

from __future__ import annotations

DOCUMENTATION = r"""
module: plugin_manifest
short_description: Check and write the manifest of a vSphere Client remote plug-in
version_added: "0.1.0"
author:
  - vSphere Ops contributors (@vsphere-ops)
description:
  - Checks a C(plugin.json) before a vSphere Client sees it, and names each fault with its place, its value and what is
    allowed there. All faults are reported at once.
  - Writes the manifest in a canonical form, so that equal manifests are equal files. Members of the schema come in the
    order of the schema, names of your own choice in alphabetical order, lists as they are; UTF-8, two spaces, a final
    newline.
  - The schema is a reconstruction of our own from public documents and from what vCenters accept and refuse.
  - Does not talk to a vCenter. Register the plug-in with M(vsphere_ops.client_plugin.vcenter_extension).
requirements:
  - jsonschema (Python library on the host that runs the module)
  - PyYAML (the same, and only when O(src) is a YAML file)
extends_documentation_fragment:
  - ansible.builtin.files
  - vsphere_ops.client_plugin._attributes
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
      - Write versions between quotes. YAML reads C(1.0) as a number.
      - Exactly one of O(manifest) and O(src) is needed.
    type: dict
    aliases: [content]
  src:
    description:
      - Path of a manifest on the host that runs the module, at most 1 MiB of UTF-8.
      - A file whose name ends in C(.yml) or C(.yaml) is read as YAML, any other as JSON.
    type: path
  path:
    description:
      - Where the manifest is written. Its folder must exist.
      - Without it the manifest is only checked, and O(backup) and the options of the file have no effect.
    type: path
  backup:
    description:
      - Keep the file that is replaced under a name with the time in it.
    type: bool
    default: false
  mode:
    description:
      - Permissions of O(path), such as V('0644') or V(u=rw,g=r,o=r). Put octal ones between quotes.
    type: raw
    default: "0644"
  unknown_properties:
    description:
      - What to do about a member that the schema does not know. Newer clients may know more.
      - V(warn) reports it as a warning. Where the schema is documented to take no other members, such as in the
        outermost object, it is an error nevertheless, because a client refuses the whole plug-in for it.
      - V(error) reports it as an error everywhere.
      - V(ignore) lets any member through everywhere.
    type: str
    choices: [error, warn, ignore]
    default: warn
  strict:
    description:
      - Fail on warnings as well.
    type: bool
    default: false
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

- name: Publish a manifest that is kept as YAML, and keep the one before
  vsphere_ops.client_plugin.plugin_manifest:
    src: /srv/build/plugin.yml
    path: /srv/plugins/com.example.fleet-notes/1.2.0/plugin.json
    backup: true

- name: Check a manifest in a pipeline, warnings included
  vsphere_ops.client_plugin.plugin_manifest:
    src: "{{ playbook_dir }}/plugin/plugin.json"
    strict: true
  delegate_to: localhost
"""

RETURN = r"""
manifest:
  description: The manifest as it was checked. For O(src), what stands in the file.
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
  description: SHA-256 of the manifest's canonical bytes, whether they were written or not.
  returned: success
  type: str
  sample: 0d3a7a1d7b6c7b1d6f4dd9f5f6a4de6cb1b0f1a6a5d6a1f7ed1a3cbb4b7d3b5e
backup_file:
  description: Where the replaced file is kept.
  returned: changed, when O(backup) is set and there was a file
  type: str
  sample: /srv/plugins/com.example.fleet-notes/1.2.0/plugin.json.4711.2026-11-20@20:26:00~
findings:
  description: What is wrong with the manifest, errors first. Warnings are shown as warnings of the task, too.
  returned: when the manifest could be read
  type: list
  elements: dict
  contains:
    rule:
      description: V(schema), V(unknown) for an unknown member, or the name of a rule that a schema cannot express.
      type: str
      sample: schema
    severity:
      description: One of V(error), V(warning) and V(notice). Errors make the task fail.
      type: str
      sample: error
    path:
      description: Where it is, as a JSON path.
      type: str
      sample: $.objects.VirtualMachine.menu.actions[0].trigger.type
    value:
      description: What stands there; C(null) when it is missing.
      type: raw
      sample: headless
    message:
      description: One sentence with the place, the value and what is allowed.
      type: str
      sample: $.objects.VirtualMachine.menu.actions[0].trigger.type is 'headless'; it must be 'modal' or 'navigation'.
    remedy:
      description: What to do about it.
      type: str
      sample: Write 'modal' or 'navigation'.
"""

import hashlib
import os
import tempfile
from typing import Any

from ansible.module_utils.basic import AnsibleModule, missing_required_lib
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils import _manifest, _manifest_text
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._manifest_text import ManifestError


def argument_spec() -> dict[str, Any]:
    return {
        "manifest": {"type": "dict", "aliases": ["content"]},
        "src": {"type": "path"},
        "path": {"type": "path"},
        "backup": {"type": "bool", "default": False},
        "mode": {"type": "raw", "default": "0644"},
        "unknown_properties": {"type": "str", "choices": ["error", "warn", "ignore"], "default": "warn"},
        "strict": {"type": "bool", "default": False},
    }


def is_yaml(params: dict[str, Any]) -> bool:
    return (params["src"] or "").endswith((".yml", ".yaml"))


def wanted(params: dict[str, Any]) -> dict[str, Any]:
    """The manifest of the task. Raises ManifestError with a sentence that names the option."""
    src = params["src"]
    try:
        if src is None:
            return _manifest.plain(params["manifest"])
        # One byte more than the limit is enough to see that a file is too long.
        with open(src, "rb") as file:
            return _manifest.load(file.read(_manifest_text.MAX_BYTES + 1), yaml=is_yaml(params))
    except ManifestError as error:
        raise ManifestError(f"manifest is not usable: {error}." if src is None else f"src={src}, {error}.") from error
    except OSError as error:
        raise ManifestError(f"src={src} cannot be read: {error.strerror}; give the path of a readable file.") from error


def present(path: str) -> bytes | None:
    """The bytes of the file, or None for none. Raises ManifestError where no file can be written."""
    folder = os.path.dirname(os.path.realpath(path))
    if os.path.isdir(path):
        raise ManifestError(f"path={path} is a folder; give the path of a file in it, such as {path}/plugin.json.")
    if not os.path.isdir(folder):
        raise ManifestError(f"path={path} cannot be written, because there is no folder {folder}; create it first.")
    if not os.access(folder, os.W_OK):
        raise ManifestError(
            f"path={path} cannot be written, because {folder} is not writable; use become or another path."
        )
    try:
        with open(path, "rb") as file:
            return file.read()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ManifestError(f"path={path} cannot be read: {error.strerror}; use become or another path.") from error


def publish(module: AnsibleModule, path: str, data: bytes) -> dict[str, Any]:
    """Makes the file hold exactly these bytes and have the attributes of the task."""
    before = present(path)
    result: dict[str, Any] = {"path": path, "changed": before != data}
    attributes: dict[str, Any] = {}
    if result["changed"] and not module.check_mode:
        if module.params["backup"] and before is not None:
            result["backup_file"] = module.backup_local(path)
        # In the same folder, so that the move is a rename and a reader sees the old file or the new one.
        target = os.path.realpath(path)
        handle, scratch = tempfile.mkstemp(prefix=".plugin-manifest-", dir=os.path.dirname(target))
        module.add_cleanup_file(scratch)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        module.atomic_move(scratch, target, unsafe_writes=module.params["unsafe_writes"])
    owned = module.load_file_common_arguments(module.params, path=path)
    result["changed"] = module.set_fs_attributes_if_different(owned, result["changed"], diff=attributes)
    if module._diff:
        text = {"before": (before or b"").decode("utf-8", "replace"), "after": data.decode("utf-8")}
        headers = {"before_header": f"{path} (content)", "after_header": f"{path} (content)"}
        result["diff"] = [text | headers]
        if attributes:
            headers = {"before_header": f"{path} (attributes)", "after_header": f"{path} (attributes)"}
            result["diff"].append(attributes | headers)
    return result


def libraries(params: dict[str, Any]) -> dict[str, str | None]:
    """What the task needs, each with the traceback of its failed import."""
    needed = {"jsonschema": _manifest.JSONSCHEMA_IMPORT_ERROR}
    return needed | ({"PyYAML": _manifest_text.YAML_IMPORT_ERROR} if is_yaml(params) else {})


def main() -> None:
    module = AnsibleModule(
        argument_spec=argument_spec(),
        mutually_exclusive=[["manifest", "src"]],
        required_one_of=[["manifest", "src"]],
        add_file_common_args=True,
        supports_check_mode=True,
    )
    params = module.params
    for library, error in libraries(params).items():
        if error:
            module.fail_json(msg=missing_required_lib(library), exception=error)
    try:
        manifest = wanted(params)
        findings = _manifest.check(manifest, unknown=params["unknown_properties"], strict=params["strict"])
        told: dict[str, Any] = {"findings": [finding.result() for finding in findings]}
        if wrong := [finding for finding in findings if finding.severity == "error"]:
            module.fail_json(msg=f"The manifest is wrong: {_manifest.sentences(wrong)}", **told)
        data = _manifest.render(manifest)
        written = publish(module, params["path"], data) if params["path"] else {"changed": False}
    except ManifestError as error:
        module.fail_json(msg=str(error))
    for finding in findings:
        if finding.severity == "warning":
            module.warn(finding.message)
    module.exit_json(manifest=manifest, checksum=hashlib.sha256(data).hexdigest(), **told, **written)


if __name__ == "__main__":
    main()
