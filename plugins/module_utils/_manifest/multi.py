# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Build, read and validate multi-manifests: ZIP archives of manifests, of which a client takes the first that fits.

The SDK guide for remote plug-ins: manifests are at the root of the archive beside plugin-multi-manifest.json, which
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
from .._foreign_text import quoted
from . import parser
from .document import load_manifest
from .finding import Finding, Severity, describe_value, join_names
from .multi_order import order_findings
from .schema_check import UnknownPolicy
from .validate import locate_findings, sort_findings, validate_manifest

INDEX = "plugin-multi-manifest.json"
SINGLE = "plugin.json"
# The only one in the guide and the SDK; the guide for 7.0 has none at all.
VERSION = "1.0.0"
# An archive with the files of the user interface beside its one manifest takes some MiB.
MAX_BYTES = 64 * 1024 * 1024
# One for each release of the client would be a dozen.
MAX_MANIFESTS = 50
MAX_MANIFESTS_BYTES = 32 * 1024 * 1024
MAX_UNPACKED_BYTES = 256 * 1024 * 1024

_LONGEST_NAME = 255
_NAME_REMEDY = "name each file once, by its path at the root of the archive, such as plugin-8.json"
_SIZE_REMEDY = "check the file"


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
    """Return the archive of some manifests by their names, in the order in which a client tries them.

    Equal manifests give equal bytes, on every Python: nothing is compressed, because versions of zlib differ in their
    output for the same bytes, and time, permissions and order are fixed. Raises :class:`ManifestError`, whose
    ``subject`` is ``manifests`` or a part of it such as ``manifests[0].name``.
    """
    names = _check_names([name for name, _data in manifests], ".name")
    sizes = [len(data) for _name, data in manifests]
    for position, size in enumerate(sizes):
        if size > parser.MAX_BYTES:
            reason = f"has {size} bytes, more than the {parser.MAX_BYTES} of a manifest"
            raise ManifestError(reason, subject=f"manifests[{position}]", remedy=_SIZE_REMEDY)
    if sum(sizes) > MAX_MANIFESTS_BYTES:
        raise ManifestError(_total_problem(sum(sizes)), subject="manifests", remedy=_SIZE_REMEDY)
    index = json.dumps({"manifestVersion": VERSION, "manifests": names}, ensure_ascii=False, indent=2) + "\n"
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        for name, data in ((INDEX, index.encode("utf-8")), *manifests):
            # The earliest time of the format, which is what ZipInfo takes when none is given.
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.create_system = 3
            entry.external_attr = (stat.S_IFREG | 0o644) << 16
            archive.writestr(entry, data)
    return file.getvalue()


def read_multi_manifest(data: bytes) -> MultiManifest:
    """Return the manifests in the bytes of an archive.

    One with plugin.json at its root and no plugin-multi-manifest.json is read as well: a vCenter 9.1 has deployed one
    with files of the user interface beside it (seen, not documented). Raises :class:`ManifestError` without a subject.
    """
    limits = safe_zip.ZipLimits("the manifests", MAX_BYTES, MAX_UNPACKED_BYTES)
    try:
        with safe_zip.open_zip(data, limits) as (archive, entries):
            return _read_entries(archive, {entry.filename: entry for entry in entries if not entry.is_dir()})
    except ArchiveError as error:
        raise ManifestError(error.reason, value=error.value, remedy=error.remedy, note=error.note) from error


