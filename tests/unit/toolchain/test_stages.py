# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""A stage that fails, hangs or breaks down is reported, and the others run."""

from __future__ import annotations

import importlib.util
import os
import sys
from pathlib import Path

import pytest

FILE = Path(__file__).resolve().parents[2] / "toolchain" / "stages.py"


@pytest.fixture
def stages(tmp_path, monkeypatch):
    """The module, with its files below ``tmp_path``."""
    specification = importlib.util.spec_from_file_location("toolchain_stages", FILE)
    module = importlib.util.module_from_spec(specification)
    monkeypatch.setitem(sys.modules, "toolchain_stages", module)
    specification.loader.exec_module(module)
    for name, folder in (("BUILD", "."), ("LOGS", "logs"), ("RESULTS", "results")):
        monkeypatch.setattr(module, name, tmp_path / folder)
    return module


@pytest.fixture
def session(stages):
    return stages.Stages("one", os.environ)


def python(text):
    return [sys.executable, "-c", text]


def verdicts(stages):
    return {result.name.removeprefix("one: "): result.verdict for result in stages.results()}


def test_what_fails_does_not_hide_what_comes_after_it(stages, session, tmp_path):
    assert not session.run("fails", python("raise SystemExit(3)"), cwd=tmp_path)
    assert not session.run("missing", ["/no/such/program"], cwd=tmp_path)
    assert not session.run("hangs", python("import time; time.sleep(60)"), cwd=tmp_path, limit=1)
    assert not session.run("silent", python("print('0 passed')"), cwd=tmp_path, must_say=r"[1-9]\d* passed")
    assert session.run("works", python("print('1 passed')"), cwd=tmp_path, must_say=r"[1-9]\d* passed")
    assert session.output("works") == ["1 passed"]
    expected = {"fails": "FAILED", "missing": "FAILED", "hangs": "FAILED", "silent": "FAILED", "works": "ok"}
    assert verdicts(stages) == expected
    assert session.failed == ["fails", "missing", "hangs", "silent"]


def test_each_command_of_a_stage_runs(session, tmp_path):
    first, second = python("raise SystemExit(1)"), python("open('second', 'w').close()")
    assert not session.run("both", first, second, cwd=tmp_path)
    assert (tmp_path / "second").exists()


def test_a_thread_that_breaks_down_is_a_failure_and_the_others_run(stages, session, tmp_path):
    def broken():
        raise ValueError("no such thing")

    session.start("broken", broken)
    session.start("works", session.run, "works", python("pass"), cwd=tmp_path)
    session.wait()
    assert verdicts(stages) == {"broken": "FAILED", "works": "ok"}
    assert [result.said for result in stages.results() if result.verdict == "FAILED"] == ["ValueError: no such thing"]


def test_no_more_stages_than_slots_run_at_a_time(stages, session, tmp_path, monkeypatch):
    monkeypatch.setattr(stages, "SLOTS", 1)
    alone = "import os, time; os.mkdir('busy'); time.sleep(0.3); os.rmdir('busy')"
    for name in ("a", "b", "c"):
        session.start(name, session.run, name, python(alone), cwd=tmp_path)
    session.wait()
    assert verdicts(stages) == dict.fromkeys("abc", "ok")


def test_the_summary_counts_and_names_what_was_not_run(stages, session, tmp_path):
    session.run("works", python("pass"), cwd=tmp_path)
    session.fail("check", "it is wrong")
    session.skip("browser", "it needs root")
    text = stages.summary(stages.results(), 12.3, ["ansible-core 2.16 was not run"])
    assert text.endswith("1 passed, 1 failed, 2 skipped")
    assert "one: browser: it needs root" in text
