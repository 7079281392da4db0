#!/usr/bin/python
# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

from __future__ import annotations

DOCUMENTATION = r"""
module: plugin_content
short_description: Unpack the files of a vSphere Client plug-in
version_added: "0.1.0"
author:
  - vSphere Ops contributors (@vsphere-ops)
description:
  - Unpacks an archive with the files of a plug-in into a folder of its own, in one step.
  - The archive may be of unknown origin. One that contains links, devices, names outside of the folder, or a name twice
    (also where only case differs), and one that is unusually large, is refused as a whole.
  - When C(plugin.json) is not at the root of the archive but in the one folder that holds everything, that folder is
    removed from the names. Folders without files are left out.
  - Files get the mode V(0644) and folders V(0755), whatever the archive contains.
extends_documentation_fragment:
  - vsphere_ops.client_plugin._attributes
  - vsphere_ops.client_plugin._variables
options:
  src:
    description:
      - The archive on the host where the module runs, at most 128 MiB, and 256 MiB when unpacked.
      - A C(.zip) or a C(.tar), also compressed by gzip, bzip2 or xz. The content decides, not the name.
    type: path
    required: true
  checksum:
    description: The SHA-256 of the archive, 64 hexadecimal digits. Another archive is refused.
    type: str
  dest:
    description:
      - The folder, which must be new or empty. Its parent must exist.
      - Nothing changes when it already holds exactly the files of the archive.
    type: path
    required: true
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
    details: Shows the names of the files.
  idempotent:
    support: full
  platform:
    support: full
    platforms: posix
requirements:
  - python >= 3.10
seealso:
  - module: vsphere_ops.client_plugin.plugin_manifest
  - module: vsphere_ops.client_plugin.plugin_package_info
"""

EXAMPLES = r"""
- name: Unpack the archive of the vendor
  vsphere_ops.client_plugin.plugin_content:
    src: /srv/build/fleet-notes-1.2.0.tar.gz
    checksum: 5ad6a1f7ed1a3cbb4b7d3b5e0d3a7a1d7b6c7b1d6f4dd9f5f6a4de6cb1b0f1a6
    dest: /srv/build/fleet-notes-1.2.0
  register: unpacked

- name: Check its manifest and the files that it names
  vsphere_ops.client_plugin.plugin_manifest:
    src: "{{ unpacked.dest }}/plugin.json"
    content_path: "{{ unpacked.dest }}"
"""

RETURN = r"""
dest:
  description: The folder.
  returned: success
  type: str
  sample: /srv/build/fleet-notes-1.2.0
files:
  description: Names of all files below RV(dest), sorted; in check mode, of those that would be created.
  returned: success
  type: list
  elements: str
  sample: [index.html, plugin.json, ui/app.js]
top_folder:
  description: The folder of the archive that was removed from the names; C(null) when there is none.
  returned: success
  type: str
  sample: fleet-notes-1.2.0
checksum:
  description: SHA-256 of the archive.
  returned: success
  type: str
  sample: 5ad6a1f7ed1a3cbb4b7d3b5e0d3a7a1d7b6c7b1d6f4dd9f5f6a4de6cb1b0f1a6
"""

import hashlib
import re

from ansible.module_utils.basic import AnsibleModule

from ..module_utils._archive.content import MAX_BYTES, PluginFiles, read_plugin_files
from ..module_utils._argument_specs_files import content_spec
from ..module_utils._errors import ClientPluginError, OptionError, OptionNames
from ..module_utils._files.directory import create_directory, directory_holds
from ..module_utils._files.read import read_file


def read_archive(src: str, checksum: str | None) -> tuple[PluginFiles, str]:
    """Return the files in the archive, and its SHA-256. Raises :class:`OptionError`."""
    if checksum is not None and not re.fullmatch("[0-9A-Fa-f]{64}", checksum):
        raise OptionError("must be a SHA-256 of 64 hexadecimal digits", option="checksum", value=checksum)
    with OptionError.wrapping("src", file=src):
        data = read_file(src, limit=MAX_BYTES)
        digest = hashlib.sha256(data).hexdigest()
        if checksum is not None and digest != checksum.lower():
            raise OptionError(
                f"must be the SHA-256 of O(src), which is {digest}",
                option="checksum",
                value=checksum,
                remedy="get the archive again, or correct O(checksum)",
            )
        return read_plugin_files(data), digest


def unpack(dest: str, files: dict[str, bytes], *, check_mode: bool) -> bool:
    """Create the folder unless it holds the files; return whether it has or would have changed."""
    with OptionError.wrapping("dest", file=dest):
        changed = not directory_holds(dest, files)
        if changed and not check_mode:
            create_directory(dest, files)
    return changed


def main() -> None:
    """Run the module."""
    module = AnsibleModule(argument_spec=content_spec(), supports_check_mode=True)
    dest = module.params["dest"]
    try:
        content, checksum = read_archive(module.params["src"], module.params["checksum"])
        changed = unpack(dest, content.files, check_mode=module.check_mode)
    except ClientPluginError as error:
        module.fail_json(msg=error.message(OptionNames.from_variables(module.params["variables"])))
    names = "".join(f"{name}\n" for name in content.files)
    module.exit_json(
        changed=changed,
        dest=dest,
        files=list(content.files),
        top_folder=content.top_folder,
        checksum=checksum,
        diff={"before": "" if changed else names, "after": names, "before_header": dest, "after_header": dest},
    )


if __name__ == "__main__":
    main()
