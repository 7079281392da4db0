# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""What may be written into vcenters, and what is said of what may not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible import template
from ansible.parsing.dataloader import DataLoader
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._argument_specs import (
    FLEET_RULES,
    fleet_spec,
    rollback_spec,
)
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._errors import OptionError
from ansible_collections.vsphere_ops.client_plugin.plugins.plugin_utils._fleet import vcenters
from ansible_collections.vsphere_ops.client_plugin.plugins.plugin_utils._fleet.options import validate_options
from ansible_collections.vsphere_ops.client_plugin.plugins.plugin_utils._fleet.vcenters import (
    Connection,
    FleetMember,
    members_from_batch,
    members_from_inventory,
    members_from_list,
    members_of_task,
    read_members,
    task_option_names,
)
from ansible_collections.vsphere_ops.client_plugin.plugins.plugin_utils._fleet.worker import Failure

SECRET = "s3cret-of-one"
GOOD = {"name": "a", "hostname": "a.example.com", "username": "u", "password": SECRET}


def read(vcenters: list[Any] | None, **arguments: Any) -> list[FleetMember]:
    options = validate_options({"vcenters": vcenters, "key": "k", **arguments}, fleet_spec(), FLEET_RULES)
    return read_members(members_from_list(options), options)


def connection(entry: FleetMember) -> Connection:
    assert isinstance(entry.connection, Connection)
    return entry.connection


def test_options_of_the_task_are_the_defaults_of_the_entries() -> None:
    first, second = read(
        [{"name": "a"}, {"hostname": "b", "port": 8443, "password": "own", "validate_certs": True}],
        username="u",
        password="common",
        timeout=7,
        validate_certs=False,
    )
    assert [entry.name for entry in (first, second)] == ["a", "b"]
    assert (connection(first).options.hostname, connection(first).options.port) == ("a", 443)
    assert (connection(first).options.password, connection(second).options.password) == ("common", "own")
    assert (connection(second).options.port, connection(second).options.timeout) == (8443, 7)
    assert (connection(first).options.validate_certs, connection(second).options.validate_certs) == (False, True)


