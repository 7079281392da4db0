# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""What is told after the rotation of a certificate, and how long a record was wrong."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from ansible_collections.vsphere_ops.client_plugin.plugins.plugin_utils._fleet.rotation_report import (
    Rotation,
    rotation_results,
    rotation_summary,
)

NOON = datetime(2030, 1, 1, 12, tzinfo=timezone.utc)


def right(name: str, *, written: float | None = None, registered: bool = True) -> dict[str, Any]:
    """A vCenter that did as it was told, ``written`` seconds after noon."""
    times = {} if written is None else {"written_at": (NOON + timedelta(seconds=written)).isoformat()}
    records = [{"key": "k", "registered": registered, "action": "none", "changes": []}]
    return {"name": name, "failed": False, "changed": written is not None, "records": records, **times}


def wrong(name: str) -> dict[str, Any]:
    error = {"kind": "timeout", "message": f"{name} did not answer"}
    return {"name": name, "failed": True, "changed": False, "error": error}


def after(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("renewed", "switched_at", "switched_before", "seconds"),
    [
        (right("a", written=0.25), after(1.5), None, 1.25),
        # An earlier run has switched; this one mended what was down.
        (right("a", written=90), None, NOON, 90.0),
        # A run that was killed has written it, and this one switched.
        (right("a"), after(1.5), None, None),
        # Nobody knows since when it was wrong.
        (right("a", written=1), None, None, None),
        (right("a"), None, None, 0.0),
        (right("a", registered=False), after(1.5), None, 0.0),
        (wrong("a"), after(1.5), None, None),
    ],
)
def test_how_long_a_record_was_wrong(
    renewed: dict[str, Any], switched_at: datetime | None, switched_before: datetime | None, seconds: float | None
) -> None:
    rotation = Rotation([renewed], compared=[right("a")], switched_at=switched_at, switched_before=switched_before)
    result = rotation_results(rotation)[0]
    assert result["mismatch_seconds"] == seconds
    assert result["failed"] == renewed["failed"]


def test_what_the_comparison_finds_is_a_failure() -> None:
    results = rotation_results(
        Rotation(
            [right("a", written=0), right("b", written=0), right("c", written=0)],
            compared=[wrong("a"), right("b", written=1), right("c")],
            switched_at=after(1),
        )
    )
    assert [result["failed"] for result in results] == [True, True, False]
    assert [result["mismatch_seconds"] for result in results] == [None, None, 1.0]
    assert results[1]["error"]["message"] == (
        "b does not hold what was registered before; find out who else changes the record, and run the playbook again"
    )
    assert rotation_summary(results, "") == (
        "1 of 3 vCenters hold the certificate that is served. No record differed from the served certificate for "
        "longer than 1.0 s (c). Not completed: a, b; run the playbook again when they can be reached."
    )


def test_what_was_put_back_says_why() -> None:
    results = rotation_results(
        Rotation(
            [right("a", written=0), right("b", written=0), wrong("c")],
            put_back=[right("a", written=4), wrong("b"), right("c")],
            reason="nginx refuses.",
        )
    )
    assert [result["mismatch_seconds"] for result in results] == [4.0, None, 0.0]
    assert [result["changed"] for result in results] == [False, True, False]
    assert "records" not in results[0]
    assert [result["error"]["message"] for result in results] == [
        "a holds its former records, because nginx refuses.",
        (
            "b was not restored and may hold a certificate that is not served (b did not answer); "
            "use the playbook rollback"
        ),
        "c did not answer",
    ]
    assert rotation_summary(results, "nginx refuses.").startswith(
        "The certificate was not rotated: nginx refuses. No record"
    )


def test_many_that_are_not_right_are_counted() -> None:
    results = rotation_results(Rotation([wrong(str(number)) for number in range(7)]))
    assert "Not completed: 0, 1, 2, 3, 4 and 2 more; " in rotation_summary(results, "")
