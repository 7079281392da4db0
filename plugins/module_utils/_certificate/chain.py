# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""The only file that knows who issued whom: chains of certificates, in order and verified by their signatures."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

from .._errors import ChainError
from .x509 import HAS_CRYPTOGRAPHY, Certificate

if HAS_CRYPTOGRAPHY:
    from cryptography import x509
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, padding, rsa

# RFC 4055, RFC 5758: signatures with an RSA key (the last one padded with PSS) and with an EC key.
_RSA, _RSA_PSS = "1.2.840.113549.1.1.", "1.2.840.113549.1.1.10"
_ECDSA = "1.2.840.10045.4."


def check_chain(chain: Sequence[Certificate], public_key: bytes) -> None:
    """Leaf first, that is the certificate of the key, then each issuer. Raises :class:`ChainError`."""
    if chain[0].public_key != public_key:
        if any(link.public_key == public_key for link in chain):
            raise ChainError(
                f"begins with {chain[0].subject}, not with the certificate of the private key; put that one first, and "
                "behind it each issuer"
            )
        raise ChainError(_wrong_key(chain[0]))
    for position, (link, issuer) in enumerate(itertools.pairwise(chain), start=1):
        if not is_issued_by(link, issuer):
            raise ChainError(
                f"is no chain: certificate {position} was issued by {link.issuer}, and certificate {position + 1} is "
                f"{issuer.subject}, whose key did not sign it; put the leaf first and behind each one its issuer"
            )


def order_chain(certificates: Sequence[Certificate], public_key: bytes) -> tuple[Certificate, ...]:
    """The certificate of the key, then each issuer, from certificates in any order. Raises :class:`ChainError`."""
    rest = list(dict.fromkeys(certificates))
    leaves = [link for link in rest if link.public_key == public_key]
    if not leaves:
        raise ChainError(_wrong_key(rest[0]))
    chain = leaves[:1]
    rest.remove(chain[0])
    while issuers := [link for link in rest if is_issued_by(chain[-1], link)]:
        # Of a root and its cross-signed sister, the one that the other can still follow.
        issuers.sort(key=lambda link: link.self_signed)
        chain.append(issuers[0])
        rest.remove(issuers[0])
    if rest:
        raise ChainError(
            f"holds {rest[0].subject}, which is no issuer in the chain of {chain[0].subject}; leave it out"
        )
    return tuple(chain)


def is_issued_by(certificate: Certificate, issuer: Certificate) -> bool:
    """Whether one certificate was signed with the key of the other, and names it. Raises :class:`ChainError`."""
    signed, signer = (x509.load_der_x509_certificate(link.der) for link in (certificate, issuer))
    if signed.issuer != signer.subject:
        return False
    try:
        return _verified(signed, signer.public_key())
    except InvalidSignature:
        return False
    except (UnsupportedAlgorithm, AttributeError) as error:
        raise ChainError(
            f"holds {certificate.subject}, whose signature cannot be verified with the cryptography library here; "
            "update that, or have it signed with RSA (not PSS) or ECDSA"
        ) from error


def _verified(signed: Any, key: Any) -> bool:
    """By hand, since the library does it itself from version 40 on only."""
    form = signed.signature_algorithm_oid.dotted_string
    signature, content = signed.signature, signed.tbs_certificate_bytes
    if isinstance(key, rsa.RSAPublicKey) and form.startswith(_RSA):
        # PSS is read since version 41; before, its digest is what cannot be read.
        digest = signed.signature_hash_algorithm
        padded = signed.signature_algorithm_parameters if form == _RSA_PSS else padding.PKCS1v15()
        key.verify(signature, content, padded, digest)
    elif isinstance(key, ec.EllipticCurvePublicKey) and form.startswith(_ECDSA):
        key.verify(signature, content, ec.ECDSA(signed.signature_hash_algorithm))
    elif isinstance(key, (ed25519.Ed25519PublicKey, ed448.Ed448PublicKey)):
        key.verify(signature, content)
    else:
        return False
    return True


def _wrong_key(certificate: Certificate) -> str:
    return (
        f"does not belong to the private key: {certificate.subject} is made for another one; give the key that it was "
        "requested with, or have that key certified"
    )
