# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Combine the checks of web servers that a task asks for before anything is written to a vCenter."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from .._extension.model import Extension
from . import certificates

# Checks the record that would be registered; raises PreflightError.
Preflight = Callable[[Extension], None]


@dataclass(frozen=True, slots=True)
class PreflightChecks:
    """Which checks a task asks for.

    ``servers`` compares the certificates of the web servers, ``manifest`` downloads the manifest or package, and
    ``files`` requests the files that the manifest names as well.
    """

    servers: bool = False
    manifest: bool = False
    files: bool = False


def checks_of_options(options: Mapping[str, Any]) -> PreflightChecks:
    """Return the checks that the options of a task ask for."""
    return PreflightChecks(options["verify_servers"], options["verify_manifest"], options["verify_files"])


def build_preflight(
    checks: PreflightChecks, timeout: float, share: Callable[[Any], Any] = lambda request: request
) -> Preflight | None:
    """Return one function that runs all ``checks``, or None where there are none.

    ``timeout`` is in seconds, for each connection. ``share`` wraps each function that opens a connection, so that a
    fleet requests each server once. The function raises :class:`PreflightError`.
    """
    steps: list[Preflight] = []
    if checks.servers:
        fetch = share(certificates.build_certificate_fetcher(timeout))
        steps.append(partial(certificates.check_served_certificates, fetch=fetch))
    if checks.manifest or checks.files:
        # Imported here: jsonschema takes longer to import than a vCenter takes to answer.
        from . import manifest  # noqa: PLC0415

        check_delivery = share(manifest.build_delivery_check(timeout, files=checks.files))
        steps.append(partial(manifest.check_client_url, check_delivery=check_delivery))

    def preflight(extension: Extension) -> None:
        for step in steps:
            step(extension)

    return preflight if steps else None
