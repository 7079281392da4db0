# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""What is kept of records before a run, and what of it is found again."""

from __future__ import annotations

import contextlib
import json
import os
import stat
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._errors import OptionError
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._extension.model import Extension
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._extension.plan import Plan
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._extension.restore import RecordRestore
from ansible_collections.vsphere_ops.client_plugin.plugins.plugin_utils._fleet import journal
from ansible_collections.vsphere_ops.client_plugin.plugins.plugin_utils._fleet.journal import (
    Journal,
    RecordsBefore,
    records_before_run,
)
from ansible_collections.vsphere_ops.client_plugin.plugins.plugin_utils._fleet.pool import run_jobs
from ansible_collections.vsphere_ops.client_plugin.tests.unit.plugins.module_utils.records import FULL, records
from hypothesis import given, settings

KEY = FULL.key
NEW = replace(FULL, version="2.0.0")
NEWER = replace(FULL, version="3.0.0")
A, B = {"hostname": "a.example.com", "instance_uuid": "1"}, {"hostname": "b.example.com", "instance_uuid": "2"}


def keep(folder: Path, run: str | None, *changes: tuple[str, Extension | None, Extension | None]) -> None:
    kept = Journal(str(folder), run)
    for name, before, after in changes:
        kept.add(name, Plan(KEY, "update", before, after), A if name == "a" else B)


def test_the_latest_run_alone_is_undone(tmp_path: Path) -> None:
    keep(tmp_path / "h", None, ("a", FULL, NEW), ("b", None, NEW))
    # A name may sort before that of an earlier run.
    keep(tmp_path / "h", "0", ("a", NEW, NEWER))
    run, found = records_before_run(str(tmp_path / "h"), None, None)
    assert run == "0"
    assert found == {"a": RecordsBefore("1", (RecordRestore(KEY, NEW),))}


def test_an_earlier_run_is_undone_with_those_after_it(tmp_path: Path) -> None:
    keep(tmp_path, "one", ("a", FULL, NEW), ("b", None, NEW))
    keep(tmp_path, "two", ("a", NEW, NEWER))
    assert records_before_run(str(tmp_path), "one", [KEY]) == (
        "one",
        {"a": RecordsBefore("1", (RecordRestore(KEY, FULL),)), "b": RecordsBefore("2", (RecordRestore(KEY, None),))},
    )


def test_what_only_a_later_run_changed_is_not_undone(tmp_path: Path) -> None:
    other = replace(FULL, key="com.example.other")
    keep(tmp_path, "one", ("a", FULL, NEW))
    keep(tmp_path, "two", ("a", NEW, NEWER), ("b", FULL, NEW))
    Journal(str(tmp_path), "two").add("a", Plan(other.key, "update", other, None), A)
    for keys in (None, [KEY, other.key]):
        run, found = records_before_run(str(tmp_path), "one", keys)
        assert (run, found) == ("one", {"a": RecordsBefore("1", (RecordRestore(KEY, FULL),))})


def test_other_plug_ins_have_their_own_latest_run(tmp_path: Path) -> None:
    keep(tmp_path, "one", ("a", FULL, NEW))
    other = replace(FULL, key="com.example.other")
    Journal(str(tmp_path), "two").add("a", Plan(other.key, "update", other, None), A)
    assert records_before_run(str(tmp_path), None, [KEY])[0] == "one"
    assert records_before_run(str(tmp_path), None, None)[1] == {
        "a": RecordsBefore("1", (RecordRestore(other.key, other),))
    }


def test_a_try_that_was_repeated_goes_back_to_before_the_first(tmp_path: Path) -> None:
    keep(tmp_path, "one", ("a", FULL, NEW), ("a", NEW, NEW))
    assert records_before_run(str(tmp_path), None, None)[1]["a"].records == (RecordRestore(KEY, FULL),)


@given(before=records())
@settings(max_examples=50, deadline=None)
def test_any_record_is_found_as_it_was(tmp_path_factory: pytest.TempPathFactory, before: Extension) -> None:
    folder = tmp_path_factory.mktemp("history")
    Journal(str(folder), None).add("a", Plan(before.key, "unregister", before, None), A)
    found = records_before_run(str(folder), None, None)[1]["a"].records[0].before
    assert found is not None
    assert found.comparable() == before.comparable()


def test_half_a_line_of_a_run_that_was_killed_is_no_line(tmp_path: Path) -> None:
    keep(tmp_path, "one", ("a", FULL, NEW), ("b", FULL, NEW))
    text = (tmp_path / "one.jsonl").read_text()
    (tmp_path / "one.jsonl").write_text(text[:-30])
    assert list(records_before_run(str(tmp_path), None, None)[1]) == ["a"]


