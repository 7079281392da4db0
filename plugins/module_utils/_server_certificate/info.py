# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Read a certificate from a file, from a text or from a TLS server, and describe it."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .. import _url
from .._certificate import x509
from .._errors import CertificateError, OptionError, TlsError
from .._files.read import read_file
from .._tls import probe
from .._tls.endpoint import check_timeout
from .private_key import LARGEST_FILE


@dataclass(frozen=True, slots=True)
class InspectedCertificate:
    """A certificate with its chain, the leaf first. ``verified`` is None when it was not read from a server."""

    chain: tuple[x509.Certificate, ...]
    host: str | None
    verified: bool | None = None
    verify_error: str | None = None

    def to_result(self, now: datetime.datetime) -> dict[str, Any]:
        """Return the result of the module. ``now`` is aware."""
        certificate = self.chain[0]
        return {
            "certificate": x509.certificate_to_result(certificate, now, self.host),
            "thumbprint": certificate.thumbprint(),
            "chain": [link.pem for link in self.chain],
            "verified": self.verified,
            "verify_error": self.verify_error,
        }


def inspect_certificate(params: Mapping[str, Any]) -> InspectedCertificate:
    """Read the certificate that ``path``, ``content`` or ``url`` names. Raises :class:`OptionError`."""
    if params["url"] is not None:
        return _inspect_server(params)
    path = params["path"]
    if path is None and params["content"] is None:
        raise OptionError.none_of("path", "content", "url")
    option = "content" if path is None else "path"
    with OptionError.wrapping(option, file=path or ""):
        data = params["content"] if path is None else read_file(path, limit=LARGEST_FILE)
        return InspectedCertificate(x509.load_chain(data), params["host"])


def _inspect_server(params: Mapping[str, Any]) -> InspectedCertificate:
    with OptionError.wrapping("url", remedy="give https://host or https://host:port"):
        url = _url.parse(params["url"].strip(), schemes=("https",))
    check_timeout(params["timeout"], example=10)
    try:
        served = probe.fetch_certificate(
            url.host, url.port, timeout=params["timeout"], ca_path=params["ca_path"], server_name=params["host"]
        )
        chain = tuple(x509.load_certificate(der) for der in served.chain or (served.der,))
    except TlsError as error:
        raise OptionError.wrap(error, "ca_path" if error.kind == "ca_path" else "url") from error
    except CertificateError as error:
        raise OptionError(
            f"names a server that shows a certificate which {error.reason}",
            option="url",
            remedy="replace the certificate on the server",
        ) from error
    verify_error = served.verify_error.message() if served.verify_error else None
    return InspectedCertificate(chain, params["host"] or url.host, served.verified, verify_error)
