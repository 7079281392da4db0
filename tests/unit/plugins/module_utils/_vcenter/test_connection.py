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


def test_a_file_without_certificates_is_an_error_of_its_option(tmp_path: Any) -> None:
    (tmp_path / "ca.pem").write_text("nothing")
    for name in ("ca.pem", "missing.pem"):
        with pytest.raises(OptionError) as caught:
            tls_context(read_connection_options({**GIVEN, "ca_path": str(tmp_path / name)}))
        assert caught.value.option == "ca_path"
