# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""What is read from certificates, and what self-signed ones are made like."""

from __future__ import annotations

import datetime
import ssl
import textwrap

import pytest
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._certificate import x509 as _certificate
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._errors import CertificateError
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa

KEY_TEXT = "-----BEGIN {} KEY-----\nc2VjcmV0\n-----END {} KEY-----\n"


def test_everything_that_a_certificate_says(make, authority, now):
    made = make("Plugins", ("DNS:a.example.com", "IP:192.0.2.1", "IP:2001:db8::1", "URI:https://a/"), issuer=authority)
    read = _certificate.load_certificate(made.der)
    assert (read.der, read.subject, read.issuer, read.common_name) == (
        made.der,
        "CN=Plugins",
        "CN=Example Root",
        "Plugins",
    )
    assert read.sans == ("DNS:a.example.com", "IP:192.0.2.1", "IP:2001:db8::1", "URI:https://a/")
    assert (read.not_before, read.not_after) == (now - datetime.timedelta(days=1), now + datetime.timedelta(days=90))
    assert read.serial_number == made.certificate.serial_number
    assert (read.key_type, read.key_size) == ("ECC", 256)
    assert not read.self_signed
    assert _certificate.load_certificate(authority.der).self_signed


@pytest.mark.parametrize(
    ("key", "kind", "size"),
    [
        (rsa.generate_private_key(65537, 2048), "RSA", 2048),
        pytest.param(ed25519.Ed25519PrivateKey.generate(), "Ed25519", None, id="ed25519"),
    ],
)
def test_kinds_of_keys(make, authority, key, kind, size):
    # Signed by the authority: the fixture's digest does not go with Ed25519.
    read = _certificate.load_certificate(make(key=key, issuer=authority).der)
    assert (read.key_type, read.key_size) == (kind, size)


def test_a_renewed_authority_of_the_same_name_is_not_taken_for_self_signed(make, authority):
    """The subject is the issuer's, but the key is another one: the new CA, signed by the old CA."""
    assert not _certificate.load_certificate(make("Example Root", issuer=authority, ca=True).der).self_signed


@pytest.mark.parametrize(
    "form",
    [
        lambda made, _other: made.der,
        lambda made, _other: made.pem,
        lambda made, _other: made.pem.encode(),
        lambda made, _other: made.pem.replace("\n", "\r\n"),
        lambda made, _other: textwrap.indent(made.pem, "    "),
        lambda made, _other: made.pem.encode("utf-16"),
        lambda made, _other: b"\xef\xbb\xbf" + made.pem.encode(),
        lambda made, other: "subject=CN = x\n\n" + made.pem + other.pem,
        lambda made, other: b"0 s:CN = x\n" + made.pem.encode() + other.pem.encode(),
        lambda made, _other: made.key_pem() + made.pem.encode(),
    ],
    ids=["DER", "text", "PEM", "CRLF", "indented", "UTF-16", "UTF-8 mark", "chain", "s_client", "key before it"],
)
def test_every_form_gives_the_same_certificate_in_strict_pem(make, form):
    made = make()
    read = _certificate.load_certificate(form(made, make()))
    assert read.der == made.der
    lines = read.pem.split("\n")
    assert (lines[0], lines[-2], lines[-1]) == ("-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----", "")
    assert {len(line) for line in lines[1:-3]} == {64}
    assert ssl.PEM_cert_to_DER_cert(read.pem) == made.der


def test_a_chain_comes_in_its_order(make, authority):
    made = make(issuer=authority)
    assert [read.der for read in _certificate.load_chain(made.pem + authority.pem)] == [made.der, authority.der]
    assert [read.der for read in _certificate.load_chain(made.der)] == [made.der]


