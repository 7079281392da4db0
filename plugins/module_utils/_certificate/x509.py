# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Read and make X.509 certificates and private keys: the wrapper around the library cryptography.

Only functions of cryptography 3.4 and newer are used, the package of the oldest supported distribution.
"""

from __future__ import annotations

import datetime
import ipaddress
import traceback
from dataclasses import dataclass
from typing import Any

from .._errors import CertificateError, ChainError, ThumbprintError
from .._foreign_text import one_line
from .hostnames import names_host
from .thumbprint import compute_thumbprint, decode_pem_certificates, hex_pairs

CRYPTOGRAPHY_IMPORT_ERROR: str | None = None
# What the library raises for damaged bytes. Its classes have no common base.
PARSE_ERRORS: tuple[type[Exception], ...] = (ValueError, TypeError, OverflowError)
try:
    from cryptography import x509
    from cryptography.exceptions import InternalError, InvalidSignature, UnsupportedAlgorithm
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, padding, rsa
    from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
except ImportError:
    CRYPTOGRAPHY_IMPORT_ERROR = traceback.format_exc()
else:
    PARSE_ERRORS += (
        InternalError,
        UnsupportedAlgorithm,
        x509.DuplicateExtension,
        x509.InvalidVersion,
        x509.UnsupportedGeneralNameType,
    )
HAS_CRYPTOGRAPHY = CRYPTOGRAPHY_IMPORT_ERROR is None

_REMEDY = "give a certificate as PEM (-----BEGIN CERTIFICATE-----) or DER"
# RFC 4055, RFC 5758: signatures with an RSA key (the last one padded with PSS) and with an EC key.
_RSA, _RSA_PSS = "1.2.840.113549.1.1.", "1.2.840.113549.1.1.10"
_ECDSA = "1.2.840.10045.4."
# Clocks of a vCenter and of the host where a certificate is made may differ by this much.
_CLOCK_SKEW = datetime.timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Certificate:
    """An X.509 certificate in its parts. ``pem`` is strict (RFC 7468): lines of 64, a line end after the last.

    ``sans`` holds ``DNS:name``, ``IP:address``, ``URI:...`` and ``email:...``; the times are aware and in UTC.
    ``key_type`` is ``RSA``, ``ECC`` or the library's name of a rarer type, ``key_size`` is in bits, ``public_key`` is
    in DER (SubjectPublicKeyInfo). ``self_signed`` says that the certificate names itself, and no other key, as its
    issuer.
    """

    der: bytes
    pem: str
    subject: str
    issuer: str
    common_name: str | None
    sans: tuple[str, ...]
    not_before: datetime.datetime
    not_after: datetime.datetime
    serial_number: int
    key_type: str
    key_size: int | None
    public_key: bytes
    self_signed: bool

    def thumbprint(self, algorithm: str = "sha256") -> str:
        """Return the thumbprint in upper-case pairs with colons; ``algorithm`` is ``sha1`` or ``sha256``."""
        return compute_thumbprint(self.der, algorithm)

    def days_left(self, now: datetime.datetime) -> int:
        """Return the whole days until it expires, below 0 once it has. ``now`` is aware."""
        return (self.not_after - now).days

    def matches_host(self, host: str) -> bool:
        """Return whether a client that connects to ``host`` accepts the names in this certificate."""
        return names_host(self.sans, host)


def load_certificate(data: bytes | str) -> Certificate:
    """Read the first certificate of PEM text, ignoring other text, or a DER certificate.

    Raises :class:`CertificateError`.
    """
    return _parse_certificate(_find_ders(data)[0])


def load_chain(data: bytes | str) -> tuple[Certificate, ...]:
    """Read every certificate of PEM text, or the one of DER, in the given order. Raises :class:`CertificateError`."""
    return tuple(_parse_certificate(der) for der in _find_ders(data))


def certificate_to_result(certificate: Certificate, now: datetime.datetime, host: str | None = None) -> dict[str, Any]:
    """Return a certificate as modules do; times in ISO 8601, UTC. ``matches_host`` is None without a host."""
    serial = f"{certificate.serial_number:X}"
    return {
        "subject": certificate.subject,
        "issuer": certificate.issuer,
        "subject_alternative_names": list(certificate.sans),
        "not_before": _iso(certificate.not_before),
        "not_after": _iso(certificate.not_after),
        "days_left": certificate.days_left(now),
        "expired": certificate.not_after < now,
        "serial_number": hex_pairs(serial.zfill(len(serial) + len(serial) % 2)),
        "key_type": certificate.key_type,
        "key_size": certificate.key_size,
        "self_signed": certificate.self_signed,
        "pem": certificate.pem,
        "thumbprint_sha256": certificate.thumbprint("sha256"),
        "thumbprint_sha1": certificate.thumbprint("sha1"),
        "host": host,
        "matches_host": None if host is None else certificate.matches_host(host),
    }


def certificate_to_diff(certificate: Certificate) -> dict[str, Any]:
    """Return the parts of a certificate that a diff shows."""
    return {
        "common_name": certificate.common_name,
        "subject_alternative_names": list(certificate.sans),
        "not_after": _iso(certificate.not_after),
        "key": f"{certificate.key_type} {certificate.key_size}",
        "thumbprint": certificate.thumbprint(),
    }


@dataclass(frozen=True, slots=True)
class PrivateKey:
    """The public half of a private key. ``public_key`` is in DER, as in :class:`Certificate`."""

    key_type: str
    key_size: int | None
    public_key: bytes


def load_private_key(pem: bytes) -> PrivateKey:
    """Read an unencrypted private key in PEM. Raises :class:`CertificateError`, which never shows the bytes."""
    try:
        public = serialization.load_pem_private_key(pem, password=None).public_key()
    except TypeError as error:
        raise CertificateError(
            "is encrypted", remedy="give a key without a passphrase, as a web server needs it"
        ) from error
    except PARSE_ERRORS:
        # The message of the library could quote the content, also in the traceback.
        raise CertificateError("is not a readable private key in PEM") from None
    return PrivateKey(*key_type_and_size(public), public_key=public_key_der(public))


def generate_private_key(key_type: str, key_size: int) -> bytes:
    """Generate an unencrypted private key, PKCS #8 in PEM; ``key_type`` is ``RSA``, or ``ECC`` with 256 or 384 bits."""
    if key_type == "RSA":
        key: Any = rsa.generate_private_key(public_exponent=65537, key_size=key_size)
    else:
        key = ec.generate_private_key({256: ec.SECP256R1, 384: ec.SECP384R1}[key_size]())
    pem: bytes = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return pem


