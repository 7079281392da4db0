# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""A host with a web server's key and certificate, for the tests of the installation."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._certificate import x509
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._server_certificate import install, install_plan
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._server_certificate.file_swap import (
    LocalFileSystem,
)
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._server_certificate.install_options import (
    parse_install_options,
)

OPTIONS = {
    "new_private_key_path": None,
    "new_certificate_path": None,
    "new_certificate": None,
    "hosts": [],
    "state": "present",
    "keep_previous": False,
    "test_command": [],
    "reload_command": ["true"],
    "confirm": None,
    "owner": None,
    "group": None,
    "mode": "0644",
    "private_key_mode": "0600",
}


def execute(command):
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stderr


@dataclass
class Host:
    """``folder`` holds server.key and server.pem; ``log`` has a thumbprint for each command: what the server read."""

    folder: Path
    now: object
    files: object = field(default_factory=LocalFileSystem)
    execute: object = execute
    set_attributes: object = lambda path, option: os.chmod(path, 0o600 if option == "private_key_mode" else 0o644)

    @property
    def log(self):
        return self.folder.parent / "log"

    def put(self, name, made, *chain):
        """Write a key and a certificate with its chain."""
        key, certificate = self.folder / f"server.key{name}", self.folder / f"server.pem{name}"
        key.write_bytes(made.key_pem())
        key.chmod(0o600)
        certificate.write_text("".join(one.pem for one in (made, *chain)))

    def params(self, **changed):
        paths = {"private_key_path": "server.key", "certificate_path": "server.pem"}
        options = {**OPTIONS, **paths, **changed}
        for name, value in options.items():
            if name.endswith("_path") and value:
                options[name] = str(self.folder / value)
        return options

    def waiting(self, **changed):
        """Options for the pair that ``put(".next", ...)`` writes."""
        return {"new_private_key_path": "server.key.next", "new_certificate_path": "server.pem.next", **changed}

    def run(self, *, check=False, **changed):
        """Do what the module does, in its order; return its result."""
        options = parse_install_options(self.params(**changed))
        current = install_plan.read_installation(options)
        plan = install_plan.plan_install(options, current, self.now)
        served = install.is_served(options, current, plan)
        reasons = install.list_reasons(options, plan, served=served)
        if not check:
            tools = install.HostTools(self.files, self.run_and_log, self.set_attributes)
            served = install.apply_install(options, current, plan, tools, served=served)
        return install_plan.describe_install(options, plan, reasons, served=served, now=self.now)

    def run_and_log(self, command):
        """Run a command, and log the certificate that the server reads then."""
        with self.log.open("a") as log:
            log.write(f"{self.leaf()}\n")
        return self.execute(command)

    def leaf(self):
        path = self.folder / "server.pem"
        return x509.load_certificate(path.read_bytes()).thumbprint() if path.exists() else "nothing"

    def logged(self):
        return self.log.read_text().split() if self.log.exists() else []

    def state(self):
        """Every file, with its content and mode."""
        return {path.name: (path.read_bytes(), oct(path.stat().st_mode)) for path in sorted(self.folder.iterdir())}
