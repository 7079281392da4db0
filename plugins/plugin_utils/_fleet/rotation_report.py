# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""What is told of each vCenter after the rotation of a certificate, and for how long its record was wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Rotation:
    """The answers of a rotation, and when the web server was switched (aware, by the clock of the controller).

    ``renewed`` are results of the renewal. Where it was carried through, ``compared`` are those of the comparison with
    what is served; where everything was put back, ``put_back`` are those of the rollback, and ``reason`` says why.
    ``switched_before`` is when an earlier run switched whose vCenters were not all right.
    """

    renewed: Sequence[Mapping[str, Any]]
    compared: Sequence[Mapping[str, Any]] = ()
    put_back: Sequence[Mapping[str, Any]] = ()
    switched_at: datetime | None = None
    switched_before: datetime | None = None
    reason: str = ""


def told(rotation: Rotation) -> list[dict[str, Any]]:
    """One result for each vCenter, with ``mismatch_seconds``: None where it goes on, or began before this run."""
    compared, put_back = _by_name(rotation.compared), _by_name(rotation.put_back)
    results = []
    for renewed in rotation.renewed:
        name = renewed["name"]
        if rotation.reason:
            results.append(_reverted(renewed, put_back.get(name), rotation.reason))
        else:
            results.append(_carried_through(renewed, compared.get(name), rotation))
    return results


def sentence(results: Sequence[Mapping[str, Any]], reason: str) -> str:
    """What happened, for a person."""
    failed = [result for result in results if result["failed"]]
    lasting = [result for result in results if result.get("mismatch_seconds")]
    longest = max(lasting, key=lambda result: float(result["mismatch_seconds"]), default=None)
    window = ""
    if longest is not None:
        window = (
            f" No record was different from what is served for longer than {longest['mismatch_seconds']:.1f} s "
            f"({longest['name']})."
        )
    if reason:
        return f"The certificate was not rotated: {reason.rstrip('.')}.{window}"
    names = ", ".join(result["name"] for result in failed[:5]) + (
        f" and {len(failed) - 5} more" if len(failed) > 5 else ""
    )
    rest = f" Not right yet: {names}; run this again when they can be reached." if failed else ""
    right = f"{len(results) - len(failed)} of {len(results)} vCenters hold the certificate that is served."
    return f"{right}{window}{rest}"


def _carried_through(
    renewed: Mapping[str, Any], compared: Mapping[str, Any] | None, rotation: Rotation
) -> dict[str, Any]:
    result = dict(renewed)
    if not renewed["failed"]:
        if compared is not None and compared["failed"]:
            result |= {"failed": True, "error": compared["error"]}
        elif compared is not None and compared["changed"]:
            text = "its record is not what was written a moment ago: look who else changes it, and run this again"
            result |= {"failed": True, "error": {"kind": "conflict", "message": f"{renewed['name']}: {text}"}}
    return {**result, "mismatch_seconds": None if result["failed"] else _mismatch(renewed, rotation)}


def _mismatch(renewed: Mapping[str, Any], rotation: Rotation) -> float | None:
    written = _moment(renewed.get("written_at"))
    since = rotation.switched_at or rotation.switched_before
    if written is not None and since is not None:
        return round(abs((since - written).total_seconds()), 3)
    registered = any(record["registered"] for record in renewed.get("records", ()))
    # Written without a switch that is known, or right before the switch came: it began before this run.
    return None if written is not None or (registered and rotation.switched_at is not None) else 0.0


def _reverted(renewed: Mapping[str, Any], put_back: Mapping[str, Any] | None, reason: str) -> dict[str, Any]:
    result = {**renewed, "mismatch_seconds": 0.0}
    written = _moment(renewed.get("written_at"))
    restored = _moment((put_back or {}).get("written_at"))
    if (put_back is None and written is not None) or (put_back is not None and put_back["failed"]):
        why = put_back["error"]["message"] if put_back is not None else "nothing was tried; use the playbook rollback"
        text = f"{renewed['name']} could not be put back and may hold a certificate that is not served: {why}"
        return {**result, "failed": True, "error": {"kind": "put_back", "message": text}, "mismatch_seconds": None}
    if written is not None and restored is not None:
        result["mismatch_seconds"] = round((restored - written).total_seconds(), 3)
    if not renewed["failed"]:
        # What was written there is gone.
        result = {key: value for key, value in result.items() if key not in ("records", "written_at", "diff")}
        text = f"{renewed['name']} holds what it held before, because {reason}"
        result |= {"failed": True, "changed": False, "error": {"kind": "put_back", "message": text}}
    return result


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _by_name(results: Sequence[Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    return {result["name"]: result for result in results}
