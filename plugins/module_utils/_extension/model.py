# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""The extension record, what a task wants of it, and the plan that leads from one to the other.

Pure: standard library only, nothing here touches a network, a file or a clock. The record follows ``vim.Extension`` of
the vSphere Web Services API; what it has no name for travels along in :attr:`Extension.other`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from .. import _errors
from .._certificate import thumbprint as _thumbprint

REMOTE = "vsphere-client-remote"
PACKAGE = "vsphere-client-serenity"
# The API requires an address; this is the one that VMware's own registration tool (SDK 9.0) always writes.
DEFAULT_ADMIN_EMAIL = ("noreply@vmware.com",)
# And this is the one module into which it puts the texts of every locale.
RESOURCE_MODULE = "resources"


class OptionError(_errors.OptionError, ValueError):
    """The error of before, until every caller raises the new one: option and text in one sentence."""

    def __init__(self, option: str, message: str) -> None:
        super().__init__(message, option=option)

    def problem(self, names: _errors.OptionNames | None = None) -> str:
        """Return the whole sentence."""
        return f"{(names or _errors.OptionNames()).name(self.option)}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Client:
    """``vim.Extension.ClientInfo``: where the vSphere Client finds the plug-in. Every field is required by the API."""

    url: str
    type: str
    version: str
    label: str = ""
    summary: str = ""
    company: str = ""


@dataclass(frozen=True, slots=True)
class Server:
    """``vim.Extension.ServerInfo``: a web server of the plug-in and how it proves who it is.

    ``thumbprint`` is in the notation of :func:`_thumbprint.canonical`, ``certificate`` is strict PEM (RFC 7468).
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
    """``vim.Extension.EventTypeInfo``; ``schema`` is an XML text."""

    id: str
    schema: str | None = None


@dataclass(frozen=True, slots=True)
class Privilege:
    """``vim.Extension.PrivilegeInfo``; ``id`` is the full id, normally ``group.name``."""

    id: str
    group: str


@dataclass(frozen=True, slots=True)
class Resource:
    """``vim.Extension.ResourceInfo``: the messages of one locale."""

    locale: str
    module: str
    messages: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Extension:
    """One record of a vCenter's ExtensionManager. ``servers[0]`` is the manifest server, the others are auxiliary."""

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
    # Fields without an option of their own (healthInfo, managedEntityInfo, ...) as plain data in the API's names.
    other: Mapping[str, Any] = field(default_factory=dict)

    def comparable(self) -> Extension:
        """The same record with everything whose order means nothing put in order."""
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


@dataclass(frozen=True, slots=True)
class OfferedCertificate:
    """A certificate that a task offers: strict PEM, its two thumbprints, its last day (aware, UTC) and its names.

    ``sans`` is in the notation of :class:`_certificate.Certificate`. The thumbprints are empty for what is none and can
    only be fed back.
    """

    pem: str
    sha256: str
    sha1: str
    not_after: datetime
    sans: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Desired:
    """What a task wants. ``None`` keeps what is registered, an empty value empties it.

    ``client`` and ``server`` hold values that shall differ from the extension's own (label, summary, company; version
    of the client, url of the server): records made by other tools have such differences, and they must survive a round
    trip. ``server_type`` ``""`` means: no server element at all. ``certificates`` are those that ``plugin_servers``
    brings along. ``other`` replaces the fields that it names, and removes those whose value is None.

    ``doubts`` are what is wrong with values that must never be written, but may be registered already: what was read
    from a vCenter can be fed back whatever it holds.
    """

    key: str
    present: bool = True
    version: str | None = None
    label: str | None = None
    summary: str | None = None
    company: str | None = None
    url: str | None = None
    client_type: str | None = None
    server_type: str | None = None
    admin_email: tuple[str, ...] | None = None
    thumbprint: str | None = None
    certificate: OfferedCertificate | None = None
    drop_certificate: bool = False
    plugin_servers: tuple[Server, ...] | None = None
    certificates: tuple[OfferedCertificate, ...] = ()
    tasks: tuple[str, ...] | None = None
    events: tuple[Event, ...] | None = None
    faults: tuple[str, ...] | None = None
    privileges: tuple[Privilege, ...] | None = None
    resources: tuple[Resource, ...] | None = None
    shown_in_solution_manager: bool | None = None
    client: Mapping[str, str] = field(default_factory=dict)
    server: Mapping[str, str] = field(default_factory=dict)
    other: Mapping[str, Any] = field(default_factory=dict)
    allow_downgrade: bool = False
    refuse_takeover: bool = False
    doubts: tuple[OptionError, ...] = ()


