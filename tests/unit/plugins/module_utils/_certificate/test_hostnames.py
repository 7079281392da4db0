# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Names in a certificate, compared with the host of a URL."""

from __future__ import annotations

import pytest
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._certificate import hostnames

SANS = (
    "DNS:plugins.example.com",
    "DNS:*.Apps.Example.com",
    "IP:192.0.2.1",
    "IP:2001:db8::1",
    "DNS:xn--bcher-kva.example",
)


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("plugins.example.com", True),
        ("PLUGINS.example.COM", True),
        ("plugins.example.com.", True),
        ("example.com", False),
        ("a.plugins.example.com", False),
        ("a.apps.example.com", True),
        ("a.b.apps.example.com", False),
        ("apps.example.com", False),
        (".apps.example.com", False),
        ("192.0.2.1", True),
        ("192.0.2.2", False),
        ("2001:db8::1", True),
        ("[2001:DB8:0:0::1]", True),
        ("2001:db8::2", False),
        ("b\u00fccher.example", True),
        ("xn--bcher-kva.example", True),
        ("", False),
    ],
)
def test_which_hosts_match(host, expected):
    assert hostnames.names_host(SANS, host) is expected


@pytest.mark.parametrize(
    ("san", "host"),
    [
        ("DNS:192.0.2.1", "192.0.2.1"),
        ("DNS:*", "localhost"),
        ("DNS:*.com", "example.com"),
        ("DNS:a*.example.com", "ab.example.com"),
        ("DNS:a*.example.com", "a*.example.com"),
        ("DNS:a.*.example.com", "a.b.example.com"),
        ("DNS:*.2.1", "192.0.2.1"),
        ("URI:plugins.example.com", "plugins.example.com"),
    ],
)
def test_names_that_match_no_host(san, host):
    assert not hostnames.names_host((san,), host)


def test_an_address_with_a_zone():
    assert hostnames.names_host(("IP:fe80::1",), "fe80::1%eth0")


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        (" A.Example.COM. ", "a.example.com"),
        ("b\u00fccher.example", "xn--bcher-kva.example"),
        ("\u00fc" * 64, "\u00fc" * 64),
    ],
)
def test_ascii_names(host, expected):
    assert hostnames.ascii_name(host) == expected
