# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""How thumbprints are read and written."""

from __future__ import annotations

import base64
import hashlib

import pytest
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._certificate.thumbprint import (
    compute_pem_thumbprint,
    compute_thumbprint,
    decode_pem_certificates,
    detect_algorithm,
    matches_der,
    normalize_thumbprint,
)
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._errors import ThumbprintError

SHA256 = ":".join(f"{number:02X}" for number in range(0xA0, 0xC0))
SHA1 = ":".join(f"{number:02X}" for number in range(0xA0, 0xB4))
PLAIN = SHA256.replace(":", "")
PAIRS = SHA256.split(":")


@pytest.mark.parametrize(
    "written",
    [
        SHA256,
        SHA256.lower(),
        PLAIN,
        PLAIN.lower(),
        " ".join(PAIRS),
        "-".join(PAIRS).lower(),
        "\u2013".join(PAIRS),
        f"  {SHA256}\r\n",
        "\t".join(PAIRS),
        ":\n".join(PAIRS),
        " ".join((PLAIN[:32], PLAIN[32:])),
        pytest.param("\u200e" + " ".join(PAIRS).lower(), id="as copied from a Windows dialog"),
        pytest.param("\ufeff" + SHA256 + "\u200b", id="byte order mark and zero-width space"),
        pytest.param(SHA256.replace(":", "\u00a0"), id="no-break spaces"),
        f"sha256 Fingerprint={SHA256}",
        f"SHA256 Fingerprint={SHA256}\n",
        f"SHA-256: {SHA256}",
    ],
)
def test_every_notation_becomes_one(written):
    assert normalize_thumbprint(written) == SHA256


@pytest.mark.parametrize("written", [SHA1, SHA1.replace(":", "").lower(), f"SHA1 Fingerprint={SHA1}"])
def test_sha1_is_read_as_well(written):
    assert normalize_thumbprint(written) == SHA1


@pytest.mark.parametrize(
    ("written", "digits"),
    [
        ("", None),
        (" \u200e", None),
        (SHA256[:-3], 62),
        (SHA256 + ":AA", 66),
        ("AA:BB", 4),
        (SHA256.replace("A0", "G0"), None),
        ("\u0663" * 64, None),
        ("fingerprint " + SHA256, None),
        (f"SHA1 Fingerprint={SHA256}", 64),
        (f"sha256 Fingerprint={SHA1}", 40),
    ],
)
def test_what_is_no_thumbprint_is_refused_with_its_value(written, digits):
    with pytest.raises(ThumbprintError) as caught:
        normalize_thumbprint(written)
    assert "64 hexadecimal digits" in caught.value.reason
    assert caught.value.value == written
    assert caught.value.note == ("" if digits is None else f"The value has {digits} digits")


def test_invisible_characters_are_visible_in_the_message():
    with pytest.raises(ThumbprintError, match=r"\\u200eAB") as caught:
        normalize_thumbprint("\u200eAB")
    assert str(caught.value).isascii()


def test_a_pasted_key_is_not_repeated():
    with pytest.raises(ThumbprintError) as caught:
        normalize_thumbprint("-----BEGIN PRIVATE KEY-----\nc2VjcmV0")
    assert "c2VjcmV0" not in str(caught.value)


@pytest.mark.parametrize(("thumbprint", "name"), [(SHA1, "sha1"), (SHA256, "sha256")])
def test_the_length_tells_the_algorithm(thumbprint, name):
    assert detect_algorithm(thumbprint) == name


def test_no_algorithm_for_something_else():
    with pytest.raises(ThumbprintError, match="AA:BB"):
        detect_algorithm("AA:BB")


@pytest.mark.parametrize("name", ["sha1", "sha256"])
def test_the_thumbprint_is_the_digest_of_the_whole_certificate(make, name):
    made = make()
    digest = hashlib.new(name, made.der).hexdigest().upper()
    assert compute_thumbprint(made.der, name).replace(":", "") == digest
    assert compute_pem_thumbprint(made.pem, name).replace(":", "") == digest
    assert matches_der(compute_thumbprint(made.der, name), made.der)
    assert not matches_der(compute_thumbprint(make().der, name), made.der)


def test_sha256_is_meant_when_nothing_is_said(make):
    made = make()
    assert compute_thumbprint(made.der) == compute_thumbprint(made.der, "sha256") == compute_pem_thumbprint(made.pem)


def test_the_first_certificate_of_several_counts(make):
    first, second = make(), make()
    text = f"subject=CN = a\n{first.key_pem().decode()}{first.pem}\nsubject=CN = b\n{second.pem}"
    assert compute_pem_thumbprint(text) == compute_thumbprint(first.der)
    assert decode_pem_certificates(text) == (first.der, second.der)


@pytest.mark.parametrize(
    "pem",
    [
        lambda der: "-----BEGIN CERTIFICATE-----" + base64.b64encode(der).decode() + "-----END CERTIFICATE-----",
        lambda der: (
            f"-----BEGIN X509 CERTIFICATE-----\n{base64.b64encode(der).decode()}\n-----END X509 CERTIFICATE-----"
        ),
        lambda der: (
            "  -----BEGIN CERTIFICATE-----\r\n  "
            + base64.b64encode(der).decode()
            + "\r\n  -----END CERTIFICATE-----\r\n"
        ),
    ],
    ids=["one line", "older label", "indented, Windows line ends"],
)
def test_pem_that_is_not_strict_is_read(pem):
    assert decode_pem_certificates(pem(b"\x30\x03any")) == (b"\x30\x03any",)


@pytest.mark.parametrize(
    ("pem", "says"),
    [
        ("", "holds no certificate"),
        ("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "holds no certificate"),
        ("-----BEGIN CERTIFICATE-----\nA*A=\n-----END CERTIFICATE-----\n", "damaged"),
        ("-----BEGIN CERTIFICATE-----\nAAAAA\n-----END CERTIFICATE-----\n", "damaged"),
        ("-----BEGIN CERTIFICATE-----\n\u00e9\n-----END CERTIFICATE-----\n", "damaged"),
    ],
)
def test_pem_without_a_certificate(pem, says):
    with pytest.raises(ThumbprintError, match=says):
        compute_pem_thumbprint(pem)
