# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Read legacy plug-in packages: ZIP archives with a plugin-package.xml.

The format follows the SDK guide for local plug-ins, Plug-In Package Overview and XML Elements of the Plug-In Package
Manifest File. Nothing is unpacked, and only plugin-package.xml is read.
"""

from __future__ import annotations

import hashlib
import posixpath
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from .._archive.safe_xml import parse_xml
from .._archive.safe_zip import ZipLimits, open_zip, quoted_name, read_entry
from .._errors import ArchiveError, PackageError, XmlError
from .model import PACKAGE

# Held in memory, on an execution node that has other work as well. Vendors ship tens of MiB.
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


def parse_package(data: bytes) -> PluginPackage:
    """Return the package in the bytes of an archive. Raises :class:`PackageError`."""
    try:
        with open_zip(data, ZipLimits("the plug-in", MAX_BYTES, MAX_UNPACKED_BYTES)) as (archive, entries):
            manifest = _read_manifest(archive, _find_manifest(entries))
    except ArchiveError as error:
        raise PackageError(error.reason, remedy=error.remedy) from error
    return _build_package(manifest, entries, data)


def package_to_options(package: PluginPackage) -> dict[str, str]:
    """Return the options of ``vcenter_extension`` that follow from a package.

    The key must be the id, and the versions must be equal (SDK guide). Parts that the package does not have are left
    out.
    """
    options = {
        "key": package.id,
        "version": package.version,
        "label": package.name,
        "summary": package.description,
        "company": package.vendor,
        "client_type": PACKAGE,
    }
    return {option: value for option, value in options.items() if value is not None}


def _find_manifest(entries: list[zipfile.ZipInfo]) -> zipfile.ZipInfo:
    files = {entry.filename: entry for entry in entries if not entry.is_dir()}
    if _MANIFEST in files:
        return files[_MANIFEST]
    similar = sorted((name for name in files if posixpath.basename(name).lower() == _MANIFEST), key=_sort_by_depth)
    if not similar:
        raise PackageError(f"has no {_MANIFEST} at its root", remedy="give a plug-in package")
    folder = posixpath.normpath(posixpath.dirname(similar[0]))
    if folder == ".":
        raise PackageError(f"has {quoted_name(similar[0])} instead of {_MANIFEST}", remedy="rename that file")
    raise PackageError(
        f"has its {_MANIFEST} in the folder {quoted_name(folder)}, not at the root",
        remedy="zip the content of that folder, not the folder itself",
    )


def _sort_by_depth(name: str) -> tuple[int, str]:
    return name.count("/"), name


def _read_manifest(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    if entry.file_size > MAX_MANIFEST_BYTES:
        raise PackageError(
            f"has a {_MANIFEST} of more than {MAX_MANIFEST_BYTES // 1024**2} MiB",
            remedy="check that it is the right archive",
        )
    return read_entry(archive, entry, MAX_MANIFEST_BYTES)


def _build_package(manifest: bytes, entries: Iterable[zipfile.ZipInfo], data: bytes) -> PluginPackage:
    try:
        root = parse_xml(manifest, limit=MAX_MANIFEST_BYTES)
    except XmlError as error:
        raise PackageError(f"has a {_MANIFEST} that {error.reason}", remedy=error.remedy) from error
    if root.tag != "pluginPackage":
        raise PackageError(
            f"has a {_MANIFEST} whose root element is {quoted_name(root.tag)}, not pluginPackage",
            remedy="give a plug-in package",
        )
    return PluginPackage(
        id=_required_attribute(root, "id", "the extension key"),
        version=_required_attribute(root, "version", "the version of the extension"),
        type=root.get("type"),
        name=root.get("name"),
        description=root.get("description"),
        vendor=root.get("vendor"),
        icon_uri=root.get("iconUri"),
        dependencies=tuple(
            (other.get("id", ""), other.get("version", "")) for other in root.iterfind("dependencies/pluginPackage")
        ),
        bundles=tuple(bundle.get("id", "") for bundle in root.iterfind("bundlesOrder/bundle")),
        files=tuple(
            sorted(entry.filename for entry in entries if entry.filename.startswith(_FOLDER) and not entry.is_dir())
        ),
        size=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
    )


def _required_attribute(root: Element, attribute: str, meaning: str) -> str:
    value = root.get(attribute, "")
    if not value.strip():
        raise PackageError(
            f"has a {_MANIFEST} without {attribute}",
            remedy=f"add the attribute {attribute} to pluginPackage, {meaning}",
        )
    return value
