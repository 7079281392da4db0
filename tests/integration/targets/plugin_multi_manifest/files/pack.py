# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Make the archives of this test in a folder: ``pack.py FOLDER``. Those whose names begin with bad must be refused."""

from __future__ import annotations

import json
import sys
import zipfile
from pathlib import Path

INDEX = "plugin-multi-manifest.json"
MANIFEST = {
    "manifestVersion": "1.2.0",
    "requirements": {"plugin.api.version": "1.2.0"},
    "configuration": {"nameKey": "plugin.name"},
    "global": {"view": {"uri": "index.html"}},
    "definitions": {"i18n": {"locales": ["en-US"], "definitions": {"plugin.name": {"en-US": "Fleet Notes"}}}},
}


def pack(path: Path, *members: tuple[str, str]) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)


def main(folder: Path) -> None:
    text = json.dumps(MANIFEST)
    newer = json.dumps(MANIFEST | {"requirements": {"plugin.api.version": "1.2.0", "open.modal.api": "1.1.0"}})
    listed = (INDEX, json.dumps({"manifestVersion": "1.0.0", "manifests": ["newest.json", "oldest.json"]}))
    # As a build with other tools makes it: compressed, and with the time of the day.
    pack(folder / "good.zip", listed, ("newest.json", newer), ("oldest.json", text), ("readme.txt", ""))
    pack(folder / "single.zip", ("plugin.json", text), ("index.html", ""))
    pack(folder / "bad-missing.zip", listed, ("newest.json", newer), ("Oldest.json", text))
    pack(folder / "bad-folder.zip", (f"dist/{INDEX}", listed[1]), ("dist/newest.json", newer))
    pack(folder / "bad-traversal.zip", listed, ("newest.json", newer), ("oldest.json", text), ("../evil.json", text))
    pack(folder / "bad-list.zip", (INDEX, '{"manifests": [\n  "newest.json",\n]}'), ("newest.json", newer))
    pack(folder / "bad-none.zip", ("newest.json", newer))
    pack(
        folder / "bad-manifest.zip", (INDEX, '{"manifests": ["a.json"]}'), ("a.json", '{\n  "manifestVersion": "9"\n}')
    )
    (folder / "bad-truncated.zip").write_bytes((folder / "good.zip").read_bytes()[:-40])
    (folder / "bad-text.zip").write_text("no zip at all\n")
    (folder / "bad-empty.zip").touch()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
