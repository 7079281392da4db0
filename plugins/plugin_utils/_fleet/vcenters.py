# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""The only file that knows where the vCenters of a fleet come from: a list in the task, or hosts of the inventory."""

from __future__ import annotations

import json
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ansible.errors import AnsibleError
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.module_utils.common.parameters import remove_values
from ansible.template import Templar

from ...module_utils import _errors
from ...module_utils._argument_specs import OVERRIDE_RULES, entry_spec, override_spec, vcenter_spec
from ...module_utils._extension.model import OptionError
from ...module_utils._vcenter.connection import Target, target, tls_context
from .worker import Failure

# The strategies in which a host does not wait for the others, and run_once is ignored.
_ALONE = frozenset({"free", "host_pinned"})

_UNREAD = Failure("option", "was not read")

Given = tuple[str, "Mapping[str, Any] | Failure"]


@dataclass(frozen=True, slots=True)
class Way:
    """How a thread gets to one vCenter."""

    target: Target
    tls: ssl.SSLContext


@dataclass(frozen=True, slots=True)
class Entry:
    """One vCenter of the fleet: the way there, or why there is none, and what differs in its record.

    ``position`` is how a message names it, ``variables`` are the names that its options have where they come from, and
    ``secret`` is its password, which no result may show.
    """

    name: str
    position: str
    way: Way | Failure
    extension: Mapping[str, Any]
    secret: str
    variables: Mapping[str, str] = field(default_factory=dict)

    def failed(self, error: _errors.OptionError) -> Entry:
        """The same, with no way there because of what is wrong with its options."""
        text = error.message(_errors.OptionNames(names=self.variables))
        return replace(self, way=Failure("option", f"{self.position}: {text}"))


def plain(value: Any) -> Any:
    """The same in plain types: Ansible's own strings and numbers carry tags and lazy decryption along."""
    return json.loads(json.dumps(value, default=str))


def validated(arguments: Mapping[str, Any], spec: Mapping[str, Any], rules: Mapping[str, Any]) -> dict[str, Any]:
    """The options of a task as ``spec`` wants them, less those of single entries. Raises :class:`OptionError`."""
    # An entry that is wrong is the failure of that entry: it is looked at later, and by itself.
    shallow = {**spec, "vcenters": {"type": "list", "elements": "raw"}} if "vcenters" in spec else spec
    given = {name: value for name, value in plain(dict(arguments)).items() if value is not None}
    return _validated(given, ArgumentSpecValidator(shallow, **rules), "options")


def _validated(given: dict[str, Any], validator: Any, where: str) -> dict[str, Any]:
    validation = validator.validate(given)
    if validation.unsupported_parameters:
        unknown = (".".join(name) if isinstance(name, tuple) else name for name in validation.unsupported_parameters)
        raise OptionError(where, f"there is no {', '.join(sorted(unknown))}; ansible-doc lists what there is")
    if validation.error_messages:
        text = remove_values("; ".join(validation.error_messages), _secrets(given))
        raise OptionError(where, str(text))
    return dict(validation.validated_parameters)


def _secrets(given: Mapping[str, Any]) -> set[str]:
    names = ("password", *vcenter_spec()["password"]["aliases"])
    return {str(given[name]) for name in names if given.get(name)}


def from_list(options: Mapping[str, Any]) -> list[Given]:
    """The items of ``vcenters``, each with the words that name it. Raises :class:`OptionError` where there are none."""
    if options["vcenters"] is None:
        raise OptionError("vcenters", "is missing; give a list of vCenters, each with its name or hostname")
    found: list[Given] = []
    for index, item in enumerate(options["vcenters"]):
        position = f"vcenters[{index}]"
        if isinstance(item, dict):
            name = item.get("name") or item.get("hostname")
            found.append((f"{position} ({name})" if name else position, item))
        else:
            # Not repeated in the message: it may be a password in the wrong place.
            text = f"{position}: is not a dictionary; give name, hostname, username and password"
            found.append((position, Failure("option", text)))
    return found


def from_batch(inventory: Mapping[str, Any], task: Any, loader: Any) -> list[Given]:
    """As :func:`from_inventory`, for hosts that tell their own outcome, and do their own work where there is no batch.

    All of them are left out, unless there is only one, where hosts do not go through the play together.
    """
    together = len(inventory["hosts"]) == 1 or str(task.get_play().strategy).rpartition(".")[2] not in _ALONE
    # A condition that was put around the task holds for each host, and nobody has told us for which: each goes alone.
    conditional = bool(task.when) and not inventory["registered"] and len(inventory["hosts"]) > 1
    return from_inventory(inventory, task, loader) if together and not conditional else []


