# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

from __future__ import annotations

import pytest
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._errors import UrlError
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._url import (
    Origin,
    find_host,
    find_origin,
    is_https,
    parse,
    shown,
)


def test_parts():
    url = parse("https://Plugins.Example.com.:8443/a/plugin.json?v=1#x")
    assert url.origin == Origin("https", "plugins.example.com", 8443)
    assert (url.authority, url.path, url.target) == (
        "Plugins.Example.com.:8443",
        "/a/plugin.json",
        "/a/plugin.json?v=1",
    )
    assert url.is_tls
    assert parse("http://[2001:db8::1]").origin == Origin("http", "2001:db8::1", 80)
    assert parse("http://h").target == "/"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "plugin.json",
        "ftp://h/x",
        "https://",
        "https://h:0/",
        "https://h:70000/",
        "https://h:x/",
        "https://[::1/",
        "https://h/a b",
        "https://h/\n",
        " https://h/",
        "https://h/\x00",
    ],
)
def test_what_a_client_cannot_open(text):
    with pytest.raises(UrlError):
        parse(text)


@pytest.mark.parametrize(
    "text", ["https://user:s3cret@h/", "https://user:s3cret@h:x/", "ftp://u:s3cret@", "https://u:s3cret@/"]
)
def test_a_password_is_not_repeated(text):
    with pytest.raises(UrlError) as caught:
        parse(text)
    assert "s3cret" not in str(caught.value)
    assert "s3cret" not in shown(text)


def test_schemes():
    with pytest.raises(UrlError, match="https URL"):
        parse("http://h/", schemes=("https",))


@pytest.mark.parametrize(
    ("text", "origin"),
    [
        (None, None),
        ("", None),
        ("nonsense", None),
        ("https://[", None),
        ("https://h:x", None),
        ("https://H./x y", Origin("https", "h", 443)),
        ("https://u:p@h:1/", Origin("https", "h", 1)),
    ],
)
def test_registered_values_need_not_be_urls(text, origin):
    assert find_origin(text) == origin
    assert find_host(text) == (origin.host if origin else "")


def test_is_https():
    assert is_https("HTTPS://x")
    assert not is_https("http://x")
    assert not is_https(None)
