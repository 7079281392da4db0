# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""The only file that knows how thumbprints are written and computed.

vCenter and the vSphere Client read pairs of hex digits with colons between them, and nothing else; hidden characters that
came along with a paste are a known cause of failure (SDK guide, "plug-in thumbprint incorrect").
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
import unicodedata
from typing import Literal

Algorithm = Literal["sha1", "sha256"]

_DIGITS: dict[int, Algorithm] = {40: "sha1", 64: "sha256"}
_PEM = re.compile(r"-----BEGIN CERTIFICATE-----(.*?)-----END CERTIFICATE-----", re.DOTALL)


class ThumbprintError(ValueError):
    """A text that is no thumbprint, or a PEM text without a certificate. ``str()`` is one sentence."""


def canonical(text: str) -> str:
    """Any usual notation of a SHA-1 or SHA-256 thumbprint as upper case pairs with colons between them.

    Colons, spaces, dashes or nothing may stand between the pairs; invisible characters are dropped.
    Raises :class:`ThumbprintError`.
    """
    visible = "".join(char for char in text if unicodedata.category(char) not in ("Cf", "Cc", "Zs"))
    digits = re.sub(r"[:\-]", "", visible).upper()
    if len(digits) not in _DIGITS or not re.fullmatch(r"[0-9A-F]+", digits):
        raise ThumbprintError(
            f"{text!r} is not a thumbprint; give the 64 hex digits of a SHA-256 one (or the 40 of a SHA-1 one), "
            "such as AB:CD:..., with or without colons"
        )
    return _pairs(digits)


def algorithm(thumbprint: str) -> Algorithm:
    """The algorithm of a canonical thumbprint. Raises :class:`ThumbprintError` for any other text."""
    found = _DIGITS.get(len(thumbprint.replace(":", "")))
    if found is None:
        raise ThumbprintError(f"{thumbprint!r} has the length of neither a SHA-1 nor a SHA-256 thumbprint")
    return found


def of(der: bytes, name: Algorithm = "sha256") -> str:
    """The canonical thumbprint of a certificate in DER."""
    # SHA-1 only identifies here: old clients know no other thumbprint.
    digest = hashlib.sha256(der) if name == "sha256" else hashlib.sha1(der, usedforsecurity=False)
    return _pairs(digest.hexdigest().upper())


def of_pem(pem: str, name: Algorithm = "sha256") -> str:
    """The canonical thumbprint of the first certificate in a PEM text. Raises :class:`ThumbprintError`."""
    found = _PEM.search(pem)
    try:
        der = base64.b64decode(re.sub(r"\s", "", found.group(1)), validate=True) if found else b""
    except binascii.Error:
        der = b""
    if not der:
        raise ThumbprintError("there is no PEM certificate in this text")
    return of(der, name)


def matches(thumbprint: str, der: bytes) -> bool:
    """Does the canonical ``thumbprint`` belong to the certificate ``der``?"""
    return of(der, algorithm(thumbprint)) == thumbprint


def _pairs(digits: str) -> str:
    return ":".join(digits[start : start + 2] for start in range(0, len(digits), 2))
