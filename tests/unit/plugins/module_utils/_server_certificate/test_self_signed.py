# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""When a key and certificate are made anew, and when a file is left alone."""

from __future__ import annotations

import datetime
import ssl
import stat
from pathlib import Path

import pytest
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._extension.model import OptionError
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._server_certificate import self_signed
from cryptography.hazmat.primitives.asymmetric import ec, rsa


@pytest.fixture
def options(tmp_path):
    """The options of a task; ECC because it is made fast."""
    return {
        "private_key_path": str(tmp_path / "server.key"),
        "certificate_path": str(tmp_path / "server.pem"),
        "subject_alternative_names": ["plugins.example.com", "192.0.2.10"],
        "common_name": None,
        "key_type": "ECC",
        "key_size": None,
        "valid_days": 397,
        "renew_before_days": 30,
        "force": False,
        "backup": False,
        "owner": None,
        "group": None,
        "mode": "0644",
        "private_key_mode": "0600",
    }


@pytest.fixture
def run(options, now):
    """``run(option=value, ...)``: what the module does, in its order."""

    def step(at=now, **changed):
        want = self_signed.wanted({**options, **changed})
        found = self_signed.find(want)
        decided = self_signed.plan(want, found, at)
        certificate, copies = decided.before, []
        if decided.reasons:
            certificate, copies = self_signed.carry_out(want, found, decided, at)
        return decided.reasons, certificate, copies

    return step


@pytest.fixture
def files(options):
    """The content of both files; ``None`` where there is none."""

    def read():
        paths = (Path(options["private_key_path"]), Path(options["certificate_path"]))
        return tuple(path.read_bytes() if path.exists() else None for path in paths)

    return read


@pytest.fixture
def put(options):
    """``put(key, certificate)`` writes files that somebody else made."""

    def write(key=None, certificate=None):
        for name, content in (("private_key_path", key), ("certificate_path", certificate)):
            if content is not None:
                Path(options[name]).write_bytes(content)

    return write


def test_the_first_run_makes_a_pair_that_a_server_can_use(run, options):
    reasons, certificate, copies = run()
    assert len(reasons) == 2 and all("There is no" in reason for reason in reasons)
    assert certificate.sans == ("DNS:plugins.example.com", "IP:192.0.2.10")
    assert (certificate.common_name, copies) == ("plugins.example.com", [])
    ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(options["certificate_path"], options["private_key_path"])
    modes = [stat.S_IMODE(Path(options[name]).stat().st_mode) for name in ("private_key_path", "certificate_path")]
    assert modes == [0o600, 0o644]


@pytest.mark.parametrize(
    "changed",
    [
        {},
        {"subject_alternative_names": ["IP:192.0.2.10", "dns:PLUGINS.example.com.", "plugins.example.com"]},
        {"valid_days": 100},
        {"backup": True},
        {"common_name": "plugins.example.com"},
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
            {"subject_alternative_names": ["other.example.com"]},
            "is made for DNS:plugins.example.com, IP:192.0.2.10, not",
        ),
        ({"subject_alternative_names": ["plugins.example.com"], "common_name": "plugins.example.com"}, "is made for"),
        ({"common_name": "Plugins"}, "The common name is 'plugins.example.com', not 'Plugins'."),
        ({"key_type": "RSA", "key_size": 2048}, "The private key is ECC 256, not RSA 2048."),
        ({"key_size": 384}, "The private key is ECC 256, not ECC 384."),
        ({"renew_before_days": 396, "days_later": 1}, "within 396 days"),
        ({"days_later": 367}, "within 30 days"),
        ({"days_later": 500}, "which is past or within 30 days"),
        ({"force": True}, "force is set"),
    ],
)
def test_what_makes_a_new_pair(run, files, now, changed, says):
    run()
    before = files()
    at = now + datetime.timedelta(days=changed.pop("days_later", 0))
    reasons, _certificate, copies = run(at=at, **changed)
    assert says in " ".join(reasons)
    assert copies == []
    assert all(old != new for old, new in zip(before, files(), strict=True)), "both are new"
    changed.pop("force", None)
    assert run(at=at, **changed)[0] == (), "and then it is right"


def test_a_day_too_early_it_is_not_renewed(run, now):
    run()
    assert run(at=now + datetime.timedelta(days=366))[0] == ()


