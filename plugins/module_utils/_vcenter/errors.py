# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""The only file that puts what went wrong on the way to a vCenter, or inside it, into one plain sentence.

Faults are told apart by the names of their API types, so that this file needs no pyVmomi.
"""

from __future__ import annotations

import re
import socket
import ssl
from typing import Any

from .connection import Target, WrongPin


class VCenterError(Exception):
    """What kept one vCenter from answering. ``str()`` is one sentence that names the vCenter and the way out.

    ``kind`` is one of ``unreachable``, ``timeout``, ``tls``, ``not_vcenter``, ``login``, ``permission``, ``refused``,
    ``conflict`` (somebody else changed the record between our reading and our writing), ``session``, ``unavailable``.
    """

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


def told(target: Target, fault: Any, key: str) -> VCenterError:
    """A fault of the API in the words of a user who can do something about it."""
    where = target.address
    name = type(fault).__name__.rpartition(".")[2]
    if name == "NoPermission":
        return permission(target, fault.privilegeId)
    if name == "InvalidLogin":
        return VCenterError(
            "login", f"{where} does not accept username {target.username!r} with this password; check both."
        )
    if name == "NotAuthenticated":
        return VCenterError("session", f"{where} ended the session before the work was done; run the task again.")
    if name == "NotFound":
        return VCenterError(
            "conflict", f"{where} no longer holds {key!r}: somebody else removed it meanwhile; run the task again."
        )
    if name == "InvalidArgument" and fault.invalidProperty in ("extension.key", "key"):
        return VCenterError(
            "conflict",
            f"{where} does not take key {key!r}: somebody else registered it meanwhile, or vCenter finds it malformed; "
            "run the task again, and choose another key if that does not help.",
        )
    if name == "InvalidArgument":
        return VCenterError(
            "refused",
            f"{where} refuses the record of {key!r} because of {fault.invalidProperty or 'an argument'}; "
            "check that option of the task.",
        )
    return VCenterError(
        "refused", f"{where} answered with the fault {name} ({fault.msg or 'no explanation'}); see the log of its vpxd."
    )


def permission(target: Target, privilege: str) -> VCenterError:
    return VCenterError(
        "permission",
        f"{target.username!r} lacks the privilege {privilege} on the root folder of {target.address}; "
        "grant it there or use another account.",
    )


def connection(target: Target, error: Exception, key: str, *, known: bool) -> VCenterError:
    """What can go wrong between here and the API.

    ``key`` is given where a write was under way, ``known`` says that this was found to be a vCenter before.
    """
    kind, sentence = _connection(target, error)
    if known and kind == "not_vcenter" and not re.match(r"\d{3} ", str(error)):
        kind = "unreachable"
        sentence = f"{target.address} broke off in the middle of an answer ({error}); look for a device in between."
    if key and kind in ("timeout", "unreachable", "unavailable"):
        sentence += f" The change of {key!r} may have arrived all the same: run the task again to see."
    return VCenterError(kind, sentence)


def _connection(target: Target, error: Exception) -> tuple[str, str]:
    where = target.address
    if isinstance(error, WrongPin):
        return "tls", (
            f"{where} shows a certificate with thumbprint {error}, not the {target.thumbprint} of vcenter_thumbprint; "
            "find out why before you change the option."
        )
    if isinstance(error, ssl.SSLCertVerificationError):
        return "tls", (
            f"The certificate of {where} is not trusted ({error.verify_message.rstrip('.')}); "
            "set ca_path to the CA that signed it, or vcenter_thumbprint to its SHA-256 thumbprint."
        )
    if isinstance(error, TimeoutError):
        return "timeout", f"{where} did not answer within {target.timeout:g} s; check that it is up, or raise timeout."
    if isinstance(error, socket.gaierror):
        return "unreachable", (
            f"The name {target.hostname} cannot be resolved; check hostname and the DNS of this machine."
        )
    if isinstance(error, ssl.SSLError):
        return "tls", f"{where} does not speak TLS as it should ({error.reason or error}); check hostname and port."
    if isinstance(error, OSError):
        reason = error.strerror or str(error)
        return "unreachable", f"{where} cannot be reached ({reason}); check hostname, port and the firewall."
    if re.match(r"5\d\d ", str(error)):
        return "unavailable", f"{where} answers {error}: its services are starting or overloaded; try again later."
    return "not_vcenter", f"{where} does not answer like a vCenter ({error}); check hostname, port and proxy_host."
