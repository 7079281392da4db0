# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Run a command under a time limit and leave no process behind: python supervise.py SECONDS COMMAND [ARGUMENT ...].

Daemons that the command starts outlive it in sessions of their own. On Linux they become children of this process when
their parents end, so that they can be found and ended. Elsewhere only the command's own process group is ended.
"""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import FrameType

STOPPED = 124
# What a daemon gets to end by itself: after the command has ended, and again after SIGTERM.
GRACE = 2.0
_PR_SET_PDEATHSIG, _PR_SET_CHILD_SUBREAPER = 1, 36


class _StopError(Exception):
    """This process was asked to end."""


def main(arguments: list[str]) -> int:
    """Run the command and return its exit code, or 124 when it was stopped."""
    limit, command = float(arguments[0]), arguments[1:]
    _adopt_orphans()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, _stop)
    try:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True)
    except OSError as error:
        _say(f"{command[0]} cannot be started: {error}")
        return 127
    try:
        code = _wait(process, limit)
        left = _await_end(process, GRACE)
        if left:
            _say(f"WARNING: Processes left behind, ended now: {', '.join(sorted(left.values()))}")
    except subprocess.TimeoutExpired:
        _say(f"stopped: not done after {limit:.0f} seconds")
        code = STOPPED
    except _StopError:
        _say("stopped: the test run was ended")
        code = STOPPED
    finally:
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        _end_all(process)
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    _say(f"used {usage.ru_utime + usage.ru_stime:.1f} seconds of CPU")
    return code if code >= 0 else 128 - code


def _wait(process: subprocess.Popen[bytes], limit: float) -> int:
    """Return the exit code of the command. Raises ``TimeoutExpired`` after ``limit`` seconds."""
    deadline = time.monotonic() + limit
    while not _reap(process):
        if time.monotonic() > deadline:
            raise subprocess.TimeoutExpired(process.args, limit)
        time.sleep(0.05)
    return process.returncode


def _reap(process: subprocess.Popen[bytes]) -> bool:
    """Collect every child that has ended, and return whether the command is one of them.

    An adopted daemon that has ended exists until its parent collects it: whoever stops it waits for that.
    """
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            break
        if not pid:
            break
        if pid == process.pid:
            process.returncode = os.waitstatus_to_exitcode(status)
    return process.returncode is not None


def _stop(_number: int, _frame: FrameType | None) -> None:
    raise _StopError


def _adopt_orphans() -> None:
    if sys.platform != "linux":
        return
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    # When the test run itself is killed, its commands end with it.
    libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)


def _end_all(process: subprocess.Popen[bytes]) -> None:
    """Send SIGTERM to everything that still runs, and SIGKILL to what remains after that."""
    _signal_all(process, signal.SIGTERM)
    if not _await_end(process, GRACE) and process.poll() is not None:
        return
    # Killing a process can make orphans of its children, which are found in the next round.
    deadline = time.monotonic() + 10
    while (_descendants() or process.poll() is None) and time.monotonic() < deadline:
        _signal_all(process, signal.SIGKILL)
        _await_end(process, 0.1)


def _signal_all(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    if process.poll() is None:
        _send(-process.pid, number)
    for pid in _descendants():
        _send(pid, number)


def _send(pid: int, number: signal.Signals) -> None:
    try:
        if pid < 0:
            os.killpg(-pid, number)
        else:
            os.kill(pid, number)
    except (ProcessLookupError, PermissionError):
        return


def _await_end(process: subprocess.Popen[bytes], seconds: float) -> dict[int, str]:
    """Wait for all descendants for at most that time, and return those that still run."""
    deadline = time.monotonic() + seconds
    while True:
        _reap(process)
        left = _descendants()
        if not left or time.monotonic() >= deadline:
            return left
        time.sleep(0.05)


def _descendants() -> dict[int, str]:
    """Return the names of all running processes below this one by process id."""
    parents: dict[int, list[tuple[int, str, bool]]] = {}
    for file in Path("/proc").glob("[0-9]*/stat"):
        try:
            text = file.read_text(encoding="utf-8", errors="replace")
        except OSError:
            continue
        # The name stands between parentheses and may contain some itself.
        name = text[text.index("(") + 1 : text.rindex(")")]
        state, parent = text[text.rindex(")") + 2 :].split()[:2]
        parents.setdefault(int(parent), []).append((int(file.parent.name), name, state in "ZX"))
    found: dict[int, str] = {}
    queue = [os.getpid()]
    while queue:
        for pid, name, ended in parents.get(queue.pop(), []):
            queue.append(pid)
            if not ended:
                found[pid] = name
    return found


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
