# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

from __future__ import annotations

import pytest
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._errors import (
    CertificateError,
    ClientPluginError,
    FileError,
    ManifestError,
    OptionError,
    OptionNames,
    TlsError,
)

ROLE = OptionNames("role_", {"ca_path": "role_vcenter_ca_path", "plugin_servers": "role_servers"})


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (
            OptionError("must be above 0 seconds", option="timeout", value=0, remedy="give for example 30"),
            "`timeout` must be above 0 seconds, got 0; give for example 30",
        ),
        (OptionError("is missing", option="key"), "`key` is missing"),
        (OptionError("must not be empty", option="key", value=""), "`key` must not be empty, got ''"),
        (
            TlsError("refused", "refused the connection", subject="vc.example.com:443", remedy="correct O(port)"),
            "vc.example.com:443 refused the connection; correct `port`",
        ),
        (ClientPluginError("a", subject="b", remedy="c", note="Set O(d)"), "b a; c. Set `d`"),
        (ClientPluginError("says \x1b[2J\u202e", subject="vc"), "vc says \\x1b[2J\\u202e"),
    ],
)
def test_one_format(error, message):
    assert str(error) == message


@pytest.mark.parametrize(
    ("option", "name"),
    [
        ("timeout", "role_timeout"),
        ("ca_path", "role_vcenter_ca_path"),
        ("plugin_servers[0].url", "role_servers[0].url"),
        ("server.url", "role_server.url"),
    ],
)
def test_the_reader_sees_the_name_that_can_be_set(option, name):
    error = OptionError("is wrong", option=option, remedy=f"correct O({option})")
    assert error.message(ROLE) == f"`{name}` is wrong; correct `{name}`"


@pytest.mark.parametrize(
    ("option", "name"),
    [
        ("force", "`role_renew`"),
        ("state=previous", "`role_state=previous`"),
        ("reload", "the reload of the server"),
        ("confirm", "the check of the server"),
        ("confirm.port", "`role_port`"),
        ("confirm.timeout", "the check of the server"),
        ("other", "`other`"),
    ],
)
def test_the_variables_of_a_task_are_names_or_phrases(option, name):
    names = OptionNames.from_variables(
        {
            "force": "__role_renew",
            "state": "role_state",
            "reload": "the reload of the server",
            "confirm": "the check of the server",
            "confirm.port": "role_port",
        }
    )
    error = OptionError("is wrong", option=option, note=f"Another one than O({option})")
    assert error.message(names) == f"{name} is wrong. Another one than {name}"


@pytest.mark.parametrize(
    ("phrases", "message"),
    [
        ([], "`a` is wrong; correct `a`, set `b`, or set `c`"),
        (["b"], "`a` is wrong; correct `a`, or set `c`"),
        (["b", "c"], "`a` is wrong; correct `a`"),
        (["a", "b", "c"], "the value of a is wrong"),
    ],
)
def test_a_remedy_names_only_what_the_reader_can_set(phrases, message):
    error = OptionError("is wrong", option="a", remedy=("correct O(a)", "set O(b)", "set O(c)"))
    names = OptionNames(names={option: f"the value of {option}" for option in phrases})
    assert error.message(names) == message
    assert OptionError.wrap(error, "a").remedies == error.remedies
    assert error.remedy == "correct O(a), set O(b), or set O(c)"


def test_a_value_is_never_taken_for_a_reference():
    error = OptionError("is wrong", option="label", value="O(ca_path)")
    assert error.message(ROLE) == "`role_label` is wrong, got 'O(ca_path)'"


def test_a_private_key_is_never_repeated():
    error = OptionError("is wrong", option="label", value="-----BEGIN PRIVATE KEY-----\nMIIE")
    assert "MIIE" not in str(error)


def test_an_error_of_a_library_becomes_one_of_an_option():
    found = CertificateError("holds no certificate", remedy="give PEM")
    assert (
        str(OptionError.wrap(found, "path", file="/tmp/x"))
        == "`path` names /tmp/x, which holds no certificate; give PEM"
    )
    assert str(OptionError.wrap(found, "content")) == "`content` holds no certificate; give PEM"
    found = TlsError("refused", "refused the connection", subject="vc:443", remedy="start it")
    assert str(OptionError.wrap(found, "url")) == "`url` cannot be used: vc:443 refused the connection; start it"
    found = ManifestError("is nested too deep", subject="line 1, column 2")
    assert str(OptionError.wrap(found, "src", file="/tmp/x")) == (
        "`src` names /tmp/x, which cannot be used: line 1, column 2 is nested too deep"
    )
    found = FileError("missing", "does not exist", subject="/tmp/x")
    assert str(OptionError.wrap(found, "src", file="/tmp/x")) == "`src` names /tmp/x, which does not exist"
    found = OptionError("is wrong", option="a", remedy="b")
    assert str(OptionError.wrap(found, "c", remedy="d")) == "`c` cannot be used: `a` is wrong; d"


def test_a_clause_keeps_references_for_the_names_of_its_reader():
    found = OptionError("needs O(ca_path)", option="timeout", value=0)
    assert found.as_clause() == "O(timeout) needs O(ca_path), got 0"
    assert OptionError.wrap(found, "key").message(ROLE) == (
        "`role_key` cannot be used: `role_timeout` needs `role_vcenter_ca_path`, got 0"
    )
    assert CertificateError("is damaged").as_clause() == "it is damaged"
    assert CertificateError("is damaged").as_clause("the file") == "the file is damaged"
    assert TlsError("refused", "refused", subject="vc:443").as_clause("it") == "vc:443 refused"


def test_the_errors_of_a_block_are_those_of_an_option():
    with pytest.raises(OptionError) as caught, OptionError.wrapping("src", file="/a"):
        raise FileError("missing", "does not exist", subject="/a", remedy="correct the path")
    assert (caught.value.option, caught.value.remedy) == ("src", "correct the path")
    assert "/a" in caught.value.reason


def test_an_error_of_an_option_passes_a_block_unchanged():
    error = OptionError("must be set", option="key")
    with pytest.raises(OptionError) as caught, OptionError.wrapping("src"):
        raise error
    assert caught.value is error
