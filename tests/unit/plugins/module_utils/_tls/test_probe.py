# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""What real servers on loopback show, and how those that show nothing are told apart."""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
import sys
import time

import pytest
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._errors import TlsError
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._tls import probe


@pytest.fixture
def trusted(authority, tmp_path):
    path = tmp_path / "authority.pem"
    path.write_text(authority.pem)
    return str(path)


@pytest.fixture
def issue(make, authority):
    return lambda signed=False, **properties: make(**properties, issuer=authority if signed else None)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_trusted_server_needs_one_connection(serve, local, trusted, host):
    served = probe.fetch_certificate(host, serve(local), timeout=5, ca_path=trusted)
    assert served.der == local.der
    assert (served.verified, served.verify_error) == (True, None)
    assert served.protocol in ("TLSv1.2", "TLSv1.3")
    assert served.cipher


@pytest.mark.parametrize("host", ["::1", "[::1]"])
def test_ipv6_literals(serve, local, trusted, host):
    served = probe.fetch_certificate(host, serve(local, family=socket.AF_INET6), timeout=5, ca_path=trusted)
    assert (served.der, served.verified) == (local.der, True)


@pytest.mark.skipif(sys.version_info < (3, 13), reason="Python before 3.13 does not show the chain")
def test_the_chain_comes_as_it_was_sent(serve, local, authority):
    served = probe.fetch_certificate("127.0.0.1", serve(local, authority), timeout=5)
    assert served.chain == (local.der, authority.der)


def test_a_pinned_server_certificate_is_trusted_as_such(serve, make, tmp_path):
    made = make("x", ("IP:127.0.0.1",), issuer=make("Unknown Root", ca=True))
    pin = tmp_path / "pin.pem"
    pin.write_text(made.pem)
    assert probe.fetch_certificate("127.0.0.1", serve(made), timeout=5, ca_path=str(pin)).verified


@pytest.mark.parametrize(
    ("properties", "kind", "says"),
    [
        ({"sans": ("IP:127.0.0.1",)}, "untrusted", "self-signed"),
        ({"sans": ("IP:127.0.0.1",), "days": (-9, -1), "signed": True}, "untrusted", "expired"),
        ({"sans": ("IP:127.0.0.2",), "signed": True}, "hostname", "is not issued for 127.0.0.1"),
        ({"name": "127.0.0.1", "signed": True}, "hostname", "is not issued for 127.0.0.1"),
    ],
    ids=["self-signed", "expired", "another address", "common name only"],
)
def test_one_that_does_not_verify_is_shown_anyway(serve, issue, trusted, *, properties, kind, says):
    made = issue(**properties)
    port = serve(made)
    served = probe.fetch_certificate("127.0.0.1", port, timeout=5, ca_path=trusted)
    assert (served.der, served.verified) == (made.der, False)
    assert served.verify_error.kind == kind
    assert says in str(served.verify_error) and f"127.0.0.1:{port}" in str(served.verify_error)


def test_without_ca_path_the_system_decides(serve, local):
    served = probe.fetch_certificate("127.0.0.1", serve(local), timeout=5)
    assert (served.der, served.verified) == (local.der, False)
    assert "unable to get local issuer certificate" in str(served.verify_error)


def test_a_folder_of_hashed_certificates_is_a_ca_path(serve, local, tmp_path):
    """An empty one trusts nobody, and is no reason to fail."""
    assert not probe.fetch_certificate("127.0.0.1", serve(local), timeout=5, ca_path=str(tmp_path)).verified


def test_another_name_can_be_asked_for(serve, make, authority, trusted):
    made = make("x", ("DNS:plugins.example.com",), issuer=authority)
    asked = []
    port = serve(
        made, prepare=lambda context: setattr(context, "sni_callback", lambda _tls, name, _c: asked.append(name))
    )
    served = probe.fetch_certificate("127.0.0.1", port, timeout=5, ca_path=trusted, server_name="plugins.example.com")
    assert served.verified
    assert asked == ["plugins.example.com"]
    assert not probe.fetch_certificate(
        "127.0.0.1", port, timeout=5, ca_path=trusted, server_name="other.example.com"
    ).verified


