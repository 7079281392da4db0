# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Look at a host, without changing anything, for what the role needs to know, and print it as JSON.

The only file that knows how the host is asked; one program, because each task costs more than all of its answers.

Usage: look.py PORT SERVER CERTIFICATE PREFIX_OF_UNITS [USER ...]
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
CLOCK_S = 1  # the time of the boot is known in whole seconds
UNITS = Path("/etc/systemd/system")
SITES = Path("/etc/nginx/vsphere-client-plugins")
# An account without root has no folders of sbin in its path.
FOLDERS = os.environ.get("PATH", os.defpath) + ":/usr/sbin:/sbin"


def ask(*command: str) -> str | None:
    """Return what a program prints, or None when it is not there or fails."""
    program = shutil.which(command[0], path=FOLDERS)
    if program is None:
        return None
    try:
        done = subprocess.run(  # noqa: S603 - only programs that are named in this file
            [program, *command[1:]], capture_output=True, check=True, text=True, timeout=TIMEOUT_S
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout + done.stderr


def covers(ports: str, port: int) -> bool:
    """Return whether "443", "443/tcp" or "8000-8100/tcp" (or with a colon) holds the port."""
    found = re.fullmatch(r"(\d+)(?:[-:](\d+))?(?:/tcp)?", ports)
    return found is not None and int(found[1]) <= port <= int(found[2] or found[1])


def firewalld_lets_in(port: int) -> bool:
    """Return whether the default zone has the port, or a service with that port."""
    if "target: ACCEPT" in (ask("firewall-cmd", "--list-all") or ""):
        return True
    ports = (ask("firewall-cmd", "--list-ports") or "").split()
    for service in (ask("firewall-cmd", "--list-services") or "").split():
        found = re.search(r"^\s*ports:(.*)$", ask("firewall-cmd", f"--info-service={service}") or "", re.MULTILINE)
        ports += found[1].split() if found else []
    return any(covers(item, port) for item in ports)


def ufw_lets_in(status: str, port: int) -> bool:
    """Return whether a rule of ufw, or what it does by default, lets the port in."""
    rules = re.findall(r"^(\S+)(?: \(v6\))?\s+(?:ALLOW|LIMIT)", status, re.MULTILINE)
    return "Default: allow (incoming)" in status or any(covers(item, port) for item in rules)


def closed_firewall(port: int) -> str:
    """Return the name of the firewall that is on and does not let the port in, or nothing."""
    if (ask("firewall-cmd", "--state") or "").strip() == "running" and not firewalld_lets_in(port):
        return "firewalld"
    status = ask("ufw", "status", "verbose") or ""
    return "ufw" if "Status: active" in status and not ufw_lets_in(status, port) else ""


def sites() -> dict[str, str]:
    """Return the file of each plug-in that nginx serves, and the root that stands in it."""
    files = {
        str(path): re.search(r'^ *root "(.*)";$', path.read_text(), re.MULTILINE) for path in SITES.glob("*/*.conf")
    }
    return {path: found[1] for path, found in sorted(files.items()) if found}


def loaded_at() -> float | None:
    """Return the time, in seconds since 1970, at which nginx last read its files, or None when it does not run."""
    try:
        master = Path("/run/nginx.pid").read_text().strip()
    except OSError:
        return None
    booted = int(re.findall(r"^btime (\d+)", Path("/proc/stat").read_text(), re.MULTILINE)[0])
    times = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # it has ended
            # After the name, which may hold blanks: state, parent, ..., and as the 20th the ticks since the boot.
            row = path.read_text().rpartition(")")[2].split()
            times += [booted + int(row[19]) / os.sysconf("SC_CLK_TCK")] if row[1] == master else []
    return max(times, default=None)


def unloaded(server: str, certificate: str) -> bool:
    """Return whether a file is newer than the workers: a run was cut off, or somebody brought a certificate."""
    site = Path(f"/etc/nginx/conf.d/vsphere-client-plugins-{server}.conf")
    files = [site, *(SITES / server).glob("*.conf"), Path(certificate)]
    times = [path.stat().st_mtime for path in files if path.exists()]
    since = loaded_at()
    return since is not None and any(time > since + CLOCK_S for time in times)


def missing(users: list[str]) -> list[str]:
    """Return the accounts that are not there."""
    return sorted(set(users) - {entry.pw_name for entry in pwd.getpwall()})


def main() -> None:
    port, server, certificate, prefix, *users = sys.argv[1:]
    version = re.search(r"nginx/([0-9.]+)", ask("nginx", "-v") or "")
    units = [path.name for path in UNITS.glob("*.service") if re.fullmatch(re.escape(prefix) + "[a-z0-9-]+", path.stem)]
    seen = {
        "cryptography": importlib.util.find_spec("cryptography") is not None,
        "nginx": version[1] if version else "",
        "logrotate": shutil.which("logrotate", path=FOLDERS) is not None,
        "semanage": shutil.which("semanage", path=FOLDERS) is not None,
        "ipv6": Path("/proc/net/if_inet6").exists(),
        "missing_users": missing(users),
        "units": sorted(units),
        "sites": sites(),
        "unloaded": unloaded(server, certificate),
        "closed_firewall": closed_firewall(int(port)),
    }
    sys.stdout.write(json.dumps(seen))


if __name__ == "__main__":
    main()
