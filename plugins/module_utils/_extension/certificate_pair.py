# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Whether what a record says of a web server can be true: certificate, thumbprint and URL, looked at by themselves."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlsplit

from .._certificate import x509
from .._certificate.thumbprint import compute_pem_thumbprint, detect_algorithm, normalize_thumbprint
from .._errors import CertificateError, ThumbprintError
from .model import Server


def without_certificate(server: Server) -> Server:
    """Return ``server`` as a vCenter stores it that has no field for certificates: with the thumbprint alone."""
    if server.certificate is None:
        return server
    try:
        thumbprint = server.thumbprint or compute_pem_thumbprint(server.certificate, "sha256")
    except ThumbprintError:
        # Other tools can register any text as certificate.
        thumbprint = None
    return replace(server, certificate=None, thumbprint=thumbprint)


def is_thumbprint_of(thumbprint: str, pem: str) -> bool:
    """Return whether the canonical ``thumbprint`` (SHA-1 or SHA-256) is that of the first certificate in ``pem``."""
    try:
        return compute_pem_thumbprint(pem, detect_algorithm(thumbprint)) == thumbprint
    except ThumbprintError:
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
        shown = compute_pem_thumbprint(server.certificate, detect_algorithm(server.thumbprint))
        found.append(f"The thumbprint {server.thumbprint} is not that of the certificate, which is {shown}.")
    return tuple(found)


def _of_thumbprint(thumbprint: str | None) -> list[str]:
    try:
        normalize_thumbprint(thumbprint or "00" * 32)
    except ThumbprintError as error:
        return [f"The thumbprint {str(error).partition(';')[0]}."]
    return []


def _of_certificate(certificate: str | None, url: str) -> list[str]:
    if not certificate or not x509.HAS_CRYPTOGRAPHY:
        return []
    try:
        host = urlsplit(url).hostname or ""
        read = x509.load_certificate(certificate)
    except (CertificateError, ValueError) as error:
        # A vCenter accepts any text as URL and as certificate.
        return [f"The URL or the certificate cannot be read: {str(error).partition(';')[0]}."]
    if read.matches_host(host):
        return []
    return [f"The certificate names {', '.join(read.sans) or 'no host at all'}, not {host}."]