@pytest.mark.parametrize(
    ("certificate", "says"),
    [
        (None, "There is no certificate"),
        (b"", "There is no certificate"),
        (b"damaged", "holds no certificate that can be read"),
        ("other", "do not belong together"),
    ],
)
def test_a_usable_key_is_kept_and_gets_a_certificate(run, files, put, make, *, certificate, says):
    """Also what mends a run that was cut off after the first of the two files."""
    key = make().key_pem()
    sans = ("DNS:plugins.example.com", "IP:192.0.2.10")
    put(key, make("plugins.example.com", sans).pem.encode() if certificate == "other" else certificate)
    reasons, _certificate, _copies = run()
    assert says in " ".join(reasons)
    assert files()[0] == key
    assert run()[0] == ()


def test_a_missing_key_means_a_new_pair(run, files, options):
    run()
    before = files()
    Path(options["private_key_path"]).unlink()
    assert run()[0] == (f"There is no private key at {options['private_key_path']}.",)
    assert files()[1] != before[1]


def refused(run, files, **changed):
    before = files()
    with pytest.raises(OptionError) as caught:
        run(**changed)
    assert files() == before
    return str(caught.value)


def test_a_certificate_from_a_ca_is_left_to_it(run, files, put, make, authority):
    made = make("plugins.example.com", ("DNS:plugins.example.com", "IP:192.0.2.10"), issuer=authority, days=(-1, 5))
    put(made.key_pem(), made.pem.encode())
    message = refused(run, files)
    assert "was issued by CN=Example Root" in message and "within 30 days" in message
    assert run(renew_before_days=1)[0] == (), "as long as it is right, it is used"
    assert run(force=True)[1].self_signed


@pytest.mark.parametrize(
    ("key", "says"),
    [
        (lambda make: make().key_pem(b"passphrase"), "is encrypted"),
        (lambda _make: b"something else", "is no private key"),
        (lambda make: make().key_der(), "is no private key"),
        (
            lambda make: make(key=rsa.generate_private_key(65537, 2048)).key_pem(),
            "holds RSA 2048 without its certificate",
        ),
    ],
    ids=["encrypted", "no key", "DER", "another kind"],
)
def test_a_foreign_key_is_left_alone(run, files, put, make, *, key, says):
    put(key(make))
    message = refused(run, files)
    assert says in message and "backup or force" in message
    old = files()[0]
    _reasons, _certificate, copies = run(backup=True)
    assert [Path(copy).read_bytes() for copy in copies] == [old]
    assert [stat.S_IMODE(Path(copy).stat().st_mode) for copy in copies] == [0o600]
    assert files()[0] != old


def test_a_key_in_the_place_of_the_certificate_is_never_replaced(run, files, put, make):
    put(make().key_pem(), make().key_pem())
    assert "certificate_path: " in refused(run, files, force=True, backup=True)


def test_a_copy_of_both_is_kept(run, files):
    run()
    before = files()
    _reasons, _certificate, copies = run(force=True, backup=True)
    assert tuple(Path(copy).read_bytes() for copy in copies) == before
    assert [stat.S_IMODE(Path(copy).stat().st_mode) for copy in copies] == [0o600, 0o644]


def test_symbolic_links_stay_links(run, options, tmp_path):
    (tmp_path / "real").mkdir()
    link = Path(options["certificate_path"])
    link.symlink_to(tmp_path / "real" / "server.pem")
    run()
    assert link.is_symlink() and b"BEGIN CERTIFICATE" in link.read_bytes()


def test_files_that_cannot_be_written(run, files):
    """/proc takes no files, not even from root."""
    with pytest.raises(OptionError, match="cannot be written"):
        run(certificate_path="/proc/server.pem")
    assert files() == (None, None)


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"key_size": 1024}, "key_size: 1024 is no size for ECC; give one of 256, 384"),
        ({"key_size": 0}, "key_size: 0 is no size"),
        ({"key_type": "RSA", "key_size": 1024}, "key_size: 1024 is no size for RSA"),
        ({"valid_days": 0}, "valid_days: 0 is out of range"),
        ({"valid_days": 40000}, "valid_days: 40000 is out of range"),
        ({"valid_days": 30}, "renew_before_days: 30 must be"),
        ({"renew_before_days": -1}, "renew_before_days: -1 must be"),
        ({"subject_alternative_names": []}, "subject_alternative_names: is empty"),
        ({"common_name": ""}, "common_name: "),
        ({"common_name": "x" * 65}, "common_name: "),
        ({"owner": "no such user"}, "owner: there is no 'no such user'"),
        ({"group": "no such group"}, "group: there is no 'no such group'"),
        ({"mode": "rw-r--r--"}, "mode: 'rw-r--r--' is no file mode"),
        ({"private_key_mode": "0888"}, "private_key_mode: '0888' is no file mode"),
        ({"certificate_path": "/no/such/folder/x.pem"}, "certificate_path: there is no folder /no/such/folder"),
        ({"private_key_path": "/proc"}, "private_key_path: /proc cannot be read"),
    ],
)
def test_options_that_cannot_be_used(run, files, changed, says):
    assert refused(run, files, **changed).startswith(says)


