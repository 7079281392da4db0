# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Open ZIP archives of unknown origin. Standard library only; nothing is unpacked to the disk.

An archive that would do harm where it is unpacked, or that a vSphere Client could not read, is refused as a whole.
"""

from __future__ import annotations

import io
import posixpath
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from .._errors import ArchiveError
from .._foreign_text import one_line, quoted

MAX_ENTRIES = 10_000
# The central directory is read in one piece before its entries can be counted; this is over 400 bytes for each.
MAX_DIRECTORY_BYTES = 4 * 1024 * 1024

# The methods that the ZIP reader of Java (java.util.zip) supports, in which the vSphere Client is written.
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
# APPNOTE.TXT 4.4.4: bit 0 encrypted, bit 6 strongly encrypted, bit 13 with a masked central directory.
_ENCRYPTED = 0x1 | 0x40 | 0x2000
_SIGNATURES = (
    (b"<", "a text such as HTML or XML"),
    (b"{", "a text such as JSON"),
    (b"\x1f\x8b", "a gzip or tar.gz file"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"Rar!", "a RAR archive"),
)
# APPNOTE.TXT 4.3.16: the signature of the record at the end, its length, and the longest comment after it.
_END, _END_BYTES, _LONGEST_COMMENT = b"PK\x05\x06", 22, 0xFFFF
_LONGEST_NAME_SHOWN = 120
_CHECK = "check that it is the right file"
_AGAIN = "create the archive again"
_COPY_AGAIN = "download or copy it again"


@dataclass(frozen=True, slots=True)
class ZipLimits:
    """What an archive contains ("the plug-in"), and its largest number of bytes, packed and unpacked."""

    what: str
    size: int
    unpacked: int


@contextmanager
def open_zip(data: bytes, limits: ZipLimits) -> Iterator[tuple[zipfile.ZipFile, list[zipfile.ZipInfo]]]:
    """Open the archive in ``data`` and check all its entries.

    Raises :class:`ArchiveError`, also for damage that is found while entries are read within the ``with`` block.
    """
    if not data:
        raise ArchiveError("is empty", remedy=f"give the .zip of {limits.what}")
    if len(data) > limits.size:
        raise ArchiveError(f"is larger than {limits.size // 1024**2} MiB", remedy=_CHECK)
    try:
        with zipfile.ZipFile(_BoundedReads(data)) as archive:
            entries = archive.infolist()
            _check_entries(entries, limits)
            yield archive, entries
    except zipfile.BadZipFile as error:
        raise (_damaged(error) if _has_end_record(data) else _not_a_zip(data, limits)) from error
    except (EOFError, OverflowError, UnicodeError, struct.error, zlib.error) as error:
        raise _damaged(error) from error
    except NotImplementedError as error:
        raise ArchiveError(
            f"uses a feature that neither Python nor Java supports ({shown_error(error)})",
            remedy=f"{_AGAIN} with zip or jar",
        ) from error


def read_entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, limit: int) -> bytes:
    """Return the bytes of an entry of at most ``limit`` bytes, within the block of :func:`open_zip`.

    An entry whose real size differs from the declared one counts as damaged.
    """
    try:
        with archive.open(entry) as file:
            # The declared size cannot be trusted, so it does not limit the reading.
            data = file.read(limit + 1)
    except ValueError as error:
        if isinstance(error, UnicodeError):
            raise
        # The entry is declared to begin before the archive.
        raise zipfile.BadZipFile(str(error)) from error
    if len(data) != entry.file_size:
        raise zipfile.BadZipFile(f"{entry.filename} has {len(data)} bytes, and {entry.file_size} are declared")
    return data


def find_path_problem(name: str) -> str | None:
    """Return why a name must not be unpacked, as a clause after "which", or None for a plain relative one."""
    if re.search(r"[\x00-\x1f\x7f-\x9f]", name):
        return "has a control character"
    if "\\" in name:
        return "has a backslash"
    if name.startswith("/") or re.match(r"[A-Za-z]:", name):
        return "is not relative"
    if ".." in name.split("/"):
        return "leads out of the folder that it is unpacked to"
    return None if name else "is empty"


def quoted_name(name: str) -> str:
    """Return a name from an archive as a message shows it."""
    return quoted(name, _LONGEST_NAME_SHOWN)


class _BoundedReads(io.BytesIO):
    """The bytes of an archive, without the reads of any length that the archive itself declares."""

    def read(self, size: int | None = -1, /) -> bytes:
        """Return the next ``size`` bytes; zipfile reads the central directory in one piece."""
        if size is not None and size > MAX_DIRECTORY_BYTES:
            raise ArchiveError(
                f"has a table of contents of {size} bytes, more than {MAX_DIRECTORY_BYTES}", remedy=_AGAIN
            )
        return super().read(size)


def _check_entries(entries: list[zipfile.ZipInfo], limits: ZipLimits) -> None:
    if len(entries) > MAX_ENTRIES:
        raise ArchiveError(f"has {len(entries)} entries, more than {MAX_ENTRIES}", remedy=_CHECK)
    names: set[str] = set()
    for entry in entries:
        # Python cuts a name at a NUL and, from 3.13 on, may take another one from an extra field.
        for name in (entry.orig_filename, entry.filename):
            if problem := find_path_problem(name):
                raise ArchiveError(
                    f"holds the name {quoted_name(name)}, which {problem}",
                    remedy=f"{_AGAIN} with plain relative names",
                )
        _check_entry(entry)
        # Two spellings of one path would be unpacked to the same file.
        name = posixpath.normpath(entry.filename)
        if name in names:
            raise ArchiveError(f"holds {quoted_name(entry.filename)} twice", remedy=f"{_AGAIN} with one of the two")
        names.add(name)
    unpacked = sum(entry.file_size for entry in entries)
    if unpacked > limits.unpacked:
        raise ArchiveError(f"would take {unpacked} bytes when unpacked, more than {limits.unpacked}", remedy=_CHECK)


def _check_entry(entry: zipfile.ZipInfo) -> None:
    name = quoted_name(entry.filename)
    if stat.S_ISLNK(entry.external_attr >> 16):
        raise ArchiveError(f"holds {name}, a symbolic link", remedy=f"{_AGAIN} with the file that it points to")
    if entry.flag_bits & _ENCRYPTED:
        raise ArchiveError(f"holds {name} encrypted", remedy=f"{_AGAIN} without a password, which no client has")
    if entry.compress_type not in _METHODS:
        raise ArchiveError(f"holds {name} compressed by method {entry.compress_type}", remedy=f"{_AGAIN} with deflate")


def _has_end_record(data: bytes) -> bool:
    start = max(0, len(data) - _END_BYTES - _LONGEST_COMMENT)
    return data.find(_END, start, len(data) - _END_BYTES + len(_END)) >= 0


def _not_a_zip(data: bytes, limits: ZipLimits) -> ArchiveError:
    if data.startswith(b"PK\x03\x04"):
        return ArchiveError("is a ZIP archive whose end is missing", remedy=_COPY_AGAIN)
    found = next((what for start, what in _SIGNATURES if data[:64].lstrip().startswith(start)), "")
    reason = f"is not a ZIP archive, but {found}" if found else "is not a ZIP archive"
    return ArchiveError(reason, remedy=f"give the .zip of {limits.what}")


def _damaged(error: Exception) -> ArchiveError:
    return ArchiveError(f"is a damaged ZIP archive ({shown_error(error)})", remedy=_COPY_AGAIN)


def shown_error(error: Exception) -> str:
    """Return the text of an error of the standard library, which may quote the archive, as one short line."""
    return one_line(error, _LONGEST_NAME_SHOWN) or type(error).__name__
