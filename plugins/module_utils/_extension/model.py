# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Define the extension record of a vCenter.

The record follows ``vim.Extension`` of the vSphere Web Services API. Fields without an attribute of their own are kept
in :attr:`Extension.other`, so that an update does not lose them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

REMOTE = "vsphere-client-remote"
PACKAGE = "vsphere-client-serenity"
# The API requires an address. The registration tool of VMware's SDK 9.0 always writes this one.
DEFAULT_ADMIN_EMAIL = ("noreply@vmware.com",)
# The module into which the registration tool of the SDK puts the texts of every locale.
RESOURCE_MODULE = "resources"


@dataclass(frozen=True, slots=True)
class Client:
    """Where the vSphere Client finds the plug-in (``vim.Extension.ClientInfo``). The API requires every field."""

    url: str
    type: str
    version: str
    label: str = ""
    summary: str = ""
    company: str = ""


@dataclass(frozen=True, slots=True)
class Server:
    """A web server of the plug-in and what a client trusts it by (``vim.Extension.ServerInfo``).

    ``thumbprint`` is upper-case hex pairs with colons, ``certificate`` is strict PEM (RFC 7468).
    """

    url: str
    type: str
    label: str = ""
    summary: str = ""
    company: str = ""
    admin_email: tuple[str, ...] = DEFAULT_ADMIN_EMAIL
    thumbprint: str | None = None
    certificate: str | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """A type of event (``vim.Extension.EventTypeInfo``). ``schema`` is an XML text."""

    id: str
    schema: str | None = None


@dataclass(frozen=True, slots=True)
class Privilege:
    """A privilege (``vim.Extension.PrivilegeInfo``). ``id`` is the full id, normally ``group.name``."""

    id: str
    group: str


@dataclass(frozen=True, slots=True)
class Resource:
    """The messages of one locale (``vim.Extension.ResourceInfo``)."""

    locale: str
    module: str
    messages: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Extension:
    """One record of the ExtensionManager of a vCenter.

    The first server is the manifest server, the others are auxiliary plug-in servers.
    """

    key: str
    version: str
    label: str = ""
    summary: str = ""
    company: str = ""
    client: Client | None = None
    servers: tuple[Server, ...] = ()
    tasks: tuple[str, ...] = ()
    events: tuple[Event, ...] = ()
    faults: tuple[str, ...] = ()
    privileges: tuple[Privilege, ...] = ()
    resources: tuple[Resource, ...] = ()
    shown_in_solution_manager: bool | None = None
    # Fields without an option of their own (healthInfo, managedEntityInfo, ...) as plain data, named as in the API.
    other: Mapping[str, Any] = field(default_factory=dict)

    @property
    def manifest_server(self) -> Server | None:
        """The server of the manifest or package, None for a record without servers."""
        return self.servers[0] if self.servers else None

    @property
    def client_type(self) -> str:
        """The type of the client, empty for a record without one."""
        return self.client.type if self.client is not None else ""

    @property
    def client_url(self) -> str:
        """The URL of the client, empty for a record without one."""
        return self.client.url if self.client is not None else ""

    def comparable(self) -> Extension:
        """Return the record with every list sorted whose order has no meaning."""
        return replace(
            self,
            shown_in_solution_manager=bool(self.shown_in_solution_manager),
            tasks=tuple(sorted(self.tasks)),
            events=tuple(sorted(self.events, key=lambda event: (event.id, event.schema or ""))),
            faults=tuple(sorted(self.faults)),
            privileges=tuple(sorted(self.privileges, key=lambda privilege: (privilege.id, privilege.group))),
            resources=tuple(
                sorted(
                    (replace(resource, messages=tuple(sorted(resource.messages))) for resource in self.resources),
                    key=lambda resource: (resource.locale, resource.module, resource.messages),
                )
            ),
        )
