# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""X.509: what a certificate says, and the making of a self-signed one. The only file that knows cryptography.

Keeps to what cryptography has had since 3.4, which is what the package of the oldest supported distribution holds.
"""

from __future__ import annotations

import datetime
import ipaddress
import traceback
from dataclasses import dataclass
from typing import Any

from .._errors import CertificateError, ThumbprintError
from .hostnames import names_host
from .thumbprint import compute_thumbprint, decode_pem_certificates

CRYPTOGRAPHY_IMPORT_ERROR: str | None = None
try:
    from cryptography import x509
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec, rsa
    from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
except ImportError:
    CRYPTOGRAPHY_IMPORT_ERROR = traceback.format_exc()
HAS_CRYPTOGRAPHY = CRYPTOGRAPHY_IMPORT_ERROR is None

_WAY_OUT = "give a certificate as PEM (-----BEGIN CERTIFICATE-----) or DER"
# Clocks of a vCenter and of the host where a certificate is made may differ by this much.
CLOCK_SKEW = datetime.timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Certificate:
    """An X.509 certificate, read. ``pem`` is strict (RFC 7468): lines of 64, a line end after the last.

    ``sans`` holds ``DNS:name``, ``IP:address``, ``URI:...`` and ``email:...``; the times are aware and in UTC.
    ``key_type`` is ``RSA``, ``ECC`` or the library's name of a rarer kind, ``key_size`` is in bits, ``public_key`` is
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
        return compute_thumbprint(self.der, algorithm)

    def days_left(self, now: datetime.datetime) -> int:
        """Whole days until it expires, below 0 when it has. ``now`` is aware."""
        return (self.not_after - now).days

    def matches_host(self, host: str) -> bool:
        """Whether a client that connects to ``host`` accepts this certificate for it."""
        return names_host(self.sans, host)


def load_certificate(data: bytes | str) -> Certificate:
    """Read the first certificate of PEM text (whatever stands around it) or a DER certificate.

    Raises :class:`CertificateError`.
    """
    return _read(_ders(data)[0])


def load_chain(data: bytes | str) -> tuple[Certificate, ...]:
    """Read every certificate of PEM text, or the one of DER, in the given order. Raises :class:`CertificateError`."""
    return tuple(_read(der) for der in _ders(data))


def certificate_to_result(certificate: Certificate, now: datetime.datetime, host: str | None = None) -> dict[str, Any]:
    """A certificate as modules return it; times in ISO 8601, UTC. ``matches_host`` is None without a host."""
    serial = f"{certificate.serial_number:X}"
    serial = serial.zfill(len(serial) + len(serial) % 2)
    return {
        "subject": certificate.subject,
        "issuer": certificate.issuer,
        "subject_alternative_names": list(certificate.sans),
        "not_before": _iso(certificate.not_before),
        "not_after": _iso(certificate.not_after),
        "days_left": certificate.days_left(now),
        "expired": certificate.not_after < now,
        "serial_number": ":".join(serial[index : index + 2] for index in range(0, len(serial), 2)),
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
    """A certificate as a diff shows it."""
    return {
        "common_name": certificate.common_name,
        "subject_alternative_names": list(certificate.sans),
        "not_after": _iso(certificate.not_after),
        "key": f"{certificate.key_type} {certificate.key_size}",
        "thumbprint": certificate.thumbprint(),
    }


@dataclass(frozen=True, slots=True)
class PrivateKey:
    """What may be known about a private key: its public half. ``public_key`` compares with that of a certificate."""

    key_type: str
    key_size: int | None
    public_key: bytes


def load_private_key(pem: bytes) -> PrivateKey:
    """Read an unencrypted private key in PEM. Raises :class:`CertificateError`, which never shows the bytes."""
    try:
        key = serialization.load_pem_private_key(pem, password=None)
    except TypeError:
        problem = "is encrypted; a web server that starts by itself needs a key without a passphrase"
    except (ValueError, UnsupportedAlgorithm):
        # What the library says is left out: it could quote the content.
        problem = "is no private key in PEM that can be read"
    else:
        public = key.public_key()
        return PrivateKey(*key_type_and_size(public), public_key=public_key_der(public))
    raise CertificateError(problem)


def generate_private_key(key_type: str, key_size: int) -> bytes:
    """Make an unencrypted private key, PKCS #8 in PEM. ``key_type`` is ``RSA``, or ``ECC`` with 256 or 384 bits."""
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
    """Make a self-signed server certificate for an own key; ``sans`` are written as in :class:`Certificate`.

    It is a leaf and says so: basicConstraints CA:FALSE, no keyCertSign. Whoever pins or trusts it (a vCenter by
    thumbprint or certificate, Java and OpenSSL by finding it in their store) needs no CA bit, and with one the key of
    a web server could issue certificates for any name to those who trust it.
    """
    key: Any = serialization.load_pem_private_key(key_pem, password=None)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - CLOCK_SKEW)
        .not_valid_after(now + datetime.timedelta(days=days))
    )
    identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    for extension, critical in (*web_server_extensions(key, sans), (identifier, False)):
        builder = builder.add_extension(extension, critical=critical)
    return load_certificate(builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.DER))


