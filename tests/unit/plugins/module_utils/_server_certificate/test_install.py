# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""The old files are restored when the server does not use the new ones, on a real TLS server."""

from __future__ import annotations

import os
import ssl
from pathlib import Path

import pytest
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._errors import OptionError
from ansible_collections.vsphere_ops.client_plugin.tests.unit.plugins.module_utils.hosts import Host, execute

NAME = "plugins.example.com"


class Server:
    """Show the pair that was read last. ``reload`` is the effect of the reload command."""

    def __init__(self, folder):
        self.folder = folder
        self.context = None
        self.ignores_reload = False

    def reload(self):
        if not self.ignores_reload:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(self.folder / "server.pem", self.folder / "server.key")
            self.context = context

    def answer(self, connection):
        with self.context.wrap_socket(connection, server_side=True) as tls:
            tls.recv(1)

    def execute(self, command):
        if command == ["reload"]:
            self.reload()
            return 0, "", ""
        return execute(command)


@pytest.fixture
def host(tmp_path, now, make):
    folder = tmp_path / "tls"
    folder.mkdir()
    host = Host(folder, now)
    host.put("", make(NAME))
    host.put(".next", make(NAME))
    return host


@pytest.fixture
def server(host, listen):
    server = Server(host.folder)
    server.reload()
    server.port = listen(server.answer)
    host.execute = server.execute
    return server


def served(server, timeout=10, **more):
    confirm = {"address": "127.0.0.1", "port": server.port, "server_name": NAME, "timeout": timeout}
    return {"reload_command": ["reload"], "confirm": {**confirm, **more}}


def test_the_server_shows_the_new_certificate(host, server):
    done = host.run(**host.waiting(**served(server)))
    assert (done["changed"], done["served"]) == (True, True)
    again = host.run(**host.waiting(**served(server)))
    assert (again["changed"], again["served"], len(host.logged())) == (False, True, 1)


def test_a_server_that_was_not_reloaded_is_reloaded(host, server):
    """The files are in place, and the run before was interrupted before the reload."""
    host.run(**host.waiting(reload_command=[]))
    logged = len(host.logged())
    checked = host.run(check=True, **host.waiting(**served(server)))
    assert (checked["changed"], checked["served"], len(host.logged())) == (True, False, logged)
    done = host.run(**host.waiting(**served(server)))
    assert (done["changed"], done["served"]) == (True, True)
    assert done["reasons"] == ["The server does not show the installed certificate and is reloaded."]


@pytest.mark.parametrize(
    ("options", "says", "logged"),
    [
        (
            {"test_command": ["sh", "-c", "echo one >&2; echo two >&2; exit 3"], "reload_command": ["true"]},
            "failed with exit code 3 (sh -c 'echo one >&2; echo two >&2; exit 3'): one two",
            1,
        ),
        (
            {"reload_command": ["sh", "-c", "echo no; exit 1"]},
            "failed with exit code 1 (sh -c 'echo no; exit 1'): no",
            2,
        ),
        (
            {"reload_command": ["/no/such/program"]},
            "cannot be started (No such file or directory): /no/such/program",
            2,
        ),
    ],
)
def test_a_command_that_fails_changes_no_file(host, options, says, logged):
    before = host.state()
    for _attempt in range(2):
        with pytest.raises(OptionError) as caught:
            host.run(**host.waiting(keep_previous=True, **options))
        # The command that comes last in the options.
        assert (caught.value.option, caught.value.reason) == (next(iter(options)), says)
        # A second reload, that of the old files, fails as well.
        is_failed_reload = "but O(reload_command)" in caught.value.note
        assert "The old files are restored" in caught.value.note and is_failed_reload == (logged == 2)
        assert host.state() == before
    assert len(host.logged()) == 2 * logged
    assert host.run(**host.waiting())["changed"], "the new pair still waits"


def test_the_old_pair_is_restored_when_the_server_does_not_show_the_new_one(host, server):
    before = host.state()
    server.ignores_reload = True
    with pytest.raises(OptionError) as caught:
        host.run(**host.waiting(**served(server, timeout=0.2)))
    error = caught.value
    assert error.option == "confirm" and "within 0.2 s (it shows" in error.reason
    assert error.note == "The old files are restored"
    assert host.state() == before and host.logged()[-1] == host.leaf()


def test_a_port_without_a_server(host, server):
    before = host.state()
    with pytest.raises(OptionError, match=r"within 0.2 s \(127.0.0.1:1 refused the connection"):
        host.run(**host.waiting(**served(server, timeout=0.2, port=1)))
    assert host.state() == before


def test_a_first_pair_that_fails_is_removed(host):
    for name in ("server.key", "server.pem"):
        (host.folder / name).unlink()
    before = host.state()
    with pytest.raises(
        OptionError, match=r"failed with exit code 1 \(false\): no output.* No files are in place, as before"
    ):
        host.run(**host.waiting(reload_command=["false"]))
    assert host.state() == before and len(host.logged()) == 1


@pytest.mark.skipif(os.geteuid() != 0, reason="NOT RUN: only root can give files away")
def test_owner_and_mode_are_restored_and_given_to_new_files(host):
    key, certificate = host.folder / "server.key", host.folder / "server.pem"
    os.chown(key, 12345, 54321)
    os.chown(certificate, 12345, 54321)
    key.chmod(0o640)
    with pytest.raises(OptionError):
        host.run(**host.waiting(reload_command=["false"]))
    assert (key.stat().st_uid, key.stat().st_gid, oct(key.stat().st_mode)) == (12345, 54321, "0o100640")
    host.run(**host.waiting(keep_previous=True))
    assert [(path.stat().st_uid, path.stat().st_gid) for path in (key, certificate)] == [(12345, 54321)] * 2
    assert oct((host.folder / "server.key.previous").stat().st_mode) == "0o100600"


@pytest.mark.parametrize("text", [False, True], ids=["files", "text"])
def test_a_file_that_cannot_be_renamed_changes_nothing(host, text):
    class Full(type(host.files)):
        def rename(self, source, target):
            if Path(target).name == "server.pem":
                raise OSError(28, "No space left on device", source, None, target)
            super().rename(source, target)

    before = host.state()
    host.files = Full()
    new = {"new_certificate_path": None, "new_certificate": before["server.pem.next"][0].decode()} if text else {}
    with pytest.raises(OptionError) as caught:
        host.run(**host.waiting(**new))
    # The certificate was not renamed, so restoring it needs no rename, which would fail too.
    assert "server.pem cannot be written (No space left on device)" in caught.value.reason
    assert caught.value.note == "The old files are restored"
    assert host.state() == before


def test_a_failed_reload_undoes_a_restoration_too(host):
    host.run(**host.waiting(keep_previous=True))
    before = host.state()
    with pytest.raises(OptionError, match="The old files are restored"):
        host.run(state="previous", reload_command=["false"])
    assert host.state() == before
    assert host.run(state="previous")["changed"]
