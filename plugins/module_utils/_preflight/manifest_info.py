# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Inspect the manifest at a URL, or at the URL of a registered extension, for a module."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .. import _url
from .._errors import HttpError, ManifestError, OptionError, ThumbprintError, UrlError
from .._extension.from_options import desired_from_options
from .._extension.model import Extension, Server
from .._extension.to_options import to_options
from .._foreign_text import quoted
from .._tls import http_get
from . import manifest
from .download_options import wrap_http_error


def require_manifest_url(record: Extension | None, options: Mapping[str, Any]) -> Extension:
    """Return the record of the option ``key``. Raises :class:`OptionError` where it has no URL, or there is none."""
    if record is None:
        raise OptionError(
            f"must be registered in {options['hostname']}",
            option="key",
            value=options["key"],
            remedy="correct O(key) or O(hostname)",
        )
    if not record.client_url:
        raise OptionError(
            "must be the key of an extension with the URL of a manifest",
            option="key",
            value=options["key"],
            remedy="correct O(key)",
        )
    return record


def inspect_manifest(options: Mapping[str, Any], record: Extension | None) -> dict[str, Any]:
    """Download and check a manifest, and return the result of a module.

    With ``record``, from the URL that is registered, trusting exactly what is registered; otherwise from the option
    ``url``. Raises :class:`OptionError`.
    """
    server: Server | None
    if record is None:
        url, server, option = options["url"], _server_of_options(options), "url"
    else:
        url, server, option = record.client_url, record.manifest_server, "key"
    try:
        trust = {
            "timeout": options["timeout"],
            "thumbprint": manifest.registered_pin(url, server),
            "ca_path": options["ca_path"],
            "validate_certs": options["validate_certs"],
        }
        data = http_get.download(url, limit=manifest.MAX_BYTES, **trust)
        delivery = manifest.read_delivery(
            data, unknown=options["unknown_properties"], strict=options["strict"], targets=tuple(options["targets"])
        )
        files = manifest.request_named_files(delivery, url, **trust) if options["files"] else None
    except HttpError as error:
        raise (OptionError.wrap(error, "key") if record else wrap_http_error(error)) from error
    except (ThumbprintError, UrlError) as error:
        if record is None:
            raise OptionError.wrap(error, "url") from error
        raise OptionError(
            f"is registered with a URL or certificate that cannot be used: {error.as_clause()}",
            option="key",
            remedy=f"correct the record of {quoted(record.key)}",
        ) from error
    except ManifestError as error:
        raise OptionError(
            f"leads to {url}, which is not a manifest: {error.as_clause()}", option=option, remedy=error.remedy
        ) from error
    return _result(url, delivery, files, record)


def _server_of_options(options: Mapping[str, Any]) -> Server:
    """Return a server as it would be registered, so that a pin is written and understood in the same way."""
    given = {name: options[name] for name in ("url", "server_thumbprint", "server_certificate")}
    desired = desired_from_options({"key": "any", **given}, strict=True)
    pem = desired.certificate.pem if desired.certificate else None
    return Server(options["url"], "", thumbprint=desired.thumbprint, certificate=pem)


def _result(url: str, delivery: manifest.Delivery, files: Any, record: Extension | None) -> dict[str, Any]:
    file_name = _url.parse(url.strip()).path.rpartition("/")[2]
    result = {
        "url": url,
        "kind": delivery.kind,
        "valid": delivery.usable,
        "findings": [finding.result() for finding in delivery.findings],
        "manifests": [{"name": name or file_name, "manifest": content} for name, content in delivery.manifests],
        "sha256": delivery.sha256,
        "extension": to_options(record) if record else None,
    }
    return result if files is None else {**result, "files": [file.result() for file in files]}
