# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Run the sessions of the noxfile in two lanes at a time and report: python tests/toolchain [quick]."""

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
# Two lanes of about the same length, each with an ansible-core and its own HOME: they share nothing but the source.
FULL = (["oldest", "galaxy"], ["lint", "types", "newest"])
QUICK = (["quick"],)


def main() -> int:
    lanes = QUICK if sys.argv[1:] == ["quick"] else FULL
    started = time.monotonic()
    oldest, newest = pairs(pythons())
    lacking = shortfalls(oldest, newest) if lanes is FULL else ["everything but the inner loop: run make test"]
    say(f"oldest: {oldest}; newest: {newest}")
    for sentence in lacking:
        say(f"NOT RUN  {sentence}")
    for folder in (RESULTS, LOGS):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
    with ThreadPoolExecutor(len(lanes)) as pool:
        broken = [result for result in pool.map(_lane, lanes) if result]
    done = [*results(), *broken]
    sys.stdout.write(summary(done, time.monotonic() - started, lacking) + "\n")
    return int(not done or any(result.verdict == "FAILED" for result in done))


def _lane(sessions: list[str]) -> Result | None:
    """Run the sessions of one lane; what they report themselves is theirs, a nox that broke down is ours."""
    log = Path(LOGS, f"nox-{'-'.join(sessions)}.log")
    command: Command = [sys.executable, "-m", "nox", "--noxfile", ROOT / "noxfile.py", "--sessions", *sessions]
    with log.open("w", encoding="utf-8") as file:
        code = subprocess.run(command, cwd=ROOT, stderr=file, check=False).returncode
    reported = {result.name.split(":")[0] for result in results()}
    failed = any(result.verdict == "FAILED" for result in results() if result.name.split(":")[0] in sessions)
    if (not code or failed) and reported.issuperset(sessions):
        return None
    say(f"--- nox broke down, the end of {log}:\n{log.read_text(encoding='utf-8')[-4000:]}")
    return Result(f"{'+'.join(sessions)}: nox", "FAILED", log=str(log))


if __name__ == "__main__":
    sys.exit(main())
