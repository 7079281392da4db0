# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Download and check what a vSphere Client would download from the URL of a record."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

from .. import _url
from .._certificate.thumbprint import compute_pem_thumbprint, normalize_thumbprint
from .._errors import HttpError, ManifestError, PackageError, PreflightError, ThumbprintError, UrlError
from .._extension import package
from .._extension.model import PACKAGE, REMOTE, Client, Extension, Server
from .._foreign_text import quoted
from .._manifest import document, multi, schema_check, validate
from .._manifest.finding import Finding
from .._manifest.schema_check import UnknownPolicy
from .._tls import http_get
from . import manifest_files

# Checks what the URL of a client delivers, given the key of the extension and its manifest server.
DeliveryCheck = Callable[[str, Client, Server | None], None]

# A manifest takes some KB, a multi-manifest some dozens; the user interface may lie beside a manifest in its .zip.
MAX_BYTES = 64 * 1024 * 1024

Kind = Literal["manifest", "multi_manifest"]


@dataclass(frozen=True, slots=True)
class Delivery:
    """The body of a URL as a client reads it.

    ``manifests`` are pairs of a file name (empty for a manifest by itself) and the manifest. ``sha256`` is the digest
    of the body, lower-case hexadecimal.
    """

    kind: Kind
    manifests: tuple[tuple[str, dict[str, Any]], ...]
    findings: tuple[Finding, ...]
    sha256: str

    @property
    def usable(self) -> bool:
        """Return whether no finding is an error."""
        return all(finding.severity != "error" for finding in self.findings)


def read_delivery(
    data: bytes, *, unknown: UnknownPolicy = "warn", strict: bool = False, targets: tuple[str, ...] = ()
) -> Delivery:
    """Read and check a manifest, or a ZIP archive of several. Needs jsonschema.

    Raises :class:`ManifestError` for anything else.
    """
    digest = hashlib.sha256(data).hexdigest()
    if data.startswith(b"PK"):
        try:
            archive = multi.read_multi_manifest(data)
        except ManifestError as error:
            raise ManifestError(error.reason, subject="the archive", value=error.value, remedy=error.remedy) from error
        manifests = tuple((name, document.load_manifest(one)) for name, one in archive.manifests.items())
        findings = multi.validate_multi_manifest(archive, unknown=unknown, strict=strict, targets=targets)
        return Delivery("multi_manifest", manifests, findings, digest)
    manifest = document.load_manifest(data)
    findings = validate.validate_manifest(manifest, unknown=unknown, strict=strict, targets=targets)
    return Delivery("manifest", (("", manifest),), validate.locate_findings(findings, data), digest)


def registered_pin(url: str, server: Server | None) -> str | None:
    """Return the thumbprint that a client trusts for ``url``.

    It is that of the registered certificate, else the registered thumbprint.

    Raises :class:`ThumbprintError` where the record holds something else.
    """
    if not _url.is_https(url) or server is None or not _url.is_https(server.url):
        return None
    if server.certificate:
        return compute_pem_thumbprint(server.certificate)
    return server.thumbprint and normalize_thumbprint(server.thumbprint)


def check_client_url(extension: Extension, check_delivery: DeliveryCheck) -> None:
    """Check what the URL of a client plug-in delivers; a record of anything else passes.

    ``check_delivery`` is for example :func:`build_delivery_check`. Raises :class:`PreflightError` where a client would
    not show the plug-in.
    """
    if extension.client is not None and extension.client.type in (REMOTE, PACKAGE):
        check_delivery(extension.key, extension.client, extension.manifest_server)


def build_delivery_check(timeout: float, *, files: bool = False) -> DeliveryCheck:
    """Return a function that downloads what a client names, trusting exactly what is registered, and checks it.

    The download may take ``timeout`` seconds. With ``files``, the files that a manifest names are requested as well,
    which together may take as long again. The function raises :class:`PreflightError`.
    """
    return partial(_check_delivery, timeout, files)


def _check_delivery(timeout: float, files: bool, key: str, client: Client, server: Server | None) -> None:
    option = "verify_files" if files else "verify_manifest"
    if client.type != PACKAGE and not schema_check.HAS_JSONSCHEMA:
        raise PreflightError(
            "needs the Python library jsonschema to check a manifest",
            option=option,
            remedy="install jsonschema where this task runs",
        )
    try:
        pin = registered_pin(client.url, server)
        limit = package.MAX_BYTES if client.type == PACKAGE else MAX_BYTES
        data = http_get.download(client.url, limit=limit, timeout=timeout, thumbprint=pin)
        if client.type == PACKAGE:
            _check_package(package.parse_package(data), key, client, option)
            return
        delivery = read_delivery(data)
        _check_findings(delivery, client.url, option)
        if files:
            _check_files(request_named_files(delivery, client.url, timeout=timeout, thumbprint=pin), client.url)
    except HttpError as error:
        raise PreflightError(
            f"found that {error.as_clause()}",
            option=option,
            remedy=f"{error.remedy}, or set O({option}) to false if only the vCenters can reach it",
        ) from error
    except (ThumbprintError, UrlError) as error:
        raise PreflightError(
            f"could not check {_url.shown(client.url)}, because its record cannot be used: {error.as_clause()}",
            option=option,
            remedy=f"correct the record, or set O({option}) to false if only the vCenters can reach it",
        ) from error
    except PackageError as error:
        raise PreflightError(
            f"found that {error.as_clause(f'the package at {client.url}')}", option=option, remedy=error.remedy
        ) from error
    except ManifestError as error:
        raise PreflightError(
            f"found that the content of {client.url} cannot be used: {error.as_clause()}",
            option=option,
            remedy=error.remedy,
        ) from error


def request_named_files(delivery: Delivery, url: str, **trust: Any) -> tuple[manifest_files.ServedFile, ...]:
    """Request the files of a manifest at ``url``; see :func:`manifest_files.request_files`.

    Returns nothing for a multi-manifest: no source says what the uris in it are relative to.
    """
    if delivery.kind != "manifest":
        return ()
    return manifest_files.request_files(delivery.manifests[0][1], url, **trust)


def _check_package(found: package.PluginPackage, key: str, client: Client, option: str) -> None:
    """Compare id and version with the record: a client refuses others (SDK guide on local plug-ins)."""
    for name, current, desired in (("id", found.id, key), ("version", found.version, client.version)):
        if current != desired:
            raise PreflightError(
                f"found that the {name} of the package at {client.url} is {quoted(current)}, but {quoted(desired)} "
                "would be registered",
                option=option,
                remedy="publish the right package first",
            )


def _check_findings(delivery: Delivery, url: str, option: str) -> None:
    errors = [finding for finding in delivery.findings if finding.severity == "error"]
    if errors:
        raise PreflightError(
            f"found errors in the manifest at {url}, so that no client would show the plug-in: "
            f"{validate.join_messages(errors)}",
            option=option,
        )


def _check_files(files: tuple[manifest_files.ServedFile, ...], url: str) -> None:
    problems = manifest_files.describe_problems(files)
    if problems:
        raise PreflightError(
            f"found files in the manifest at {url} that a browser could not load: {problems}",
            option="verify_files",
            remedy="publish what is missing next to the manifest, or correct the manifest",
        )
