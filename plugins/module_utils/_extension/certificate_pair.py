# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Whether what a record says of a web server can be true: certificate, thumbprint and URL, looked at by themselves."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlsplit

from .._certificate import thumbprint as _thumbprint
from .._certificate import x509
from .model import Server


def without_certificate(server: Server) -> Server:
    """Return ``server`` as a vCenter stores it that has no field for certificates: with the thumbprint alone."""
    if server.certificate is None:
        return server
    try:
        thumbprint = server.thumbprint or _thumbprint.of_pem(server.certificate, "sha256")
    except _thumbprint.ThumbprintError:
        # Other tools can register any text as certificate.
        thumbprint = None
    return replace(server, certificate=None, thumbprint=thumbprint)


def is_thumbprint_of(thumbprint: str, pem: str) -> bool:
    """Return whether the canonical ``thumbprint`` (SHA-1 or SHA-256) is that of the first certificate in ``pem``."""
    try:
        return _thumbprint.of_pem(pem, _thumbprint.algorithm(thumbprint)) == thumbprint
    except _thumbprint.ThumbprintError:
        # Other tools can register any text as certificate or thumbprint.
        return False


def find_contradictions(server: Server) -> tuple[str, ...]:
    """What contradicts what, a sentence each; nothing for a server without TLS.

    A thumbprint must be one, and that of the certificate beside it (both are compared by the registration tool of the
    SDK); a certificate must name the host of the URL in subjectAltName (SDK guide, RFC 2818 3.1), which is looked at
    where cryptography is installed.
    """
    if not server.url.lower().startswith("https:"):
        return ()
    if not server.thumbprint and not server.certificate:
        return ("Neither a certificate nor a thumbprint is registered.",)
    found = [*_of_thumbprint(server.thumbprint), *_of_certificate(server.certificate, server.url)]
    if (
        not found
        and server.thumbprint
        and server.certificate
        and not is_thumbprint_of(server.thumbprint, server.certificate)
    ):
        shown = _thumbprint.of_pem(server.certificate, _thumbprint.algorithm(server.thumbprint))
        found.append(f"The thumbprint {server.thumbprint} is not that of the certificate, which is {shown}.")
    return tuple(found)


def _of_thumbprint(thumbprint: str | None) -> list[str]:
    try:
        _thumbprint.canonical(thumbprint or "00" * 32)
    except _thumbprint.ThumbprintError as error:
        return [f"The thumbprint {str(error).partition(';')[0]}."]
    return []


def _of_certificate(certificate: str | None, url: str) -> list[str]:
    if not certificate or not x509.HAS_CRYPTOGRAPHY:
        return []
    try:
        host = urlsplit(url).hostname or ""
        read = x509.load(certificate)
    except ValueError as error:
        # CertificateError is one as well: what a vCenter holds need be neither.
        return [f"The URL or the certificate cannot be read: {str(error).partition(';')[0]}."]
    if read.matches_host(host):
        return []
    return [f"The certificate names {', '.join(read.sans) or 'no host at all'}, not {host}."]