def overlay(desired: Desired, current: Extension | None, *, certificates: bool = True) -> Extension:
    """The record as it should be: ``desired`` laid over ``current`` (``None``: not registered yet).

    ``certificates`` is false for a vCenter older than API 8.0.2.0, which knows thumbprints only.
    Raises :class:`OptionError` when the two together cannot make a record.
    """
    if current is None:
        if not desired.version:
            raise OptionError("version", f"is needed to register {desired.key!r}, which this vCenter does not know yet")
        current = Extension(key=desired.key, version=desired.version)
    identity = {
        name: value
        for name in ("version", "label", "summary", "company")
        if (value := getattr(desired, name)) is not None
    }
    lists = {
        name: value
        for name in ("tasks", "events", "faults", "privileges", "resources")
        if (value := getattr(desired, name)) is not None
    }
    shown, other = current.shown_in_solution_manager, {**current.other, **desired.other}
    if desired.shown_in_solution_manager is not None and desired.shown_in_solution_manager != bool(shown):
        shown = desired.shown_in_solution_manager
    client = _client(desired, current, identity)
    manifest_server = _manifest_server(desired, current, client, identity, certificates=certificates)
    auxiliary = current.servers[1:] if desired.plugin_servers is None else desired.plugin_servers
    if not certificates:
        auxiliary = tuple(without_certificate(server) for server in auxiliary)
    if manifest_server is None and auxiliary:
        raise OptionError(
            "server_type",
            "a record with auxiliary plug-in servers needs a manifest server before them; "
            "give url and server_type, or set plugin_servers to []",
        )
    servers = auxiliary if manifest_server is None else (manifest_server, *auxiliary)
    return replace(
        current,
        **identity,
        **lists,
        client=client,
        servers=servers,
        shown_in_solution_manager=shown,
        other={name: value for name, value in other.items() if value is not None},
    )


def _client(desired: Desired, current: Extension, identity: Mapping[str, str]) -> Client | None:
    known = current.client
    if known is None:
        if not desired.url:
            return None
        known = Client(
            url=desired.url,
            type=desired.client_type or REMOTE,
            version=current.version,
            label=current.label,
            summary=current.summary,
            company=current.company,
        )
    changes = dict(identity) | dict(desired.client)
    if desired.url is not None:
        changes["url"] = desired.url
    if desired.client_type is not None:
        changes["type"] = desired.client_type
    return replace(known, **changes)


def _manifest_server(
    desired: Desired,
    current: Extension,
    client: Client | None,
    identity: Mapping[str, str],
    *,
    certificates: bool,
) -> Server | None:
    url = desired.server.get("url", desired.url)
    known = current.servers[0] if current.servers else None
    is_package = client is not None and client.type == PACKAGE
    if desired.server_type == "":
        return None
    plain = is_package and not desired.server_type and (url or "").lower().startswith("http:")
    if plain and (known is None or client != current.client):
        # A package that is served without TLS has no server element (SDK guides on local plug-ins). One that another
        # tool has registered all the same stays as long as nothing else changes.
        return None
    if known is None:
        if not url:
            return None
        known = Server(
            url=url,
            type=desired.server_type or ("HTTPS" if is_package else "MANIFEST_SERVER"),
            label=current.label,
            summary=current.summary,
            company=current.company,
        )
    changes: dict[str, Any] = {name: value for name, value in identity.items() if name != "version"}
    changes |= desired.server
    if url is not None:
        changes["url"] = url
    if desired.server_type is not None:
        changes["type"] = desired.server_type
    if desired.admin_email is not None:
        changes["admin_email"] = desired.admin_email
    return _with_pair(replace(known, **changes), desired, legacy=is_package, certificates=certificates)


def _with_pair(server: Server, desired: Desired, *, legacy: bool, certificates: bool) -> Server:
    """Certificate and thumbprint are one pair: neither is ever left behind by the other."""
    if desired.certificate is not None:
        offered = desired.certificate
        derived = offered.sha1 if legacy else offered.sha256
        thumbprint = (derived if desired.thumbprint is None else desired.thumbprint) or None
        foreign = offered.sha256 and thumbprint not in (None, offered.sha256, offered.sha1)
        if foreign and (thumbprint, offered.pem) != (server.thumbprint, server.certificate):
            raise OptionError(
                "server_thumbprint",
                f"{thumbprint} does not belong to server_certificate, whose SHA-256 thumbprint is {offered.sha256}; "
                "leave server_thumbprint out, it is computed",
            )
        server = replace(server, certificate=offered.pem, thumbprint=thumbprint)
    elif desired.thumbprint is not None:
        keeps = bool(desired.thumbprint and server.certificate and matches(desired.thumbprint, server.certificate))
        server = replace(
            server,
            thumbprint=desired.thumbprint or None,
            certificate=server.certificate if keeps else None,
        )
    if desired.drop_certificate:
        server = replace(server, certificate=None)
    return server if certificates else without_certificate(server)


def without_certificate(server: Server) -> Server:
    """The same for a vCenter that knows thumbprints only."""
    if server.certificate is None:
        return server
    try:
        thumbprint = server.thumbprint or _thumbprint.of_pem(server.certificate, "sha256")
    except _thumbprint.ThumbprintError:
        # What is registered there need not be a certificate.
        thumbprint = None
    return replace(server, certificate=None, thumbprint=thumbprint)


def matches(thumbprint: str, pem: str) -> bool:
    """Does the canonical ``thumbprint`` (SHA-1 or SHA-256) belong to the first certificate of ``pem``?"""
    try:
        return _thumbprint.of_pem(pem, _thumbprint.algorithm(thumbprint)) == thumbprint
    except _thumbprint.ThumbprintError:
        # What a vCenter holds need not be a certificate or a thumbprint at all: then nothing matches it.
        return False
