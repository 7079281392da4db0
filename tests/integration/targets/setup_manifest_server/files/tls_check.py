# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Looks at the TLS of a server of 127.0.0.1 and prints as JSON what it speaks, takes and shows.

What an old client would say is written by hand, so that nothing depends on what this machine's own library still can.

Usage: tls_check.py PORT CA_FILE HOST
"""

from __future__ import annotations

import json
import os
import socket
import ssl
import struct
import sys

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa

TIMEOUT_S = 10
VERSIONS = {"SSLv3": 0x0300, "TLSv1.0": 0x0301, "TLSv1.1": 0x0302, "TLSv1.2": 0x0303}
# IANA's numbers. CBC is the suites that have no other fault.
SUITES = {
    "NULL": [0x0001, 0x0002, 0x003B, 0xC006, 0xC010],
    "EXPORT": [0x0003, 0x0006, 0x0008, 0x0014, 0x0017],
    "RC4": [0x0004, 0x0005, 0xC007, 0xC011],
    "3DES": [0x000A, 0x0016, 0xC008, 0xC012],
    "anonymous": [0x0018, 0x0034, 0x00A6, 0xC018],
    "RSA key exchange": [0x002F, 0x0035, 0x003C, 0x009C, 0x009D],
    "CBC": [0x0033, 0x0067, 0xC009, 0xC00A, 0xC013, 0xC014, 0xC023, 0xC024, 0xC027, 0xC028],
}
GOOD_SUITES = [0xC02B, 0xC02C, 0xC02F, 0xC030, 0xCCA8, 0xCCA9]
HANDSHAKE, SERVER_HELLO = 22, 2


def packed(template: str, items: list[int]) -> bytes:
    """Return the items as numbers, after the length of all of them in two bytes."""
    body = b"".join(struct.pack(template, item) for item in items)
    return struct.pack(">H", len(body)) + body


def client_hello(version: int, suites: list[int], host: str) -> bytes:
    """Return what a client says first, compression offered."""
    name = host.encode()
    extensions = {
        0: struct.pack(">HBH", len(name) + 3, 0, len(name)) + name,
        10: packed(">H", [29, 23, 24]),
        11: b"\x01\x00",
        13: packed(">H", [0x0403, 0x0503, 0x0804, 0x0805, 0x0401, 0x0501, 0x0201, 0x0203]),
    }
    tail = b"".join(struct.pack(">HH", kind, len(data)) + data for kind, data in extensions.items())
    body = struct.pack(">H", version) + os.urandom(32) + b"\x00" + packed(">H", suites) + b"\x02\x01\x00"
    body += b"" if version == VERSIONS["SSLv3"] else struct.pack(">H", len(tail)) + tail
    message = b"\x01" + len(body).to_bytes(3, "big") + body
    return struct.pack(">BHH", HANDSHAKE, min(version, 0x0301), len(message)) + message


def offer(port: int, version: int, suites: list[int], host: str) -> tuple[int, bool] | None:
    """Return the version that the server chose and whether it compresses, or None when it refused."""
    with socket.create_connection(("127.0.0.1", port), TIMEOUT_S) as plain:
        plain.sendall(client_hello(version, suites, host))
        try:
            answer = plain.recv(4096)
        except ConnectionResetError:
            return None
    if len(answer) < 46 or answer[0] != HANDSHAKE or answer[5] != SERVER_HELLO:
        return None
    compression = answer[43 + answer[43] + 3]
    return struct.unpack(">H", answer[9:11])[0], compression != 0


def main() -> None:
    port, host = int(sys.argv[1]), sys.argv[3]
    every = [suite for suites in SUITES.values() for suite in suites] + GOOD_SUITES
    offers = {name: offer(port, number, every, host) for name, number in VERSIONS.items()}
    spoken = [name for name, chosen in offers.items() if chosen is not None and chosen[0] == VERSIONS[name]]
    context = ssl.create_default_context(cafile=sys.argv[2])
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.set_alpn_protocols(["h2", "http/1.1"])
    with (
        socket.create_connection(("127.0.0.1", port), TIMEOUT_S) as plain,
        context.wrap_socket(plain, server_hostname=host) as secured,
    ):
        spoken.append(str(secured.version()))
        protocol = secured.selected_alpn_protocol()
        certificate = x509.load_der_x509_certificate(secured.getpeercert(binary_form=True) or b"")
    key = certificate.public_key()
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    strong = isinstance(key, rsa.RSAPublicKey) and key.key_size >= 2048
    report = {
        "versions": spoken,
        "weak_suites": [name for name, suites in SUITES.items() if offer(port, VERSIONS["TLSv1.2"], suites, host)],
        "compression": any(chosen is not None and chosen[1] for chosen in offers.values()),
        "alpn": protocol or "",
        "strong_key": strong or (isinstance(key, ec.EllipticCurvePublicKey) and key.key_size >= 256),
        "signature": certificate.signature_hash_algorithm.name if certificate.signature_hash_algorithm else "none",
        "names": [str(name.value) for name in names],
    }
    sys.stdout.write(json.dumps(report))


if __name__ == "__main__":
    main()
