# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Replace several files together, all or none of them, without making their content readable for others."""

from __future__ import annotations

import contextlib
import datetime
import os
import stat
import tempfile
from dataclasses import dataclass

from .._errors import OptionError


@dataclass(frozen=True, slots=True)
class NewFile:
    """A file to write; ``old`` is its current content or None, ``option`` the option that names it."""

    path: str
    new: bytes
    old: bytes | None
    mode: int
    option: str = ""


def replace_files_with_backup(files: list[NewFile], *, backup_at: datetime.datetime | None) -> list[str]:
    """Replace all files or none of them, and return the paths of the backups.

    ``backup_at`` is the time in the names of the backups, or None for no backups. Raises :class:`OptionError`; the old
    files are then in place.
    """
    copies = []
    if backup_at is not None:
        stamp = backup_at.strftime("%Y%m%dT%H%M%S%fZ")
        copies = [NewFile(f"{file.path}.{stamp}~", file.old, None, file.mode) for file in files if file.old]
    try:
        replace_files(copies)
        replace_files(files)
    except OSError as error:
        failed = _find_failed(files, error.filename2 or error.filename or "")
        raise OptionError(
            f"names {failed.path}, which cannot be written ({error.strerror})",
            option=failed.option,
            remedy="give a folder in which the user who runs this task can write",
            note="The old files were kept",
        ) from error
    return [copy.path for copy in copies]


def replace_files(files: list[NewFile]) -> None:
    """Replace all files or none of them. Raises :class:`OSError`.

    Each new file is complete, has mode 0600 from its first byte, and is on the disk before the first old one is
    replaced. Owner and group are kept. When a later file fails, the earlier ones are restored.
    """
    ready: list[tuple[NewFile, str, os.stat_result | None]] = []
    done = 0
    try:
        for file in files:
            status = os.stat(file.path) if file.old is not None else None
            ready.append((file, _write_beside(file.path, file.new, file.mode, status), status))
        for file, written, _status in ready:
            os.replace(written, file.path)
            done += 1
    except OSError:
        for file, _written, before in ready[:done]:
            if file.old is None or before is None:
                os.unlink(file.path)
            else:
                mode = stat.S_IMODE(before.st_mode)
                os.replace(_write_beside(file.path, file.old, mode, before), file.path)
        raise
    finally:
        for _file, written, _status in ready[done:]:
            os.unlink(written)


def _find_failed(files: list[NewFile], path: str) -> NewFile:
    same = [file for file in files if file.path == path]
    # A scratch file or a backup, which is in the folder of the file that it belongs to.
    near = [file for file in files if os.path.dirname(file.path) == os.path.dirname(path)]
    return (same or near or files)[0]


def _write_beside(path: str, data: bytes, mode: int, owner: os.stat_result | None) -> str:
    # mkstemp opens with O_EXCL and 0600, whatever the umask.
    handle, written = tempfile.mkstemp(dir=os.path.dirname(path), prefix=f".{os.path.basename(path)}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            if owner is not None:
                # Only root can give files away; otherwise the new file belongs to the current user, as with an editor.
                with contextlib.suppress(PermissionError):
                    os.fchown(handle, owner.st_uid, owner.st_gid)
            os.fchmod(handle, mode)
            os.fsync(handle)
    except OSError:
        os.unlink(written)
        raise
    return written
