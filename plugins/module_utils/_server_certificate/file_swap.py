# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Replace a key and certificate by new ones, and repair what an interrupted run has left.

A swap has four steps, and a run may be interrupted between any two system calls:

1. Both live files get a second name, first the key, then the certificate; for a file that does not exist, an empty file
   gets that name. When both have it, the swap has begun.
2. The replacements are renamed to the live files.
3. The caller does what has to be done with them, such as a reload.
4. The second names are removed or become ``.previous``, first that of the key, then that of the certificate.

Undoing a swap restores the certificate first, then the key. Therefore a second name of the key alone means that only
the key has to be restored, and a second name of the certificate alone means that step 4 has to be finished.
"""

from __future__ import annotations

import contextlib
import os
import stat
from dataclasses import dataclass

from .._certificate import x509
from .._errors import CertificateError, FileError
from .._files.read import read_file, read_if_present
from .private_key import KEY_MODE, LARGEST_FILE, read_pair_file

# What is appended to a live file for its second name: while it is replaced, and while the previous file is restored.
REPLACED, UNDONE = ".replaced", ".undone"


class LocalFileSystem:
    """The operations that change the disk of this host, in one place so that a test can interrupt each of them."""

    def link(self, source: str, target: str) -> None:
        """Give a file a second name."""
        os.link(source, target)

    def rename(self, source: str, target: str) -> None:
        """Move a file; an existing target is replaced."""
        os.rename(source, target)

    def unlink(self, path: str) -> None:
        """Remove a name."""
        os.unlink(path)

    def chmod(self, path: str, mode: int) -> None:
        """Set the mode of a file."""
        os.chmod(path, mode)

    def write(self, path: str, data: bytes) -> None:
        """Create a file with mode 0600, and wait until it is on the disk; an existing file of this name is removed."""
        with contextlib.suppress(FileNotFoundError):
            os.unlink(path)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, KEY_MODE)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(handle)


@dataclass(frozen=True, slots=True)
class SwapFile:
    """A file that the web server reads, the option that names it, and the file that replaces it, if there is one."""

    option: str
    live: str
    replacement: str | None = None

    @property
    def previous(self) -> str:
        """Path of the file that was replaced before, where it is kept."""
        return f"{self.live}.previous"


@dataclass(frozen=True, slots=True)
class SwapPair:
    """Private key and certificate of a web server."""

    key: SwapFile
    certificate: SwapFile

    def files(self) -> tuple[SwapFile, SwapFile]:
        """Return the key and the certificate."""
        return (self.key, self.certificate)


@dataclass(frozen=True, slots=True)
class SwapContent:
    """Content of a live file and of its replacement, as if an interrupted run had not ``moved`` them."""

    live: bytes | None
    replacement: bytes | None
    moved: bool


def find_leftover(pair: SwapPair) -> str | None:
    """Return what an interrupted run has appended for the second names, None where there is nothing to repair."""
    for suffix in (REPLACED, UNDONE):
        kept = [file.live + suffix for file in pair.files()]
        if any(os.path.lexists(path) for path in (*kept, *map(_scratch, kept))):
            return suffix
    return None


def read_swap_contents(pair: SwapPair, leftover: str | None) -> tuple[SwapContent, SwapContent]:
    """Return key and certificate as they are after :func:`recover_swap`; ``leftover`` is from :func:`find_leftover`.

    Raises :class:`OptionError` when a file cannot be read.
    """
    has_begun = leftover is not None and os.path.lexists(pair.key.live + leftover)
    key, certificate = (_read_content(file, leftover if has_begun else None) for file in pair.files())
    return key, certificate


def _read_content(file: SwapFile, suffix: str | None) -> SwapContent:
    live = read_pair_file(file.live, file.option)
    replacement = read_pair_file(file.replacement, f"new_{file.option}") if file.replacement else None
    kept = read_pair_file(file.live + suffix, file.option) if suffix else None
    if suffix is None or kept is None or kept == (live or b""):
        return SwapContent(live, replacement, moved=False)
    is_origin = file.replacement is not None and file.replacement == _origin(file, suffix)
    return SwapContent(kept or None, live if replacement is None and is_origin else replacement, moved=True)


def start_swap(files: LocalFileSystem, pair: SwapPair, suffix: str) -> None:
    """Do steps 1 and 2. Raises :class:`OSError` or :class:`FileError`; then call :func:`recover_swap`."""
    for file in pair.files():
        if os.path.exists(file.live):
            _link_or_copy(files, file.live, file.live + suffix, scratch=_scratch(file.live + suffix))
        else:
            files.write(file.live + suffix, b"")
    for file in pair.files():
        if file.replacement and os.path.exists(file.replacement):
            files.rename(file.replacement, file.live)


def finish_swap(files: LocalFileSystem, pair: SwapPair, suffix: str, *, keep: bool) -> None:
    """Do step 4; ``keep`` the replaced pair as the previous one, or remove both. Raises :class:`OSError`."""
    kept = [file.live + suffix for file in pair.files()]
    if keep and all(os.path.getsize(path) for path in kept):
        if not _is_same_file(kept[0], pair.key.live):
            files.chmod(kept[0], KEY_MODE)
        for file, path in zip(pair.files(), kept, strict=True):
            _move(files, path, file.previous)
    else:
        remove_previous(files, pair)
        for path in kept:
            files.unlink(path)


def remove_previous(files: LocalFileSystem, pair: SwapPair) -> None:
    """Remove the previous pair, the key first. Raises :class:`OSError`."""
    for file in pair.files():
        if os.path.lexists(file.previous):
            files.unlink(file.previous)


def recover_swap(files: LocalFileSystem, pair: SwapPair, suffix: str) -> None:
    """Restore what an interrupted run has moved, or finish its last step. Raises :class:`OSError`, :class:`FileError`.

    Replacements are moved back, unless their path is unknown to this task or holds another file by now.
    """
    key, certificate = (file.live + suffix for file in pair.files())
    for kept in (key, certificate):
        if os.path.lexists(_scratch(kept)):
            files.unlink(_scratch(kept))
    if os.path.lexists(key):
        _restore_file(files, pair.certificate, suffix)
        _restore_file(files, pair.key, suffix)
    elif os.path.lexists(certificate):
        if suffix == REPLACED and _is_pair(pair.key.previous, certificate):
            _move(files, certificate, pair.certificate.previous)
        else:
            files.unlink(certificate)


def _restore_file(files: LocalFileSystem, file: SwapFile, suffix: str) -> None:
    kept, origin = file.live + suffix, _origin(file, suffix)
    live, old = (read_if_present(path, limit=LARGEST_FILE) for path in (file.live, kept))
    if old is None:
        return
    if old == (live or b""):
        files.unlink(kept)
        return
    if live is not None and origin is not None and not os.path.lexists(origin):
        _link_or_copy(files, file.live, origin, scratch=_scratch(kept))
    if old:
        files.rename(kept, file.live)
    else:
        files.unlink(file.live)
        files.unlink(kept)


def _origin(file: SwapFile, suffix: str) -> str | None:
    """Return the path from which a run with this suffix took the replacement; None if this task does not name it."""
    if suffix == UNDONE:
        return file.previous
    return None if file.replacement == file.previous else file.replacement


def _link_or_copy(files: LocalFileSystem, path: str, name: str, *, scratch: str) -> None:
    try:
        files.link(path, name)
    except OSError:
        # A file system without hard links, or a file of another user (fs.protected_hardlinks).
        before = os.stat(path)
        files.write(scratch, read_file(path, limit=LARGEST_FILE))
        with contextlib.suppress(PermissionError):
            os.chown(scratch, before.st_uid, before.st_gid)
        files.chmod(scratch, stat.S_IMODE(before.st_mode))
        files.rename(scratch, name)


def _move(files: LocalFileSystem, source: str, target: str) -> None:
    # rename() does nothing when both are names of one file.
    if _is_same_file(source, target):
        files.unlink(source)
    else:
        files.rename(source, target)


def _is_same_file(one: str, other: str) -> bool:
    return os.path.exists(one) and os.path.exists(other) and os.path.samefile(one, other)


def _scratch(path: str) -> str:
    return f"{path}~"


def _is_pair(key_path: str, certificate_path: str) -> bool:
    try:
        key, certificate = (read_file(path, limit=LARGEST_FILE) for path in (key_path, certificate_path))
        return x509.load_certificate(certificate).public_key == x509.load_private_key(key).public_key
    except (FileError, CertificateError):
        return False
