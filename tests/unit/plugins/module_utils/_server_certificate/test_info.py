# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Certificates from files, text and servers, as the options of a task name them."""

from __future__ import annotations

import pytest
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._errors import OptionError
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._server_certificate import info


def options(**given):
    return {"path": None, "content": None, "url": None, "host": None, "ca_path": None, "timeout": 5, **given}


def test_a_file_with_a_chain(tmp_path, make, authority, now):
    made = make("x", ("DNS:x.example.com",), issuer=authority)
    path = tmp_path / "chain.pem"
    path.write_text(made.pem + authority.pem)
    result = info.inspect_certificate(options(path=str(path), host="x.example.com")).to_result(now)
    assert result["chain"] == [made.pem, authority.pem]
    assert (result["verified"], result["verify_error"]) == (None, None)
    assert result["thumbprint"] == result["certificate"]["thumbprint_sha256"]
    assert (result["certificate"]["pem"], result["certificate"]["matches_host"]) == (made.pem, True)


def test_text_without_a_host_matches_none(make, now):
    made = make()
    certificate = info.inspect_certificate(options(content=made.pem)).to_result(now)["certificate"]
    assert (certificate["pem"], certificate["host"], certificate["matches_host"]) == (made.pem, None, None)


@pytest.mark.parametrize("path", ["", "/", "/a/b/plugin.json?x=https://other#y"])
def test_a_server_and_the_host_of_its_url(serve, local, authority, tmp_path, *, now, path):
    authority_path = tmp_path / "authority.pem"
    authority_path.write_text(authority.pem)
    url = f"https://localhost:{serve(local)}{path}"
    result = info.inspect_certificate(options(url=url, ca_path=str(authority_path))).to_result(now)
    assert (result["certificate"]["pem"], result["verified"], result["verify_error"]) == (local.pem, True, None)
    assert (result["certificate"]["host"], result["certificate"]["matches_host"]) == ("localhost", True)
    assert result["chain"][0] == local.pem


def test_a_server_compared_with_another_host(serve, local, now):
    result = info.inspect_certificate(options(url=f"HTTPS://127.0.0.1:{serve(local)}", host="x.example.com")).to_result(
        now
    )
    assert (result["certificate"]["host"], result["certificate"]["matches_host"]) == ("x.example.com", False)
    assert not result["verified"] and result["verify_error"]


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"url": "http://plugins.example.com"}, ("url", "'http://plugins.example.com'")),
        ({"url": "plugins.example.com"}, ("url", "'plugins.example.com'")),
        ({"url": ""}, ("url", "got ''")),
        ({"url": "https:///plugin.json"}, ("url", "must be an https URL")),
        ({"url": "https://a:0/"}, ("url", "must be an https URL")),
        ({"url": "https://a:65536/"}, ("url", "must be an https URL")),
        ({"url": "https://a:b/"}, ("url", "must be an https URL")),
        ({"url": "https://[::1/"}, ("url", "must be an https URL")),
        (
            {"url": "https://127.0.0.1:1/", "timeout": 0},
            ("timeout", "must be above 0 and at most 86400 seconds, got 0"),
        ),
        ({"url": "https://127.0.0.1:1/", "ca_path": "/no/such/file"}, ("ca_path", "/no/such/file")),
        ({"url": "https://no-such-host.invalid/"}, ("url", "no-such-host.invalid")),
        ({"url": "https://127.0.0.1:1/", "timeout": float("inf")}, ("timeout", "got inf")),
        ({"path": ""}, ("path", "must be the path of a file, got ''")),
        ({"path": "/no/such/file"}, ("path", "/no/such/file, which does not exist")),
        ({"path": "/"}, ("path", "/, which is not a regular file")),
        ({"path": "/dev/zero"}, ("path", "/dev/zero, which is not a regular file")),
        ({"content": ""}, ("content", "is empty")),
    ],
)
def test_certificates_that_cannot_be_read(given, says):
    with pytest.raises(OptionError) as caught:
        info.inspect_certificate(options(**given))
    assert caught.value.option == says[0] and says[1] in caught.value.problem()
    assert "; " in str(caught.value), "what to do"


def test_a_password_in_the_url_is_not_repeated():
    with pytest.raises(OptionError, match="a user name or a password") as caught:
        info.inspect_certificate(options(url="https://admin:s3cret@plugins.example.com/"))
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize("option", ["path", "content"])
def test_a_private_key_is_named_and_not_shown(tmp_path, make, option):
    key = make().key_pem().decode()
    path = tmp_path / "server.key"
    path.write_text(key)
    with pytest.raises(OptionError, match="holds a private key") as caught:
        info.inspect_certificate(options(**{option: str(path) if option == "path" else key}))
    assert caught.value.option == option
    assert not any(line in str(caught.value) for line in key.splitlines())


def test_all_sources_are_null():
    with pytest.raises(OptionError, match="`path` or `content` or `url` must be given"):
        info.inspect_certificate(options())
