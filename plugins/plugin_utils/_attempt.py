# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""One vCenter of a fleet: try, and try again where that is safe. Nothing here knows Ansible or threads."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._extension import Desired, OptionError
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._faults import VCenterError
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._options import to_options
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._plan import Plan
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._reconcile import Outcome, carry_out, prepare
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._target import Target
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._vcenter import session

# What may be gone a moment later. Everything else stays wrong until somebody acts.
TRANSIENT = frozenset({"unreachable", "timeout", "unavailable", "session"})
# Seconds between two tries: long enough for a service that restarts a worker, short beside any timeout.
PAUSE = 0.5

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Failure:
    """Why one vCenter is not as it should be.

    ``kind`` is that of VCenterError, or ``option``, ``internal`` or ``not_started``.
    """

    kind: str
    message: str


@dataclass(frozen=True, slots=True)
class Found:
    """What was read from one vCenter, ready to be returned."""

    extensions: tuple[dict[str, Any], ...]
    missing: tuple[str, ...]
    vcenter: dict[str, str]


def make_right(target: Target, desired: Desired, *, check_mode: bool, retries: int, now: datetime) -> Outcome | Failure:
    """Make one record right. After a write whose answer was lost, the record is read and the change planned anew."""
    in_doubt: Plan | None = None

    def once() -> Outcome:
        nonlocal in_doubt
        with session(target) as vcenter:
            planned = prepare(vcenter, desired, now=now)
            if in_doubt is not None and not planned.changed:
                # The write whose answer was lost had arrived: it is what changed the record.
                return Outcome(in_doubt, vcenter.about)
            if not check_mode:
                in_doubt = planned if planned.changed else None
            carry_out(vcenter, planned, check_mode=check_mode)
            return Outcome(planned, vcenter.about)

    return _persistently(once, retries)


def look(target: Target, keys: list[str] | None, *, retries: int) -> Found | Failure:
    """Read all records of one vCenter, or those of ``keys``."""

    def once() -> Found:
        with session(target) as vcenter:
            found = vcenter.read(keys)
            known = {record.key for record in found}
            return Found(
                extensions=tuple(to_options(record) for record in found),
                missing=tuple(key for key in keys or () if key not in known),
                vcenter=vcenter.about,
            )

    return _persistently(once, retries)


def _persistently(once: Callable[[], Value], retries: int) -> Value | Failure:
    for left in range(retries, -1, -1):
        try:
            return once()
        except OptionError as error:
            return Failure("option", str(error))
        except VCenterError as error:
            if error.kind not in TRANSIENT or not left:
                return Failure(error.kind, str(error))
        time.sleep(PAUSE)
    raise ValueError(f"retries is {retries}; it cannot be negative")
