# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""The only file that knows how the files of a plug-in are taken out of an archive, a ZIP or a tar.

Archives come from strangers: what would do harm, or could not be served as it is, is refused as a whole. It needs the
standard library only.
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

MANIFEST = "plugin.json"
# Both are held in memory. The user interface of a plug-in takes some MiB.
MAX_BYTES = 128 * 1024 * 1024
MAX_UNPACKED_BYTES = 256 * 1024 * 1024

# Headers and padding of a tar come on top of its files.
_MAX_TAR_BYTES = MAX_UNPACKED_BYTES + safe_zip.MAX_ENTRIES * 4 * tarfile.BLOCKSIZE
# A header with a long name takes hundreds of bytes. Some Pythons are very slow with much longer ones.
_MAX_HEADER_BYTES = 64 * 1024
_LONGEST_PART_BYTES = 255
# How each begins, and the module of the standard library that reads it.
_COMPRESSED = {b"\x1f\x8b": "gzip", b"BZh": "bz2", b"\xfd7zXZ\x00": "lzma"}
_AGAIN = safe_zip.AGAIN
_KINDS = {
    tarfile.SYMTYPE: f"a symbolic link; {_AGAIN} with the file that it points to, such as by tar --dereference",
    tarfile.LNKTYPE: f"a hard link; {_AGAIN} with a copy of the file, such as by tar --hard-dereference",
}


@dataclass(frozen=True, slots=True)
class PluginFiles:
    """The files of a plug-in by their names, sorted, and the folder above all of them that is left out of the names."""

    files: dict[str, bytes]
    top_folder: str | None


def read_plugin_files(data: bytes) -> PluginFiles:
    """The files in the bytes of an archive. Raises :class:`ArchiveError`.

    When the manifest is not at the root but in the one folder that holds everything, that folder is left out.
    Folders without files are left out as well.
    """
    if not data:
        raise ArchiveError("is empty; give the archive of the plug-in")
    if len(data) > MAX_BYTES:
        raise ArchiveError(
            f"is larger than {MAX_BYTES // 1024**2} MiB, which no archive of a plug-in is; check what it is"
        )
    files = _checked(_of_zip(data) if data.startswith(b"PK") else _of_tar(_inflated(data)))
    if not files:
        raise ArchiveError("holds no file; give the archive of the plug-in")
    top = _top_folder(files)
    cut = 0 if top is None else len(top) + 1
    return PluginFiles({name[cut:]: files[name] for name in sorted(files)}, top)


# A name, and what the file holds; None is a folder.
_Entry = tuple[str, "bytes | None"]


def _of_zip(data: bytes) -> Iterator[_Entry]:
    with safe_zip.open_zip(data, safe_zip.ZipLimits("the plug-in", MAX_BYTES, MAX_UNPACKED_BYTES)) as (
        archive,
        entries,
    ):
        for entry in entries:
            # Archives from systems that have no such modes have 0 there.
            if stat.S_IFMT(entry.external_attr >> 16) not in (0, stat.S_IFREG, stat.S_IFDIR):
                raise ArchiveError(f"holds {_special(entry.filename)}")
            content = None if entry.is_dir() else safe_zip.read_entry(archive, entry, MAX_UNPACKED_BYTES)
            yield entry.filename, content


def _inflated(data: bytes) -> bytes:
    """The tar in what may be a compressed one."""
    found = next((reader for start, reader in _COMPRESSED.items() if data.startswith(start)), None)
    if found is None:
        if data[257:262] == b"ustar":
            return data
        raise ArchiveError(
            "is no archive that can be read; give a .zip, or a .tar, as it is or compressed by gzip, bzip2 or xz"
        )
    try:
        module = importlib.import_module(found)
    except ImportError as error:
        raise ArchiveError(f"needs {found}, which this Python was built without; use gzip or zip") from error
    broken = (EOFError, OSError, getattr(module, "LZMAError", OSError), zlib.error)
    try:
        with module.open(io.BytesIO(data)) as stream:
            tar: bytes = stream.read(_MAX_TAR_BYTES + 1)
    except broken as error:
        raise ArchiveError(f"is damaged ({_words(error)}); download or copy it again") from error
    if len(tar) > _MAX_TAR_BYTES:
        raise _too_much()
    return tar


class _Headers(io.BytesIO):
    """Of a tar Python reads nothing but headers here, each as long as the archive says that it is."""

    def read(self, size: int | None = -1, /) -> bytes:
        if size is None or not 0 <= size <= _MAX_HEADER_BYTES:
            raise ArchiveError(f"has a header of {size} bytes, which none has; {_AGAIN}")
        return super().read(size)


