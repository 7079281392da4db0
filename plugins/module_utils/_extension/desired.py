# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Define what a task asks for: the record that it describes and the certificates that it gives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from .._errors import OptionError
from .model import Event, Privilege, Resource, Server


@dataclass(frozen=True, slots=True)
class OfferedCertificate:
    """A certificate that a task gives: strict PEM, its thumbprints, the end of its validity (UTC, aware) and its names.

    ``sans`` is in the notation of :attr:`_certificate.x509.Certificate.sans`. The thumbprints are empty for a text that
    is not a certificate and can only be kept where it is registered.
    """

    pem: str
    sha256: str
    sha1: str
    not_after: datetime
    sans: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Desired:
    """What a task asks for. ``None`` keeps what is registered, an empty value empties it.

    ``client`` and ``server`` hold values that differ from those of the extension itself (label, summary and company;
    version of the client, url of the server): records that other tools made have such differences. ``server_type`` ""
    means that there is no server element. ``certificates`` are those that ``plugin_servers`` give. ``other`` replaces
    the fields that it names, and removes those whose value is None.

    ``deferred_errors`` are errors about values that must never be written, but may be registered already: what was
    read from a vCenter can be given back unchanged. :func:`plan` raises the first of them, the same object, where
    something would be written.
    """

    key: str
    present: bool = True
    version: str | None = None
    label: str | None = None
    summary: str | None = None
    company: str | None = None
    url: str | None = None
    client_type: str | None = None
    server_type: str | None = None
    admin_email: tuple[str, ...] | None = None
    thumbprint: str | None = None
    certificate: OfferedCertificate | None = None
    drop_certificate: bool = False
    plugin_servers: tuple[Server, ...] | None = None
    certificates: tuple[OfferedCertificate, ...] = ()
    tasks: tuple[str, ...] | None = None
    events: tuple[Event, ...] | None = None
    faults: tuple[str, ...] | None = None
    privileges: tuple[Privilege, ...] | None = None
    resources: tuple[Resource, ...] | None = None
    shown_in_solution_manager: bool | None = None
    client: Mapping[str, str] = field(default_factory=dict)
    server: Mapping[str, str] = field(default_factory=dict)
    other: Mapping[str, Any] = field(default_factory=dict)
    allow_downgrade: bool = False
    refuse_takeover: bool = False
    deferred_errors: tuple[OptionError, ...] = ()
