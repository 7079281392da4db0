# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Compute the record that results when desired values are laid over the current record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from .._errors import OptionError
from .._foreign_text import quoted
from .._url import is_http
from .certificate_pair import is_thumbprint_of, without_certificate
from .desired import Desired
from .model import PACKAGE, REMOTE, Client, Extension, Server


def overlay(desired: Desired, current: Extension | None, *, certificates: bool = True) -> Extension:
    """Return the record that results from ``desired`` over ``current`` (``None``: not registered yet).

    ``certificates`` is false for a vCenter older than API 8.0.2.0, which stores thumbprints only.
    Raises :class:`OptionError` when the two do not give a record.
    """
    if current is None:
        if not desired.version:
            raise OptionError(
                f"must be set to register {quoted(desired.key)} as a new extension",
                option="version",
                remedy="give the version of the plug-in, such as 1.2.0, or correct O(key)",
            )
        current = Extension(key=desired.key, version=desired.version)
    identity = _given(desired, "version", "label", "summary", "company")
    replaced_lists = _given(desired, "tasks", "events", "faults", "privileges", "resources")
    shown, other = current.shown_in_solution_manager, {**current.other, **desired.other}
    if desired.shown_in_solution_manager is not None and desired.shown_in_solution_manager != bool(shown):
        shown = desired.shown_in_solution_manager
    client = _overlay_client(desired, current, identity)
    manifest_server = _overlay_manifest_server(desired, current, client, identity, certificates=certificates)
    auxiliary = current.servers[1:] if desired.plugin_servers is None else desired.plugin_servers
    if not certificates:
        auxiliary = tuple(without_certificate(server) for server in auxiliary)
    if manifest_server is None and auxiliary:
        raise OptionError(
            "must be set together with O(url) for a record with auxiliary plug-in servers, because the first server of "
            "a record is the manifest server",
            option="server_type",
            remedy="give O(url) and O(server_type), or set O(plugin_servers) to []",
        )
    servers = auxiliary if manifest_server is None else (manifest_server, *auxiliary)
    return replace(
        current,
        **identity,
        **replaced_lists,
        client=client,
        servers=servers,
        shown_in_solution_manager=shown,
        other={name: value for name, value in other.items() if value is not None},
    )


def _given(desired: Desired, *names: str) -> dict[str, Any]:
    """Return the desired values that are set."""
    return {name: value for name in names if (value := getattr(desired, name)) is not None}


def _overlay_client(desired: Desired, current: Extension, identity: Mapping[str, str]) -> Client | None:
    """Return the client element. ``identity`` holds the desired version, label, summary and company."""
    base = current.client
    if base is None:
        if not desired.url:
            return None
        base = Client(
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
    return replace(base, **changes)


def _overlay_manifest_server(
    desired: Desired,
    current: Extension,
    client: Client | None,
    identity: Mapping[str, str],
    *,
    certificates: bool,
) -> Server | None:
    """Return the manifest server, None for a record without one."""
    url = desired.server.get("url", desired.url)
    base = current.manifest_server
    is_package = client is not None and client.type == PACKAGE
    if desired.server_type == "":
        return None
    without_tls = is_package and not desired.server_type and is_http(url)
    if without_tls and (base is None or client != current.client):
        # A package that is served without TLS has no server element (SDK guides on local plug-ins). One that another
        # tool registered is kept as long as nothing else changes.
        return None
    if base is None:
        if not url:
            return None
        base = Server(
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
    return _overlay_pair(replace(base, **changes), desired, legacy=is_package, certificates=certificates)


def _overlay_pair(server: Server, desired: Desired, *, legacy: bool, certificates: bool) -> Server:
    """Return ``server`` with the desired certificate and thumbprint, which always change as a pair."""
    if desired.certificate is not None:
        offered = desired.certificate
        derived = offered.sha1 if legacy else offered.sha256
        thumbprint = (derived if desired.thumbprint is None else desired.thumbprint) or None
        is_foreign = offered.sha256 and thumbprint not in (None, offered.sha256, offered.sha1)
        if is_foreign and (thumbprint, offered.pem) != (server.thumbprint, server.certificate):
            raise OptionError(
                f"must be the thumbprint of the given certificate, which is {offered.sha256}",
                option="server_thumbprint",
                value=thumbprint,
                remedy="omit O(server_thumbprint), it is computed from the certificate",
            )
        server = replace(server, certificate=offered.pem, thumbprint=thumbprint)
    elif desired.thumbprint is not None:
        keeps = bool(
            desired.thumbprint and server.certificate and is_thumbprint_of(desired.thumbprint, server.certificate)
        )
        server = replace(
            server,
            thumbprint=desired.thumbprint or None,
            certificate=server.certificate if keeps else None,
        )
    if desired.drop_certificate:
        server = replace(server, certificate=None)
    return server if certificates else without_certificate(server)
