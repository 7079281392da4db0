# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Read the extensions of one vCenter: the work of ``vcenter_extension_info``, in a module and in Ansible's worker.

Does not import pyVmomi: see :mod:`plugin_utils._single.action`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import asdict
from typing import Any

from .._extension.query import ExtensionSource, query_extensions, selection_from_options
from .._vcenter.connection import ConnectionOptions, read_connection_options
from .result import TaskResult


def read_single(
    options: Mapping[str, Any],
    open_session: Callable[[ConnectionOptions], AbstractContextManager[ExtensionSource]],
    *,
    check_mode: bool,  # noqa: ARG001  the same parameters as reconcile_single
    diff: bool,  # noqa: ARG001
) -> TaskResult:
    """Return the selected records of one vCenter.

    ``options`` are valid. ``open_session`` is :func:`_vcenter.client.session`. Raises :class:`ClientPluginError`.
    """
    with open_session(read_connection_options(options)) as vcenter:
        result = query_extensions(vcenter, selection_from_options(options))
    return TaskResult({"changed": False, **asdict(result)})
