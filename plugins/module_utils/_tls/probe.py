# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""The only file that knows how a TLS endpoint is asked for its certificate. Standard library only.

Sends nothing but the handshake, so no account, no proxy and no HTTP are involved.
"""

from __future__ import annotations

import dataclasses
import os
import socket
import ssl
import time
from dataclasses import dataclass
from typing import Literal, get_args

Kind = Literal[
    "alert", "ca_path", "hostname", "not_tls", "refused", "reset", "timeout", "unreachable", "unresolved", "untrusted"
]
KINDS: tuple[str, ...] = get_args(Kind)

# OpenSSL x509_vfy.h: X509_V_ERR_HOSTNAME_MISMATCH, X509_V_ERR_IP_ADDRESS_MISMATCH.
_WRONG_NAME = (62, 64)
# OpenSSL's words when the first bytes that come back are no TLS record, but for example an HTTP or SSH greeting.
_NOT_TLS = (
    "WRONG_VERSION_NUMBER",
    "HTTP_REQUEST",
    "HTTPS_PROXY_REQUEST",
    "PACKET_LENGTH_TOO_LONG",
    "RECORD_LAYER_FAILURE",
)


class TlsError(Exception):
    """No certificate could be fetched, or it did not verify where that was asked. ``str()`` is one sentence.

    ``kind`` is one of ``KINDS``: ``unresolved`` (no such name), ``unreachable`` (no way there), ``refused`` (nothing
    listens), ``timeout``, ``reset`` (hung up in the handshake), ``not_tls`` (answers, but not in TLS), ``alert``
    (answers in TLS, and declines), ``untrusted``, ``hostname`` (trusted so far, but made for another name) and
    ``ca_path`` (the file is unusable).
    """

    def __init__(self, kind: Kind, message: str) -> None:
        super().__init__(message)
        self.kind = kind


@dataclass(frozen=True, slots=True)
class Served:
    """What an endpoint showed. ``chain`` is as sent, in DER, leaf first; empty where Python (before 3.13) hides it."""

    der: bytes
    chain: tuple[bytes, ...]
    protocol: str
    cipher: str
    verified: bool
    verify_error: str | None


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A place that is connected to, the name that its certificate must have, and until when (``time.monotonic()``)."""

    host: str
    port: int
    name: str
    deadline: float

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    def seconds_left(self) -> float:
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left


def fetch_certificate(
    host: str,
    port: int,
    *,
    timeout: float,
    ca_path: str | None = None,
    verify: bool = False,
    server_name: str | None = None,
) -> Served:
    """The certificate of an endpoint, and whether a client that trusts ``ca_path`` (or the system) accepts it.

    The first handshake verifies. Python gives no certificate when that fails, so then, unless ``verify`` is set, a
    second connection fetches it unverified; ``verify_error`` says what was wrong. Of several things that are wrong
    OpenSSL reports one.

    ``timeout`` is in seconds and covers both connections; only the system's own name lookup is outside of it.
    ``ca_path`` is a PEM file or a folder of hashed ones. ``server_name`` is asked for and compared instead of
    ``host``. Needs TLS 1.2 or newer. Raises :class:`TlsError`.
    """
    host = host.strip("[]")
    # A zone (fe80::1%eth0) belongs to the route, not to the name.
    name = (server_name or host).strip("[]").partition("%")[0]
    endpoint = Endpoint(host, port, name, time.monotonic() + timeout)
    context = verifying_context(ca_path)
    try:
        return _handshake(endpoint, context, verified=True)
    except TlsError as error:
        if verify or error.kind not in ("untrusted", "hostname"):
            raise
        problem = str(error)
    return dataclasses.replace(_handshake(endpoint, _looking_context(), verified=False), verify_error=problem)


def fetch_leaf(host: str, port: int, *, timeout: float, server_name: str) -> bytes:
    """The leaf that an endpoint shows to who asks for ``server_name``, in DER, unverified, in one connection.

    ``timeout`` is in seconds. Raises :class:`TlsError`.
    """
    endpoint = Endpoint(host.strip("[]"), port, server_name.strip("[]"), time.monotonic() + timeout)
    return _handshake(endpoint, _looking_context(), verified=False).der


def verifying_context(ca_path: str | None) -> ssl.SSLContext:
    """Trusts a PEM file or a folder of hashed ones, or the CAs of the system. Raises :class:`TlsError`."""
    folder = ca_path is not None and os.path.isdir(ca_path)
    try:
        context = ssl.create_default_context(
            cafile=None if folder else ca_path,
            capath=ca_path if folder else None,
        )
    except OSError as error:
        # ssl.SSLError is an OSError: the file is there, and no PEM.
        why = "holds no PEM certificates" if isinstance(error, ssl.SSLError) else error.strerror
        raise TlsError(
            "ca_path", f"{ca_path} cannot be used ({why}); give a file with PEM certificates of the CAs to trust"
        ) from error
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    # Python 3.13 changed both defaults. One answer on every Python: a pinned leaf or intermediate may be trusted as
    # such, and CAs that RFC 5280 strictly taken forbids, which old vCenters have, still count.
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    return context


