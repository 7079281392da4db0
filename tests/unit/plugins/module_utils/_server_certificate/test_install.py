# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""A server that does not take a pair has the old one back, on a real TLS server."""

from __future__ import annotations

import os
import ssl
from pathlib import Path

import pytest
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._extension.model import OptionError
from ansible_collections.vsphere_ops.client_plugin.tests.unit.plugins.module_utils.hosts import Host, execute

NAME = "plugins.example.com"


class Server:
    """Shows the pair that it has read last. ``reload`` is what the reload command does to it."""

    def __init__(self, folder):
        self.folder = folder
        self.context = None
        self.deaf = False

    def reload(self):
        if not self.deaf:
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
    assert (again["changed"], again["served"], len(host.told())) == (False, True, 1)


def test_a_server_that_was_not_told_is_told(host, server):
    """The files are in place, and the run before died in front of the reload."""
    host.run(**host.waiting(reload_command=[]))
    told = len(host.told())
    checked = host.run(check=True, **host.waiting(**served(server)))
    assert (checked["changed"], checked["served"], len(host.told())) == (True, False, told)
    done = host.run(**host.waiting(**served(server)))
    assert (done["changed"], done["served"]) == (True, True)
    assert done["reasons"] == ["The server does not show the certificate that is in place, and is reloaded."]


@pytest.mark.parametrize(
    ("options", "says", "told"),
    [
        (
            {"test_command": ["sh", "-c", "echo one >&2; echo two >&2; exit 3"], "reload_command": ["true"]},
            "test_command: sh -c 'echo one >&2; echo two >&2; exit 3' ended with 3 and said: one two; the old files",
            1,
        ),
        (
            {"reload_command": ["sh", "-c", "echo no; exit 1"]},
            "reload_command: sh -c 'echo no; exit 1' ended with 1 and said: no; the old files are back in place, but",
            2,
        ),
        (
            {"reload_command": ["/no/such/program"]},
            "reload_command: /no/such/program cannot be started (No such file or directory); install or correct it",
            2,
        ),
    ],
)
def test_a_command_that_fails_leaves_all_as_before(host, options, says, told):
    before = host.state()
    for _attempt in range(2):
        with pytest.raises(OptionError) as caught:
            host.run(**host.waiting(keep_previous=True, **options))
        assert str(caught.value).startswith(says)
        assert host.state() == before
    assert len(host.told()) == 2 * told
    assert host.run(**host.waiting())["changed"], "the new pair still waits"


def test_a_server_that_does_not_show_it_has_the_old_pair_back(host, server):
    before = host.state()
    server.deaf = True
    with pytest.raises(OptionError) as caught:
        host.run(**host.waiting(**served(server, timeout=0.2)))
    message = str(caught.value)
    assert (
        message.startswith("confirm: the server does not show the certificate ") and "within 0.2 s (it shows" in message
    )
    assert message.endswith("; the old files are back in place")
    assert host.state() == before and host.told()[-1] == host.leaf()


def test_a_port_where_nobody_listens(host, server):
    before = host.state()
    with pytest.raises(OptionError, match=r"within 0.2 s \(127.0.0.1:1 refused the connection\)"):
        host.run(**host.waiting(**served(server, timeout=0.2, port=1)))
    assert host.state() == before


def test_a_first_pair_that_fails_leaves_nothing_in_place(host):
    for name in ("server.key", "server.pem"):
        (host.folder / name).unlink()
    before = host.state()
    with pytest.raises(OptionError, match="ended with 1 and said: nothing; nothing is in place, as before"):
        host.run(**host.waiting(reload_command=["false"]))
    assert host.state() == before and len(host.told()) == 1


@pytest.mark.skipif(os.geteuid() != 0, reason="NOT RUN: only root can give files away")
def test_owner_and_mode_come_back_too_and_go_on_to_the_new_files(host):
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
def test_a_file_that_cannot_be_moved_leaves_all_as_before(host, text):
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
    # Going back is a rename as well: here the certificate, which has not moved, needs none.
    assert "server.pem cannot be written (No space left on device), the old files are back in place" in str(
        caught.value
    )
    assert host.state() == before


def test_going_back_is_refused_like_going_forth(host):
    host.run(**host.waiting(keep_previous=True))
    before = host.state()
    with pytest.raises(OptionError, match="the old files are back in place"):
        host.run(state="previous", reload_command=["false"])
    assert host.state() == before
    assert host.run(state="previous")["changed"]
