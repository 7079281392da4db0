# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Read which vCenters a task works on: the list in its options, or hosts of the inventory."""

from __future__ import annotations

import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ansible.errors import AnsibleError
from ansible.template import Templar

from ...module_utils._argument_specs import (
    MEMBER_RECORD_RULES,
    extension_spec,
    fleet_spec,
    member_record_spec,
    member_spec,
    renewal_spec,
    rollback_spec,
    vcenter_spec,
)
from ...module_utils._errors import ClientPluginError, OptionError, OptionNames
from ...module_utils._foreign_text import one_line
from ...module_utils._vcenter.connection import ConnectionOptions, read_connection_options, tls_context
from .options import OptionValidator, find_secrets, to_plain_types
from .worker import Failure

# With these strategies hosts do not wait for each other, and run_once has no effect.
_STRATEGIES_WITHOUT_BATCH = frozenset({"free", "host_pinned"})
# Options of the record that are options of the task in actions which take no record.
_CHECK_OPTIONS = frozenset({"verify_servers", "verify_manifest", "verify_files"})


@dataclass(frozen=True, slots=True)
class Connection:
    """How a thread reaches one vCenter. Members that trust the same certificates share ``tls``."""

    options: ConnectionOptions
    tls: ssl.SSLContext


@dataclass(frozen=True, slots=True)
class RawMember:
    """One vCenter as it was given.

    ``name`` is that of the host, or the place in the list. ``name_option`` is the option that gives the name,
    ``option_names`` is how the reader of a message knows the options of this member.
    """

    name: str
    options: Mapping[str, Any] | Failure
    name_option: str
    option_names: OptionNames


@dataclass(frozen=True, slots=True)
class FleetMember:
    """One vCenter of the fleet: the connection to it, or why there is none, and what differs in its record.

    ``secret`` is its password, which must not be in a result.
    """

    name: str
    connection: Connection | Failure
    extension: Mapping[str, Any] = field(default_factory=dict)
    secret: str = ""
    option_names: OptionNames = field(default_factory=OptionNames)

    def failed(self, error: ClientPluginError) -> FleetMember:
        """Return the same member without a connection, because of ``error``."""
        return replace(self, connection=Failure.of(error))

    def message(self, failure: Failure) -> str:
        """Return the message of a failure, with the names that the reader can set for this member."""
        return failure.error.message(self.option_names)


def task_option_names(options: Mapping[str, Any], spec: Mapping[str, Any]) -> OptionNames:
    """Return how the reader of a message knows the options of the task itself.

    ``options`` need not be valid; ``spec`` is their argument spec. In a role, an option is a variable of
    ``inventory.variables``.
    """
    inventory = options.get("inventory")
    variables = inventory.get("variables") if isinstance(inventory, Mapping) else None
    if not isinstance(variables, Mapping):
        return OptionNames()
    return OptionNames.from_variables(_used_variables(variables, takes_record=extension_spec().keys() <= spec.keys()))


def members_of_task(options: Mapping[str, Any], task: Any, loader: Any) -> list[RawMember]:
    """Return the vCenters of a task that needs no more of them than a connection. Raises :class:`OptionError`."""
    if options["inventory"] is not None:
        return members_from_inventory(options["inventory"], task, loader, connection_only=True)
    return members_from_list(options)


def members_from_list(options: Mapping[str, Any]) -> list[RawMember]:
    """Return the items of ``vcenters``. Raises :class:`OptionError` where there is no list."""
    if options["vcenters"] is None:
        raise OptionError(
            "is required", option="vcenters", remedy="give a list of vCenters, each with name or hostname"
        )
    return [_from_item(f"vcenters[{index}]", item, options) for index, item in enumerate(options["vcenters"])]


