# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""The work of the action vcenter_extension_rollback: options in, the result of the task out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timezone
from typing import Any

from ansible.module_utils.basic import missing_required_lib

from ...module_utils._argument_specs import MANY_RULES, rollback_spec
from ...module_utils._errors import OptionError
from ...module_utils._extension.plan import Plan
from ...module_utils._extension.reconcile import Outcome
from ...module_utils._preflight.checks import PreflightChecks, build_preflight
from ...module_utils._vcenter.client import PYVMOMI_IMPORT_ERROR
from .journal import past
from .pool import Once
from .results import Rules, Survey, together
from .vcenters import Way, entries, given, validated
from .worker import Failure, HeldBackError, Manner, make_right


def answer(task: Any, loader: Any) -> dict[str, Any]:
    """The result of the task; bad options are a failed result."""
    if PYVMOMI_IMPORT_ERROR:
        return {"failed": True, "msg": missing_required_lib("pyvmomi")}
    check_mode, diff = bool(task.check_mode), bool(task.diff)
    try:
        options = validated(task.args, rollback_spec(), MANY_RULES)
        run, before = past(options["history_path"], options["run"], options["keys"])
        asked = entries(given(options, task, loader), options)
    except OptionError as error:
        return {"failed": True, "msg": str(error)}
    looks = PreflightChecks(options["verify_servers"], options["verify_manifest"])
    verify = build_preflight(looks, options["timeout"], share=Once)
    manner = Manner(check_mode, options["retries"], datetime.now(timezone.utc), verify=verify)

    def work(index: int, way: Way) -> tuple[Outcome, ...] | Failure:
        held = before.get(asked[index].name)
        if held is None:
            # That run changed nothing there.
            return ()

        def ready(_due: Sequence[Plan], vcenter: Mapping[str, str]) -> None:
            if held.instance_uuid != vcenter.get("instance_uuid", ""):
                raise HeldBackError(
                    f"left as it is, because it is not the vCenter that {run} changed under this name: its instance "
                    f"UUID was {held.instance_uuid} and is {vcenter.get('instance_uuid')}"
                )

        return make_right(way.target, way.tls, held.records, manner, ready)

    survey: Survey[tuple[Outcome, ...]] = Survey(
        asked,
        Rules(options["concurrency"], options["max_failures"], options["progress"]),
        tell=lambda outcomes: _told(outcomes, check_mode=check_mode),
        describe=lambda outcomes: together(outcomes, diff=diff),
    )
    return {**survey.result(survey.ask(work), tolerate_failures=options["tolerate_failures"]), "run": run}


def _told(outcomes: Sequence[Outcome], *, check_mode: bool) -> str:
    changed = [outcome.plan.key for outcome in outcomes if outcome.plan.changed]
    return f"{'would be ' if check_mode else ''}put back {', '.join(changed)}" if changed else "ok"
