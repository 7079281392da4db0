# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""What is got of a fleet: one result for each, in order, without secrets, and a sentence about all."""

from __future__ import annotations

from typing import Any

import pytest
from ansible import constants
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._errors import (
    OptionError,
    OptionNames,
    VCenterError,
    WriteBarredError,
)
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._vcenter.connection import (
    ConnectionOptions,
    tls_context,
)
from ansible_collections.vsphere_ops.client_plugin.plugins.plugin_utils._fleet.results import FleetRunner, RunLimits
from ansible_collections.vsphere_ops.client_plugin.plugins.plugin_utils._fleet.vcenters import Connection, FleetMember
from ansible_collections.vsphere_ops.client_plugin.plugins.plugin_utils._fleet.worker import Failure

CONNECTION = Connection(
    ConnectionOptions("vc", "u", "p"), tls_context(ConnectionOptions("vc", "u", "p", validate_certs=False))
)
DOWN = Failure.of(VCenterError("timeout", "did not answer", subject="it"))
REFUSED = Failure.of(VCenterError("login", "refused", subject="it"))


def runner(*members: FleetMember, max_failures: int | None = None, concurrency: int = 4) -> FleetRunner[str]:
    return FleetRunner(
        members,
        RunLimits(concurrency, max_failures, progress=True),
        progress_text=lambda answer: answer,
        describe=lambda answer: {"changed": answer != "ok", "said": answer},
    )


def member(name: str, connection: Connection | Failure = CONNECTION, secret: str = "") -> FleetMember:
    return FleetMember(name, connection, secret=secret)


def result(asked: FleetRunner[str], work: Any, *, tolerate: bool = False) -> dict[str, Any]:
    return asked.result(asked.run(work), tolerate_failures=tolerate)


def test_each_has_its_result_in_order() -> None:
    got = result(
        runner(member("a"), member("b", DOWN), member("c"), member("d")),
        lambda index, _connection: {0: "updated", 2: "ok", 3: REFUSED}[index],
    )
    assert [(one["name"], one["failed"], one["changed"]) for one in got["results"]] == [
        ("a", False, True),
        ("b", True, False),
        ("c", False, False),
        ("d", True, False),
    ]
    assert got["results"][1]["error"] == {"kind": "timeout", "message": "it did not answer"}
    assert got["summary"] == {"total": 4, "changed": 1, "unchanged": 1, "failed": 2}
    assert (got["changed"], got["failed"]) == (True, True)
    assert got["msg"] == "2 of 4 vCenters failed, 1 changed. b: it did not answer. d: it refused."


def test_many_failures_are_counted_not_listed() -> None:
    got = result(runner(*(member(str(number), DOWN) for number in range(5))), None, tolerate=True)
    assert got["msg"].endswith("2: it did not answer. And 2 more.")
    assert (got["failed"], got["summary"]["failed"]) == (False, 5)


def test_nothing_failed() -> None:
    assert result(runner(member("a"), member("b")), lambda _index, _connection: "ok")["msg"] == (
        "2 of 2 vCenters succeeded, 0 changed."
    )


def test_a_bug_in_one_hides_no_other() -> None:
    def work(index: int, _connection: Connection) -> str:
        return ["ok"][index]

    got = result(runner(member("a"), member("b")), work)
    assert got["results"][0]["said"] == "ok"
    assert got["results"][1]["error"]["kind"] == "internal"
    assert "IndexError" in got["results"][1]["error"]["message"]


def test_the_rest_is_not_started_after_too_many_failures() -> None:
    asked: list[int] = []

    def work(index: int, _connection: Connection) -> Failure:
        asked.append(index)
        return DOWN

    got = result(runner(*(member(str(number)) for number in range(30)), max_failures=1, concurrency=1), work)
    kinds = [one["error"]["kind"] for one in got["results"]]
    assert kinds == ["timeout"] * 2 + ["not_started"] * 28
    assert asked == [0, 1]
    assert got["summary"]["failed"] == 30


