# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Which kind of error an exception of a socket or of OpenSSL becomes."""

from __future__ import annotations

import errno
import socket
import ssl

import pytest
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._tls.endpoint import Endpoint
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._tls.errors import translate_error

ENDPOINT = Endpoint.within(5, "[2001:db8::1]", 443, "plugins.example.com")


def ssl_error(reason, kind=ssl.SSLError, **fields):
    error = kind(1, "words of OpenSSL")
    error.reason = reason
    for name, value in fields.items():
        setattr(error, name, value)
    return error


def untrusted(code):
    return ssl_error("", ssl.SSLCertVerificationError, verify_code=code, verify_message="self-signed\x1b[2J")


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (socket.gaierror(-2, "Name or service not known"), "unresolved"),
        (UnicodeError("label empty or too long"), "unresolved"),
        (TimeoutError(), "timeout"),
        (ConnectionRefusedError(errno.ECONNREFUSED, "Connection refused"), "refused"),
        (ConnectionResetError(), "reset"),
        (BrokenPipeError(), "reset"),
        (OSError(errno.EHOSTUNREACH, "No route to host"), "unreachable"),
        (OSError("no address"), "unreachable"),
        (ssl.SSLEOFError(), "reset"),
        (ssl_error("UNEXPECTED_EOF_WHILE_READING"), "reset"),
        (ssl_error("WRONG_VERSION_NUMBER"), "not_tls"),
        (ssl_error("SSLV3_ALERT_HANDSHAKE_FAILURE"), "alert"),
        (untrusted(18), "untrusted"),
        (untrusted(62), "hostname"),
        (untrusted(64), "hostname"),
    ],
    ids=lambda value: value if isinstance(value, str) else type(value).__name__,
)
def test_kinds(error, kind):
    found = translate_error(error, ENDPOINT)
    assert found.kind == kind
    assert found.subject and found.reason and found.remedy
    assert str(found).isprintable()


def test_an_endpoint_removes_brackets_and_zones():
    endpoint = Endpoint.within(5, "[fe80::1%eth0]", 8443)
    assert (endpoint.host, endpoint.name) == ("fe80::1%eth0", "fe80::1")
    assert str(endpoint) == "[fe80::1%eth0]:8443"


def test_no_seconds_are_left_after_the_deadline():
    with pytest.raises(TimeoutError):
        Endpoint.within(-1, "localhost", 1).seconds_left()