def test_one_file_for_both_is_refused(run, files, options):
    assert "is the same file" in refused(run, files, certificate_path=options["private_key_path"])


@pytest.mark.parametrize(
    ("name", "san"),
    [
        ("plugins.example.com", "DNS:plugins.example.com"),
        ("DNS:Plugins.Example.com.", "DNS:plugins.example.com"),
        (" dns: plugins ", "DNS:plugins"),
        ("*.example.com", "DNS:*.example.com"),
        ("my_host.example.com", "DNS:my_host.example.com"),
        ("b\u00fccher.example", "DNS:xn--bcher-kva.example"),
        ("192.0.2.10", "IP:192.0.2.10"),
        ("IP:192.0.2.10", "IP:192.0.2.10"),
        ("2001:DB8:0::1", "IP:2001:db8::1"),
        ("[2001:db8::1]", "IP:2001:db8::1"),
        ("ip:2001:db8::1", "IP:2001:db8::1"),
    ],
)
def test_how_names_may_be_written(options, name, san):
    assert self_signed.wanted({**options, "subject_alternative_names": [name]}).sans == (san,)


@pytest.mark.parametrize(
    "name",
    [
        "",
        " ",
        "https://a.example.com",
        "a.example.com:443",
        "a b",
        "192.0.2.300",
        "IP:a.example.com",
        "IP:",
        "DNS:",
        "a..b",
        "-a.example.com",
        "a.*.example.com",
        "*",
        "a" * 64 + ".example.com",
        "a." * 130 + "com",
        "URI:https://a",
    ],
)
def test_names_that_are_none(options, name):
    with pytest.raises(OptionError, match="is neither a host name nor an IP address") as caught:
        self_signed.wanted({**options, "subject_alternative_names": ["a.example.com", name]})
    assert repr(name) in str(caught.value)


@pytest.mark.parametrize(
    ("names", "common_name"),
    [
        (["192.0.2.10", "a.example.com", "b.example.com"], "a.example.com"),
        (["192.0.2.10"], "192.0.2.10"),
        (["a" * 60 + ".example.com", "b.example.com"], "b.example.com"),
    ],
)
def test_the_common_name_when_none_is_given(options, names, common_name):
    assert self_signed.wanted({**options, "subject_alternative_names": names}).common_name == common_name


def test_rsa_3072_when_nothing_is_said(options):
    want = self_signed.wanted({**options, "key_type": "RSA"})
    assert (want.key_type, want.key_size) == ("RSA", 3072)


def test_the_result_holds_no_key(run, options, now, files):
    run()
    want = self_signed.wanted(options)
    found = self_signed.find(want)
    result = self_signed.result(want, self_signed.plan(want, found, now), run()[1], now)
    assert (result["changed"], result["reasons"]) == (False, [])
    assert result["thumbprint"] == result["certificate"]["thumbprint_sha256"]
    assert result["diff"][0]["before"] == result["diff"][0]["after"]
    # The second line of the PEM holds the private number, later ones the public key, which the certificate has too.
    private = files()[0].decode().splitlines()[1]
    assert private not in repr(result) and "PRIVATE" not in repr(result)


def test_check_mode_knows_all_but_the_thumbprint(options, now):
    want = self_signed.wanted(options)
    result = self_signed.result(want, self_signed.plan(want, self_signed.find(want), now), None, now)
    assert result["changed"]
    assert (result["certificate"], result["thumbprint"]) == (None, None)
    assert "its thumbprint is not known" in result["msg"]
    after = result["diff"][0]["after"]
    assert (result["diff"][0]["before"], after["thumbprint"]) == ({}, "known when it is made")
    assert after["subject_alternative_names"] == ["DNS:plugins.example.com", "IP:192.0.2.10"]


def test_a_key_on_another_curve_of_the_same_size_is_another_kind(run, put, make):
    put(make(key=ec.generate_private_key(ec.SECP256K1())).key_pem())
    with pytest.raises(OptionError, match="holds secp256k1 256 without its certificate"):
        run()
