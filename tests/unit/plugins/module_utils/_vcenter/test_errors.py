# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""The sentence for each thing that can go wrong with a vCenter."""

from __future__ import annotations

import http.client
import socket
import ssl
import zlib
from xml.parsers.expat import ExpatError

import pytest
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._errors import (
    OptionNames,
    TlsError,
    VCenterError,
)
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._vcenter.client import translate_errors
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._vcenter.connection import ConnectionOptions
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._vcenter.errors import translate_fault

pyvmomi = pytest.importorskip("pyVmomi", reason="NOT RUN: pyVmomi is not installed")
vim, vmodl = pyvmomi.vim, pyvmomi.vmodl

OPTIONS = ConnectionOptions("vc.example.com", "me", "secret", timeout=5, thumbprint="AB:CD")


def untrusted() -> ssl.SSLCertVerificationError:
    error = ssl.SSLCertVerificationError(1, "certificate verify failed")
    error.verify_message = "self-signed certificate"
    return error


def not_tls() -> ssl.SSLError:
    error = ssl.SSLError(1, "wrong version number")
    error.reason = "WRONG_VERSION_NUMBER"
    return error


def translated(error: Exception, key: str = "", *, is_vcenter: bool = False) -> VCenterError:
    with pytest.raises(VCenterError) as caught, translate_errors(OPTIONS, key, is_vcenter=is_vcenter):
        raise error
    assert caught.value.__cause__ is error
    return caught.value


@pytest.mark.parametrize(
    ("fault", "kind", "words"),
    [
        (vim.fault.InvalidLogin(), "login", ("did not accept user 'me'", "`username` and `password`")),
        (
            vim.fault.NoPermission(privilegeId="Extension.Update"),
            "permission",
            ("denied 'me' the privilege Extension.Update on its root folder", "grant it there"),
        ),
        (vim.fault.NotAuthenticated(), "session", ("ended the session", "run the task again")),
        (vim.fault.NotFound(), "conflict", ("no longer holds 'k'", "run the task again")),
        (
            vmodl.fault.InvalidArgument(invalidProperty="extension.key"),
            "conflict",
            ("did not accept key 'k'", "choose another `key`"),
        ),
        (
            vmodl.fault.InvalidArgument(invalidProperty="extension.server"),
            "refused",
            ("refused the record of 'k' because of extension.server",),
        ),
        (vmodl.fault.SystemError(msg="broken"), "refused", ("the fault SystemError (broken)", "log of its vpxd")),
        (vmodl.fault.SystemError(msg="\x1b[31m\nred"), "refused", ("(\\x1b[31m red)",)),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
def test_faults(fault: Exception, kind: str, words: tuple[str, ...]) -> None:
    error = translate_fault(OPTIONS, fault, "k")
    assert (error.kind, error.subject) == (kind, "vc.example.com")
    for part in words:
        assert part in error.message()


@pytest.mark.parametrize(
    ("error", "kind", "words"),
    [
        (
            TlsError("pin", "presents another certificate", presented="12:34"),
            "tls",
            "the thumbprint 12:34, not the AB:CD of `vcenter_thumbprint`",
        ),
        (untrusted(), "tls", "not trusted (self-signed certificate); set `ca_path`"),
        (TimeoutError(), "timeout", "did not answer within 5 s; check that it is running, or raise `timeout`"),
        (socket.gaierror(-2, "Name or service not known"), "unreachable", "cannot be resolved (Name or service"),
        (not_tls(), "tls", "failed the TLS handshake (WRONG_VERSION_NUMBER); check `hostname` and `port`"),
        (ConnectionRefusedError(111, "Connection refused"), "unreachable", "cannot be reached (Connection refused)"),
        (http.client.RemoteDisconnected("closed"), "unreachable", "cannot be reached (closed)"),
        (http.client.HTTPException("503 Service Unavailable"), "unavailable", "answered 503 Service Unavailable"),
        (http.client.HTTPException("503"), "unavailable", "answered 503: its services"),
        (http.client.HTTPException("404 Not Found"), "not_vcenter", "did not answer as a vCenter does (404 Not Found)"),
        # The text of a library must not be taken for a status.
        (http.client.BadStatusLine("500 times nothing"), "not_vcenter", "did not answer as a vCenter does"),
        (ExpatError("503 is not XML"), "not_vcenter", "did not answer as a vCenter does"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
def test_connections(error: Exception, kind: str, words: str) -> None:
    first = translated(error)
    assert (first.kind, first.subject, first.note) == (kind, "vc.example.com", "")
    assert words in first.message()
    uncertain = kind in ("timeout", "unreachable", "unavailable")
    assert ("may have been applied" in translated(error, "k").note) is uncertain


@pytest.mark.parametrize("error", [ExpatError("unclosed token: line 2, column 0"), http.client.IncompleteRead(b"")])
def test_an_answer_that_ends_too_early(error: Exception) -> None:
    assert translated(error).kind == "not_vcenter"
    later = translated(error, is_vcenter=True)
    assert later.kind == "unreachable"
    assert "in the middle of an answer (" in later.reason


def test_a_status_of_a_known_vcenter_keeps_its_kind() -> None:
    assert translated(http.client.HTTPException("404 Not Found"), is_vcenter=True).kind == "not_vcenter"


def test_messages_name_the_options_as_the_reader_knows_them() -> None:
    names = OptionNames(names={"ca_path": "extension_registration_vcenter_ca_path"})
    assert "set `extension_registration_vcenter_ca_path`" in translated(untrusted()).message(names)


def test_the_password_is_in_no_text() -> None:
    assert "secret" not in repr(OPTIONS)
    assert OPTIONS.address == "vc.example.com"
    assert ConnectionOptions("vc.example.com", "me", "secret", port=8443).address == "vc.example.com:8443"


def test_an_answer_that_cannot_be_decompressed():
    assert translated(zlib.error("incorrect header check")).kind == "not_vcenter"
    lost = translated(zlib.error("incorrect header check"), "k", is_vcenter=True)
    assert lost.kind == "unreachable" and "may have been applied" in lost.note
