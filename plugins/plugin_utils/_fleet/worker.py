# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""One vCenter of a fleet: try, and try again where that is safe. Nothing here knows Ansible or threads."""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import TypeVar

from ...module_utils._errors import OptionError, PreflightError
from ...module_utils._extension.model import Extension
from ...module_utils._extension.plan import Plan
from ...module_utils._extension.query import QueryResult, Selection, query_extensions
from ...module_utils._extension.reconcile import DesiredChange, Outcome, apply, plan_change
from ...module_utils._vcenter.client import session
from ...module_utils._vcenter.connection import Target
from ...module_utils._vcenter.errors import VCenterError

# What may be gone a moment later. Everything else stays wrong until somebody acts.
TRANSIENT = frozenset({"unreachable", "timeout", "unavailable", "session", "conflict"})
# Seconds between two tries: long enough for a service that restarts a worker, short beside any timeout.
PAUSE = 0.5

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Failure:
    """Why one vCenter is not as it should be.

    ``kind`` is that of VCenterError, or ``option``, ``server`` (a web server does not show what would be registered),
    ``internal`` or ``not_started``.
    """

    kind: str
    message: str


class HeldBackError(Exception):
    """Nothing may be written to a vCenter that could be. ``str()`` says why."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How the work is done, alike for all vCenters. ``now`` is aware, ``verify`` raises where it refuses a record.

    ``ask_first`` costs one call more, and finds out before anything is written whether the account may.
    """

    check_mode: bool
    retries: int
    now: datetime
    verify: Callable[[Extension], None] | None = None
    ask_first: bool = False


# Is told what is about to be written, and where. May wait; raises HeldBackError or OptionError where it must not be.
Ready = Callable[[Sequence[Plan], Mapping[str, str]], None]


def make_right(
    target: Target, tls: ssl.SSLContext, wishes: Sequence[DesiredChange], manner: Manner, ready: Ready | None = None
) -> tuple[Outcome, ...] | Failure:
    """Make the records of one vCenter right: all are read and planned before the first one is written.

    After a write whose answer was lost, the records are read and the changes planned anew.
    """
    written: dict[str, Outcome] = {}

    def once() -> tuple[Outcome, ...]:
        with session(target, tls) as vcenter:
            plans = [plan_change(vcenter, wish, now=manner.now) for wish in wishes]
            due = [planned for planned in plans if planned.changed]
            for planned in plans:
                # A record that a write of ours with a lost answer has made is what was asked for already.
                if manner.verify is not None and planned.after is not None and (planned.changed or not written):
                    manner.verify(planned.after)
            for privilege in sorted({planned.privilege or "" for planned in due} if manner.ask_first else ()):
                vcenter.require_privilege(privilege)
            if ready is not None and due and not manner.check_mode:
                ready(due, vcenter.about)
            for planned in due:
                if not manner.check_mode:
                    written[planned.key] = Outcome(planned, vcenter.about, datetime.now(timezone.utc))
                try:
                    apply(vcenter, planned, check_mode=manner.check_mode)
                except VCenterError as error:
                    if error.kind == "conflict":
                        # That was an answer: nothing of ours was written.
                        del written[planned.key]
                    raise
            return tuple(written.get(planned.key) or Outcome(planned, vcenter.about) for planned in plans)

    return _persistently(once, manner.retries)


def look(target: Target, tls: ssl.SSLContext, wanted: Selection, *, retries: int) -> QueryResult | Failure:
    """Read the records of one vCenter."""

    def once() -> QueryResult:
        with session(target, tls) as vcenter:
            return query_extensions(vcenter, wanted)

    return _persistently(once, retries)


def _persistently(once: Callable[[], Value], retries: int) -> Value | Failure:
    left = retries
    while True:
        try:
            return once()
        except PreflightError as error:
            return Failure("server", str(error))
        except OptionError as error:
            return Failure("option", str(error))
        except HeldBackError as error:
            return Failure("not_started", str(error))
        except VCenterError as error:
            if error.kind not in TRANSIENT or left <= 0:
                return Failure(error.kind, str(error))
        left -= 1
        time.sleep(PAUSE)
