# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""A folder of files: made at once, found again, and never put over anything else."""

from __future__ import annotations

import os

import pytest
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._errors import FileError
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._files import directory

FILES = {"plugin.json": b"{}", "ui/lib/a.js": b"// a"}


def tree(folder):
    found = {}
    for path in sorted(folder.rglob("*")):
        name = str(path.relative_to(folder))
        found[name] = path.stat().st_mode & 0o777, path.read_bytes() if path.is_file() else None
    return found


@pytest.mark.parametrize("umask", [0o000, 0o077])
@pytest.mark.parametrize("empty", [True, False])
def test_what_is_made(tmp_path, empty, umask):
    dest = tmp_path / "dest"
    if empty:
        dest.mkdir(0o700)
    assert not directory.directory_holds(str(dest), FILES)
    former = os.umask(umask)
    try:
        directory.create_directory(str(dest), FILES)
    finally:
        os.umask(former)
    assert tree(dest) == {
        "plugin.json": (0o644, b"{}"),
        "ui": (0o755, None),
        "ui/lib": (0o755, None),
        "ui/lib/a.js": (0o644, b"// a"),
    }
    assert dest.stat().st_mode & 0o777 == 0o755
    assert os.listdir(tmp_path) == ["dest"]
    assert directory.directory_holds(str(dest), FILES)


def linked(path):
    path.rename(path.with_name("real"))
    path.symlink_to(path.with_name("real"))


@pytest.mark.parametrize(
    "change",
    [
        lambda dest: (dest / "more").write_text(""),
        lambda dest: (dest / "more").mkdir(),
        lambda dest: (dest / "plugin.json").unlink(),
        lambda dest: (dest / "plugin.json").write_text("[]"),
        lambda dest: (dest / "plugin.json").write_text("longer"),
        lambda dest: (dest / "plugin.json").chmod(0o600),
        lambda dest: (dest / "ui").chmod(0o700),
        lambda dest: linked(dest / "plugin.json"),
        lambda dest: linked(dest / "ui"),
    ],
)
def test_what_is_not_the_same(tmp_path, change):
    dest = tmp_path / "dest"
    directory.create_directory(str(dest), FILES)
    change(dest)
    with pytest.raises(FileError) as caught:
        directory.directory_holds(str(dest), FILES)
    assert (caught.value.kind, caught.value.subject) == ("occupied", str(dest))


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("file", "occupied"),
        ("nothing/dest", "missing"),
        ("a\0b", "unwritable"),
    ],
)
def test_where_no_folder_can_be(tmp_path, name, kind):
    (tmp_path / "file").touch()
    with pytest.raises(FileError) as caught:
        directory.directory_holds(f"{tmp_path}/{name}", FILES)
    assert caught.value.kind == kind


def test_what_fails_leaves_nothing(tmp_path):
    with pytest.raises(FileError, match="cannot be written "):
        directory.create_directory(str(tmp_path / "dest"), {"a": b"", "x" * 300: b""})
    assert os.listdir(tmp_path) == []
