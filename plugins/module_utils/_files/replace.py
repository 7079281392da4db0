# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""The only file that knows how files are replaced together: all or none, and never readable by others meanwhile."""

from __future__ import annotations

import contextlib
import datetime
import os
import stat
import tempfile
from dataclasses import dataclass

from .._extension.model import OptionError


@dataclass(frozen=True, slots=True)
class NewFile:
    """A file to write; ``old`` is its content until now, None where there is none; ``option`` named it."""

    path: str
    new: bytes
    old: bytes | None
    mode: int
    option: str = ""


def replace_files_with_backup(files: list[NewFile], *, backup_at: datetime.datetime | None) -> list[str]:
    """Put the private key and the file that goes with it in place; the paths of the copies that were made.

    ``backup_at`` is None for no copies of what is replaced, or the time in their names. Raises :class:`OptionError`;
    the old files are then in place.
    """
    copies = []
    if backup_at is not None:
        stamp = backup_at.strftime("%Y%m%dT%H%M%S%fZ")
        copies = [NewFile(f"{file.path}.{stamp}~", file.old, None, file.mode) for file in files if file.old]
    try:
        replace_files(copies)
        replace_files(files)
    except OSError as error:
        raise OptionError(
            ", ".join(file.option for file in files),
            f"{error.filename2 or error.filename or files[0].path} cannot be written ({error.strerror}) and "
            "the old files stay; give folders where the user of this task may write",
        ) from error
    return [copy.path for copy in copies]


def replace_files(files: list[NewFile]) -> None:
    """Put all files in place, or none of them.

    Each is complete, 0600 from its first byte, and on the disk before the first old one goes. Owner and group stay
    those of the file that is replaced. When a later one fails, the earlier ones get back what they were.
    Raises :class:`OSError`.
    """
    ready: list[tuple[NewFile, str, os.stat_result | None]] = []
    done = 0
    try:
        for file in files:
            now = os.stat(file.path) if file.old is not None else None
            ready.append((file, _write_beside(file.path, file.new, file.mode, now), now))
        for file, written, _now in ready:
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
        for _file, written, _now in ready[done:]:
            os.unlink(written)


def _write_beside(path: str, data: bytes, mode: int, owner: os.stat_result | None) -> str:
    # mkstemp opens with O_EXCL and 0600, whatever the umask.
    handle, written = tempfile.mkstemp(dir=os.path.dirname(path), prefix=f".{os.path.basename(path)}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            if owner is not None:
                # Not root: the new file then belongs to who runs this, as with any editor.
                with contextlib.suppress(PermissionError):
                    os.fchown(handle, owner.st_uid, owner.st_gid)
            os.fchmod(handle, mode)
            os.fsync(handle)
    except OSError:
        os.unlink(written)
        raise
    return written
