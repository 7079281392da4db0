# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Publish one file: compare it with the current one, write it beside that, move it into place, set its attributes."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Callable
from typing import Any

from .._errors import FileError
from .read import read_if_present


def publish_file(
    module: Any, data: bytes, *, limit: int, example: str, text: Callable[[bytes | None], str]
) -> dict[str, Any]:
    """Make the file of the parameter ``path`` hold exactly ``data`` and have the attributes of the task.

    ``module`` is the AnsibleModule: moving, attributes, backup and check mode are left to Ansible. A current file of
    more than ``limit`` bytes is replaced without being read as a whole. ``example`` is a file name for a remedy,
    ``text`` converts a content for the diff. Return a module result with ``path``, ``changed`` and, where they apply,
    ``backup_file`` and ``diff``. Raises :class:`FileError`, also in check mode.
    """
    path = module.params["path"]
    current = _read_current(path, limit=limit, example=example)
    result: dict[str, Any] = {"path": path, "changed": current != data}
    attributes: dict[str, Any] = {}
    if result["changed"] and not module.check_mode:
        if module.params["backup"] and current is not None:
            result["backup_file"] = module.backup_local(path)
        scratch, target = write_scratch_file(path, data)
        module.add_cleanup_file(scratch)
        module.atomic_move(scratch, target, unsafe_writes=module.params["unsafe_writes"])
    file_arguments = module.load_file_common_arguments(module.params, path=path)
    result["changed"] = module.set_fs_attributes_if_different(file_arguments, result["changed"], diff=attributes)
    if module._diff:
        headers = {"before_header": f"{path} (content)", "after_header": f"{path} (content)"}
        result["diff"] = [{"before": text(current), "after": text(data), **headers}]
        if attributes:
            headers = {"before_header": f"{path} (attributes)", "after_header": f"{path} (attributes)"}
            result["diff"].append(attributes | headers)
    return result


def write_scratch_file(path: str, data: bytes) -> tuple[str, str]:
    """Write ``data`` beside the file of ``path`` and return the paths of both, with symbolic links followed.

    Moving a file within one folder is a rename, so a reader sees the old file or the new one.
    Raises :class:`FileError`.
    """
    target = os.path.realpath(path)
    scratch = ""
    try:
        handle, scratch = tempfile.mkstemp(prefix=f".{os.path.basename(target)[:32]}.", dir=os.path.dirname(target))
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        if scratch:
            with contextlib.suppress(OSError):
                os.unlink(scratch)
        raise write_error(path, error) from error
    return scratch, target


def check_destination(path: str) -> None:
    """Check that a file or folder can be created at ``path``, with symbolic links followed.

    Raises :class:`FileError`, so that check mode reports what a real run would.
    """
    folder = os.path.dirname(real_path(path))
    if os.path.lexists(folder) and not os.path.isdir(folder):
        reason = f"cannot be created, because {folder} is not a folder"
        raise FileError("occupied", reason, subject=path, remedy="correct the path")
    if not os.path.isdir(folder):
        raise FileError(
            "missing",
            f"cannot be created, because the folder {folder} does not exist",
            subject=path,
            remedy="create that folder first",
        )
    if not os.access(folder, os.W_OK):
        raise FileError(
            "unwritable",
            f"cannot be created, because the folder {folder} is not writable",
            subject=path,
            remedy="use become or another path",
        )


def real_path(path: str) -> str:
    """Return ``path`` absolute, with symbolic links followed.

    Raises :class:`FileError` for an empty path, which would be the current folder, and for one with a NUL.
    """
    if not path:
        raise FileError("unwritable", "must be a path", value=path, remedy="correct the path")
    if "\0" in path:
        raise FileError("unwritable", "contains a NUL character", subject=path, remedy="correct the path")
    return os.path.realpath(path)


def write_error(path: str, error: OSError) -> FileError:
    """Return the error for a file or folder that the system did not let us write."""
    reason = f"cannot be written ({error.strerror})"
    return FileError("unwritable", reason, subject=path, remedy="make room, or use another path")


def _read_current(path: str, *, limit: int, example: str) -> bytes | None:
    if os.path.isdir(path):
        remedy = f"give the path of a file in it, such as {path}/{example}"
        raise FileError("occupied", "is a folder", subject=path, remedy=remedy)
    check_destination(path)
    try:
        return read_if_present(path, limit=limit)
    except FileError as error:
        if error.kind == "too_large":
            return b""
        raise
