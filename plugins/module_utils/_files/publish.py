# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""The only file that knows how one file is published: its source, what is there now, the new one in its place."""

from __future__ import annotations

import contextlib
import os
import stat
import tempfile
from collections.abc import Callable
from typing import Any


class PublishError(ValueError):
    """A path where no file can be read or written. ``str()`` is a whole sentence that begins with the option."""


def content(option: str, path: str, limit: int) -> bytes:
    """The bytes of the file that an option names; of a longer file, one byte more than ``limit``.

    Raises :class:`PublishError`.
    """
    _check_name(option, path)
    try:
        # A pipe could give for ever, so it is not even opened.
        if not stat.S_ISREG(os.stat(path).st_mode):
            raise PublishError(f"{option}={path} is no regular file; give the path of one.")
        with open(path, "rb") as file:
            return file.read(limit + 1)
    except OSError as error:
        reason = error.strerror
        raise PublishError(f"{option}={path} cannot be read: {reason}; give the path of a readable file.") from error


def present(path: str, *, limit: int, example: str) -> bytes | None:
    """The bytes of the file, or None where there is none; of a longer file, one byte more than ``limit``.

    ``example`` is a name for a file there. Raises :class:`PublishError` where no file can be written, which check mode
    is to say as well.
    """
    _check_name("path", path)
    folder = os.path.dirname(os.path.realpath(path))
    if os.path.isdir(path):
        raise PublishError(f"path={path} is a folder; give the path of a file in it, such as {path}/{example}.")
    if not os.path.isdir(folder):
        raise PublishError(f"path={path} cannot be written, because there is no folder {folder}; create it first.")
    if not os.access(folder, os.W_OK):
        raise PublishError(
            f"path={path} cannot be written, because {folder} is not writable; use become or another path."
        )
    try:
        # A pipe could give for ever, so it is not even opened.
        if not stat.S_ISREG(os.stat(path).st_mode):
            raise PublishError(f"path={path} is no regular file; give another path.")
        with open(path, "rb") as file:
            return file.read(limit + 1)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise PublishError(f"path={path} cannot be read: {error.strerror}; use become or another path.") from error


def prepare(path: str, data: bytes) -> tuple[str, str]:
    """Write a scratch file beside the one that ``path`` means. Gives both paths, with links followed.

    In the same folder the move is a rename, and a reader sees the old file or the new one.
    Raises :class:`PublishError`.
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
        raise PublishError(
            f"path={path} cannot be written: {error.strerror}; make room, or use another path."
        ) from error
    return scratch, target


def _check_name(option: str, path: str) -> None:
    if "\0" in path:
        raise PublishError(f"{option}={path!a} is no path, because it holds a NUL; correct it.")


def publish(
    module: Any, data: bytes, *, limit: int, example: str, text: Callable[[bytes | None], str]
) -> dict[str, Any]:
    """Make the file of the option ``path`` hold exactly ``data`` and have the attributes of the task; the result of it.

    ``module`` is the AnsibleModule, for the move, the attributes, the backup and check mode, which are Ansible's own
    work. ``text`` says for a diff what some content is. Raises :class:`PublishError`.
    """
    path = module.params["path"]
    before = present(path, limit=limit, example=example)
    result: dict[str, Any] = {"path": path, "changed": before != data}
    attributes: dict[str, Any] = {}
    if result["changed"] and not module.check_mode:
        if module.params["backup"] and before is not None:
            result["backup_file"] = module.backup_local(path)
        scratch, target = prepare(path, data)
        module.add_cleanup_file(scratch)
        module.atomic_move(scratch, target, unsafe_writes=module.params["unsafe_writes"])
    owned = module.load_file_common_arguments(module.params, path=path)
    result["changed"] = module.set_fs_attributes_if_different(owned, result["changed"], diff=attributes)
    if module._diff:
        headers = {"before_header": f"{path} (content)", "after_header": f"{path} (content)"}
        result["diff"] = [{"before": text(before), "after": text(data), **headers}]
        if attributes:
            headers = {"before_header": f"{path} (attributes)", "after_header": f"{path} (attributes)"}
            result["diff"].append(attributes | headers)
    return result
