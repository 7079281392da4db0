# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Make the TLS contexts of the collection. No other file turns the verification of certificates off.

Standard library only.
"""

from __future__ import annotations

import os
import ssl
from typing import Any, TypeVar

from .._certificate.thumbprint import compute_thumbprint, detect_algorithm, matches_der
from .._errors import FileError, TlsError
from .._files.read import MIB, read_file
from .._foreign_text import one_line

# The CA bundle of a distribution has some 200 KB.
_MAX_CA_FILE = 64 * MIB
_CA_REMEDY = "give a file with the PEM certificates of the CAs to trust"


_Context = TypeVar("_Context", bound=ssl.SSLContext)


class ClientContext(ssl.SSLContext):
    """A client context that sends and verifies ``server_name`` where its caller gives no name.

    urllib3 1.26 gives none for an IP address, which a context that verifies would refuse.
    """

    server_name: str | None = None

    def wrap_socket(self, *args: Any, **kwargs: Any) -> ssl.SSLSocket:
        """Complete the TLS handshake over a connected socket."""
        if not kwargs.get("server_hostname"):
            kwargs["server_hostname"] = self.server_name
        return super().wrap_socket(*args, **kwargs)


class PinnedContext(ClientContext):
    """A client context that trusts exactly the certificate with the thumbprint ``pin``.

    The pin replaces CA and host name. It is compared before any byte of the application is sent; the argument
    ``thumbprint`` of pyVmomi 9.1 is not, where another check has succeeded. ``subject`` is what errors are about.
    """

    pin: str = ""
    subject: str = ""

    def wrap_socket(self, *args: Any, **kwargs: Any) -> ssl.SSLSocket:
        """Complete the TLS handshake. Raises :class:`TlsError` of the kind ``pin`` for another certificate."""
        connection = super().wrap_socket(*args, **kwargs)
        der = connection.getpeercert(binary_form=True) or b""
        if not matches_der(self.pin, der):
            connection.close()
            presented = compute_thumbprint(der, detect_algorithm(self.pin))
            raise TlsError(
                "pin",
                f"presents the certificate {presented}, not {self.pin}",
                subject=self.subject,
                remedy="find out why before you change the thumbprint",
                presented=presented,
            )
        return connection


def verifying_context(ca_path: str | None) -> ClientContext:
    """Return a context that trusts a PEM file or a folder of hashed ones, or the CAs of the system.

    Requires TLS 1.2 or newer. Raises :class:`TlsError` of the kind ``ca_path`` where they cannot be read.
    """
    context = ClientContext(ssl.PROTOCOL_TLS_CLIENT)
    if ca_path is None:
        context.load_default_certs(ssl.Purpose.SERVER_AUTH)
    elif os.path.isdir(ca_path):
        context.load_verify_locations(capath=ca_path)
    else:
        _check_ca_file(ca_path)
        try:
            context.load_verify_locations(cafile=ca_path)
        except OSError as error:
            raise _unusable_ca_file(ca_path, error) from error
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    # Python 3.13 changed the defaults of create_default_context. The result is the same on every Python: a leaf or an
    # intermediate can be trusted as such, and CAs of old vCenters that RFC 5280 strictly forbids still count.
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    return context


def inspection_context() -> ClientContext:
    """Return a context that accepts any certificate, to inspect it, or where a task turns the verification off.

    Requires TLS 1.2 or newer.
    """
    context = ClientContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return _without_verification(context)


def pinned_context(pin: str, subject: str) -> PinnedContext:
    """Return a context that trusts exactly one certificate; see :class:`PinnedContext`.

    ``pin`` is in the notation of :func:`normalize_thumbprint`. Requires TLS 1.2 or newer.
    """
    context = PinnedContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.pin, context.subject = pin, subject
    return _without_verification(context)


def vcenter_context(*, validate_certs: bool, ca_path: str | None, pin: str | None, subject: str) -> ssl.SSLContext:
    """Return the context of a connection to a vCenter, with the defaults of Python as pyVmomi itself uses them.

    With ``pin``, neither ``validate_certs`` nor ``ca_path`` counts; without ``validate_certs``, ``ca_path`` does not.
    Then no CA is loaded: OpenSSL would list the CAs of the system at each handshake. Raises :class:`TlsError` of the
    kind ``ca_path``.
    """
    if pin:
        pinned = PinnedContext(ssl.PROTOCOL_TLS_CLIENT)
        pinned.pin, pinned.subject = pin, subject
        return _without_verification(pinned)
    if not validate_certs:
        return _without_verification(ClientContext(ssl.PROTOCOL_TLS_CLIENT))
    if ca_path is not None:
        _check_ca_file(ca_path)
    try:
        return ssl.create_default_context(cafile=ca_path)
    except OSError as error:
        raise _unusable_ca_file(ca_path or "", error) from error


def _without_verification(context: _Context) -> _Context:
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _check_ca_file(path: str) -> None:
    # Read by the one reader first, because OpenSSL would read a pipe or a device without end.
    try:
        read_file(path, limit=_MAX_CA_FILE)
    except FileError as error:
        raise TlsError("ca_path", error.reason, subject=path, remedy=_CA_REMEDY) from error


def _unusable_ca_file(path: str, error: OSError) -> TlsError:
    # ssl.SSLError is an OSError: the file can be read, and is not PEM.
    reason = (
        "contains no PEM certificates"
        if isinstance(error, ssl.SSLError)
        else f"cannot be read ({one_line(error.strerror or error)})"
    )
    return TlsError("ca_path", reason, subject=path, remedy=_CA_REMEDY)
