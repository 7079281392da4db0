# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Records that result from desired values over a registered record."""

from __future__ import annotations

from dataclasses import replace

import pytest
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._errors import OptionError
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._extension.model import (
    PACKAGE,
    Server,
)
from ansible_collections.vsphere_ops.client_plugin.tests.unit.plugins.module_utils._extension.plans import (
    NEW,
    OLD,
    URL,
    make,
    offered,
    registered,
)


class TestPair:
    """Certificate and thumbprint change as a pair."""

    def test_certificate_brings_its_thumbprint(self) -> None:
        after = make(registered(), certificate=offered()).after
        assert after is not None
        assert (after.servers[0].certificate, after.servers[0].thumbprint) == (offered().pem, offered().sha256)

    def test_package_gets_sha1(self) -> None:
        after = make(
            None, version="1", url="https://p.example.com/p.zip", client_type=PACKAGE, certificate=offered()
        ).after
        assert after is not None
        assert (after.servers[0].type, after.servers[0].thumbprint) == ("HTTPS", offered().sha1)

    def test_sha1_of_the_same_certificate_is_taken(self) -> None:
        after = make(registered(), certificate=offered(), thumbprint=offered().sha1).after
        assert after is not None and after.servers[0].thumbprint == offered().sha1

    def test_thumbprint_of_another_certificate_is_refused(self) -> None:
        with pytest.raises(OptionError, match=r"^`server_thumbprint` must be the thumbprint of the given certificate"):
            make(registered(), certificate=offered(), thumbprint=NEW)

    def test_thumbprint_alone_removes_another_certificate_with_a_warning(self) -> None:
        holds = registered(servers=(Server(URL, "MANIFEST_SERVER", certificate=offered("old").pem, thumbprint=OLD),))
        planned = make(holds, thumbprint=NEW)
        assert planned.after is not None
        assert (planned.after.servers[0].certificate, planned.after.servers[0].thumbprint) == (None, NEW)
        assert any("is removed" in warning for warning in planned.warnings)

    def test_thumbprint_alone_keeps_its_own_certificate(self) -> None:
        own = offered("own")
        holds = registered(servers=(Server(URL, "MANIFEST_SERVER", certificate=own.pem, thumbprint=own.sha256),))
        after = make(holds, thumbprint=own.sha1).after
        assert after is not None
        assert (after.servers[0].certificate, after.servers[0].thumbprint) == (own.pem, own.sha1)

    def test_old_vcenter_gets_the_thumbprint_only_with_a_warning(self) -> None:
        planned = make(registered(), certificate=offered(), holds=False)
        assert planned.after is not None
        assert (planned.after.servers[0].certificate, planned.after.servers[0].thumbprint) == (None, offered().sha256)
        assert "older than API 8.0.2.0" in planned.warnings[0]
        again = make(planned.after, certificate=offered(), holds=False)
        assert not again.changed
        assert "older than API 8.0.2.0" in again.warnings[0]

    def test_old_vcenter_gets_the_thumbprint_of_a_certificate_that_is_given_without_one(self) -> None:
        auxiliary = Server("https://b.example.com/", "API", certificate=offered().pem)
        desired = {"certificate": offered(), "thumbprint": "", "plugin_servers": (auxiliary,), "holds": False}
        for current in (registered(), None):
            planned = make(current, version="1.0.0", url=URL, **desired)
            assert planned.after is not None
            assert [(server.certificate, server.thumbprint) for server in planned.after.servers] == [
                (None, offered().sha256)
            ] * 2
            assert not make(planned.after, **desired).changed

    def test_expired_certificate_is_refused_unless_it_is_registered_already(self) -> None:
        expired = offered(days=-1)
        with pytest.raises(OptionError, match=r"^`server_certificate` must be valid, .* expired on 2029-12-31"):
            make(registered(), certificate=expired)
        holds = registered(servers=(Server(URL, "S", certificate=expired.pem, thumbprint=expired.sha256),))
        assert make(holds, certificate=expired, summary="New").changed

    def test_drop(self) -> None:
        own = offered("own")
        holds = registered(servers=(Server(URL, "S", certificate=own.pem, thumbprint=own.sha256),))
        after = make(holds, drop_certificate=True).after
        assert after is not None
        assert (after.servers[0].certificate, after.servers[0].thumbprint) == (None, own.sha256)


class TestRemoteAndPackage:
    def test_a_package_is_never_made_remote_by_accident(self) -> None:
        package = registered(client=replace(registered().client, type=PACKAGE))
        after = make(package, version="1.1").after
        assert after is not None and after.client is not None and after.client.type == PACKAGE

    def test_a_package_over_http_has_no_server(self) -> None:
        planned = make(None, version="1", url="http://p.example.com/p.zip", client_type=PACKAGE)
        assert planned.after is not None and planned.after.servers == ()
        assert "allowHttp" in planned.warnings[0]

    def test_a_package_that_moves_to_http_loses_its_server(self) -> None:
        package = make(None, version="1", url="https://p.example.com/p.zip", client_type=PACKAGE, thumbprint=OLD).after
        assert package is not None and package.servers
        after = make(package, url="http://p.example.com/p.zip").after
        assert after is not None and after.servers == ()

    def test_a_remote_plug_in_over_http_has_one(self) -> None:
        planned = make(None, version="1", url="http://p.example.com/plugin.json")
        assert planned.after is not None and planned.after.servers[0].type == "MANIFEST_SERVER"
        assert "allowHttp" in planned.warnings[0]

    def test_auxiliary_servers_need_a_manifest_server_before_them(self) -> None:
        auxiliary = (Server("https://b.example.com/", "API"),)
        with pytest.raises(OptionError, match=r"^`server_type` must be set together with `url`"):
            make(registered(), server_type="", plugin_servers=auxiliary)

    def test_the_last_auxiliary_server_can_be_removed(self) -> None:
        two = registered(servers=(*registered().servers, Server("https://b.example.com/", "API")))
        after = make(two, plugin_servers=()).after
        assert after is not None and after.servers == registered().servers
