# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Show a certificate on a loopback port until its file is removed: ``serve.py PORT PATH-WITHOUT-SUFFIX``."""

from __future__ import annotations

import contextlib
import socket
import ssl
import sys
from pathlib import Path


def main(port: str, pair: str) -> None:
    """Accept connections until the certificate file is removed."""
    certificate = Path(pair + ".pem")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, pair + ".key")
    with socket.create_server(("127.0.0.1", int(port))) as listener:
        listener.settimeout(0.5)
        while certificate.exists():
            # A timeout, or a client that rejects the certificate.
            with contextlib.suppress(OSError):
                connection, _address = listener.accept()
                connection.settimeout(5)
                with connection, context.wrap_socket(connection, server_side=True) as tls:
                    tls.recv(1)


if __name__ == "__main__":
    main(*sys.argv[1:])
