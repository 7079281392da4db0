# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Files are replaced together or not at all, on a real file system."""

from __future__ import annotations

import datetime
import os
import stat

import pytest
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._errors import OptionError
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._files.replace import (
    NewFile,
    replace_files,
    replace_files_with_backup,
)

NOW = datetime.datetime(2030, 1, 2, 3, 4, 5, tzinfo=datetime.timezone.utc)


def new_file(path, new=b"new", mode=0o600):
    return NewFile(str(path), new, path.read_bytes() if path.is_file() else None, mode)


def mode_of(path):
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture(autouse=True)
def wide_umask():
    """The one under which carelessly made files are open to everybody."""
    before = os.umask(0)
    yield
    os.umask(before)


def test_new_files_have_their_mode_and_nothing_is_left_over(tmp_path):
    key, certificate = tmp_path / "key", tmp_path / "certificate"
    replace_files([new_file(key, b"k"), new_file(certificate, b"c", 0o644)])
    assert (key.read_bytes(), mode_of(key)) == (b"k", 0o600)
    assert (certificate.read_bytes(), mode_of(certificate)) == (b"c", 0o644)
    assert sorted(tmp_path.iterdir()) == [certificate, key]


def test_a_file_that_is_replaced_loses_a_mode_that_was_too_wide(tmp_path):
    key = tmp_path / "key"
    key.write_bytes(b"old")
    key.chmod(0o666)
    with key.open("rb") as still_open:
        replace_files([new_file(key)])
        # Another file took its place: who had the old one open does not see the new key.
        assert still_open.read() == b"old"
    assert (key.read_bytes(), mode_of(key)) == (b"new", 0o600)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_owner_and_group_stay(tmp_path):
    key = tmp_path / "key"
    key.write_bytes(b"old")
    os.chown(key, 12345, 54321)
    replace_files([new_file(key)])
    assert (key.stat().st_uid, key.stat().st_gid) == (12345, 54321)


@pytest.mark.parametrize("old", [b"old", None], ids=["replaced", "new"])
def test_when_the_second_cannot_be_put_in_place_the_first_is_as_it_was(tmp_path, old):
    key, certificate = tmp_path / "key", tmp_path / "certificate"
    # A folder can be no target of a rename, which only shows when the first file is in place already.
    (certificate / "in the way").mkdir(parents=True)
    if old:
        key.write_bytes(old)
        key.chmod(0o640)
    with pytest.raises(OSError, match="directory"):
        replace_files([new_file(key), new_file(certificate)])
    assert (key.read_bytes() if key.exists() else None) == old
    assert old is None or mode_of(key) == 0o640
    assert sorted(path.name for path in tmp_path.iterdir()) == ["certificate", *(["key"] if old else [])]


def test_when_one_cannot_be_written_at_all_nothing_happens(tmp_path):
    key = tmp_path / "key"
    key.write_bytes(b"old")
    with pytest.raises(FileNotFoundError):
        replace_files([new_file(key), NewFile(str(tmp_path / "no folder" / "certificate"), b"c", None, 0o644)])
    assert key.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [key]


def test_backups_have_the_time_and_the_mode(tmp_path):
    key, certificate = tmp_path / "key", tmp_path / "certificate"
    key.write_bytes(b"old")
    backups = replace_files_with_backup([new_file(key), new_file(certificate)], backup_at=NOW)
    assert backups == [f"{key}.20300102T030405000000Z~"]
    assert (tmp_path / backups[0]).read_bytes() == b"old"
    assert mode_of(tmp_path / backups[0]) == 0o600
    assert replace_files_with_backup([new_file(key)], backup_at=None) == []


@pytest.mark.parametrize("in_the_way", [True, False], ids=["a folder at the path", "no parent folder"])
def test_the_error_names_the_option_of_the_file_that_failed(tmp_path, in_the_way):
    certificate = tmp_path / "tls" / "certificate"
    if in_the_way:
        (certificate / "in the way").mkdir(parents=True)
    files = [
        NewFile(str(tmp_path / "key"), b"k", None, 0o600, "private_key_path"),
        NewFile(str(certificate), b"c", None, 0o644, "certificate_path"),
    ]
    with pytest.raises(OptionError) as caught:
        replace_files_with_backup(files, backup_at=NOW)
    assert caught.value.option == "certificate_path"
    assert str(certificate) in caught.value.reason
    assert not (tmp_path / "key").exists()