def validate_multi_manifest(
    multi: MultiManifest,
    *,
    unknown: UnknownPolicy = "warn",
    strict: bool = False,
    targets: Sequence[str] = (),
    sources: Mapping[str, tuple[bytes, bool]] | None = None,
) -> tuple[Finding, ...]:
    """Return every fault of each manifest, with its file name, and of their order, errors first.

    M1: a file is not listed (notice; the guide lists every file of the archive). M2 to M5: see :mod:`multi_order`,
    also for ``targets``. The manifests are not checked for the targets: that one of them does not work somewhere is why
    there are several. ``unknown`` and ``strict`` are those of :func:`validate_manifest`. ``sources`` are the texts that
    manifests were read from by their names, and whether they are YAML; their findings get line and column. Raises
    :class:`OptionError` for ``targets``. Needs jsonschema.
    """
    findings = list(_index_findings(multi, unknown))
    readable: list[tuple[str, dict[str, Any]]] = []
    for name in multi.names:
        try:
            manifest = load_manifest(multi.manifests[name])
        except ManifestError as error:
            reason = f"is not a manifest: {error.as_clause()}"
            findings.append(Finding("json", "error", (), None, reason, "Correct the file.", name))
            continue
        readable.append((name, manifest))
        own = validate_manifest(manifest, unknown=unknown, strict=strict)
        if sources and name in sources:
            text, yaml = sources[name]
            own = locate_findings(own, text, yaml=yaml)
        findings += (replace(one, file=name) for one in own)
    findings += order_findings(readable, INDEX, targets)
    return sort_findings(findings, strict=strict)


def manifest_results(multi: MultiManifest) -> list[dict[str, Any]]:
    """Return the manifests, all of which can be loaded, as modules return them."""
    return [
        {"name": name, "manifest": load_manifest(data), "sha256": hashlib.sha256(data).hexdigest()}
        for name, data in multi.manifests.items()
    ]


def list_archive(data: bytes | None) -> str:
    """Return the content of an archive for a diff: its SHA-256, the manifests in order with SHA-256, other files.

    The text is empty for no archive. Never raises: there is a line about bytes that are not an archive.
    """
    if data is None:
        return ""
    lines = [f"SHA-256 {hashlib.sha256(data).hexdigest()}"]
    try:
        multi = read_multi_manifest(data)
    except ManifestError as error:
        lines.append(f"(the file {error})")
    else:
        lines += (f"{name} {hashlib.sha256(one).hexdigest()}" for name, one in multi.manifests.items())
        lines += multi.others
    return "".join(f"{line}\n" for line in lines)


def _index_findings(multi: MultiManifest, unknown: UnknownPolicy) -> Iterator[Finding]:
    if multi.version not in (None, VERSION):
        reason = f"is {describe_value(multi.version)}; it must be {VERSION!r}"
        yield Finding("schema", "error", ("manifestVersion",), multi.version, reason, f"Write {VERSION!r}.", INDEX)
    for name, value in multi.unknown.items() if unknown != "ignore" else ():
        reason = "is not known in this file; known are manifestVersion, manifests"
        severity: Severity = "warning" if unknown == "warn" else "error"
        remedy = "Remove it, or set unknown_properties to ignore."
        yield Finding("unknown", severity, (name,), value, reason, remedy, INDEX)
    if multi.listed and multi.others:
        names = join_names(map(quoted, multi.others), 3)
        reason = f"does not list all files of the archive: {names}"
        remedy = "List the manifests among them, and remove the other files."
        yield Finding("M1", "notice", ("manifests",), list(multi.others), reason, remedy, INDEX)


