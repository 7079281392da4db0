# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Test how releases are listed, packed, placed and pruned, and that a reader always finds a complete release."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import tarfile
import threading
from pathlib import Path

import pytest

_PATH = Path(__file__).parents[3] / "roles/manifest_server/files/release.py"
_SPEC = importlib.util.spec_from_file_location("release", _PATH)
release = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(release)

KEY = "com.example.fleet-notes"
VERSIONS = ["1.2", "1.10", "1.9.1", "1.9", "2.0.0.0"]
NEWEST = "among the newest of the others"
SHOWN = "a vCenter shows it"


@pytest.mark.parametrize(
    ("keep", "urls", "kept"),
    [
        (0, [], {"1.9": "the current version"}),
        (1, [], {"1.9": "the current version", "2.0.0.0": NEWEST}),
        (2, [], {"1.9": "the current version", "2.0.0.0": NEWEST, "1.10": NEWEST}),
        (-1, [], {"1.9": "the current version"} | dict.fromkeys(["1.2", "1.10", "1.9.1", "2.0.0.0"], NEWEST)),
        (99, [], {"1.9": "the current version"} | dict.fromkeys(["1.2", "1.10", "1.9.1", "2.0.0.0"], NEWEST)),
        (0, [f"https://a/{KEY}/1.2/plugin.json"], {"1.9": "the current version", "1.2": SHOWN}),
        (0, [f"https://a/{KEY}/1.9/plugin.json"], {"1.9": "the current version"}),
        (0, [f"https://a/b//{KEY}//1.2/"], {"1.9": "the current version", "1.2": SHOWN}),
        (0, ["https://a/com%2Eexample.fleet%2dnotes/1%2e2/plugin.zip"], {"1.9": "the current version", "1.2": SHOWN}),
        (1, [f"https://a/{KEY}/2.0.0.0/"], {"1.9": "the current version", "2.0.0.0": SHOWN, "1.10": NEWEST}),
        (
            0,
            ["https://a/com.example.other/1.2/", f"https://a/{KEY}/1/", "", "https://["],
            {"1.9": "the current version"},
        ),
    ],
)
def test_reasons_to_keep_a_release(keep, urls, kept):
    assert release.reasons_to_keep(VERSIONS, KEY, "1.9", keep, urls) == kept


def plugin(tmp_path, *names):
    folder = tmp_path / KEY
    for name in names:
        (folder / name).mkdir(parents=True)
        (folder / name / "plugin.json").touch()
    return folder


@pytest.mark.parametrize("check", [True, False])
def test_prune(tmp_path, check):
    folder = plugin(tmp_path, "1.0", "1.1", "1.2", "1.2.3.4.5", "notes", ".hidden")
    (folder / "0.9").touch()
    (folder / "0.8").symlink_to("1.1")
    before = sorted(os.listdir(folder))
    result = release.prune(folder, folder / ".staging", "1.2", 0, [], check)
    assert result == {"changed": True, "kept": {"1.2": "the current version"}, "pruned": ["1.0", "1.1"]}
    removed = [] if check else ["1.0", "1.1"]
    assert sorted(os.listdir(folder)) == [name for name in before if name not in removed]
    again = release.prune(folder, folder / ".staging", "1.2", 0, [], check=True)
    assert again["changed"] is check


def test_prune_completes_an_interrupted_run(tmp_path):
    folder = plugin(tmp_path, "1.2", ".staging/pruned-1.0")
    assert release.prune(folder, folder / ".staging", "1.2", 0, [], check=True)["changed"]
    assert release.prune(folder, folder / ".staging", "1.2", 0, [], check=False)["changed"]
    assert os.listdir(folder) == ["1.2"]
    assert not release.prune(folder, folder / ".staging", "1.2", 0, [], check=False)["changed"]


def test_nothing_to_prune(tmp_path):
    result = release.prune(tmp_path / KEY, tmp_path / KEY / ".staging", "1.2", 0, [], check=False)
    assert result == {"changed": False, "kept": {}, "pruned": []}


def test_list(tmp_path):
    folder = plugin(tmp_path, "1.0/ui")
    (folder / "1.0/a").write_bytes(b"a")
    (folder / "1.0/link").symlink_to("a")
    (folder / "1.0/folder").symlink_to("ui")
    os.mkfifo(folder / "1.0/pipe")
    empty, some = (hashlib.sha256(data).hexdigest() for data in (b"", b"a"))
    assert release.list_files(folder / "1.0", folder / ".staging") == {
        "exists": True,
        "left_over": False,
        "names": ["a", "folder", "link", "pipe", "ui/plugin.json"],
        "special": ["folder", "link", "pipe"],
        "files": [f"a {some}", "folder ", "link ", "pipe ", f"ui/plugin.json {empty}"],
    }
    assert not release.list_files(folder / "2.0", None)["exists"]
    assert release.list_files(folder / "2.0", folder / "1.0")["left_over"]


def test_pack(tmp_path):
    folder = plugin(tmp_path, "1.0/ui")
    (folder / "1.0").chmod(0o700)
    (folder / "1.0/ui/plugin.json").chmod(0o4600)
    release.pack(folder / "1.0", tmp_path / "a.tar")
    with tarfile.open(tmp_path / "a.tar") as archive:
        members = [(member.name, member.mode, member.uid, member.uname) for member in archive]
    assert members == [(".", 0o755, 0, "root"), ("./ui", 0o755, 0, "root"), ("./ui/plugin.json", 0o644, 0, "root")]


def test_place_first_release(tmp_path):
    folder = plugin(tmp_path, ".staging/1.0")
    release.place(folder / ".staging/1.0", folder / "1.0")
    assert sorted(os.listdir(folder)) == [".staging", "1.0"]


@pytest.mark.parametrize("can_exchange", [True, False])
def test_place_replaces_a_release(tmp_path, can_exchange):
    folder = plugin(tmp_path, "1.0", ".staging/1.0")
    (folder / ".staging/1.0/plugin.json").write_text("new")
    exchange = release.exchange if can_exchange else lambda *_folders: False
    release.place(folder / ".staging/1.0", folder / "1.0", exchange)
    assert (folder / "1.0/plugin.json").read_text() == "new"


def test_a_reader_always_finds_a_complete_release(tmp_path):
    folder = plugin(tmp_path, "1.0", ".staging/1.0")
    if not release.exchange(folder / ".staging/1.0", folder / "1.0"):
        pytest.skip("NOT RUN: this system or file system cannot exchange two folders")
    stop, missing = threading.Event(), []

    def read():
        while not stop.is_set():
            if not (folder / "1.0/plugin.json").exists():
                missing.append(True)

    reader = threading.Thread(target=read)
    reader.start()
    for _round in range(500):
        release.place(folder / ".staging/1.0", folder / "1.0")
    stop.set()
    reader.join()
    assert not missing
