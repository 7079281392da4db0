# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""PKCS #10: what a certificate request says, and the making of one. The only file that knows its form.

Keeps to what cryptography has had since 3.4, as ``_certificate`` does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from .._errors import CsrError
from .x509 import HAS_CRYPTOGRAPHY, key_type_and_size, public_key_der, read_alternative_names, web_server_extensions

if HAS_CRYPTOGRAPHY:
    from cryptography import x509
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.x509.oid import NameOID


@dataclass(frozen=True, slots=True)
class CsrSubject:
    """Who asks. What is None is left out."""

    country: str | None
    state_or_province: str | None
    locality: str | None
    organization: str | None
    organizational_unit: str | None
    common_name: str

    def name(self) -> x509.Name:
        parts = (
            (NameOID.COUNTRY_NAME, self.country),
            (NameOID.STATE_OR_PROVINCE_NAME, self.state_or_province),
            (NameOID.LOCALITY_NAME, self.locality),
            (NameOID.ORGANIZATION_NAME, self.organization),
            (NameOID.ORGANIZATIONAL_UNIT_NAME, self.organizational_unit),
            (NameOID.COMMON_NAME, self.common_name),
        )
        return x509.Name([x509.NameAttribute(kind, value) for kind, value in parts if value is not None])

    def __str__(self) -> str:
        """In the notation of RFC 4514."""
        return str(self.name().rfc4514_string())


@dataclass(frozen=True, slots=True)
class Csr:
    """A certificate request, read. ``subject`` is in the notation of RFC 4514, ``sans`` are as in ``Certificate``.

    ``key`` is kind and size of its key; ``signed`` says that its signature is that of this key.
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
        return _read(x509.load_pem_x509_csr(data))
    except (
        ValueError,
        TypeError,
        UnsupportedAlgorithm,
        x509.DuplicateExtension,
        x509.UnsupportedGeneralNameType,
    ) as error:
        raise CsrError("holds no certificate request in PEM that can be read") from error


def create_csr(key_pem: bytes, subject: CsrSubject, sans: Sequence[str]) -> Csr:
    """Ask for the certificate of a web server for an own key; ``sans`` are written as in ``Certificate``."""
    key: Any = serialization.load_pem_private_key(key_pem, password=None)
    builder = x509.CertificateSigningRequestBuilder().subject_name(subject.name())
    for extension, critical in web_server_extensions(key, tuple(sans)):
        builder = builder.add_extension(extension, critical=critical)
    return _read(builder.sign(key, hashes.SHA256()))


def _read(request: x509.CertificateSigningRequest) -> Csr:
    public_key: Any = request.public_key()
    return Csr(
        pem=request.public_bytes(serialization.Encoding.PEM).decode("ascii"),
        subject=request.subject.rfc4514_string(),
        sans=read_alternative_names(request),
        key=" ".join(str(part) for part in key_type_and_size(public_key) if part is not None),
        public_key=public_key_der(public_key),
        signed=request.is_signature_valid,
    )
