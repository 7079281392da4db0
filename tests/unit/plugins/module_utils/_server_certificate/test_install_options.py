# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""The options of a task that installs a key and certificate."""

from __future__ import annotations

import pytest
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._errors import OptionError
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._server_certificate.install_options import (
    ConfirmOptions,
    parse_install_options,
)
from ansible_collections.vsphere_ops.client_plugin.tests.unit.plugins.module_utils.hosts import Host


@pytest.fixture
def host(tmp_path, now):
    return Host(tmp_path, now)


def test_the_previous_pair_replaces_the_live_one(host):
    pair = parse_install_options(host.params(state="previous")).pair
    assert [file.replacement for file in pair.files()] == [f"{file.live}.previous" for file in pair.files()]


def test_the_server_name_is_the_address_by_default(host):
    confirm = {"address": "192.0.2.10", "port": 443, "server_name": None, "timeout": 5}
    options = parse_install_options(host.params(confirm=confirm))
    assert options.confirm == ConfirmOptions("192.0.2.10", 443, "192.0.2.10", 5)


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"new_private_key_path": "server.key.next"}, ("new_private_key_path", "together with its certificate")),
        ({"state": "previous", "new_certificate": "x"}, ("new_certificate", "state=previous")),
        ({"state": "settled", "new_certificate_path": "x"}, ("new_certificate_path", "state=settled")),
        ({"new_certificate_path": "server.pem"}, ("new_certificate_path", "another option")),
        ({"new_certificate_path": "server.pem.previous"}, ("new_certificate_path", "another option")),
        ({"certificate_path": "server.key"}, ("certificate_path", "is the same file as `private_key_path`")),
        ({"test_command": [""]}, ("test_command", "must begin with a program")),
        ({"test_command": ["nginx", "a\0b"]}, ("test_command", "must not contain a NUL")),
        ({"mode": "rw"}, ("mode", "rw")),
        (
            {"confirm": {"address": "x", "port": 1, "server_name": None, "timeout": float("inf")}},
            ("confirm.timeout", "got inf"),
        ),
        (
            {"confirm": {"address": "x", "port": 0, "server_name": None, "timeout": 1}},
            ("confirm.port", "must be 1 to 65535, got 0"),
        ),
        (
            {"confirm": {"address": "x", "port": 1, "server_name": None, "timeout": 0}},
            ("confirm.timeout", "must be above 0 and at most 86400 seconds, got 0"),
        ),
    ],
)
def test_options_that_cannot_be_used(host, changed, says):
    with pytest.raises(OptionError) as caught:
        parse_install_options(host.params(**changed))
    assert caught.value.option == says[0] and says[1] in caught.value.problem()