def _from_item(place: str, item: Any, options: Mapping[str, Any]) -> RawMember:
    if isinstance(item, dict):
        name = str(item.get("name") or item.get("hostname") or place)
        return RawMember(name, item, f"{place}.name", _names_in_list(place, item, options))
    # The item is not repeated in the message: it may be a password in the wrong place.
    error = OptionError("must be a dictionary", option=place, remedy="give name, hostname, username and password")
    return RawMember(place, Failure.of(error), f"{place}.name", OptionNames())


def _names_in_list(place: str, item: Mapping[str, Any], options: Mapping[str, Any]) -> OptionNames:
    """Return the names of options that the item gives, or could give because the task does not."""
    names = {option: f"{place}.{option}" for option in member_spec() if options.get(option) is None}
    if "name" in item:
        # Without a host name of its own, the item is reached by its name, whatever the host name of the task.
        names["hostname"] = f"{place}.hostname"
    names |= _names_of_given(place, item, member_spec())
    extension = item.get("extension")
    if isinstance(extension, Mapping):
        # Some names are an option of the connection and an alias in the record: the connection comes first.
        names = _names_of_given(f"{place}.extension", extension, member_record_spec()) | names
    return OptionNames(names=names)


def _names_of_given(place: str, given: Mapping[str, Any], spec: Mapping[str, Any]) -> dict[str, str]:
    """Return the names of what is given; an option that is given by an alias has the name of the alias."""
    names = {str(name): f"{place}.{name}" for name in given}
    for option, part in spec.items():
        alias = next((alias for alias in part.get("aliases", ()) if alias in given), None)
        if alias is not None and option not in given:
            names[option] = f"{place}.{alias}"
    return names


def members_from_batch(inventory: Mapping[str, Any], task: Any, loader: Any) -> list[RawMember]:
    """Return hosts as :func:`members_from_inventory`, or none of them where hosts do not go through the play together.

    Then each host does its own work, in vcenter_extension_outcome. A single host is always returned.
    """
    strategy = str(task.get_play().strategy).rpartition(".")[2]
    has_batch = len(inventory["hosts"]) == 1 or strategy not in _STRATEGIES_WITHOUT_BATCH
    # A condition around the task holds for each host, and it is not known for which: then each works alone.
    conditional = bool(task.when) and not inventory["registered"] and len(inventory["hosts"]) > 1
    return members_from_inventory(inventory, task, loader) if has_batch and not conditional else []


def members_from_inventory(
    inventory: Mapping[str, Any], task: Any, loader: Any, *, connection_only: bool = False
) -> list[RawMember]:
    """Return the hosts of ``inventory``, each with the options that its variables hold, as if it ran the task itself.

    A host on which ``inventory.registered`` was not registered, or by a task that was skipped, is left out.
    """
    manager, play = task.get_variable_manager(), task.get_play()
    used = _used_variables(inventory["variables"], takes_record=not connection_only)
    option_names = OptionNames.from_variables(used)
    ignored = _task_options() | (_CHECK_OPTIONS if connection_only else frozenset())
    read = {option: variable for option, variable in used.items() if option not in ignored}
    members: list[RawMember] = []
    for name in inventory["hosts"]:
        # Everything that the task would see on that host: inventory, play, role, facts and --extra-vars.
        host = manager._inventory.get_host(name)  # noqa: SLF001  Ansible has no public method for it
        if host is None:
            raise OptionError(
                "must be a host of the inventory", option="inventory.hosts", value=name, remedy="correct the name"
            )
        variables = manager.get_vars(play=play, host=host, task=task)
        if not inventory["registered"] or _took_part(variables.get(inventory["registered"])):
            options = _options_of_host(name, read, variables, loader)
            members.append(RawMember(name, options, "inventory.hosts", option_names))
    return members


def _task_options() -> frozenset[str]:
    """Return options that hold for all hosts; ``inventory.variables`` may name them for the sake of messages."""
    return frozenset((fleet_spec() | renewal_spec() | rollback_spec()).keys() - vcenter_spec().keys()) - frozenset(
        extension_spec()
    )


