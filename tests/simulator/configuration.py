# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Parse the configuration of the vCenters and fill in its defaults."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any

from faults import FaultError, Rule
from pyVmomi import VmomiSupport, vim
from vcenter import VIEW_PRIVILEGE, Account, Settings

ADMINISTRATOR = "administrator@vsphere.local"
READER = "reader@vsphere.local"
DEFAULT_VERSION = "8.0.3.0"
_KEYS = ("name", "port", "api_version", "type", "accounts", "extensions", "faults", "delay")


class ConfigurationError(ValueError):
    """The configuration is invalid."""


def parse_configuration(given: Any, count: int | None) -> list[Settings]:
    """Return the settings of ``count`` vCenters.

    Without ``count`` there are as many as ``given`` describes, at least one. vCenters that it does not describe have
    default settings.
    """
    items = given.get("vcenters") if isinstance(given, Mapping) else given
    if not isinstance(items, list) or not all(isinstance(item, Mapping) for item in items):
        raise ConfigurationError("must be a list of vCenters, or an object with this list as `vcenters`")
    total = len(items) or 1 if count is None else count
    if total < len(items):
        raise ConfigurationError(f"must describe at most {total} vCenters, got {len(items)}")
    numbered = enumerate([*items, *[{}] * (total - len(items))], start=1)
    settings = [_parse_vcenter(number, item) for number, item in numbered]
    if len({item.name for item in settings}) < total:
        raise ConfigurationError("must not contain the same `name` twice")
    return settings


def _parse_vcenter(number: int, given: Mapping[str, Any]) -> Settings:
    name = given.get("name", f"vcenter{number:02}")
    unknown = sorted(set(given) - set(_KEYS))
    if unknown:
        raise ConfigurationError(f"{name}: unknown key {', '.join(unknown)}; use {', '.join(_KEYS)}")
    if given.get("type", "vcenter") not in ("vcenter", "esxi"):
        raise ConfigurationError(f"{name}: `type` must be vcenter or esxi, got {given['type']!r}")
    delay = [{"kind": "delay", "seconds": given["delay"]}] if "delay" in given else []
    try:
        rules = tuple(Rule.parse(rule) for rule in [*given.get("faults", []), *delay])
        extensions = tuple(_parse_extension(extension) for extension in given.get("extensions", []))
    except (FaultError, ConfigurationError) as error:
        raise ConfigurationError(f"{name}: {error}") from error
    return Settings(
        name=name,
        accounts=_parse_accounts(given.get("accounts", [])),
        port=given.get("port", 0),
        api_version=given.get("api_version", DEFAULT_VERSION),
        esxi=given.get("type") == "esxi",
        extensions=extensions,
        faults=rules,
    )


def _parse_accounts(given: list[Mapping[str, Any]]) -> tuple[Account, ...]:
    """Return the two default accounts and the given ones, which may replace a default account."""
    defaults: list[Mapping[str, Any]] = [
        {"username": ADMINISTRATOR},
        {"username": READER, "privileges": [VIEW_PRIVILEGE]},
    ]
    accounts: dict[str, Account] = {}
    for item in [*defaults, *given]:
        privileges = item.get("privileges", "all")
        accounts[item["username"]] = Account(
            item["username"],
            item.get("password") or secrets.token_urlsafe(12),
            None if privileges == "all" else frozenset(privileges),
        )
    return tuple(accounts.values())


def _parse_extension(given: Mapping[str, Any]) -> Any:
    """Return a ``vim.Extension`` from an object with the names of the API; the default heartbeat is now."""
    return _parse_data_object(vim.Extension, {"lastHeartbeatTime": datetime.now(timezone.utc), **given})


def _parse_data_object(kind: Any, given: Mapping[str, Any]) -> Any:
    result = kind()
    types = {prop.name: prop.type for prop in kind._GetPropertyList()}
    for name, value in given.items():
        if name not in types:
            raise ConfigurationError(f"unknown property {name} of {kind.__name__}")
        expected = types[name]
        if issubclass(expected, list):
            setattr(result, name, expected(_parse_value(expected.Item, item) for item in value))
        else:
            setattr(result, name, _parse_value(expected, value))
    return result


def _parse_value(kind: Any, given: Any) -> Any:
    if issubclass(kind, VmomiSupport.DataObject):
        return _parse_data_object(kind, given)
    if kind is datetime and isinstance(given, str):
        return datetime.fromisoformat(given)
    return given
