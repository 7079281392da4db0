# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""When a key and certificate are replaced, and when a file is kept."""

from __future__ import annotations

import datetime
import ssl
import stat
from pathlib import Path

import pytest
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._errors import OptionError
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._server_certificate import self_signed
from cryptography.hazmat.primitives.asymmetric import ec, rsa


@pytest.fixture
def options(tmp_path):
    """The options of a task; ECC because such keys are generated fast."""
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
    """``run(option=value, ...)`` does what the module does, in its order."""

    def step(at=now, **changed):
        parsed = self_signed.parse_self_signed_options({**options, **changed})
        current = self_signed.read_self_signed_files(parsed)
        plan = self_signed.plan_self_signed(parsed, current, at)
        certificate, copies = plan.current, []
        if plan.reasons:
            certificate, copies = self_signed.apply_self_signed(parsed, current, plan, at)
        return plan.reasons, certificate, copies

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
    """``put(key, certificate)`` writes files that the module did not create."""

    def write(key=None, certificate=None):
        for name, content in (("private_key_path", key), ("certificate_path", certificate)):
            if content is not None:
                Path(options[name]).write_bytes(content)

    return write


def test_the_first_run_makes_a_pair_that_a_server_can_use(run, options):
    reasons, certificate, copies = run()
    assert len(reasons) == 2 and all("is missing" in reason for reason in reasons)
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
            "is valid for DNS:plugins.example.com, IP:192.0.2.10, not",
        ),
        ({"subject_alternative_names": ["plugins.example.com"], "common_name": "plugins.example.com"}, "is valid for"),
        ({"common_name": "Plugins"}, "The common name is 'plugins.example.com', not 'Plugins'."),
        ({"key_type": "RSA", "key_size": 2048}, "The private key is ECC 256, not RSA 2048."),
        ({"key_size": 384}, "The private key is ECC 256, not ECC 384."),
        ({"renew_before_days": 396, "days_later": 1}, "within 396 days"),
        ({"days_later": 367}, "within 30 days"),
        ({"days_later": 500}, "The certificate expired on"),
        ({"force": True}, "force is set"),
    ],
)
def test_differences_that_require_a_new_pair(run, files, now, changed, says):
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
        (None, "The certificate at"),
        (b"", "is missing"),
        (b"damaged", "cannot be read"),
        ("other", "do not belong together"),
    ],
)
def test_a_usable_key_is_kept_and_gets_a_certificate(run, files, put, make, *, certificate, says):
    """This also repairs a run that was interrupted after the first of the two files."""
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
    assert run()[0] == (f"The private key at {options['private_key_path']} is missing.",)
    assert files()[1] != before[1]


def refused(run, files, **changed):
    before = files()
    with pytest.raises(OptionError) as caught:
        run(**changed)
    assert files() == before
    return caught.value


def test_a_certificate_from_a_ca_is_kept(run, files, put, make, authority):
    made = make("plugins.example.com", ("DNS:plugins.example.com", "IP:192.0.2.10"), issuer=authority, days=(-1, 5))
    put(made.key_pem(), made.pem.encode())
    error = refused(run, files)
    assert error.option == "certificate_path"
    assert "was issued by CN=Example Root" in error.reason and "within 30 days" in error.reason
    assert run(renew_before_days=1)[0] == (), "as long as it is right, it is used"
    assert run(force=True)[1].self_signed


@pytest.mark.parametrize(
    ("key", "says"),
    [
        (lambda make: make().key_pem(b"passphrase"), "is encrypted"),
        (lambda _make: b"something else", "private key in PEM"),
        (lambda make: make().key_der(), "private key in PEM"),
        (
            lambda make: make(key=rsa.generate_private_key(65537, 2048)).key_pem(),
            "holds RSA 2048 without its certificate",
        ),
    ],
    ids=["encrypted", "no key", "DER", "another kind"],
)
def test_a_key_from_somewhere_else_is_kept(run, files, put, make, *, key, says):
    put(key(make))
    error = refused(run, files)
    assert error.option == "private_key_path"
    assert says in error.reason and "set O(force)" in error.remedies
    old = files()[0]
    _reasons, _certificate, copies = run(backup=True)
    assert [Path(copy).read_bytes() for copy in copies] == [old]
    assert [stat.S_IMODE(Path(copy).stat().st_mode) for copy in copies] == [0o600]
    assert files()[0] != old


