# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Restore the records of a fleet as they were before a run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible_collections.vsphere_ops.client_plugin.tests.unit.plugins.plugin_utils._fleet.tasks import (
    KEY,
    member,
    read,
    reconcile,
    roll_back,
)
from ansible_collections.vsphere_ops.client_plugin.tests.unit.simulator.clients import Endpoint


def versions(endpoint: Endpoint) -> dict[str, str]:
    (result,) = read(endpoint, [member(endpoint, "a")])["results"]
    return {record["key"]: record["version"] for record in result["extensions"]}


@pytest.fixture
def runs(simulator: Endpoint, tmp_path: Path) -> dict[str, Any]:
    """Two runs: the first changes the vCenter under the name a, the second under both names."""
    history = {"history_path": str(tmp_path)}
    a, b = member(simulator, "a"), member(simulator, "b", extension={"key": "com.example.b"})
    reconcile(simulator, [a], key=KEY, version="1", **history, history_run="one")
    reconcile(simulator, [a, b], key=KEY, version="2", **history, history_run="two")
    return {"members": [member(simulator, "a"), member(simulator, "b")], **history}


def test_the_latest_run_is_undone_and_then_nothing_is_left(simulator: Endpoint, runs: dict[str, Any]) -> None:
    assert versions(simulator) == {KEY: "2", "com.example.b": "2"}
    planned = roll_back(simulator, **runs, task={"check_mode": True, "diff": True})
    assert (planned["changed"], planned["run"]) == (True, "two")
    assert [len(one["diff"]) for one in planned["results"]] == [1, 1]
    assert versions(simulator) == {KEY: "2", "com.example.b": "2"}
    result = roll_back(simulator, **runs)
    assert [one["records"][0]["action"] for one in result["results"]] == ["update", "unregister"]
    assert versions(simulator) == {KEY: "1"}
    assert not roll_back(simulator, **runs)["changed"]


def test_a_vcenter_that_only_a_later_run_changed_is_not_changed(simulator: Endpoint, runs: dict[str, Any]) -> None:
    result = roll_back(simulator, **runs, run="one")
    assert (result["run"], result["failed"]) == ("one", False)
    assert [one["changed"] for one in result["results"]] == [True, False]
    assert result["results"][1]["records"] == []
    assert versions(simulator) == {"com.example.b": "2"}


def test_another_vcenter_of_the_same_name_is_not_changed(
    simulator: Endpoint, runs: dict[str, Any], tmp_path: Path
) -> None:
    path = tmp_path / "two.jsonl"
    path.write_text(path.read_text().replace(simulator["instance_uuid"], "another"))
    result = roll_back(simulator, **runs)
    assert [one["error"]["kind"] for one in result["results"]] == ["not_started"] * 2
    assert (
        f"the instance UUID was another and is {simulator['instance_uuid']}" in result["results"][0]["error"]["message"]
    )
    assert versions(simulator) == {KEY: "2", "com.example.b": "2"}


def test_a_record_whose_web_server_is_not_there_is_not_restored(simulator: Endpoint, tmp_path: Path) -> None:
    members, history = [member(simulator, "a")], {"history_path": str(tmp_path)}
    record = {"key": KEY, "url": "https://127.0.0.1:1/plugin.json", "server_thumbprint": ":".join(["AB"] * 32)}
    reconcile(simulator, members, **record, version="1")
    reconcile(simulator, members, **record, version="2", **history)
    for check in ("verify_servers", "verify_manifest"):
        (result,) = roll_back(simulator, members, **history, **{check: True})["results"]
        assert result["error"]["kind"] == "server"
        assert f"`{check}` " in result["error"]["message"]
    assert versions(simulator) == {KEY: "2"}
    assert roll_back(simulator, members, **history)["changed"]
    assert versions(simulator) == {KEY: "1"}
