# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Run simulated vCenters for tests and demos.

Usage: python tests/simulator --vcenters 5 --directory DIR

The process ends on SIGTERM or SIGINT, when DIR/endpoints.json is removed, after --lifetime, or with the --parent
process.
"""

from __future__ import annotations

import argparse
import json
import os
import secrets
import signal
import socket
import sys
import time
from pathlib import Path
from typing import Any

from certificates import Authority, write_private
from configuration import ADMINISTRATOR, DEFAULT_VERSION, READER, ConfigurationError, parse_configuration
from server import ADDRESS, Server
from vcenter import VCenter


def main() -> int:
    """Run the simulator, or write certificates for another one."""
    options = _parse_options()
    folder: Path = options.directory.resolve()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    authority = Authority()
    authority.write(folder / "ca.pem")
    if options.command == "certificates":
        _write_certificates(authority, folder, options.vcenters or 1)
        return 0
    try:
        configuration = json.loads(options.config.read_text()) if options.config else []
        settings = parse_configuration(configuration, options.vcenters)
    except (OSError, json.JSONDecodeError, ConfigurationError) as error:
        sys.exit(f"{options.config}: {error}")
    try:
        server = Server([VCenter(item) for item in settings], authority, folder)
    except OSError as error:
        sys.exit(f"cannot listen on {ADDRESS}: {error}; set other ports, or no port to use a free one")
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: server.stop())
    deadline = time.monotonic() + options.lifetime
    endpoints = folder / "endpoints.json"
    write_private(endpoints, json.dumps(_endpoints(server, folder), indent=2).encode() + b"\n")
    print(f"{len(settings)} simulated vCenter(s) listen, see {endpoints}. Process {os.getpid()}.", flush=True)
    server.run(lambda: time.monotonic() > deadline or not endpoints.exists() or not _is_running(options.parent))
    endpoints.unlink(missing_ok=True)
    return 0


def _parse_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="simulator", description=__doc__)
    parser.add_argument("command", nargs="?", choices=("run", "certificates"), default="run")
    parser.add_argument("--directory", type=Path, required=True, help="folder for ca.pem and endpoints.json")
    parser.add_argument("--vcenters", type=int, help="number of vCenters; default: those of --config, at least 1")
    parser.add_argument("--config", type=Path, help="JSON file that describes the vCenters")
    parser.add_argument("--lifetime", type=float, default=3600.0, help="stop after this many seconds; default 3600")
    parser.add_argument("--parent", type=int, help="stop when the process with this id has ended")
    return parser.parse_args()


def _endpoints(server: Server, folder: Path) -> list[dict[str, Any]]:
    endpoints = []
    for name, endpoint in server.endpoints.items():
        settings = endpoint.vcenter.settings
        passwords = {account.username: account.password for account in settings.accounts}
        endpoints.append(
            {
                "name": name,
                "hostname": ADDRESS,
                "port": endpoint.port,
                "username": ADMINISTRATOR,
                "password": passwords[ADMINISTRATOR],
                "reader_username": READER,
                "reader_password": passwords[READER],
                "accounts": passwords,
                "ca_path": str(folder / "ca.pem"),
                "thumbprint": endpoint.thumbprint,
                "type": "esxi" if settings.esxi else "vcenter",
                "api_version": settings.api_version,
                "instance_uuid": endpoint.vcenter.instance_uuid,
                "control_url": f"{server.control_url}/{name}",
            }
        )
    return endpoints


def _write_certificates(authority: Authority, folder: Path, count: int) -> None:
    """Write certificates, free ports and passwords for other vCenter simulators, such as vcsim."""
    endpoints = []
    for number in range(1, count + 1):
        name = f"vcenter{number:02}"
        files = authority.issue(folder, name)
        password = secrets.token_urlsafe(12)
        password_file = folder / f"{name}.password"
        write_private(password_file, password.encode())
        with socket.create_server((ADDRESS, 0)) as free:
            port = free.getsockname()[1]
        endpoints.append(
            {
                "name": name,
                "hostname": ADDRESS,
                "port": port,
                # vcsim 0.46 refuses every login if its user name contains an @.
                "username": "administrator",
                "password": password,
                "password_file": str(password_file),
                "ca_path": str(folder / "ca.pem"),
                "thumbprint": files.thumbprint,
                "type": "vcenter",
                "api_version": DEFAULT_VERSION,
                "certificate": str(files.certificate),
                "key": str(files.key),
            }
        )
    write_private(folder / "certificates.json", json.dumps(endpoints, indent=2).encode() + b"\n")


def _is_running(process: int | None) -> bool:
    if process is None:
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        # It runs and belongs to another user.
        return True
    return True


if __name__ == "__main__":
    sys.exit(main())
