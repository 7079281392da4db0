# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""The only file that knows plugin-multi-manifest.json: a ZIP archive of manifests, the first that fits is taken.

The SDK guide for remote plug-ins: manifests lie at the root of the archive beside plugin-multi-manifest.json, which
lists their names in the order in which a client tries them. Nothing is ever unpacked on a disk.
"""

from __future__ import annotations

import hashlib
import io
import json
import posixpath
import stat
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from .._archive import safe_zip
from .._errors import ArchiveError, ManifestError
from . import document, multi_order, parser, validate
from .finding import Finding, member, shown
from .schema_check import Unknown

INDEX = "plugin-multi-manifest.json"
SINGLE = "plugin.json"
# The only one in the guide and the SDK; the guide for 7.0 knows none at all.
VERSION = "1.0.0"
# An archive with the files of the user interface beside its one manifest takes some MiB.
MAX_BYTES = 64 * 1024 * 1024
# One for each release of the client would be a dozen.
MAX_MANIFESTS = 50
MAX_MANIFESTS_BYTES = 32 * 1024 * 1024
MAX_UNPACKED_BYTES = 256 * 1024 * 1024

_LONGEST_NAME = 255


@dataclass(frozen=True, slots=True)
class MultiManifest:
    """An archive of manifests, ``names`` in the order in which a client tries them.

    ``listed`` is False for an archive without plugin-multi-manifest.json, whose only manifest is plugin.json.
    ``version`` is the manifestVersion of plugin-multi-manifest.json, None where it has none. ``unknown`` holds its
    further members, ``others`` the files of the archive that are not listed, sorted.
    """

    version: str | None
    names: tuple[str, ...]
    manifests: dict[str, bytes]
    listed: bool = True
    others: tuple[str, ...] = ()
    unknown: dict[str, Any] = field(default_factory=dict)


def build_archive(manifests: Sequence[tuple[str, bytes]]) -> bytes:
    """The archive of some manifests by their names, in the order in which a client tries them.

    Equal manifests give equal bytes, on every Python: nothing is compressed, because versions of zlib differ in what
    they make of the same bytes, and time, permissions and order are fixed. Raises :class:`ManifestError`, here
    with a clause that begins with the place: "manifests[0] is ...".
    """
    names = _checked_names([name for name, _data in manifests])
    _check_total(sum(len(data) for _name, data in manifests))
    index = json.dumps({"manifestVersion": VERSION, "manifests": names}, ensure_ascii=False, indent=2) + "\n"
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        for name, data in ((INDEX, index.encode("utf-8")), *manifests):
            if len(data) > parser.MAX_BYTES:
                raise ManifestError(f"manifests has {_too_long(name)}")
            # The earliest time that the format knows, which is what ZipInfo takes when none is given.
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.create_system = 3
            entry.external_attr = (stat.S_IFREG | 0o644) << 16
            archive.writestr(entry, data)
    return file.getvalue()


def read_multi_manifest(data: bytes) -> MultiManifest:
    """The manifests in the bytes of an archive. Raises :class:`ManifestError`.

    One with plugin.json at its root and no plugin-multi-manifest.json is read as well: a vCenter 9.1 has deployed such
    a one, with files of the user interface beside it (seen, not documented).
    """
    try:
        with safe_zip.open_zip(data, safe_zip.ZipLimits("the manifests", MAX_BYTES, MAX_UNPACKED_BYTES)) as (
            archive,
            entries,
        ):
            return _multi(archive, {entry.filename: entry for entry in entries if not entry.is_dir()})
    except ArchiveError as error:
        raise ManifestError(str(error)) from error


def validate_multi_manifest(
    multi: MultiManifest,
    *,
    unknown: Unknown = "warn",
    strict: bool = False,
    targets: Sequence[str] = (),
    sources: Mapping[str, tuple[bytes, bool]] | None = None,
) -> tuple[Finding, ...]:
    """Every fault of each manifest, with its name in front of place and message, and of their order, errors first.

    M1: a file is not listed (notice; the guide wants nothing else in the archive). M2 to M5: see
    :mod:`_multi_manifest_order`, also for ``targets``, which are not asked of each manifest: that one of them does not
    work somewhere is why there are several. ``unknown`` and ``strict`` are those of ``validate_manifest``. ``sources``
    are the texts that lines and columns are looked up in, by the names of their manifests, and whether they are YAML.
    Raises :class:`ManifestError` for a target that is none. Needs jsonschema.
    """
    found = list(_index_findings(multi, unknown))
    readable: list[tuple[str, dict[str, Any]]] = []
    for name in multi.names:
        try:
            manifest = document.load_manifest(multi.manifests[name])
        except ManifestError as error:
            message = f"{name} is no manifest: {error}."
            found.append(Finding("json", "error", f"{name}: $", None, message, "Correct the file."))
            continue
        readable.append((name, manifest))
        own = validate.validate_manifest(manifest, unknown=unknown, strict=strict)
        if sources and name in sources:
            text, yaml = sources[name]
            own = validate.locate_findings(own, text, yaml=yaml)
        found += (replace(one, path=f"{name}: {one.path}", message=f"{name}: {one.message}") for one in own)
    found += multi_order.order_findings(readable, f"{INDEX}: $.manifests", targets)
    return validate.sort_findings(found, strict=strict)


def manifest_results(multi: MultiManifest) -> list[dict[str, Any]]:
    """Readable manifests as modules return them."""
    return [
        {"name": name, "manifest": document.load_manifest(data), "sha256": hashlib.sha256(data).hexdigest()}
        for name, data in multi.manifests.items()
    ]


def list_archive(data: bytes | None) -> str:
    """An archive for people to compare, a line for each file: the manifests in their order with SHA-256, then the rest.

    Nothing for no archive, and never an error: what is no archive gets a line that says so.
    """
    if data is None:
        return ""
    lines = [f"SHA-256 {hashlib.sha256(data).hexdigest()}"]
    try:
        multi = read_multi_manifest(data)
    except ManifestError as error:
        lines.append(f"(it {error})")
    else:
        lines += (f"{name} {hashlib.sha256(one).hexdigest()}" for name, one in multi.manifests.items())
        lines += multi.others
    return "".join(f"{line}\n" for line in lines)


def _index_findings(multi: MultiManifest, unknown: Unknown) -> Iterator[Finding]:
    if multi.version not in (None, VERSION):
        path = f"{INDEX}: $.manifestVersion"
        message = f"{path} is {shown(multi.version)}; it must be {VERSION!r}."
        yield Finding("schema", "error", path, multi.version, message, f"Write {VERSION!r}.")
    for name, value in multi.unknown.items() if unknown != "ignore" else ():
        path = f"{INDEX}: {member('$', name)}"
        message = f"{path} is not known there; known are manifestVersion, manifests."
        severity: Any = "warning" if unknown == "warn" else "error"
        yield Finding("unknown", severity, path, value, message, "Take it away, or set unknown_properties to ignore.")
    if multi.listed and multi.others:
        path = f"{INDEX}: $.manifests"
        more = f" and {len(multi.others) - 3} more" if len(multi.others) > 3 else ""
        some = ", ".join(safe_zip.shown(name) for name in multi.others[:3]) + more
        message = f"{path} does not list all files of the archive: {some}."
        yield Finding(
            "M1", "notice", path, list(multi.others), message, "List what is a manifest, and leave out the rest."
        )


def _multi(archive: zipfile.ZipFile, files: dict[str, zipfile.ZipInfo]) -> MultiManifest:
    if INDEX not in files:
        if SINGLE not in files or any(name.lower() == INDEX for name in files):
            raise ManifestError(_no_index(files))
        manifests = {SINGLE: _content(archive, files[SINGLE])}
        return MultiManifest(None, (SINGLE,), manifests, False, tuple(sorted(files.keys() - manifests.keys())))
    try:
        root = document.load_manifest(_content(archive, files[INDEX]))
    except ManifestError as error:
        raise ManifestError(f"has a {INDEX} that cannot be used: {error}") from error
    version = root.get("manifestVersion")
    if not isinstance(version, str) and "manifestVersion" in root:
        raise ManifestError(f"has a {INDEX} whose manifestVersion is no text; write {VERSION!r}")
    listed = root.get("manifests")
    if not isinstance(listed, list):
        raise ManifestError(f"has a {INDEX} without a list of manifests; list the names of the manifests there")
    names = _checked_names(listed, f"has a {INDEX} in which ")
    for name in names:
        if name not in files:
            raise ManifestError(f"lists {safe_zip.shown(name)}, {_not_there(name, files)}")
    _check_total(sum(files[name].file_size for name in names))
    return MultiManifest(
        version=version,
        names=tuple(names),
        manifests={name: _content(archive, files[name]) for name in names},
        others=tuple(sorted(files.keys() - {INDEX, *names})),
        unknown={name: value for name, value in root.items() if name not in ("manifestVersion", "manifests")},
    )


def _no_index(files: dict[str, zipfile.ZipInfo]) -> str:
    for wanted in (INDEX, SINGLE):
        for name in sorted(files, key=lambda one: (one.count("/"), one)):
            if posixpath.basename(name).lower() == wanted:
                return (
                    f"has {safe_zip.shown(name)} where a client looks for {wanted} at the root; "
                    f"{safe_zip.AGAIN} with it there"
                )
    return f"has neither {INDEX} nor {SINGLE} at its root; {safe_zip.AGAIN} with one of them"


def _not_there(name: str, files: dict[str, zipfile.ZipInfo]) -> str:
    near = sorted(one for one in files if posixpath.basename(one).lower() == name.lower())
    if near:
        return f"but has it as {safe_zip.shown(near[0])}; put it at the root of the archive, in the very same spelling"
    return "which it does not hold; add the file, or take the name out of the list"


def _checked_names(names: list[Any], where: str = "") -> list[str]:
    if not names:
        raise ManifestError(f"{where}manifests is empty; list one manifest at least")
    if len(names) > MAX_MANIFESTS:
        raise ManifestError(f"{where}manifests has {len(names)} names; list at most {MAX_MANIFESTS}")
    for position, name in enumerate(names):
        problem = _name_problem(name) or ("stands there twice" if name in names[:position] else None)
        if problem:
            shown = safe_zip.shown(name) if isinstance(name, str) else type(name).__name__
            raise ManifestError(
                f"{where}manifests[{position}] is {shown}, which {problem}; "
                "name each file once, as it lies at the root, such as plugin-8.json"
            )
    return names


def _name_problem(name: Any) -> str | None:
    if not isinstance(name, str):
        return "is no text"
    if "/" in name:
        return "has a slash"
    if not name.endswith(".json") or name == ".json":
        return "is no name ending in .json"
    if name == INDEX:
        return "is the list itself"
    if len(name) > _LONGEST_NAME or any("\ud800" <= char <= "\udfff" for char in name):
        return "is no name of a file"
    return safe_zip.find_path_problem(name)


def _content(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    if entry.file_size > parser.MAX_BYTES:
        raise ManifestError(f"has {_too_long(entry.filename)}")
    return safe_zip.read_entry(archive, entry, parser.MAX_BYTES)


def _check_total(size: int) -> None:
    if size > MAX_MANIFESTS_BYTES:
        raise ManifestError(
            f"has manifests of {size} bytes together, where at most {MAX_MANIFESTS_BYTES} are read; check what they are"
        )


def _too_long(name: str) -> str:
    return f"{safe_zip.shown(name)} of more than {parser.MAX_BYTES} bytes, which no manifest has; check what it is"
