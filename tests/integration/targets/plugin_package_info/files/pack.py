# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Make the archives of this test in a folder: ``pack.py FOLDER``. Those whose names begin with bad must be refused."""

from __future__ import annotations

import stat
import sys
import zipfile
from pathlib import Path

XML = "plugin-package.xml"
MANIFEST = """<?xml version="1.0" encoding="UTF-8"?>
<pluginPackage id="com.example.fleet-notes" version="1.2.0" type="html" name="Fleet Notes" vendor="Example Inc."
    description="Notes that belong to hosts &amp; clusters">
  <dependencies>
    <pluginPackage id="com.vmware.vsphere.client" version="6.7.0"/>
  </dependencies>
  <bundlesOrder>
    <bundle id="com.example.fleetnotes.service"/>
    <bundle id="com.example.fleetnotes.ui"/>
  </bundlesOrder>
</pluginPackage>
"""


def pack(path: Path, *members: tuple[str | zipfile.ZipInfo, str]) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)


def main(folder: Path) -> None:
    good = ((XML, MANIFEST), ("plugins/", ""), ("plugins/ui.war", "war"), ("plugins/service.jar", "jar"))
    link = zipfile.ZipInfo("plugins/link.war")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    pack(folder / "good.zip", *good)
    pack(folder / "least.zip", (XML, '<pluginPackage id="a" version="1"/>'))
    pack(folder / "bad-folder.zip", (f"fleet-notes/{XML}", MANIFEST))
    pack(folder / "bad-traversal.zip", *good, ("../../etc/cron.d/job", "x"))
    pack(folder / "bad-link.zip", *good, (link, "/etc/passwd"))
    pack(folder / "bad-xml.zip", (XML, "<pluginPackage>\n  <dependencies>\n</pluginPackage>"))
    pack(folder / "bad-doctype.zip", (XML, f"<!DOCTYPE a [<!ENTITY b 'c'>]>{MANIFEST.partition('?>')[2]}"))
    pack(folder / "bad-none.zip", ("plugin.json", "{}"))
    (folder / "bad-truncated.zip").write_bytes((folder / "good.zip").read_bytes()[:-40])
    (folder / "bad-text.zip").write_text("no zip at all\n")
    (folder / "bad-empty.zip").touch()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
