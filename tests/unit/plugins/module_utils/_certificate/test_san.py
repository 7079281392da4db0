# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""The options that name the hosts of a new certificate."""

from __future__ import annotations

import pytest
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._certificate.san import (
    choose_common_name,
    parse_alternative_names,
)
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._errors import OptionError


def test_names_and_addresses_are_normalized():
    texts = [" A.Example.com. ", "dns:a.example.com", "192.0.2.1", "IP:[2001:DB8::1]", "*.example.com"]
    assert parse_alternative_names(texts) == (
        "DNS:a.example.com",
        "IP:192.0.2.1",
        "IP:2001:db8::1",
        "DNS:*.example.com",
    )


@pytest.mark.parametrize("texts", [[], ["a b"], ["IP:a.example.com"], ["192.0.2.300"], ["URI:https://a"]])
def test_what_is_not_a_name(texts):
    with pytest.raises(OptionError) as caught:
        parse_alternative_names(texts)
    assert caught.value.option == "subject_alternative_names"
    assert not texts or caught.value.value == texts[0]


def test_the_common_name_is_given_or_the_first_that_fits():
    sans = ("IP:192.0.2.1", f"DNS:{'x' * 60}.example.com", "DNS:b.example.com")
    assert choose_common_name("a.example.com", sans) == "a.example.com"
    assert choose_common_name(None, sans) == "b.example.com"
    assert choose_common_name(None, sans[:2]) == "192.0.2.1"


@pytest.mark.parametrize("given", ["", "x" * 65, None])
def test_a_common_name_without_or_with_too_many_characters(given):
    with pytest.raises(OptionError) as caught:
        choose_common_name(given, ("DNS:" + "x" * 65,))
    assert caught.value.option == "common_name"
