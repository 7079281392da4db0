# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Make the archives of this test in a folder: ``pack.py FOLDER``."""

from __future__ import annotations

import io
import sys
import tarfile
import zipfile
from pathlib import Path

FILES = {"plugin.json": b"{}\n", "ui/app.js": b"// fleet notes\n"}


def zipped(path: Path, files: dict[str, bytes]) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)


def tarred(path: Path, files: dict[str, bytes], link: str = "") -> None:
    with tarfile.open(path, "w:gz" if path.suffix == ".gz" else "w") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size, member.mode = len(content), 0o4777
            archive.addfile(member, io.BytesIO(content))
        if link:
            member = tarfile.TarInfo(link)
            member.type, member.linkname = tarfile.SYMTYPE, "/etc"
            archive.addfile(member)


def main(folder: Path) -> None:
    tarred(folder / "folder.tar.gz", {f"fleet-notes-1.0.0/{name}": content for name, content in FILES.items()})
    tarred(folder / "traversal.tar", FILES | {"../../evil": b"x"})
    tarred(folder / "link.tar", FILES, "ui/link")
    zipped(folder / "traversal.zip", FILES | {"../../evil": b"x"})
    (folder / "text.tar.gz").write_text("no archive at all\n")
    zipped(folder / "plain.zip", FILES)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
