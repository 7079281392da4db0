# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Report the state of a host as JSON, without changing anything.

The role reads everything in one program, because one task takes more time than all of these checks.

Usage: inspect_host.py PORT SERVER CERTIFICATE PREFIX_OF_UNITS [USER ...]
"""

from __future__ import annotations

import importlib.util
import json
import os
import pwd
import re
import shutil
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

TIMEOUT_S = 10
CLOCK_PRECISION_S = 1  # /proc/stat gives the time of the boot in whole seconds
UNITS = Path("/etc/systemd/system")
SITES = Path("/etc/nginx/vsphere-client-plugins")
# The PATH of an account without root contains no sbin folders.
FOLDERS = os.environ.get("PATH", os.defpath) + ":/usr/sbin:/sbin"


def run(*command: str) -> str | None:
    """Return the output of a program, or None if it is not installed or fails."""
    program = shutil.which(command[0], path=FOLDERS)
    if program is None:
        return None
    try:
        result = subprocess.run(  # noqa: S603 - only programs that are named in this file
            [program, *command[1:]], capture_output=True, check=True, text=True, timeout=TIMEOUT_S
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return result.stdout + result.stderr


def includes_port(ports: str, port: int) -> bool:
    """Return whether "443", "443/tcp" or "8000-8100/tcp" (or with a colon) includes the port."""
    match = re.fullmatch(r"(\d+)(?:[-:](\d+))?(?:/tcp)?", ports)
    return match is not None and int(match[1]) <= port <= int(match[2] or match[1])


def firewalld_allows(port: int) -> bool:
    """Return whether the default zone allows the port, directly or by a service."""
    if "target: ACCEPT" in (run("firewall-cmd", "--list-all") or ""):
        return True
    ports = (run("firewall-cmd", "--list-ports") or "").split()
    for service in (run("firewall-cmd", "--list-services") or "").split():
        match = re.search(r"^\s*ports:(.*)$", run("firewall-cmd", f"--info-service={service}") or "", re.MULTILINE)
        ports += match[1].split() if match else []
    return any(includes_port(item, port) for item in ports)


def ufw_allows(status: str, port: int) -> bool:
    """Return whether a rule or the default policy of ufw allows the port."""
    rules = re.findall(r"^(\S+)(?: \(v6\))?\s+(?:ALLOW|LIMIT)", status, re.MULTILINE)
    return "Default: allow (incoming)" in status or any(includes_port(item, port) for item in rules)


def closed_firewall(port: int) -> str:
    """Return the name of the active firewall that does not allow the port, or an empty string."""
    if (run("firewall-cmd", "--state") or "").strip() == "running" and not firewalld_allows(port):
        return "firewalld"
    status = run("ufw", "status", "verbose") or ""
    return "ufw" if "Status: active" in status and not ufw_allows(status, port) else ""


def sites() -> dict[str, str]:
    """Return the configuration file of each plug-in that nginx serves, with its root folder."""
    roots = {
        str(path): re.search(r'^ *root "(.*)";$', path.read_text(), re.MULTILINE) for path in SITES.glob("*/*.conf")
    }
    return {path: root[1] for path, root in sorted(roots.items()) if root}


def configuration_loaded_at() -> float | None:
    """Return when nginx last loaded its files, in seconds since 1970, or None if it does not run."""
    try:
        master = Path("/run/nginx.pid").read_text().strip()
    except OSError:
        return None
    boot_time = int(re.findall(r"^btime (\d+)", Path("/proc/stat").read_text(), re.MULTILINE)[0])
    times = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # the process has ended
            # After the name, which may contain blanks: state, parent, ..., and as the 20th field the start in ticks
            # since the boot.
            row = path.read_text().rpartition(")")[2].split()
            times += [boot_time + int(row[19]) / os.sysconf("SC_CLK_TCK")] if row[1] == master else []
    return max(times, default=None)


def needs_reload(server: str, certificate: str) -> bool:
    """Return whether a site or the certificate is newer than the configuration that nginx has loaded.

    This happens after an interrupted run, or when somebody has replaced a supplied certificate.
    """
    site = Path(f"/etc/nginx/conf.d/vsphere-client-plugins-{server}.conf")
    files = [site, *(SITES / server).glob("*.conf"), Path(certificate)]
    times = [path.stat().st_mtime for path in files if path.exists()]
    loaded = configuration_loaded_at()
    return loaded is not None and any(time > loaded + CLOCK_PRECISION_S for time in times)


def missing_accounts(users: list[str]) -> list[str]:
    """Return the accounts that do not exist on the host."""
    return sorted(set(users) - {entry.pw_name for entry in pwd.getpwall()})


def main() -> None:
    """Print the report."""
    port, server, certificate, prefix, *users = sys.argv[1:]
    version = re.search(r"nginx/([0-9.]+)", run("nginx", "-v") or "")
    units = [path.name for path in UNITS.glob("*.service") if re.fullmatch(re.escape(prefix) + "[a-z0-9-]+", path.stem)]
    report = {
        "cryptography": importlib.util.find_spec("cryptography") is not None,
        "nginx": version[1] if version else "",
        "logrotate": shutil.which("logrotate", path=FOLDERS) is not None,
        "semanage": shutil.which("semanage", path=FOLDERS) is not None,
        "ipv6": Path("/proc/net/if_inet6").exists(),
        "missing_users": missing_accounts(users),
        "units": sorted(units),
        "sites": sites(),
        "needs_reload": needs_reload(server, certificate),
        "closed_firewall": closed_firewall(int(port)),
    }
    sys.stdout.write(json.dumps(report))


if __name__ == "__main__":
    main()
