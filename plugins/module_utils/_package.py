# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""The only file that knows what a legacy plug-in package is: a ZIP archive with a plugin-package.xml in it.

What stands in one follows the SDK guide for local plug-ins, Plug-In Package Overview and XML Elements of the Plug-In
Package Manifest File. Nothing is ever unpacked, and only plugin-package.xml is read.
"""

from __future__ import annotations

import hashlib
import io
import os
import posixpath
import re
import stat
import zipfile
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils import _xml
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._extension import PACKAGE

# Held in memory as a whole, on an execution node that does other things as well. Vendors ship tens of MiB.
MAX_BYTES = 256 * 1024 * 1024
# A package holds some dozens of WAR and JAR files.
MAX_ENTRIES = 10_000
# The table of contents is read in one piece before its entries can be counted; this is over 400 bytes for each.
MAX_DIRECTORY_BYTES = 4 * 1024 * 1024
# vCenter unpacks a package on a disk that it needs for itself. WAR and JAR files hardly shrink a second time, so an
# honest package does not come near four times the largest archive.
MAX_UNPACKED_BYTES = 1024 * 1024 * 1024
# The description of a plug-in takes some KB.
MAX_MANIFEST_BYTES = 1024 * 1024

_MANIFEST = "plugin-package.xml"
_FOLDER = "plugins/"
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
_PACK_AGAIN = "make the archive again"


class PackageError(ValueError):
    """Bytes that are no plug-in package, or none that should be used.

    ``str()`` of one raised by :func:`read` is a predicate such as "is empty; give ...", to follow the name of the
    archive; of one raised by :func:`load` it is a whole sentence. Neither has a full stop.
    """


@dataclass(frozen=True, slots=True)
class Package:
    """A legacy plug-in package, as its plugin-package.xml describes it; None is an attribute that is not there.

    ``dependencies`` are pairs of id and version and ``bundles`` are ids in deployment order, with "" where one is
    missing. ``files`` are the full names of the archive's files below ``plugins/``, sorted. ``size`` is that of the
    archive in bytes, ``sha256`` its digest in lower-case hex.
    """

    id: str
    version: str
    type: str | None
    name: str | None
    description: str | None
    vendor: str | None
    icon_uri: str | None
    dependencies: tuple[tuple[str, str], ...]
    bundles: tuple[str, ...]
    files: tuple[str, ...]
    size: int
    sha256: str


def load(path: str) -> Package:
    """The package in a file. Raises :class:`PackageError`, also for a file that cannot be read."""
    try:
        found = os.stat(path)
        data = None
        # A pipe or a device could give for ever, so it is not even opened.
        if stat.S_ISREG(found.st_mode):
            with open(path, "rb") as file:
                data = file.read(min(found.st_size, MAX_BYTES) + 1)
    except FileNotFoundError as error:
        raise PackageError(f"there is no file {path}; give the path of the .zip of the plug-in") from error
    except OSError as error:
        raise PackageError(
            f"{path} cannot be read ({error.strerror}); give a file that the user of this task may read"
        ) from error
    except ValueError as error:
        # What the system cannot take as a name, such as one with a NUL.
        raise PackageError(f"{path!a} is no path ({error}); correct it") from error
    if data is None:
        raise PackageError(f"{path} is no regular file; give the path of the .zip of the plug-in")
    try:
        return read(data)
    except PackageError as error:
        raise PackageError(f"{path} {error}") from error


def read(data: bytes) -> Package:
    """The package in the bytes of an archive. Raises :class:`PackageError`."""
    _check_size(data)
    try:
        with zipfile.ZipFile(_Guarded(data)) as archive:
            entries = archive.infolist()
            _check_entries(entries)
            manifest = _manifest(archive, _find(entries))
    except zipfile.BadZipFile as error:
        raise PackageError(_no_zip(data) if "not a zip file" in str(error) else _damaged(error)) from error
    except (EOFError, OverflowError, UnicodeError, zlib.error) as error:
        raise PackageError(_damaged(error)) from error
    except NotImplementedError as error:
        raise PackageError(
            f"needs what neither Python nor Java unzips ({_words(error)}); {_PACK_AGAIN} with zip or jar"
        ) from error
    return _package(manifest, entries, data)


def to_options(package: Package) -> dict[str, str]:
    """Those options of ``vcenter_extension`` that follow from a package.

    The key must be the id, and the versions must be alike (SDK guide). What the package does not tell is left out.
    """
    told = {
        "key": package.id,
        "version": package.version,
        "label": package.name,
        "summary": package.description,
        "company": package.vendor,
        "client_type": PACKAGE,
    }
    return {option: value for option, value in told.items() if value is not None}


class _Guarded(io.BytesIO):
    """Python's zip reader asks for the table of contents in one piece, as long as the archive says that it is."""

    def read(self, size: int | None = -1, /) -> bytes:
        if size is not None and size > MAX_DIRECTORY_BYTES:
            raise PackageError(
                f"has a table of contents of {size} bytes, where at most {MAX_DIRECTORY_BYTES} are read; {_PACK_AGAIN}"
            )
        return super().read(size)


