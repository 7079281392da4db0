# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Register one extension with one vCenter: the work of ``vcenter_extension``, in a module and in Ansible's worker.

Does not import pyVmomi: see :mod:`plugin_utils._single.action`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from datetime import datetime, timezone
from typing import Any

from .._extension.from_options import desired_from_options
from .._extension.reconcile import ExtensionCatalog, reconcile
from .._preflight.checks import build_preflight, checks_of_options
from .._vcenter.connection import ConnectionOptions, read_connection_options
from .result import TaskResult


def reconcile_single(
    options: Mapping[str, Any],
    open_session: Callable[[ConnectionOptions], AbstractContextManager[ExtensionCatalog]],
    *,
    check_mode: bool,
    diff: bool,
) -> TaskResult:
    """Make the record of one vCenter as the options of the task describe it; in check mode only plan it.

    ``options`` are valid. ``open_session`` is :func:`_vcenter.client.session`. Raises :class:`ClientPluginError`.
    """
    desired = desired_from_options(options)
    preflight = build_preflight(checks_of_options(options), options["timeout"])
    with open_session(read_connection_options(options)) as vcenter:
        outcome = reconcile(
            vcenter, desired, check_mode=check_mode, now=datetime.now(timezone.utc), preflight=preflight
        )
    return TaskResult(outcome.result(diff=diff), tuple(outcome.warnings()))