def web_server_extensions(key: Any, sans: tuple[str, ...]) -> tuple[tuple[Any, bool], ...]:
    """What makes a leaf for a web server, each with whether it is critical; ``key`` is the library's private key."""
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
        x509.DNSName(value) if kind == "DNS" else x509.IPAddress(ipaddress.ip_address(value))
        for kind, _colon, value in (san.partition(":") for san in sans)
    ]
    return (
        (x509.BasicConstraints(ca=False, path_length=None), True),
        (usage, True),
        (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), False),
        (x509.SubjectAlternativeName(alternatives), False),
    )


def holds_private_key(data: bytes | str) -> bool:
    """Whether PEM text or DER is, or has in it, a private key. Encrypted ones count."""
    content = _decoded(data)
    if isinstance(content, str):
        return "PRIVATE KEY-----" in content
    try:
        serialization.load_der_private_key(content, password=None)
    except TypeError:
        # The library's way to say: it is one, and it is encrypted.
        return True
    except (ValueError, UnsupportedAlgorithm):
        return False
    return True


def _ders(data: bytes | str) -> tuple[bytes, ...]:
    content = _decoded(data)
    try:
        found = decode_pem_certificates(content) if isinstance(content, str) else (content,)
    except ThumbprintError as error:
        raise CertificateError(str(error)) from error
    if found and (isinstance(content, str) or not holds_private_key(data)):
        return found
    if not data.strip():
        raise CertificateError(f"is empty; {_WAY_OUT}")
    if holds_private_key(data):
        raise CertificateError(
            "holds a private key and no certificate; give the certificate of that key, and leave the key where it is"
        )
    if isinstance(content, str) and "-----BEGIN" in content:
        label = content.partition("-----BEGIN ")[2].partition("-----")[0]
        raise CertificateError(f"holds {label[:40]!r} and no certificate; {_WAY_OUT}")
    raise CertificateError(f"holds no certificate; {_WAY_OUT}")


def _decoded(data: bytes | str) -> str | bytes:
    """Text where it can be PEM, whatever a Windows editor or shell made of its encoding; bytes for DER."""
    if isinstance(data, str):
        return data
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace")
    # A certificate or key in DER is a SEQUENCE. Its tag is also the digit 0, which may begin the text before PEM.
    return data if data.startswith(b"\x30") and b"-----BEGIN" not in data else data.decode("latin-1")


def _read(der: bytes) -> Certificate:
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
            self_signed=_names_itself(certificate),
        )
    except (
        ValueError,
        TypeError,
        UnsupportedAlgorithm,
        x509.DuplicateExtension,
        x509.UnsupportedGeneralNameType,
    ) as error:
        raise CertificateError(f"is no certificate that can be read ({error}); {_WAY_OUT}") from error


def _utc(certificate: x509.Certificate, name: str) -> datetime.datetime:
    # cryptography 42 renamed the fields and made the times aware; the old names warn there and are announced to go.
    aware: datetime.datetime | None = getattr(certificate, f"{name}_utc", None)
    if aware is not None:
        return aware
    naive: datetime.datetime = getattr(certificate, name)
    return naive.replace(tzinfo=datetime.timezone.utc)


def _iso(moment: datetime.datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def key_type_and_size(key: Any) -> tuple[str, int | None]:
    if isinstance(key, rsa.RSAPublicKey):
        return "RSA", key.key_size
    if isinstance(key, ec.EllipticCurvePublicKey):
        # A curve of the same size that is not one of NIST's is another type of key.
        nist = isinstance(key.curve, (ec.SECP256R1, ec.SECP384R1, ec.SECP521R1))
        return "ECC" if nist else key.curve.name, key.curve.key_size
    return type(key).__name__.strip("_").removesuffix("PublicKey"), getattr(key, "key_size", None)


def public_key_der(key: Any) -> bytes:
    der: bytes = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return der


def _common_name(subject: x509.Name) -> str | None:
    names = subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(names[0].value) if names else None


def _extension(certificate: x509.Certificate | x509.CertificateSigningRequest, kind: Any) -> Any:
    try:
        return certificate.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None


def read_alternative_names(certificate: x509.Certificate | x509.CertificateSigningRequest) -> tuple[str, ...]:
    written: dict[Any, str] = {
        x509.DNSName: "DNS",
        x509.IPAddress: "IP",
        x509.UniformResourceIdentifier: "URI",
        x509.RFC822Name: "email",
    }
    names = _extension(certificate, x509.SubjectAlternativeName) or ()
    return tuple(f"{written[type(name)]}:{name.value}" for name in names if type(name) in written)


def _names_itself(certificate: x509.Certificate) -> bool:
    issuer_key = _extension(certificate, x509.AuthorityKeyIdentifier)
    own_key = _extension(certificate, x509.SubjectKeyIdentifier)
    if certificate.issuer != certificate.subject:
        return False
    return (
        issuer_key is None
        or own_key is None
        or issuer_key.key_identifier is None
        or issuer_key.key_identifier == own_key.digest
    )
