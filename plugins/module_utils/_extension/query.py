# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""The only file that knows which records are asked for, and what is told of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any, Protocol

from . import certificate_pair
from .model import Extension
from .to_options import to_options


class ExtensionSource(Protocol):
    """The extension records of one vCenter. Every method may raise the source's own error."""

    @property
    def about(self) -> Mapping[str, str]:
        """hostname, version, build, api_version, instance_uuid."""

    def find_extensions(self, keys: list[str] | None) -> list[Extension]:
        """The records of ``keys`` that are there, or all of them."""


@dataclass(frozen=True, slots=True)
class Selection:
    """Which records: those that fit every criterion that is given; of each, one value must fit."""

    keys: tuple[str, ...] | None = None
    patterns: tuple[str, ...] | None = None
    companies: tuple[str, ...] | None = None
    client_types: tuple[str, ...] | None = None

    def matches(self, extension: Extension) -> bool:
        company, client_type = extension.company.lower(), extension.client.type if extension.client else ""
        return (
            (self.patterns is None or any(fnmatchcase(extension.key, pattern) for pattern in self.patterns))
            and (self.companies is None or company in {name.lower() for name in self.companies})
            and (self.client_types is None or client_type in self.client_types)
        )


@dataclass(frozen=True, slots=True)
class QueryResult:
    """What was read from one vCenter, ready to be returned."""

    extensions: tuple[dict[str, Any], ...]
    servers: tuple[dict[str, Any], ...]
    missing: tuple[str, ...]
    vcenter: dict[str, str]


def selection_from_options(params: Mapping[str, Any]) -> Selection:
    """Read the options of a task that reads."""
    given = {name: params.get(name) for name in ("keys", "patterns", "companies", "client_types")}
    return Selection(**{name: None if value is None else tuple(value) for name, value in given.items()})


def query_extensions(source: ExtensionSource, wanted: Selection) -> QueryResult:
    """One call for each key, or one for all records. Raises the errors of ``source``."""
    there = source.find_extensions(None if wanted.keys is None else list(wanted.keys))
    found = [record for record in there if wanted.matches(record)]
    known = {record.key for record in there}
    return QueryResult(
        extensions=tuple(to_options(record) for record in found),
        servers=tuple(server for record in found for server in _servers(record)),
        missing=tuple(key for key in wanted.keys or () if key not in known),
        vcenter=dict(source.about),
    )


def _servers(extension: Extension) -> list[dict[str, Any]]:
    """The https servers of a record, and whether what is registered for each can be true."""
    found = []
    for server in extension.servers:
        if server.url.lower().startswith("https:"):
            wrong = certificate_pair.find_contradictions(server)
            told = {"key": extension.key, "url": server.url, "type": server.type, "thumbprint": server.thumbprint}
            found.append({**told, "consistent": not wrong, "problems": list(wrong)})
    return found
