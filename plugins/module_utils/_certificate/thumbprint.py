# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Normalize, compute and compare thumbprints of certificates. Standard library only.

vCenter needs upper-case pairs of hexadecimal digits with colons between them. Its documentation names hidden
characters, which come along when a thumbprint is copied from a Windows dialog, as a cause of failed plug-ins. So every
usual notation is accepted, and one is written.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
import unicodedata

from .._errors import ThumbprintError

_ALGORITHMS = {40: "sha1", 64: "sha256"}
# What openssl x509 -fingerprint prints before the digits: "sha256 Fingerprint=", "SHA1 Fingerprint=".
_PREFIX = re.compile(r"\A\s*sha-?(1|256)(?:\s*(?:fingerprint|thumbprint))?\s*[=:]", re.IGNORECASE)
# RFC 7468 section 5 writes CERTIFICATE; X509 CERTIFICATE is the older label for the same content.
_PEM_CERTIFICATE = re.compile(r"-----BEGIN (X509 )?CERTIFICATE-----(.*?)-----END (?:X509 )?CERTIFICATE-----", re.DOTALL)
# Longer than any notation of a SHA-256 thumbprint. A longer text could be a key, so no message repeats it.
_LONGEST_SHOWN = 120
_REQUIREMENT = "must be a SHA-256 thumbprint of 64 hexadecimal digits (or a SHA-1 one of 40), with or without colons"


def normalize_thumbprint(text: str) -> str:
    """Return a thumbprint as vCenter needs it: upper-case pairs with colons.

    Colons, hyphens, white space and invisible characters between and around the digits are ignored, as are case and
    the prefix that openssl prints. Raises :class:`ThumbprintError`.
    """
    visible = "".join(char for char in text if unicodedata.category(char) not in ("Cf", "Cc"))
    prefix = _PREFIX.match(visible)
    digits = "".join(char for char in visible[prefix.end() if prefix else 0 :] if not _is_separator(char))
    if not re.fullmatch(r"[0-9A-Fa-f]+", digits):
        raise _thumbprint_error(text)
    algorithm = _ALGORITHMS.get(len(digits))
    if algorithm is None or (prefix and algorithm != f"sha{prefix[1]}"):
        raise _thumbprint_error(text, note=f"The value has {len(digits)} digits")
    return hex_pairs(digits)


def detect_algorithm(thumbprint: str) -> str:
    """Return ``sha1`` or ``sha256`` by the length of a thumbprint in the notation of :func:`normalize_thumbprint`."""
    try:
        return _ALGORITHMS[len(thumbprint.replace(":", ""))]
    except KeyError as error:
        raise _thumbprint_error(thumbprint) from error


def compute_thumbprint(der: bytes, algorithm: str = "sha256") -> str:
    """Return the thumbprint of a certificate in DER; ``algorithm`` is ``sha1`` or ``sha256``."""
    # SHA-1 only identifies a certificate here; legacy plug-in packages are registered with it.
    return hex_pairs(hashlib.new(algorithm, der, usedforsecurity=False).hexdigest())


def compute_pem_thumbprint(pem: str, algorithm: str = "sha256") -> str:
    """Return the thumbprint of the first certificate of a PEM text. Raises :class:`ThumbprintError`."""
    certificates = decode_pem_certificates(pem)
    if not certificates:
        raise ThumbprintError("holds no certificate", remedy="give PEM text with -----BEGIN CERTIFICATE-----")
    return compute_thumbprint(certificates[0], algorithm)


def matches_der(thumbprint: str, der: bytes) -> bool:
    """Return whether a thumbprint as :func:`normalize_thumbprint` returns it is that of a certificate in DER."""
    return compute_thumbprint(der, detect_algorithm(thumbprint)) == thumbprint


def decode_pem_certificates(pem: str) -> tuple[bytes, ...]:
    """Return the DER of every certificate of a PEM text, in order, ignoring other text.

    Only base64 is decoded; the content is not checked. Raises :class:`ThumbprintError` for damaged base64.
    """
    ders = []
    for position, match in enumerate(_PEM_CERTIFICATE.finditer(pem), start=1):
        try:
            ders.append(base64.b64decode("".join(match[2].split()), validate=True))
        except (binascii.Error, ValueError) as error:
            raise ThumbprintError(
                f"holds damaged base64 text in certificate {position}",
                remedy="copy the PEM text again, with its line breaks",
            ) from error
    return tuple(ders)


def _is_separator(char: str) -> bool:
    return char == ":" or char.isspace() or unicodedata.category(char) == "Pd"


def hex_pairs(digits: str) -> str:
    """Return hexadecimal digits as upper-case pairs with colons."""
    digits = digits.upper()
    return ":".join(digits[index : index + 2] for index in range(0, len(digits), 2))


def _thumbprint_error(text: str, note: str = "") -> ThumbprintError:
    if len(text) > _LONGEST_SHOWN or "PRIVATE" in text:
        return ThumbprintError(_REQUIREMENT, note=note)
    return ThumbprintError(_REQUIREMENT, value=text, note=note)
