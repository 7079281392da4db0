# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Real certificates and real servers on loopback, made with cryptography and ssl, not with the code under test."""

from __future__ import annotations

import contextlib
import datetime
import ipaddress
import socket
import socketserver
import ssl
import threading
from dataclasses import dataclass

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

NOW = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)
DAY = datetime.timedelta(days=1)


@dataclass(frozen=True)
class Made:
    """A certificate with its key, as the library gives them."""

    certificate: x509.Certificate
    key: object

    @property
    def der(self):
        return self.certificate.public_bytes(serialization.Encoding.DER)

    @property
    def pem(self):
        return self.certificate.public_bytes(serialization.Encoding.PEM).decode()

    def key_pem(self, passphrase=None):
        protection = serialization.BestAvailableEncryption(passphrase) if passphrase else serialization.NoEncryption()
        return self.key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, protection)

    def key_der(self):
        return self.key.private_bytes(
            serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )


def _general_name(san):
    kind, _colon, value = san.partition(":")
    if kind == "IP":
        return x509.IPAddress(ipaddress.ip_address(value))
    return {"DNS": x509.DNSName, "URI": x509.UniformResourceIdentifier, "email": x509.RFC822Name}[kind](value)


def _make(name="plugins.example.com", sans=(), *, issuer=None, days=(-1, 90), ca=False, key=None):
    """A certificate for ``name``, signed by ``issuer`` or itself, valid for ``days`` around now."""
    key = key or ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    signer = issuer.key if issuer else key
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW + days[0] * DAY)
        .not_valid_after(NOW + days[1] * DAY)
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
    )
    if sans:
        alternatives = x509.SubjectAlternativeName([_general_name(san) for san in sans])
        builder = builder.add_extension(alternatives, critical=False)
    return Made(builder.sign(signer, hashes.SHA256()), key)


@pytest.fixture
def make():
    return _make


@pytest.fixture
def now():
    return NOW


@pytest.fixture(scope="session")
def authority():
    return _make("Example Root", ca=True)


@pytest.fixture(scope="session")
def local(authority):
    """Made by the authority for the loopback addresses and the name localhost."""
    return _make("localhost", ("DNS:localhost", "IP:127.0.0.1", "IP:::1"), issuer=authority)


class _Listener(socketserver.TCPServer):
    allow_reuse_address = True

    def __init__(self, answer, family):
        self.address_family = family
        super().__init__(("::1" if family == socket.AF_INET6 else "127.0.0.1", 0), answer)

    def finish_request(self, request, _client_address):
        request.settimeout(5)
        # A client that does not like what it sees hangs up, and that is its business.
        with contextlib.suppress(OSError):
            self.RequestHandlerClass(request)


@pytest.fixture
def listen():
    """``listen(answer)``: a server on a free loopback port; ``answer(connection)`` runs for each connection in turn."""
    with contextlib.ExitStack() as stack:

        def start(answer, family=socket.AF_INET):
            server = stack.enter_context(_Listener(answer, family))
            thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
            thread.start()
            stack.callback(thread.join)
            stack.callback(server.shutdown)
            return server.server_address[1]

        yield start


@pytest.fixture
def serve(listen, tmp_path):
    """``serve(made, *others)``: a TLS server with a certificate and ``others`` as its chain. Returns its port."""

    def start(made, *others, family=socket.AF_INET, prepare=None):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        certificates, key = tmp_path / "served.pem", tmp_path / "served.key"
        certificates.write_text("".join(one.pem for one in (made, *others)))
        key.write_bytes(made.key_pem())
        context.load_cert_chain(certificates, key)
        if prepare:
            prepare(context)

        def answer(connection):
            with context.wrap_socket(connection, server_side=True) as tls:
                tls.recv(1)

        return listen(answer, family)

    return start


@pytest.fixture
def secured(listen, tmp_path):
    """``secured(made, talk)``: the port of a TLS server that shows a certificate and then talks."""

    def start(made, talk, prepare=None):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        certificates, key = tmp_path / "secured.pem", tmp_path / "secured.key"
        certificates.write_text(made.pem)
        key.write_bytes(made.key_pem())
        context.load_cert_chain(certificates, key)
        if prepare:
            prepare(context)

        def shake_hands(connection):
            with context.wrap_socket(connection, server_side=True) as tls:
                talk(tls)

        return listen(shake_hands)

    return start