def test_lines_that_are_written_at_the_same_time_stay_whole(tmp_path: Path) -> None:
    one = Journal(str(tmp_path), "one")
    planned = Plan(KEY, "update", FULL, replace(NEW, label="x" * 100_000))
    results = run_jobs(
        [partial(one.add, str(number), planned, A) for number in range(40)],
        concurrency=8,
        report=lambda _index, _result: None,
        stop_after=lambda _result: False,
    )
    assert results == [None] * 40
    assert one.count == 40
    assert sorted(records_before_run(str(tmp_path), None, None)[1], key=int) == [str(number) for number in range(40)]


def test_only_its_owner_reads_it(tmp_path: Path) -> None:
    keep(tmp_path / "h", "one", ("a", FULL, NEW))
    assert stat.S_IMODE((tmp_path / "h").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "h" / "one.jsonl").stat().st_mode) == 0o600


def test_a_line_says_what_changed_where_and_when(tmp_path: Path) -> None:
    keep(tmp_path, "one", ("a", FULL, NEW))
    line = json.loads((tmp_path / "one.jsonl").read_text())
    assert line.pop("at").endswith("+00:00")
    assert (line["before"]["version"], line["after"]["version"]) == ("1.0.0", "2.0.0")
    assert {name: line[name] for name in ("run", "name", "hostname", "instance_uuid", "key", "action")} == {
        "run": "one",
        "name": "a",
        **A,
        "key": KEY,
        "action": "update",
    }


def test_what_cannot_be_found_is_an_error_of_its_option(tmp_path: Path) -> None:
    keep(tmp_path, "one", ("a", FULL, NEW))
    for name, keys, option, says in (
        ("two", None, "run", r"got 'two'"),
        ("two", None, "run", r"latest are one"),
        (None, ["x"], "history_path", r"holds no change of x; "),
    ):
        with pytest.raises(OptionError, match=says) as caught:
            records_before_run(str(tmp_path), name, keys)
        assert caught.value.option == option
    (tmp_path / "broken.jsonl").write_text("{\n")
    with pytest.raises(OptionError, match=r"cannot be read") as caught:
        records_before_run(str(tmp_path), None, None)
    assert caught.value.option == "history_path"


def test_only_regular_files_are_read(tmp_path: Path) -> None:
    (tmp_path / "folder.jsonl").mkdir()
    with pytest.raises(OptionError, match="is not a regular file") as caught:
        records_before_run(str(tmp_path), None, None)
    assert caught.value.option == "history_path"


def test_what_cannot_be_written_is_an_error_of_its_option(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OptionError, match=r"must be writable \(Not a directory\)") as caught:
        Journal(str(tmp_path / "file" / "h"), "one")
    assert caught.value.option == "history_path"
    with pytest.raises(OptionError, match=r"got '\.\./one'") as caught:
        Journal(str(tmp_path), "../one")
    assert caught.value.option == "history_run"


def test_a_folder_that_must_not_be_written_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal.os, "access", lambda path, mode: (path, mode) != (str(tmp_path), os.W_OK))
    with pytest.raises(OptionError, match="must be writable") as caught:
        Journal(str(tmp_path), "one")
    assert (caught.value.option, caught.value.value) == ("history_path", str(tmp_path))


def test_a_line_that_cannot_be_written_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    planned = Plan(KEY, "update", FULL, NEW)
    folder = tmp_path / "a" / "b"
    full = Journal(str(folder), "full")
    (folder / "full.jsonl").symlink_to("/dev/full")
    with pytest.raises(OptionError, match="must be writable") as caught:
        full.add("a", planned, A)
    assert (caught.value.option, caught.value.value, full.count) == ("history_path", str(folder), 0)

    def open_short(*arguments: Any, **options: Any) -> Any:
        file = open(*arguments, **options)  # noqa: SIM115  the caller closes it
        short = SimpleNamespace(write=lambda data: file.write(data[:10]))
        return contextlib.nullcontext(short)

    monkeypatch.setattr(journal, "open", open_short, raising=False)
    short = Journal(str(folder), "short")
    with pytest.raises(OptionError, match="must have free space") as caught:
        short.add("a", planned, A)
    assert (caught.value.option, caught.value.value, short.count) == ("history_path", str(folder), 0)


def test_a_folder_that_cannot_be_listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def glob(_path: Path, _pattern: str) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "glob", glob)
    with pytest.raises(OptionError, match=r"must be readable \(Permission denied\)") as caught:
        records_before_run(str(tmp_path), None, None)
    assert (caught.value.option, caught.value.value) == ("history_path", str(tmp_path))
