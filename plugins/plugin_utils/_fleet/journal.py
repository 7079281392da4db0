# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""The only file that knows how records are kept as they were before a run, and found again.

One file of JSON lines for each run, in a folder on the controller. Records hold no secret. A line is written before its
record is, so that it is there however the run ends.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from ...module_utils._extension.api_types import from_api, to_api
from ...module_utils._extension.model import OptionError
from ...module_utils._extension.plan import Plan
from ...module_utils._extension.restore import RecordRestore

_RUN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
# How many runs a message lists.
_LATEST = 5


@dataclass(frozen=True, slots=True)
class Past:
    """What one vCenter, known by its id, held before a run."""

    instance_uuid: str
    records: tuple[RecordRestore, ...]


class History:
    """Where one run writes down what it is about to change. Several may share it at the same time."""

    def __init__(self, folder: str, run: str | None) -> None:
        """``run`` is a name, or None for that of this moment. Raises :class:`OptionError`."""
        self._run = run or datetime.now(timezone.utc).strftime("%Y%m%dT%H%M%S.%fZ")
        if not _RUN.fullmatch(self._run):
            raise OptionError("history_run", f"{run!r} cannot be a file name; use letters, digits, dots and dashes")
        self._kept: list[str] = []
        self._path = Path(folder, f"{self._run}.jsonl")
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise _unusable(folder, error) from error
        if not os.access(folder, os.W_OK):
            raise OptionError("history_path", f"{folder} is not writable; give a folder of your own")

    def keep(self, name: str, planned: Plan, vcenter: Mapping[str, str]) -> None:
        """Write down a change of the vCenter ``name`` that comes next. Raises :class:`OptionError`."""
        line = {
            "at": datetime.now(timezone.utc).isoformat(timespec="microseconds"),
            "run": self._run,
            "name": name,
            "hostname": vcenter.get("hostname", ""),
            "instance_uuid": vcenter.get("instance_uuid", ""),
            "key": planned.key,
            "action": planned.action,
            "before": planned.before and to_api(planned.before),
            "after": planned.after and to_api(planned.after),
        }
        data = json.dumps(line).encode() + b"\n"
        try:
            # One write at the end of the file: whoever else writes there does not get into the line.
            with open(self._path, "ab", buffering=0, opener=_private) as file:
                written = file.write(data)
        except OSError as error:
            raise _unusable(str(self._path.parent), error) from error
        if written != len(data):
            raise OptionError("history_path", f"{self._path.parent} is full; make room, or give another folder")
        self._kept.append(planned.key)

    @property
    def kept(self) -> int:
        """How many records were kept."""
        return len(self._kept)


def past(folder: str, run: str | None, keys: Sequence[str] | None) -> tuple[str, dict[str, Past]]:
    """The run that is meant, and by the name of each vCenter the records before it; those of ``keys``, or all.

    ``run`` is a name, or None for the latest run that changed any of them. A vCenter that a later run changed as well
    goes back to before the earlier one. Raises :class:`OptionError` where there is no such run.
    """
    lines = [line for line in _lines(folder) if keys is None or line["key"] in keys]
    runs = list(dict.fromkeys(line["run"] for line in lines))
    if not runs:
        what = f" of {', '.join(keys)}" if keys else ""
        raise OptionError("history_path", f"{folder} tells of no change{what}; give the folder that the run used")
    if run is not None and run not in runs:
        raise OptionError("run", f"there is no {run!r} in {folder}; the latest are {', '.join(runs[-_LATEST:])}")
    run = runs[-1] if run is None else run
    since = set(runs[runs.index(run) :])
    records: dict[str, dict[str, RecordRestore]] = {}
    ids: dict[str, str] = {}
    for line in lines:
        if line["run"] in since:
            ids.setdefault(line["name"], line["instance_uuid"])
            before = None if line["before"] is None else from_api(line["before"])
            records.setdefault(line["name"], {}).setdefault(line["key"], RecordRestore(line["key"], before))
    return run, {name: Past(ids[name], tuple(of_it.values())) for name, of_it in records.items()}


def _lines(folder: str) -> list[dict[str, Any]]:
    """Everything that was kept, the oldest run first."""
    runs: list[list[dict[str, Any]]] = []
    try:
        for path in Path(folder).glob("*.jsonl"):
            # A run that was killed may have left half a line at the end.
            whole = path.read_text(encoding="utf-8").split("\n")[:-1]
            runs.append([json.loads(line) for line in whole])
    except (OSError, ValueError) as error:
        raise OptionError("history_path", f"{folder} cannot be read ({error}); give the folder of the run") from error
    return [line for run in sorted(filter(None, runs), key=lambda run: str(run[0]["at"])) for line in run]


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _unusable(folder: str, error: OSError) -> OptionError:
    return OptionError("history_path", f"{folder} cannot be written ({error.strerror}); give a folder of your own")