def issue_self_signed(
    key_pem: bytes, *, common_name: str, sans: tuple[str, ...], now: datetime.datetime, days: int
) -> Certificate:
    """Issue a self-signed certificate for a web server; ``sans`` are written as in :class:`Certificate`.

    It is a leaf (basicConstraints CA:FALSE, no keyCertSign). A vCenter, Java and OpenSSL trust it by finding it in
    their store, so it needs no CA bit; with that bit, the key of a web server could issue certificates for any name.
    """
    key: Any = serialization.load_pem_private_key(key_pem, password=None)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _CLOCK_SKEW)
        .not_valid_after(now + datetime.timedelta(days=days))
    )
    identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    for extension, critical in (*web_server_extensions(key, sans), (identifier, False)):
        builder = builder.add_extension(extension, critical=critical)
    return load_certificate(builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.DER))


def web_server_extensions(key: Any, sans: tuple[str, ...]) -> tuple[tuple[Any, bool], ...]:
    """Return the X.509 extensions of a web server's leaf, each with whether it is critical.

    ``key`` is a private key of the library.
    """
    usage = x509.KeyUsage(
        digital_signature=True,
        key_encipherment=isinstance(key, rsa.RSAPrivateKey),
        content_commitment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
    alternatives = [
        x509.DNSName(value) if name_type == "DNS" else x509.IPAddress(ipaddress.ip_address(value))
        for name_type, _colon, value in (san.partition(":") for san in sans)
    ]
    return (
        (x509.BasicConstraints(ca=False, path_length=None), True),
        (usage, True),
        (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), False),
        (x509.SubjectAlternativeName(alternatives), False),
    )


def holds_private_key(data: bytes | str) -> bool:
    """Return whether PEM text or DER contains a private key, encrypted or not."""
    content = _decode(data)
    return "PRIVATE KEY-----" in content if isinstance(content, str) else _is_private_key(content)


def is_signed_by(certificate: Certificate, issuer: Certificate) -> bool:
    """Return whether ``certificate`` names ``issuer`` and was signed with its key.

    Raises :class:`ChainError` for an algorithm that the installed library does not support.
    """
    signed, signer = (x509.load_der_x509_certificate(link.der) for link in (certificate, issuer))
    if signed.issuer != signer.subject:
        return False
    try:
        return _verify_signature(signed, signer.public_key())
    except InvalidSignature:
        return False
    except (UnsupportedAlgorithm, AttributeError) as error:
        raise ChainError(
            f"holds {one_line(certificate.subject)}, whose signature the installed cryptography library cannot verify",
            remedy="update the library, or have the certificate signed with RSA (not PSS) or ECDSA",
        ) from error


def _verify_signature(signed: Any, key: Any) -> bool:
    # The library has a function for this only since version 40.
    algorithm = signed.signature_algorithm_oid.dotted_string
    signature, content = signed.signature, signed.tbs_certificate_bytes
    if isinstance(key, rsa.RSAPublicKey) and algorithm.startswith(_RSA):
        # PSS is supported since version 41; before that, reading its digest fails.
        digest = signed.signature_hash_algorithm
        padded = signed.signature_algorithm_parameters if algorithm == _RSA_PSS else padding.PKCS1v15()
        key.verify(signature, content, padded, digest)
    elif isinstance(key, ec.EllipticCurvePublicKey) and algorithm.startswith(_ECDSA):
        key.verify(signature, content, ec.ECDSA(signed.signature_hash_algorithm))
    elif isinstance(key, (ed25519.Ed25519PublicKey, ed448.Ed448PublicKey)):
        key.verify(signature, content)
    else:
        return False
    return True


