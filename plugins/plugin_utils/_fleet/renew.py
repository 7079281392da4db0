# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""The work of the action vcenter_extension_renewal: options in, the result of the task out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timezone
from typing import Any

from ansible.module_utils.basic import missing_required_lib

from ...module_utils import _errors
from ...module_utils._argument_specs import RENEWAL_RULES, renewal_spec
from ...module_utils._extension.certificate_renewal import CertificateRenewal, Origin, is_served_at, origins_from_urls
from ...module_utils._extension.from_options import certificate_from_options
from ...module_utils._extension.model import Extension, OptionError
from ...module_utils._extension.plan import Plan
from ...module_utils._extension.reconcile import Outcome
from ...module_utils._preflight.checks import PreflightChecks, build_preflight
from ...module_utils._vcenter.client import PYVMOMI_IMPORT_ERROR
from .journal import History
from .pool import Once
from .results import Hold, Rules, Survey, together
from .vcenters import Way, entries, given, validated
from .worker import Failure, Manner, make_right


def answer(task: Any, loader: Any) -> dict[str, Any]:
    """The result of the task; bad options are a failed result."""
    if PYVMOMI_IMPORT_ERROR:
        return {"failed": True, "msg": missing_required_lib("pyvmomi")}
    check_mode, diff = bool(task.check_mode), bool(task.diff)
    try:
        options = validated(task.args, renewal_spec(), RENEWAL_RULES)
        wishes = _wishes(options, check_mode=check_mode)
        asked = entries(given(options, task, loader), options)
        folder = None if check_mode else options["history_path"]
        history = History(folder, options["history_run"]) if folder else None
    except _errors.OptionError as error:
        return {"failed": True, "msg": str(error)}
    verify = build_preflight(PreflightChecks(servers=options["verify_servers"]), options["timeout"], share=Once)
    manner = Manner(
        check_mode,
        options["retries"],
        datetime.now(timezone.utc),
        verify=None if verify is None else _of_web_server(verify, wishes[0].origins),
        ask_first=not check_mode,
    )

    def work(index: int, way: Way, hold: Hold) -> tuple[Outcome, ...] | Failure:
        def ready(due: Sequence[Plan], vcenter: Mapping[str, str]) -> None:
            hold()
            if history is not None:
                for planned in due:
                    history.keep(asked[index].name, planned, vcenter)

        return make_right(way.target, way.tls, wishes, manner, ready)

    survey: Survey[tuple[Outcome, ...]] = Survey(
        asked,
        Rules(options["concurrency"], options["max_failures"], options["progress"]),
        tell=lambda outcomes: _told(outcomes, check_mode=check_mode),
        describe=lambda outcomes: together(outcomes, diff=diff),
    )
    result = survey.result(survey.ask_together(work), tolerate_failures=options["tolerate_failures"])
    return {**result, "kept": history.kept if history is not None else 0}


def _wishes(options: Mapping[str, Any], *, check_mode: bool) -> list[CertificateRenewal]:
    """One for each key. Raises :class:`OptionError`."""
    certificate = certificate_from_options(options)
    if certificate is None and not check_mode:
        raise OptionError(
            "server_certificate", "is missing; give the certificate that the web server shows from now on, as PEM"
        )
    keys = list(dict.fromkeys(options["keys"]))
    if not keys:
        raise OptionError("keys", "is empty; give the keys of the plug-ins that the web server serves")
    there = origins_from_urls(options["server_urls"], "server_urls")
    if not there:
        raise OptionError(
            "server_urls", "is empty; give the address of the web server, such as https://plugins.example.com"
        )
    return [CertificateRenewal(key, there, certificate) for key in keys]


def _of_web_server(verify: Callable[[Extension], None], there: frozenset[Origin]) -> Callable[[Extension], None]:
    """The same, without the other web servers that a record names: they are no business of this task."""

    def limited(extension: Extension) -> None:
        verify(replace(extension, servers=tuple(server for server in extension.servers if is_served_at(server, there))))

    return limited


def _told(outcomes: Sequence[Outcome], *, check_mode: bool) -> str:
    changed = [outcome.plan.key for outcome in outcomes if outcome.plan.changed]
    if changed:
        return f"{'would be ' if check_mode else ''}renewed {', '.join(changed)}"
    return "ok" if any(outcome.plan.after is not None for outcome in outcomes) else "not registered here"
