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
import os
import posixpath
import stat
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from .._archive import safe_xml, safe_zip
from .._errors import ArchiveError, PackageError, XmlError
from .model import PACKAGE

# Held in memory as a whole, on an execution node that does other things as well. Vendors ship tens of MiB.
MAX_BYTES = 256 * 1024 * 1024
# vCenter unpacks a package on a disk that it needs for itself. WAR and JAR files hardly shrink a second time, so an
# honest package does not come near four times the largest archive.
MAX_UNPACKED_BYTES = 1024 * 1024 * 1024
# The description of a plug-in takes some KB.
MAX_MANIFEST_BYTES = 1024 * 1024

_MANIFEST = "plugin-package.xml"
_FOLDER = "plugins/"


@dataclass(frozen=True, slots=True)
class PluginPackage:
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


def load_package(path: str) -> PluginPackage:
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
        return parse_package(data)
    except PackageError as error:
        raise PackageError(f"{path} {error}") from error


def parse_package(data: bytes) -> PluginPackage:
    """The package in the bytes of an archive. Raises :class:`PackageError`."""
    try:
        with safe_zip.open_zip(data, safe_zip.ZipLimits("the plug-in", MAX_BYTES, MAX_UNPACKED_BYTES)) as (
            archive,
            entries,
        ):
            manifest = _manifest(archive, _find(entries))
    except ArchiveError as error:
        raise PackageError(str(error)) from error
    return _package(manifest, entries, data)


def package_to_options(package: PluginPackage) -> dict[str, str]:
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
            f"has {safe_zip.shown(near[0])} where vCenter looks for {_MANIFEST}; rename it, in this very spelling"
        )
    raise PackageError(
        f"has its {posixpath.basename(near[0])} in the folder {safe_zip.shown(folder)}, not at the root; "
        "zip the content of that folder, not the folder itself"
    )


def _depth(name: str) -> tuple[int, str]:
    return name.count("/"), name


def _manifest(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    if entry.file_size > MAX_MANIFEST_BYTES:
        raise PackageError(
            f"has a {_MANIFEST} of more than {MAX_MANIFEST_BYTES // 1024**2} MiB, which none is; check what it is"
        )
    return safe_zip.read_entry(archive, entry, MAX_MANIFEST_BYTES)


def _package(manifest: bytes, entries: Iterable[zipfile.ZipInfo], data: bytes) -> PluginPackage:
    try:
        root = safe_xml.parse_xml(manifest, limit=MAX_MANIFEST_BYTES)
    except XmlError as error:
        raise PackageError(f"has a {_MANIFEST} that cannot be used: {error}") from error
    if root.tag != "pluginPackage":
        raise PackageError(
            f"has a {_MANIFEST} whose root element is {safe_zip.shown(root.tag)}; "
            "a plug-in package has pluginPackage there"
        )
    return PluginPackage(
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
