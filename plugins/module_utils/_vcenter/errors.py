# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Translate what goes wrong on the way to a vCenter, or inside it, into :class:`VCenterError`.

Faults are recognised by the names of their API types, so that this file does not import pyVmomi.
"""

from __future__ import annotations

import socket
import ssl
from typing import Any

from .._errors import TlsError, VCenterError, VCenterKind
from .._foreign_text import one_line, quoted
from .connection import ConnectionOptions

_RUN_AGAIN = "run the task again"
# Kinds after which it is unknown whether a request has arrived.
_UNCERTAIN = frozenset({"timeout", "unreachable", "unavailable"})


def translate_fault(options: ConnectionOptions, fault: Any, key: str) -> VCenterError:
    """Return a fault of the API as an error; ``key`` is that of the record that was read or written, or empty."""
    address = options.address
    name = type(fault).__name__.rpartition(".")[2]
    if name == "NoPermission":
        return missing_privilege(options, fault.privilegeId)
    if name == "InvalidLogin":
        return VCenterError(
            "login",
            f"did not accept user {quoted(options.username)} with this password",
            subject=address,
            remedy="correct O(username) and O(password)",
        )
    if name == "NotAuthenticated":
        return VCenterError("session", "ended the session during the task", subject=address, remedy=_RUN_AGAIN)
    if name == "NotFound":
        reason = f"no longer holds {quoted(key)}, which was removed during the task"
        return VCenterError("conflict", reason, subject=address, remedy=_RUN_AGAIN)
    if name == "InvalidArgument" and fault.invalidProperty in ("extension.key", "key"):
        return VCenterError(
            "conflict",
            f"did not accept key {quoted(key)}: it was registered during the task, or is malformed",
            subject=address,
            remedy=f"{_RUN_AGAIN}, and choose another O(key) if that does not help",
        )
    if name == "InvalidArgument":
        part = one_line(fault.invalidProperty) if fault.invalidProperty else "an argument that it does not name"
        return VCenterError(
            "refused",
            f"refused the record of {quoted(key)} because of {part}",
            subject=address,
            remedy="correct the option that sets it",
        )
    return VCenterError(
        "refused",
        f"answered with the fault {name} ({one_line(fault.msg) if fault.msg else 'without an explanation'})",
        subject=address,
        remedy="read the log of its vpxd",
    )


def missing_privilege(options: ConnectionOptions, privilege: str) -> VCenterError:
    """Return the error of an account that lacks ``privilege`` on the root folder."""
    return VCenterError(
        "permission",
        f"denied {quoted(options.username)} the privilege {one_line(privilege)} on its root folder",
        subject=options.address,
        remedy="grant it there, or give another account in O(username)",
    )


def translate_connection_error(
    options: ConnectionOptions, error: Exception, key: str, *, is_vcenter: bool, http_status: int | None
) -> VCenterError:
    """Return an error of the library below the API as one of ours.

    ``key`` is given where a write was under way. ``is_vcenter`` says that the other side has answered as a vCenter
    before, ``http_status`` is that of an answer without a SOAP body.
    """
    translated = _translate(options, error, http_status)
    if is_vcenter and translated.kind == "not_vcenter" and http_status is None:
        translated = VCenterError(
            "unreachable",
            f"closed the connection in the middle of an answer ({one_line(error)})",
            subject=options.address,
            remedy="check the proxies and firewalls between this machine and the vCenter",
        )
    if key and translated.kind in _UNCERTAIN:
        translated.note = f"The change of {quoted(key)} may have been applied; {_RUN_AGAIN} to find out"
    return translated


def _translate(options: ConnectionOptions, error: Exception, http_status: int | None) -> VCenterError:
    def translated(kind: VCenterKind, reason: str, remedy: str) -> VCenterError:
        return VCenterError(kind, reason, subject=options.address, remedy=remedy)

    if isinstance(error, TlsError):
        return translated(
            "tls",
            f"shows a certificate with the thumbprint {error.presented}, not the {options.thumbprint} of "
            "O(vcenter_thumbprint)",
            "find out why the certificate has changed before you change the option",
        )
    if isinstance(error, ssl.SSLCertVerificationError):
        return translated(
            "tls",
            f"shows a certificate that is not trusted ({one_line(error.verify_message.rstrip('.'))})",
            "set O(ca_path) to the CA that signed it, or O(vcenter_thumbprint) to its SHA-256 thumbprint",
        )
    if isinstance(error, TimeoutError):
        reason = f"did not answer within {options.timeout:g} s"
        return translated("timeout", reason, "check that it is running, or raise O(timeout)")
    if isinstance(error, socket.gaierror):
        return VCenterError(
            "unreachable",
            f"cannot be resolved ({one_line(error.strerror or error)})",
            subject=options.hostname,
            remedy="correct O(hostname), or check the DNS of this machine",
        )
    if isinstance(error, ssl.SSLError):
        reason = f"failed the TLS handshake ({one_line(error.reason or error)})"
        return translated("tls", reason, "check O(hostname) and O(port)")
    if isinstance(error, OSError):
        reason = f"cannot be reached ({one_line(error.strerror or error)})"
        return translated("unreachable", reason, "check O(hostname), O(port) and the firewall")
    if http_status is not None and http_status >= 500:
        reason = f"answered {one_line(error)}: its services are starting or overloaded"
        return translated("unavailable", reason, "try again later")
    reason = f"did not answer as a vCenter does ({one_line(error)})"
    return translated("not_vcenter", reason, "check O(hostname), O(port) and O(proxy_host)")
