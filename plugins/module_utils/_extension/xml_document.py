# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Convert extension records from and to ``vim.Extension`` as XML, the text for a Managed Object Browser.

Documents in use have their elements in any order, white space around values, and no lastHeartbeatTime; all of that is
accepted. Elements are written in the order of the API, which a SOAP client requires.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from xml.etree import ElementTree

from .._archive.safe_xml import parse_xml
from .._errors import XmlError
from .._foreign_text import one_line
from .api_types import FLAG, REFERENCE, SHAPE, TIME, from_api, to_api
from .model import Extension
from .to_options import to_options

_FLAGS = {"true": True, "1": True, "false": False, "0": False}
# The options that each element of a document gives.
_OPTIONS = {
    "key": ("key",),
    "version": ("version",),
    "company": ("company",),
    "client": ("url", "client_type", "client"),
    "server": ("server_type", "admin_email", "server_certificate", "server_thumbprint", "plugin_servers", "server"),
    "taskList": ("tasks",),
    "eventList": ("events",),
    "faultList": ("faults",),
    "privilegeList": ("privileges",),
    "resourceList": ("resources",),
    "shownInSolutionManager": ("shown_in_solution_manager",),
}


def extension_to_xml(extension: Extension, heartbeat: str) -> str:
    """Write a record; ``heartbeat`` is its lastHeartbeatTime, which the type requires, in ISO 8601."""
    data = to_api(extension) | {"lastHeartbeatTime": heartbeat}
    root = ElementTree.Element("extension")
    _append(root, {name: data[name] for name in SHAPE if name in data})
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode") + "\n"


def options_from_xml(document: bytes) -> dict[str, Any]:
    """Return the options that a document gives, without those of elements that it does not have.

    Its clients and servers are complete: a document with a client and without a server gives a record without one.
    Raises :class:`XmlError`.
    """
    data = parse_document(document)
    values = to_options(from_api(data))
    names = [name for element, group in _OPTIONS.items() if element in data for name in group]
    names += [name for name in ("label", "summary") if name in data.get("description", {})]
    options = {name: values[name] for name in names if values[name] is not None}
    if "client" in data and "server" not in data:
        options |= {"server_type": "", "plugin_servers": []}
    if values["other"]:
        options["other"] = values["other"]
    return options


def _append(parent: ElementTree.Element, data: Mapping[str, Any]) -> None:
    for name, value in data.items():
        for item in value if isinstance(value, list) else [value]:
            element = ElementTree.SubElement(parent, name)
            if not isinstance(item, Mapping):
                element.text = str(item).lower() if isinstance(item, bool) else item
            elif set(item) == {"type", "value"} and name == "self":
                element.set("type", item["type"])
                element.text = item["value"]
            else:
                _append(element, item)


def parse_document(document: bytes) -> dict[str, Any]:
    """Return a document as data with the names and nesting of the API. Raises :class:`XmlError`."""
    root = parse_xml(document)
    if root.tag.lower() != "extension" and root.get("type") != "Extension":
        reason = f"begins with <{one_line(root.tag)}>, not with <extension>"
        raise XmlError(reason, remedy="give the document of an extension record")
    return _parse_fields(root, SHAPE, "extension")


def _parse_fields(element: ElementTree.Element, shape: Mapping[str, Any], where: str) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for child in element:
        path = f"{where}.{one_line(child.tag)}"
        if child.tag not in shape:
            raise XmlError(f"has an element {path}, which the API does not have", remedy="correct or remove it")
        part = shape[child.tag]
        if isinstance(part, list):
            fields.setdefault(child.tag, []).append(_parse_value(child, part[0], path))
        elif child.tag in fields:
            raise XmlError(f"has the element {path} twice", remedy="remove one of the two")
        elif part != TIME:
            fields[child.tag] = _parse_value(child, part, path)
    return fields


def _parse_value(element: ElementTree.Element, shape: Any, where: str) -> Any:
    if isinstance(shape, Mapping):
        return _parse_fields(element, shape, where)
    if len(element):
        raise XmlError(f"has elements inside of {where}, which must be a value", remedy="remove them")
    # White space around a value is layout, but a message may begin or end with some.
    text = element.text or ""
    text = text if where.endswith(".data.value") else text.strip()
    if shape == FLAG:
        if text.lower() not in _FLAGS:
            raise XmlError(f"has a value in {where} that must be true or false", value=text)
        return _FLAGS[text.lower()]
    if shape == REFERENCE:
        return {"type": element.get("type") or "ManagedEntity", "value": text}
    return text
