# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Renew the certificate of a web server in many vCenters: the work of the action vcenter_extension_renewal."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timezone
from typing import Any

from ...module_utils._errors import OptionError
from ...module_utils._extension.certificate_renewal import CertificateRenewal, is_served_at, origins_from_urls
from ...module_utils._extension.from_options import certificate_from_options
from ...module_utils._extension.model import Extension
from ...module_utils._extension.plan import Plan
from ...module_utils._extension.reconcile import Outcome
from ...module_utils._preflight.checks import PreflightChecks, build_preflight
from ...module_utils._url import Origin
from .action import FleetTask
from .journal import Journal
from .pool import SingleFlight
from .results import FleetRunner, RunLimits, WaitForAll, combined_result
from .vcenters import Connection, members_of_task, read_members
from .worker import ApplyOptions, Failure, apply_changes


def renew_fleet(fleet_task: FleetTask) -> dict[str, Any]:
    """Return the result of the task. Raises :class:`ClientPluginError` where its own options cannot be used."""
    options, check_mode = fleet_task.options, fleet_task.check_mode
    renewals = _renewals(options, check_mode=check_mode)
    members = read_members(members_of_task(options, fleet_task.task, fleet_task.loader), options)
    folder = None if check_mode else options["history_path"]
    journal = Journal(folder, options["history_run"]) if folder else None
    verify = build_preflight(PreflightChecks(servers=options["verify_servers"]), options["timeout"], share=SingleFlight)
    apply_options = ApplyOptions(
        check_mode,
        options["retries"],
        datetime.now(timezone.utc),
        verify=None if verify is None else _limited_to(verify, renewals[0].origins),
        check_privileges=not check_mode,
    )

    def work(index: int, connection: Connection, wait_for_all: WaitForAll) -> tuple[Outcome, ...] | Failure:
        def before_write(due: Sequence[Plan], vcenter: Mapping[str, str]) -> None:
            wait_for_all()
            if journal is not None:
                for planned in due:
                    journal.add(members[index].name, planned, vcenter)

        return apply_changes(connection.options, connection.tls, renewals, apply_options, before_write)

    runner: FleetRunner[tuple[Outcome, ...]] = FleetRunner(
        members,
        RunLimits.from_options(options),
        progress_text=lambda outcomes: _progress_text(outcomes, check_mode=check_mode),
        describe=lambda outcomes: combined_result(outcomes, fleet_task.option_names, diff=fleet_task.diff),
    )
    result = runner.result(runner.run_behind_barrier(work), tolerate_failures=options["tolerate_failures"])
    return {**result, "kept": journal.count if journal is not None else 0}


def _renewals(options: Mapping[str, Any], *, check_mode: bool) -> list[CertificateRenewal]:
    """Return one renewal for each key. Raises :class:`OptionError`."""
    certificate = certificate_from_options(options)
    if certificate is None and not check_mode:
        raise OptionError(
            "or O(server_certificate_path) must be given",
            option="server_certificate",
            remedy="give the new certificate of the web server",
        )
    keys = list(dict.fromkeys(options["keys"]))
    if not keys:
        raise OptionError(
            "must not be empty", option="keys", remedy="give the keys of the plug-ins that the web server serves"
        )
    web_server = origins_from_urls(options["server_urls"], "server_urls")
    if not web_server:
        raise OptionError(
            "must not be empty",
            option="server_urls",
            remedy="give the address of the web server, such as https://plugins.example.com",
        )
    return [CertificateRenewal(key, web_server, certificate) for key in keys]


def _limited_to(verify: Callable[[Extension], None], web_server: frozenset[Origin]) -> Callable[[Extension], None]:
    """Return ``verify`` without the other web servers of a record: this task does not change them."""

    def limited(extension: Extension) -> None:
        servers = tuple(server for server in extension.servers if is_served_at(server, web_server))
        verify(replace(extension, servers=servers))

    return limited


def _progress_text(outcomes: Sequence[Outcome], *, check_mode: bool) -> str:
    changed = [outcome.plan.key for outcome in outcomes if outcome.plan.changed]
    if changed:
        return f"{'would be ' if check_mode else ''}renewed {', '.join(changed)}"
    return "ok" if any(outcome.plan.after is not None for outcome in outcomes) else "not registered"
