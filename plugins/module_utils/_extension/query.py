# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Query the extension records of a vCenter: select them and describe their servers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any, Protocol

from .._url import is_https
from .certificate_pair import find_contradictions
from .model import Extension
from .to_options import to_options


class ExtensionSource(Protocol):
    """The extension records of one vCenter. Every method may raise :class:`VCenterError`."""

    @property
    def about(self) -> Mapping[str, str]:
        """The vCenter: hostname, version, build, api_version, instance_uuid."""

    def find_extensions(self, keys: list[str] | None) -> list[Extension]:
        """Return the records of ``keys`` that exist, or all records."""


@dataclass(frozen=True, slots=True)
class Selection:
    """Criteria for records. A record must meet every criterion that is set; of the values of one, any is enough."""

    keys: tuple[str, ...] | None = None
    patterns: tuple[str, ...] | None = None
    companies: tuple[str, ...] | None = None
    client_types: tuple[str, ...] | None = None

    def matches(self, extension: Extension) -> bool:
        """Return whether a record meets the criteria other than ``keys``."""
        company = extension.company.lower()
        return (
            (self.patterns is None or any(fnmatchcase(extension.key, pattern) for pattern in self.patterns))
            and (self.companies is None or company in {name.lower() for name in self.companies})
            and (self.client_types is None or extension.client_type in self.client_types)
        )


@dataclass(frozen=True, slots=True)
class QueryResult:
    """The records of one vCenter in the form of a module's result."""

    extensions: tuple[dict[str, Any], ...]
    servers: tuple[dict[str, Any], ...]
    missing: tuple[str, ...]
    vcenter: dict[str, str]


def selection_from_options(params: Mapping[str, Any]) -> Selection:
    """Return the criteria that the options of a task set."""
    criteria = {name: params.get(name) for name in ("keys", "patterns", "companies", "client_types")}
    return Selection(**{name: None if values is None else tuple(values) for name, values in criteria.items()})


def query_extensions(source: ExtensionSource, selection: Selection) -> QueryResult:
    """Return the selected records, with one call for each key or one for all records.

    Raises the errors of ``source``.
    """
    records = source.find_extensions(None if selection.keys is None else list(selection.keys))
    selected = [record for record in records if selection.matches(record)]
    registered = {record.key for record in records}
    return QueryResult(
        extensions=tuple(to_options(record) for record in selected),
        servers=tuple(server for record in selected for server in _describe_servers(record)),
        missing=tuple(key for key in selection.keys or () if key not in registered),
        vcenter=dict(source.about),
    )


def _describe_servers(extension: Extension) -> list[dict[str, Any]]:
    """Return the https servers of a record, each with its contradictions."""
    described = []
    for server in extension.servers:
        if is_https(server.url):
            problems = find_contradictions(server)
            described.append(
                {
                    "key": extension.key,
                    "url": server.url,
                    "type": server.type,
                    "thumbprint": server.thumbprint,
                    "consistent": not problems,
                    "problems": list(problems),
                }
            )
    return described
