# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Stands in for programs of SELinux, systemd and firewalld that the test host lacks, under whose names it is copied.

It keeps what it was told in a file beside itself: the role must ask for each change once.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

PROGRAM = Path(sys.argv[0])
MEMORY = PROGRAM.with_name("memory.json")
PORTS = "ssh_port_t tcp 22\nhttp_port_t tcp 80, 81, 443, 8000-8010\nunreserved_port_t tcp 1024-32767\n"


def semanage(seen: dict[str, list[str]], kind: str, action: str, *words: str) -> str:
    if action == "--list" and kind == "port":
        return PORTS + "".join(f"{words[1]} {words[3]} {words[4]}\n" for words in map(str.split, seen["port"]))
    if action == "--list":
        return "".join(
            f"{words[2]} all files system_u:object_r:{words[1]}:s0\n" for words in map(str.split, seen[kind])
        )
    seen[kind].append(" ".join(words))
    return ""


def systemctl(seen: dict[str, list[str]], action: str, *words: str) -> str:
    unit = next((word for word in words if not word.startswith("-")), "")
    for word, key in (("start", "running"), ("restart", "running"), ("enable", "enabled")):
        if action == word and unit not in seen[key]:
            seen[key].append(unit)
    for word, key in (("stop", "running"), ("disable", "enabled")):
        if action == word:
            seen[key].remove(unit)
    if action == "is-enabled":
        return "enabled\n" if unit in seen["enabled"] else "disabled\n"
    there = (Path("/etc/systemd/system") / unit).is_file()
    state = "active" if unit in seen["running"] else "inactive"
    return f"LoadState={'loaded' if there else 'not-found'}\nActiveState={state}\n" if action == "show" else ""


def main() -> int:
    names = ["port", "fcontext", "boolean", "running", "enabled", "calls"]
    seen = json.loads(MEMORY.read_text()) if MEMORY.exists() else {name: [] for name in names}
    words = sys.argv[1:]
    if PROGRAM.name == "semanage":
        answer = semanage(seen, *words)
    elif PROGRAM.name == "systemctl":
        answer = systemctl(seen, *words)
    elif PROGRAM.name == "getsebool":
        answer = f"{words[0]} --> {'on' if seen['boolean'] else 'off'}\n"
    elif PROGRAM.name == "setsebool":
        seen["boolean"].append(" ".join(words))
        answer = ""
    else:
        answer = "running\n" if words == ["--state"] else ""
    seen["calls"].append(" ".join([PROGRAM.name, *words]))
    MEMORY.write_text(json.dumps(seen))
    sys.stdout.write(answer)
    return int(answer == "disabled\n")


if __name__ == "__main__":
    sys.exit(main())
