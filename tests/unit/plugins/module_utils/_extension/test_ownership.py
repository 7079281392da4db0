# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""The owner of a registered record, and takeover: refuse."""

from __future__ import annotations

import pytest
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._errors import OptionError
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._extension.model import (
    Extension,
)
from ansible_collections.vsphere_ops.client_plugin.tests.unit.plugins.module_utils._extension.plans import (
    KEY,
    URL,
    make,
    registered,
)


class TestTakeover:
    """Two appliances that register the same key."""

    @pytest.mark.parametrize("desired", [{"company": "Other"}, {"url": "https://other.example.com/plugin.json"}])
    def test_refuse(self, desired: dict) -> None:
        message = (
            rf"^`takeover` must be allow to .* {KEY}, which is registered by Example from plugins.example.com, got"
        )
        for present in (True, False):
            with pytest.raises(OptionError, match=message):
                make(registered(), refuse_takeover=True, present=present, **desired)

    @pytest.mark.parametrize(
        "desired", [{"company": "Example"}, {"url": "https://PLUGINS.example.com:8443/other.json"}, {}]
    )
    def test_own_record(self, desired: dict) -> None:
        assert make(registered(), refuse_takeover=True, summary="New", **desired).changed
        assert make(registered(), refuse_takeover=True, present=False, **desired).changed

    def test_record_without_owner(self) -> None:
        assert make(Extension(KEY, "1"), refuse_takeover=True, company="Example", url=URL).changed
        assert make(None, refuse_takeover=True, version="1", url=URL).changed

    def test_the_previous_owner_is_in_the_diff(self) -> None:
        planned = make(registered(), company="Other")
        assert planned.diff["before_header"] == f"{KEY} (registered by Example from plugins.example.com)"
        assert make(None, version="1").diff["before_header"] == f"{KEY} (registered)"
