# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Compare the certificates of a record with those that its web servers present."""

from __future__ import annotations

from collections.abc import Callable

from .. import _url
from .._certificate import x509
from .._certificate.thumbprint import compute_thumbprint, matches_der
from .._errors import CertificateError, PreflightError, ThumbprintError, TlsError
from .._extension.certificate_pair import is_thumbprint_of
from .._extension.model import Extension, Server
from .._tls import probe

OPTION = "verify_servers"


def check_served_certificates(extension: Extension, fetch: Callable[[str, int], bytes]) -> None:
    """Compare the certificate of each https URL of a record with the one that is registered for it.

    ``fetch`` returns the certificate (DER) that a host and port present, for example
    :func:`build_certificate_fetcher`. Raises :class:`PreflightError` for the first URL that differs.
    """
    for server in extension.servers:
        if _url.is_https(server.url):
            _check_server(server, fetch)


def build_certificate_fetcher(timeout: float) -> Callable[[str, int], bytes]:
    """Return a function that fetches the certificate (DER) of a host and port within ``timeout`` seconds."""

    def fetch(host: str, port: int) -> bytes:
        return probe.fetch_certificate(host, port, timeout=timeout).der

    return fetch


def _check_server(server: Server, fetch: Callable[[str, int], bytes]) -> None:
    origin = _url.find_origin(server.url)
    if origin is None:
        raise PreflightError(
            f"could not check {_url.shown(server.url)}, which is not a URL with a host",
            option=OPTION,
            remedy="correct the URL",
        )
    try:
        der = fetch(origin.host, origin.port)
    except TlsError as error:
        raise PreflightError(
            f"could not check {server.url}: {error.as_clause()}",
            option=OPTION,
            remedy=f"{error.remedy}, or set O({OPTION}) to false if only the vCenters can reach it",
        ) from error
    presented = compute_thumbprint(der)
    if server.thumbprint and not _presents_registered(server.thumbprint, der):
        raise PreflightError(
            f"found that {server.url} is served with the certificate {presented}, but {server.thumbprint} would be "
            "registered",
            option=OPTION,
            remedy="reload the web server, or give the thumbprint or certificate that it serves",
        )
    if server.certificate and not is_thumbprint_of(presented, server.certificate):
        raise PreflightError(
            f"found that {server.url} is served with the certificate {presented}, but another one would be registered "
            f"together with {server.thumbprint or 'no thumbprint'}",
            option=OPTION,
            remedy="reload the web server, or give the certificate that it serves",
        )
    if server.certificate:
        _check_host_name(server.url, origin.host, der)


def _presents_registered(registered: str, der: bytes) -> bool:
    try:
        return matches_der(registered, der)
    except ThumbprintError:
        # The record holds something that is not a thumbprint.
        return False


def _check_host_name(url: str, host: str, der: bytes) -> None:
    """Require the host name in subjectAltName where the record has a certificate (SDK guide; RFC 2818 3.1)."""
    if not x509.HAS_CRYPTOGRAPHY:
        return
    try:
        certificate = x509.load_certificate(der)
    except CertificateError as error:
        raise PreflightError(
            f"found that {error.as_clause(f'the certificate of {url}')}",
            option=OPTION,
            remedy="replace it on the server",
        ) from error
    if not certificate.matches_host(host):
        names = ", ".join(certificate.sans) or "no host at all"
        raise PreflightError(
            f"found that the certificate of {url} names {names}, not {host}",
            option=OPTION,
            remedy="issue a certificate with that name in subjectAltName, which the vSphere Client requires",
        )
