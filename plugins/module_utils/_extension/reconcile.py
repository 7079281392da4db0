# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Read the current record, plan the change, apply it.

The catalog of extensions is a protocol, so that unit tests can give one that is a dictionary.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Protocol, TypeAlias

from .certificate_renewal import CertificateRenewal, plan_renewal
from .desired import Desired
from .model import Extension
from .plan import Plan, plan
from .restore import RecordRestore, plan_restore
from .to_options import to_options

# What a task may want of one record: some of its options, a new certificate, or all of it as it was once.
DesiredChange: TypeAlias = "Desired | CertificateRenewal | RecordRestore"


class ExtensionCatalog(Protocol):
    """The extension records of one vCenter. Every method may raise the catalog's own error."""

    @property
    def about(self) -> Mapping[str, str]:
        """hostname, version, build, api_version, instance_uuid."""

    @property
    def holds_certificates(self) -> bool:
        """False for a vCenter that knows thumbprints only."""

    @property
    def runs_packages(self) -> bool:
        """False for a vCenter whose client no longer runs plug-in packages."""

    def find_extension(self, key: str) -> Extension | None:
        """The record of ``key``, ``None`` where there is none."""

    def register(self, extension: Extension) -> None:
        """Add a record whose key is new."""

    def update(self, extension: Extension) -> None:
        """Replace the record of the same key as a whole."""

    def unregister(self, key: str) -> None:
        """Remove the record of ``key``."""

    def require_privilege(self, privilege: str) -> None:
        """Raise as the write would when the account lacks ``privilege`` on the root folder."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one vCenter answered. ``written_at`` is when the write began (aware), None where nothing was written."""

    plan: Plan
    vcenter: Mapping[str, str]
    written_at: datetime | None = None

    def result(self, *, diff: bool) -> dict[str, Any]:
        """The result of a task, the same for one vCenter and for each of many."""
        after = self.plan.after
        result: dict[str, Any] = {
            "changed": self.plan.changed,
            "action": self.plan.action,
            "changes": [asdict(change) for change in self.plan.changes],
            "extension": None if after is None else to_options(after),
            "vcenter": dict(self.vcenter),
        }
        if self.written_at is not None:
            result["written_at"] = self.written_at.isoformat(timespec="milliseconds")
        if diff:
            result["diff"] = self.plan.diff
        return result


def plan_change(catalog: ExtensionCatalog, wish: DesiredChange, *, now: datetime) -> Plan:
    """Read and plan. Raises :class:`OptionError` for a wish that must not be carried out, and the catalog's own."""
    current = catalog.find_extension(wish.key)
    certificates, packages = catalog.holds_certificates, catalog.runs_packages
    if isinstance(wish, CertificateRenewal):
        return plan_renewal(wish, current, now=now, certificates=certificates, packages=packages)
    if isinstance(wish, RecordRestore):
        return plan_restore(wish, current, certificates=certificates, packages=packages)
    return plan(wish, current, now=now, certificates=certificates, packages=packages)


def apply(catalog: ExtensionCatalog, planned: Plan, *, check_mode: bool) -> None:
    """Apply a plan; in check mode only find out whether the account may. Raises the catalog's errors."""
    if check_mode:
        if planned.privilege is not None:
            catalog.require_privilege(planned.privilege)
    elif planned.action == "unregister":
        catalog.unregister(planned.key)
    elif planned.after is not None and planned.action == "register":
        catalog.register(planned.after)
    elif planned.after is not None and planned.action == "update":
        catalog.update(planned.after)


def reconcile(
    catalog: ExtensionCatalog,
    desired: Desired,
    *,
    check_mode: bool,
    now: datetime,
    verify: Callable[[Extension], None] | None = None,
) -> Outcome:
    """Make the record of ``desired.key`` as it is wanted; in check mode only tell what that would take.

    ``verify`` is given the record that is wanted, changed or not, and raises where nothing must be written.
    Raises what :func:`plan_change`, ``verify`` and :func:`apply` raise.
    """
    planned = plan_change(catalog, desired, now=now)
    if verify is not None and planned.after is not None:
        verify(planned.after)
    apply(catalog, planned, check_mode=check_mode)
    return Outcome(planned, catalog.about)