def _find_ders(data: bytes | str) -> tuple[bytes, ...]:
    content = _decode(data)
    if isinstance(content, bytes):
        if _is_private_key(content):
            raise _private_key_error()
        return (content,)
    try:
        ders = decode_pem_certificates(content)
    except ThumbprintError as error:
        raise CertificateError(error.reason, remedy=error.remedy) from error
    if ders:
        return ders
    if holds_private_key(content):
        raise _private_key_error()
    reason = "holds no certificate" if content.strip() else "is empty"
    if "-----BEGIN" in content:
        label = content.partition("-----BEGIN ")[2].partition("-----")[0]
        reason = f"holds {one_line(label, 40)!r} and no certificate"
    raise CertificateError(reason, remedy=_REMEDY)


def _private_key_error() -> CertificateError:
    return CertificateError(
        "holds a private key and no certificate", remedy="give the certificate of that key, and keep the key secret"
    )


def _is_private_key(der: bytes) -> bool:
    try:
        serialization.load_der_private_key(der, password=None)
    except TypeError:
        # A private key, but an encrypted one.
        return True
    except PARSE_ERRORS:
        return False
    return True


def _decode(data: bytes | str) -> str | bytes:
    """Return text for PEM, also in the encodings of Windows editors and shells, and bytes for DER."""
    if isinstance(data, str):
        return data
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace")
    # A certificate or key in DER is a SEQUENCE. Its tag is also the digit 0, which may begin the text before PEM.
    return data if data.startswith(b"\x30") and b"-----BEGIN" not in data else data.decode("latin-1")


def _parse_certificate(der: bytes) -> Certificate:
    try:
        certificate = x509.load_der_x509_certificate(der)
        key = certificate.public_key()
        key_type, key_size = key_type_and_size(key)
        return Certificate(
            der=der,
            pem=certificate.public_bytes(serialization.Encoding.PEM).decode("ascii"),
            subject=certificate.subject.rfc4514_string(),
            issuer=certificate.issuer.rfc4514_string(),
            common_name=_common_name(certificate.subject),
            sans=read_alternative_names(certificate),
            not_before=_utc(certificate, "not_valid_before"),
            not_after=_utc(certificate, "not_valid_after"),
            serial_number=certificate.serial_number,
            key_type=key_type,
            key_size=key_size,
            public_key=public_key_der(key),
            self_signed=_is_self_issued(certificate),
        )
    except PARSE_ERRORS as error:
        raise CertificateError(f"is not a readable certificate ({one_line(error)})", remedy=_REMEDY) from error


def _utc(certificate: x509.Certificate, name: str) -> datetime.datetime:
    # cryptography 42 renamed the fields and made the times aware; the old names are deprecated there.
    aware: datetime.datetime | None = getattr(certificate, f"{name}_utc", None)
    if aware is not None:
        return aware
    naive: datetime.datetime = getattr(certificate, name)
    return naive.replace(tzinfo=datetime.timezone.utc)


def _iso(moment: datetime.datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def key_type_and_size(key: Any) -> tuple[str, int | None]:
    """Return the type and the bits of a public key of the library, as in :class:`Certificate`."""
    if isinstance(key, rsa.RSAPublicKey):
        return "RSA", key.key_size
    if isinstance(key, ec.EllipticCurvePublicKey):
        # A curve of the same size that is not one of NIST's is another type of key.
        nist = isinstance(key.curve, (ec.SECP256R1, ec.SECP384R1, ec.SECP521R1))
        return "ECC" if nist else key.curve.name, key.curve.key_size
    return type(key).__name__.strip("_").removesuffix("PublicKey"), getattr(key, "key_size", None)


def public_key_der(key: Any) -> bytes:
    """Return a public key of the library in DER (SubjectPublicKeyInfo)."""
    return bytes(key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo))


def _common_name(subject: x509.Name) -> str | None:
    names = subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(names[0].value) if names else None


def _find_extension(certificate: x509.Certificate | x509.CertificateSigningRequest, extension: Any) -> Any:
    try:
        return certificate.extensions.get_extension_for_class(extension).value
    except x509.ExtensionNotFound:
        return None


def read_alternative_names(certificate: x509.Certificate | x509.CertificateSigningRequest) -> tuple[str, ...]:
    """Return the subject alternative names, written as in :class:`Certificate`; rarer types are left out."""
    prefixes: dict[Any, str] = {
        x509.DNSName: "DNS",
        x509.IPAddress: "IP",
        x509.UniformResourceIdentifier: "URI",
        x509.RFC822Name: "email",
    }
    names = _find_extension(certificate, x509.SubjectAlternativeName) or ()
    return tuple(f"{prefixes[type(name)]}:{name.value}" for name in names if type(name) in prefixes)


def _is_self_issued(certificate: x509.Certificate) -> bool:
    if certificate.issuer != certificate.subject:
        return False
    issuer_key = _find_extension(certificate, x509.AuthorityKeyIdentifier)
    own_key = _find_extension(certificate, x509.SubjectKeyIdentifier)
    identifiers = (issuer_key and issuer_key.key_identifier, own_key and own_key.digest)
    return None in identifiers or identifiers[0] == identifiers[1]
