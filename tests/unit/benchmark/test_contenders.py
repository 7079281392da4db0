# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Contenders take turns, with inputs of their own."""

from __future__ import annotations

import json
from itertools import pairwise

import pytest


def situation(contenders, name):
    return next(one for one in contenders.list_situations() if one.name == name)


def test_contenders_alternate(contenders):
    order = situation(contenders, contenders.FLEET_100).round()
    fleet, govc = contenders.FLEET, contenders.GOVC
    assert order == [
        (contenders.EMPTY, "start-up"),
        (fleet, "no change"),
        (govc, "no change"),
        (fleet, "update"),
        (govc, "update"),
    ]


def test_no_contender_has_two_turns_in_a_row(contenders):
    for one in contenders.list_situations():
        turns = [contender for contender, _operation in one.round()] * 2
        assert all(first != second for first, second in pairwise(turns)), one.name


def test_everything_fits_into_twenty_minutes(contenders):
    limits = [one.limits for one in contenders.list_situations()] + [contenders.PLAYBOOK_LIMITS]
    # The rest is for the least number of rounds on a slow machine, the API calls, and the build of vcsim.
    assert sum(one.seconds for one in limits) <= 900
    assert all(one.least >= 2 for one in limits)


def test_forks(contenders, tmp_path):
    target = contenders.Target(10, 1234, tmp_path)
    assert "-f" not in target.command(contenders.MODULE, "no change", "1.0.0")
    assert "-f" not in target.command(contenders.COMMUNITY, "no change", "1.0.0")
    for contender in (contenders.BATCH, contenders.ROLE, contenders.COMMUNITY_20):
        command = target.command(contender, "no change", "1.0.0")
        assert command[command.index("-f") + 1] == "20"


def test_each_contender_has_its_own_keys(contenders, tmp_path):
    target = contenders.Target(3, 1234, tmp_path)
    keys = []
    for contender in (contenders.FLEET, contenders.GOVC, contenders.MODULE):
        target.write_inputs(contender)
        keys += (tmp_path / contender.folder / "keys.txt").read_text().split()
    assert len(set(keys)) == 9


def test_all_contenders_use_the_same_local_connection(contenders, tmp_path):
    target = contenders.Target(2, 1234, tmp_path)
    for contender in (contenders.MODULE, contenders.COMMUNITY):
        target.write_inputs(contender)
        inventory = json.loads((tmp_path / contender.folder / "inventory.json").read_text())["all"]
        assert inventory["vars"]["ansible_connection"] == "local"
        assert len(inventory["hosts"]) == 2
    own = (contenders.PLAYS / "module.yml").read_text()
    theirs = (tmp_path / "community" / "community.yml").read_text()
    assert theirs == own.replace("vsphere_ops.client_plugin.", "community.vmware.")
    assert theirs != own


@pytest.mark.parametrize(
    ("operation", "expected", "missing"),
    [
        ("register", ["extension.register  < "], ["extension.info", "-update"]),
        ("no change", ["extension.info"], ["extension.register"]),
        ("update", ["extension.info", " && govc extension.register -update < "], []),
    ],
)
def test_govc(contenders, tmp_path, operation, expected, missing):
    command = contenders.Target(2, 1234, tmp_path).command(contenders.GOVC, operation, "1.0.1")
    assert command[:3] == ["xargs", "-P", "16"]
    assert all(text in command[-1] for text in expected)
    assert not any(text in command[-1] for text in missing)
    assert "127.0.0.1:1234" in command[-1]


def test_records_of_govc_have_no_client_and_no_server(contenders, tmp_path):
    contenders.Target(1, 1234, tmp_path).write_inputs(contenders.GOVC)
    for version in contenders.VERSIONS:
        (path,) = (tmp_path / "govc" / version).iterdir()
        record = json.loads(path.read_text())
        assert record["version"] == version
        assert not {"client", "server"} & set(record)


@pytest.mark.parametrize(
    ("name", "operation", "changed"),
    [
        ("MODULE", "no change", 0),
        ("MODULE", "update", 10),
        ("COMMUNITY", "update", 0),
        ("FLEET", "update", 1),
        ("GOVC", "update", 0),
        ("MODULE", "register", 3),
    ],
)
def test_expected_changes(contenders, measure, name, operation, changed):
    contenders.check_changes(getattr(contenders, name), operation, 10, measure.Cost(1.0, 1.0, 1.0, changed=changed))


@pytest.mark.parametrize(("name", "operation", "changed"), [("MODULE", "no change", 1), ("FLEET", "update", 0)])
def test_unexpected_changes(contenders, measure, name, operation, changed):
    with pytest.raises(measure.BenchmarkError):
        contenders.check_changes(getattr(contenders, name), operation, 10, measure.Cost(1.0, 1.0, 1.0, changed=changed))
