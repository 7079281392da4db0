# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Read the files and list the folders that options name: regular files only, and never more than a limit."""

from __future__ import annotations

import os
import stat

from .._errors import FileError, FileKind

MIB = 1024 * 1024


def read_file(path: str, *, limit: int) -> bytes:
    """Return the content of a regular file of at most ``limit`` bytes; symbolic links are followed.

    Raises :class:`FileError`, whose ``kind`` is ``missing``, ``not_regular``, ``too_large`` or ``unreadable``.
    """
    data = read_start(path, size=limit + 1)
    if len(data) > limit:
        raise FileError(
            "too_large", f"is larger than {_size(limit)}", subject=path, remedy="give the path of the right file"
        )
    return data


def read_start(path: str, *, size: int) -> bytes:
    """Return the first ``size`` bytes of a regular file, fewer where it is shorter; symbolic links are followed.

    Raises :class:`FileError`, whose ``kind`` is ``missing``, ``not_regular`` or ``unreadable``.
    """
    if not path:
        raise FileError("missing", "must be the path of a file", value=path, remedy="correct the path")
    try:
        # A pipe without a writer would block in open(), a device could deliver without end.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError as error:
        raise FileError("missing", "does not exist", subject=path, remedy="correct the path") from error
    except (OSError, ValueError) as error:
        raise _unreadable(path, error) from error
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise FileError("not_regular", "is not a regular file", subject=path, remedy="give the path of a file")
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            return file.read(size)
    except OSError as error:
        raise _unreadable(path, error) from error
    finally:
        os.close(descriptor)


def read_if_present(path: str, *, limit: int) -> bytes | None:
    """Return the content as :func:`read_file`, or None where there is no file."""
    try:
        return read_file(path, limit=limit)
    except FileError as error:
        if error.kind == "missing":
            return None
        raise


def list_folder(path: str, *, remedy: str) -> list[str]:
    """Return the names in a folder, in no fixed order. Raises :class:`FileError` with ``remedy``."""
    try:
        return os.listdir(path)
    except OSError as error:
        kind: FileKind = "missing" if isinstance(error, FileNotFoundError) else "unreadable"
        raise FileError(kind, f"cannot be listed ({error.strerror})", subject=path, remedy=remedy) from error


def _unreadable(path: str, error: OSError | ValueError) -> FileError:
    # A path with a NUL character is a ValueError of Python.
    reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
    return FileError(
        "unreadable",
        f"cannot be read ({reason})",
        subject=path,
        remedy="give a file that the user who runs this task can read",
    )


def _size(limit: int) -> str:
    return f"{limit // MIB} MiB" if limit >= MIB and limit % MIB == 0 else f"{limit} bytes"
