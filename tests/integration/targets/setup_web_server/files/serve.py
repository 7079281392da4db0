# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Serve a folder over TLS on a loopback port until its certificate is gone: ``serve.py PORT FOLDER CERTIFICATE KEY``.

Below ``/moved/`` everything is redirected to where it is.
"""

from __future__ import annotations

import functools
import http.server
import ssl
import sys
from pathlib import Path


class Handler(http.server.SimpleHTTPRequestHandler):
    timeout = 5

    def do_GET(self) -> None:
        if not self.path.startswith("/moved/"):
            super().do_GET()
            return
        self.send_response(301)
        self.send_header("Location", self.path.removeprefix("/moved"))
        self.send_header("Content-Length", "0")
        self.end_headers()


class Server(http.server.ThreadingHTTPServer):
    # A client that does not like the certificate hangs up: the next one, please.
    timeout = 0.5

    def handle_error(self, request: object, client_address: object) -> None:
        pass


def main(port: str, folder: str, certificate: str, key: str) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with Server(("127.0.0.1", int(port)), functools.partial(Handler, directory=folder)) as server:
        # The handshake is left to the thread of the connection, so that one who waits holds up nobody.
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        while Path(certificate).exists():
            server.handle_request()


if __name__ == "__main__":
    main(*sys.argv[1:])