class _Member(tarfile.TarInfo):
    """Python would read a list of any length for a file with holes, and such files are refused."""

    def _proc_gnusparse_10(self, *arguments: tarfile.TarInfo, **_named: object) -> None:
        raise ArchiveError(f"holds {_special(arguments[0].name)}")


def _of_tar(tar: bytes) -> Iterator[_Entry]:
    try:
        with tarfile.open(fileobj=_Headers(tar), mode="r:", encoding="utf-8", tarinfo=_Member) as archive:
            yield from _members(archive, tar)
    except ArchiveError:
        raise
    except (tarfile.TarError, ValueError, ArithmeticError, LookupError, RecursionError) as error:
        raise ArchiveError(f"cannot be read as a tar archive ({_words(error)}); download or copy it again") from error


def _members(archive: tarfile.TarFile, tar: bytes) -> Iterator[_Entry]:
    count = total = 0
    while (member := archive.next()) is not None:
        count, total = count + 1, total + member.size
        if count > safe_zip.MAX_ENTRIES:
            raise ArchiveError(f"has more than {safe_zip.MAX_ENTRIES} entries; check what it is")
        if total > MAX_UNPACKED_BYTES:
            raise _too_much()
        yield member.name, _content(member, tar)
    # Where a header is damaged or missing, Python takes the archive to be at its end.
    if tar[archive.offset : archive.offset + tarfile.BLOCKSIZE] != bytes(tarfile.BLOCKSIZE):
        raise ArchiveError("is a tar archive whose end is missing or damaged; download or copy it again")


def _content(member: tarfile.TarInfo, tar: bytes) -> bytes | None:
    if member.size < 0 or member.offset_data + member.size > len(tar):
        raise ArchiveError("is a tar archive whose end is missing; download or copy it again")
    if member.isdir():
        return None
    if not member.isreg() or member.issparse():
        kind = _KINDS.get(member.type)
        raise ArchiveError(f"holds {safe_zip.shown(member.name)}, {kind}" if kind else f"holds {_special(member.name)}")
    return tar[member.offset_data : member.offset_data + member.size]


def _checked(entries: Iterable[_Entry]) -> dict[str, bytes]:
    """The files, when no two of them, or of the folders above them, are one."""
    files: dict[str, bytes] = {}
    taken: dict[str, tuple[str, bool]] = {}
    for given, content in entries:
        name = _plain(given, content is None)
        parts = [] if name == "." else name.split("/")
        for depth in range(1, len(parts) + 1):
            place = "/".join(parts[:depth]), depth < len(parts) or content is None
            there = taken.setdefault(place[0].casefold(), place)
            if there[0] != place[0]:
                raise ArchiveError(
                    f"holds {safe_zip.shown(there[0])} and {safe_zip.shown(place[0])}, which are the same where case "
                    f"does not count; {_AGAIN} with one of the two"
                )
            if there[1] != place[1]:
                raise ArchiveError(
                    f"holds {safe_zip.shown(name)} as a file and as a folder; {_AGAIN} with one of the two"
                )
        if content is not None:
            if name in files:
                raise ArchiveError(f"holds {safe_zip.shown(name)} twice; {_AGAIN} with one of the two")
            files[name] = content
    return files


def _plain(given: str, folder: bool) -> str:
    problem = safe_zip.find_path_problem(given)
    name = posixpath.normpath(given)
    try:
        if any(len(part.encode()) > _LONGEST_PART_BYTES for part in name.split("/")):
            problem = problem or f"has a part of more than {_LONGEST_PART_BYTES} bytes"
    except UnicodeError:
        problem = problem or "is not UTF-8"
    if name == "." and not folder:
        problem = "is empty"
    if problem:
        raise ArchiveError(
            f"holds the name {safe_zip.shown(given)}, which {problem}; {_AGAIN} with plain relative names"
        )
    return name


def _top_folder(files: dict[str, bytes]) -> str | None:
    tops = {name.partition("/")[0] for name in files}
    top = min(tops)
    return top if len(tops) == 1 and f"{top}/{MANIFEST}" in files else None


def _special(name: str) -> str:
    return f"{safe_zip.shown(name)}, which is neither a plain file nor a folder; {_AGAIN} without it"


def _too_much() -> ArchiveError:
    return ArchiveError(
        f"would take more than {MAX_UNPACKED_BYTES // 1024**2} MiB when unpacked, which no plug-in does; "
        "check what it is"
    )


def _words(error: BaseException) -> str:
    """Python's own words, which may quote anything."""
    words = str(error).splitlines()
    return safe_zip.shown(words[0])[1:-1] if words else type(error).__name__