def _looking_context() -> ssl.SSLContext:
    """Takes any certificate: only to look at it, nothing is sent over this connection."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _handshake(endpoint: Endpoint, context: ssl.SSLContext, *, verified: bool) -> Served:
    try:
        with connect(endpoint) as plain:
            # Python takes this as the limit of the whole handshake, not of each packet.
            plain.settimeout(endpoint.seconds_left())
            with context.wrap_socket(plain, server_hostname=endpoint.name) as connection:
                return _served(connection, verified=verified)
    except ssl.SSLError as error:
        raise tls_error(endpoint, error) from error
    except OSError as error:
        raise network_error(endpoint, error) from error
    except ValueError as error:
        # The name cannot be written in IDNA, is empty or begins with a dot.
        raise TlsError("unresolved", f"{endpoint.name!r} is no host name ({error}); correct the name") from error


def _served(connection: ssl.SSLSocket, *, verified: bool) -> Served:
    cipher = connection.cipher()
    # Public since Python 3.13.
    chain = getattr(connection, "get_unverified_chain", tuple)
    return Served(
        der=connection.getpeercert(binary_form=True) or b"",
        chain=tuple(chain()),
        protocol=connection.version() or "",
        cipher=cipher[0] if cipher else "",
        verified=verified,
        verify_error=None,
    )


def connect(endpoint: Endpoint) -> socket.socket:
    """Try every address of the name in turn, each with its share of the time, so that a dead one does not take all.

    Raises ``OSError``.
    """
    addresses = socket.getaddrinfo(endpoint.host, endpoint.port, type=socket.SOCK_STREAM)
    failure = OSError("no address")
    for position, (family, kind, protocol, _canonical, address) in enumerate(addresses):
        try:
            plain = socket.socket(family, kind, protocol)
        except OSError as error:
            # This kernel has no such family, commonly IPv6.
            failure = error
            continue
        try:
            plain.settimeout(endpoint.seconds_left() / (len(addresses) - position))
            plain.connect(address)
        except OSError as error:
            plain.close()
            failure = error
        else:
            return plain
    raise failure


def network_error(endpoint: Endpoint, error: OSError) -> TlsError:
    """What :func:`connect` met, in a sentence."""
    if isinstance(error, socket.gaierror):
        return TlsError(
            "unresolved",
            f"{endpoint.host!r} cannot be resolved ({error.strerror}); correct the name or the DNS used here",
        )
    if isinstance(error, TimeoutError):
        return TlsError(
            "timeout", f"{endpoint} did not answer in time; check the route and firewalls, or raise the timeout"
        )
    if isinstance(error, ConnectionRefusedError):
        return TlsError("refused", f"{endpoint} refused the connection; start the server there or correct the port")
    if isinstance(error, (ConnectionResetError, BrokenPipeError, ConnectionAbortedError)):
        return _hung_up(endpoint)
    return TlsError(
        "unreachable", f"{endpoint} cannot be reached ({error.strerror or error}); check the address and the route"
    )


def tls_error(endpoint: Endpoint, error: ssl.SSLError) -> TlsError:
    """What a handshake met, in a sentence."""
    if isinstance(error, ssl.SSLCertVerificationError):
        if error.verify_code in _WRONG_NAME:
            return TlsError(
                "hostname",
                f"the certificate of {endpoint} is not made for {endpoint.name}; use a name from its subjectAltName",
            )
        return TlsError(
            "untrusted",
            f"the certificate of {endpoint} is not trusted ({error.verify_message}); trust its CA or replace it",
        )
    reason = error.reason or ""
    if isinstance(error, (ssl.SSLEOFError, ssl.SSLZeroReturnError)) or "UNEXPECTED_EOF" in reason:
        return _hung_up(endpoint)
    if reason in _NOT_TLS:
        return TlsError("not_tls", f"{endpoint} answers, but not in TLS; correct the port or switch TLS on there")
    words = reason.replace("_", " ").lower() or str(error)
    return TlsError(
        "alert", f"{endpoint} declined the TLS handshake ({words}); it must offer TLS 1.2 or newer to any client"
    )


def _hung_up(endpoint: Endpoint) -> TlsError:
    return TlsError(
        "reset", f"{endpoint} hung up during the TLS handshake; look at its log, or for a device in between"
    )
