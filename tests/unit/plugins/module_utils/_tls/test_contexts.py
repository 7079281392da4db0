# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Which certificates each TLS context accepts, against real servers on loopback."""

from __future__ import annotations

import os
import socket
import ssl
from pathlib import Path

import pytest
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._certificate.thumbprint import (
    compute_thumbprint,
)
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._errors import TlsError
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._tls import contexts

PLUGINS = Path(contexts.__file__).parents[2]
VCENTER = {"validate_certs": True, "ca_path": None, "pin": None, "subject": "vc.example.com"}


def shake_hands(context, port, **options):
    with socket.create_connection(("localhost", port), 5) as plain, context.wrap_socket(plain, **options) as connection:
        return connection.getpeercert(binary_form=True)


@pytest.fixture
def trusted(authority, tmp_path):
    path = tmp_path / "authority.pem"
    path.write_text(authority.pem)
    return str(path)


def test_one_file_turns_the_verification_off():
    """Rule 3 of the design: TLS is opened in one place."""
    found = {path.name for path in PLUGINS.rglob("*.py") if "CERT_NONE" in path.read_text(encoding="utf-8")}
    assert found == {"contexts.py"}


@pytest.mark.parametrize("algorithm", ["sha256", "sha1"])
def test_a_pin_replaces_ca_and_name(serve, make, algorithm):
    made = make("elsewhere", ("DNS:elsewhere.example.com",), days=(-9, -1))
    pin = compute_thumbprint(made.der, algorithm)
    for context in (contexts.pinned_context(pin, "it"), contexts.vcenter_context(**{**VCENTER, "pin": pin})):
        assert shake_hands(context, serve(made), server_hostname="localhost") == made.der


def test_another_certificate_than_the_pinned_one(serve, local, make):
    pin = compute_thumbprint(make().der)
    for context in (
        contexts.pinned_context(pin, "vc.example.com"),
        contexts.vcenter_context(**{**VCENTER, "pin": pin}),
    ):
        with pytest.raises(TlsError) as caught:
            shake_hands(context, serve(local), server_hostname="localhost")
        assert caught.value.kind == "pin"
        assert caught.value.presented == compute_thumbprint(local.der)
        assert str(caught.value).startswith(
            f"vc.example.com presents the certificate {caught.value.presented}, not {pin}"
        )


def test_the_name_of_the_context_counts_where_the_caller_gives_none(serve, local, trusted):
    context = contexts.verifying_context(trusted)
    with pytest.raises(ValueError, match="server_hostname"):
        shake_hands(context, serve(local))
    context.server_name = "127.0.0.1"
    assert shake_hands(context, serve(local)) == local.der
    context.server_name = "elsewhere.example.com"
    with pytest.raises(ssl.SSLCertVerificationError):
        shake_hands(context, serve(local))


def test_flags_are_the_same_on_every_python():
    context = contexts.verifying_context(None)
    assert context.verify_flags & ssl.VERIFY_X509_PARTIAL_CHAIN
    assert not context.verify_flags & ssl.VERIFY_X509_STRICT
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)
    assert context.minimum_version == ssl.TLSVersion.TLSv1_2


def test_a_vcenter_is_verified_as_python_does(trusted):
    default = ssl.create_default_context()
    for ca_path in (None, trusted):
        context = contexts.vcenter_context(**{**VCENTER, "ca_path": ca_path})
        assert context.verify_flags == default.verify_flags
        assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)


@pytest.mark.parametrize("options", [{"validate_certs": False}, {"pin": "AB:CD"}])
@pytest.mark.parametrize("ca_path", [None, "trusted", "/nonexistent/ca.pem"])
def test_a_vcenter_that_no_ca_is_asked_about(serve, make, trusted, monkeypatch, options, ca_path):
    def load(*_args, **_options):
        raise AssertionError("a CA was loaded")

    for name in ("load_default_certs", "load_verify_locations", "set_default_verify_paths"):
        monkeypatch.setattr(ssl.SSLContext, name, load)
    made = make("elsewhere", ("DNS:elsewhere.example.com",), days=(-9, -1))
    if "pin" in options:
        options = {"pin": compute_thumbprint(made.der)}
    context = contexts.vcenter_context(
        **{**VCENTER, **options, "ca_path": trusted if ca_path == "trusted" else ca_path}
    )
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_NONE, False)
    assert shake_hands(context, serve(made), server_hostname="localhost") == made.der


@pytest.fixture
def unusable(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "text.pem").write_text("no certificates here\n")
    return tmp_path


@pytest.mark.parametrize("name", ["pipe", "text.pem", "missing.pem", "/dev/zero"])
@pytest.mark.parametrize(
    "make_context",
    [contexts.verifying_context, lambda path: contexts.vcenter_context(**{**VCENTER, "ca_path": path})],
    ids=["web server", "vCenter"],
)
def test_a_ca_file_that_cannot_be_used(unusable, name, make_context):
    path = str(unusable / name)
    with pytest.raises(TlsError) as caught:
        make_context(path)
    assert (caught.value.kind, caught.value.subject) == ("ca_path", path)
    assert "PEM" in caught.value.remedy
