# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Plans for pairs of desired values and a registered record."""

from __future__ import annotations

from dataclasses import replace

import pytest
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._errors import OptionError
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._extension.model import (
    PACKAGE,
    REMOTE,
    Client,
    Event,
    Privilege,
    Resource,
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
from ansible_collections.vsphere_ops.client_plugin.tests.unit.plugins.module_utils.records import FULL


def changed_fields(planned) -> set[str]:
    return {change.field for change in planned.changes}


def test_register_takes_the_defaults_of_a_remote_plug_in() -> None:
    planned = make(None, version="1.0.0", url=URL, thumbprint=NEW)
    assert planned.action == "register"
    assert planned.privilege == "Extension.Register"
    assert planned.after is not None
    assert planned.after.client == Client(URL, REMOTE, "1.0.0")
    assert planned.after.servers == (Server(URL, "MANIFEST_SERVER", thumbprint=NEW),)
    assert planned.warnings == ()


def test_register_needs_a_version() -> None:
    with pytest.raises(OptionError, match=r"^`version` must be set to register"):
        make(None, url=URL)


def test_absent() -> None:
    assert make(None, present=False).action == "none"
    planned = make(registered(), present=False)
    assert (planned.action, planned.privilege, planned.after) == ("unregister", "Extension.Unregister", None)
    assert planned.diff["after"] == {}


def test_without_desired_values_nothing_changes() -> None:
    planned = make(registered())
    assert (planned.changed, planned.changes, planned.privilege) == (False, (), None)
    assert planned.diff["before"] == planned.diff["after"] != {}


@pytest.mark.parametrize(
    ("desired", "fields"),
    [
        ({"version": "1.1.0"}, {"version"}),
        ({"label": "Other"}, {"label"}),
        ({"summary": ""}, {"summary"}),
        ({"company": "Other"}, {"company"}),
        ({"url": "https://other.example.com/plugin.json"}, {"url"}),
        ({"client_type": PACKAGE}, {"client_type"}),
        ({"server_type": "HTTPS"}, {"server_type"}),
        ({"server_type": ""}, {"server_type", "admin_email", "server_thumbprint"}),
        ({"admin_email": ("b@example.com",)}, {"admin_email"}),
        ({"thumbprint": NEW}, {"server_thumbprint"}),
        ({"certificate": offered()}, {"server_thumbprint", "server_certificate"}),
        ({"plugin_servers": (Server("https://b.example.com/", "API"),)}, {"plugin_servers"}),
        ({"tasks": ("t",)}, {"tasks"}),
        ({"events": (Event("e"),)}, {"events"}),
        ({"faults": ("f",)}, {"faults"}),
        ({"privileges": (Privilege("g.p", "g"),)}, {"privileges"}),
        ({"resources": (Resource("en", "resources", (("k", "v"),)),)}, {"resources"}),
        ({"shown_in_solution_manager": True}, {"shown_in_solution_manager"}),
        ({"client": {"version": "0.9"}}, {"client"}),
        ({"server": {"url": "https://plugins.example.com"}}, {"server"}),
        ({"other": {"subjectName": "somebody"}}, {"other"}),
    ],
)
def test_each_option_changes_its_own_field_once(desired: dict, fields: set[str]) -> None:
    planned = make(registered(), allow_downgrade=True, **desired)
    assert planned.action == "update"
    assert changed_fields(planned) == fields
    assert not make(planned.after, allow_downgrade=True, **desired).changed


def test_identity_reaches_client_and_server() -> None:
    after = make(registered(), version="2.0", label="L", summary="S", company="C").after
    assert after is not None and after.client is not None
    assert (after.client.version, after.client.label, after.client.summary, after.client.company) == (
        "2.0",
        "L",
        "S",
        "C",
    )
    assert (after.servers[0].label, after.servers[0].summary, after.servers[0].company) == ("L", "S", "C")


def test_other_fields_survive() -> None:
    other = {"subjectName": "somebody", "healthInfo": {"url": "https://health.example.com"}}
    after = make(registered(other=other), version="2.0").after
    assert after is not None and after.other == other


def test_other_fields_can_be_replaced_and_removed() -> None:
    planned = make(
        registered(other={"type": "t", "subjectName": "s"}), other={"type": None, "healthInfo": {"url": "h"}}
    )
    assert planned.after is not None
    assert planned.after.other == {"subjectName": "s", "healthInfo": {"url": "h"}}
    assert changed_fields(planned) == {"other"}


def test_order_of_lists_is_not_a_change() -> None:
    lists = {
        "tasks": ("a", "b"),
        "events": (Event("a"), Event("b", "<x/>")),
        "faults": ("a", "b"),
        "privileges": (Privilege("g.a", "g"), Privilege("g.b", "g")),
        "resources": (
            Resource("de", "resources", (("a", "1"), ("b", "2"))),
            Resource("en", "resources", (("a", "1"),)),
        ),
    }
    turned = {name: tuple(reversed(items)) for name, items in lists.items()}
    turned["resources"] = (turned["resources"][0], Resource("de", "resources", (("b", "2"), ("a", "1"))))
    assert not make(registered(**lists), **turned).changed


def test_every_field_survives_the_change_of_another() -> None:
    current = replace(FULL, key=KEY)
    assert make(current).after == current
    assert make(current).action == "none"
    after = make(current, summary="New").after
    assert after is not None and after.client is not None
    assert after == replace(
        current,
        summary="New",
        client=replace(after.client, summary="New"),
        servers=(replace(current.servers[0], summary="New"), current.servers[1]),
    )
