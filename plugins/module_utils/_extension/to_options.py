# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Write a record as task options. Given back to a task, they change nothing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .model import RESOURCE_MODULE, Client, Extension, Privilege, Resource, Server

_CLIENT_OWN = ("version", "label", "summary", "company")
_SERVER_OWN = ("label", "summary", "company")


def to_options(extension: Extension) -> dict[str, Any]:
    """Return the options that describe a record. None is the value of what the record does not have."""
    client = extension.client
    manifest_server = extension.manifest_server
    own_server = _differing_texts(manifest_server, _SERVER_OWN, extension)
    if manifest_server is not None and (client is None or manifest_server.url != client.url):
        own_server["url"] = manifest_server.url
    no_server = "" if client is not None else None
    return {
        "key": extension.key,
        "version": extension.version,
        "label": extension.label,
        "summary": extension.summary,
        "company": extension.company,
        "url": client and client.url,
        "client_type": client and client.type,
        # An empty type cannot be an option: there it means that the record has no server.
        "server_type": (manifest_server.type or None) if manifest_server is not None else no_server,
        "admin_email": manifest_server and list(manifest_server.admin_email),
        "server_certificate": manifest_server and manifest_server.certificate,
        "server_thumbprint": manifest_server and _thumbprint_option(manifest_server),
        "plugin_servers": [_server_options(server) for server in extension.servers[1:]],
        "tasks": [{"id": task} for task in extension.tasks],
        "events": [{"id": event.id, "schema": event.schema} for event in extension.events],
        "faults": [{"id": fault} for fault in extension.faults],
        "privileges": _privilege_options(extension.privileges),
        "resources": _resource_options(extension.resources),
        "shown_in_solution_manager": bool(extension.shown_in_solution_manager),
        "client": _differing_texts(client, _CLIENT_OWN, extension),
        "server": own_server,
        "other": dict(extension.other),
    }


def _differing_texts(part: Client | Server | None, names: Iterable[str], extension: Extension) -> dict[str, str]:
    """Return the texts of ``part`` that differ from those of the extension itself."""
    texts = {} if part is None else {name: getattr(part, name) for name in names}
    return {name: text for name, text in texts.items() if text != getattr(extension, name)}


def _server_options(server: Server) -> dict[str, Any]:
    return {
        "url": server.url,
        "type": server.type,
        "label": server.label,
        "summary": server.summary,
        "company": server.company,
        "admin_email": list(server.admin_email),
        "server_certificate": server.certificate,
        "server_thumbprint": _thumbprint_option(server),
    }


def _thumbprint_option(server: Server) -> str | None:
    """Return the thumbprint, or "" for a record with a certificate alone, since a task would compute the thumbprint."""
    return server.thumbprint or ("" if server.certificate else None)


def _privilege_options(privileges: Iterable[Privilege]) -> list[dict[str, Any]]:
    groups: dict[str, list[dict[str, str]]] = {}
    for privilege in privileges:
        prefix = privilege.group + "."
        short = privilege.id.startswith(prefix)
        item = {"id": privilege.id[len(prefix) :]} if short else {"full_id": privilege.id}
        groups.setdefault(privilege.group, []).append(item)
    return [{"group": group, "privileges": items} for group, items in groups.items()]


def _resource_options(resources: tuple[Resource, ...]) -> dict[str, Any] | list[dict[str, Any]]:
    """Return a dictionary of locales as the SDK tool has it, or a list where the record does not fit into one."""
    by_locale = {resource.locale: _messages(resource) for resource in resources}
    modules = {resource.module for resource in resources}
    if len(by_locale) == len(resources) and modules <= {RESOURCE_MODULE}:
        return by_locale
    return [
        {"locale": resource.locale, "module": resource.module, "messages": _messages(resource)}
        for resource in resources
    ]


def _messages(resource: Resource) -> Any:
    """Return a dictionary, or a list of pairs where a key occurs twice."""
    messages = dict(resource.messages)
    return messages if len(messages) == len(resource.messages) else [list(pair) for pair in resource.messages]
