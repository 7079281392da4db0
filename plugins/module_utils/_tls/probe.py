# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Fetch the certificate of a TLS endpoint. Standard library only.

Nothing but the handshake is sent: no account, no proxy, no HTTP.
"""

from __future__ import annotations

import dataclasses
import ssl
from dataclasses import dataclass

from .._errors import TlsError
from .contexts import inspection_context, verifying_context
from .endpoint import Endpoint, connect
from .errors import translate_error


@dataclass(frozen=True, slots=True)
class ServedCertificate:
    """The certificate that an endpoint presents, in DER.

    ``chain`` is in DER as sent, leaf first; empty where Python (before 3.13) does not show it. ``verify_error`` is
    the reason why a client would not accept the certificate, None where ``verified``.
    """

    der: bytes
    chain: tuple[bytes, ...]
    protocol: str
    cipher: str
    verified: bool
    verify_error: TlsError | None


def fetch_certificate(
    host: str,
    port: int,
    *,
    timeout: float,
    ca_path: str | None = None,
    server_name: str | None = None,
) -> ServedCertificate:
    """Fetch the certificate of an endpoint, and find out whether a client that trusts ``ca_path`` accepts it.

    The first handshake verifies. Python gives no certificate when that fails; then a second connection fetches it
    without verification. Of several faults OpenSSL reports one.

    ``timeout`` is in seconds and covers both connections; only the system's own name lookup is not limited.
    ``ca_path`` is a PEM file or a folder of hashed ones, None for the CAs of the system. ``server_name`` is requested
    and compared instead of ``host``. Needs TLS 1.2 or newer. Raises :class:`TlsError`.
    """
    endpoint = Endpoint.within(timeout, host, port, server_name)
    context = verifying_context(ca_path)
    try:
        return _handshake(endpoint, context, verified=True)
    except TlsError as error:
        if error.kind not in ("untrusted", "hostname"):
            raise
        verify_error = error
    return dataclasses.replace(_handshake(endpoint, inspection_context(), verified=False), verify_error=verify_error)


def fetch_leaf(host: str, port: int, *, timeout: float, server_name: str) -> bytes:
    """Fetch the leaf certificate (DER) that an endpoint presents for ``server_name``, unverified, in one connection.

    ``timeout`` is in seconds. Raises :class:`TlsError`.
    """
    return _handshake(Endpoint.within(timeout, host, port, server_name), inspection_context(), verified=False).der


def _handshake(endpoint: Endpoint, context: ssl.SSLContext, *, verified: bool) -> ServedCertificate:
    try:
        # Python takes the timeout of the socket as the limit of the whole handshake, not of each packet.
        with connect(endpoint) as plain, context.wrap_socket(plain, server_hostname=endpoint.name) as connection:
            return _served_certificate(connection, verified=verified)
    except (OSError, ValueError) as error:
        raise translate_error(error, endpoint) from error


def _served_certificate(connection: ssl.SSLSocket, *, verified: bool) -> ServedCertificate:
    cipher = connection.cipher()
    # Public since Python 3.13.
    chain = getattr(connection, "get_unverified_chain", tuple)
    return ServedCertificate(
        der=connection.getpeercert(binary_form=True) or b"",
        chain=tuple(chain()),
        protocol=connection.version() or "",
        cipher=cipher[0] if cipher else "",
        verified=verified,
        verify_error=None,
    )