def reset(connection):
    connection.recv(1)
    # Linger of 0 seconds: the close is a reset.
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def close(connection):
    connection.recv(4096)
    connection.shutdown(socket.SHUT_RDWR)


def say_nothing(connection):
    while connection.recv(4096):
        pass


def drip(connection):
    """Every byte comes in time, the whole record never does."""
    connection.sendall(b"\x16\x03\x03\x40\x00")
    for _byte in range(60):
        connection.sendall(b"\x02")
        time.sleep(0.05)


def greet(connection):
    connection.sendall(b"SSH-2.0-OpenSSH_9.2p1\r\n")
    connection.recv(4096)


def speak_http(connection):
    connection.recv(4096)
    connection.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")


def alert(connection):
    connection.recv(4096)
    # RFC 5246 7.2: an alert record, fatal, handshake_failure.
    connection.sendall(b"\x15\x03\x03\x00\x02\x02\x28")


@pytest.mark.parametrize(
    ("answer", "kind", "says"),
    [
        (reset, "reset", "closed the connection"),
        (close, "reset", "closed the connection"),
        (say_nothing, "timeout", "did not answer in time"),
        (drip, "timeout", "did not answer in time"),
        (greet, "not_tls", "without TLS"),
        (speak_http, "not_tls", "without TLS"),
        (alert, "alert", "alert handshake failure"),
    ],
)
def test_servers_that_show_nothing_are_told_apart(listen, answer, kind, says):
    port = listen(answer)
    with pytest.raises(TlsError, match=says) as caught:
        probe.fetch_certificate("127.0.0.1", port, timeout=0.5)
    assert caught.value.kind == kind
    assert f"127.0.0.1:{port}" in str(caught.value)


def old_protocol(context):
    context.minimum_version = ssl.TLSVersion.TLSv1
    context.maximum_version = ssl.TLSVersion.TLSv1_1
    context.set_ciphers("ALL:@SECLEVEL=0")


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_server_older_than_tls_1_2_is_declined(serve, local):
    with pytest.raises(TlsError, match=r"TLS 1\.2 or newer") as caught:
        probe.fetch_certificate("127.0.0.1", serve(local, prepare=old_protocol), timeout=5)
    assert caught.value.kind == "alert"


def free_port():
    with contextlib.closing(socket.socket()) as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


@pytest.mark.parametrize(
    ("host", "port", "kind", "says"),
    [
        ("127.0.0.1", None, "refused", "refused the connection"),
        ("no-such-host.invalid", 443, "unresolved", r"'no-such-host\.invalid' cannot be resolved"),
        ("a" * 64 + ".example.com", 443, "unresolved", "is not a host name|cannot be resolved"),
        ("", 443, "unresolved", "'' cannot be resolved"),
        ("exa\0mple.com", 443, "unresolved", r"'exa\\x00mple\.com' cannot be resolved"),
        ("255.255.255.255", 443, "unreachable", r"255\.255\.255\.255:443 cannot be reached"),
    ],
)
def test_where_nobody_answers(host, port, kind, says):
    with pytest.raises(TlsError, match=says) as caught:
        probe.fetch_certificate(host, port or free_port(), timeout=5)
    assert caught.value.kind == kind


@pytest.mark.parametrize("content", [None, "no certificates here\n"])
def test_a_ca_path_that_cannot_be_used(tmp_path, content):
    path = tmp_path / "ca.pem"
    if content:
        path.write_text(content)
    with pytest.raises(TlsError, match=r"ca\.pem") as caught:
        probe.fetch_certificate("127.0.0.1", free_port(), timeout=5, ca_path=str(path))
    assert caught.value.kind == "ca_path"
    assert str(path) in str(caught.value)
