# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Tell what the rotation of a certificate did in each vCenter, and for how long records were wrong."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.plugins.action import ActionBase

from ..module_utils._argument_specs import rotation_report_spec
from ..plugin_utils._fleet.rotation_report import Rotation, sentence, told


class ActionModule(ActionBase):
    """The options and the result are documented in the module of the same name."""

    TRANSFERS_FILES = False
    _requires_connection = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        # Not at the top: see vcenter_extension_fleet.
        from ..plugin_utils._fleet.results import read_by_people  # noqa: PLC0415

        result: dict[str, Any] = super().run(tmp, task_vars)
        validation = ArgumentSpecValidator(rotation_report_spec()).validate(dict(self._task.args))
        if validation.error_messages:
            return {**result, "failed": True, "msg": "; ".join(validation.error_messages)}
        options = validation.validated_parameters
        try:
            rotation = Rotation(
                **{name: _results(task_vars or {}, options[name]) for name in ("renewed", "compared", "put_back")},
                **{name: _moment(options[name]) for name in ("switched_at", "switched_before")},
                reason=options["reason"] or "",
            )
        except ValueError as error:
            return {**result, "failed": True, "msg": str(error)}
        results = told(rotation)
        text = sentence(results, rotation.reason)
        if options["path"] and not self._task.check_mode:
            try:
                Path(options["path"]).write_text(json.dumps(_report(text, results), indent=2) + "\n", encoding="utf-8")
            except OSError as error:
                text += f" The report cannot be written to {options['path']}: {error.strerror}."
        if read_by_people():
            self._display.display(f"  {text}")
        return {**result, "changed": False, "msg": text, "results": results}


def _results(variables: Mapping[str, Any], name: str | None) -> list[Mapping[str, Any]]:
    # Taken by its name and not as a value: see vcenter_extension_outcome. A task that was left out has no results.
    registered = variables.get(name) if name else None
    return list(registered.get("results", ())) if isinstance(registered, Mapping) else []


def _moment(text: str | None) -> datetime | None:
    """An ISO 8601 text, in UTC where it does not say, or seconds since 1970. Raises :class:`ValueError`."""
    if not text:
        return None
    try:
        return datetime.fromtimestamp(float(text), timezone.utc)
    except ValueError:
        moment = datetime.fromisoformat(text)
        return moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)


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
