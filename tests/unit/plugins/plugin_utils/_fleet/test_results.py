# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""What is told of a fleet: one result for each, in order, without secrets, and a sentence about all."""

from __future__ import annotations

from typing import Any

import pytest
from ansible import constants
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._vcenter.connection import (
    Target,
    tls_context,
)
from ansible_collections.vsphere_ops.client_plugin.plugins.plugin_utils._fleet.results import Rules, Survey
from ansible_collections.vsphere_ops.client_plugin.plugins.plugin_utils._fleet.vcenters import Entry, Way
from ansible_collections.vsphere_ops.client_plugin.plugins.plugin_utils._fleet.worker import (
    Failure,
    HeldBackError,
)

WAY = Way(Target("vc", "u", "p"), tls_context(Target("vc", "u", "p", validate_certs=False)))
DOWN = Failure("timeout", "it did not answer.")


def survey(*entries: Entry, max_failures: int | None = None, concurrency: int = 4) -> Survey[str]:
    return Survey(
        entries,
        Rules(concurrency, max_failures, progress=True),
        tell=lambda answer: answer,
        describe=lambda answer: {"changed": answer != "ok", "said": answer},
    )


def entry(name: str, way: Way | Failure = WAY, secret: str = "") -> Entry:
    return Entry(name, name, way, {}, secret)


def result(asked: Survey[str], work: Any, *, tolerate: bool = False) -> dict[str, Any]:
    return asked.result(asked.ask(work), tolerate_failures=tolerate)


def test_each_has_its_result_in_order() -> None:
    told = result(
        survey(entry("a"), entry("b", DOWN), entry("c"), entry("d")),
        lambda index, _way: {0: "updated", 2: "ok", 3: Failure("login", "it refused.")}[index],
    )
    assert [(one["name"], one["failed"], one["changed"]) for one in told["results"]] == [
        ("a", False, True),
        ("b", True, False),
        ("c", False, False),
        ("d", True, False),
    ]
    assert told["results"][1]["error"] == {"kind": "timeout", "message": "it did not answer."}
    assert told["summary"] == {"total": 4, "changed": 1, "unchanged": 1, "failed": 2}
    assert (told["changed"], told["failed"]) == (True, True)
    assert told["msg"] == "2 of 4 vCenters failed, 1 changed. b: it did not answer. d: it refused."


def test_many_failures_are_counted_not_listed() -> None:
    told = result(survey(*(entry(str(number), DOWN) for number in range(5))), None, tolerate=True)
    assert told["msg"].endswith("2: it did not answer. And 2 more.")
    assert (told["failed"], told["summary"]["failed"]) == (False, 5)


def test_nothing_failed() -> None:
    assert result(survey(entry("a"), entry("b")), lambda _index, _way: "ok")["msg"] == (
        "2 of 2 vCenters are right, 0 of them changed."
    )


def test_a_bug_in_one_hides_no_other() -> None:
    def work(index: int, _way: Way) -> str:
        return ["ok"][index]

    told = result(survey(entry("a"), entry("b")), work)
    assert told["results"][0]["said"] == "ok"
    assert told["results"][1]["error"]["kind"] == "internal"
    assert "IndexError" in told["results"][1]["error"]["message"]


def test_the_rest_is_not_started_after_too_many_failures() -> None:
    asked: list[int] = []

    def work(index: int, _way: Way) -> Failure:
        asked.append(index)
        return DOWN

    told = result(survey(*(entry(str(number)) for number in range(30)), max_failures=1, concurrency=1), work)
    kinds = [one["error"]["kind"] for one in told["results"]]
    assert kinds == ["timeout"] * 2 + ["not_started"] * 28
    assert asked == [0, 1]
    assert told["summary"]["failed"] == 30


@pytest.mark.parametrize(
    ("most", "said"),
    [(None, ["written", None, "written", None]), (2, ["written", None, "written", None]), (1, [None] * 4)],
)
def test_together_all_are_written_or_none(most: int | None, said: list[str | None]) -> None:
    asked = survey(entry("a"), entry("b", DOWN), entry("c"), entry("d"), max_failures=most, concurrency=1)
    written: list[int] = []

    def work(index: int, _way: Way, hold: Any) -> str | Failure:
        if index == 3:
            assert written == []
            return Failure("login", "it refused.")
        try:
            hold()
        except HeldBackError as error:
            return Failure("not_started", str(error))
        written.append(index)
        return "written"

    told = asked.result(asked.ask_together(work), tolerate_failures=True)
    assert [one.get("said") for one in told["results"]] == said
    if most == 1:
        assert told["results"][0]["error"] == {
            "kind": "not_started",
            "message": "left as it was, because 2 of 4 vCenters failed before anything was written, and no more than "
            "1 may",
        }


def test_a_bug_in_one_counts_as_a_failure_of_it() -> None:
    asked = survey(entry("a"), entry("b"), max_failures=0)

    def work(index: int, _way: Way, hold: Any) -> str:
        if index == 0:
            raise KeyError("bug")
        hold()
        return "written"

    told = asked.result(asked.ask_together(work), tolerate_failures=True)
    assert [one["error"]["kind"] for one in told["results"]] == ["internal", "internal"]


def test_a_password_is_in_no_result_and_no_line(capsys: pytest.CaptureFixture[str]) -> None:
    told = result(
        survey(entry("a", secret="s3cret"), entry("b", Failure("tls", "s3cret-b here"), secret="s3cret-b")),
        lambda _index, _way: "it said s3cret",
    )
    assert "s3cret" not in str(told)
    assert "s3cret" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("callback", "lines"), [("default", 3), ("ansible.builtin.minimal", 3), ("json", 0), ("null", 0)]
)
def test_progress_is_for_callbacks_that_people_read(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], callback: str, lines: int
) -> None:
    monkeypatch.setenv("ANSIBLE_STDOUT_CALLBACK", callback)
    assert constants.config.get_config_value("DEFAULT_STDOUT_CALLBACK") == callback
    result(survey(entry("a"), entry("b", DOWN)), lambda _index, _way: "registered")
    shown = capsys.readouterr().out.splitlines()
    assert len(shown) == lines
    if lines:
        assert any("/2  a  registered  " in line for line in shown[:2])
        assert any("/2  b  FAILED: it did not answer.  " in line for line in shown[:2])
        assert shown[2].strip() == "1 of 2 vCenters failed, 1 changed. b: it did not answer."
