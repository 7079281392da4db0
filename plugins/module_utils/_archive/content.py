# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Read the files of a plug-in from a ZIP or tar archive. Standard library only.

The archive may be of unknown origin: one with an entry that would do harm, or that could not be served as it is, is
refused as a whole.
"""

from __future__ import annotations

import importlib
import io
import posixpath
import stat
import tarfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from .._errors import ArchiveError
from . import safe_zip
from .safe_zip import quoted_name, shown_error

MANIFEST = "plugin.json"
# Both are held in memory. The user interface of a plug-in has some MiB.
MAX_BYTES = 128 * 1024 * 1024
MAX_UNPACKED_BYTES = 256 * 1024 * 1024

# A tar has headers and padding besides its files.
_MAX_TAR_BYTES = MAX_UNPACKED_BYTES + safe_zip.MAX_ENTRIES * 4 * tarfile.BLOCKSIZE
# A header with a long name has some hundred bytes. Some versions of Python are very slow with much longer ones.
_MAX_HEADER_BYTES = 64 * 1024
_LONGEST_PART_BYTES = 255
# The signature of each compression, and the module of the standard library that reads it.
_COMPRESSIONS = {b"\x1f\x8b": "gzip", b"BZh": "bz2", b"\xfd7zXZ\x00": "lzma"}
_AGAIN = "create the archive again"
_COPY_AGAIN = "download or copy it again"
_GIVE = "give the archive of the plug-in"
_CHECK = "check that it is the right file"
_LINKS = {
    tarfile.SYMTYPE: ("a symbolic link", f"{_AGAIN} with the file that it points to, such as by tar --dereference"),
    tarfile.LNKTYPE: ("a hard link", f"{_AGAIN} with a copy of the file, such as by tar --hard-dereference"),
}


@dataclass(frozen=True, slots=True)
class PluginFiles:
    """The files of a plug-in by name, sorted, and the folder above all of them, which the names do not have."""

    files: dict[str, bytes]
    top_folder: str | None


def read_plugin_files(data: bytes) -> PluginFiles:
    """Return the files in the bytes of an archive. Raises :class:`ArchiveError`.

    When the manifest is not at the root but in the one folder that holds everything, that folder is removed from the
    names. Folders without files are left out.
    """
    if not data:
        raise ArchiveError("is empty", remedy=_GIVE)
    if len(data) > MAX_BYTES:
        raise ArchiveError(f"is larger than {MAX_BYTES // 1024**2} MiB", remedy=_CHECK)
    files = _collect_files(_read_zip(data) if data.startswith(b"PK") else _read_tar(_decompress(data)))
    if not files:
        raise ArchiveError("holds no file", remedy=_GIVE)
    top = _find_top_folder(files)
    prefix = "" if top is None else f"{top}/"
    return PluginFiles({name.removeprefix(prefix): files[name] for name in sorted(files)}, top)


# The name and the content of an entry; None is the content of a folder.
_Entry = tuple[str, "bytes | None"]


def _read_zip(data: bytes) -> Iterator[_Entry]:
    with safe_zip.open_zip(data, safe_zip.ZipLimits("the plug-in", MAX_BYTES, MAX_UNPACKED_BYTES)) as (
        archive,
        entries,
    ):
        for entry in entries:
            # Systems without file types write 0.
            if stat.S_IFMT(entry.external_attr >> 16) not in (0, stat.S_IFREG, stat.S_IFDIR):
                raise _special_file(entry.filename)
            content = None if entry.is_dir() else safe_zip.read_entry(archive, entry, MAX_UNPACKED_BYTES)
            yield entry.filename, content


def _decompress(data: bytes) -> bytes:
    """Return the tar in the bytes of one, compressed or not."""
    name = next((reader for start, reader in _COMPRESSIONS.items() if data.startswith(start)), None)
    if name is None:
        if data[257:262] == b"ustar":
            return data
        raise ArchiveError(
            "is not a supported archive",
            remedy="give a .zip, or a .tar, also compressed by gzip, bzip2 or xz",
        )
    try:
        module = importlib.import_module(name)
    except ImportError as error:
        raise ArchiveError(
            f"needs the module {name}, which this Python was built without", remedy="use gzip or zip"
        ) from error
    damage = (EOFError, OSError, getattr(module, "LZMAError", OSError), zlib.error)
    try:
        with module.open(io.BytesIO(data)) as stream:
            tar: bytes = stream.read(_MAX_TAR_BYTES + 1)
    except damage as error:
        raise ArchiveError(f"is damaged ({shown_error(error)})", remedy=_COPY_AGAIN) from error
    if len(tar) > _MAX_TAR_BYTES:
        raise _too_large()
    return tar


class _BoundedHeaders(io.BytesIO):
    """The bytes of a tar, of which Python reads only the headers here, without lengths that the archive declares."""

    def read(self, size: int | None = -1, /) -> bytes:
        """Return the next ``size`` bytes."""
        if size is None or not 0 <= size <= _MAX_HEADER_BYTES:
            raise ArchiveError(f"has a header of {size} bytes, more than {_MAX_HEADER_BYTES}", remedy=_AGAIN)
        return super().read(size)


class _Member(tarfile.TarInfo):
    """An entry of a tar. Python would read a list of any length for a sparse file, and such files are refused."""

    def _proc_gnusparse_10(self, *arguments: tarfile.TarInfo, **_named: object) -> None:
        raise _special_file(arguments[0].name)


def _read_tar(tar: bytes) -> Iterator[_Entry]:
    try:
        with tarfile.open(fileobj=_BoundedHeaders(tar), mode="r:", encoding="utf-8", tarinfo=_Member) as archive:
            yield from _read_members(archive, tar)
    except ArchiveError:
        raise
    except (tarfile.TarError, ValueError, ArithmeticError, LookupError, RecursionError) as error:
        raise ArchiveError(f"cannot be read as a tar archive ({shown_error(error)})", remedy=_COPY_AGAIN) from error


def _read_members(archive: tarfile.TarFile, tar: bytes) -> Iterator[_Entry]:
    count = total = 0
    while (member := archive.next()) is not None:
        count, total = count + 1, total + member.size
        if count > safe_zip.MAX_ENTRIES:
            raise ArchiveError(f"has more than {safe_zip.MAX_ENTRIES} entries", remedy=_CHECK)
        if total > MAX_UNPACKED_BYTES:
            raise _too_large()
        yield member.name, _find_content(member, tar)
    # Python ends at a damaged or missing header without an error.
    if tar[archive.offset : archive.offset + tarfile.BLOCKSIZE] != bytes(tarfile.BLOCKSIZE):
        raise ArchiveError("is a tar archive whose end is missing or damaged", remedy=_COPY_AGAIN)


def _find_content(member: tarfile.TarInfo, tar: bytes) -> bytes | None:
    if member.size < 0 or member.offset_data + member.size > len(tar):
        raise ArchiveError("is a tar archive whose end is missing", remedy=_COPY_AGAIN)
    if member.isdir():
        return None
    if not member.isreg() or member.issparse():
        if member.type in _LINKS:
            link, remedy = _LINKS[member.type]
            raise ArchiveError(f"holds {quoted_name(member.name)}, {link}", remedy=remedy)
        raise _special_file(member.name)
    return tar[member.offset_data : member.offset_data + member.size]


def _collect_files(entries: Iterable[_Entry]) -> dict[str, bytes]:
    """Return the files, of which no two, nor the folders above them, have the same path."""
    files: dict[str, bytes] = {}
    places: dict[str, tuple[str, bool]] = {}
    for raw_name, content in entries:
        name = _normalize_name(raw_name, content is None)
        parts = [] if name == "." else name.split("/")
        for depth in range(1, len(parts) + 1):
            place = "/".join(parts[:depth]), depth < len(parts) or content is None
            earlier = places.setdefault(place[0].casefold(), place)
            if earlier[0] != place[0]:
                names = f"{quoted_name(earlier[0])} and {quoted_name(place[0])}"
                raise _duplicate(f"holds {names}, which are the same file where case is ignored")
            if earlier[1] != place[1]:
                raise _duplicate(f"holds {quoted_name(name)} as a file and as a folder")
        if content is not None:
            if name in files:
                raise _duplicate(f"holds {quoted_name(name)} twice")
            files[name] = content
    return files


def _duplicate(reason: str) -> ArchiveError:
    return ArchiveError(reason, remedy=f"{_AGAIN} with one of the two")


def _normalize_name(raw_name: str, is_folder: bool) -> str:
    problem = safe_zip.find_path_problem(raw_name)
    name = posixpath.normpath(raw_name)
    try:
        if any(len(part.encode()) > _LONGEST_PART_BYTES for part in name.split("/")):
            problem = problem or f"has a part of more than {_LONGEST_PART_BYTES} bytes"
    except UnicodeError:
        problem = problem or "is not UTF-8"
    if name == "." and not is_folder:
        problem = "is empty"
    if problem:
        raise ArchiveError(
            f"holds the name {quoted_name(raw_name)}, which {problem}", remedy=f"{_AGAIN} with plain relative names"
        )
    return name


def _find_top_folder(files: dict[str, bytes]) -> str | None:
    tops = {name.partition("/")[0] for name in files}
    top = min(tops)
    return top if len(tops) == 1 and f"{top}/{MANIFEST}" in files else None


def _special_file(name: str) -> ArchiveError:
    return ArchiveError(
        f"holds {quoted_name(name)}, which is neither a plain file nor a folder", remedy=f"{_AGAIN} without it"
    )


def _too_large() -> ArchiveError:
    return ArchiveError(f"would take more than {MAX_UNPACKED_BYTES // 1024**2} MiB when unpacked", remedy=_CHECK)
