# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""When a certificate request and its key are replaced, and when a file is kept."""

from __future__ import annotations

import base64
import stat
from pathlib import Path

import pytest
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._certificate import x509 as _certificate
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._errors import OptionError
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._server_certificate import csr_file
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID


@pytest.fixture
def options(tmp_path):
    """The options of a task; ECC because such keys are generated fast."""
    return {
        "private_key_path": str(tmp_path / "server.key"),
        "request_path": str(tmp_path / "server.csr"),
        "subject_alternative_names": ["plugins.example.com", "192.0.2.10"],
        "common_name": None,
        "organization": "Example & Söhne, Inc.",
        "organizational_unit": None,
        "country": "de",
        "state_or_province": None,
        "locality": None,
        "key_type": "ECC",
        "key_size": None,
        "force": False,
        "backup": False,
        "owner": None,
        "group": None,
        "mode": "0644",
        "private_key_mode": "0600",
    }


@pytest.fixture
def run(options, now):
    """``run(option=value, ...)`` does what the module does, in its order."""

    def step(**changed):
        parsed = csr_file.parse_csr_options({**options, **changed})
        current = csr_file.read_csr_files(parsed)
        plan = csr_file.plan_csr(parsed, current)
        request, copies = plan.current, []
        if plan.reasons:
            request, copies = csr_file.apply_csr(parsed, current, plan, now)
        return plan.reasons, request, copies

    return step


@pytest.fixture
def files(options):
    """The content of both files; ``None`` where there is none."""

    def read():
        paths = (Path(options["private_key_path"]), Path(options["request_path"]))
        return tuple(path.read_bytes() if path.exists() else None for path in paths)

    return read


@pytest.mark.parametrize(("key_type", "encipherment"), [("RSA", True), ("ECC", False)])
def test_the_request_for_a_ca(run, files, options, key_type, encipherment):
    reasons, _request_made, copies = run(key_type=key_type, key_size=2048 if key_type == "RSA" else None)
    assert len(reasons) == 2 and all("is missing" in reason for reason in reasons) and copies == []
    key, text = files()
    asked = x509.load_pem_x509_csr(text)
    assert asked.is_signature_valid
    assert asked.subject.rfc4514_string() == "CN=plugins.example.com,O=Example & Söhne\\, Inc.,C=DE"
    extensions = {extension.oid: extension for extension in asked.extensions}
    usage = extensions[x509.KeyUsage.oid].value
    assert (usage.digital_signature, usage.key_encipherment, usage.key_cert_sign) == (True, encipherment, False)
    assert list(extensions[x509.ExtendedKeyUsage.oid].value) == [ExtendedKeyUsageOID.SERVER_AUTH]
    assert not extensions[x509.BasicConstraints.oid].value.ca
    assert [str(name.value) for name in extensions[x509.SubjectAlternativeName.oid].value] == [
        "plugins.example.com",
        "192.0.2.10",
    ]
    assert _certificate.load_private_key(key).public_key == _certificate.public_key_der(asked.public_key())
    modes = [stat.S_IMODE(Path(options[name]).stat().st_mode) for name in ("private_key_path", "request_path")]
    assert modes == [0o600, 0o644]


@pytest.mark.parametrize(
    "changed",
    [
        {},
        {"subject_alternative_names": ["IP:192.0.2.10", "dns:PLUGINS.example.com.", "plugins.example.com"]},
        {"backup": True},
        {"country": "DE"},
        {"key_size": 256},
    ],
)
def test_the_second_run_changes_nothing(run, files, changed):
    run()
    before = files()
    assert run(**changed)[0] == ()
    assert files() == before


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        (
            {"subject_alternative_names": ["plugins.example.com"]},
            "is for DNS:plugins.example.com, IP:192.0.2.10, not for",
        ),
        ({"organization": None}, "The subject of the request is"),
        ({"locality": "Ulm"}, "not CN=plugins.example.com,O=Example & Söhne\\, Inc.,L=Ulm,C=DE."),
        ({"common_name": "Plugins"}, "not CN=Plugins"),
    ],
)
def test_other_names_make_a_new_request_for_the_same_key(run, files, changed, says):
    run()
    before = files()
    assert says in " ".join(run(**changed)[0])
    after = files()
    assert (after[0] == before[0], after[1] == before[1]) == (True, False)
    assert run(**changed)[0] == ()


