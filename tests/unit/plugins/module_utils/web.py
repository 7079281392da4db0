# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""What a small web server says, for the fixtures ``listen`` and ``secured``."""

from __future__ import annotations

import socket
import ssl


def answer(body, status="200 OK", **headers):
    """The bytes of an HTTP answer; of a header, None takes it away."""
    given = {"Content-Length": len(body)} | {name.replace("_", "-"): value for name, value in headers.items()}
    lines = [f"{name}: {value}" for name, value in given.items() if value is not None]
    return "\r\n".join([f"HTTP/1.1 {status}", *lines, "", ""]).encode() + body


def request(connection):
    received = b""
    while b"\r\n\r\n" not in received:
        piece = connection.recv(65536)
        if not piece:
            break
        received += piece
    return received


def finish(connection):
    """Closes the sending side and waits for the other, so that nothing that was sent is lost in a reset."""
    if isinstance(connection, ssl.SSLSocket):
        connection = connection.unwrap()
    connection.shutdown(socket.SHUT_WR)
    connection.recv(1)


def sends(data, requests=None):
    def talk(connection):
        received = request(connection)
        if requests is not None:
            requests.append(received)
        connection.sendall(data)
        finish(connection)

    return talk


def keeps_open(answers, connections=None):
    """One connection for as many requests as come: each path has its answer, and any other is not found.

    ``connections`` gets the list of paths that each connection asked for.
    """

    def talk(connection):
        paths = []
        if connections is not None:
            connections.append(paths)
        while received := request(connection):
            paths.append(received.split()[1].decode())
            connection.sendall(answers.get(paths[-1], answer(b"no such file", "404 Not Found")))

    return talk
