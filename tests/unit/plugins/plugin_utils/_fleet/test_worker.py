# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""One vCenter with its disturbances: what is tried again, what is not, and what is told after a lost answer."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timezone
from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._errors import PreflightError, WriteBarredError
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._extension.desired import Desired
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._extension.model import Extension
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._extension.query import (
    QueryResult,
    Selection,
)
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._extension.reconcile import Outcome
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._vcenter.connection import (
    ConnectionOptions,
    tls_context,
)
from ansible_collections.vsphere_ops.client_plugin.plugins.plugin_utils._fleet import worker
from ansible_collections.vsphere_ops.client_plugin.plugins.plugin_utils._fleet.worker import (
    ApplyOptions,
    Failure,
    apply_changes,
    read_records,
)
from ansible_collections.vsphere_ops.client_plugin.tests.unit.simulator.clients import Endpoint, control

KEY = "com.example.plugin"
WISH = Desired(KEY, version="2.0.0", label="Plug-in")
GONE = Desired(KEY, present=False)
APPLY_OPTIONS = ApplyOptions(check_mode=False, retries=2, now=datetime(2030, 1, 1, tzinfo=timezone.utc))


def options(endpoint: Endpoint, **changes: Any) -> ConnectionOptions:
    given = {name: endpoint[name] for name in ("hostname", "port", "username", "password", "ca_path")}
    return ConnectionOptions(**{**given, "timeout": 5, **changes})


def reconcile(
    endpoint: Endpoint, wish: Desired = WISH, apply_options: ApplyOptions = APPLY_OPTIONS, **changes: Any
) -> Outcome | Failure:
    there = options(endpoint, **changes)
    answer = apply_changes(there, tls_context(there), [wish], apply_options)
    return answer if isinstance(answer, Failure) else answer[0]


def calls(endpoint: Endpoint) -> dict[str, int]:
    counted = control(endpoint, "GET", "statistics")
    assert counted["sessions_open"] == 0
    return dict(counted["calls"])


def test_what_is_gone_a_moment_later_is_tried_again(simulator: Endpoint) -> None:
    for method in ("RetrieveServiceContent", "Login", "FindExtension"):
        control(simulator, "POST", "faults", {"kind": "unavailable", "method": method, "times": 1})
    outcome = reconcile(simulator, apply_options=ApplyOptions(check_mode=False, retries=3, now=APPLY_OPTIONS.now))
    assert isinstance(outcome, Outcome)
    assert outcome.plan.action == "register"
    assert calls(simulator)["RegisterExtension"] == 1


@pytest.mark.parametrize(
    ("rule", "kind"),
    [
        ({"kind": "unavailable"}, "unavailable"),
        ({"kind": "refuse"}, "unreachable"),
        ({"kind": "expired", "method": "FindExtension"}, "session"),
        ({"kind": "hang", "method": "FindExtension"}, "timeout"),
    ],
)
def test_it_is_not_tried_for_ever(simulator: Endpoint, rule: dict[str, Any], kind: str) -> None:
    control(simulator, "POST", "faults", rule)
    failure = reconcile(
        simulator, apply_options=ApplyOptions(check_mode=False, retries=1, now=APPLY_OPTIONS.now), timeout=0.5
    )
    control(simulator, "DELETE", "faults")
    assert isinstance(failure, Failure)
    assert failure.kind == kind
    assert "RegisterExtension" not in calls(simulator)


@pytest.mark.parametrize(
    ("rule", "changes", "kind"),
    [
        ({"kind": "denied", "detail": "Extension.Register"}, {}, "permission"),
        ({"kind": "certificate", "detail": "untrusted"}, {}, "tls"),
        ({"kind": "html"}, {}, "not_vcenter"),
        ({"kind": "html", "detail": "xhtml"}, {}, "not_vcenter"),
        ({"kind": "error", "method": "RegisterExtension"}, {}, "refused"),
        (None, {"password": "wrong"}, "login"),
    ],
)
def test_what_stays_wrong_is_tried_once(
    simulator: Endpoint, rule: dict[str, Any] | None, changes: dict[str, Any], kind: str
) -> None:
    if rule:
        control(simulator, "POST", "faults", rule)
    failure = reconcile(simulator, **changes)
    control(simulator, "DELETE", "faults")
    assert isinstance(failure, Failure)
    assert failure.kind == kind
    assert max(calls(simulator).values(), default=1) == 1
    assert control(simulator, "GET", "statistics")["extensions"] == 0


def test_a_wish_that_cannot_be_carried_out(simulator: Endpoint) -> None:
    failure = reconcile(simulator, Desired(KEY))
    assert isinstance(failure, Failure)
    assert (failure.kind, failure.error.option) == ("option", "version")


