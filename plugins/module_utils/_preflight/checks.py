# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""The only file that knows which looks at web servers a task asks for before anything is written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from .._extension.model import Extension
from . import certificates

Verify = Callable[[Extension], None]


@dataclass(frozen=True, slots=True)
class Looks:
    """At what: the certificates of the servers, the manifest or package, and the files that the manifest names."""

    servers: bool = False
    manifest: bool = False
    files: bool = False


def looks(options: Mapping[str, Any]) -> Looks:
    """What the options of a task ask for."""
    return Looks(options["verify_servers"], options["verify_manifest"], options["verify_files"])


def verification(wanted: Looks, timeout: float, share: Callable[[Any], Any] = lambda look: look) -> Verify | None:
    """All checks that are asked for as one, which raises ``ServedError``; None where there are none.

    ``share`` is put around each function that opens a connection, so that a fleet asks each server once.
    """
    checks: list[Verify] = []
    if wanted.servers:
        checks.append(partial(certificates.verify, look=share(certificates.fetch(timeout))))
    if wanted.manifest or wanted.files:
        # Behind it is jsonschema, which takes longer to import than a vCenter takes to answer.
        from . import manifest as _delivered  # noqa: PLC0415

        checks.append(partial(_delivered.verify, look=share(_delivered.verifier(timeout, files=wanted.files))))

    def verify(extension: Extension) -> None:
        for check in checks:
            check(extension)

    return verify if checks else None
