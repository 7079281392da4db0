# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""A whole record as it was once, and the plan that puts it back."""

from __future__ import annotations

from dataclasses import dataclass, replace

from .certificate_pair import without_certificate
from .model import Extension
from .plan import Plan
from .plan_warnings import find_risks


@dataclass(frozen=True, slots=True)
class RecordRestore:
    """The whole record of ``key`` as it was before, None where there was none."""

    key: str
    before: Extension | None


def plan_restore(wish: RecordRestore, current: Extension | None, *, certificates: bool, packages: bool) -> Plan:
    """The plan that puts the record back, with nothing of the present one left.

    It was registered like that before, so it is not judged again. ``certificates`` and ``packages`` are those of
    :func:`plan`.
    """
    wanted = wish.before
    if wanted is None:
        return Plan(wish.key, "none" if current is None else "unregister", current, None)
    if not certificates:
        wanted = replace(wanted, servers=tuple(without_certificate(server) for server in wanted.servers))
    if current is not None and current.comparable() == wanted.comparable():
        return Plan(wish.key, "none", current, current)
    return Plan(
        wish.key,
        "register" if current is None else "update",
        current,
        wanted,
        find_risks(current, wanted, packages=packages),
    )
