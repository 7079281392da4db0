# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""The only file that knows how a folder of files comes into being: beside its place, then moved there in one step."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Mapping

_FOLDER_MODE = 0o755
_FILE_MODE = 0o644


class FolderError(ValueError):
    """A place where no such folder can be. ``str()`` is a whole sentence that begins with the option ``dest``."""


def is_there(dest: str, files: Mapping[str, bytes]) -> bool:
    """Whether the folder holds exactly these files already; False where nothing is.

    Raises :class:`FolderError` where something else is, or where no folder can be made, which check mode is to say as
    well.
    """
    if "\0" in dest:
        raise FolderError(f"dest={dest!a} is no path, because it holds a NUL; correct it.")
    target = os.path.realpath(dest)
    parent = os.path.dirname(target)
    try:
        if os.path.lexists(target) and os.listdir(target):
            if _holds(target, files):
                return True
            raise FolderError(f"dest={dest} holds other files; give a new or empty folder.")
    except NotADirectoryError as error:
        raise FolderError(f"dest={dest} is no folder; give a new or empty one.") from error
    except OSError as error:
        raise FolderError(f"dest={dest} cannot be read: {error.strerror}; use become or another path.") from error
    if not os.path.isdir(parent):
        raise FolderError(f"dest={dest} cannot be made, because there is no folder {parent}; create it first.")
    if not os.access(parent, os.W_OK):
        raise FolderError(f"dest={dest} cannot be made, because {parent} is not writable; use become or another path.")
    return False


def make(dest: str, files: Mapping[str, bytes]) -> None:
    """Make the folder, everything in it readable for all. It is empty or not there. Raises :class:`FolderError`."""
    target = os.path.realpath(dest)
    scratch = ""
    try:
        scratch = tempfile.mkdtemp(prefix=f".{os.path.basename(target)[:32]}.", dir=os.path.dirname(target))
        for folder in sorted(_folders(files)):
            os.mkdir(os.path.join(scratch, folder))
            os.chmod(os.path.join(scratch, folder), _FOLDER_MODE)
        for name, data in files.items():
            path = os.path.join(scratch, name)
            with open(path, "xb") as file:
                file.write(data)
            os.chmod(path, _FILE_MODE)
        os.chmod(scratch, _FOLDER_MODE)
        # Takes the place of an empty folder as well.
        os.rename(scratch, target)
    except OSError as error:
        if scratch:
            shutil.rmtree(scratch, ignore_errors=True)
        raise FolderError(
            f"dest={dest} cannot be written: {error.strerror}; make room, or use another path."
        ) from error


def _folders(files: Mapping[str, bytes]) -> set[str]:
    found = set()
    for name in files:
        while name := os.path.dirname(name):
            found.add(name)
    return found


def _holds(target: str, files: Mapping[str, bytes]) -> bool:
    wanted = dict.fromkeys(_folders(files)) | dict(files)
    left = set(wanted)
    for folder, folders, names in os.walk(target):
        for name in (*folders, *names):
            path = os.path.join(folder, name)
            relative = os.path.relpath(path, target)
            if relative not in left or not _is(path, wanted[relative]):
                return False
            left.remove(relative)
    return not left


def _is(path: str, data: bytes | None) -> bool:
    """Whether the file holds the bytes; without bytes, whether it is a folder."""
    found = os.lstat(path)
    if data is None:
        return os.path.isdir(path) and not os.path.islink(path) and found.st_mode & 0o777 == _FOLDER_MODE
    if os.path.islink(path) or not os.path.isfile(path):
        return False
    if found.st_mode & 0o777 != _FILE_MODE or found.st_size != len(data):
        return False
    with open(path, "rb") as file:
        return file.read() == data
