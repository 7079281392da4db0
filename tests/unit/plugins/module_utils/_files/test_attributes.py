# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Owner, group and mode are checked before anything is written."""

from __future__ import annotations

import pytest
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._errors import OptionError
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._files.attributes import (
    check_attribute_options,
)

GOOD = {"owner": "root", "group": None, "mode": "0640", "private_key_mode": "u=rw,g=r"}


def test_what_exists_is_accepted():
    check_attribute_options(GOOD)
    check_attribute_options(GOOD | {"owner": "4711", "mode": 0o640})


@pytest.mark.parametrize(
    ("option", "value"),
    [("owner", "no such user"), ("group", "no such group"), ("mode", "rw-r--r--"), ("private_key_mode", "0888")],
)
def test_what_does_not_exist_is_named(option, value):
    with pytest.raises(OptionError) as caught:
        check_attribute_options(GOOD | {option: value})
    assert (caught.value.option, caught.value.value) == (option, value)
