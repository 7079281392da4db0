# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Byte code that is kept for imports from ZIP files is that of their sources."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ZIP_CACHE = Path(__file__).resolve().parents[2] / "toolchain" / "zip_cache.py"
SOURCE = "def where():\n    return (where.__code__.co_filename, {value})\n"


@pytest.fixture
def run(tmp_path):
    """Run Python with the cache below ``tmp_path`` and return what a module of that ZIP file says."""
    site = tmp_path / "site"
    site.mkdir()
    shutil.copyfile(ZIP_CACHE, site / "zip_cache.py")
    start = f"import sys; sys.prefix = {str(tmp_path)!r}; import zip_cache\n"
    (site / "sitecustomize.py").write_text(start)

    def said(name, value):
        archive = tmp_path / name
        with zipfile.ZipFile(archive, "w") as file:
            file.writestr("module.py", SOURCE.format(value=value))
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(site), str(archive)])}
        command = [sys.executable, "-c", "import module; print(*module.where())"]
        output = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout
        return output.split()

    return said


def kept(folder):
    return {file.name: file.stat().st_mtime_ns for file in (folder / "zip-cache").iterdir()}


def test_code_is_kept_and_has_the_name_of_its_own_file(run, tmp_path):
    assert run("first.zip", 1) == [str(tmp_path / "first.zip" / "module.py"), "1"]
    before = kept(tmp_path)
    assert len(before) == 1
    assert run("second.zip", 1) == [str(tmp_path / "second.zip" / "module.py"), "1"]
    assert kept(tmp_path) == before


def test_another_source_has_other_code(run, tmp_path):
    assert [run("a.zip", value)[1] for value in (1, 2, 1)] == ["1", "2", "1"]
    assert len(kept(tmp_path)) == 2


@pytest.mark.parametrize("damage", [b"", b"no code"])
def test_a_damaged_file_is_written_again(run, tmp_path, damage):
    run("a.zip", 1)
    for file in (tmp_path / "zip-cache").iterdir():
        file.write_bytes(damage)
    assert run("a.zip", 1)[1] == "1"
    assert all(file.read_bytes() != damage for file in (tmp_path / "zip-cache").iterdir())


def test_without_a_folder_to_write_to_it_compiles(run, tmp_path):
    (tmp_path / "zip-cache").write_text("in the way")
    assert run("a.zip", 1)[1] == "1"