@pytest.mark.parametrize(
    ("data", "says"),
    [
        ("", "is empty"),
        (b"", "is empty"),
        (" \n", "is empty"),
        ("hello", "holds no certificate"),
        (b"\x00\xff", "holds no certificate"),
        (b"\x30\x82\x01\x00", "is not a readable certificate"),
        (KEY_TEXT.format("PRIVATE", "PRIVATE"), "holds a private key and no certificate"),
        (KEY_TEXT.format("ENCRYPTED PRIVATE", "ENCRYPTED PRIVATE").encode(), "holds a private key and no certificate"),
        (KEY_TEXT.format("RSA PRIVATE", "RSA PRIVATE").encode("utf-16"), "holds a private key and no certificate"),
        (KEY_TEXT.format("PUBLIC", "PUBLIC"), "holds 'PUBLIC KEY' and no certificate"),
        ("-----BEGIN CERTIFICATE REQUEST-----\n", "holds 'CERTIFICATE REQUEST' and no certificate"),
        ("-----BEGIN CERTIFICATE-----\nc2VjcmV0\n-----END CERTIFICATE-----\n", "is not a readable certificate"),
        ("-----BEGIN CERTIFICATE-----\nA\n-----END CERTIFICATE-----\n", "damaged"),
    ],
)
def test_what_is_no_certificate_is_refused_in_one_sentence(data, says):
    with pytest.raises(CertificateError) as caught:
        _certificate.load_certificate(data)
    assert says in str(caught.value)
    assert "\n" not in str(caught.value) and "c2VjcmV0" not in str(caught.value)


@pytest.mark.parametrize("key", ["RSA", "ECC"])
def test_damaged_der_is_a_certificate_error(now, key):
    """The library has several exceptions without a common base: each changed byte is one error or a certificate."""
    pem = _certificate.generate_private_key(key, {"RSA": 2048, "ECC": 256}[key])
    sans = ("DNS:a.example.com", "IP:::1")
    good = _certificate.issue_self_signed(pem, common_name="a.example.com", sans=sans, now=now, days=1)
    for position, byte in enumerate(good.der):
        for changed in (byte ^ 0xFF, byte ^ 0x01, 127):
            damaged = good.der[:position] + bytes([changed]) + good.der[position + 1 :]
            try:
                read = _certificate.load_certificate(damaged)
            except CertificateError:
                continue
            _certificate.certificate_to_result(read, now, "a.example.com")


def test_an_unknown_version_is_one_sentence(make):
    der = make().der.replace(b"\xa0\x03\x02\x01\x02", b"\xa0\x03\x02\x01\x7f", 1)
    with pytest.raises(CertificateError, match="127"):
        _certificate.load_certificate(der)


def test_a_private_key_in_der_is_named_and_not_shown(make):
    made = make()
    with pytest.raises(CertificateError, match="holds a private key and no certificate"):
        _certificate.load_certificate(made.key_der())


def test_a_host_is_compared_with_the_alternative_names(make):
    read = _certificate.load_certificate(make("only-the-common-name.example.com", ("DNS:plugins.example.com",)).der)
    assert read.matches_host("plugins.example.com")
    assert not read.matches_host("only-the-common-name.example.com")


def test_without_alternative_names_it_is_for_nobody(make):
    read = _certificate.load_certificate(make("plugins.example.com").der)
    assert read.sans == () and not read.matches_host("plugins.example.com")


@pytest.mark.parametrize(
    ("hours", "days", "expired"), [(24 * 90 + 1, 90, False), (24, 1, False), (23, 0, False), (-1, -1, True)]
)
def test_days_left_are_whole_days(make, hours, days, expired):
    read = _certificate.load_certificate(make().der)
    then = read.not_after - datetime.timedelta(hours=hours)
    assert read.days_left(then) == days
    assert _certificate.certificate_to_result(read, then)["expired"] is expired


