# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""The report divides medians, subtracts the start-up, and names targets that are not reached."""

from __future__ import annotations

from dataclasses import asdict

import pytest


@pytest.fixture
def situation(measure):
    """Return a function that gives one situation of results.json, from the seconds of each round."""

    def build(name, count, seconds):
        rounds = [
            [
                asdict(measure.Run(contender.name, operation, measure.Cost(wall, wall / 2, 50.0, 0.25, tasks=7)))
                for (contender, operation), wall in zip(seconds, walls, strict=True)
            ]
            for walls in zip(*seconds.values(), strict=True)
        ]
        return {"name": name, "title": f"Title of {name}", "count": count, "rounds": rounds}

    return build


@pytest.fixture
def found(contenders, situation):
    """Return invented results."""
    module, community, fleet = contenders.MODULE, contenders.COMMUNITY, contenders.FLEET
    govc, empty, batch, role = contenders.GOVC, contenders.EMPTY, contenders.BATCH, contenders.ROLE
    read, write, start = "no change", "update", "start-up"
    return {
        "machine": {
            "cores": 2,
            "processor": "Some CPU",
            "kernel": "Linux 6",
            "load": 0.1,
            "versions": {"Python": "3.13", "community.vmware": ""},
        },
        "minutes": 18.4,
        "calls": [{"contender": module.name, "operation": read, "calls": 4, "connections": 1}],
        "situations": [
            situation(contenders.ONE, 1, {(module, read): [1.0, 1.2, 5.0], (community, read): [2.0, 2.4, 2.2]}),
            situation(contenders.TEN, 10, {(module, read): [3.0], (community, read): [4.0]}),
            situation(
                contenders.FLEET_1000,
                1000,
                {
                    (empty, start): [1.0, 3.0, 2.0],
                    (fleet, read): [9.0, 11.0, 10.0],
                    (govc, read): [10.0, 10.0, 10.0],
                    (fleet, write): [12.0, 12.0, 12.0],
                    (govc, write): [20.0, 20.0, 20.0],
                },
            ),
            situation(contenders.ROLE_100, 100, {(batch, read): [3.0], (role, read): [9.0], (community, read): [30.0]}),
            situation(contenders.PLAYBOOKS, 5, {(contenders.Contender("deploy", ""), "first run"): [20.0, 30.0]}),
        ],
    }


def ratio(report, found, name, operation="no change", number=0):
    ratios = report.list_ratios([report.Measured.read(given) for given in found["situations"]])
    return [one for one in ratios if (one.measured.name, one.operation) == (name, operation)][number]


def test_a_ratio_divides_medians_and_has_the_range_of_the_rounds(report, found):
    one = ratio(report, found, "one")
    assert one.value == pytest.approx(1.2 / 2.2)
    assert (one.rounds.minimum, one.rounds.maximum) == (pytest.approx(0.5), pytest.approx(5.0 / 2.2))


def test_start_up_of_the_same_rounds_is_subtracted_from_the_own_time_only(report, found):
    one = ratio(report, found, "fleet1000")
    assert (one.own, one.peer) == (pytest.approx(8.0), pytest.approx(10.0))
    assert (one.rounds.minimum, one.rounds.maximum) == (pytest.approx(0.8), pytest.approx(0.8))


def test_targets(report, found):
    assert ratio(report, found, "one").reached is True
    assert ratio(report, found, "ten").reached is False
    assert ratio(report, found, "fleet1000", "update").reached is True
    assert ratio(report, found, "role100").reached is True
    assert ratio(report, found, "role100", number=1).reached is None


def test_a_target_that_is_met_exactly_is_reached(report, found, contenders, situation):
    own, peer = (contenders.MODULE, "no change"), (contenders.COMMUNITY, "no change")
    found["situations"] = [situation(contenders.TEN, 10, {own: [1.0], peer: [2.0]})]
    assert ratio(report, found, "ten").reached is True


def test_what_was_not_measured_has_no_ratio(report, found, contenders, situation):
    found["situations"] = [situation(contenders.ONE, 1, {(contenders.MODULE, "no change"): [1.0]})]
    assert report.list_ratios([report.Measured.read(given) for given in found["situations"]]) == []
    assert list(report.report_lines(found))


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.5, "2.0 times faster"), (1.0, "1.0 times faster"), (2.5, "2.5 times slower"), (-0.1, "not measurable")],
)
def test_faster(report, value, text):
    assert report.faster(value) == text


def test_the_report_begins_with_a_conclusion_and_the_machine(report, found):
    text = "\n".join(report.report_lines(found))
    head = " ".join(text.partition("## Ratios")[0].partition("-->")[2].split())
    conclusion, machine = head.split("Machine: ")
    assert "takes 55 % of the time of `community.vmware` for one host and 75 % for 10 hosts" in conclusion
    assert "80 % of the time of `xargs -P16 govc` if nothing has to change and 50 % for an update" in conclusion
    assert "10.0 times faster than `community.vmware` with 100 hosts" in conclusion
    assert "4 of 5 targets are reached." in conclusion
    assert conclusion.count(". ") <= 3
    assert machine.startswith("2 cores, Some CPU, Linux 6; load before the start 0.10. Versions: Python 3.13.")
    assert "18 minutes" in machine


def test_ratios_come_before_times_and_show_the_targets(report, found):
    text = "\n".join(report.report_lines(found))
    assert text.index("## Ratios") < text.index("## Method") < text.index("## Title of one")
    (ten,) = [line for line in text.splitlines() if line.startswith("| Title of ten")]
    assert ten.endswith("| at most 0.50 | **not reached** |")
    assert "| at least 9 times faster | reached |" in text


def test_tables(report, found):
    lines = list(report.report_lines(found))
    own = "| `vcenter_extension` | no change | 3 | 1.20 (1.00 to 5.00) | 0.60 (0.50 to 2.50) | 0.25 | 50 MiB |"
    assert own in lines
    assert "| `deploy` | first run | 2 | 7 | 12.50 (10.00 to 15.00) | 25.00 (20.00 to 30.00) | 0.25 |" in lines
    assert "| `vcenter_extension` | not counted | 4 on 1 | not counted |" in lines


def test_the_report_names_the_limits_of_the_peers(report, found):
    text = " ".join(" ".join(report.report_lines(found)).split())
    assert "no release of `govc` registers a client or a server" in text
    assert "does not update a record that exists" in text


def test_no_line_of_text_is_too_long_or_ends_in_code(report, found):
    for line in report.report_lines(found):
        if not line.startswith("|"):
            assert len(line) <= 120
            assert line.count("`") % 2 == 0
