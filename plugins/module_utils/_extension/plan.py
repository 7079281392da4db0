# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""What would be done to one vCenter's record, and why: computed, never applied, in this file.

``changed``, the diff and the result of a task all come from the one :class:`Plan`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from urllib.parse import urlsplit

from .._certificate.x509 import names_host
from .model import PACKAGE, REMOTE, Desired, Extension, OfferedCertificate, OptionError, Server, overlay
from .to_options import to_options

Action = Literal["register", "update", "unregister", "none"]

# Of a thumbprint in the notation that is registered.
_SHA1_LENGTH, _SHA256_LENGTH = 59, 95
# The client parses the version as numbers and refuses anything else ("Invalid plugin package version"), although
# ExtensionManager takes it (SDK guide, troubleshooting "plug-in registered with incompatible version").
_CLIENT_VERSION = re.compile(r"\d+(\.\d+){0,3}", re.ASCII)

PRIVILEGES: dict[Action, str] = {
    "register": "Extension.Register",
    "update": "Extension.Update",
    "unregister": "Extension.Unregister",
}


@dataclass(frozen=True, slots=True)
class Change:
    """One option whose registered value differs: what it is, what it will be."""

    field: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Plan:
    """What would be done to the record of ``key``. ``before`` or ``after`` is ``None`` where there is no record."""

    key: str
    action: Action
    before: Extension | None
    after: Extension | None
    warnings: tuple[str, ...] = ()

    @property
    def changed(self) -> bool:
        return self.action != "none"

    @property
    def privilege(self) -> str | None:
        """The privilege that the action needs on the root folder, ``None`` where nothing is done."""
        return PRIVILEGES.get(self.action)

    @property
    def changes(self) -> tuple[Change, ...]:
        """Every option that differs, in the order of the documentation; from nothing to empty is no difference."""
        if not self.changed:
            return ()
        before = {} if self.before is None else to_options(self.before)
        after = {} if self.after is None else to_options(self.after)
        return tuple(
            Change(name, before.get(name), after.get(name))
            for name in dict.fromkeys((*after, *before))
            if before.get(name) != after.get(name) and (before.get(name) or after.get(name))
        )

    @property
    def diff(self) -> dict[str, Any]:
        """Before and after in the form that Ansible shows with ``--diff``."""
        after = self.after if self.changed else self.before
        return {
            "before_header": f"{self.key} (registered{_by(self.before)})",
            "after_header": f"{self.key} ({self.action})",
            "before": _shown(self.before),
            "after": _shown(after),
        }


def _by(extension: Extension | None) -> str:
    """Who owns a record: the two things that tell one appliance's record from another's."""
    if extension is None:
        return ""
    host = _host(extension.client.url if extension.client is not None else None)
    return (f" by {extension.company}" if extension.company else "") + (f" from {host}" if host else "")


def _host(url: str | None) -> str:
    try:
        return urlsplit(url or "").hostname or ""
    except ValueError:
        # What a vCenter holds need not be a URL.
        return ""


def _shown(extension: Extension | None) -> dict[str, Any]:
    """What a person wants to see of a record: not the options that are empty."""
    if extension is None:
        return {}
    return {name: value for name, value in to_options(extension).items() if value or value is False}


def plan(
    desired: Desired, current: Extension | None, *, now: datetime, certificates: bool = True, packages: bool = True
) -> Plan:
    """Compare what is wanted with what is registered.

    ``now`` is an aware datetime. ``certificates`` is false for a vCenter older than API 8.0.2.0, ``packages`` for one
    whose client no longer runs plug-in packages.
    Raises :class:`OptionError` for a wish that must not be carried out.
    """
    if not desired.present:
        _check_owner(desired, current)
        return Plan(desired.key, "none" if current is None else "unregister", current, None)
    try:
        wanted = overlay(desired, current, certificates=certificates)
    except OptionError as error:
        raise (desired.doubts or (error,))[0] from error
    limits = _limits(desired, certificates)
    if current is not None and wanted.comparable() == current.comparable():
        return Plan(desired.key, "none", current, current, limits)
    if desired.doubts:
        raise desired.doubts[0]
    _check_owner(desired, current)
    _check_version(desired, current, wanted)
    offers = tuple(offer for offer in (desired.certificate, *desired.certificates) if offer is not None)
    check_certificates(offers, current, wanted, now)
    warnings = (*limits, *risks(current, wanted, packages=packages))
    return Plan(desired.key, "register" if current is None else "update", current, wanted, warnings)


def _check_owner(desired: Desired, current: Extension | None) -> None:
    """With ``takeover: refuse``, a record of somebody else is neither changed nor removed."""
    if not desired.refuse_takeover or current is None:
        return
    theirs = _host(current.client.url if current.client is not None else None)
    if (desired.url and theirs and _host(desired.url) != theirs) or (
        desired.company and current.company and desired.company != current.company
    ):
        raise OptionError(
            "takeover",
            f"{desired.key} is registered{_by(current)}, which is not what this task says; "
            "set takeover to allow to take it over",
        )


def _check_version(desired: Desired, current: Extension | None, wanted: Extension) -> None:
    registered = current.client.version if current is not None and current.client is not None else None
    if wanted.client is None or wanted.client.type not in (REMOTE, PACKAGE) or wanted.client.version == registered:
        return
    if not _CLIENT_VERSION.fullmatch(wanted.client.version):
        raise OptionError(
            "version",
            f"the vSphere Client cannot read {wanted.client.version!r}; "
            "use 1 to 4 numbers with dots between them, such as 1.2.0",
        )
    if registered is None or desired.allow_downgrade:
        return
    if _CLIENT_VERSION.fullmatch(registered) and _numbers(wanted.client.version) < _numbers(registered):
        raise OptionError(
            "version",
            f"{wanted.client.version} is lower than the registered {registered}; "
            "set allow_downgrade to true if that is what you want",
        )


