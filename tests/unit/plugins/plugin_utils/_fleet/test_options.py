# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Test that messages about options of an action name the option."""

from __future__ import annotations

import pytest
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._argument_specs import (
    FLEET_RULES,
    fleet_spec,
    outcome_spec,
    renewal_spec,
)
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._errors import OptionError
from ansible_collections.vsphere_ops.client_plugin.plugins.plugin_utils._fleet.options import validate_options


@pytest.mark.parametrize(
    ("given", "spec", "option"),
    [
        ({}, outcome_spec(), "registered"),
        ({"registered": None}, outcome_spec(), "registered"),
        ({"server_urls": ["https://a"]}, renewal_spec(), "keys"),
    ],
)
def test_a_required_option_that_is_missing(given, spec, option):
    with pytest.raises(OptionError, match=f"^`{option}` must be given$"):
        validate_options(given, spec)


def test_one_of_several_options_is_missing():
    with pytest.raises(OptionError, match=r"^`vcenters` or `inventory` must be given$"):
        validate_options({"key": "com.example.a"}, fleet_spec(), FLEET_RULES)


def test_a_value_of_the_wrong_type():
    with pytest.raises(OptionError, match=r"^`concurrency` cannot be used: "):
        validate_options({"concurrency": "x"}, fleet_spec())