def _check_size(data: bytes) -> None:
    if not data:
        raise PackageError("is empty; give the .zip of the plug-in")
    if len(data) > MAX_BYTES:
        raise PackageError(f"is larger than {MAX_BYTES // 1024**2} MiB, which no plug-in package is; check what it is")


def _check_entries(entries: list[zipfile.ZipInfo]) -> None:
    if len(entries) > MAX_ENTRIES:
        raise PackageError(f"has {len(entries)} entries, where at most {MAX_ENTRIES} are read; check what it is")
    seen: set[str] = set()
    for entry in entries:
        _check_name(entry)
        shown = _shown(entry.filename)
        # Unpacked, these would be the same file.
        name = posixpath.normpath(entry.filename)
        if name in seen:
            raise PackageError(f"holds {shown} twice; {_PACK_AGAIN} with one of the two")
        seen.add(name)
        if stat.S_ISLNK(entry.external_attr >> 16):
            raise PackageError(f"holds {shown}, a symbolic link; {_PACK_AGAIN} with the file that it points to")
        if entry.flag_bits & _ENCRYPTED:
            raise PackageError(
                f"holds {shown} encrypted, and vCenter has no password for it; {_PACK_AGAIN} without one"
            )
        if entry.compress_type not in _METHODS:
            raise PackageError(
                f"holds {shown} compressed by method {entry.compress_type}; {_PACK_AGAIN} with the usual one, deflate"
            )
    unpacked = sum(entry.file_size for entry in entries)
    if unpacked > MAX_UNPACKED_BYTES:
        raise PackageError(
            f"would take {unpacked} bytes when unpacked, where at most {MAX_UNPACKED_BYTES} are accepted; "
            "check what it is"
        )


def _check_name(entry: zipfile.ZipInfo) -> None:
    # Python cuts a name at a NUL and, from 3.13 on, may take another one from an extra field.
    for name in (entry.orig_filename, entry.filename):
        problem = _problem(name)
        if problem:
            raise PackageError(
                f"holds the name {_shown(name)}, which {problem}; {_PACK_AGAIN} with plain relative names"
            )


def _problem(name: str) -> str | None:
    if re.search(r"[\x00-\x1f\x7f-\x9f]", name):
        return "has a control character"
    if "\\" in name:
        return "has a backslash"
    if name.startswith("/") or re.match(r"[A-Za-z]:", name):
        return "is not relative"
    if ".." in name.split("/"):
        return "leads out of the folder that it is unpacked to"
    return None if name else "is empty"


