# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Chains of certificates: who signed whom, and in which order."""

from __future__ import annotations

import datetime

import pytest
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._certificate import x509 as _certificate
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._certificate.chain import (
    check_chain,
    order_chain,
)
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._errors import ChainError
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, padding, rsa
from cryptography.x509.oid import NameOID

# Since cryptography 41.
WRITES_PSS = hasattr(x509.Certificate, "signature_algorithm_parameters")
NOW = datetime.datetime.now(datetime.timezone.utc)


@pytest.fixture
def family(make):
    """``root``, ``middle``, ``leaf``, and ``other``, which has the name of ``middle`` and not its key."""
    made = {"root": make("Root", ca=True)}
    made["middle"] = make("Middle", ca=True, issuer=made["root"])
    made["other"] = make("Middle", ca=True, issuer=made["root"])
    made["leaf"] = make("plugins.example.com", issuer=made["middle"])
    return made


@pytest.fixture
def read(family):
    def chain(*names):
        return [_certificate.load_certificate(family[name].der) for name in names]

    return chain


def self_signed(key, digest, **how):
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Root")])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(1).not_valid_before(NOW).not_valid_after(NOW + datetime.timedelta(days=1))
    return _certificate.load_certificate(builder.sign(key, digest, **how).public_bytes(serialization.Encoding.DER))


@pytest.fixture(scope="module")
def signed():
    """Certificates of one name, so that the keys alone make the difference."""
    made = {
        "RSA": self_signed(rsa.generate_private_key(65537, 2048), hashes.SHA384()),
        "ECC": self_signed(ec.generate_private_key(ec.SECP256R1()), hashes.SHA256()),
        "P-384": self_signed(ec.generate_private_key(ec.SECP384R1()), hashes.SHA384()),
        "Ed25519": self_signed(ed25519.Ed25519PrivateKey.generate(), None),
        "Ed448": self_signed(ed448.Ed448PrivateKey.generate(), None),
    }
    if WRITES_PSS:
        pss = padding.PSS(padding.MGF1(hashes.SHA256()), 32)
        made["RSA-PSS"] = self_signed(rsa.generate_private_key(65537, 2048), hashes.SHA256(), rsa_padding=pss)
    return made


@pytest.mark.parametrize("kind", ["RSA", *["RSA-PSS"] * WRITES_PSS, "ECC", "P-384", "Ed25519", "Ed448"])
def test_a_signature_of_each_kind_is_verified(signed, kind):
    assert [name for name, other in signed.items() if _certificate.is_signed_by(other, signed[kind])] == [kind]


def test_a_name_alone_makes_no_issuer(read):
    leaf, middle, other = read("leaf", "middle", "other")
    assert (leaf.issuer, middle.subject, other.subject) == ("CN=Middle",) * 3
    assert (_certificate.is_signed_by(leaf, middle), _certificate.is_signed_by(leaf, other)) == (True, False)


@pytest.mark.parametrize("names", [("leaf",), ("leaf", "middle"), ("leaf", "middle", "root")], ids=" ".join)
def test_a_chain_is_one_with_or_without_its_root(read, names):
    chain = read(*names)
    check_chain(chain, chain[0].public_key)


@pytest.mark.parametrize(
    ("names", "says"),
    [
        (("middle", "leaf"), "begins with CN=Middle, not with the certificate of the private key"),
        (("root", "middle", "leaf"), "begins with CN=Root"),
        (("middle",), "does not belong to the private key: CN=Middle"),
        (("leaf", "root"), "certificate 1 was issued by CN=Middle, and certificate 2 is CN=Root"),
        (("leaf", "root", "middle"), "certificate 1 was issued by CN=Middle, and certificate 2 is CN=Root"),
        (("leaf", "other", "root"), "certificate 2 is CN=Middle, whose key did not sign it"),
        (("leaf", "leaf"), "certificate 1 was issued by CN=Middle, and certificate 2 is CN=plugins.example.com"),
    ],
)
def test_what_is_no_chain(read, names, says):
    with pytest.raises(ChainError) as caught:
        check_chain(read(*names), read("leaf")[0].public_key)
    assert says in str(caught.value)


@pytest.mark.parametrize(
    "names",
    [
        ("leaf", "middle", "root"),
        ("root", "middle", "leaf"),
        ("middle", "leaf", "root"),
        ("root", "leaf", "leaf", "middle"),
    ],
    ids=" ".join,
)
def test_any_order_becomes_the_one_of_a_chain(read, names):
    assert list(order_chain(read(*names), read("leaf")[0].public_key)) == read("leaf", "middle", "root")


@pytest.mark.parametrize(
    ("names", "says"),
    [
        (("middle", "root"), "does not belong to the private key: CN=Middle"),
        (("leaf", "root"), "holds CN=Root, which is not an issuer in the chain of CN=plugins.example.com"),
        (("other", "leaf", "middle"), "holds CN=Middle, which is not an issuer in the chain"),
    ],
)
def test_what_does_not_belong_to_the_chain_is_refused(read, names, says):
    with pytest.raises(ChainError) as caught:
        order_chain(read(*names), read("leaf")[0].public_key)
    assert says in str(caught.value)


def test_a_cross_signed_root_leads_on_to_the_older_one(make, family, read):
    """As given by a CA whose new root is known to few: the self-signed twin would end the chain."""
    old = make("Old Root", ca=True)
    crossed = _certificate.load_certificate(make("Root", ca=True, key=family["root"].key, issuer=old).der)
    old_root = _certificate.load_certificate(old.der)
    leaf, middle = read("leaf", "middle")
    assert order_chain([old_root, middle, crossed, leaf], leaf.public_key) == (leaf, middle, crossed, old_root)
