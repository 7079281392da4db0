# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""A host with a web server's key and certificate, for the tests of what puts them into place."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._certificate import x509
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._server_certificate import install, install_plan
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._server_certificate.file_swap import (
    Disk,
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
    """``folder`` holds server.key and server.pem; what the server was told to read stands in ``log``."""

    folder: Path
    now: object
    files: object = field(default_factory=Disk)
    execute: object = execute
    dress: object = lambda path, option: os.chmod(path, 0o600 if option == "private_key_mode" else 0o644)

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
        """What the module does, in its order; its result."""
        want = install_plan.wanted(self.params(**changed))
        found = install_plan.find(want)
        decided = install_plan.plan(want, found, self.now)
        shown = install.served(want, found, decided)
        reasons = install.reasons(want, decided, shown=shown)
        if not check:
            tools = install.Tools(self.files, self.tell, self.dress)
            shown = install.carry_out(want, found, decided, tools, shown=shown)
        return install_plan.result(want, decided, reasons, served=shown, now=self.now)

    def tell(self, command):
        """Run a command; what the server reads then is written down."""
        with self.log.open("a") as log:
            log.write(f"{self.leaf()}\n")
        return self.execute(command)

    def leaf(self):
        path = self.folder / "server.pem"
        return x509.load_certificate(path.read_bytes()).thumbprint() if path.exists() else "nothing"

    def told(self):
        return self.log.read_text().split() if self.log.exists() else []

    def state(self):
        """Every file, with its content and mode."""
        return {path.name: (path.read_bytes(), oct(path.stat().st_mode)) for path in sorted(self.folder.iterdir())}
