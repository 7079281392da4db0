# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Warn about a planned record that may be written, but that the vSphere Client may not show."""

from __future__ import annotations

from .._foreign_text import one_line
from .._url import is_http, is_https
from .desired import Desired
from .model import PACKAGE, Extension, Server

# Of a thumbprint as pairs with colons.
_SHA1_LENGTH, _SHA256_LENGTH = 59, 95


def warn_of_dropped_certificates(desired: Desired, *, certificates: bool) -> tuple[str, ...]:
    """Return a warning where a certificate is given to a vCenter that stores thumbprints only."""
    offered = desired.certificate is not None or any(server.certificate for server in desired.plugin_servers or ())
    if certificates or not offered:
        return ()
    return ("This vCenter is older than API 8.0.2.0 and cannot store certificates: only the thumbprint is registered.",)


def find_risks(current: Extension | None, planned: Extension, *, packages: bool) -> tuple[str, ...]:
    """Return warnings, a sentence each, about what a vSphere Client may not show or trust.

    Options are referenced as ``O(name)``; :meth:`Outcome.warnings` puts in the names that the reader can set.
    ``packages`` is false for a vCenter whose client no longer runs plug-in packages.
    """
    found = [
        _find_package_risk(planned, packages=packages),
        _find_http_risk(planned),
        *(_find_trust_risk(server, current, planned) for server in planned.servers),
        _find_lost_certificate(current, planned),
        _find_stale_cache(current, planned),
    ]
    return tuple(warning for warning in found if warning is not None)


def _find_package_risk(planned: Extension, *, packages: bool) -> str | None:
    if planned.client_type != PACKAGE or packages:
        return None
    return (
        f"Client type {PACKAGE} is a plug-in package, and this vCenter is 9.0 or newer, whose SDK no longer has "
        "them: its vSphere Client probably does not show the plug-in."
    )


def _find_http_risk(planned: Extension) -> str | None:
    if not is_http(planned.client_url):
        return None
    return (
        f"{one_line(planned.client_url)} is not served over TLS: the vSphere Client ignores such a plug-in "
        "unless allowHttp is set to true in its webclient.properties."
    )


def _find_trust_risk(server: Server, current: Extension | None, planned: Extension) -> str | None:
    """Return why a client may not trust ``server``, if it is new in the record."""
    if not is_https(server.url) or (current is not None and server in current.servers):
        return None
    url = one_line(server.url)
    if not server.thumbprint and not server.certificate:
        return (
            f"Neither O(server_certificate) nor O(server_thumbprint) is registered for {url}: "
            "the vSphere Client may refuse to connect to it."
        )
    package = planned.client_type == PACKAGE
    length = len(server.thumbprint or "")
    if package and server is planned.manifest_server and length == _SHA256_LENGTH:
        return (
            f"A SHA-256 thumbprint is registered for the package {url}: "
            "the guides of vSphere 6.x describe SHA-1 only, so a client of that age may refuse it."
        )
    if not package and not server.certificate and length == _SHA1_LENGTH:
        return (
            f"A SHA-1 thumbprint is registered for {url}, which is deprecated since vSphere 7.0: "
            "give O(server_certificate), or the SHA-256 thumbprint."
        )
    return None


def _find_lost_certificate(current: Extension | None, planned: Extension) -> str | None:
    """Return a warning where a thumbprint alone replaces a certificate that it does not belong to."""
    before, after = current.manifest_server if current is not None else None, planned.manifest_server
    if before is None or after is None or not before.certificate or after.certificate:
        return None
    if not after.thumbprint or after.thumbprint == before.thumbprint:
        return None
    return (
        f"The registered certificate does not belong to thumbprint {one_line(after.thumbprint)} and is removed; "
        "give O(server_certificate) to register both."
    )


def _find_stale_cache(current: Extension | None, planned: Extension) -> str | None:
    # Without a client element before, no client can have cached anything.
    if current is None or current.client is None or current.version != planned.version:
        return None
    if _delivery(current) == _delivery(planned):
        return None
    return (
        f"URL, certificate or client type change while version {one_line(planned.version)} stays: "
        "a vSphere Client may keep its cached copy until the version rises."
    )


def _delivery(extension: Extension) -> tuple[object, ...]:
    """Return what decides from which server, and with which trust, a client takes the plug-in."""
    client = extension.client
    servers = tuple((server.url, server.thumbprint, server.certificate) for server in extension.servers[:1])
    return (client and (client.url, client.type), servers)