def from_inventory(
    inventory: Mapping[str, Any], task: Any, loader: Any, *, connection_only: bool = False
) -> list[Given]:
    """The hosts of ``inventory``, each with the options that its variables hold, as if it ran the task itself.

    A host on which ``inventory.registered`` was not registered, or by a task that was skipped, is left out.
    """
    manager, play = task.get_variable_manager(), task.get_play()
    names = inventory["variables"]
    if connection_only:
        names = {option: variable for option, variable in names.items() if option in vcenter_spec()}
    found: list[Given] = []
    for name in inventory["hosts"]:
        # Everything that the task would see on that host: inventory, play, role, facts and --extra-vars.
        host = manager._inventory.get_host(name)  # noqa: SLF001  there is no public way to a host by its name
        if host is None:
            raise OptionError("inventory.hosts", f"there is no host {name!r} in the inventory; correct the name")
        variables = manager.get_vars(play=play, host=host, task=task)
        if not inventory["registered"] or _took_part(variables.get(inventory["registered"])):
            found.append((name, _of_host(name, names, variables, loader)))
    return found


def given(options: Mapping[str, Any], task: Any, loader: Any) -> list[Given]:
    """The vCenters of a task that needs no more of them than how they are reached. Raises :class:`OptionError`."""
    if options["inventory"] is not None:
        return from_inventory(options["inventory"], task, loader, connection_only=True)
    return from_list(options)


def _took_part(registered: Any) -> bool:
    return isinstance(registered, Mapping) and not registered.get("skipped") and not registered.get("failed")


def _of_host(
    name: str, names: Mapping[str, str], variables: dict[str, Any], loader: Any
) -> Mapping[str, Any] | Failure:
    templar = Templar(loader=loader, variables=variables)
    options: dict[str, Any] = {}
    for option, variable in names.items():
        if variable not in variables:
            continue
        try:
            # In a dictionary, because a value that is omitted can be one of a container only.
            value = templar.template({option: variables[variable]}).get(option)
        except AnsibleError as error:
            return Failure("option", f"{variable} of {name} cannot be evaluated: {error.message}")
        if value is not None and value != variables.get("omit"):
            options[option] = plain(value)
    connection = {option: options.pop(option) for option in vcenter_spec() if option in options}
    return {"name": name, "extension": options, **connection}


def entries(found: Sequence[Given], options: Mapping[str, Any]) -> list[Entry]:
    """Read what was given. What is wrong with one entry is the failure of that entry, and names it.

    Raises :class:`OptionError` where two have the same name.
    """
    contexts: dict[tuple[Any, ...], ssl.SSLContext] = {}
    connection, extension = (
        ArgumentSpecValidator(entry_spec()),
        ArgumentSpecValidator(override_spec(), **OVERRIDE_RULES),
    )
    read = [_entry(position, item, options, contexts, (connection, extension)) for position, item in found]
    seen: set[str] = set()
    for entry in read:
        if entry.name in seen:
            raise OptionError(entry.position, f"{entry.name!r} is there twice; give each vCenter a name of its own")
        seen.add(entry.name)
    return read


def _entry(
    position: str,
    item: Mapping[str, Any] | Failure,
    options: Mapping[str, Any],
    contexts: dict[tuple[Any, ...], ssl.SSLContext],
    validators: tuple[Any, Any],
) -> Entry:
    if isinstance(item, Failure):
        return Entry(position, position, item, {}, "")
    secret = next(iter(_secrets(item)), options["password"] or "")
    variables = options["inventory"]["variables"] if options.get("inventory") else {}
    unread = Entry(str(item.get("name") or position), position, _UNREAD, {}, secret, variables)
    try:
        given = _validated(dict(item), validators[0], "options")
        override = _validated(given["extension"] or {}, validators[1], "extension")
        merged = {name: options[name] if given[name] is None else given[name] for name in vcenter_spec()}
        # The name of an entry comes before the address of the task, which a credential may have put there.
        merged["hostname"] = given["hostname"] or given["name"] or options["hostname"]
        way = _way(merged, contexts)
    except _errors.OptionError as error:
        return unread.failed(error)
    wishes = {option: value for option, value in override.items() if value is not None}
    return replace(unread, name=given["name"] or merged["hostname"], way=way, extension=wishes)


def _way(merged: Mapping[str, Any], contexts: dict[tuple[Any, ...], ssl.SSLContext]) -> Way:
    """Those that trust the same share one TLS context: it takes long to read CAs. Raises :class:`OptionError`."""
    for name in ("hostname", "username", "password"):
        if not merged[name]:
            raise OptionError(name, "is missing; give it for this vCenter or for all")
    where = target(merged)
    trust = (where.validate_certs, where.ca_path, where.thumbprint)
    if trust not in contexts:
        contexts[trust] = tls_context(where)
    return Way(where, contexts[trust])
