# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Read or change one vCenter of a fleet, and repeat that where it is safe. Independent of Ansible and of threads."""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import TypeVar

from ...module_utils._errors import ClientPluginError, PreflightError, VCenterError, WriteBarredError
from ...module_utils._extension.model import Extension
from ...module_utils._extension.plan import Plan
from ...module_utils._extension.query import QueryResult, Selection, query_extensions
from ...module_utils._extension.reconcile import DesiredChange, Outcome, apply, plan_change
from ...module_utils._vcenter.client import VCenter, session
from ...module_utils._vcenter.connection import ConnectionOptions

# Seconds between two attempts: long enough for a service that restarts a worker, short beside any timeout.
PAUSE = 0.5

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Failure:
    """Why the work for one vCenter failed.

    ``kind`` is that of VCenterError, or ``option``, ``server`` (a web server does not deliver what would be
    registered), ``not_started`` or ``internal``.
    """

    kind: str
    error: ClientPluginError

    @classmethod
    def of(cls, error: ClientPluginError) -> Failure:
        """Return the failure that an error of the collection means."""
        if isinstance(error, VCenterError):
            return cls(error.kind, error)
        if isinstance(error, PreflightError):
            return cls("server", error)
        return cls("not_started" if isinstance(error, WriteBarredError) else "option", error)


@dataclass(frozen=True, slots=True)
class ApplyOptions:
    """How changes are applied, the same for all vCenters.

    ``now`` is aware. ``verify`` raises where it rejects a record. ``check_privileges`` costs one call for each
    privilege, and finds out before the first write whether the account has it.
    """

    check_mode: bool
    retries: int
    now: datetime
    verify: Callable[[Extension], None] | None = None
    check_privileges: bool = False


# Receives the plans that are about to be applied, and which vCenter it is (VCenter.about). It may wait; it raises
# WriteBarredError or OptionError where nothing must be written.
BeforeWrite = Callable[[Sequence[Plan], Mapping[str, str]], None]


def apply_changes(
    options: ConnectionOptions,
    tls: ssl.SSLContext,
    changes: Sequence[DesiredChange],
    apply_options: ApplyOptions,
    before_write: BeforeWrite | None = None,
) -> tuple[Outcome, ...] | Failure:
    """Bring the records of one vCenter into the desired state: all are read and planned before the first write.

    After a write whose answer was lost, the records are read and the changes planned anew.
    """
    written: dict[str, Outcome] = {}

    def attempt() -> tuple[Outcome, ...]:
        with session(options, tls) as vcenter:
            plans = [plan_change(vcenter, change, now=apply_options.now) for change in changes]
            due = [planned for planned in plans if planned.changed]
            _verify(plans, apply_options, written)
            for privilege in sorted(
                {planned.privilege or "" for planned in due} if apply_options.check_privileges else ()
            ):
                vcenter.require_privilege(privilege)
            if before_write is not None and due and not apply_options.check_mode:
                before_write(due, vcenter.about)
            for planned in due:
                _apply(vcenter, planned, written, check_mode=apply_options.check_mode)
            return tuple(written.get(planned.key) or Outcome(planned, vcenter.about) for planned in plans)

    return _with_retries(attempt, apply_options.retries)


def read_records(
    options: ConnectionOptions, tls: ssl.SSLContext, selection: Selection, *, retries: int
) -> QueryResult | Failure:
    """Read the records of one vCenter."""

    def attempt() -> QueryResult:
        with session(options, tls) as vcenter:
            return query_extensions(vcenter, selection)

    return _with_retries(attempt, retries)


def _verify(plans: Sequence[Plan], apply_options: ApplyOptions, written: Mapping[str, Outcome]) -> None:
    for planned in plans:
        # A record that an earlier attempt has written is verified already.
        if apply_options.verify is not None and planned.after is not None and (planned.changed or not written):
            apply_options.verify(planned.after)


def _apply(vcenter: VCenter, planned: Plan, written: dict[str, Outcome], *, check_mode: bool) -> None:
    """Apply one plan, and keep its outcome in ``written`` unless the vCenter has rejected it."""
    if not check_mode:
        # Before the write: its answer may be lost.
        written[planned.key] = Outcome(planned, vcenter.about, datetime.now(timezone.utc))
    try:
        apply(vcenter, planned, check_mode=check_mode)
    except VCenterError as error:
        if error.kind == "conflict":
            # That is an answer: nothing was written.
            written.pop(planned.key, None)
        raise


def _with_retries(attempt: Callable[[], Value], retries: int) -> Value | Failure:
    """Return the result of ``attempt``, which is repeated after errors that may be gone a moment later."""
    left = retries
    while True:
        try:
            return attempt()
        except VCenterError as error:
            if error.kind not in VCenterError.TRANSIENT or left <= 0:
                return Failure.of(error)
        except ClientPluginError as error:
            return Failure.of(error)
        left -= 1
        time.sleep(PAUSE)
