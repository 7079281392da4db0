# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""The only file that knows ``cryptography``: X.509 certificates as values that can be shown and compared."""

from __future__ import annotations

import ipaddress
import re
import traceback
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils import _thumbprint

try:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric import ec, rsa
    from cryptography.hazmat.primitives.serialization import Encoding
except ImportError:
    HAS_CRYPTOGRAPHY = False
    CRYPTOGRAPHY_IMPORT_ERROR: str | None = traceback.format_exc()
else:
    HAS_CRYPTOGRAPHY = True
    CRYPTOGRAPHY_IMPORT_ERROR = None

_PEM_BLOCK = re.compile(rb"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)
_PRIVATE_KEY = re.compile(rb"-----BEGIN [A-Z ]*PRIVATE KEY-----")


class CertificateError(ValueError):
    """Data that holds no certificate. ``str()`` is one sentence that never repeats the data."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """One X.509 certificate. Times are aware UTC datetimes; ``sans`` are such as ``DNS:a.example.com`` and ``IP:10.0.0.1``."""

    der: bytes
    pem: str
    subject: str
    issuer: str
    sans: tuple[str, ...]
    not_before: datetime
    not_after: datetime
    serial_number: int
    key_type: str
    key_size: int
    self_signed: bool

    def thumbprint(self, algorithm: _thumbprint.Algorithm = "sha256") -> str:
        """Upper case pairs with colons."""
        return _thumbprint.of(self.der, algorithm)

    def days_left(self, now: datetime) -> int:
        """Whole days until the certificate expires, negative when it has."""
        return (self.not_after - now).days

    def matches_host(self, host: str) -> bool:
        """Is ``host``, a name or an address, in the subjectAltName? The common name does not count (RFC 6125)."""
        try:
            address = ipaddress.ip_address(host.strip("[]"))
        except ValueError:
            return any(_same_name(san[4:], host) for san in self.sans if san.startswith("DNS:"))
        return any(ipaddress.ip_address(san[3:]) == address for san in self.sans if san.startswith("IP:"))


def load(data: bytes | str) -> Certificate:
    """The first certificate of a PEM text, or the one of a DER file. Raises :class:`CertificateError`."""
    return load_chain(data)[0]


def load_chain(data: bytes | str) -> tuple[Certificate, ...]:
    """Every certificate of a PEM text in its order, or the one of a DER file. Raises :class:`CertificateError`."""
    raw = data.encode() if isinstance(data, str) else data
    try:
        if raw.startswith(b"\x30"):
            found = [x509.load_der_x509_certificate(raw)]
        else:
            found = [x509.load_pem_x509_certificate(block) for block in _PEM_BLOCK.findall(raw)]
        chain = tuple(_read(certificate) for certificate in found)
    except ValueError as error:
        raise CertificateError(
            "the certificate in it is damaged; give the file as the certification authority delivered it"
        ) from error
    if chain:
        return chain
    if _PRIVATE_KEY.search(raw):
        raise CertificateError("this is a private key, keep it secret; give the certificate that belongs to it")
    raise CertificateError(
        "there is no certificate in it; give one in PEM, from -----BEGIN CERTIFICATE----- on, or in DER"
    )


def describe(certificate: Certificate, now: datetime) -> dict[str, Any]:
    """The certificate as modules return it; times in ISO 8601 with Z."""
    return {
        "subject": certificate.subject,
        "issuer": certificate.issuer,
        "subject_alternative_names": list(certificate.sans),
        "not_before": f"{certificate.not_before:%Y-%m-%dT%H:%M:%SZ}",
        "not_after": f"{certificate.not_after:%Y-%m-%dT%H:%M:%SZ}",
        "days_left": certificate.days_left(now),
        "expired": certificate.not_after <= now,
        "serial_number": f"{certificate.serial_number:X}",
        "key_type": certificate.key_type,
        "key_size": certificate.key_size,
        "self_signed": certificate.self_signed,
        "thumbprint_sha256": certificate.thumbprint("sha256"),
        "thumbprint_sha1": certificate.thumbprint("sha1"),
        "pem": certificate.pem,
    }


def _read(certificate: Any) -> Certificate:
    key = certificate.public_key()
    if isinstance(key, rsa.RSAPublicKey):
        key_type, key_size = "RSA", key.key_size
    elif isinstance(key, ec.EllipticCurvePublicKey):
        key_type, key_size = "ECC", key.curve.key_size
    else:
        key_type, key_size = type(key).__name__.lstrip("_").replace("PublicKey", ""), 0
    return Certificate(
        der=certificate.public_bytes(Encoding.DER),
        pem=certificate.public_bytes(Encoding.PEM).decode(),
        subject=certificate.subject.rfc4514_string(),
        issuer=certificate.issuer.rfc4514_string(),
        sans=_sans(certificate),
        not_before=_utc(certificate, "not_valid_before"),
        not_after=_utc(certificate, "not_valid_after"),
        serial_number=certificate.serial_number,
        key_type=key_type,
        key_size=key_size,
        self_signed=certificate.subject == certificate.issuer,
    )


def _sans(certificate: Any) -> tuple[str, ...]:
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return ()
    prefixes = {
        x509.DNSName: "DNS",
        x509.IPAddress: "IP",
        x509.RFC822Name: "email",
        x509.UniformResourceIdentifier: "URI",
    }
    return tuple(f"{prefixes[type(name)]}:{name.value}" for name in names if type(name) in prefixes)


def _utc(certificate: Any, name: str) -> datetime:
    """cryptography 42 and newer give aware times; what Debian 12 and RHEL 9 ship gives naive ones that mean UTC."""
    aware: datetime | None = getattr(certificate, f"{name}_utc", None)
    return aware or getattr(certificate, name).replace(tzinfo=timezone.utc)


def _same_name(pattern: str, host: str) -> bool:
    """A wildcard stands for exactly one label, the left-most one (RFC 6125, 6.4.3)."""
    pattern, host = pattern.lower().rstrip("."), host.lower().rstrip(".")
    if not pattern.startswith("*."):
        return pattern == host
    label, dot, parent = host.partition(".")
    return bool(label and dot) and parent == pattern[2:]
