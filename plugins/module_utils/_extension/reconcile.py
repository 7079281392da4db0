# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Read the current record, plan the change, apply it.

The catalog of extensions is a protocol, so that this file does not depend on pyVmomi.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Protocol, TypeAlias

from .._errors import OptionNames
from .certificate_renewal import CertificateRenewal, plan_renewal
from .desired import Desired
from .model import Extension
from .plan import Plan, plan
from .restore import RecordRestore, plan_restore
from .to_options import to_options

# What a task asks for: some options of a record, a new certificate, or the whole record as it was before.
DesiredChange: TypeAlias = "Desired | CertificateRenewal | RecordRestore"


class ExtensionCatalog(Protocol):
    """The extension records of one vCenter. Every method may raise :class:`VCenterError`."""

    @property
    def about(self) -> Mapping[str, str]:
        """The vCenter: hostname, version, build, api_version, instance_uuid."""

    @property
    def holds_certificates(self) -> bool:
        """Whether a record can have certificates; otherwise it has thumbprints only."""

    @property
    def runs_packages(self) -> bool:
        """Whether the vSphere Client still runs plug-in packages."""

    def find_extension(self, key: str) -> Extension | None:
        """Return the record of ``key``, None where there is none."""

    def register(self, extension: Extension) -> None:
        """Add a record with a new key."""

    def update(self, extension: Extension) -> None:
        """Replace the whole record of the same key."""

    def unregister(self, key: str) -> None:
        """Remove the record of ``key``."""

    def require_privilege(self, privilege: str) -> None:
        """Raise the error of the write where the account lacks ``privilege`` on the root folder."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result for one record of one vCenter.

    ``written_at`` is when the write began (aware), None where nothing was written.
    """

    plan: Plan
    vcenter: Mapping[str, str]
    written_at: datetime | None = None

    def warnings(self, names: OptionNames | None = None) -> list[str]:
        """Return the warnings of the plan with the names that the reader of a message can set."""
        names = names or OptionNames()
        return [names.fill(warning) for warning in self.plan.warnings]

    def result(self, *, diff: bool) -> dict[str, Any]:
        """Return the result of a task, the same for one vCenter and for each of many."""
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


def plan_change(catalog: ExtensionCatalog, change: DesiredChange, *, now: datetime) -> Plan:
    """Read the current record and return the plan of a change.

    ``now`` is an aware datetime. Raises :class:`OptionError` for a change that must not be made, and the errors of
    ``catalog``.
    """
    current = catalog.find_extension(change.key)
    certificates, packages = catalog.holds_certificates, catalog.runs_packages
    if isinstance(change, CertificateRenewal):
        return plan_renewal(change, current, now=now, certificates=certificates, packages=packages)
    if isinstance(change, RecordRestore):
        return plan_restore(change, current, certificates=certificates, packages=packages)
    return plan(change, current, now=now, certificates=certificates, packages=packages)


def apply(catalog: ExtensionCatalog, planned: Plan, *, check_mode: bool) -> None:
    """Apply a plan; in check mode only check the privilege that it requires. Raises the errors of ``catalog``."""
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
    preflight: Callable[[Extension], None] | None = None,
) -> Outcome:
    """Make the record of ``desired.key`` as desired; in check mode only plan it.

    ``preflight`` gets the record that results, changed or not, and raises where it must not be written.
    Raises what :func:`plan_change`, ``preflight`` and :func:`apply` raise.
    """
    planned = plan_change(catalog, desired, now=now)
    if preflight is not None and planned.after is not None:
        preflight(planned.after)
    apply(catalog, planned, check_mode=check_mode)
    return Outcome(planned, catalog.about)
