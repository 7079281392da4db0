# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""The work of the action vcenter_extension_fleet_info: options in, the result of the task out."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from ansible.module_utils.basic import missing_required_lib

from ...module_utils._argument_specs import MANY_RULES, fleet_info_spec
from ...module_utils._errors import OptionError
from ...module_utils._extension.query import QueryResult, selection_from_options
from ...module_utils._vcenter.client import PYVMOMI_IMPORT_ERROR
from .results import Rules, Survey
from .vcenters import Way, entries, given, validated
from .worker import Failure, look


def answer(task: Any, loader: Any) -> dict[str, Any]:
    """The result of the task; bad options are a failed result."""
    if PYVMOMI_IMPORT_ERROR:
        return {"failed": True, "msg": missing_required_lib("pyvmomi")}
    try:
        options = validated(task.args, fleet_info_spec(), MANY_RULES)
        wanted = selection_from_options(options)
        asked = entries(given(options, task, loader), options)
    except OptionError as error:
        return {"failed": True, "msg": str(error)}

    def work(_index: int, way: Way) -> QueryResult | Failure:
        return look(way.target, way.tls, wanted, retries=options["retries"])

    survey: Survey[QueryResult] = Survey(
        asked,
        Rules(options["concurrency"], None, options["progress"]),
        tell=lambda read: f"{len(read.extensions)} extensions",
        describe=lambda read: {"changed": False, **asdict(read)},
    )
    return survey.result(survey.ask(work), tolerate_failures=options["tolerate_failures"])
