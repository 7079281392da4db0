# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""The only file that knows where a certificate to look at comes from: a file, text in the task, or a server."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from .._certificate import x509
from .._errors import CertificateError, TlsError
from .._extension.model import OptionError
from .._tls import probe

# The largest PEM chains take some 20 KB; whoever names a disk or a log by mistake shall not wait for it.
_LARGEST_FILE = 1 << 20


@dataclass(frozen=True, slots=True)
class Found:
    """What was looked at. ``verified`` is None where there was no server to verify."""

    chain: tuple[x509.Certificate, ...]
    host: str | None
    verified: bool | None = None
    verify_error: str | None = None

    def result(self, now: datetime.datetime) -> dict[str, Any]:
        certificate = self.chain[0]
        return {
            "certificate": x509.certificate_to_result(certificate, now, self.host),
            "thumbprint": certificate.thumbprint(),
            "chain": [link.pem for link in self.chain],
            "verified": self.verified,
            "verify_error": self.verify_error,
        }


def look(params: Mapping[str, Any]) -> Found:
    """Read the certificate that ``path``, ``content`` or ``url`` names. Raises :class:`OptionError`."""
    if params["url"] is not None:
        return _from_server(params)
    option = "path" if params["path"] is not None else "content"
    data = params["content"] if option == "content" else read_file(params["path"], option)
    if data is None:
        raise OptionError(option, f"there is no file {params['path']}; give the path of a certificate in PEM or DER")
    try:
        return Found(x509.load_chain(data), params["host"])
    except CertificateError as error:
        raise OptionError(option, f"{params['path']} {error}" if option == "path" else str(error)) from error


def read_file(path: str, option: str) -> bytes | None:
    """Content of a file, None when there is none. Raises :class:`OptionError` when it cannot be read."""
    try:
        with open(path, "rb") as file:
            data = file.read(_LARGEST_FILE + 1)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise OptionError(
            option, f"{path} cannot be read ({error.strerror}); give a file that the user of this task may read"
        ) from error
    if len(data) > _LARGEST_FILE:
        raise OptionError(option, f"{path} is larger than 1 MiB, which no certificate and no key is; correct the path")
    return data


def _from_server(params: Mapping[str, Any]) -> Found:
    address, port = _endpoint(params["url"])
    if params["timeout"] <= 0:
        raise OptionError("timeout", f"{params['timeout']} is no time to wait; give seconds above 0, such as 10")
    try:
        served = probe.fetch_certificate(
            address, port, timeout=params["timeout"], ca_path=params["ca_path"], server_name=params["host"]
        )
        chain = tuple(x509.load_certificate(der) for der in served.chain or (served.der,))
    except TlsError as error:
        raise OptionError("ca_path" if error.kind == "ca_path" else "url", str(error)) from error
    except CertificateError as error:
        raise OptionError("url", f"what {address}:{port} serves {error}") from error
    return Found(chain, params["host"] or address, served.verified, str(served.verify_error or "") or None)


def _endpoint(url: str) -> tuple[str, int]:
    way_out = "give https://host or https://host:port, with or without a path"
    try:
        parts = urlsplit(url.strip())
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise OptionError("url", f"is no URL ({error}); {way_out}") from error
    if "@" in parts.netloc:
        raise OptionError(
            "url", f"holds a user name or a password, which is not needed to look at a certificate; {way_out}"
        )
    if parts.scheme != "https" or not host or port == 0:
        raise OptionError("url", f"{url!r} names no TLS server; {way_out}")
    return host, port or 443
