# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Take the options that a task omits from the documents that it names; what the task sets itself has priority."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .._archive import safe_xml
from .._errors import OptionError
from .._files.read import read_file
from . import package, xml_document

# Certificate and thumbprint are a pair: both come from the task or both from the document.
_PAIR = frozenset({"server_certificate", "server_certificate_path", "server_thumbprint"})
# A task that sets one of these asks for a server element, whether the document has one or not.
_SERVER = _PAIR | {"server_type", "admin_email", "server"}


def with_documents(params: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the options of a task, completed from the files that ``definition`` or ``package`` names.

    Raises :class:`OptionError`.
    """
    given = {name for name, value in params.items() if value is not None}
    if params.get("definition"):
        added = _read_definition(params["definition"])
        if given & _PAIR:
            added = {name: value for name, value in added.items() if name not in _PAIR}
        if added.get("server_type") == "" and given & _SERVER:
            del added["server_type"]
    elif params.get("package"):
        added = _read_package(params)
    else:
        return params
    return {**params, **{name: value for name, value in added.items() if name not in given}}


def _read_definition(path: str) -> dict[str, Any]:
    with OptionError.wrapping("definition", file=path):
        return xml_document.options_from_xml(read_file(path, limit=safe_xml.MAX_BYTES))


def _read_package(params: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options that a package gives.

    A client refuses a package whose id and version differ from the record (SDK guide on local plug-ins), so that a key
    or version of the task that differs raises :class:`OptionError`.
    """
    path = params["package"]
    with OptionError.wrapping("package", file=path):
        options = package.package_to_options(package.parse_package(read_file(path, limit=package.MAX_BYTES)))
    for name, part in (("key", "id"), ("version", "version")):
        if params.get(name) not in (None, options[name]) and params.get("state") != "absent":
            raise OptionError(
                f"must be the {part} of the package {path}, which is {options[name]!r}",
                option=name,
                value=params[name],
                remedy=f"omit O({name}), it is read from the package",
            )
    return options
