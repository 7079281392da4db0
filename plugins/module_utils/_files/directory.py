# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Create a folder with files in one step: beside its place, then renamed."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Mapping

from .._errors import FileError
from .publish import check_destination, real_path, write_error
from .read import read_file

_FOLDER_MODE = 0o755
_FILE_MODE = 0o644


def directory_holds(path: str, files: Mapping[str, bytes]) -> bool:
    """Return whether the folder holds exactly these files, and False where it is empty or missing.

    Raises :class:`FileError` where it holds something else, or where it cannot be created (so that check mode reports
    what a real run would).
    """
    target = real_path(path)
    try:
        if os.path.lexists(target) and os.listdir(target):
            if _holds(target, files):
                return True
            raise FileError("occupied", "holds other files", subject=path, remedy="give a new or empty folder")
    except NotADirectoryError as error:
        raise FileError("occupied", "is not a folder", subject=path, remedy="give a new or empty folder") from error
    except OSError as error:
        raise FileError(
            "unreadable", f"cannot be read ({error.strerror})", subject=path, remedy="use become or another path"
        ) from error
    check_destination(path)
    return False


def create_directory(path: str, files: Mapping[str, bytes]) -> None:
    """Create the folder, readable for everybody, at a place that is empty or missing. Raises :class:`FileError`."""
    target = os.path.realpath(path)
    scratch = ""
    try:
        scratch = tempfile.mkdtemp(prefix=f".{os.path.basename(target)[:32]}.", dir=os.path.dirname(target))
        for folder in sorted(_folders(files)):
            os.mkdir(os.path.join(scratch, folder))
            os.chmod(os.path.join(scratch, folder), _FOLDER_MODE)
        for name, data in files.items():
            file_path = os.path.join(scratch, name)
            with open(file_path, "xb") as file:
                file.write(data)
            os.chmod(file_path, _FILE_MODE)
        os.chmod(scratch, _FOLDER_MODE)
        # The rename replaces an empty folder as well.
        os.rename(scratch, target)
    except OSError as error:
        if scratch:
            shutil.rmtree(scratch, ignore_errors=True)
        raise write_error(path, error) from error


def _folders(files: Mapping[str, bytes]) -> set[str]:
    folders = set()
    for name in files:
        while name := os.path.dirname(name):
            folders.add(name)
    return folders


def _holds(target: str, files: Mapping[str, bytes]) -> bool:
    expected = dict.fromkeys(_folders(files)) | dict(files)
    for folder, folders, names in os.walk(target):
        for name in (*folders, *names):
            path = os.path.join(folder, name)
            relative = os.path.relpath(path, target)
            # None is the content of a folder.
            if relative not in expected or not _is_same(path, expected.pop(relative)):
                return False
    return not expected


def _is_same(path: str, data: bytes | None) -> bool:
    """Return whether the file holds ``data``; without data, whether it is a folder."""
    if os.path.islink(path):
        return False
    status = os.stat(path)
    if data is None:
        return os.path.isdir(path) and status.st_mode & 0o777 == _FOLDER_MODE
    if not os.path.isfile(path) or status.st_mode & 0o777 != _FILE_MODE or status.st_size != len(data):
        return False
    return read_file(path, limit=len(data)) == data
