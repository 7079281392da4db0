# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Records, certificates and a short way to plan, for the tests of plans."""

from __future__ import annotations

import base64
from dataclasses import replace
from datetime import datetime, timedelta, timezone

from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._certificate.thumbprint import (
    compute_thumbprint,
)
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._extension.desired import (
    Desired,
    OfferedCertificate,
)
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._extension.model import (
    REMOTE,
    Client,
    Extension,
    Server,
)
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._extension.plan import plan

NOW = datetime(2030, 1, 1, tzinfo=timezone.utc)
KEY = "com.example.notes"
URL = "https://plugins.example.com/notes/plugin.json"
OLD = ":".join(["AA"] * 32)
NEW = ":".join(["BB"] * 32)


def offered(name: str = "new", days: int = 90, sans: tuple[str, ...] = ("DNS:*.example.com",)) -> OfferedCertificate:
    """Return a certificate whose PEM is not X.509, with the thumbprints of its bytes."""
    der = name.encode()
    pem = f"-----BEGIN CERTIFICATE-----\n{base64.b64encode(der).decode()}\n-----END CERTIFICATE-----\n"
    return OfferedCertificate(
        pem, compute_thumbprint(der, "sha256"), compute_thumbprint(der, "sha1"), NOW + timedelta(days=days), sans
    )


def registered(**changes) -> Extension:
    record = Extension(
        key=KEY,
        version="1.0.0",
        label="Notes",
        summary="Old",
        company="Example",
        client=Client(URL, REMOTE, "1.0.0", "Notes", "Old", "Example"),
        servers=(Server(URL, "MANIFEST_SERVER", "Notes", "Old", "Example", ("a@example.com",), OLD),),
    )
    return replace(record, **changes)


def make(current: Extension | None, **desired):
    can = {name: desired.pop(name, True) for name in ("holds", "packages")}
    return plan(Desired(key=KEY, **desired), current, now=NOW, certificates=can["holds"], packages=can["packages"])
