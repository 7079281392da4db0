# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""One published file: what is read of it, where it cannot be, and the new one beside it, on a real file system."""

from __future__ import annotations

import os
import re
import stat

import pytest
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._files import publish


def refused(call, *arguments, **options):
    with pytest.raises(publish.PublishError) as caught:
        call(*arguments, **options)
    assert str(caught.value).endswith(".")
    return str(caught.value)


def present(path, limit=100):
    return publish.present(str(path), limit=limit, example="plugin.zip")


def test_what_is_there(tmp_path):
    file = tmp_path / "plugin.zip"
    assert present(file) is None
    file.write_bytes(b"123456")
    assert present(file) == b"123456"
    assert present(file, limit=3) == b"1234"
    (tmp_path / "link").symlink_to("plugin.zip")
    assert present(tmp_path / "link") == b"123456"
    (tmp_path / "dangling").symlink_to("nothing")
    assert present(tmp_path / "dangling") is None


def test_where_nothing_can_be_written(tmp_path):
    assert refused(present, tmp_path) == (
        f"path={tmp_path} is a folder; give the path of a file in it, such as {tmp_path}/plugin.zip."
    )
    assert f"because there is no folder {tmp_path}/a; create it first." in refused(present, tmp_path / "a" / "b.zip")
    os.mkfifo(tmp_path / "pipe")
    assert "pipe is no regular file; give another path." in refused(present, tmp_path / "pipe")
    (tmp_path / "loop").symlink_to("loop")
    assert "loop cannot be read: " in refused(present, tmp_path / "loop")
    assert refused(present, "a\0b") == "path='a\\x00b' is no path, because it holds a NUL; correct it."


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_is_not_writable(tmp_path):
    tmp_path.chmod(0o500)
    assert "is not writable; use become or another path." in refused(present, tmp_path / "plugin.zip")


def test_a_source(tmp_path):
    file = tmp_path / "a.json"
    file.write_bytes(b"123456")
    assert publish.content("src", str(file), 100) == b"123456"
    assert publish.content("src", str(file), 3) == b"1234"
    for path, says in [
        (tmp_path, " is no regular file; give the path of one."),
        ("/dev/zero", " is no regular file; give the path of one."),
        (tmp_path / "b", " cannot be read: No such file or directory; give the path of a readable file."),
    ]:
        assert refused(publish.content, "manifests[0].src", str(path), 9) == f"manifests[0].src={path}{says}"
    assert "is no path" in refused(publish.content, "src", "\0", 9)


def test_a_scratch_file_is_complete_private_and_in_the_same_folder(tmp_path):
    folder = tmp_path / "content"
    folder.mkdir()
    (tmp_path / "link.zip").symlink_to("content/plugin.zip")
    scratch, target = publish.prepare(str(tmp_path / "link.zip"), b"123")
    assert target == os.path.realpath(folder / "plugin.zip")
    assert os.path.dirname(scratch) == os.path.dirname(target)
    assert re.fullmatch(r"\.plugin\.zip\..+", os.path.basename(scratch))
    assert stat.S_IMODE(os.stat(scratch).st_mode) == 0o600
    assert (folder / os.path.basename(scratch)).read_bytes() == b"123"


def test_names_of_any_length_leave_room_for_the_scratch_file(tmp_path):
    scratch, _target = publish.prepare(str(tmp_path / ("x" * 255)), b"")
    assert os.path.exists(scratch)


def test_a_disk_that_is_full(tmp_path, monkeypatch):
    def full(_handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    message = refused(publish.prepare, str(tmp_path / "plugin.zip"), b"123")
    assert message == (
        f"path={tmp_path}/plugin.zip cannot be written: No space left on device; make room, or use another path."
    )
    assert list(tmp_path.iterdir()) == []
