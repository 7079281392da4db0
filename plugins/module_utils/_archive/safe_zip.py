# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""The only file that knows how a ZIP archive from strangers is opened. Standard library only; nothing is ever unpacked.

Archives that would do harm where they are unpacked, or that a vSphere Client could not read, are refused as a whole.
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

AGAIN = "make the archive again"
MAX_ENTRIES = 10_000
# The table of contents is read in one piece before its entries can be counted; this is over 400 bytes for each.
MAX_DIRECTORY_BYTES = 4 * 1024 * 1024

# The zip reader of Java (java.util.zip), in which the vSphere Client is written, knows these.
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
# APPNOTE.TXT 4.4.4: bit 0 encrypted, bit 6 strongly encrypted, bit 13 with a masked table of contents.
_ENCRYPTED = 0x1 | 0x40 | 0x2000
_LOOKS_LIKE = (
    (b"<", ", but a text such as HTML or XML"),
    (b"{", ", but a text such as JSON"),
    (b"\x1f\x8b", ", but one made by gzip or tar"),
    (b"7z\xbc\xaf\x27\x1c", ", but one made by 7-Zip"),
    (b"Rar!", ", but one made by RAR"),
)
_LONGEST_SHOWN = 120


@dataclass(frozen=True, slots=True)
class ZipLimits:
    """What an archive is of ("the plug-in"), and how many bytes it may have, as it is and unpacked."""

    what: str
    size: int
    unpacked: int


@contextmanager
def open_zip(data: bytes, expected: ZipLimits) -> Iterator[tuple[zipfile.ZipFile, list[zipfile.ZipInfo]]]:
    """The archive in some bytes, and its entries, when all of them are harmless.

    Raises :class:`ArchiveError`, also for what turns out to be damaged while the archive is read.
    """
    if not data:
        raise ArchiveError(f"is empty; give the .zip of {expected.what}")
    if len(data) > expected.size:
        raise ArchiveError(
            f"is larger than {expected.size // 1024**2} MiB, which no .zip of {expected.what} is; check what it is"
        )
    try:
        with zipfile.ZipFile(_Guarded(data)) as archive:
            entries = archive.infolist()
            _check(entries, expected)
            yield archive, entries
    except zipfile.BadZipFile as error:
        raise ArchiveError(_no_zip(data, expected) if "not a zip file" in str(error) else _damaged(error)) from error
    except (EOFError, OverflowError, UnicodeError, struct.error, zlib.error) as error:
        raise ArchiveError(_damaged(error)) from error
    except NotImplementedError as error:
        raise ArchiveError(
            f"needs what neither Python nor Java unzips ({_words(error)}); {AGAIN} with zip or jar"
        ) from error


def read_entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, limit: int) -> bytes:
    """The bytes of an entry whose declared size, at most ``limit``, must be its real one; within :func:`open_zip`."""
    try:
        with archive.open(entry) as file:
            # The declared size is a claim like any other, so it is no reason to read more.
            data = file.read(limit + 1)
    except ValueError as error:
        if isinstance(error, UnicodeError):
            raise
        # A place before the beginning of the archive.
        raise zipfile.BadZipFile(str(error)) from error
    if len(data) != entry.file_size:
        raise zipfile.BadZipFile(f"{entry.filename} has {len(data)} bytes, and {entry.file_size} are declared")
    return data


def find_path_problem(name: str) -> str | None:
    """Why a name must not be unpacked, to follow "which"; None for a plain relative one."""
    if re.search(r"[\x00-\x1f\x7f-\x9f]", name):
        return "has a control character"
    if "\\" in name:
        return "has a backslash"
    if name.startswith("/") or re.match(r"[A-Za-z]:", name):
        return "is not relative"
    if ".." in name.split("/"):
        return "leads out of the folder that it is unpacked to"
    return None if name else "is empty"


def shown(name: str) -> str:
    """A name from the archive for a message: nothing invisible, and nothing long."""
    return ascii(name if len(name) <= _LONGEST_SHOWN else f"{name[:_LONGEST_SHOWN]}...")


class _Guarded(io.BytesIO):
    """Python's zip reader asks for the table of contents in one piece, as long as the archive says that it is."""

    def read(self, size: int | None = -1, /) -> bytes:
        if size is not None and size > MAX_DIRECTORY_BYTES:
            raise ArchiveError(
                f"has a table of contents of {size} bytes, where at most {MAX_DIRECTORY_BYTES} are read; {AGAIN}"
            )
        return super().read(size)


def _check(entries: list[zipfile.ZipInfo], expected: ZipLimits) -> None:
    if len(entries) > MAX_ENTRIES:
        raise ArchiveError(f"has {len(entries)} entries, where at most {MAX_ENTRIES} are read; check what it is")
    seen: set[str] = set()
    for entry in entries:
        # Python cuts a name at a NUL and, from 3.13 on, may take another one from an extra field.
        for name in (entry.orig_filename, entry.filename):
            if problem := find_path_problem(name):
                raise ArchiveError(f"holds the name {shown(name)}, which {problem}; {AGAIN} with plain relative names")
        _check_entry(entry)
        # Unpacked, these would be the same file.
        name = posixpath.normpath(entry.filename)
        if name in seen:
            raise ArchiveError(f"holds {shown(entry.filename)} twice; {AGAIN} with one of the two")
        seen.add(name)
    unpacked = sum(entry.file_size for entry in entries)
    if unpacked > expected.unpacked:
        raise ArchiveError(
            f"would take {unpacked} bytes when unpacked, where at most {expected.unpacked} are accepted; "
            "check what it is"
        )


def _check_entry(entry: zipfile.ZipInfo) -> None:
    name = shown(entry.filename)
    if stat.S_ISLNK(entry.external_attr >> 16):
        raise ArchiveError(f"holds {name}, a symbolic link; {AGAIN} with the file that it points to")
    if entry.flag_bits & _ENCRYPTED:
        raise ArchiveError(f"holds {name} encrypted, and no client has a password for it; {AGAIN} without one")
    if entry.compress_type not in _METHODS:
        raise ArchiveError(f"holds {name} compressed by method {entry.compress_type}; {AGAIN} with deflate")


def _no_zip(data: bytes, expected: ZipLimits) -> str:
    """What is wrong with bytes that have no table of contents at their end."""
    if data.startswith(b"PK\x03\x04"):
        return "is a zip archive whose end is missing; download or copy it again"
    looks = next((what for start, what in _LOOKS_LIKE if data[:64].lstrip().startswith(start)), "")
    return f"is no zip archive{looks}; give the .zip of {expected.what}"


def _damaged(error: Exception) -> str:
    return f"is a damaged zip archive ({_words(error)}); download or copy it again"


def _words(error: Exception) -> str:
    """Python's own words, which may quote names of any length."""
    words = str(error).splitlines()
    text = ascii(words[0])[1:-1] if words else type(error).__name__
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}..."