def _used_variables(variables: Mapping[str, Any], *, takes_record: bool) -> dict[str, str]:
    """Return the variables without those of the record, which an action without a record does not read."""
    omitted = frozenset() if takes_record else frozenset(extension_spec()) - _CHECK_OPTIONS
    return {str(option): str(variable) for option, variable in variables.items() if option not in omitted}


def _took_part(registered: Any) -> bool:
    return isinstance(registered, Mapping) and not registered.get("skipped") and not registered.get("failed")


def _options_of_host(
    name: str, variables_of: Mapping[str, str], variables: dict[str, Any], loader: Any
) -> Mapping[str, Any] | Failure:
    templar = Templar(loader=loader, variables=variables)
    raw = {option: variables[variable] for option, variable in variables_of.items() if variable in variables}
    try:
        # In one dictionary: a call takes longer than a variable, and only an item of a container can be omitted.
        values = templar.template(raw)
    except AnsibleError:
        values = {}
        for option, value in raw.items():
            # One by one, to name the variable that is to blame.
            try:
                values |= templar.template({option: value})
            except AnsibleError as error:
                reason = f"cannot be evaluated for {name}: {one_line(error.message)}"
                return Failure.of(OptionError(reason, option=option))
    omit = variables.get("omit")
    options = to_plain_types({option: value for option, value in values.items() if value is not None and value != omit})
    connection = {option: options.pop(option) for option in vcenter_spec() if option in options}
    return {"name": name, "extension": options, **connection}


def read_members(raw: Sequence[RawMember], options: Mapping[str, Any]) -> list[FleetMember]:
    """Read the options of all members. What is wrong with those of one member is the failure of that member.

    ``options`` are those of the task. Raises :class:`OptionError` where two members have the same name.
    """
    reader = _MemberReader(options)
    members: dict[str, FleetMember] = {}
    for item in raw:
        member = reader.read_member(item)
        if member.name in members:
            raise OptionError(
                "must be unique", option=item.name_option, value=member.name, remedy="give each vCenter its own name"
            )
        members[member.name] = member
    return list(members.values())


class _MemberReader:
    """Reads members; those that trust the same certificates share one TLS context, which takes long to make."""

    def __init__(self, options: Mapping[str, Any]) -> None:
        self._options = options
        self._connection = OptionValidator(member_spec())
        self._extension = OptionValidator(member_record_spec(), MEMBER_RECORD_RULES)
        self._contexts: dict[tuple[Any, ...], ssl.SSLContext] = {}

    def read_member(self, raw: RawMember) -> FleetMember:
        """Return the member, with a failure in place of the connection where its options cannot be used."""
        if isinstance(raw.options, Failure):
            return FleetMember(raw.name, raw.options, option_names=raw.option_names)
        secret = next(iter(find_secrets(raw.options)), self._options["password"] or "")
        try:
            given = self._connection.validate(dict(raw.options))
            extension = self._extension.validate(given["extension"] or {})
            merged = {name: self._options[name] if given[name] is None else given[name] for name in vcenter_spec()}
            # A name is more specific than the address of the task, which a credential may have set.
            merged["hostname"] = given["hostname"] or given["name"] or self._options["hostname"]
            connection = self._connect(merged)
        except ClientPluginError as error:
            return FleetMember(raw.name, Failure.of(error), secret=secret, option_names=raw.option_names)
        return FleetMember(
            given["name"] or merged["hostname"],
            connection,
            {option: value for option, value in extension.items() if value is not None},
            secret,
            raw.option_names,
        )

    def _connect(self, merged: Mapping[str, Any]) -> Connection:
        for name in ("hostname", "username", "password"):
            if not merged[name]:
                raise OptionError("is required", option=name, remedy="give it for this vCenter or for all of them")
        options = read_connection_options(merged)
        trust = (options.validate_certs, options.ca_path, options.thumbprint)
        if trust not in self._contexts:
            self._contexts[trust] = tls_context(options)
        return Connection(options, self._contexts[trust])