def _numbers(version: str) -> tuple[int, ...]:
    """Numeric parts, so that 5.10 is above 5.9; missing parts count as zero."""
    parts = [int(part) for part in version.split(".")]
    return tuple(parts + [0] * (4 - len(parts)))


def check_certificates(
    offers: tuple[OfferedCertificate, ...], current: Extension | None, wanted: Extension, now: datetime
) -> None:
    """What is offered must be valid and made for its host. What is registered like that already may stay.

    Raises :class:`OptionError`.
    """
    registered = current.servers if current is not None else ()
    known = {(server.url, server.certificate, server.thumbprint) for server in registered}
    for index, server in enumerate(wanted.servers):
        offer = next((offer for offer in offers if server.thumbprint in (offer.sha256, offer.sha1)), None)
        offer = next((offer for offer in offers if server.certificate == offer.pem), offer)
        if offer is None or (server.url, server.certificate, server.thumbprint) in known:
            continue
        option = f"plugin_servers[{index - 1}].server_certificate" if index else "server_certificate"
        if offer.not_after <= now:
            raise OptionError(
                option,
                f"the certificate with thumbprint {offer.sha256} expired on {offer.not_after:%Y-%m-%d}; "
                f"renew it on the server of {server.url} and give the new one",
            )
        host = _host(server.url)
        if server.certificate and host and not names_host(offer.sans, host):
            raise OptionError(
                option,
                f"it names {', '.join(offer.sans) or 'no host at all'}, not {host}, which the vSphere Client needs in "
                "subjectAltName; make a certificate that has it, or register server_thumbprint alone",
            )


def _limits(desired: Desired, certificates: bool) -> tuple[str, ...]:
    offered = desired.certificate is not None or any(server.certificate for server in desired.plugin_servers or ())
    if certificates or not offered:
        return ()
    return ("This vCenter is older than API 8.0.2.0 and cannot hold certificates: only the thumbprint is registered.",)


def risks(current: Extension | None, wanted: Extension, *, packages: bool) -> tuple[str, ...]:
    """What is allowed but may not lead to a plug-in that shows."""
    warnings = []
    server = wanted.servers[0] if wanted.servers else None
    if wanted.client is not None and wanted.client.type == PACKAGE and not packages:
        warnings.append(
            f"Client type {PACKAGE} is a plug-in package, and this vCenter is 9.0 or newer, whose SDK no longer has "
            "them: expect that its vSphere Client does not show the plug-in."
        )
    if wanted.client is not None and wanted.client.url.lower().startswith("http:"):
        warnings.append(
            f"{wanted.client.url} is not served over TLS: the vSphere Client ignores such a plug-in "
            "unless allowHttp is set to true in its webclient.properties."
        )
    warnings += [warning for each in wanted.servers if (warning := _weak_trust(each, current, wanted))]
    if current is not None and _loses_certificate(current, wanted):
        warnings.append(
            f"The registered certificate does not belong to thumbprint {server and server.thumbprint} and is dropped; "
            "give server_certificate to register both."
        )
    # Where there was no client element before, no client can have kept anything.
    shown = current is not None and current.client is not None and current.version == wanted.version
    if current is not None and shown and _delivery(current) != _delivery(wanted):
        warnings.append(
            f"URL, certificate or client type change while version {wanted.version} stays: "
            "a vSphere Client may keep its cached copy until the version rises."
        )
    return tuple(warnings)


def _weak_trust(server: Server, current: Extension | None, wanted: Extension) -> str | None:
    """Why a client may not believe that this is the server, for one that is new in the record."""
    if not server.url.lower().startswith("https:") or (current is not None and server in current.servers):
        return None
    if not server.thumbprint and not server.certificate:
        return (
            f"Neither server_certificate nor server_thumbprint is registered for {server.url}: "
            "the vSphere Client may refuse to connect to it."
        )
    package = wanted.client is not None and wanted.client.type == PACKAGE
    length = len(server.thumbprint or "")
    if package and server is wanted.servers[0] and length == _SHA256_LENGTH:
        return (
            f"A SHA-256 thumbprint is registered for the package {server.url}: "
            "the guides of vSphere 6.x know SHA-1 only, so a client of that age may refuse it."
        )
    if not package and not server.certificate and length == _SHA1_LENGTH:
        return (
            f"A SHA-1 thumbprint is registered for {server.url}, which is deprecated since vSphere 7.0: "
            "give server_certificate, or the SHA-256 thumbprint."
        )
    return None


def _loses_certificate(current: Extension, wanted: Extension) -> bool:
    """A new thumbprint alone pushes out a certificate that is not its own."""
    before, after = current.servers[:1], wanted.servers[:1]
    return bool(
        before
        and after
        and before[0].certificate
        and not after[0].certificate
        and after[0].thumbprint
        and after[0].thumbprint != before[0].thumbprint
    )


def _delivery(extension: Extension) -> tuple[object, ...]:
    """What decides from where, and from whom, a client takes the plug-in."""
    client = extension.client
    servers = tuple((server.url, server.thumbprint, server.certificate) for server in extension.servers[:1])
    return (client and (client.url, client.type), servers)
