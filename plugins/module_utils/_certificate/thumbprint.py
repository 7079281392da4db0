# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""The only file that knows how a thumbprint is written. Standard library only.

vCenter wants upper-case pairs of hex digits with colons between them and names hidden characters, which come along
when a thumbprint is copied from a Windows dialog, as a cause of failed plug-ins. So every usual notation is read and
one is written.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
import unicodedata

from .._errors import ThumbprintError

_LENGTHS = {40: "sha1", 64: "sha256"}
# What openssl x509 -fingerprint prints before the digits: "sha256 Fingerprint=", "SHA1 Fingerprint=".
_PREFIX = re.compile(r"\A\s*sha-?(1|256)(?:\s*(?:fingerprint|thumbprint))?\s*[=:]", re.IGNORECASE)
# RFC 7468 section 5 writes CERTIFICATE; X509 CERTIFICATE is the older label for the same content.
_PEM_CERTIFICATE = re.compile(r"-----BEGIN (X509 )?CERTIFICATE-----(.*?)-----END (?:X509 )?CERTIFICATE-----", re.DOTALL)
# Longer than any notation of a SHA-256 thumbprint.
_LONGEST_SHOWN = 120
_WAY_OUT = "give the 64 hex digits of a SHA-256 thumbprint (or the 40 of SHA-1), as pairs with or without colons"


def normalize_thumbprint(text: str) -> str:
    """Write a thumbprint as vCenter wants it: upper-case pairs with colons.

    Colons, hyphens, white space and invisible characters between and around the digits do not count, nor does the
    case or the prefix that openssl prints. Raises :class:`ThumbprintError`.
    """
    visible = "".join(char for char in text if unicodedata.category(char) not in ("Cf", "Cc"))
    prefix = _PREFIX.match(visible)
    digits = "".join(char for char in visible[prefix.end() if prefix else 0 :] if not _separates(char))
    if not digits:
        raise ThumbprintError(f"holds no thumbprint; {_WAY_OUT}")
    if not re.fullmatch(r"[0-9A-Fa-f]+", digits):
        raise ThumbprintError(f"{_shown(text)} is no thumbprint; {_WAY_OUT}")
    named = f"sha{prefix[1]}" if prefix else None
    if _LENGTHS.get(len(digits)) not in ((named,) if named else tuple(_LENGTHS.values())):
        raise ThumbprintError(f"{_shown(text)} has {len(digits)} hex digits; {_WAY_OUT}")
    return _colons(digits)


def detect_algorithm(thumbprint: str) -> str:
    """``sha1`` or ``sha256``, told by the length of a thumbprint in the notation of :func:`normalize_thumbprint`."""
    try:
        return _LENGTHS[len(thumbprint.replace(":", ""))]
    except KeyError as error:
        raise ThumbprintError(f"{_shown(thumbprint)} is no thumbprint; {_WAY_OUT}") from error


def compute_thumbprint(der: bytes, algorithm: str = "sha256") -> str:
    """Thumbprint of a certificate in DER: the digest of all its bytes. ``algorithm`` is ``sha1`` or ``sha256``."""
    # SHA-1 is only ever a name for a certificate here; vCenters before SHA-256 know no other one.
    return _colons(hashlib.new(algorithm, der, usedforsecurity=False).hexdigest())


def compute_pem_thumbprint(pem: str, algorithm: str = "sha256") -> str:
    """Thumbprint of the first certificate of a PEM text. Raises :class:`ThumbprintError`."""
    certificates = decode_pem_certificates(pem)
    if not certificates:
        raise ThumbprintError("holds no certificate; give PEM text that begins with -----BEGIN CERTIFICATE-----")
    return compute_thumbprint(certificates[0], algorithm)


def matches_der(thumbprint: str, der: bytes) -> bool:
    """Whether a thumbprint in the notation of :func:`normalize_thumbprint` is that of a certificate in DER."""
    return compute_thumbprint(der, detect_algorithm(thumbprint)) == thumbprint


def decode_pem_certificates(pem: str) -> tuple[bytes, ...]:
    """DER of every certificate of a PEM text, in its order; text around them does not count.

    The bytes are decoded, not understood: whether they are a certificate is for ``_certificate`` to say.
    Raises :class:`ThumbprintError` when the base64 inside is damaged.
    """
    found = []
    for position, match in enumerate(_PEM_CERTIFICATE.finditer(pem), start=1):
        try:
            found.append(base64.b64decode("".join(match[2].split()), validate=True))
        except (binascii.Error, ValueError) as error:
            raise ThumbprintError(
                f"the base64 text of certificate {position} is damaged; copy the PEM text again, with its line breaks"
            ) from error
    return tuple(found)


def _separates(char: str) -> bool:
    return char == ":" or char.isspace() or unicodedata.category(char) == "Pd"


def _colons(digits: str) -> str:
    digits = digits.upper()
    return ":".join(digits[index : index + 2] for index in range(0, len(digits), 2))


def _shown(text: str) -> str:
    """A value for a message: invisible characters made visible, and nothing long, which could be a pasted key."""
    return ascii(text) if len(text) <= _LONGEST_SHOWN and "PRIVATE" not in text else "the text"
