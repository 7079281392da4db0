# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Compare the certificate, the thumbprint and the URL of one server of a record."""

from __future__ import annotations

from dataclasses import replace

from .._certificate import x509
from .._certificate.thumbprint import compute_pem_thumbprint, detect_algorithm, normalize_thumbprint
from .._errors import CertificateError, ThumbprintError
from .._foreign_text import one_line
from .._url import find_host, is_https
from .model import Server


def is_thumbprint_of(thumbprint: str, pem: str) -> bool:
    """Return whether a normalized ``thumbprint`` (SHA-1 or SHA-256) is that of the first certificate in ``pem``."""
    try:
        return compute_pem_thumbprint(pem, detect_algorithm(thumbprint)) == thumbprint
    except ThumbprintError:
        # Other tools can register any text as certificate or thumbprint.
        return False


def without_certificate(server: Server) -> Server:
    """Return ``server`` as a vCenter without a field for certificates stores it: with the thumbprint alone."""
    if server.certificate is None:
        return server
    try:
        thumbprint = server.thumbprint or compute_pem_thumbprint(server.certificate)
    except ThumbprintError:
        # Other tools can register any text as certificate.
        thumbprint = None
    return replace(server, certificate=None, thumbprint=thumbprint)


def find_contradictions(server: Server) -> tuple[str, ...]:
    """Return the contradictions in a registered server, a sentence each; none for a server without TLS.

    A thumbprint must be valid and that of the certificate (the registration tool of the SDK compares both). A
    certificate must have the host of the URL in subjectAltName (SDK guide, RFC 2818 section 3.1), which is compared
    where cryptography is installed.
    """
    if not is_https(server.url):
        return ()
    if not server.thumbprint and not server.certificate:
        return ("Neither a certificate nor a thumbprint is registered.",)
    problems = [*_check_thumbprint(server.thumbprint), *_check_certificate(server.certificate, server.url)]
    if problems or not server.thumbprint or not server.certificate:
        return tuple(problems)
    if is_thumbprint_of(server.thumbprint, server.certificate):
        return ()
    computed = compute_pem_thumbprint(server.certificate, detect_algorithm(server.thumbprint))
    return (f"The thumbprint {server.thumbprint} is not that of the certificate, which is {computed}.",)


def _check_thumbprint(thumbprint: str | None) -> list[str]:
    if not thumbprint:
        return []
    try:
        normalize_thumbprint(thumbprint)
    except ThumbprintError as error:
        return [f"The thumbprint {error.problem()}."]
    return []


def _check_certificate(pem: str | None, url: str) -> list[str]:
    if not pem or not x509.HAS_CRYPTOGRAPHY:
        return []
    try:
        certificate = x509.load_certificate(pem)
    except CertificateError as error:
        return [f"The registered text {error.problem()}."]
    host = find_host(url)
    if certificate.matches_host(host):
        return []
    names = one_line(", ".join(certificate.sans)) or "no host"
    return [f"The certificate names {names}, not {host or 'the host of the URL'}."]
