# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""A command that is stopped, or that ends, leaves no process behind."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

SUPERVISE = Path(__file__).resolve().parents[2] / "toolchain" / "supervise.py"
# A daemon as programs make one: a session of its own, its parent gone. It writes its process id and then sleeps.
DAEMON = """\
import os, signal, sys, time
if {deaf}:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        with open({file!r}, "w") as file:
            file.write(str(os.getpid()))
        time.sleep(120)
    os._exit(0)
while not os.path.exists({file!r}):
    time.sleep(0.01)
{then}
"""

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="daemons are found through Linux's /proc")


@pytest.fixture
def daemon(tmp_path):
    """The arguments of a Python that starts a daemon, and the file with the process id of the daemon."""

    def command(then, *, deaf=False):
        return [sys.executable, "-c", DAEMON.format(file=str(tmp_path / "pid"), then=then, deaf=deaf)]

    return command


def supervise(*arguments):
    return subprocess.Popen([sys.executable, SUPERVISE, *map(str, arguments)], stdout=subprocess.PIPE, text=True)


def await_pid(file):
    deadline = time.monotonic() + 30
    while not (file.exists() and file.read_text()):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return int(file.read_text())


def runs(pid):
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state not in "ZX"


def test_the_exit_code_and_the_output_are_those_of_the_command():
    process = supervise(60, sys.executable, "-c", "print('done'); raise SystemExit(3)")
    output = process.communicate(timeout=60)[0]
    assert (output.splitlines()[0], process.returncode) == ("done", 3)
    assert re.search(r"^used [0-9.]+ seconds of CPU$", output, re.MULTILINE)


def test_a_command_that_cannot_be_started():
    process = supervise(60, "/no/such/program")
    assert "/no/such/program cannot be started" in process.communicate(timeout=60)[0]
    assert process.returncode == 127


@pytest.mark.parametrize("deaf", [False, True])
def test_a_command_that_hangs_is_stopped_with_its_daemon(daemon, tmp_path, deaf):
    process = supervise(3, *daemon("time.sleep(120)", deaf=deaf))
    output = process.communicate(timeout=60)[0]
    assert "stopped: not done after 3 seconds" in output
    assert process.returncode == 124
    assert not runs(await_pid(tmp_path / "pid"))


def test_a_daemon_is_ended_after_its_command(daemon, tmp_path):
    process = supervise(60, *daemon("raise SystemExit(0)"))
    output = process.communicate(timeout=60)[0]
    assert "Processes left behind" in output
    assert process.returncode == 0
    assert not runs(await_pid(tmp_path / "pid"))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_test_run_that_is_ended_leaves_nothing(daemon, tmp_path, number):
    process = supervise(60, *daemon("time.sleep(120)"))
    pid = await_pid(tmp_path / "pid")
    assert runs(pid)
    process.send_signal(number)
    process.communicate(timeout=60)
    assert process.returncode == 124
    assert not runs(pid)


def test_a_test_run_that_is_killed_leaves_nothing(daemon, tmp_path):
    """The supervisor is asked to end when the process that started it is gone."""
    words = [sys.executable, str(SUPERVISE), "60", *daemon("time.sleep(120)")]
    middle = subprocess.Popen([sys.executable, "-c", f"import subprocess; subprocess.run({words!r})"])
    pid = await_pid(tmp_path / "pid")
    os.kill(middle.pid, signal.SIGKILL)
    middle.wait(timeout=60)
    deadline = time.monotonic() + 30
    while runs(pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not runs(pid)


STOP_DAEMON = """\
pid = int(open({file!r}).read())
os.kill(pid, signal.SIGKILL)
for _attempt in range(100):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        sys.exit(5)
    time.sleep(0.1)
"""


def test_a_daemon_that_the_command_stops_is_gone_for_the_command(daemon, tmp_path):
    process = supervise(60, *daemon(STOP_DAEMON.format(file=str(tmp_path / "pid"))))
    process.communicate(timeout=60)
    assert process.returncode == 5
