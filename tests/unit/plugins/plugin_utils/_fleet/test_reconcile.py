# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Register one extension with a fleet: records of single members, results, warnings, the journal."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from ansible_collections.vsphere_ops.client_plugin.tests.unit.plugins.plugin_utils._fleet.tasks import (
    KEY,
    member,
    reconcile,
)
from ansible_collections.vsphere_ops.client_plugin.tests.unit.simulator.clients import Endpoint, control

PIN = ":".join(["AB"] * 32)
URL = "https://plugins.example.com/plugin.json"
RECORD = {"key": KEY, "version": "1.0.0", "url": URL, "server_thumbprint": PIN}


def test_records_are_registered_updated_and_removed_with_a_journal(simulator: Endpoint, tmp_path: Path) -> None:
    members, history = [member(simulator, "a")], {"history_path": str(tmp_path), "history_run": "one"}
    first = reconcile(simulator, members, **RECORD, **history)
    assert (first["changed"], first["failed"], first["results"][0]["action"]) == (True, False, "register")
    assert (first["warnings"], "diff" in first) == ([], False)
    second = reconcile(simulator, members, task={"diff": True}, **{**RECORD, "version": "1.1.0"}, **history)
    assert [change["field"] for change in second["results"][0]["changes"]] == ["version"]
    (diff,) = second["diff"]
    assert (diff["before_header"], diff["after_header"]) == (
        f"a: {KEY} (registered from plugins.example.com)",
        f"a: {KEY} (update)",
    )
    assert not reconcile(simulator, members, **{**RECORD, "version": "1.1.0"}, **history)["changed"]
    assert reconcile(simulator, members, key=KEY, state="absent", **history)["results"][0]["action"] == "unregister"
    lines = [json.loads(line) for line in (tmp_path / "one.jsonl").read_text().splitlines()]
    assert [(line["name"], line["action"]) for line in lines] == [
        ("a", "register"),
        ("a", "update"),
        ("a", "unregister"),
    ]


def test_check_mode_writes_neither_records_nor_a_journal(simulator: Endpoint, tmp_path: Path) -> None:
    folder = tmp_path / "history"
    result = reconcile(
        simulator, [member(simulator, "a")], task={"check_mode": True}, **RECORD, history_path=str(folder)
    )
    assert (result["changed"], result["results"][0]["action"]) == (True, "register")
    assert control(simulator, "GET", "statistics")["extensions"] == 0
    assert not folder.exists()


def test_a_member_has_its_own_record_and_its_own_errors(simulator: Endpoint) -> None:
    members = [
        member(simulator, "a", extension={"key": "com.example.a", "server_thumbprint": ""}),
        member(simulator, "b", extension={"key": "com.example.b"}),
        member(simulator, "c", extension={"key": " "}),
        "nonsense",
    ]
    result = reconcile(simulator, members, **RECORD)
    assert [one["failed"] for one in result["results"]] == [False, False, True, True]
    assert [one["extension"]["key"] for one in result["results"][:2]] == ["com.example.a", "com.example.b"]
    assert [one["extension"]["server_thumbprint"] for one in result["results"][:2]] == [None, PIN]
    assert result["results"][2]["error"]["kind"] == "option"
    assert result["results"][2]["error"]["message"].startswith("`vcenters[2].extension.key` must be set")
    assert result["summary"] == {"total": 4, "changed": 2, "unchanged": 0, "failed": 2}
    (warning,) = result["warnings"]
    assert warning.startswith("a: Neither `server_certificate` nor `server_thumbprint` is registered")


def test_a_certificate_of_a_member_replaces_the_file_of_the_task(simulator: Endpoint, make, tmp_path: Path) -> None:
    task, own = (make("plugins.example.com", ("DNS:plugins.example.com",)) for _number in range(2))
    path = tmp_path / "task.pem"
    path.write_text(task.pem)
    members = [
        member(simulator, "a", extension={"key": "com.example.a"}),
        member(simulator, "b", extension={"key": "com.example.b", "server_certificate": own.pem}),
    ]
    record = {name: value for name, value in RECORD.items() if name != "server_thumbprint"}
    result = reconcile(simulator, members, **record, server_certificate_path=str(path))
    assert [one["extension"]["server_certificate"] for one in result["results"]] == [task.pem, own.pem]


def test_a_warning_of_many_vcenters_is_given_once(simulator: Endpoint) -> None:
    members = [member(simulator, name, extension={"key": f"com.example.{name}"}) for name in "abcde"]
    record = {**RECORD, "server_thumbprint": ""}
    (warning,) = reconcile(simulator, members, **record)["warnings"]
    assert warning.startswith("a, b, c and 2 more: Neither ")
    (warning,) = reconcile(simulator, members[:3], **{**record, "url": f"{URL}?2", "version": "2"})["warnings"]
    assert warning.startswith("a, b, c: Neither ")


@pytest.mark.parametrize("record", [{"key": "a", "version": ""}, {"key": " "}])
def test_an_error_of_the_task_is_one_of_all_members(record: dict[str, str]) -> None:
    result = reconcile({"ca_path": None}, [{"name": "a", "username": "u", "password": "p"}], **record)
    assert (result["failed"], "results" in result) == (True, False)
