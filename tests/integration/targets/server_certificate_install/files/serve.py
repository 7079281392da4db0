# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Show a certificate like a web server: ``serve.py PORT FOLDER``.

FOLDER/server.pem and FOLDER/server.key are read at the start and on SIGHUP. The program ends when FOLDER/server.pid is
removed.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import ssl
import sys
from pathlib import Path


def load_context(folder: Path) -> ssl.SSLContext:
    """Return a context with the current key and certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server.pem", folder / "server.key")
    return context


def main(port: str, name: str) -> None:
    """Accept connections until the file with the process id is removed."""
    folder = Path(name)
    pid = folder / "server.pid"
    contexts = [load_context(folder)]
    signal.signal(signal.SIGHUP, lambda _number, _frame: contexts.append(load_context(folder)))
    with socket.create_server(("127.0.0.1", int(port))) as listener:
        pid.write_text(f"{os.getpid()}\n")
        listener.settimeout(0.5)
        while pid.exists():
            # A timeout, or a client that closes the connection after the handshake.
            with contextlib.suppress(OSError):
                connection, _address = listener.accept()
                connection.settimeout(5)
                with connection, contexts[-1].wrap_socket(connection, server_side=True) as tls:
                    tls.recv(1)


if __name__ == "__main__":
    main(*sys.argv[1:])
