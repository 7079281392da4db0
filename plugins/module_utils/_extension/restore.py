# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Plan the restore of a whole record as it was before a run."""

from __future__ import annotations

from dataclasses import dataclass, replace

from .certificate_pair import without_certificate
from .model import Extension
from .plan import Plan
from .plan_warnings import find_risks


@dataclass(frozen=True, slots=True)
class RecordRestore:
    """The whole record of ``key`` as it was before a run, None where there was none."""

    key: str
    before: Extension | None


def plan_restore(restore: RecordRestore, current: Extension | None, *, certificates: bool, packages: bool) -> Plan:
    """Return the plan that restores the record and keeps nothing of the current one.

    The record is not checked, because it was registered like that before. ``certificates`` and ``packages`` are those
    of :func:`plan`.
    """
    after = restore.before
    if after is None:
        return Plan(restore.key, "none" if current is None else "unregister", current, None)
    if not certificates:
        after = replace(after, servers=tuple(without_certificate(server) for server in after.servers))
    if current is not None and current.comparable() == after.comparable():
        return Plan(restore.key, "none", current, current)
    return Plan(
        restore.key,
        "register" if current is None else "update",
        current,
        after,
        find_risks(current, after, packages=packages),
    )
