# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

from __future__ import annotations

import os
import socket

import pytest
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._errors import FileError
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._files.read import (
    read_file,
    read_if_present,
    read_start,
)


def kind_of(path, limit=10):
    with pytest.raises(FileError) as caught:
        read_file(str(path), limit=limit)
    assert str(path) in str(caught.value) or "\0" in str(path)
    return caught.value.kind


def test_content(tmp_path):
    (tmp_path / "file").write_bytes(b"0123456789")
    (tmp_path / "link").symlink_to("file")
    assert read_file(str(tmp_path / "file"), limit=10) == b"0123456789"
    assert read_if_present(str(tmp_path / "link"), limit=10) == b"0123456789"
    assert kind_of(tmp_path / "file", limit=9) == "too_large"


def test_the_start_of_a_file(tmp_path):
    (tmp_path / "file").write_bytes(b"0123456789")
    assert read_start(str(tmp_path / "file"), size=4) == b"0123"
    assert read_start(str(tmp_path / "file"), size=11) == b"0123456789"
    with pytest.raises(FileError, match="is not a regular file"):
        read_start("/dev/zero", size=1)


def test_only_regular_files(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with socket.socket(socket.AF_UNIX) as unix:
        unix.bind(str(tmp_path / "socket"))
    assert kind_of(tmp_path / "pipe") == "not_regular"
    assert kind_of("/dev/zero") == "not_regular"
    assert kind_of(tmp_path) == "not_regular"
    assert kind_of(tmp_path / "socket") == "unreadable"


def test_a_missing_file(tmp_path):
    assert kind_of(tmp_path / "none") == "missing"
    assert read_if_present(str(tmp_path / "none"), limit=1) is None
    assert kind_of(f"{tmp_path}/a\0b") == "unreadable"


def test_no_descriptor_stays_open(tmp_path):
    (tmp_path / "file").write_bytes(b"x" * 20)
    before = os.listdir("/proc/self/fd")
    for path in (tmp_path, tmp_path / "file", tmp_path / "none"):
        kind_of(path)
    assert os.listdir("/proc/self/fd") == before


def test_an_empty_path():
    with pytest.raises(FileError) as caught:
        read_start("", size=1)
    assert str(caught.value).startswith("must be the path of a file, got ''")
    assert read_if_present("", limit=1) is None
