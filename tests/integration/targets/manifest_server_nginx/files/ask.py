# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Asks nginx what Ansible's own module cannot ask, and prints the answers as JSON. Usage: ask.py PORT CA_FILE KEY."""

from __future__ import annotations

import http.client
import json
import ssl
import subprocess
import sys
from pathlib import Path

PORT, KEY = int(sys.argv[1]), sys.argv[3]
CONTEXT = ssl.create_default_context(cafile=sys.argv[2])
CONTEXT.check_hostname = False  # it is an address that is asked; the certificate itself is the only authority
WEBSOCKET = {"Connection": "Upgrade, X-Real-IP", "Upgrade": "websocket", "X-Forwarded-For": "192.0.2.1"}


def ask(path: str, source: str = "127.0.0.1", **headers: str) -> dict[str, object]:
    """Return the status, the headers and, of JSON, the body."""
    address = "::1" if ":" in source else "127.0.0.1"
    connection = http.client.HTTPSConnection(address, PORT, timeout=10, context=CONTEXT, source_address=(source, 0))
    connection.request("GET", f"/{KEY}/{path}", headers={"Host": f"localhost:{PORT}", **headers})
    answer = connection.getresponse()
    body = answer.read()
    found = {name.lower(): value for name, value in answer.getheaders()}
    plain = found.get("content-type") == "application/json" and "content-encoding" not in found
    return {"status": answer.status, "headers": found, "size": len(body), "json": json.loads(body) if plain else None}


def main() -> None:
    listed = subprocess.run(["ps", "-C", "nginx", "-o", "user:32=,args="], capture_output=True, check=True, text=True)  # noqa: S607 - where ps is differs
    rows = [line.split(maxsplit=1) for line in listed.stdout.splitlines()]
    report = {
        "compressed": ask("1.1.0/ui/app.js", **{"Accept-Encoding": "gzip"}),
        "small": ask("1.1.0/plugin.json", **{"Accept-Encoding": "gzip"}),
        "folder": ask("1.1.0/ui/"),
        "stranger": ask("1.1.0/plugin.json", source="127.0.0.2")["status"],
        "stranger_at_the_back_end": ask("api/x", source="127.0.0.2")["status"],
        "back_end": ask("api/v1/things?a=1"),
        "websocket": ask("api/socket", **WEBSOCKET),
        "ipv6": ask("1.1.0/plugin.json", source="::1")["status"]
        if "00000000000000000000000000000001" in Path("/proc/net/if_inet6").read_text()
        else "NOT RUN",
        "accounts_of_workers": sorted({user for user, command in rows if "worker process" in command}),
    }
    sys.stdout.write(json.dumps(report))


if __name__ == "__main__":
    main()