def test_the_description_that_modules_return(make, now):
    made = make("plugins.example.com", ("DNS:plugins.example.com",))
    read = _certificate.load_certificate(made.der)
    described = _certificate.certificate_to_result(read, now, "other.example.com")
    assert int(described.pop("serial_number").replace(":", ""), 16) == made.certificate.serial_number
    assert described == {
        "subject": "CN=plugins.example.com",
        "issuer": "CN=plugins.example.com",
        "subject_alternative_names": ["DNS:plugins.example.com"],
        "not_before": (now - datetime.timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "not_after": (now + datetime.timedelta(days=90)).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "days_left": 90,
        "expired": False,
        "key_type": "ECC",
        "key_size": 256,
        "self_signed": True,
        "pem": made.pem,
        "thumbprint_sha256": read.thumbprint("sha256"),
        "thumbprint_sha1": read.thumbprint("sha1"),
        "host": "other.example.com",
        "matches_host": False,
    }
    assert _certificate.certificate_to_result(read, now)["matches_host"] is None


@pytest.mark.parametrize(("kind", "size"), [("RSA", 2048), ("ECC", 256), ("ECC", 384)])
def test_what_is_made_is_a_server_leaf_for_its_key(now, kind, size):
    key = _certificate.generate_private_key(kind, size)
    sans = ("DNS:plugins.example.com", "DNS:*.example.net", "IP:192.0.2.1", "IP:2001:db8::1")
    made = _certificate.issue_self_signed(key, common_name="Plugins", sans=sans, now=now, days=10)
    assert (made.common_name, made.subject, made.issuer, made.self_signed) == (
        "Plugins",
        "CN=Plugins",
        "CN=Plugins",
        True,
    )
    assert made.sans == sans
    assert made.not_after == now + datetime.timedelta(days=10)
    assert made.not_before < now
    assert (made.key_type, made.key_size) == (kind, size)
    assert _certificate.load_private_key(key) == _certificate.PrivateKey(kind, size, made.public_key)
    certificate = x509.load_der_x509_certificate(made.der)
    assert certificate.version is x509.Version.v3
    found = {type(extension.value).__name__: extension.value for extension in certificate.extensions}
    assert set(found) == {
        "BasicConstraints",
        "ExtendedKeyUsage",
        "KeyUsage",
        "SubjectAlternativeName",
        "SubjectKeyIdentifier",
    }
    assert not found["BasicConstraints"].ca
    usage = found["KeyUsage"]
    assert (usage.digital_signature, usage.key_encipherment, usage.key_cert_sign) == (True, kind == "RSA", False)
    assert [oid.dotted_string for oid in found["ExtendedKeyUsage"]] == ["1.3.6.1.5.5.7.3.1"]


def test_two_of_the_same_key_have_their_own_numbers(now):
    key = _certificate.generate_private_key("ECC", 256)
    first, second = (
        _certificate.issue_self_signed(key, common_name="x", sans=("DNS:x",), now=now, days=1) for _attempt in range(2)
    )
    assert first.serial_number != second.serial_number


@pytest.mark.parametrize(
    ("pem", "says"),
    [
        (b"", "is not a readable private key"),
        (b"-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----\n", "is not a readable private key"),
    ],
)
def test_keys_that_cannot_be_read(pem, says):
    with pytest.raises(CertificateError, match=says) as caught:
        _certificate.load_private_key(pem)
    assert "c2VjcmV0" not in str(caught.value)


def test_an_encrypted_key_is_called_so(make):
    with pytest.raises(CertificateError, match="is encrypted"):
        _certificate.load_private_key(make().key_pem(b"passphrase"))


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (lambda made: made.key_pem(), True),
        (lambda made: made.key_pem(b"passphrase"), True),
        (lambda made: made.key_der(), True),
        (lambda made: made.pem + made.key_pem().decode(), True),
        (lambda made: made.pem, False),
        (lambda made: made.der, False),
    ],
    ids=["PEM", "encrypted", "DER", "beside a certificate", "certificate", "certificate in DER"],
)
def test_where_a_private_key_is(make, content, expected):
    assert _certificate.holds_private_key(content(make())) is expected
