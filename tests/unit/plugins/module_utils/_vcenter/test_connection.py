# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Test how the connection options of a task are read."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._errors import OptionError
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._vcenter.connection import (
    read_connection_options,
    tls_context,
)

GIVEN = {
    "hostname": "vc.example.com",
    "username": "u",
    "password": "p",
    "port": 443,
    "timeout": 30.0,
    "validate_certs": True,
}


def test_options_that_are_left_out_are_none() -> None:
    options = read_connection_options(GIVEN)
    assert (options.hostname, options.ca_path, options.thumbprint, options.proxy_host) == (
        "vc.example.com",
        None,
        None,
        None,
    )


def test_a_thumbprint_is_normalized() -> None:
    options = read_connection_options({**GIVEN, "vcenter_thumbprint": "ab" * 32})
    assert options.thumbprint == ":".join(["AB"] * 32)


@pytest.mark.parametrize(
    ("changes", "option"),
    [
        ({"timeout": 0.0}, "timeout"),
        ({"timeout": -1.0}, "timeout"),
        ({"timeout": float("inf")}, "timeout"),
        ({"timeout": float("nan")}, "timeout"),
        ({"hostname": ""}, "hostname"),
        ({"hostname": "https://vc.example.com/sdk"}, "hostname"),
        ({"hostname": "vc.example.com:8443"}, "hostname"),
        ({"hostname": " vc.example.com "}, "hostname"),
        ({"hostname": "vc\x1b.example.com"}, "hostname"),
        ({"hostname": "vc..example.com"}, "hostname"),
        ({"hostname": "a" * 64}, "hostname"),
        ({"proxy_host": "http://proxy.example.com"}, "proxy_host"),
        ({"proxy_host": "a..b", "proxy_port": 3128}, "proxy_host"),
        ({"port": 0}, "port"),
        ({"port": 65536}, "port"),
        ({"proxy_port": 3128}, "proxy_port"),
        ({"vcenter_thumbprint": "12:34"}, "vcenter_thumbprint"),
    ],
)
def test_an_invalid_option_is_an_error(changes: dict[str, Any], option: str) -> None:
    with pytest.raises(OptionError) as caught:
        read_connection_options({**GIVEN, **changes})
    assert caught.value.option == option


@pytest.mark.parametrize("host", ["vc.example.com", "192.0.2.1", "::1", "[::1]", "fe80::1%eth0", "b\u00fccher.example"])
def test_host_names_and_addresses(host: str) -> None:
    assert read_connection_options({**GIVEN, "hostname": host}).hostname == host


def test_a_password_in_the_host_name_is_not_repeated() -> None:
    with pytest.raises(OptionError) as caught:
        read_connection_options({**GIVEN, "hostname": "root:s3cr3t@vc.example.com"})
    assert "s3cr3t" not in caught.value.message()


def test_a_file_without_certificates_is_an_error_of_its_option(tmp_path: Any) -> None:
    (tmp_path / "ca.pem").write_text("nothing")
    for name in ("ca.pem", "missing.pem"):
        with pytest.raises(OptionError) as caught:
            tls_context(read_connection_options({**GIVEN, "ca_path": str(tmp_path / name)}))
        assert caught.value.option == "ca_path"
