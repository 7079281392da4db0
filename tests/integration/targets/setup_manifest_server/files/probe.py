# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Sends a web server requests that no browser would send, and prints as JSON what it answered.

Usage: probe.py PORT CA_FILE KEY/VERSION
"""

from __future__ import annotations

import json
import socket
import ssl
import sys

SILENT_CLIENTS = 20
TIMEOUT_S = 5


def ask(context: ssl.SSLContext, port: int, path: str) -> int:
    """Return the status for a path that is sent as it is."""
    with (
        socket.create_connection(("127.0.0.1", port), TIMEOUT_S) as plain,
        context.wrap_socket(plain, server_hostname="localhost") as secured,
    ):
        secured.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
        return int(secured.recv(4096).split()[1])


def main() -> None:
    port, release = int(sys.argv[1]), sys.argv[3]
    context = ssl.create_default_context(cafile=sys.argv[2])
    paths = [
        f"/{release}/../../../state/localhost.key",
        f"/{release}/%2e%2e/%2e%2e/%2e%2e/state/localhost.key",
        f"/{release}/..%2f..%2f..%2fstate/localhost.key",
        f"/{release}/%00",
        f"/{release}/link/passwd",
        f"/{release}/passwd",
        f"/{release}//etc/passwd",
        "/",
        "/.staging/",
    ]
    statuses = {path: ask(context, port, path) for path in paths}
    silent = [socket.create_connection(address, TIMEOUT_S) for address in [("127.0.0.1", port)] * SILENT_CLIENTS]
    answer = ask(context, port, f"/{release}/plugin.json")
    for client in silent:
        client.close()
    sys.stdout.write(json.dumps({"statuses": statuses, "while_others_are_silent": answer}))


if __name__ == "__main__":
    main()
