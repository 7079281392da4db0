# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""One published file: what is read of it, where it cannot be, and the new one beside it, on a real file system."""

from __future__ import annotations

import os
import re
import stat
from types import SimpleNamespace

import pytest
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._errors import FileError
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._files import publish


def refused(call, *arguments, **options):
    with pytest.raises(FileError) as caught:
        call(*arguments, **options)
    return caught.value


def publish_as(path, data=b"new", limit=100, check_mode=False):
    """Publish with as much of an AnsibleModule as :func:`publish_file` uses."""
    module = SimpleNamespace(
        params={"path": str(path), "backup": False, "unsafe_writes": False},
        check_mode=check_mode,
        _diff=True,
        add_cleanup_file=lambda _path: None,
        atomic_move=lambda source, target, **_options: os.rename(source, target),
        load_file_common_arguments=lambda _params, **_options: {},
        set_fs_attributes_if_different=lambda _arguments, changed, **_options: changed,
    )
    return publish.publish_file(module, data, limit=limit, example="plugin.zip", text=repr)


@pytest.mark.parametrize(
    ("current", "changed", "before"),
    [(None, True, "None"), (b"old", True, "b'old'"), (b"new", False, "b'new'"), (b"x" * 101, True, "b''")],
)
@pytest.mark.parametrize("check_mode", [True, False])
def test_current_and_new_content(tmp_path, current, changed, before, check_mode):
    (tmp_path / "link").symlink_to("plugin.zip")
    file = tmp_path / "plugin.zip"
    if current is not None:
        file.write_bytes(current)
    result = publish_as(tmp_path / "link", check_mode=check_mode)
    assert (result["changed"], result["diff"][0]["before"]) == (changed, before)
    assert (file.read_bytes() if file.exists() else None) == (current if check_mode else b"new")
    assert (tmp_path / "link").is_symlink()


@pytest.mark.parametrize("check_mode", [True, False])
def test_where_nothing_can_be_written(tmp_path, check_mode):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "loop").symlink_to("loop")
    for path, kind in [
        (tmp_path, "occupied"),
        (tmp_path / "a" / "b.zip", "missing"),
        (tmp_path / "pipe", "not_regular"),
        (tmp_path / "loop", "unreadable"),
        ("a\0b", "unwritable"),
    ]:
        error = refused(publish_as, path, check_mode=check_mode)
        assert (error.kind, error.subject) == (kind, str(path))
        assert error.remedy


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_is_not_writable(tmp_path):
    tmp_path.chmod(0o500)
    assert refused(publish_as, tmp_path / "plugin.zip").kind == "unwritable"


def test_a_scratch_file_is_complete_private_and_in_the_same_folder(tmp_path):
    folder = tmp_path / "content"
    folder.mkdir()
    (tmp_path / "link.zip").symlink_to("content/plugin.zip")
    scratch, target = publish.write_scratch_file(str(tmp_path / "link.zip"), b"123")
    assert target == os.path.realpath(folder / "plugin.zip")
    assert os.path.dirname(scratch) == os.path.dirname(target)
    assert re.fullmatch(r"\.plugin\.zip\..+", os.path.basename(scratch))
    assert stat.S_IMODE(os.stat(scratch).st_mode) == 0o600
    assert (folder / os.path.basename(scratch)).read_bytes() == b"123"


def test_names_of_any_length_leave_room_for_the_scratch_file(tmp_path):
    scratch, _target = publish.write_scratch_file(str(tmp_path / ("x" * 255)), b"")
    assert os.path.exists(scratch)


def test_a_disk_that_is_full(tmp_path, monkeypatch):
    def full(_handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    error = refused(publish.write_scratch_file, str(tmp_path / "plugin.zip"), b"123")
    assert (error.kind, error.subject) == ("unwritable", f"{tmp_path}/plugin.zip")
    assert "No space left on device" in error.reason
    assert list(tmp_path.iterdir()) == []