def _find(entries: list[zipfile.ZipInfo]) -> zipfile.ZipInfo:
    files = {entry.filename: entry for entry in entries if not entry.is_dir()}
    if _MANIFEST in files:
        return files[_MANIFEST]
    near = sorted((name for name in files if posixpath.basename(name).lower() == _MANIFEST), key=_depth)
    if not near:
        raise PackageError(f"has no {_MANIFEST}; give a plug-in package, which has one at its root")
    folder = posixpath.normpath(posixpath.dirname(near[0]))
    if folder == ".":
        raise PackageError(
            f"has {_shown(near[0])} where vCenter looks for {_MANIFEST}; rename it, in this very spelling"
        )
    raise PackageError(
        f"has its {posixpath.basename(near[0])} in the folder {_shown(folder)}, not at the root; "
        "zip the content of that folder, not the folder itself"
    )


def _depth(name: str) -> tuple[int, str]:
    return name.count("/"), name


def _manifest(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    if entry.file_size > MAX_MANIFEST_BYTES:
        raise PackageError(
            f"has a {_MANIFEST} of more than {MAX_MANIFEST_BYTES // 1024**2} MiB, which none is; check what it is"
        )
    try:
        with archive.open(entry) as file:
            # The declared size is a claim like any other, so it is no reason to read more.
            data = file.read(MAX_MANIFEST_BYTES + 1)
    except ValueError as error:
        if isinstance(error, UnicodeError):
            raise
        # A place before the beginning of the archive.
        raise zipfile.BadZipFile(str(error)) from error
    if len(data) != entry.file_size:
        raise zipfile.BadZipFile(f"{_MANIFEST} has {len(data)} bytes, and {entry.file_size} are declared")
    return data


def _package(manifest: bytes, entries: Iterable[zipfile.ZipInfo], data: bytes) -> Package:
    try:
        root = _xml.parse(manifest, limit=MAX_MANIFEST_BYTES)
    except _xml.XmlError as error:
        raise PackageError(f"has a {_MANIFEST} that cannot be used: {error}") from error
    if root.tag != "pluginPackage":
        raise PackageError(
            f"has a {_MANIFEST} whose root element is {_shown(root.tag)}; a plug-in package has pluginPackage there"
        )
    return Package(
        id=_needed(root, "id", "the extension key"),
        version=_needed(root, "version", "the version of the extension"),
        type=root.get("type"),
        name=root.get("name"),
        description=root.get("description"),
        vendor=root.get("vendor"),
        icon_uri=root.get("iconUri"),
        dependencies=tuple(
            (needed.get("id", ""), needed.get("version", "")) for needed in root.iterfind("dependencies/pluginPackage")
        ),
        bundles=tuple(bundle.get("id", "") for bundle in root.iterfind("bundlesOrder/bundle")),
        files=tuple(
            sorted(entry.filename for entry in entries if entry.filename.startswith(_FOLDER) and not entry.is_dir())
        ),
        size=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
    )


def _needed(root: Element, attribute: str, meaning: str) -> str:
    value = root.get(attribute, "")
    if not value.strip():
        raise PackageError(
            f"has a {_MANIFEST} without {attribute}; give its pluginPackage the attribute {attribute}, {meaning}"
        )
    return value


def _no_zip(data: bytes) -> str:
    """What is wrong with bytes that have no table of contents at their end."""
    if data.startswith(b"PK\x03\x04"):
        return "is a zip archive whose end is missing; download or copy it again"
    looks = next((what for start, what in _LOOKS_LIKE if data[:64].lstrip().startswith(start)), "")
    return f"is no zip archive{looks}; give the .zip of the plug-in"


def _damaged(error: Exception) -> str:
    return f"is a damaged zip archive ({_words(error)}); download or copy it again"


def _words(error: Exception) -> str:
    """Python's own words, which may quote names of any length."""
    words = str(error).splitlines()
    text = ascii(words[0])[1:-1] if words else type(error).__name__
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}..."


def _shown(name: str) -> str:
    """A name from the archive for a message: nothing invisible, and nothing long."""
    return ascii(name if len(name) <= _LONGEST_SHOWN else f"{name[:_LONGEST_SHOWN]}...")
