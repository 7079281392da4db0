# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Checks of a planned record: version and certificates."""

from __future__ import annotations

from dataclasses import replace

import pytest
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._errors import OptionError
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._extension.desired import (
    OfferedCertificate,
)
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._extension.model import (
    Server,
)
from ansible_collections.vsphere_ops.client_plugin.tests.unit.plugins.module_utils._extension.plans import (
    URL,
    make,
    offered,
    registered,
)


class TestVersion:
    @pytest.mark.parametrize("version", ["1.2-rc1", "v1", "1.2.3.4.5", "1..2", "1.2\n", "١.٢", "one"])
    def test_a_version_that_the_client_cannot_read_is_refused(self, version: str) -> None:
        with pytest.raises(OptionError, match=r"^`version` must be 1 to 4 numbers"):
            make(registered(), version=version)
        with pytest.raises(OptionError, match=r"^`version` must be 1 to 4 numbers"):
            make(None, version=version, url=URL)

    def test_a_registered_version_is_accepted(self) -> None:
        odd = registered(version="1.2-rc1", client=replace(registered().client, version="1.2-rc1"))
        assert not make(odd, version="1.2-rc1").changed
        assert make(odd, version="1.2-rc1", summary="New").changed

    @pytest.mark.parametrize(("before", "after"), [("5.10", "5.9"), ("2", "1.9.9.9"), ("1.0.1", "1.0")])
    def test_no_downgrade_unless_allowed(self, before: str, after: str) -> None:
        current = registered(version=before, client=replace(registered().client, version=before))
        with pytest.raises(
            OptionError, match=rf"^`version` must not be lower than the registered {before}, got .{after}"
        ):
            make(current, version=after)
        assert make(current, version=after, allow_downgrade=True).changed

    @pytest.mark.parametrize(("before", "after"), [("5.9", "5.10"), ("1.0", "1.0.0"), ("1.9.9.9", "2")])
    def test_upgrades(self, before: str, after: str) -> None:
        current = registered(version=before, client=replace(registered().client, version=before))
        assert make(current, version=after).changed


class TestHost:
    """A certificate in the record must name the host of its URL."""

    def test_another_host_is_refused(self) -> None:
        with pytest.raises(
            OptionError, match=r"^`server_certificate` must have plugins.example.com in .* names DNS:a.example.org;"
        ):
            make(registered(), certificate=offered(sans=("DNS:a.example.org",)))

    def test_no_host_at_all_is_refused(self) -> None:
        with pytest.raises(
            OptionError, match=r"^`server_certificate` must have plugins.example.com in .* names no host;"
        ):
            make(registered(), certificate=offered(sans=()))

    def test_the_url_of_the_task_counts(self) -> None:
        url = "https://a.example.org/plugin.json"
        assert make(registered(), certificate=offered(sans=("DNS:a.example.org",)), url=url).changed

    def test_the_thumbprint_alone_needs_no_name(self) -> None:
        assert make(registered(), certificate=offered(sans=()), holds=False).changed

    def test_a_registered_server_may_stay(self) -> None:
        bad = offered(sans=())
        holds = registered(servers=(Server(URL, "S", certificate=bad.pem, thumbprint=bad.sha256),))
        assert make(holds, certificate=bad, summary="New").changed

    @pytest.mark.parametrize(("bad", "text"), [(offered(sans=()), "names no host"), (offered(days=-1), "expired")])
    def test_auxiliary_servers_as_well(self, bad: OfferedCertificate, text: str) -> None:
        server = Server("https://b.example.com/", "API", thumbprint=bad.sha256, certificate=bad.pem)
        with pytest.raises(OptionError, match=rf"^`plugin_servers\[0\].server_certificate` .*{text}"):
            make(registered(), plugin_servers=(server,), certificates=(bad,))
