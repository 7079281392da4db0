# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Plan the change of one record by comparing the desired with the current one.

Nothing is read or written here. ``changed``, the diff and the result of a task all come from the one :class:`Plan`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from .._errors import OptionError
from .desired import Desired
from .model import Extension
from .overlay import overlay
from .ownership import check_owner, describe_owner
from .plan_checks import check_offered_certificates, check_version
from .plan_warnings import find_risks, warn_of_dropped_certificates
from .to_options import to_options

Action = Literal["register", "update", "unregister", "none"]

PRIVILEGES: dict[Action, str] = {
    "register": "Extension.Register",
    "update": "Extension.Update",
    "unregister": "Extension.Unregister",
}


@dataclass(frozen=True, slots=True)
class Change:
    """One option whose registered value differs."""

    field: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Plan:
    """The change of the record of ``key``. ``before`` or ``after`` is None where there is no record.

    ``warnings`` reference options as ``O(name)``.
    """

    key: str
    action: Action
    before: Extension | None
    after: Extension | None
    warnings: tuple[str, ...] = ()

    @property
    def changed(self) -> bool:
        """Whether the record is written or removed."""
        return self.action != "none"

    @property
    def privilege(self) -> str | None:
        """The privilege on the root folder that the action requires, None where nothing is done."""
        return PRIVILEGES.get(self.action)

    @property
    def changes(self) -> tuple[Change, ...]:
        """Every option that differs, in the order of the documentation; missing and empty are the same."""
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
            "before_header": f"{self.key} ({' '.join(filter(None, ('registered', describe_owner(self.before))))})",
            "after_header": f"{self.key} ({self.action})",
            "before": _non_empty_options(self.before),
            "after": _non_empty_options(after),
        }


def _non_empty_options(extension: Extension | None) -> dict[str, Any]:
    """Return the options that a person sees in a diff."""
    if extension is None:
        return {}
    return {name: value for name, value in to_options(extension).items() if value or value is False}


def plan(
    desired: Desired, current: Extension | None, *, now: datetime, certificates: bool = True, packages: bool = True
) -> Plan:
    """Return the plan that makes ``current`` as ``desired``.

    ``now`` is an aware datetime. ``certificates`` is false for a vCenter older than API 8.0.2.0, ``packages`` for one
    whose client no longer runs plug-in packages. Raises :class:`OptionError` where the change must not be written: the
    first of ``desired.deferred_errors``, or a new one.
    """
    if not desired.present:
        check_owner(desired, current)
        return Plan(desired.key, "none" if current is None else "unregister", current, None)
    try:
        after = overlay(desired, current, certificates=certificates)
    except OptionError as error:
        raise (desired.deferred_errors or (error,))[0] from error
    warnings = warn_of_dropped_certificates(desired, certificates=certificates)
    if current is not None and after.comparable() == current.comparable():
        return Plan(desired.key, "none", current, current, warnings)
    if desired.deferred_errors:
        raise desired.deferred_errors[0]
    check_owner(desired, current)
    check_version(desired, current, after)
    offers = tuple(offer for offer in (desired.certificate, *desired.certificates) if offer is not None)
    check_offered_certificates(offers, current, after, now)
    return Plan(
        desired.key,
        "register" if current is None else "update",
        current,
        after,
        (*warnings, *find_risks(current, after, packages=packages)),
    )
