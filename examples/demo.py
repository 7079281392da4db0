#!/usr/bin/env python3
# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Shows the whole collection at work on this machine, with simulated vCenters. Needs Python >= 3.10 and pip, nothing
else.

Everything it makes lies below .build/demo; nothing is left running.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SOURCE = Path(__file__).resolve().parent.parent
WORK = SOURCE / ".build" / "demo"
VENV = WORK / "venv"
COLLECTIONS = WORK / "collections"
RESULTS = WORK / "results"
INVENTORY = WORK / "inventory.json"
PACKAGES = ["ansible-core>=2.16", "pyvmomi>=8.0.3.0.1", "cryptography", "requests", "jsonschema"]
KEY = "com.example.fleet-notes"
VCENTERS = 5
API_VERSIONS = ["7.0.3.0", "8.0.1.0", "8.0.2.0", "8.0.3.0", "9.0.0.0"]
RECAP = re.compile(
    r"^(?P<host>\S+)\s+: ok=(?P<ok>\d+)\s+changed=(?P<changed>\d+).* failed=(?P<failed>\d+)", re.MULTILINE
)


class DemoError(Exception):
    """The demo cannot go on. ``str()`` is for the person who started it."""


def main() -> int:
    started = time.monotonic()
    try:
        prepare()
        with simulator() as vcenters:
            write_inventory(vcenters)
            try:
                story()
            finally:
                play("stop", SOURCE / "examples" / "demo" / "stop.yml")
    except DemoError as error:
        print(f"\nThe demo stopped: {error}")
        return 1
    except KeyboardInterrupt:
        print("\nStopped. Nothing is left running.")
        return 130
    say(f"Everything is stopped again. That took {time.monotonic() - started:.0f} s.")
    print("  The output of each step is in .build/demo/logs; the README goes on with your own vCenters.")
    return 0


def say(text: str) -> None:
    print(f"\n=== {text}", flush=True)


def prepare() -> None:
    """Virtual environment and collection, the way a user installs them."""
    for folder in ("logs", "results"):
        shutil.rmtree(WORK / folder, ignore_errors=True)
        (WORK / folder).mkdir(parents=True)
    marker = VENV / "complete"
    if not marker.exists():
        say("Making a virtual environment with ansible-core and the libraries of the collection (once)")
        shutil.rmtree(VENV, ignore_errors=True)
        run("venv", [sys.executable, "-m", "venv", str(VENV)])
        run("pip", [str(VENV / "bin" / "pip"), "install", "--quiet", "--disable-pip-version-check", *PACKAGES])
        marker.touch()
    say("Building the collection and installing it")
    shutil.rmtree(COLLECTIONS, ignore_errors=True)
    galaxy = str(VENV / "bin" / "ansible-galaxy")
    run("build", [galaxy, "collection", "build", "--force", "--output-path", str(WORK), str(SOURCE)])
    archive = max(WORK.glob("vsphere_ops-client_plugin-*.tar.gz"), key=lambda path: path.stat().st_mtime)
    run("install", [galaxy, "collection", "install", "--offline", "--force", "-p", str(COLLECTIONS), str(archive)])