def forged(pem):
    """A request whose last byte, which belongs to its signature, is another one."""
    lines = pem.strip().splitlines()
    body = bytearray(base64.b64decode(b"".join(lines[1:-1])))
    body[-1] ^= 1
    return b"\n".join([lines[0], base64.b64encode(body), lines[-1], b""])


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (lambda _request, _other: b"", "is missing"),
        (lambda _request, _other: b"something else", "cannot be read"),
        (lambda _request, other: other, "for another private key"),
        (lambda request, _other: forged(request), "signature of the request is not valid"),
    ],
    ids=["empty", "no request", "of another key", "forged"],
)
def test_an_unusable_request_is_replaced(run, files, options, damage, says):
    run()
    key, request = files()
    other = run(force=True)[1].pem.encode()
    Path(options["private_key_path"]).write_bytes(key)
    Path(options["request_path"]).write_bytes(damage(request, other))
    assert says in " ".join(run()[0])
    assert files()[0] == key
    assert run()[0] == ()


@pytest.mark.parametrize(
    ("key", "says"),
    [
        (lambda make: make().key_pem(b"passphrase"), "is encrypted"),
        (lambda _make: b"something else", "private key in PEM"),
        (lambda make: make(key=rsa.generate_private_key(65537, 2048)).key_pem(), "holds RSA 2048, not ECC 256"),
    ],
    ids=["encrypted", "no key", "another kind"],
)
def test_a_key_from_somewhere_else_is_kept(run, files, options, make, *, key, says):
    Path(options["private_key_path"]).write_bytes(key(make))
    before = files()
    with pytest.raises(OptionError) as caught:
        run()
    assert caught.value.option == "private_key_path"
    assert says in caught.value.reason and "set O(force)" in caught.value.remedies
    assert files() == before
    _reasons, _made, copies = run(backup=True)
    assert [Path(copy).read_bytes() for copy in copies] == [before[0]]
    assert [stat.S_IMODE(Path(copy).stat().st_mode) for copy in copies] == [0o600]


def test_force_replaces_both(run, files):
    run()
    before = files()
    assert run(force=True)[0] == ("The option force is set.",)
    assert all(old != new for old, new in zip(before, files(), strict=True))


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"country": "DEU"}, ("country", "got 'DEU'")),
        ({"country": "D1"}, ("country", "got 'D1'")),
        ({"organization": ""}, ("organization", "must have 1 to 64 characters, got ''")),
        ({"locality": "x" * 129}, ("locality", "1 to 128 characters, got 'xxx")),
        ({"key_size": 1024}, ("key_size", "for ECC, got 1024")),
        ({"subject_alternative_names": []}, ("subject_alternative_names", "")),
        ({"common_name": "x" * 65}, ("common_name", "")),
        ({"owner": "no such user"}, ("owner", "no such user")),
        ({"request_path": "/no/such/folder/x.csr"}, ("request_path", "/no/such/folder/x.csr")),
        ({"request_path": "/proc/x.csr"}, ("request_path", "/proc/x.csr")),
    ],
)
def test_options_that_cannot_be_used(run, files, changed, says):
    with pytest.raises(OptionError) as caught:
        run(**changed)
    assert caught.value.option.startswith(says[0]) and says[1] in caught.value.problem()
    assert files() == (None, None)


def test_a_key_in_the_place_of_the_request_is_never_replaced(run, options, make):
    Path(options["request_path"]).write_bytes(make().key_pem())
    with pytest.raises(OptionError, match="holds a private key") as caught:
        run(force=True, backup=True)
    assert caught.value.option == "request_path"


def test_the_result_holds_no_key_and_check_mode_no_request(run, options, files):
    parsed = csr_file.parse_csr_options(options)
    checked = csr_file.describe_csr(parsed, csr_file.plan_csr(parsed, csr_file.read_csr_files(parsed)), None)
    assert (checked["changed"], checked["request"], checked["diff"][0]["before"]) == (True, None, {})
    made = run()[1]
    done = csr_file.describe_csr(parsed, csr_file.plan_csr(parsed, csr_file.read_csr_files(parsed)), made)
    assert (done["changed"], done["request"]) == (False, made.pem)
    assert done["diff"][0]["before"] == done["diff"][0]["after"] == checked["diff"][0]["after"]
    assert files()[0].decode().splitlines()[1] not in repr(done) and "PRIVATE" not in repr(done)
