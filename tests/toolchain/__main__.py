# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Run the sessions of the noxfile side by side and report: python tests/toolchain [quick]."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from machine import pairs, pythons, shortfalls
from stages import BUILD, LOGS, RESULTS, Command, Result, results, say, summary

ROOT = BUILD.parent
# Each in a process of its own, so that one that breaks down does not hide the others. They share nothing but the source
# and the slots in which their stages run.
FULL = ("oldest", "newest", "lint", "types", "galaxy")
QUICK = ("quick",)


def main() -> int:
    """Run all sessions, print the summary and return the exit code."""
    sessions = QUICK if sys.argv[1:] == ["quick"] else FULL
    started = time.monotonic()
    oldest, newest = pairs(pythons())
    lacking = shortfalls(oldest, newest) if sessions is FULL else ["everything but the inner loop: run make test"]
    say(f"oldest: {oldest}; newest: {newest}")
    for sentence in lacking:
        say(f"NOT RUN  {sentence}")
    for folder in (RESULTS, LOGS):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
    with ThreadPoolExecutor(len(sessions)) as pool:
        broken = [result for result in pool.map(_session, sessions) if result]
    done = [*results(), *broken]
    sys.stdout.write(summary(done, time.monotonic() - started, lacking) + "\n")
    return int(not done or any(result.verdict == "FAILED" for result in done))


def _session(name: str) -> Result | None:
    """Run a session, which reports its own stages; a failure that it did not report is the result."""
    log = Path(LOGS, f"nox-{name}.log")
    command: Command = [sys.executable, "-m", "nox", "--noxfile", ROOT / "noxfile.py", "--sessions", name]
    with log.open("w", encoding="utf-8") as file:
        code = subprocess.run(command, cwd=ROOT, stderr=file, check=False).returncode
    reported = results(name)
    if reported and (not code or any(result.verdict == "FAILED" for result in reported)):
        return None
    say(f"--- nox broke down, the end of {log}:\n{log.read_text(encoding='utf-8')[-4000:]}")
    return Result(f"{name}: nox", "FAILED", log=str(log))


if __name__ == "__main__":
    sys.exit(main())
