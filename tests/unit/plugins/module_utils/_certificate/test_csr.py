# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Certificate signing requests: created, read again, and damaged."""

from __future__ import annotations

from base64 import b64encode

import pytest
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._certificate import csr, x509
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._errors import CsrError
from cryptography.hazmat.primitives import serialization
from cryptography.x509 import load_pem_x509_csr

SUBJECT = csr.CsrSubject("DE", None, None, "Example, Inc.", None, "a.example.com")


@pytest.fixture(scope="module")
def request_pem():
    key = x509.generate_private_key("ECC", 256)
    return csr.create_csr(key, SUBJECT, ("DNS:a.example.com", "IP:2001:db8::1")).pem


def test_a_request_is_read_as_it_was_created(request_pem):
    read = csr.load_csr(request_pem.encode())
    assert (read.subject, read.key, read.signed) == (str(SUBJECT), "ECC 256", True)
    assert read.subject == "CN=a.example.com,O=Example\\, Inc.,C=DE"
    assert read.sans == ("DNS:a.example.com", "IP:2001:db8::1")


@pytest.mark.parametrize("data", [b"", b"text", b"-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n"])
def test_what_is_not_a_request(data):
    with pytest.raises(CsrError, match="holds no readable certificate signing request"):
        csr.load_csr(data)


def test_damaged_der_is_a_csr_error(request_pem):
    """A wrong version, for example, is an exception of its own in the library."""
    der = load_pem_x509_csr(request_pem.encode()).public_bytes(serialization.Encoding.DER)
    errors = 0
    for position, byte in enumerate(der):
        for changed in {byte ^ 0xFF, byte ^ 0x01, 127}:
            damaged = der[:position] + bytes([changed]) + der[position + 1 :]
            body = b64encode(damaged).decode()
            try:
                csr.load_csr(
                    f"-----BEGIN CERTIFICATE REQUEST-----\n{body}\n-----END CERTIFICATE REQUEST-----\n".encode()
                )
            except CsrError:
                errors += 1
    assert errors > 0
