# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""What may be written into vcenters, and what is said of what may not."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._argument_specs import (
    FLEET_RULES,
    fleet_spec,
)
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._extension.model import OptionError
from ansible_collections.vsphere_ops.client_plugin.plugins.plugin_utils._fleet.vcenters import (
    Entry,
    Way,
    entries,
    from_list,
    validated,
)
from ansible_collections.vsphere_ops.client_plugin.plugins.plugin_utils._fleet.worker import Failure

SECRET = "s3cret-of-one"
GOOD = {"name": "a", "hostname": "a.example.com", "username": "u", "password": SECRET}


def read(vcenters: list[Any] | None, **arguments: Any) -> list[Entry]:
    options = validated({"vcenters": vcenters, "key": "k", **arguments}, fleet_spec(), FLEET_RULES)
    return entries(from_list(options), options)


def way(entry: Entry) -> Way:
    assert isinstance(entry.way, Way)
    return entry.way


def test_options_of_the_task_are_the_defaults_of_the_entries() -> None:
    first, second = read(
        [{"name": "a"}, {"hostname": "b", "port": 8443, "password": "own", "validate_certs": True}],
        username="u",
        password="common",
        timeout=7,
        validate_certs=False,
    )
    assert [entry.name for entry in (first, second)] == ["a", "b"]
    assert (way(first).target.hostname, way(first).target.port) == ("a", 443)
    assert (way(first).target.password, way(second).target.password) == ("common", "own")
    assert (way(second).target.port, way(second).target.timeout) == (8443, 7)
    assert (way(first).target.validate_certs, way(second).target.validate_certs) == (False, True)


def test_a_name_leads_further_than_the_address_of_the_task(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VMWARE_HOST", "vcenter-of-the-credential")
    named, nameless = read([{"name": "a"}, {"port": 8443}], username="u", password=SECRET)
    assert [way(entry).target.hostname for entry in (named, nameless)] == ["a", "vcenter-of-the-credential"]


def test_those_that_trust_the_same_share_one_context() -> None:
    one, other, unchecked = read([GOOD, {**GOOD, "name": "b"}, {**GOOD, "name": "c", "validate_certs": False}])
    assert way(one).tls is way(other).tls
    assert way(one).tls is not way(unchecked).tls


def test_the_names_that_credentials_have_elsewhere() -> None:
    (entry,) = read([{"hostname": "a", "user": "u", "pwd": SECRET}])
    assert (way(entry).target.username, way(entry).target.password, entry.secret) == ("u", SECRET, SECRET)


@pytest.mark.parametrize(
    ("item", "says"),
    [
        ({"name": "b", "username": "u"}, "vcenters[1] (b): password: is missing; give it for this vCenter or for all"),
        ({"name": "b", "password": SECRET}, "vcenters[1] (b): username: is missing"),
        ({"username": "u", "password": SECRET}, "vcenters[1]: hostname: is missing"),
        ({**GOOD, "name": "b", "port": "many"}, "vcenters[1] (b): options: argument 'port' is of type"),
        ({**GOOD, "name": "b", "port": 0}, "vcenters[1] (b): port: 0 is not a TCP port"),
        ({**GOOD, "name": "b", "colour": SECRET}, "vcenters[1] (b): options: there is no colour"),
        ({**GOOD, "name": "b", "ca_path": "/no/such/ca.pem"}, "vcenters[1] (b): ca_path: /no/such/ca.pem"),
        ({**GOOD, "name": "b", "vcenter_thumbprint": "AB"}, "vcenters[1] (b): vcenter_thumbprint: 'AB' has 2 hex"),
        ({**GOOD, "name": "b", "extension": {"verzion": 1}}, "vcenters[1] (b): extension: there is no verzion"),
        ({**GOOD, "name": "b", "extension": {"server_certificate": "x", "server_certificate_path": "y"}}, "mutually"),
        (SECRET, "vcenters[1]: is not a dictionary; give name, hostname, username and password"),
    ],
)
def test_what_is_wrong_with_one_entry_is_its_own_failure_and_keeps_its_secret(item: Any, says: str) -> None:
    good, bad = read([GOOD, item])
    assert isinstance(good.way, Way)
    assert isinstance(bad.way, Failure)
    assert bad.way.kind == "option"
    assert says in bad.way.message
    assert SECRET not in bad.way.message


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"vcenters": [GOOD, GOOD]}, "vcenters[1] (a): 'a' is there twice; give each vCenter a name of its own"),
        ({"vcenters": [GOOD], "concurrency": "some"}, "options: argument 'concurrency' is of type"),
        ({"vcenters": [GOOD], "password": SECRET, "concurrency": SECRET}, "options: argument 'concurrency'"),
        ({}, "options: one of the following is required: vcenters, inventory"),
        ({"vcenters": [GOOD], "inventory": {"hosts": [], "variables": {}}}, "mutually exclusive: vcenters|inventory"),
    ],
)
def test_what_is_wrong_with_the_task_is_said_before_anything_is_done(arguments: dict[str, Any], says: str) -> None:
    with pytest.raises(OptionError) as caught:
        read(**{"vcenters": None, **arguments})
    assert says in str(caught.value)
    assert SECRET not in str(caught.value)


def test_what_differs_in_one_vcenter() -> None:
    (entry,) = read([{**GOOD, "extension": {"version": "2.0.0", "name": "Label"}}])
    assert {name: entry.extension[name] for name in ("version", "label")} == {"version": "2.0.0", "label": "Label"}
    assert "state" not in entry.extension
