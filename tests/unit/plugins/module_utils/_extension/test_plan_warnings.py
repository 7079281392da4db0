# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Warnings about a planned record."""

from __future__ import annotations

from dataclasses import replace

import pytest
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._extension.model import (
    PACKAGE,
    REMOTE,
    Extension,
    Server,
)
from ansible_collections.vsphere_ops.client_plugin.tests.unit.plugins.module_utils._extension.plans import (
    KEY,
    NEW,
    URL,
    make,
    offered,
    registered,
)

AUXILIARY = "https://b.example.com/"
SHA1 = ":".join(["AB"] * 20)


class TestWarnings:
    def test_same_version_other_url(self) -> None:
        assert (
            "cached copy until the version rises" in make(registered(), url="https://x.example.com/p.json").warnings[0]
        )

    def test_the_first_url_is_not_cached(self) -> None:
        assert make(Extension(KEY, "1.0.0"), url=URL, thumbprint=NEW).warnings == ()

    def test_new_version_other_url(self) -> None:
        assert make(registered(), url="https://x.example.com/p.json", version="2").warnings == ()

    def test_a_package_in_a_vcenter_that_no_longer_runs_them(self) -> None:
        desired = {
            "version": "1",
            "url": "https://p.example.com/p.zip",
            "client_type": PACKAGE,
            "certificate": offered(),
        }
        assert make(None, **desired).warnings == ()
        assert "9.0 or newer" in make(None, packages=False, **desired).warnings[0]

    @pytest.mark.parametrize(
        ("client_type", "thumbprint", "warning"),
        [
            (REMOTE, ":".join(["AB"] * 20), "deprecated since vSphere 7.0"),
            (REMOTE, NEW, None),
            (PACKAGE, ":".join(["AB"] * 20), None),
            (PACKAGE, NEW, "describe SHA-1 only"),
        ],
    )
    def test_kind_of_thumbprint(self, client_type: str, thumbprint: str, warning: str | None) -> None:
        planned = make(None, version="1", url=URL, client_type=client_type, thumbprint=thumbprint)
        assert [text for text in planned.warnings if warning and warning in text] == list(planned.warnings)
        assert bool(planned.warnings) == bool(warning)

    def test_an_auxiliary_server_without_certificate_and_thumbprint(self) -> None:
        warnings = make(registered(), plugin_servers=(Server("https://b.example.com/", "API"),)).warnings
        assert len(warnings) == 1
        assert "registered for https://b.example.com/" in warnings[0]

    @pytest.mark.parametrize(
        ("client_type", "server", "warning"),
        [
            (REMOTE, Server(AUXILIARY, "API"), f"is registered for {AUXILIARY}: "),
            (REMOTE, Server(AUXILIARY, "API", thumbprint=SHA1), f"SHA-1 thumbprint is registered for {AUXILIARY}, "),
            (REMOTE, Server(AUXILIARY, "API", thumbprint=SHA1, certificate=offered().pem), None),
            (REMOTE, Server(AUXILIARY, "API", thumbprint=NEW), None),
            (REMOTE, Server("http://b.example.com/", "API"), None),
            (PACKAGE, Server(AUXILIARY, "API"), f"is registered for {AUXILIARY}: "),
            (PACKAGE, Server(AUXILIARY, "API", thumbprint=NEW), None),
            (PACKAGE, Server(AUXILIARY, "API", thumbprint=SHA1), None),
        ],
    )
    def test_each_auxiliary_server_that_is_new(self, client_type: str, server: Server, warning: str | None) -> None:
        pin = SHA1 if client_type == PACKAGE else NEW
        current = make(None, version="1", url=URL, client_type=client_type, thumbprint=pin).after
        assert current is not None and len(current.servers) == 1
        good = Server("https://c.example.com/", "API", thumbprint=NEW)
        planned = make(current, plugin_servers=(good, server))
        assert [text for text in planned.warnings if warning and warning in text] == list(planned.warnings)
        assert len(planned.warnings) == (1 if warning else 0)
        # Known servers are not mentioned again.
        assert make(planned.after, summary="New").warnings == ()

    def test_a_certificate_of_an_auxiliary_server_that_an_old_vcenter_cannot_store(self) -> None:
        server = Server(AUXILIARY, "API", thumbprint=offered().sha256, certificate=offered().pem)
        (warning,) = make(registered(), plugin_servers=(server,), certificates=(offered(),), holds=False).warnings
        assert "older than API 8.0.2.0" in warning
        assert make(registered(), plugin_servers=(server,), certificates=(offered(),)).warnings == ()
        pinned = replace(server, certificate=None)
        assert make(registered(), plugin_servers=(pinned,), holds=False).warnings == ()

    def test_https_without_certificate_and_thumbprint(self) -> None:
        assert "Neither O(server_certificate) nor O(server_thumbprint)" in make(None, version="1", url=URL).warnings[0]