def _read_entries(archive: zipfile.ZipFile, files: dict[str, zipfile.ZipInfo]) -> MultiManifest:
    if INDEX not in files:
        if SINGLE not in files or any(name.lower() == INDEX for name in files):
            raise _missing_index(files)
        manifests = {SINGLE: _read_file(archive, files[SINGLE])}
        return MultiManifest(None, (SINGLE,), manifests, False, tuple(sorted(files.keys() - manifests.keys())))
    try:
        root = load_manifest(_read_file(archive, files[INDEX]))
    except ManifestError as error:
        reason = f"has a {INDEX} that cannot be used: {error.as_clause()}"
        raise ManifestError(reason, remedy=error.remedy) from error
    version = root.get("manifestVersion")
    if not isinstance(version, str) and "manifestVersion" in root:
        raise ManifestError(f"has a {INDEX} whose manifestVersion is not a text", remedy=f"write {VERSION!r}")
    listed = root.get("manifests")
    if not isinstance(listed, list):
        raise ManifestError(f"has a {INDEX} without a list of manifests", remedy="list the names of the manifests")
    try:
        names = _check_names(listed)
    except ManifestError as error:
        raise ManifestError(f"has a {INDEX} in which {error.as_clause()}", remedy=error.remedy) from error
    for name in names:
        if name not in files:
            raise _missing_manifest(name, files)
    total = sum(files[name].file_size for name in names)
    if total > MAX_MANIFESTS_BYTES:
        raise ManifestError(_total_problem(total), remedy=_SIZE_REMEDY)
    return MultiManifest(
        version=version,
        names=tuple(names),
        manifests={name: _read_file(archive, files[name]) for name in names},
        others=tuple(sorted(files.keys() - {INDEX, *names})),
        unknown={name: value for name, value in root.items() if name not in ("manifestVersion", "manifests")},
    )


def _missing_index(files: dict[str, zipfile.ZipInfo]) -> ManifestError:
    for expected in (INDEX, SINGLE):
        for name in sorted(files, key=lambda one: (one.count("/"), one)):
            if posixpath.basename(name).lower() == expected:
                reason = f"has {quoted(name)}, but a client reads {expected} at the root"
                return ManifestError(reason, remedy=f"create the archive again with {expected} at its root")
    reason = f"has neither {INDEX} nor {SINGLE} at its root"
    return ManifestError(reason, remedy="create the archive again with one of them")


def _missing_manifest(name: str, files: dict[str, zipfile.ZipInfo]) -> ManifestError:
    similar = sorted(one for one in files if posixpath.basename(one).lower() == name.lower())
    if similar:
        reason = f"lists {quoted(name)}, but has it as {quoted(similar[0])}"
        return ManifestError(reason, remedy="put it at the root of the archive, in exactly the same spelling")
    reason = f"lists {quoted(name)}, which it does not hold"
    return ManifestError(reason, remedy="add the file, or remove the name from the list")


def _check_names(names: list[Any], member: str = "") -> list[str]:
    """Return ``names``. Raises :class:`ManifestError` about ``manifests`` or the ``member`` of one of its items."""
    if not names:
        raise ManifestError("must not be empty", subject="manifests", remedy="list at least one manifest")
    if len(names) > MAX_MANIFESTS:
        reason = f"must have at most {MAX_MANIFESTS} items, but has {len(names)}"
        raise ManifestError(reason, subject="manifests", remedy="remove some")
    for position, name in enumerate(names):
        problem = _name_problem(name) or ("must be unique" if name in names[:position] else "")
        if problem:
            raise ManifestError(problem, subject=f"manifests[{position}]{member}", value=name, remedy=_NAME_REMEDY)
    return names


def _name_problem(name: Any) -> str:
    if not isinstance(name, str):
        return "must be a text"
    if "/" in name:
        return "must not have a slash"
    if not name.endswith(".json") or name == ".json":
        return "must be a name ending in .json"
    if name == INDEX:
        return "must not be the list itself"
    if len(name) > _LONGEST_NAME or parser.has_surrogate(name):
        return f"must be a file name of at most {_LONGEST_NAME} characters"
    problem = safe_zip.find_path_problem(name)
    return f"must be a plain name, but {problem}" if problem else ""


def _read_file(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    if entry.file_size > parser.MAX_BYTES:
        reason = f"has {quoted(entry.filename)} of more than {parser.MAX_BYTES} bytes, too large for a manifest"
        raise ManifestError(reason, remedy=_SIZE_REMEDY)
    return safe_zip.read_entry(archive, entry, parser.MAX_BYTES)


def _total_problem(size: int) -> str:
    return f"has manifests of {size} bytes together, more than the limit of {MAX_MANIFESTS_BYTES}"