@pytest.mark.parametrize(
    ("most", "said"),
    [(None, ["written", None, "written", None]), (2, ["written", None, "written", None]), (1, [None] * 4)],
)
def test_behind_a_barrier_all_are_written_or_none(most: int | None, said: list[str | None]) -> None:
    asked = runner(member("a"), member("b", DOWN), member("c"), member("d"), max_failures=most, concurrency=1)
    written: list[int] = []

    def work(index: int, _connection: Connection, wait_for_all: Any) -> str | Failure:
        if index == 3:
            assert written == []
            return REFUSED
        try:
            wait_for_all()
        except WriteBarredError as error:
            return Failure.of(error)
        written.append(index)
        return "written"

    got = asked.result(asked.run_behind_barrier(work), tolerate_failures=True)
    assert [one.get("said") for one in got["results"]] == said
    if most == 1:
        error = got["results"][0]["error"]
        assert error["kind"] == "not_started"
        assert error["message"].startswith("a was not changed, because 2 of 4 vCenters failed before the first write")


def test_a_bug_in_one_counts_as_a_failure_of_it() -> None:
    asked = runner(member("a"), member("b"), max_failures=0)

    def work(index: int, _connection: Connection, wait_for_all: Any) -> str:
        if index == 0:
            raise KeyError("bug")
        wait_for_all()
        return "written"

    got = asked.result(asked.run_behind_barrier(work), tolerate_failures=True)
    assert [one["error"]["kind"] for one in got["results"]] == ["internal", "internal"]


def test_a_password_is_in_no_result_and_no_line(capsys: pytest.CaptureFixture[str]) -> None:
    got = result(
        runner(
            member("a", secret="s3cret"),
            member("b", Failure.of(VCenterError("tls", "s3cret-b here")), secret="s3cret-b"),
        ),
        lambda _index, _connection: "it said s3cret",
    )
    assert "s3cret" not in str(got)
    assert "s3cret" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("callback", "lines"), [("default", 3), ("ansible.builtin.minimal", 3), ("json", 0), ("null", 0)]
)
def test_progress_is_for_callbacks_that_people_read(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], callback: str, lines: int
) -> None:
    monkeypatch.setenv("ANSIBLE_STDOUT_CALLBACK", callback)
    assert constants.config.get_config_value("DEFAULT_STDOUT_CALLBACK") == callback
    result(runner(member("a"), member("b", DOWN)), lambda _index, _connection: "registered")
    shown = capsys.readouterr().out.splitlines()
    assert len(shown) == lines
    if lines:
        assert any("/2  a  registered  " in line for line in shown[:2])
        assert any("/2  b  FAILED: it did not answer  " in line for line in shown[:2])
        assert shown[2].strip() == "1 of 2 vCenters failed, 1 changed. b: it did not answer."


def test_a_failure_names_the_options_of_its_member() -> None:
    wrong = Failure.of(OptionError("must be higher", option="version", remedy="set O(allow_downgrade)"))
    names = OptionNames(names={"version": "my_version", "allow_downgrade": "my_downgrade"})
    listed = FleetMember("a", wrong, option_names=OptionNames(names={"version": "vcenters[0].extension.version"}))
    host = FleetMember("b", CONNECTION, option_names=names)
    got = result(runner(listed, host), lambda _index, _connection: wrong)
    assert [one["error"] for one in got["results"]] == [
        {"kind": "option", "message": "`vcenters[0].extension.version` must be higher; set `allow_downgrade`"},
        {"kind": "option", "message": "`my_version` must be higher; set `my_downgrade`"},
    ]


def test_the_summary_names_each_vcenter_once() -> None:
    down = Failure.of(VCenterError("timeout", "did not answer", subject="a.example.com"))
    got = result(runner(member("a.example.com", down), member("b", down)), None)
    assert got["msg"] == (
        "2 of 2 vCenters failed, 0 changed. a.example.com did not answer. b: a.example.com did not answer."
    )


def test_a_name_has_no_control_characters_in_the_summary_and_the_lines(capsys: pytest.CaptureFixture[str]) -> None:
    got = result(runner(member("a\x1b[31m\u202e", DOWN)), None)
    assert "a\\x1b[31m\\u202e: it did not answer" in got["msg"]
    assert "\x1b" not in capsys.readouterr().out