def test_a_key_in_the_place_of_the_certificate_is_never_replaced(run, files, put, make):
    put(make().key_pem(), make().key_pem())
    assert refused(run, files, force=True, backup=True).option == "certificate_path"


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
        ({"key_size": 1024}, ("key_size", "must be one of 256, 384 for ECC, got 1024")),
        ({"key_size": 0}, ("key_size", "got 0")),
        ({"key_type": "RSA", "key_size": 1024}, ("key_size", "for RSA, got 1024")),
        ({"valid_days": 0}, ("valid_days", "must be 1 to 36500 days, got 0")),
        ({"valid_days": 40000}, ("valid_days", "got 40000")),
        ({"valid_days": 30}, ("renew_before_days", "less than `valid_days` (30), got 30")),
        ({"renew_before_days": -1}, ("renew_before_days", "got -1")),
        ({"subject_alternative_names": []}, ("subject_alternative_names", "")),
        ({"common_name": ""}, ("common_name", "")),
        ({"common_name": "x" * 65}, ("common_name", "")),
        ({"owner": "no such user"}, ("owner", "no such user")),
        ({"group": "no such group"}, ("group", "no such group")),
        ({"mode": "rw-r--r--"}, ("mode", "rw-r--r--")),
        ({"private_key_mode": "0888"}, ("private_key_mode", "0888")),
        ({"certificate_path": "/no/such/folder/x.pem"}, ("certificate_path", "/no/such/folder/x.pem")),
        ({"private_key_path": "/proc"}, ("private_key_path", "/proc, which is not a regular file")),
    ],
)
def test_options_that_cannot_be_used(run, files, changed, says):
    error = refused(run, files, **changed)
    assert error.option == says[0] and says[1] in error.problem()


def test_one_file_for_both_is_refused(run, files, options):
    assert "is the same file" in refused(run, files, certificate_path=options["private_key_path"]).reason


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
def test_notations_of_names(options, name, san):
    parsed = self_signed.parse_self_signed_options({**options, "subject_alternative_names": [name]})
    assert parsed.sans == (san,)


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
def test_invalid_names(options, name):
    with pytest.raises(OptionError, match="host name") as caught:
        self_signed.parse_self_signed_options({**options, "subject_alternative_names": ["a.example.com", name]})
    assert caught.value.option == "subject_alternative_names"
    assert caught.value.value == name


@pytest.mark.parametrize(
    ("names", "common_name"),
    [
        (["192.0.2.10", "a.example.com", "b.example.com"], "a.example.com"),
        (["192.0.2.10"], "192.0.2.10"),
        (["a" * 60 + ".example.com", "b.example.com"], "b.example.com"),
    ],
)
def test_the_common_name_when_none_is_given(options, names, common_name):
    parsed = self_signed.parse_self_signed_options({**options, "subject_alternative_names": names})
    assert parsed.common_name == common_name


def test_the_default_key_is_rsa_3072(options):
    parsed = self_signed.parse_self_signed_options({**options, "key_type": "RSA"})
    assert (parsed.key_type, parsed.key_size) == ("RSA", 3072)


def test_the_result_holds_no_key(run, options, now, files):
    run()
    parsed = self_signed.parse_self_signed_options(options)
    plan = self_signed.plan_self_signed(parsed, self_signed.read_self_signed_files(parsed), now)
    result = self_signed.describe_self_signed(parsed, plan, run()[1], now)
    assert (result["changed"], result["reasons"]) == (False, [])
    assert result["thumbprint"] == result["certificate"]["thumbprint_sha256"]
    assert result["diff"][0]["before"] == result["diff"][0]["after"]
    # The second line of the PEM holds the private number, later ones the public key, which the certificate has too.
    private = files()[0].decode().splitlines()[1]
    assert private not in repr(result) and "PRIVATE" not in repr(result)


def test_check_mode_predicts_all_but_the_thumbprint(options, now):
    parsed = self_signed.parse_self_signed_options(options)
    plan = self_signed.plan_self_signed(parsed, self_signed.read_self_signed_files(parsed), now)
    result = self_signed.describe_self_signed(parsed, plan, None, now)
    assert result["changed"]
    assert (result["certificate"], result["thumbprint"]) == (None, None)
    assert "thumbprint is not known" in result["msg"]
    after = result["diff"][0]["after"]
    assert (result["diff"][0]["before"], after["thumbprint"]) == ({}, "known after creation")
    assert after["subject_alternative_names"] == ["DNS:plugins.example.com", "IP:192.0.2.10"]


def test_a_key_on_another_curve_of_the_same_size_is_another_kind(run, put, make):
    put(make(key=ec.generate_private_key(ec.SECP256K1())).key_pem())
    with pytest.raises(OptionError, match="holds secp256k1 256 without its certificate"):
        run()