def run(name: str, command: list[str]) -> str:
    """Run a command with its output in a log file; return the output."""
    log = WORK / "logs" / f"{len(list((WORK / 'logs').iterdir())):02d}-{name}.log"
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("ANSIBLE_", "VMWARE_"))}
    environment |= {
        "ANSIBLE_COLLECTIONS_PATH": str(COLLECTIONS),
        "ANSIBLE_HOME": str(WORK / "ansible"),
        "ANSIBLE_NOCOLOR": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    done = subprocess.run(
        command, cwd=WORK, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    log.write_text(done.stdout, encoding="utf-8")
    if done.returncode:
        print("\n".join(done.stdout.splitlines()[-30:]))
        raise DemoError(f"{' '.join(command[:3])} ... failed; all it said is in {log}")
    return done.stdout


@contextmanager
def simulator() -> Iterator[list[dict[str, str]]]:
    """Five simulated vCenters in one process, of different versions."""
    say(f"Starting {VCENTERS} simulated vCenters, versions {', '.join(API_VERSIONS)}")
    folder = WORK / "simulator"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    config = folder / "config.json"
    config.write_text(
        json.dumps([{"name": f"vcenter{i:02d}", "api_version": version} for i, version in enumerate(API_VERSIONS, 1)])
    )
    command = [str(VENV / "bin" / "python"), str(SOURCE / "tests" / "simulator"), "--vcenters", str(VCENTERS)]
    command += ["--directory", str(folder), "--config", str(config), "--parent", str(os.getpid())]
    with (WORK / "logs" / "simulator.log").open("w") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
    endpoints = folder / "endpoints.json"
    try:
        deadline = time.monotonic() + 30
        while not endpoints.exists():
            if process.poll() is not None or time.monotonic() > deadline:
                raise DemoError("the simulated vCenters did not start; see .build/demo/logs/simulator.log")
            time.sleep(0.1)
        yield json.loads(endpoints.read_text())
    finally:
        process.terminate()
        process.wait(timeout=10)


def write_inventory(vcenters: list[dict[str, str]]) -> None:
    """The inventory of the demo. It holds the passwords of the simulated vCenters, so it is for the owner only."""
    hosts = {
        vcenter["name"]: {
            "extension_registration_vcenter_hostname": vcenter["hostname"],
            "extension_registration_vcenter_port": vcenter["port"],
            "extension_registration_vcenter_username": vcenter["username"],
            "extension_registration_vcenter_password": vcenter["password"],
            "extension_registration_vcenter_ca_path": vcenter["ca_path"],
        }
        for vcenter in vcenters
    }
    shared = {
        "ansible_connection": "local",
        "ansible_python_interpreter": "{{ ansible_playbook_python }}",
        "demo_results": str(RESULTS),
        "manifest_server_engine": "embedded",
        "manifest_server_root": str(WORK / "www"),
        "manifest_server_key": KEY,
        "manifest_server_version": "1.0.0",
        "manifest_server_content": str(SOURCE / "examples" / "plugin"),
        "manifest_server_hostname": "localhost",
        "manifest_server_port": free_port(),
        "extension_registration_label": "Fleet Notes",
        "extension_registration_summary": "Notes about virtual machines, for the whole team",
        "extension_registration_company": "Example",
        "extension_registration_report": str(RESULTS / "rotation"),
    }
    inventory = {
        "all": {
            "vars": shared,
            "children": {"manifest_servers": {"hosts": {"plugins": {}}}, "vcenters": {"hosts": hosts}},
        }
    }
    INVENTORY.touch(mode=0o600)
    INVENTORY.write_text(json.dumps(inventory, indent=2))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def play(name: str, playbook: Path | str, *extra: str) -> dict[str, int]:
    """Run a playbook; return how many tasks changed something on each host."""
    command = [str(VENV / "bin" / "ansible-playbook"), "-i", str(INVENTORY), str(playbook), *extra]
    output = run(name, command)
    return {found["host"]: int(found["changed"]) for found in RECAP.finditer(output)}


def story() -> None:
    deploy = "vsphere_ops.client_plugin.deploy"
    say("Asking first: what would a deployment do? (check mode, nothing is changed)")
    tell(play("check", deploy, "--check", "--diff"))
    say("Deploying the example plug-in: manifest server, certificate, and a registration in every vCenter")
    expect(play("deploy", deploy, "--diff"), vcenters=1)
    say("Once more: what is right already is left alone")
    expect(play("again", deploy), vcenters=0, server=0)
    say("Raising the version to 1.1.0: the new release is published, and exactly the registrations change")
    new = ("-e", "manifest_server_version=1.1.0")
    expect(play("upgrade", deploy, "--diff", *new), vcenters=1)
    say("Renewing the certificate: every registration learns it at the same moment, then the server is switched to it")
    rotate = "vsphere_ops.client_plugin.rotate_certificate"
    expect(play("rotate", rotate, "--diff", *new), vcenters=1)
    print(f"  {json.loads((RESULTS / 'rotation').read_text())['msg']}")
    say("And every day after that: nothing to do until 30 days before its end")
    expect(play("daily", rotate, *new, "-e", "manifest_server_rotation_days_before_expiry=30"), vcenters=0, server=0)
    table()


def tell(changed: dict[str, int]) -> None:
    for host, count in changed.items():
        print(f"  {host:<12} changed={count}")


def expect(changed: dict[str, int], vcenters: int, server: int | None = None) -> None:
    tell(changed)
    wrong = [host for host, count in changed.items() if host != "plugins" and count != vcenters]
    if server is not None and changed.get("plugins") != server:
        wrong.append("plugins")
    if wrong or len(changed) != VCENTERS + 1:
        raise DemoError(
            f"that is not what should have changed on {', '.join(wrong) or 'the hosts'}; see .build/demo/logs"
        )


def table() -> None:
    say("What the vCenters hold now, and whether it fits what is really served")
    play("show", SOURCE / "examples" / "demo" / "show.yml")
    rows = [("vCenter", "release", "key", "version", "url", "thumbprint matches what is served")]
    fits = True
    for path in sorted(RESULTS.glob("*.json")):
        found = json.loads(path.read_text())
        for extension in found["extensions"]:
            same = extension["server_thumbprint"] == found["served"]
            fits = fits and same
            rows.append(
                (
                    path.stem,
                    found["vcenter"],
                    extension["key"],
                    extension["version"],
                    extension["url"],
                    "yes" if same else "NO",
                )
            )
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for index, row in enumerate(rows):
        print("  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
        if index == 0:
            print("  " + "  ".join("-" * width for width in widths))
    if not fits or len(rows) != VCENTERS + 1:
        raise DemoError("a record does not fit what is served; see .build/demo/logs")


if __name__ == "__main__":
    sys.exit(main())
