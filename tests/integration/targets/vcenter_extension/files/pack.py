# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Make a plug-in package: ``pack.py FILE ID VERSION``."""

from __future__ import annotations

import sys
import zipfile

path, key, version = sys.argv[1:]
with zipfile.ZipFile(path, "w") as archive:
    attributes = f'id="{key}" version="{version}" type="html" name="Packed Notes" vendor="Example"'
    archive.writestr("plugin-package.xml", f"<pluginPackage {attributes}/>")
    archive.writestr("plugins/notes-ui.war", b"")
