# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""The only file that compares what a record says of its web servers with what these servers really show."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from .._certificate import thumbprint as _thumbprint
from .._certificate import x509
from .._extension.model import Extension, OptionError, Server, matches
from .._tls import probe


class ServedError(OptionError):
    """A web server does not show what would be registered. ``str()`` names the URL, both sides and the way out."""

    def __init__(self, message: str, option: str = "verify_servers") -> None:
        super().__init__(option, message)


def verify(extension: Extension, look: Callable[[str, int], bytes]) -> None:
    """Open each https URL of a record and compare. Raises :class:`ServedError` for the first that differs.

    ``look`` gives the certificate (DER) that ``host`` and ``port`` show; :func:`fetch` is one.
    """
    for server in extension.servers:
        if server.url.lower().startswith("https:"):
            _verify(server, look)


def fetch(timeout: float) -> Callable[[str, int], bytes]:
    """A ``look`` that opens one connection for each question and waits at most ``timeout`` seconds."""

    def look(host: str, port: int) -> bytes:
        return probe.fetch(host, port, timeout=timeout).der

    return look


def _verify(server: Server, look: Callable[[str, int], bytes]) -> None:
    parts = urlsplit(server.url)
    host = parts.hostname or ""
    try:
        served = look(host, parts.port or 443)
    except probe.TlsError as error:
        raise ServedError(
            f"{server.url} cannot be compared with what would be registered: {error}; "
            "set verify_servers to false if only the vCenters can reach it"
        ) from error
    shown = _thumbprint.of(served)
    if server.thumbprint and not _is(server.thumbprint, served):
        raise ServedError(
            f"{server.url} is served with the certificate {shown}, but {server.thumbprint} would be registered; "
            "reload the web server, or give the thumbprint or certificate that it serves"
        )
    if server.certificate and not matches(shown, server.certificate):
        raise ServedError(
            f"{server.url} is served with the certificate {shown}, but another one would be registered beside "
            f"{server.thumbprint or 'no thumbprint'}; reload the web server, or give the certificate that it serves"
        )
    if server.certificate:
        _check_name(server.url, host, served)


def _is(thumbprint: str, served: bytes) -> bool:
    try:
        return _thumbprint.matches(thumbprint, served)
    except _thumbprint.ThumbprintError:
        # Somebody registered something else than a thumbprint.
        return False


def _check_name(url: str, host: str, served: bytes) -> None:
    """With a certificate in the record its subjectAltName must hold the host name (SDK guide; RFC 2818 3.1)."""
    if not x509.HAS_CRYPTOGRAPHY:
        return
    try:
        certificate = x509.load(served)
    except x509.CertificateError as error:
        raise ServedError(f"what {url} serves {error}") from error
    if not certificate.matches_host(host):
        raise ServedError(
            f"the certificate of {url} names {', '.join(certificate.sans) or 'no host at all'}, not {host}; "
            "the vSphere Client needs that name in subjectAltName, so make a certificate that has it"
        )
