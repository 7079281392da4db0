# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""The sentence for each thing that can go wrong with a vCenter."""

from __future__ import annotations

import http.client
import socket
import ssl
from xml.parsers.expat import ExpatError

import pytest
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._vcenter.connection import (
    Target,
    WrongPin,
)
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._vcenter.errors import (
    connection,
    told,
)

pyvmomi = pytest.importorskip("pyVmomi", reason="NOT RUN: pyVmomi is not installed")
vim, vmodl = pyvmomi.vim, pyvmomi.vmodl

TARGET = Target("vc.example.com", "me", "secret", timeout=5, thumbprint="AB:CD")


def untrusted() -> ssl.SSLCertVerificationError:
    error = ssl.SSLCertVerificationError(1, "certificate verify failed")
    error.verify_message = "self-signed certificate"
    return error


def not_tls() -> ssl.SSLError:
    error = ssl.SSLError(1, "wrong version number")
    error.reason = "WRONG_VERSION_NUMBER"
    return error


@pytest.mark.parametrize(
    ("fault", "kind", "sentence"),
    [
        (
            vim.fault.InvalidLogin(),
            "login",
            "vc.example.com does not accept username 'me' with this password; check both.",
        ),
        (
            vim.fault.NoPermission(privilegeId="Extension.Update"),
            "permission",
            (
                "'me' lacks the privilege Extension.Update on the root folder of vc.example.com; "
                "grant it there or use another account."
            ),
        ),
        (
            vim.fault.NotAuthenticated(),
            "session",
            "vc.example.com ended the session before the work was done; run the task again.",
        ),
        (
            vim.fault.NotFound(),
            "conflict",
            "vc.example.com no longer holds 'k': somebody else removed it meanwhile; run the task again.",
        ),
        (
            vmodl.fault.InvalidArgument(invalidProperty="extension.key"),
            "conflict",
            (
                "vc.example.com does not take key 'k': somebody else registered it meanwhile, or vCenter finds it "
                "malformed; run the task again, and choose another key if that does not help."
            ),
        ),
        (
            vmodl.fault.InvalidArgument(invalidProperty="extension.server"),
            "refused",
            "vc.example.com refuses the record of 'k' because of extension.server; check that option of the task.",
        ),
        (
            vmodl.fault.SystemError(msg="broken"),
            "refused",
            "vc.example.com answered with the fault SystemError (broken); see the log of its vpxd.",
        ),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
def test_faults(fault: Exception, kind: str, sentence: str) -> None:
    error = told(TARGET, fault, "k")
    assert (error.kind, str(error)) == (kind, sentence)


@pytest.mark.parametrize(
    ("error", "kind", "sentence"),
    [
        (
            WrongPin("12:34"),
            "tls",
            "vc.example.com shows a certificate with thumbprint 12:34, not the AB:CD of vcenter_thumbprint; find",
        ),
        (
            untrusted(),
            "tls",
            "The certificate of vc.example.com is not trusted (self-signed certificate); set ca_path to",
        ),
        (TimeoutError(), "timeout", "vc.example.com did not answer within 5 s; check that it is up, or raise timeout."),
        (
            socket.gaierror(-2, "Name or service not known"),
            "unreachable",
            "The name vc.example.com cannot be resolved; check hostname",
        ),
        (not_tls(), "tls", "vc.example.com does not speak TLS as it should (WRONG_VERSION_NUMBER); check"),
        (
            ConnectionRefusedError(111, "Connection refused"),
            "unreachable",
            "vc.example.com cannot be reached (Connection refused); check",
        ),
        (
            http.client.RemoteDisconnected("closed"),
            "unreachable",
            "vc.example.com cannot be reached (closed); check hostname",
        ),
        (
            http.client.HTTPException("503 Service Unavailable"),
            "unavailable",
            "vc.example.com answers 503 Service Unavailable: its services",
        ),
        (
            http.client.HTTPException("404 Not Found"),
            "not_vcenter",
            "vc.example.com does not answer like a vCenter (404 Not Found); check",
        ),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
def test_connections(error: Exception, kind: str, sentence: str) -> None:
    reading = connection(TARGET, error, "", known=False)
    assert reading.kind == kind
    assert str(reading).startswith(sentence)
    assert "may have arrived" not in str(reading)
    in_doubt = kind in ("timeout", "unreachable", "unavailable")
    assert ("may have arrived" in str(connection(TARGET, error, "k", known=False))) is in_doubt


@pytest.mark.parametrize("error", [ExpatError("unclosed token: line 2, column 0"), http.client.IncompleteRead(b"")])
def test_an_answer_that_breaks_off(error: Exception) -> None:
    assert connection(TARGET, error, "", known=False).kind == "not_vcenter"
    later = connection(TARGET, error, "", known=True)
    assert later.kind == "unreachable"
    assert str(later).startswith("vc.example.com broke off in the middle of an answer (")


def test_the_password_is_in_no_text() -> None:
    assert "secret" not in repr(TARGET)
    assert TARGET.address == "vc.example.com"
    assert Target("vc.example.com", "me", "secret", port=8443).address == "vc.example.com:8443"
