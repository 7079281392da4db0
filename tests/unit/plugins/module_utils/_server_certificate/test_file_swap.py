# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""A run may be interrupted between any two system calls; the next one ends like an uninterrupted one."""

from __future__ import annotations

import os
import stat

import pytest
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._errors import OptionError
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._server_certificate.file_swap import (
    LocalFileSystem,
)
from ansible_collections.vsphere_ops.client_plugin.tests.unit.plugins.module_utils.hosts import Host, execute

KILLED = 9


class Mortal(LocalFileSystem):
    """Exit, as by SIGKILL, instead of the system call after the given number of calls."""

    def __init__(self, calls):
        self.calls = calls

    def live(self):
        if self.calls == 0:
            os._exit(KILLED)
        self.calls -= 1

    def link(self, source, target):
        self.live()
        super().link(source, target)

    def rename(self, source, target):
        self.live()
        super().rename(source, target)

    def unlink(self, path):
        self.live()
        super().unlink(path)

    def chmod(self, path, mode):
        self.live()
        super().chmod(path, mode)

    def write(self, path, data):
        self.live()
        super().write(path, data[: len(data) // 2])
        self.live()
        super().write(path, data)

    def execute(self, command):
        self.live()
        return execute(command)


class Copying(LocalFileSystem):
    """Behave as a file system without hard links."""

    def link(self, source, target):
        raise PermissionError(1, "Operation not permitted", source, None, target)


class MortalCopying(Mortal, Copying):
    def link(self, source, target):
        Copying.link(self, source, target)


@pytest.fixture
def pairs(make):
    return {name: make("plugins.example.com") for name in ("old", "new", "older")} | {"renewed": None}


def first(host, _pairs):
    (host.folder / "server.key").unlink()
    (host.folder / "server.pem").unlink()


def nothing(_host, _pairs):
    pass


def kept(host, _pairs):
    """Install a pair, so that there is a previous one."""
    host.run(**host.waiting(keep_previous=True))
    host.log.unlink()


def kept_again(host, pairs):
    kept(host, pairs)
    host.put(".next", pairs["older"])


def renewed(host, pairs):
    """Replace the certificate only, so that the previous key is the live one."""
    host.run(new_certificate=pairs["renewed"].pem, keep_previous=True)
    host.log.unlink()


FILES = {"new_private_key_path": "server.key.next", "new_certificate_path": "server.pem.next"}
SCENARIOS = {
    "first": (first, FILES),
    "replace": (nothing, FILES),
    "replace and keep": (nothing, {**FILES, "keep_previous": True}),
    "replace and keep again": (kept_again, {**FILES, "keep_previous": True}),
    "replace and drop the kept": (kept_again, FILES),
    "certificate as text": (nothing, {"new_certificate": "renewed"}),
    "certificate as text, and keep": (nothing, {"new_certificate": "renewed", "keep_previous": True}),
    "key as file, certificate as text": (
        nothing,
        {"new_private_key_path": "server.key.next", "new_certificate": "new"},
    ),
    "back": (kept, {"state": "previous"}),
    "back to the certificate": (renewed, {"state": "previous"}),
    "settle": (kept, {"state": "settled"}),
    "reload fails": (nothing, {**FILES, "reload_command": ["false"]}),
    "reload fails after a renewal": (renewed, {**FILES, "reload_command": ["false"]}),
    "reload fails the first time": (first, {**FILES, "reload_command": ["false"]}),
    "reload fails while restoring": (kept, {"state": "previous", "reload_command": ["false"]}),
}


@pytest.fixture
def prepared(tmp_path, pairs, make, now):
    """``prepared(scenario, name)``: a host before it, and the options of the task."""
    pairs["renewed"] = make("plugins.example.com", key=pairs["old"].key)

    def prepare(scenario, name):
        folder = tmp_path / name / "tls"
        folder.mkdir(parents=True)
        host = Host(folder, now)
        host.put("", pairs["old"])
        host.put(".next", pairs["new"])
        before, options = SCENARIOS[scenario]
        before(host, pairs)
        text = options.get("new_certificate")
        return host, {**options, "new_certificate": text and pairs[text].pem}

    return prepare


def attempt(host, options):
    """Run to the end; return the result, or the message of the failure."""
    try:
        return host.run(**options)
    except OptionError as error:
        return str(error)


def cut_off(host, options, mortal):
    """Run in a process that exits on the way; return whether it did."""
    child = os.fork()
    if child == 0:
        host.files, host.execute = mortal, mortal.execute
        attempt(host, options)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == KILLED


@pytest.mark.parametrize(
    ("scenario", "kind"),
    [
        *((scenario, Mortal) for scenario in SCENARIOS),
        ("replace and keep", MortalCopying),
        ("back", MortalCopying),
        ("reload fails", MortalCopying),
    ],
    ids=lambda value: value if isinstance(value, str) else value.__name__,
)
def test_after_an_interruption_at_any_call_the_next_run_completes(prepared, scenario, kind):
    expected, options = prepared(scenario, "uninterrupted")
    if kind is MortalCopying:
        expected.files = Copying()
    attempt(expected, options)
    for calls in range(100):
        host, options = prepared(scenario, f"after {calls}")
        died = cut_off(host, options, kind(calls))
        keys = [path for path in host.folder.iterdir() if b"PRIVATE KEY" in path.read_bytes()]
        assert {stat.S_IMODE(path.stat().st_mode) for path in keys} == {0o600}, "at every moment"
        if died:
            attempt(host, options)
        assert host.state() == expected.state(), f"after {calls} calls"
        if host.logged() and host.leaf() != "nothing":
            assert host.logged()[-1] == host.leaf(), f"the server reads what is in place, after {calls} calls"
        if not died:
            assert calls >= 2
            return
    pytest.fail("the run does not end")


def test_a_second_run_changes_nothing(prepared):
    host, options = prepared("replace and keep", "twice")
    assert host.run(**options)["changed"]
    before = host.state()
    again = host.run(**options)
    assert (again["changed"], again["reasons"], host.state()) == (False, [], before)
    assert len(host.logged()) == 1


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({}, "an interrupted run was replacing"),
        ({"state": "settled"}, "an interrupted run was replacing"),
        ({"new_certificate": "renewed"}, "an interrupted run was replacing"),
    ],
)
def test_another_task_destroys_nothing_that_was_moved(prepared, pairs, options, says):
    host, interrupted = prepared("replace", "moved")
    # Two second names, two renames, then exit in the reload.
    assert cut_off(host, interrupted, Mortal(4))
    assert sorted(host.state()) == ["server.key", "server.key.replaced", "server.pem", "server.pem.replaced"]
    before = host.state()
    text = options.get("new_certificate")
    with pytest.raises(OptionError) as caught:
        host.run(**{**options, "new_certificate": text and pairs[text].pem})
    assert says in caught.value.reason and "O(state=previous)" in caught.value.remedy
    assert host.state() == before


def test_undoing_an_interrupted_run(prepared):
    host, interrupted = prepared("replace", "back")
    before = {name: content for name, content in host.state().items() if "next" not in name}
    assert cut_off(host, interrupted, Mortal(4))
    checked = host.run(state="previous", check=True)
    done = host.run(state="previous")
    assert checked["changed"] and done["changed"] and "interrupted" in done["reasons"][0]
    assert host.state() == before and host.logged()[-1] == host.leaf() == done["thumbprint"]
    assert not host.run(state="previous")["changed"]


@pytest.mark.parametrize("options", [FILES, {}, {"state": "settled"}], ids=["the change again", "a check", "settled"])
def test_an_interrupted_restoration_is_not_a_new_pair(prepared, options):
    """The pair that was being restored is the previous one again, not a new one."""
    host, interrupted = prepared("back", "restoring")
    before = host.state()
    assert cut_off(host, interrupted, Mortal(4))
    assert host.state() != before
    done = host.run(**options)
    assert done["changed"] and host.logged()[-1] == host.leaf() == done["thumbprint"]
    if options.get("state") == "settled":
        before = {name: content for name, content in before.items() if "previous" not in name}
    assert {name: content for name, content in host.state().items() if "next" not in name} == before
