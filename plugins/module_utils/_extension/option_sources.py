# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""The only file that knows how a document and the options of a task come together: what the task says itself wins."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .._errors import PackageError, XmlError
from . import package, xml_document
from .model import OptionError

# Certificate and thumbprint belong together: they come from the task or from the document, never from both.
_PAIR = frozenset({"server_certificate", "server_certificate_path", "server_thumbprint"})
# A task that says any of this wants a server, whatever the document has.
_SERVER = _PAIR | {"server_type", "admin_email", "server"}


def with_documents(params: Mapping[str, Any]) -> Mapping[str, Any]:
    """The options of a task, with those that it leaves out taken from ``definition`` or ``package``.

    Both are paths. Raises :class:`OptionError`.
    """
    said = {name for name, value in params.items() if value is not None}
    if params.get("definition"):
        found = _definition_options(params["definition"])
        if said & _PAIR:
            found = {name: value for name, value in found.items() if name not in _PAIR}
        if found.get("server_type") == "" and said & _SERVER:
            del found["server_type"]
    elif params.get("package"):
        found = _package_options(params)
    else:
        return params
    return {**params, **{name: value for name, value in found.items() if name not in said}}


def _definition_options(path: str) -> dict[str, Any]:
    try:
        return xml_document.options_from_xml(Path(path).read_bytes())
    except OSError as error:
        raise OptionError(
            "definition", f"{path} cannot be read ({error.strerror}); give the path of an XML document"
        ) from error
    except XmlError as error:
        raise OptionError("definition", f"{path} {error}") from error


def _package_options(params: Mapping[str, Any]) -> dict[str, Any]:
    """A client refuses a package whose id and version are not those of the record (SDK guide on local plug-ins)."""
    path = params["package"]
    try:
        found = package.package_to_options(package.load_package(path))
    except PackageError as error:
        raise OptionError("package", str(error)) from error
    for name, part in (("key", "id"), ("version", "version")):
        if params.get(name) not in (None, found[name]) and params.get("state") != "absent":
            raise OptionError(
                name,
                f"{params[name]!r} is not the {part} of the package {path}, which is {found[name]!r}; "
                f"leave {name} out, it is read from the package",
            )
    return found
