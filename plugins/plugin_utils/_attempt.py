# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""One vCenter of a fleet: try, and try again where that is safe. Nothing here knows Ansible or threads."""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._extension import (
    Desired,
    Extension,
    OptionError,
)
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._faults import VCenterError
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._plan import Plan
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._reading import Reading, Selection, read
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._reconcile import Outcome, carry_out, prepare
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._served import ServedError
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._target import Target
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._vcenter import session

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


@dataclass(frozen=True, slots=True)
class Manner:
    """How the work is done, alike for all vCenters. ``now`` is aware, ``verify`` raises where it refuses a record."""

    check_mode: bool
    retries: int
    now: datetime
    verify: Callable[[Extension], None] | None = None


def make_right(target: Target, tls: ssl.SSLContext, desired: Desired, manner: Manner) -> Outcome | Failure:
    """Make one record right. After a write whose answer was lost, the record is read and the change planned anew."""
    in_doubt: Plan | None = None

    def once() -> Outcome:
        nonlocal in_doubt
        with session(target, tls) as vcenter:
            planned = prepare(vcenter, desired, now=manner.now)
            if in_doubt is not None and not planned.changed:
                # The write whose answer was lost had arrived: it is what changed the record.
                return Outcome(in_doubt, vcenter.about)
            if manner.verify is not None and planned.after is not None:
                manner.verify(planned.after)
            in_doubt = planned if planned.changed and not manner.check_mode else None
            try:
                carry_out(vcenter, planned, check_mode=manner.check_mode)
            except VCenterError as error:
                if error.kind == "conflict":
                    # That was an answer: nothing of ours was written.
                    in_doubt = None
                raise
            return Outcome(planned, vcenter.about)

    return _persistently(once, manner.retries)


def look(target: Target, tls: ssl.SSLContext, wanted: Selection, *, retries: int) -> Reading | Failure:
    """Read the records of one vCenter."""

    def once() -> Reading:
        with session(target, tls) as vcenter:
            return read(vcenter, wanted)

    return _persistently(once, retries)


def _persistently(once: Callable[[], Value], retries: int) -> Value | Failure:
    left = retries
    while True:
        try:
            return once()
        except ServedError as error:
            return Failure("server", str(error))
        except OptionError as error:
            return Failure("option", str(error))
        except VCenterError as error:
            if error.kind not in TRANSIENT or left <= 0:
                return Failure(error.kind, str(error))
        left -= 1
        time.sleep(PAUSE)
