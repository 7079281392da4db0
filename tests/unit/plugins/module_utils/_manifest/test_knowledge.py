# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Releases of vSphere, in the notations that people use."""

from __future__ import annotations

import pytest
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._errors import OptionError
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._manifest import knowledge
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._manifest.validate import validate_manifest
from ansible_collections.vsphere_ops.client_plugin.tests.unit.plugins.module_utils._manifest.test_document import (
    MINIMAL,
)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("7.0", "7.0"),
        ("7.0u1", "7.0 U1"),
        ("7.0U3", "7.0 U3"),
        ("8.0 u3", "8.0 U3"),
        (" 8.0 U3b ", "8.0 U3"),
        ("8.0.2", "8.0 U2"),
        ("8.0.0", "8.0"),
        ("9.1", "9.1"),
        ("10.0", "10.0"),
    ],
)
def test_a_release_is_read_as_people_write_it(text, name):
    assert knowledge.Release.parse(text).name == name


@pytest.mark.parametrize(
    "text", ["", "8", "8.0u", "8.0.1.2", "u3", "8,0", "8.x", "latest", "8.0 update 3", "8.0\n9", "٨.0"]
)
def test_other_texts_are_refused(text):
    with pytest.raises(OptionError) as caught:
        validate_manifest(MINIMAL, targets=["8.0", text])
    assert (caught.value.option, caught.value.value) == ("targets", text)
    assert "7.0 or 8.0u3" in caught.value.remedy


def test_releases_are_sorted_and_unique():
    found = knowledge.parse_targets(["10.0", "8.0u3", "7.0", "8.0U3", "8.0.3", "8.0"])
    assert [one.name for one in found] == ["7.0", "8.0", "8.0 U3", "10.0"]