@pytest.mark.parametrize(
    ("wishes", "method", "action"),
    [
        ([WISH], "RegisterExtension", "register"),
        ([Desired(KEY, version="1.0.0"), WISH], "UpdateExtension", "update"),
        ([WISH, GONE], "UnregisterExtension", "unregister"),
    ],
)
def test_a_write_whose_answer_is_lost_is_found_and_told_as_ours(
    simulator: Endpoint, wishes: list[Desired], method: str, action: str
) -> None:
    for wish in wishes[:-1]:
        reconcile(simulator, wish)
    control(simulator, "POST", "faults", {"kind": "drop", "method": method, "times": 1})
    outcome = reconcile(simulator, wishes[-1])
    assert isinstance(outcome, Outcome)
    assert outcome.plan.action == action
    assert calls(simulator)[method] == 1
    again = reconcile(simulator, wishes[-1])
    assert isinstance(again, Outcome)
    assert not again.plan.changed


def test_a_write_that_never_arrived_is_written_again(simulator: Endpoint) -> None:
    control(simulator, "POST", "faults", {"kind": "disconnect", "method": "RegisterExtension", "times": 1})
    outcome = reconcile(simulator)
    assert isinstance(outcome, Outcome)
    assert outcome.plan.action == "register"
    assert calls(simulator)["RegisterExtension"] == 2


def test_a_record_that_somebody_else_removed_meanwhile_is_planned_anew(simulator: Endpoint) -> None:
    reconcile(simulator, Desired(KEY, version="1.0.0"))
    rule = {"kind": "error", "method": "UpdateExtension", "detail": "vim.fault.NotFound", "times": 1}
    control(simulator, "POST", "faults", rule)
    outcome = reconcile(simulator)
    assert isinstance(outcome, Outcome)
    assert outcome.plan.action == "update"
    assert calls(simulator)["UpdateExtension"] == 2


