# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Combine the results of a certificate rotation, and compute for how long each record differed from the web server."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ...module_utils._errors import ClientPluginError


@dataclass(frozen=True, slots=True)
class Rotation:
    """The results of the steps of a rotation, and when the web server was switched (aware, clock of the controller).

    ``renewed`` are those of the renewal. After a completed rotation, ``compared`` are those of the comparison with what
    is served; after an abandoned one, ``put_back`` are those of the rollback, and ``reason`` says why.
    ``switched_before`` is when an earlier run switched the server, if that run did not complete all vCenters.
    """

    renewed: Sequence[Mapping[str, Any]]
    compared: Sequence[Mapping[str, Any]] = ()
    put_back: Sequence[Mapping[str, Any]] = ()
    switched_at: datetime | None = None
    switched_before: datetime | None = None
    reason: str = ""


def rotation_results(rotation: Rotation) -> list[dict[str, Any]]:
    """Return one result for each vCenter.

    Its ``mismatch_seconds`` is None where the mismatch continues, or began before this run.
    """
    compared, put_back = _by_name(rotation.compared), _by_name(rotation.put_back)
    results = []
    for renewed in rotation.renewed:
        name = renewed["name"]
        if rotation.reason:
            results.append(_abandoned(renewed, put_back.get(name), rotation.reason))
        else:
            results.append(_completed(renewed, compared.get(name), rotation))
    return results


def rotation_summary(results: Sequence[Mapping[str, Any]], reason: str) -> str:
    """Return a summary for a person. ``reason`` is that of an abandoned rotation, else empty."""
    failed = [result for result in results if result["failed"]]
    lasting = [result for result in results if result.get("mismatch_seconds")]
    longest = max(lasting, key=lambda result: float(result["mismatch_seconds"]), default=None)
    mismatch = ""
    if longest is not None:
        mismatch = (
            " No record differed from the served certificate for longer than "
            f"{longest['mismatch_seconds']:.1f} s ({longest['name']})."
        )
    if reason:
        return f"The certificate was not rotated: {reason.rstrip('.')}.{mismatch}"
    names = ", ".join(result["name"] for result in failed[:5]) + (
        f" and {len(failed) - 5} more" if len(failed) > 5 else ""
    )
    rest = f" Not completed: {names}; run the playbook again when they can be reached." if failed else ""
    completed = f"{len(results) - len(failed)} of {len(results)} vCenters hold the certificate that is served."
    return f"{completed}{mismatch}{rest}"


def _completed(renewed: Mapping[str, Any], compared: Mapping[str, Any] | None, rotation: Rotation) -> dict[str, Any]:
    result = dict(renewed)
    if not renewed["failed"]:
        if compared is not None and compared["failed"]:
            result |= {"failed": True, "error": compared["error"]}
        elif compared is not None and compared["changed"]:
            error = ClientPluginError(
                "does not hold what was registered before",
                subject=renewed["name"],
                remedy="find out who else changes the record, and run the playbook again",
            )
            result |= {"failed": True, "error": {"kind": "conflict", "message": error.message()}}
    return {**result, "mismatch_seconds": None if result["failed"] else _mismatch_seconds(renewed, rotation)}


def _mismatch_seconds(renewed: Mapping[str, Any], rotation: Rotation) -> float | None:
    written = _parse_iso(renewed.get("written_at"))
    since = rotation.switched_at or rotation.switched_before
    if written is not None and since is not None:
        return round(abs((since - written).total_seconds()), 3)
    registered = any(record["registered"] for record in renewed.get("records", ()))
    # Written although no switch is known, or correct before the switch: the mismatch began before this run.
    return None if written is not None or (registered and rotation.switched_at is not None) else 0.0


def _abandoned(renewed: Mapping[str, Any], put_back: Mapping[str, Any] | None, reason: str) -> dict[str, Any]:
    result = {**renewed, "mismatch_seconds": 0.0}
    written = _parse_iso(renewed.get("written_at"))
    restored = _parse_iso((put_back or {}).get("written_at"))
    if (put_back is None and written is not None) or (put_back is not None and put_back["failed"]):
        why = f" ({put_back['error']['message']})" if put_back is not None else ""
        error = ClientPluginError(
            f"was not restored and may hold a certificate that is not served{why}",
            subject=renewed["name"],
            remedy="use the playbook rollback",
        )
        failure = {"kind": "put_back", "message": error.message()}
        return {**result, "failed": True, "error": failure, "mismatch_seconds": None}
    if written is not None and restored is not None:
        result["mismatch_seconds"] = round((restored - written).total_seconds(), 3)
    if not renewed["failed"]:
        # What was written there is gone.
        result = {key: value for key, value in result.items() if key not in ("records", "written_at", "diff")}
        error = ClientPluginError(f"holds its former records, because {reason}", subject=renewed["name"])
        result |= {"failed": True, "changed": False, "error": {"kind": "put_back", "message": error.message()}}
    return result


def _parse_iso(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _by_name(results: Sequence[Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    return {result["name"]: result for result in results}
