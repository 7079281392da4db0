# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Configure SELinux so that nginx can listen on a port, read the releases and, optionally, connect to back ends.

Prints as JSON the commands that were run or, with --check, that would be run.

Usage: selinux.py --port=PORT --root=PATH [--connect] [--check]
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
from pathlib import Path

CONTENT = "httpd_sys_content_t"
PORT = "http_port_t"
BOOLEAN = "httpd_can_network_connect"
TIMEOUT_S = 300


def run(*command: str) -> str:
    """Return the output of a program."""
    result = subprocess.run(  # noqa: S603 - only programs that are named in this file, without a shell
        command, capture_output=True, check=True, text=True, timeout=TIMEOUT_S
    )
    return result.stdout


def port_commands(port: int) -> list[list[str]]:
    """Return the commands that give the port the type of web servers, none if it has the type."""
    action = "--add"
    for line in run("semanage", "port", "--list", "--noheading").splitlines():
        name, protocol, *items = line.replace(",", " ").split()
        if protocol != "tcp":
            continue
        for item in items:
            first, _dash, last = item.partition("-")
            if name == PORT and int(first) <= port <= int(last or first):
                return []
            if item == str(port):
                action = "--modify"
    return [["semanage", "port", action, "--type", PORT, "--proto", "tcp", str(port)]]


def content_commands(root: str) -> list[list[str]]:
    """Return the commands that add and apply a rule for the root, none if the rule exists."""
    pattern = re.sub(r"([.^$*+?{}\[\]\\|()])", r"\\\1", root).replace(" ", r"\s") + "(/.*)?"
    action = "--add"
    for line in run("semanage", "fcontext", "--list", "--locallist", "--noheading").splitlines():
        if line.split(maxsplit=1)[:1] == [pattern]:
            if f":{CONTENT}:" in line:
                return []
            action = "--modify"
    rule = [["semanage", "fcontext", action, "--type", CONTENT, pattern]]
    return [*rule, ["restorecon", "-R", root]] if Path(root).exists() else rule


def boolean_commands() -> list[list[str]]:
    """Return the commands that allow web servers to connect to other programs, none if this is allowed."""
    return [] if run("getsebool", BOOLEAN).split()[-1] == "on" else [["setsebool", "-P", BOOLEAN, "on"]]


def main() -> int:
    """Run or list the commands and print them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--root", required=True)
    parser.add_argument("--connect", action="store_true")
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    try:
        commands = port_commands(options.port) + content_commands(options.root)
        commands += boolean_commands() if options.connect else []
        for command in [] if options.check else commands:
            run(*command)
    except subprocess.CalledProcessError as error:
        sys.stderr.write(f"{' '.join(error.cmd)}: {error.stderr.strip()}\n")
        return 1
    except (OSError, subprocess.SubprocessError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(json.dumps({"changes": [" ".join(command) for command in commands]}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
