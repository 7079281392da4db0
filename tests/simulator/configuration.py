# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""What the vCenters are to be, from a JSON file or by default: the only file that knows the configuration's format."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any

from faults import FaultError, Rule
from pyVmomi import VmomiSupport, vim
from vcenter import READ, Account, Settings

ADMINISTRATOR = "administrator@vsphere.local"
READER = "reader@vsphere.local"
DEFAULT_VERSION = "8.0.3.0"
_KEYS = ("name", "port", "api_version", "type", "accounts", "extensions", "faults", "delay")


class ConfigurationError(ValueError):
    """The configuration cannot be used; the text says where and why."""


def settings(given: Any, count: int | None) -> list[Settings]:
    """``count`` vCenters (default: as many as are described, at least one); those not described are ordinary ones."""
    described = given.get("vcenters") if isinstance(given, Mapping) else given
    if not isinstance(described, list) or not all(isinstance(one, Mapping) for one in described):
        raise ConfigurationError("The configuration is a list of vCenters, or an object with such a list as vcenters.")
    total = len(described) or 1 if count is None else count
    if total < len(described):
        raise ConfigurationError(f"The configuration describes {len(described)} vCenters, but only {total} are wanted.")
    whole = [_one(number, one) for number, one in enumerate([*described, *[{}] * (total - len(described))], start=1)]
    if len({one.name for one in whole}) < total:
        raise ConfigurationError("Two vCenters of the configuration have the same name.")
    return whole


def _one(number: int, given: Mapping[str, Any]) -> Settings:
    name = given.get("name", f"vcenter{number:02}")
    strange = sorted(set(given) - set(_KEYS))
    if strange:
        raise ConfigurationError(f"{name}: there is no {', '.join(strange)}; there are {', '.join(_KEYS)}.")
    if given.get("type", "vcenter") not in ("vcenter", "esxi"):
        raise ConfigurationError(f"{name}: the type is vcenter or esxi, not {given['type']!r}.")
    delay = [{"kind": "delay", "seconds": given["delay"]}] if "delay" in given else []
    try:
        rules = tuple(Rule.parse(rule) for rule in [*given.get("faults", []), *delay])
        extensions = tuple(_extension(extension) for extension in given.get("extensions", []))
    except (FaultError, ConfigurationError) as error:
        raise ConfigurationError(f"{name}: {error}") from error
    return Settings(
        name=name,
        accounts=_accounts(given.get("accounts", [])),
        port=given.get("port", 0),
        api_version=given.get("api_version", DEFAULT_VERSION),
        esxi=given.get("type") == "esxi",
        extensions=extensions,
        faults=rules,
    )


def _accounts(given: list[Mapping[str, Any]]) -> tuple[Account, ...]:
    """The two ordinary accounts and those described; one that is described wins over an ordinary one."""
    ordinary: list[Mapping[str, Any]] = [{"username": ADMINISTRATOR}, {"username": READER, "privileges": [READ]}]
    chosen: dict[str, Account] = {}
    for one in [*ordinary, *given]:
        privileges = one.get("privileges", "all")
        chosen[one["username"]] = Account(
            one["username"],
            one.get("password") or secrets.token_urlsafe(12),
            None if privileges == "all" else frozenset(privileges),
        )
    return tuple(chosen.values())


def _extension(given: Mapping[str, Any]) -> Any:
    """A ``vim.Extension`` from an object with the API's own names; a heartbeat that is left out is now."""
    return _data_object(vim.Extension, {"lastHeartbeatTime": datetime.now(timezone.utc), **given})


def _data_object(kind: Any, given: Mapping[str, Any]) -> Any:
    whole = kind()
    known = {prop.name: prop.type for prop in kind._GetPropertyList()}
    for name, value in given.items():
        if name not in known:
            raise ConfigurationError(f"{kind.__name__} has no {name}.")
        wanted = known[name]
        many = issubclass(wanted, list)
        setattr(whole, name, wanted(_value(wanted.Item, item) for item in value) if many else _value(wanted, value))
    return whole


def _value(kind: Any, given: Any) -> Any:
    if issubclass(kind, VmomiSupport.DataObject):
        return _data_object(kind, given)
    if kind is datetime and isinstance(given, str):
        return datetime.fromisoformat(given)
    return given
