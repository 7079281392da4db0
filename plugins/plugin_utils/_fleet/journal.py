# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Write records to a journal as they were before a run, and read them back for a rollback.

A run has one file of JSON lines, in a folder on the controller. Records hold no secret. A line is written before its
record is changed, so that it exists however the run ends.
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

from ...module_utils._errors import FileError, OptionError
from ...module_utils._extension.api_types import from_api, to_api
from ...module_utils._extension.plan import Plan
from ...module_utils._extension.restore import RecordRestore
from ...module_utils._files.read import MIB, read_file
from ...module_utils._foreign_text import one_line

_RUN_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
# How many runs a message lists.
_LISTED_RUNS = 5
# Two thousand changes of records with 60 KiB of texts each; a larger file is not a journal.
_MAX_BYTES = 256 * MIB


@dataclass(frozen=True, slots=True)
class RecordsBefore:
    """The records that one vCenter, known by its id, held before a run."""

    instance_uuid: str
    records: tuple[RecordRestore, ...]


class Journal:
    """The file of one run. Several threads and processes may add lines at the same time."""

    def __init__(self, folder: str, run: str | None) -> None:
        """Make the folder if necessary; without ``run``, the current time names it. Raises :class:`OptionError`."""
        self._run = run or datetime.now(timezone.utc).strftime("%Y%m%dT%H%M%S.%fZ")
        if not _RUN_NAME.fullmatch(self._run):
            raise OptionError(
                "must be a file name of 1 to 100 letters, digits, dots, dashes and underscores",
                option="history_run",
                value=run,
                remedy="begin it with a letter or a digit",
            )
        self._keys: list[str] = []
        self._path = Path(folder, f"{self._run}.jsonl")
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise _unwritable(folder, error) from error
        if not os.access(folder, os.W_OK):
            raise OptionError("must be writable", option="history_path", value=folder, remedy="give your own folder")

    def add(self, name: str, planned: Plan, vcenter: Mapping[str, str]) -> None:
        """Write down a change of the vCenter ``name`` that is about to be applied. Raises :class:`OptionError`."""
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
        folder = str(self._path.parent)
        try:
            # One write at the end of the file: lines of other writers do not mix with it.
            with open(self._path, "ab", buffering=0, opener=_open_private) as file:
                written = file.write(data)
        except OSError as error:
            raise _unwritable(folder, error) from error
        if written != len(data):
            raise OptionError(
                "must have free space",
                option="history_path",
                value=folder,
                remedy="make space, or give another folder",
            )
        self._keys.append(planned.key)

    @property
    def count(self) -> int:
        """Return how many changes were added."""
        return len(self._keys)


def records_before_run(
    folder: str, run: str | None, keys: Sequence[str] | None
) -> tuple[str, dict[str, RecordsBefore]]:
    """Return the name of a run, and by the name of each vCenter the records before it; those of ``keys``, or all.

    Without ``run``, it is the latest run that changed any of them. Where a later run changed a record as well, it is
    the record before the earlier run; what only later runs changed is not returned. Raises :class:`OptionError` where
    there is no such run.
    """
    lines = [line for line in _read_lines(folder) if keys is None or line["key"] in keys]
    runs = list(dict.fromkeys(line["run"] for line in lines))
    if not runs:
        changes = f"change of {', '.join(keys)}" if keys else "change"
        raise OptionError(
            f"must be the folder of a run; {folder} holds no {one_line(changes)}",
            option="history_path",
            remedy="give the folder that the run used",
        )
    if run is not None and run not in runs:
        latest = ", ".join(one_line(name) for name in runs[-_LISTED_RUNS:])
        reason = f"must be a run of {folder}, whose latest are {latest}"
        raise OptionError(reason, option="run", value=run)
    run = runs[-1] if run is None else run
    records: dict[str, dict[str, RecordRestore]] = {}
    ids: dict[str, str] = {}
    for line in lines:
        if line["run"] == run:
            ids.setdefault(line["name"], line["instance_uuid"])
            before = None if line["before"] is None else from_api(line["before"])
            records.setdefault(line["name"], {}).setdefault(line["key"], RecordRestore(line["key"], before))
    return run, {name: RecordsBefore(ids[name], tuple(of_member.values())) for name, of_member in records.items()}


def _read_lines(folder: str) -> list[dict[str, Any]]:
    """Return the lines of all runs, the oldest run first."""
    try:
        paths = list(Path(folder).glob("*.jsonl"))
    except OSError as error:
        raise OptionError(
            f"must be readable ({one_line(error.strerror or error)})", option="history_path", value=folder
        ) from error
    runs: list[list[dict[str, Any]]] = []
    for path in paths:
        try:
            # A run that was killed may have left half a line at the end.
            complete = read_file(str(path), limit=_MAX_BYTES).decode().split("\n")[:-1]
            runs.append([json.loads(line) for line in complete])
        except FileError as error:
            raise OptionError.wrap(error, "history_path") from error
        except ValueError as error:
            raise OptionError(
                f"must hold journals only, but {path} cannot be read ({one_line(error)})",
                option="history_path",
                remedy="give the folder that the run used",
            ) from error
    return [line for run in sorted(filter(None, runs), key=lambda run: str(run[0]["at"])) for line in run]


def _open_private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _unwritable(folder: str, error: OSError) -> OptionError:
    return OptionError(
        f"must be writable ({one_line(error.strerror or error)})",
        option="history_path",
        value=folder,
        remedy="give your own folder",
    )
