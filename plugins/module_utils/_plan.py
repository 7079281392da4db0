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

from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._extension import (
    PACKAGE,
    REMOTE,
    Desired,
    Extension,
    OptionError,
    overlay,
)
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._options import to_options

Action = Literal["register", "update", "unregister", "none"]

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
            "before_header": f"{self.key} (registered)",
            "after_header": f"{self.key} ({self.action})",
            "before": _shown(self.before),
            "after": _shown(after),
        }


def _shown(extension: Extension | None) -> dict[str, Any]:
    """What a person wants to see of a record: not the options that are empty."""
    if extension is None:
        return {}
    return {name: value for name, value in to_options(extension).items() if value or value is False}


def plan(desired: Desired, current: Extension | None, *, now: datetime, certificates: bool = True) -> Plan:
    """Compare what is wanted with what is registered.

    ``now`` is an aware datetime, ``certificates`` is false for a vCenter older than API 8.0.2.0.
    Raises :class:`OptionError` for a wish that must not be carried out.
    """
    if not desired.present:
        return Plan(desired.key, "none" if current is None else "unregister", current, None)
    wanted = overlay(desired, current, certificates=certificates)
    if current is not None and wanted.comparable() == current.comparable():
        return Plan(desired.key, "none", current, current, _limits(desired, certificates))
    _check_version(desired, current, wanted)
    _check_certificate(desired, current, now)
    warnings = (*_limits(desired, certificates), *_risks(current, wanted))
    return Plan(desired.key, "register" if current is None else "update", current, wanted, warnings)


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


def _check_certificate(desired: Desired, current: Extension | None, now: datetime) -> None:
    offered = desired.certificate
    if offered is None or offered.not_after > now:
        return
    registered = current.servers[0].certificate if current is not None and current.servers else None
    if registered != offered.pem:
        raise OptionError(
            "server_certificate",
            f"the certificate with thumbprint {offered.sha256} expired on {offered.not_after:%Y-%m-%d}; "
            "renew it on the manifest server and give the new one",
        )


def _limits(desired: Desired, certificates: bool) -> tuple[str, ...]:
    offered = desired.certificate is not None or any(server.certificate for server in desired.plugin_servers or ())
    if certificates or not offered:
        return ()
    return ("This vCenter is older than API 8.0.2.0 and cannot hold certificates: only the thumbprint is registered.",)


def _risks(current: Extension | None, wanted: Extension) -> tuple[str, ...]:
    """What is allowed but may not lead to a plug-in that shows."""
    warnings = []
    server = wanted.servers[0] if wanted.servers else None
    if wanted.client is not None and wanted.client.url.lower().startswith("http:"):
        warnings.append(
            f"{wanted.client.url} is not served over TLS: the vSphere Client ignores such a plug-in "
            "unless allowHttp is set in its webclient.properties."
        )
    elif server is not None and not server.thumbprint and not server.certificate:
        warnings.append(
            f"Neither server_certificate nor server_thumbprint is registered for {server.url}: "
            "the vSphere Client may refuse to download the plug-in."
        )
    if current is not None and _loses_certificate(current, wanted):
        warnings.append(
            f"The registered certificate does not belong to thumbprint {server and server.thumbprint} and is dropped; "
            "give server_certificate to register both."
        )
    if current is not None and current.version == wanted.version and _delivery(current) != _delivery(wanted):
        warnings.append(
            f"URL, certificate or client type change while version {wanted.version} stays: "
            "a vSphere Client may keep its cached copy until the version rises."
        )
    return tuple(warnings)


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
