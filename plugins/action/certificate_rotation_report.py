# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Report what the rotation of a certificate did in each vCenter, and for how long records differed from the server."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from ansible.plugins.action import ActionBase

from ..module_utils._argument_specs import rotation_report_spec
from ..module_utils._errors import ClientPluginError, OptionError
from ..plugin_utils._fleet.options import validate_options
from ..plugin_utils._fleet.rotation_report import Rotation, rotation_results, rotation_summary


class ActionModule(ActionBase):
    """Options and result are documented in the module of the same name."""

    TRANSFERS_FILES = False
    _requires_connection = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Return one result for each vCenter, and write the report where a path is given."""
        # Not at the top: see FleetAction.
        from ..plugin_utils._fleet.progress import prints_text  # noqa: PLC0415

        result: dict[str, Any] = super().run(tmp, task_vars)
        try:
            options = validate_options(self._task.args, rotation_report_spec())
            rotation = _rotation(options, task_vars or {})
        except ClientPluginError as error:
            return {**result, "failed": True, "msg": error.message()}
        results = rotation_results(rotation)
        text = rotation_summary(results, rotation.reason)
        if options["path"] and not self._task.check_mode:
            try:
                Path(options["path"]).write_text(json.dumps(_report(text, results), indent=2) + "\n", encoding="utf-8")
            except OSError as error:
                # The rotation has taken place: a report that cannot be written must not make it fail.
                text += f" The report cannot be written to {options['path']} ({error.strerror})."
        if prints_text():
            self._display.display(f"  {text}")
        return {**result, "changed": False, "msg": text, "results": results}


def _rotation(options: Mapping[str, Any], variables: Mapping[str, Any]) -> Rotation:
    return Rotation(
        renewed=_registered_results(variables, options["renewed"]),
        compared=_registered_results(variables, options["compared"]),
        put_back=_registered_results(variables, options["put_back"]),
        switched_at=_parse_time(options["switched_at"], "switched_at"),
        switched_before=_parse_time(options["switched_before"], "switched_before"),
        reason=options["reason"] or "",
    )


def _registered_results(variables: Mapping[str, Any], name: str | None) -> list[Mapping[str, Any]]:
    # The name of the variable and not its value: see vcenter_extension_outcome. A skipped task has no results.
    registered = variables.get(name) if name else None
    return list(registered.get("results", ())) if isinstance(registered, Mapping) else []


def _parse_time(text: str | None, option: str) -> datetime | None:
    """Return an aware time; ``text`` is in ISO 8601, in UTC where it has no zone, or in seconds since 1970."""
    if not text:
        return None
    try:
        return datetime.fromtimestamp(float(text), timezone.utc)
    except (ValueError, OverflowError):
        pass
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError as error:
        raise OptionError(
            "must be a time in ISO 8601 or in seconds since 1970",
            option=option,
            value=text,
            remedy="give one such as 2026-03-01T09:00:00+00:00",
        ) from error
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=timezone.utc)


def _report(text: str, results: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "at": datetime.now(timezone.utc).isoformat(timespec="seconds"),
        "msg": text,
        "vcenters": [
            {
                "name": one["name"],
                "right": not one["failed"],
                "mismatch_seconds": one["mismatch_seconds"],
                "reason": one["error"]["message"] if one["failed"] else "",
            }
            for one in results
        ],
    }
