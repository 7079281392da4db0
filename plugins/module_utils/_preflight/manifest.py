# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""The only file that looks at what a vSphere Client would download from the URL of a record, and could it use that."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

from .._certificate import thumbprint
from .._errors import ManifestError
from .._extension import package as _package
from .._extension.model import PACKAGE, REMOTE, Client, Extension, Server
from .._manifest import document, schema_check, validate
from .._manifest import multi as _multi_manifest
from .._manifest.finding import Finding
from .._manifest.schema_check import Unknown
from .._tls import http_get
from . import manifest_files
from .certificates import ServedError

# A manifest takes some KB, a multi-manifest some dozens; the user interface may lie beside a manifest in its .zip.
MAX_BYTES = 64 * 1024 * 1024

Kind = Literal["manifest", "multi_manifest"]


@dataclass(frozen=True, slots=True)
class Delivered:
    """What a URL gave: ``manifests`` are pairs of a file name (empty for a manifest by itself) and the manifest."""

    kind: Kind
    manifests: tuple[tuple[str, dict[str, Any]], ...]
    findings: tuple[Finding, ...]
    sha256: str

    @property
    def usable(self) -> bool:
        return all(finding.severity != "error" for finding in self.findings)


def judge(data: bytes, *, unknown: Unknown = "warn", strict: bool = False, targets: tuple[str, ...] = ()) -> Delivered:
    """Read and check a manifest, or a .zip of several. Needs jsonschema.

    Raises :class:`ManifestError` for what is neither.
    """
    digest = hashlib.sha256(data).hexdigest()
    if data.startswith(b"PK"):
        try:
            multi = _multi_manifest.read_multi_manifest(data)
        except ManifestError as error:
            raise ManifestError(f"it {error}") from error
        manifests = tuple((name, document.load_manifest(one)) for name, one in multi.manifests.items())
        found = _multi_manifest.validate_multi_manifest(multi, unknown=unknown, strict=strict, targets=targets)
        return Delivered("multi_manifest", manifests, found, digest)
    manifest = document.load_manifest(data)
    found = validate.validate_manifest(manifest, unknown=unknown, strict=strict, targets=targets)
    return Delivered("manifest", (("", manifest),), validate.locate_findings(found, data), digest)


def pin(server: Server | None) -> str | None:
    """The thumbprint with which a client would know ``server``, if one is registered."""
    if server is None or not server.url.lower().startswith("https:"):
        return None
    if server.certificate:
        return thumbprint.of_pem(server.certificate)
    return server.thumbprint and thumbprint.canonical(server.thumbprint)


def verifier(timeout: float, *, files: bool = False) -> Callable[[str, Client, Server | None], None]:
    """A check of what a URL gives, which takes at most ``timeout`` seconds, and then as many for all files.

    See :func:`verify`. With ``files``, also those that a manifest names are looked at.
    """
    return partial(_look, timeout, files)


def verify(extension: Extension, look: Callable[[str, Client, Server | None], None]) -> None:
    """Download what the record of a client plug-in names, trusting exactly what it registers, and check it.

    Raises :class:`ServedError` where a client would not show it.
    """
    if extension.client is not None and extension.client.type in (REMOTE, PACKAGE):
        look(extension.key, extension.client, extension.servers[0] if extension.servers else None)


def _look(timeout: float, files: bool, key: str, client: Client, server: Server | None) -> None:
    option = "verify_files" if files else "verify_manifest"
    package = client.type == PACKAGE
    if not package and not schema_check.HAS_JSONSCHEMA:
        raise ServedError(
            "checking a manifest needs the Python library jsonschema where this task runs; install it there", option
        )
    try:
        trusted = pin(server) if client.url.lower().startswith("https:") else None
        limit = _package.MAX_BYTES if package else MAX_BYTES
        data = http_get.download(client.url, limit=limit, timeout=timeout, thumbprint=trusted)
        if package:
            _check_package(_package.read(data), key, client)
            return
        found = judge(data)
        _check_manifest(found, client.url, option)
        if files:
            _check_files(look_at_files(found, client.url, timeout=timeout, thumbprint=trusted), client.url)
    except (http_get.DownloadError, thumbprint.ThumbprintError) as error:
        raise ServedError(f"{error}; set {option} to false if only the vCenters can reach it", option) from error
    except (ManifestError, _package.PackageError) as error:
        raise ServedError(f"what {client.url} gives cannot be used: {error}", option) from error


def look_at_files(found: Delivered, url: str, **way: Any) -> tuple[manifest_files.File, ...]:
    """The files of a manifest at ``url``; see :func:`manifest_files.look`.

    None for a multi-manifest: no source says what the uris in it are relative to.
    """
    if found.kind != "manifest":
        return ()
    return manifest_files.look(found.manifests[0][1], url, **way)


def _check_package(found: _package.Package, key: str, client: Client) -> None:
    """A client refuses a package whose id and version are not those of the record (SDK guide on local plug-ins)."""
    for what, there, here in (("id", found.id, key), ("version", found.version, client.version)):
        if there != here:
            raise _package.PackageError(
                f"its {what} is {there!r}, and {here!r} would be registered; publish the right package first"
            )


def _check_manifest(found: Delivered, url: str, option: str) -> None:
    wrong = [finding for finding in found.findings if finding.severity == "error"]
    if wrong:
        raise ServedError(
            f"the manifest at {url} is wrong, so that no client would show the plug-in: "
            f"{validate.join_messages(wrong)}",
            option,
        )


def _check_files(files: tuple[manifest_files.File, ...], url: str) -> None:
    wrong = manifest_files.sentence(files)
    if wrong:
        raise ServedError(
            f"the manifest at {url} names what a browser could not load: {wrong}; "
            "publish what is missing beside the manifest, or correct the manifest",
            "verify_files",
        )
