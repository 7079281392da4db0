# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Translate the exceptions of sockets and OpenSSL into :class:`TlsError`. Standard library only."""

from __future__ import annotations

import socket
import ssl

from .._errors import TlsError, TlsKind
from .._foreign_text import one_line, quoted
from .endpoint import Endpoint

# OpenSSL x509_vfy.h: X509_V_ERR_HOSTNAME_MISMATCH, X509_V_ERR_IP_ADDRESS_MISMATCH.
_OTHER_NAME = (62, 64)
# Reasons of OpenSSL when the first bytes of the answer are not a TLS record but, for example, an HTTP or SSH greeting.
_NOT_TLS = (
    "WRONG_VERSION_NUMBER",
    "HTTP_REQUEST",
    "HTTPS_PROXY_REQUEST",
    "PACKET_LENGTH_TOO_LONG",
    "RECORD_LAYER_FAILURE",
)


def translate_error(error: OSError | ValueError, endpoint: Endpoint) -> TlsError:
    """Return the :class:`TlsError` for an exception of connecting or of the TLS handshake."""
    if isinstance(error, ssl.SSLError):
        return _translate_ssl_error(error, endpoint)
    if isinstance(error, OSError):
        return _translate_network_error(error, endpoint)
    # The name is empty, begins with a dot or cannot be written in IDNA.
    return TlsError(
        "unresolved",
        f"is not a host name ({one_line(error)})",
        subject=quoted(endpoint.name),
        remedy="correct the name",
    )


def _translate_network_error(error: OSError, endpoint: Endpoint) -> TlsError:
    if isinstance(error, socket.gaierror):
        return TlsError(
            "unresolved",
            f"cannot be resolved ({one_line(error.strerror)})",
            subject=quoted(endpoint.host),
            remedy="correct the name or the DNS configuration of this host",
        )
    if isinstance(error, TimeoutError):
        remedy = "check the route and the firewalls, or raise O(timeout)"
        return _endpoint_error("timeout", endpoint, "did not answer in time", remedy)
    if isinstance(error, ConnectionRefusedError):
        remedy = "start the server there or correct the port"
        return _endpoint_error("refused", endpoint, "refused the connection", remedy)
    if isinstance(error, (ConnectionResetError, BrokenPipeError, ConnectionAbortedError)):
        return _reset(endpoint)
    reason = f"cannot be reached ({one_line(error.strerror or error)})"
    return _endpoint_error("unreachable", endpoint, reason, "check the address and the route")


def _translate_ssl_error(error: ssl.SSLError, endpoint: Endpoint) -> TlsError:
    if isinstance(error, ssl.SSLCertVerificationError):
        return _translate_verification_error(error, endpoint)
    # Those that Python itself makes have no reason.
    reason = getattr(error, "reason", None) or ""
    if isinstance(error, (ssl.SSLEOFError, ssl.SSLZeroReturnError)) or "UNEXPECTED_EOF" in reason:
        return _reset(endpoint)
    if reason in _NOT_TLS:
        remedy = "correct the port, or configure TLS there"
        return _endpoint_error("not_tls", endpoint, "answers without TLS", remedy)
    words = reason.replace("_", " ").lower() or one_line(error)
    remedy = "configure it to offer TLS 1.2 or newer to any client"
    return _endpoint_error("alert", endpoint, f"declined the TLS handshake ({words})", remedy)


def _translate_verification_error(error: ssl.SSLCertVerificationError, endpoint: Endpoint) -> TlsError:
    subject = f"the certificate of {endpoint}"
    if error.verify_code in _OTHER_NAME:
        reason = f"is not issued for {one_line(endpoint.name)}"
        return TlsError("hostname", reason, subject=subject, remedy="use a name from its subjectAltName")
    reason = f"is not trusted ({one_line(error.verify_message)})"
    return TlsError("untrusted", reason, subject=subject, remedy="trust its CA or replace it")


def _reset(endpoint: Endpoint) -> TlsError:
    reason = "closed the connection during the TLS handshake"
    return _endpoint_error("reset", endpoint, reason, "check its log, and for a device in between")


def _endpoint_error(kind: TlsKind, endpoint: Endpoint, reason: str, remedy: str) -> TlsError:
    return TlsError(kind, reason, subject=str(endpoint), remedy=remedy)