def test_a_name_leads_further_than_the_address_of_the_task(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VMWARE_HOST", "vcenter-of-the-credential")
    named, nameless = read([{"name": "a"}, {"port": 8443}], username="u", password=SECRET)
    assert [connection(entry).options.hostname for entry in (named, nameless)] == ["a", "vcenter-of-the-credential"]


def test_those_that_trust_the_same_share_one_context() -> None:
    one, other, unchecked = read([GOOD, {**GOOD, "name": "b"}, {**GOOD, "name": "c", "validate_certs": False}])
    assert connection(one).tls is connection(other).tls
    assert connection(one).tls is not connection(unchecked).tls


@pytest.mark.parametrize("validate_certs", [True, False])
def test_those_that_pin_other_certificates_share_no_context(validate_certs: bool) -> None:
    pins = [":".join([pair] * 32) for pair in ("AA", "BB", "aa")] + [None]
    one, other, again, none = (
        connection(member).tls
        for member in read(
            [{**GOOD, "name": str(index), "vcenter_thumbprint": pin} for index, pin in enumerate(pins)],
            validate_certs=validate_certs,
        )
    )
    assert one is again
    assert len({id(context) for context in (one, other, none)}) == 3


def test_those_that_trust_other_authorities_share_no_context(make: Any, tmp_path: Path) -> None:
    members = []
    for name in ("a", "b"):
        (tmp_path / name).write_text(make("Example Root", ca=True).pem)
        members.append({**GOOD, "name": name, "ca_path": str(tmp_path / name)})
    one, other = read(members)
    assert connection(one).tls is not connection(other).tls
    assert [len(connection(member).tls.get_ca_certs()) for member in (one, other)] == [1, 1]


def test_the_names_that_credentials_have_elsewhere() -> None:
    (entry,) = read([{"hostname": "a", "user": "u", "pwd": SECRET}])
    assert (connection(entry).options.username, connection(entry).options.password, entry.secret) == (
        "u",
        SECRET,
        SECRET,
    )


@pytest.mark.parametrize(
    ("item", "starts"),
    [
        ({"name": "b", "username": "u"}, "`vcenters[1].password` is required; give it for this vCenter or for all"),
        ({"name": "b", "password": SECRET}, "`vcenters[1].username` is required"),
        ({"username": "u", "password": SECRET}, "`vcenters[1].hostname` is required"),
        ({**GOOD, "name": "b", "port": "many"}, "`vcenters[1].port` cannot be used: argument 'port' is of type"),
        ({**GOOD, "name": "b", "port": 0}, "`vcenters[1].port` must be a TCP port from 1 to 65535, got 0; "),
        ({**GOOD, "name": "b", "proxy_port": 1}, "`vcenters[1].proxy_port` requires `vcenters[1].proxy_host`; "),
        ({**GOOD, "name": "b", "colour": SECRET}, "`vcenters[1].colour` is not an option; "),
        ({**GOOD, "name": "b", "ca_path": "/no/such/ca.pem"}, "`vcenters[1].ca_path` "),
        ({**GOOD, "name": "b", "vcenter_thumbprint": "AB"}, "`vcenters[1].vcenter_thumbprint` "),
        ({**GOOD, "name": "b", "extension": {"verzion": 1}}, "`vcenters[1].extension.verzion` is not an option; "),
        (
            {**GOOD, "name": "b", "extension": {"tasks": [{}], "version": 1}},
            "`vcenters[1].extension.tasks` cannot be used: missing required arguments: id found in tasks",
        ),
        (
            {**GOOD, "name": "b", "extension": {"server_certificate": "x", "server_certificate_path": "y"}},
            "`vcenters[1].extension.server_certificate` must not be given together with `vcenters[1].extension.server_",
        ),
        (SECRET, "`vcenters[1]` must be a dictionary; give name, hostname, username and password"),
    ],
)
def test_an_invalid_member_is_its_own_failure_and_keeps_its_secret(item: Any, starts: str) -> None:
    good, bad = read([GOOD, item])
    assert isinstance(good.connection, Connection)
    assert isinstance(bad.connection, Failure)
    assert bad.connection.kind == "option"
    assert bad.message(bad.connection).startswith(starts)
    assert SECRET not in bad.message(bad.connection)


def test_a_message_names_the_option_that_the_reader_has_set_or_can_set() -> None:
    item = {"name": "b", "pwd": "p", "port": 8443, "extension": {"name": "Label", "version": "1"}}
    (member,) = read([item], username="u", hostname="h", ca_path=None, timeout=5)
    name = member.option_names.name
    # Given by the item, also by an alias.
    assert name("port") == "vcenters[0].port"
    assert name("password") == "vcenters[0].pwd"
    assert name("label") == "vcenters[0].extension.name"
    assert name("version") == "vcenters[0].extension.version"
    # Given by the task.
    assert name("username") == "username"
    assert name("timeout") == "timeout"
    assert name("plugin_servers[0].url") == "plugin_servers[0].url"
    # Given by both, but the task's does not count for an item with a name.
    assert name("hostname") == "vcenters[0].hostname"
    # Given by nobody: an option of the connection can be set for this vCenter.
    assert name("ca_path") == "vcenters[0].ca_path"


@pytest.mark.parametrize(
    ("arguments", "option", "says"),
    [
        ({"vcenters": [GOOD, GOOD]}, "vcenters[1].name", "must be unique, got 'a'"),
        ({"vcenters": [GOOD], "concurrency": "some"}, "concurrency", "argument 'concurrency' is of type"),
        ({"vcenters": [GOOD], "password": SECRET, "concurrency": SECRET}, "concurrency", "argument 'concurrency'"),
        ({"vcenters": [GOOD], "a": 1, "b": 2}, "a", "`a` is not an option and neither is `b`"),
        ({}, "vcenters", "`vcenters` or `inventory` must be given"),
        (
            {"vcenters": [GOOD], "inventory": {"hosts": [], "variables": {}}},
            "vcenters",
            "must not be given together with `inventory`",
        ),
    ],
)
def test_an_invalid_task_is_an_error(arguments: dict[str, Any], option: str, says: str) -> None:
    with pytest.raises(OptionError) as caught:
        read(**{"vcenters": None, **arguments})
    assert caught.value.option == option
    assert says in str(caught.value)
    assert SECRET not in str(caught.value)


def test_what_differs_in_one_vcenter() -> None:
    (entry,) = read([{**GOOD, "extension": {"version": "2.0.0", "name": "Label"}}])
    assert {name: entry.extension[name] for name in ("version", "label")} == {"version": "2.0.0", "label": "Label"}
    assert "state" not in entry.extension


class Task:
    """What members_from_inventory uses of an Ansible task, with the variables of each host."""

    def __init__(self, **hosts: dict[str, Any]) -> None:
        self._hosts = hosts
        self._inventory = self

    def get_variable_manager(self) -> Any:
        return self

    def get_play(self) -> Any:
        return self

    def get_host(self, name: str) -> str | None:
        return name if name in self._hosts else None

    def get_vars(self, *, play: Any, host: str, task: Any) -> dict[str, Any]:
        assert play is task
        # ansible-core 2.19 and newer evaluate templates of trusted sources only.
        trust = getattr(template, "trust_as_template", str)
        return {name: trust(value) if isinstance(value, str) else value for name, value in self._hosts[host].items()}


VARIABLES = {
    "username": "my_user",
    "password": "my_password",
    "timeout": "my_timeout",
    "url": "my_url",
    "plugin_servers": "__my_servers",
    "verify_servers": "my_verify",
    "history_path": "my_history",
}
HOST = {"my_user": "u", "my_password": SECRET, "my_timeout": "{{ 2 * 3 }}", "my_url": "https://{{ my_user }}/"}


def from_inventory(variables: dict[str, Any], *, connection_only: bool = False, **changes: Any) -> FleetMember:
    inventory = {"hosts": ["a"], "variables": {**VARIABLES, **changes}, "registered": None}
    raw = members_from_inventory(inventory, Task(a=variables), DataLoader(), connection_only=connection_only)
    options = validate_options({"inventory": inventory, "key": "k"}, fleet_spec(), FLEET_RULES)
    return read_members(raw, options)[0]


def test_options_of_a_host_are_in_its_variables() -> None:
    member = from_inventory({**HOST, "my_history": "/h", "my_verify": True, "__my_servers": []})
    assert member.name == connection(member).options.hostname == "a"
    assert (connection(member).options.username, connection(member).options.timeout) == ("u", 6)
    assert member.extension == {"url": "https://u/", "plugin_servers": [], "verify_servers": True}


def test_the_variables_of_a_host_are_evaluated_with_one_call(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []

    class CountingTemplar(template.Templar):
        def template(self, variable: Any, *args: Any, **options: Any) -> Any:
            calls.append(variable)
            return super().template(variable, *args, **options)

    monkeypatch.setattr(vcenters, "Templar", CountingTemplar)
    assert connection(from_inventory({**HOST, "my_verify": True})).options.timeout == 6
    # On ansible-core 2.16, the call for a container calls itself for the items.
    assert [value for value in calls if isinstance(value, dict)] == [calls[0]]
    assert len(calls[0]) == 5


def test_where_a_connection_is_enough_the_record_is_not_read() -> None:
    member = from_inventory({**HOST, "my_url": "{{ undefined_variable }}"}, connection_only=True)
    assert member.extension == {}
    assert member.option_names.name("url") == "url"
    assert member.option_names.name("verify_servers") == "my_verify"


@pytest.mark.parametrize(
    ("variables", "starts"),
    [
        ({**HOST, "my_timeout": 0}, "`my_timeout` must be above 0 and at most 86400 seconds, got 0"),
        ({**HOST, "my_timeout": "long"}, "`my_timeout` cannot be used: argument 'timeout' is of type"),
        ({**HOST, "my_password": ""}, "`my_password` is required; "),
        ({**HOST, "my_url": "{{ undefined_variable }}"}, "`my_url` cannot be evaluated for a: "),
        ({**HOST, "__my_servers": [{}]}, "`my_servers` cannot be used: missing required arguments: url"),
    ],
)
def test_a_message_names_the_variable_of_a_host(variables: dict[str, Any], starts: str) -> None:
    member = from_inventory(variables)
    assert isinstance(member.connection, Failure)
    assert member.message(member.connection).startswith(starts)
    assert SECRET not in member.message(member.connection)


def test_an_option_that_does_not_exist_is_an_error_also_in_the_inventory() -> None:
    member = from_inventory({**HOST, "my_colour": "red"}, colour="my_colour")
    assert isinstance(member.connection, Failure)
    assert member.message(member.connection).startswith("`my_colour` is not an option")


def test_a_host_that_is_not_in_the_inventory_is_an_error() -> None:
    inventory = {"hosts": ["b"], "variables": VARIABLES, "registered": None}
    with pytest.raises(OptionError, match="must be a host of the inventory, got 'b'") as caught:
        members_from_inventory(inventory, Task(a=HOST), DataLoader())
    assert caught.value.option == "inventory.hosts"


@pytest.mark.parametrize("arguments", [{"vcenters": None, "inventory": {"hosts": [], "variables": {}}}])
def test_a_list_is_required_where_it_is_read(arguments: dict[str, Any]) -> None:
    with pytest.raises(OptionError, match="is required") as caught:
        members_from_list(arguments)
    assert caught.value.option == "vcenters"


def test_members_of_a_task_are_in_its_inventory_or_its_list() -> None:
    inventory = {"hosts": ["a"], "variables": VARIABLES, "registered": None}
    (host,) = members_of_task({"inventory": inventory, "vcenters": None}, Task(a=HOST), DataLoader())
    (item,) = members_of_task({"inventory": None, "vcenters": [GOOD]}, None, None)
    assert (host.name, host.name_option, item.name, item.name_option) == (
        "a",
        "inventory.hosts",
        "a",
        "vcenters[0].name",
    )
    assert isinstance(host.options, dict)
    assert host.options["extension"] == {}


@pytest.mark.parametrize(
    ("hosts", "strategy", "when", "registered", "count"),
    [
        (["a", "b"], "linear", [], None, 2),
        (["a", "b"], "free", [], None, 0),
        (["a", "b"], "ansible.builtin.host_pinned", [], None, 0),
        (["a"], "free", [], None, 1),
        (["a", "b"], "linear", ["x"], None, 0),
        (["a", "b"], "linear", ["x"], "took_part", 2),
        (["a"], "linear", ["x"], None, 1),
    ],
)
def test_hosts_that_do_not_wait_for_each_other_work_alone(
    hosts: list[str], strategy: str, when: list[str], registered: str | None, count: int
) -> None:
    task = Task(a={**HOST, "took_part": {"changed": False}}, b={**HOST, "took_part": {"changed": False}})
    task.strategy, task.when = strategy, when
    inventory = {"hosts": hosts, "variables": VARIABLES, "registered": registered}
    assert len(members_from_batch(inventory, task, DataLoader())) == count


@pytest.mark.parametrize(
    ("registered", "takes_part"),
    [
        ({"changed": False}, True),
        ({"skipped": True}, False),
        ({"failed": True}, False),
        ({"skipped": False, "failed": False}, True),
        ("text", False),
        (None, False),
    ],
)
def test_a_host_that_did_not_sign_up_is_left_out(registered: Any, takes_part: bool) -> None:
    variables = HOST if registered is None else {**HOST, "signed_up": registered}
    inventory = {"hosts": ["a"], "variables": VARIABLES, "registered": "signed_up"}
    assert len(members_from_inventory(inventory, Task(a=variables), DataLoader())) == takes_part


@pytest.mark.parametrize(
    ("arguments", "spec", "names"),
    [
        ({"inventory": {"variables": {"url": "_my_url", "key": "my_key"}}}, fleet_spec, ("my_url", "my_key")),
        ({"inventory": {"variables": {"url": "_my_url", "keys": "k"}}}, rollback_spec, ("url", "key")),
        ({"inventory": {"variables": "nonsense"}}, fleet_spec, ("url", "key")),
        ({"inventory": "nonsense"}, fleet_spec, ("url", "key")),
        ({}, fleet_spec, ("url", "key")),
    ],
)
def test_names_of_the_options_of_a_task(arguments: dict[str, Any], spec: Any, names: tuple[str, str]) -> None:
    found = task_option_names(arguments, spec())
    assert (found.name("url"), found.name("key")) == names
