# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""How stages of the tests are run, shown, logged and remembered, and what the report contains."""

from __future__ import annotations

import fcntl
import json
import os
import re
import subprocess
import sys
import time
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Any

Command = Sequence[str | Path]
BUILD = Path(__file__).resolve().parents[2] / ".build"
LOGS = BUILD / "logs"
RESULTS = BUILD / "results"
TAIL = 150
# Only against hanging: several times what the longest stage takes on a slow machine with two cores.
LIMIT = 1200
# How many stages run at a time, in all sessions together: more than cores, since some wait for servers and timeouts.
SLOTS = min((os.cpu_count() or 2) + 1, 5)
SUPERVISE = Path(__file__).resolve().with_name("supervise.py")
_SAID = re.compile(r"^=+ (.*\b(?:passed|failed).*?) =+$|^(Success: no issues found.*)$", re.MULTILINE)
_CPU = re.compile(r"^used ([0-9.]+) seconds of CPU$", re.MULTILINE)
_NOTE = re.compile(r"^WARNING: ((?:Excluding|Skipping|Skipped|Limiting|All targets|Processes left).*)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Result:
    """How one stage ended: verdict is ok, FAILED or skipped. Seconds do not include the wait for a slot."""

    name: str
    verdict: str
    seconds: float = 0.0
    cpu: float = 0.0
    said: str = ""
    notes: list[str] = field(default_factory=list)
    log: str = ""


class Stages:
    """The stages of one session: each has its own log, and one that fails does not hide the others."""

    def __init__(self, session: str, environment: Mapping[str, str]) -> None:
        self.session = session
        self.environment = environment
        self.failed: list[str] = []
        self._threads = ThreadPoolExecutor(SLOTS)
        self._started: list[tuple[str, Future[object]]] = []

    def run(
        self,
        name: str,
        *commands: Command,
        cwd: Path,
        env: Mapping[str, str] | None = None,
        must_say: str = "",
        limit: int = LIMIT,
    ) -> bool:
        """Run the commands one after the other, each even if one before it failed; env is on top of the session's.

        must_say is a pattern that the log has to hold: a runner that finds nothing to run is not a success.
        """
        with slot():
            return self._run(name, commands, cwd, env or {}, must_say, limit)

    def start(self, name: str, function: Callable[..., object], *arguments: Any, **options: Any) -> None:
        """Call a function that runs stages in a thread; as many threads as slots, first come, first served."""
        self._started.append((name, self._threads.submit(function, *arguments, **options)))

    def wait(self) -> None:
        """Wait for all that was started. A function that broke down counts as a failed stage."""
        while self._started:
            name, future = self._started.pop(0)
            if error := future.exception():
                self.fail(name, "".join(traceback.format_exception(error)))

    def _run(
        self, name: str, commands: Sequence[Command], cwd: Path, env: Mapping[str, str], must_say: str, limit: int
    ) -> bool:
        full = f"{self.session}: {name}"
        log = self._log(name)
        log.parent.mkdir(parents=True, exist_ok=True)
        say(f"start    {full}")
        started = time.monotonic()
        with log.open("w", encoding="utf-8") as file:
            surroundings = {**self.environment, **env}
            codes = [_execute(command, cwd, surroundings, file.fileno(), limit) for command in commands]
        text = log.read_text(encoding="utf-8", errors="replace")
        silent = bool(must_say) and not re.search(must_say, text)
        good = not any(codes) and not silent
        notes = sorted(set(_NOTE.findall(text)))
        said = [next(filter(None, match)) for match in _SAID.findall(text)]
        verdict = "ok" if good else "FAILED"
        seconds, cpu = time.monotonic() - started, sum(map(float, _CPU.findall(text)))
        result = Result(full, verdict, seconds, cpu, said[-1] if said else "", notes, str(log))
        self._remember(result)
        say(f"{verdict:<8} {full}  {result.seconds:.0f} s, {result.cpu:.0f} s CPU  {result.said}".rstrip())
        if not good:
            why = f"its log holds nothing like {must_say!r}" if silent and not any(codes) else f"exit codes {codes}"
            self.failed.append(name)
            tail = "\n".join(f"  | {line}" for line in text.splitlines()[-TAIL:])
            say(f"--- {full}: {why}; the end of {log}:\n{tail}\n--- end of {full}")
        return good

    def skip(self, name: str, why: str) -> None:
        """Report a stage that cannot be run here."""
        self._remember(Result(f"{self.session}: {name}", "skipped", notes=[why]))
        say(f"skipped  {self.session}: {name}: {why}")

    def fail(self, name: str, why: str) -> None:
        """Report a failure that no command had."""
        self.failed.append(name)
        self._remember(Result(f"{self.session}: {name}", "FAILED", said=why.rstrip().rpartition("\n")[2]))
        say(f"FAILED   {self.session}: {name}: {why}")

    def output(self, name: str) -> list[str]:
        """Return what the stage of this name printed, without the commands."""
        lines = self._log(name).read_text(encoding="utf-8", errors="replace").splitlines()
        return [line for line in lines if not line.startswith("$ ") and not _CPU.match(line)]

    def _log(self, name: str) -> Path:
        return LOGS / f"{self.session}-{name.replace(' ', '-')}.log"

    def _remember(self, result: Result) -> None:
        RESULTS.mkdir(parents=True, exist_ok=True)
        with (RESULTS / f"{self.session}.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps(asdict(result)) + "\n")


def _execute(command: Command, cwd: Path, env: Mapping[str, str], output: int, limit: int) -> int:
    words = [str(word) for word in command]
    os.write(output, f"$ {' '.join(words)}\n".encode())
    supervised = [sys.executable, str(SUPERVISE), str(limit), *words]
    return subprocess.run(
        supervised, cwd=cwd, env=env, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, check=False
    ).returncode


def say(text: str) -> None:
    """Print a message in one write, so that sessions do not mix their lines."""
    sys.stdout.write(f"{time.strftime('%H:%M:%S')} {text}\n")
    sys.stdout.flush()


@contextmanager
def alone(name: str) -> Iterator[None]:
    """Hold what only one session may do at a time."""
    BUILD.mkdir(exist_ok=True)
    with (BUILD / f"{name}.lock").open("w", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@contextmanager
def slot() -> Iterator[None]:
    """Hold one of the slots in which stages run, whichever session they belong to."""
    BUILD.mkdir(exist_ok=True)
    with ExitStack() as stack:
        files = [stack.enter_context((BUILD / f"slot-{number}.lock").open("w")) for number in range(SLOTS)]
        # One waiter at a time asks for a slot; the others queue behind it in the order in which they came.
        with alone("queue"):
            while not any(_locked(file) for file in files):
                time.sleep(0.1)
        yield


def _locked(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def results(session: str = "*") -> list[Result]:
    """Return what was reported so far, by all sessions or by one."""
    files = sorted(RESULTS.glob(f"{session}.jsonl"))
    return [Result(**json.loads(line)) for file in files for line in file.read_text(encoding="utf-8").splitlines()]


def summary(done: Sequence[Result], seconds: float, shortfalls: Sequence[str]) -> str:
    """Return the table of all stages, what was not run and why, and the closing line that CI reads."""
    width = max((len(result.name) for result in done), default=0)
    times = [f"{result.seconds:6.0f} s {result.cpu:5.0f} s CPU" for result in done]
    table = [
        f"{result.verdict:<8} {result.name:<{width}} {taken}  {result.said}".rstrip()
        for result, taken in zip(done, times, strict=True)
    ]
    skipped = [f"{result.name}: {note}" for result in done if result.verdict == "skipped" for note in result.notes]
    notes = [f"{result.name}: {note}" for result in done if result.verdict != "skipped" for note in result.notes]
    logs = [f"{result.name}: {result.log}" for result in done if result.verdict == "FAILED"]
    parts = [("Stages", table), ("NOT RUN", [*shortfalls, *skipped]), ("Said by ansible-test", notes), ("Failed", logs)]
    text = "\n\n".join(f"{title}\n" + "\n".join(f"  {line}" for line in lines) for title, lines in parts if lines)
    counts = {verdict: sum(result.verdict == verdict for result in done) for verdict in ("ok", "FAILED", "skipped")}
    closing = f"{counts['ok']} passed, {counts['FAILED']} failed, {counts['skipped'] + len(shortfalls)} skipped"
    return f"\n{text}\n\n{seconds:.0f} seconds, logs in {LOGS}\n{closing}"
