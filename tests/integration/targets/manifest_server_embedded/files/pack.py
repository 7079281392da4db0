# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Make from the content of this test what shall be published, and what must not: ``pack.py CONTENT FOLDER``."""

from __future__ import annotations

import json
import shutil
import sys
import tarfile
import zipfile
from pathlib import Path

# What a template would make of it must stand nowhere.
ODD_NAME = "ui/{{ 6 * 7 }}.js"


def zipped(folder: Path, path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(folder.rglob("*")):
            archive.write(file, file.relative_to(folder))


def tarred(folder: Path, path: Path, below: str, link: str = "") -> None:
    with tarfile.open(path, "w:gz") as archive:
        archive.add(folder, arcname=below)
        if link:
            member = tarfile.TarInfo(link)
            member.type, member.linkname = tarfile.SYMTYPE, "/etc/passwd"
            archive.addfile(member)


def main(content: Path, folder: Path) -> None:
    zipped(content, folder / "same.zip")
    tarred(content, folder / "same.tar.gz", "fleet-notes-1.0.0")
    tarred(content, folder / "link.tar.gz", ".", "ui/link")
    upgrade = Path(shutil.copytree(content, folder / "next"))
    (upgrade / "ui/app.js").write_text("// fleet notes, the next version\n")
    (upgrade / ODD_NAME).write_text("// 42\n")
    tarred(upgrade, folder / "next.tar.gz", ".")
    less = Path(shutil.copytree(upgrade, folder / "less"))
    (less / "ui/style.css").unlink()
    # The same manifest in another order.
    manifest = json.loads((less / "plugin.json").read_text())
    other = Path(shutil.copytree(less, folder / "reversed"))
    (other / "plugin.json").write_text(json.dumps(dict(reversed(manifest.items()))))
    linked = Path(shutil.copytree(content, folder / "linked"))
    (linked / "ui/link").symlink_to("/etc/passwd")
    wrong = Path(shutil.copytree(content, folder / "wrong"))
    (wrong / "plugin.json").write_text('{"manifestVersion": "9.9.9"}')


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
