# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""The only file that knows how key and certificate change places with others, and what a run leaves that is cut off.

In four steps, of which a run may be cut off between any two system calls:

1. Both live files get a second name, first the key, then the certificate; for a file that is not there, an empty one
   stands. When both have it, the change has begun.
2. The waiting files are renamed to the live ones.
3. What the caller does with them, such as a reload.
4. The second names go, first the key's, then the certificate's: away, or to ``.previous``.

Going back puts the certificate back first, then the key. So the second name of the key alone says that nothing is left
to do but to put the key back, and that of the certificate alone, that step 4 is to be finished.
"""

from __future__ import annotations

import contextlib
import os
import stat
from dataclasses import dataclass
from typing import Protocol

from .._certificate import x509
from .._errors import CertificateError
from .info import read_file

# The second name of a live file: while a new one takes its place, and while the previous one comes back.
REPLACED, UNDONE = ".replaced", ".undone"
_KEY_MODE = 0o600


class Files(Protocol):
    """What is done to the disk."""

    def link(self, source: str, target: str) -> None:
        """Give a file a second name."""

    def rename(self, source: str, target: str) -> None:
        """Move a file, over one that is there."""

    def unlink(self, path: str) -> None:
        """Remove a name."""

    def chmod(self, path: str, mode: int) -> None:
        """Set the mode of a file."""

    def write(self, path: str, data: bytes) -> None:
        """Make a file that nobody else may read, and wait for the disk."""


class Disk:
    """The real one."""

    def link(self, source: str, target: str) -> None:
        os.link(source, target)

    def rename(self, source: str, target: str) -> None:
        os.rename(source, target)

    def unlink(self, path: str) -> None:
        os.unlink(path)

    def chmod(self, path: str, mode: int) -> None:
        os.chmod(path, mode)

    def write(self, path: str, data: bytes) -> None:
        """All of it is on the disk, 0600 from the first byte, whoever left a file of this name."""
        with contextlib.suppress(FileNotFoundError):
            os.unlink(path)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _KEY_MODE)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(handle)


@dataclass(frozen=True, slots=True)
class Place:
    """A file that the web server reads, the option that names it, and the file that shall take its place, if one."""

    option: str
    live: str
    waiting: str | None = None

    @property
    def previous(self) -> str:
        return f"{self.live}.previous"


@dataclass(frozen=True, slots=True)
class Pair:
    key: Place
    certificate: Place

    def places(self) -> tuple[Place, Place]:
        return (self.key, self.certificate)


@dataclass(frozen=True, slots=True)
class Seen:
    """Content of a live file and of the one that waits; of one that a cut-off run has moved, as if it had not."""

    live: bytes | None
    waiting: bytes | None
    moved: bool


def left(pair: Pair) -> str | None:
    """The second name that a cut-off run has left, if it has."""
    for suffix in (REPLACED, UNDONE):
        kept = [place.live + suffix for place in pair.places()]
        if any(os.path.lexists(path) for path in (*kept, *map(_scratch, kept))):
            return suffix
    return None


def see(pair: Pair, suffix: str | None) -> tuple[Seen, Seen]:
    """Key and certificate as they are once what a cut-off run left is put back; ``suffix`` is that of :func:`left`.

    Raises ``OptionError`` when a file cannot be read.
    """
    begun = suffix is not None and os.path.lexists(pair.key.live + suffix)
    key, certificate = (_see(place, suffix if begun else None) for place in pair.places())
    return key, certificate


def _see(place: Place, suffix: str | None) -> Seen:
    live = read_file(place.live, place.option)
    waiting = read_file(place.waiting, f"new_{place.option}") if place.waiting else None
    kept = read_file(place.live + suffix, place.option) if suffix else None
    if suffix is None or kept is None or kept == (live or b""):
        return Seen(live, waiting, moved=False)
    came_from_there = place.waiting is not None and place.waiting == _origin(place, suffix)
    return Seen(kept or None, live if waiting is None and came_from_there else waiting, moved=True)


def begin(files: Files, pair: Pair, suffix: str) -> None:
    """Steps 1 and 2. Raises :class:`OSError`; then :func:`recover` is to be called."""
    for place in pair.places():
        if os.path.exists(place.live):
            _second_name(files, place.live, place.live + suffix, scratch=_scratch(place.live + suffix))
        else:
            files.write(place.live + suffix, b"")
    for place in pair.places():
        if place.waiting and os.path.exists(place.waiting):
            files.rename(place.waiting, place.live)


def end(files: Files, pair: Pair, suffix: str, *, keep: bool) -> None:
    """Step 4. ``keep`` the replaced pair as the previous one; otherwise there is none. Raises :class:`OSError`."""
    kept = [place.live + suffix for place in pair.places()]
    if keep and all(os.path.getsize(path) for path in kept):
        if not _same(kept[0], pair.key.live):
            files.chmod(kept[0], _KEY_MODE)
        for place, path in zip(pair.places(), kept, strict=True):
            _take(files, path, place.previous)
    else:
        forget(files, pair)
        for path in kept:
            files.unlink(path)


def forget(files: Files, pair: Pair) -> None:
    """Remove the previous pair, the key first. Raises :class:`OSError`."""
    for place in pair.places():
        if os.path.lexists(place.previous):
            files.unlink(place.previous)


def recover(files: Files, pair: Pair, suffix: str) -> None:
    """Put back what a cut-off run has moved, or finish it where only names were left to go. Raises :class:`OSError`.

    What it has moved waits again, unless something else waits there by now or the task does not say where.
    """
    key, certificate = (place.live + suffix for place in pair.places())
    for kept in (key, certificate):
        if os.path.lexists(_scratch(kept)):
            files.unlink(_scratch(kept))
    if os.path.lexists(key):
        _put_back(files, pair.certificate, suffix)
        _put_back(files, pair.key, suffix)
    elif os.path.lexists(certificate):
        if suffix == REPLACED and _belongs(pair.key.previous, certificate):
            _take(files, certificate, pair.certificate.previous)
        else:
            files.unlink(certificate)


def _put_back(files: Files, place: Place, suffix: str) -> None:
    kept, origin = place.live + suffix, _origin(place, suffix)
    live, old = read_file(place.live, place.option), read_file(kept, place.option)
    if old is None:
        return
    if old == (live or b""):
        files.unlink(kept)
        return
    if live is not None and origin is not None and not os.path.lexists(origin):
        _second_name(files, place.live, origin, scratch=_scratch(kept))
    if old:
        files.rename(kept, place.live)
    else:
        files.unlink(place.live)
        files.unlink(kept)


def _origin(place: Place, suffix: str) -> str | None:
    """Where a run that used this second name took the new file from."""
    if suffix == UNDONE:
        return place.previous
    return None if place.waiting == place.previous else place.waiting


def _second_name(files: Files, path: str, name: str, *, scratch: str) -> None:
    try:
        files.link(path, name)
    except OSError:
        # A file system without hard links, or a file of somebody else (fs.protected_hardlinks): a copy.
        before = os.stat(path)
        with open(path, "rb") as file:
            files.write(scratch, file.read())
        with contextlib.suppress(PermissionError):
            os.chown(scratch, before.st_uid, before.st_gid)
        files.chmod(scratch, stat.S_IMODE(before.st_mode))
        files.rename(scratch, name)


def _take(files: Files, source: str, target: str) -> None:
    """Rename; where both are names of one file, that alone would do nothing."""
    if _same(source, target):
        files.unlink(source)
    else:
        files.rename(source, target)


def _same(one: str, other: str) -> bool:
    return os.path.exists(one) and os.path.exists(other) and os.path.samefile(one, other)


def _scratch(path: str) -> str:
    return f"{path}~"


def _belongs(key: str, certificate: str) -> bool:
    try:
        with open(key, "rb") as key_file, open(certificate, "rb") as certificate_file:
            public_key = x509.load_private_key(key_file.read()).public_key
            return x509.load_certificate(certificate_file.read()).public_key == public_key
    except (OSError, CertificateError):
        return False
