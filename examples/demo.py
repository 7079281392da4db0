#!/usr/bin/env python3
# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Demonstrate the collection on this machine with simulated vCenters.

Requires Python 3.10 or newer with pip. All files are created below .build/demo, and all processes end with the demo.
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
    """The demo cannot continue; the text is for its user."""


def main() -> int:
    """Run the demo."""
    started = time.monotonic()
    try:
        prepare()
        with simulator() as vcenters:
            write_inventory(vcenters)
            try:
                run_steps()
            finally:
                play("stop", SOURCE / "examples" / "demo" / "stop.yml")
    except DemoError as error:
        print(f"\nThe demo stopped: {error}")
        return 1
    except KeyboardInterrupt:
        print("\nStopped. All processes of the demo have ended.")
        return 130
    print_step(f"Done: all processes are stopped. The demo took {time.monotonic() - started:.0f} s.")
    print("  The output of each step is in .build/demo/logs. See the README to continue with your own vCenters.")
    return 0


def print_step(text: str) -> None:
    """Print the title of a step."""
    print(f"\n=== {text}", flush=True)


def prepare() -> None:
    """Install the virtual environment and the collection, like a user."""
    for folder in ("logs", "results"):
        shutil.rmtree(WORK / folder, ignore_errors=True)
        (WORK / folder).mkdir(parents=True)
    marker = VENV / "complete"
    if not marker.exists():
        print_step("Creating a virtual environment with ansible-core and the libraries of the collection (once)")
        shutil.rmtree(VENV, ignore_errors=True)
        run("venv", [sys.executable, "-m", "venv", str(VENV)])
        run("pip", [str(VENV / "bin" / "pip"), "install", "--quiet", "--disable-pip-version-check", *PACKAGES])
        marker.touch()
    print_step("Building and installing the collection")
    shutil.rmtree(COLLECTIONS, ignore_errors=True)
    galaxy = str(VENV / "bin" / "ansible-galaxy")
    run("build", [galaxy, "collection", "build", "--force", "--output-path", str(WORK), str(SOURCE)])
    archive = max(WORK.glob("vsphere_ops-client_plugin-*.tar.gz"), key=lambda path: path.stat().st_mtime)
    run("install", [galaxy, "collection", "install", "--offline", "--force", "-p", str(COLLECTIONS), str(archive)])


def run(name: str, command: list[str]) -> str:
    """Run a command, write its output to a log file, and return the output."""
    log = WORK / "logs" / f"{len(list((WORK / 'logs').iterdir())):02d}-{name}.log"
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("ANSIBLE_", "VMWARE_"))}
    environment |= {
        "ANSIBLE_COLLECTIONS_PATH": str(COLLECTIONS),
        "ANSIBLE_HOME": str(WORK / "ansible"),
        "ANSIBLE_NOCOLOR": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    result = subprocess.run(
        command, cwd=WORK, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    log.write_text(result.stdout, encoding="utf-8")
    if result.returncode:
        print("\n".join(result.stdout.splitlines()[-30:]))
        raise DemoError(f"{' '.join(command[:3])} ... failed; see its output in {log}")
    return result.stdout


@contextmanager
def simulator() -> Iterator[list[dict[str, str]]]:
    """Run five simulated vCenters of different versions in one process, and provide their endpoints."""
    print_step(f"Starting {VCENTERS} simulated vCenters, versions {', '.join(API_VERSIONS)}")
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
    """Write the inventory of the demo, readable for the owner only because of the passwords."""
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
    """Return a free TCP port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def play(name: str, playbook: Path | str, *extra: str) -> dict[str, int]:
    """Run a playbook and return the number of changed tasks of each host."""
    command = [str(VENV / "bin" / "ansible-playbook"), "-i", str(INVENTORY), str(playbook), *extra]
    output = run(name, command)
    return {recap["host"]: int(recap["changed"]) for recap in RECAP.finditer(output)}


def run_steps() -> None:
    """Run the steps of the demo and check the changes of each one."""
    deploy = "vsphere_ops.client_plugin.deploy"
    print_step("Checking what a deployment would change (check mode, nothing is changed)")
    print_changes(play("check", deploy, "--check", "--diff"))
    print_step("Deploying the example plug-in: manifest server, certificate, and a registration in every vCenter")
    check_changes(play("deploy", deploy, "--diff"), vcenters=1)
    print_step("Deploying again: nothing changes")
    check_changes(play("again", deploy), vcenters=0, server=0)
    print_step("Raising the version to 1.1.0: the new release is published, and only the registrations change")
    new = ("-e", "manifest_server_version=1.1.0")
    check_changes(play("upgrade", deploy, "--diff", *new), vcenters=1)
    print_step("Renewing the certificate: it is registered in all vCenters at once, then the server is switched to it")
    rotate = "vsphere_ops.client_plugin.rotate_certificate"
    check_changes(play("rotate", rotate, "--diff", *new), vcenters=1)
    print(f"  {json.loads((RESULTS / 'rotation').read_text())['msg']}")
    print_step("Running the daily renewal: nothing changes until 30 days before the certificate expires")
    daily = play("daily", rotate, *new, "-e", "manifest_server_rotation_days_before_expiry=30")
    check_changes(daily, vcenters=0, server=0)
    print_records()


def print_changes(changed: dict[str, int]) -> None:
    """Print the number of changed tasks of each host."""
    for host, count in changed.items():
        print(f"  {host:<12} changed={count}")


def check_changes(changed: dict[str, int], vcenters: int, server: int | None = None) -> None:
    """Print the numbers of changed tasks and compare them with the expected ones."""
    print_changes(changed)
    unexpected = [host for host, count in changed.items() if host != "plugins" and count != vcenters]
    if server is not None and changed.get("plugins") != server:
        unexpected.append("plugins")
    if unexpected or len(changed) != VCENTERS + 1:
        raise DemoError(f"unexpected number of changes on {', '.join(unexpected) or 'the hosts'}; see .build/demo/logs")


def print_records() -> None:
    """Print the record of each vCenter, and check that its thumbprint matches the served certificate."""
    print_step("Reading the records and comparing their thumbprints with the served certificate")
    play("show", SOURCE / "examples" / "demo" / "show.yml")
    rows = [("vCenter", "release", "key", "version", "url", "thumbprint matches the served one")]
    all_match = True
    for path in sorted(RESULTS.glob("*.json")):
        result = json.loads(path.read_text())
        for extension in result["extensions"]:
            matches = extension["server_thumbprint"] == result["served"]
            all_match = all_match and matches
            rows.append(
                (
                    path.stem,
                    result["vcenter"],
                    extension["key"],
                    extension["version"],
                    extension["url"],
                    "yes" if matches else "NO",
                )
            )
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for index, row in enumerate(rows):
        print("  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
        if index == 0:
            print("  " + "  ".join("-" * width for width in widths))
    if not all_match or len(rows) != VCENTERS + 1:
        raise DemoError("a record does not match the served certificate; see .build/demo/logs")


if __name__ == "__main__":
    sys.exit(main())
