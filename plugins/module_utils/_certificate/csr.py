# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Read and create certificate signing requests (PKCS #10, RFC 2986).

Like ``x509.py``, it uses functions of cryptography 3.4 and newer only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from .._errors import CsrError
from .x509 import (
    HAS_CRYPTOGRAPHY,
    PARSE_ERRORS,
    key_type_and_size,
    public_key_der,
    read_alternative_names,
    web_server_extensions,
)

if HAS_CRYPTOGRAPHY:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.x509.oid import NameOID


@dataclass(frozen=True, slots=True)
class CsrSubject:
    """The subject of a request; parts that are None are left out."""

    country: str | None
    state_or_province: str | None
    locality: str | None
    organization: str | None
    organizational_unit: str | None
    common_name: str

    def to_name(self) -> x509.Name:
        """Return the name as an object of the library."""
        parts = (
            (NameOID.COUNTRY_NAME, self.country),
            (NameOID.STATE_OR_PROVINCE_NAME, self.state_or_province),
            (NameOID.LOCALITY_NAME, self.locality),
            (NameOID.ORGANIZATION_NAME, self.organization),
            (NameOID.ORGANIZATIONAL_UNIT_NAME, self.organizational_unit),
            (NameOID.COMMON_NAME, self.common_name),
        )
        return x509.Name([x509.NameAttribute(part, value) for part, value in parts if value is not None])

    def __str__(self) -> str:
        """Return the subject in the notation of RFC 4514."""
        return str(self.to_name().rfc4514_string())


@dataclass(frozen=True, slots=True)
class Csr:
    """A certificate signing request in its parts.

    ``subject`` is in the notation of RFC 4514, ``sans`` are written as in ``x509.Certificate``, ``key`` is type and
    size of its key, ``public_key`` is in DER. ``signed`` says whether its signature was made with that key.
    """

    pem: str
    subject: str
    sans: tuple[str, ...]
    key: str
    public_key: bytes
    signed: bool


def load_csr(data: bytes) -> Csr:
    """Read a request in PEM. Raises :class:`CsrError`."""
    try:
        return _parse_csr(x509.load_pem_x509_csr(data))
    except PARSE_ERRORS as error:
        raise CsrError("holds no readable certificate signing request in PEM") from error


def create_csr(key_pem: bytes, subject: CsrSubject, sans: Sequence[str]) -> Csr:
    """Create a request for the certificate of a web server; ``sans`` are written as in ``x509.Certificate``."""
    key: Any = serialization.load_pem_private_key(key_pem, password=None)
    builder = x509.CertificateSigningRequestBuilder().subject_name(subject.to_name())
    for extension, critical in web_server_extensions(key, tuple(sans)):
        builder = builder.add_extension(extension, critical=critical)
    return _parse_csr(builder.sign(key, hashes.SHA256()))


def _parse_csr(request: x509.CertificateSigningRequest) -> Csr:
    public_key: Any = request.public_key()
    return Csr(
        pem=request.public_bytes(serialization.Encoding.PEM).decode("ascii"),
        subject=request.subject.rfc4514_string(),
        sans=read_alternative_names(request),
        key=" ".join(str(part) for part in key_type_and_size(public_key) if part is not None),
        public_key=public_key_der(public_key),
        signed=request.is_signature_valid,
    )