def test_a_write_that_lost_against_another_client_is_not_ours(
    simulator: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    reconcile(simulator, Desired(KEY, version="1.0.0"))
    rule = {"kind": "error", "method": "UpdateExtension", "detail": "vim.fault.NotFound", "times": 1}
    control(simulator, "POST", "faults", rule)
    pauses: list[float] = []

    def sleep(seconds: float) -> None:
        # Meanwhile another client makes the record as desired.
        pauses.append(seconds)
        reconcile(simulator)

    monkeypatch.setattr(worker, "time", SimpleNamespace(sleep=sleep))
    outcome = reconcile(simulator)
    assert isinstance(outcome, Outcome)
    assert (outcome.plan.action, outcome.written_at) == ("none", None)
    assert pauses == [worker.PAUSE]


def test_check_mode_is_tried_again_and_writes_nothing(simulator: Endpoint) -> None:
    control(simulator, "POST", "faults", {"kind": "unavailable", "method": "FindExtension", "times": 1})
    outcome = reconcile(simulator, apply_options=ApplyOptions(check_mode=True, retries=2, now=APPLY_OPTIONS.now))
    assert isinstance(outcome, Outcome)
    assert outcome.plan.action == "register"
    assert control(simulator, "GET", "statistics")["extensions"] == 0


def test_nothing_is_written_where_a_web_server_shows_something_else(simulator: Endpoint) -> None:
    seen: list[str] = []

    def verify(extension: Extension) -> None:
        seen.append(extension.label)
        raise PreflightError("failed", option="verify_servers")

    apply_options = ApplyOptions(check_mode=False, retries=2, now=APPLY_OPTIONS.now, verify=verify)
    failure = reconcile(simulator, apply_options=apply_options)
    assert isinstance(failure, Failure)
    assert (failure.kind, failure.error.option) == ("server", "verify_servers")
    assert seen == ["Plug-in"]
    assert "RegisterExtension" not in calls(simulator)


@pytest.mark.parametrize(("fault", "times"), [("drop", 1), ("disconnect", 2)])
def test_what_is_written_after_a_lost_answer_is_verified_again(simulator: Endpoint, fault: str, times: int) -> None:
    seen: list[str] = []
    apply_options = replace(APPLY_OPTIONS, verify=lambda extension: seen.append(extension.version))
    control(simulator, "POST", "faults", {"kind": fault, "method": "RegisterExtension", "times": 1})
    outcome = reconcile(simulator, apply_options=apply_options)
    assert isinstance(outcome, Outcome)
    assert outcome.plan.action == "register"
    # Once before each write; the record that an earlier attempt has written is not verified after it.
    assert seen == ["2.0.0"] * times == ["2.0.0"] * calls(simulator)["RegisterExtension"]


def test_a_record_that_does_not_change_is_verified(simulator: Endpoint) -> None:
    reconcile(simulator)

    def verify(extension: Extension) -> None:
        raise PreflightError(f"rejected {extension.version}", option="verify_servers")

    failure = reconcile(simulator, apply_options=replace(APPLY_OPTIONS, verify=verify))
    assert isinstance(failure, Failure)
    assert (failure.kind, failure.error.reason) == ("server", "rejected 2.0.0")


def test_a_removal_has_nothing_to_verify(simulator: Endpoint) -> None:
    reconcile(simulator)
    seen: list[Extension] = []
    outcome = reconcile(simulator, GONE, replace(APPLY_OPTIONS, verify=seen.append))
    assert isinstance(outcome, Outcome)
    assert (outcome.plan.action, seen) == ("unregister", [])


def test_all_records_are_planned_before_the_first_is_written(simulator: Endpoint) -> None:
    there = options(simulator)
    seen: list[tuple[list[str], int]] = []

    def before_write(due: Any, vcenter: Any) -> None:
        assert vcenter["instance_uuid"] == simulator["instance_uuid"]
        seen.append(([planned.key for planned in due], control(simulator, "GET", "statistics")["extensions"]))

    wishes = [WISH, Desired("com.example.other", version="1.0.0"), Desired("com.example.absent", present=False)]
    began = datetime.now(timezone.utc)
    outcomes = apply_changes(there, tls_context(there), wishes, APPLY_OPTIONS, before_write)
    assert not isinstance(outcomes, Failure)
    assert [outcome.plan.action for outcome in outcomes] == ["register", "register", "none"]
    assert seen == [([KEY, "com.example.other"], 0)]
    assert [outcome.written_at is not None for outcome in outcomes] == [True, True, False]
    assert outcomes[0].written_at and began <= outcomes[0].written_at <= datetime.now(timezone.utc)
    assert {"Login": 1, "FindExtension": 3, "RegisterExtension": 2}.items() <= calls(simulator).items()


def test_what_was_written_before_an_answer_was_lost_is_told_with_the_rest(simulator: Endpoint) -> None:
    there = options(simulator)
    control(simulator, "POST", "faults", {"kind": "drop", "method": "RegisterExtension", "times": 1})
    outcomes = apply_changes(
        there, tls_context(there), [WISH, Desired("com.example.other", version="1.0.0")], APPLY_OPTIONS
    )
    assert not isinstance(outcomes, Failure)
    assert [outcome.plan.action for outcome in outcomes] == ["register", "register"]
    assert calls(simulator)["RegisterExtension"] == 2


def test_nothing_is_written_where_it_is_held_back(simulator: Endpoint) -> None:
    there = options(simulator)

    def before_write(_due: Any, _vcenter: Any) -> None:
        raise WriteBarredError("others failed")

    failure = apply_changes(there, tls_context(there), [WISH], APPLY_OPTIONS, before_write)
    assert isinstance(failure, Failure)
    assert (failure.kind, failure.error.reason) == ("not_started", "others failed")
    assert "RegisterExtension" not in calls(simulator)


def test_whether_the_account_may_is_asked_before_anything_waits(simulator: Endpoint) -> None:
    there = options(simulator)
    asked: list[Any] = []
    apply_options = ApplyOptions(check_mode=False, retries=0, now=APPLY_OPTIONS.now, check_privileges=True)
    control(simulator, "POST", "faults", {"kind": "denied", "detail": "Extension.Register"})
    failure = apply_changes(there, tls_context(there), [WISH], apply_options, lambda due, _vcenter: asked.append(due))
    control(simulator, "DELETE", "faults")
    assert isinstance(failure, Failure)
    assert (failure.kind, asked) == ("permission", [])
    assert isinstance(apply_changes(there, tls_context(there), [WISH], apply_options), tuple)


def test_looking(simulator: Endpoint) -> None:
    reconcile(simulator)
    there = options(simulator)
    control(simulator, "POST", "faults", {"kind": "unavailable", "method": "FindExtension", "times": 1})
    found = read_records(there, tls_context(there), Selection(keys=(KEY, "com.example.other")), retries=1)
    assert isinstance(found, QueryResult)
    assert [record["version"] for record in found.extensions] == ["2.0.0"]
    assert found.missing == ("com.example.other",)
    everything = read_records(there, tls_context(there), Selection(), retries=0)
    assert isinstance(everything, QueryResult)
    assert [record["key"] for record in everything.extensions] == [KEY]
