# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""The only file that knows ``vim.Extension`` as an XML document, the text that is pasted into a Managed Object Browser.

Documents found in the wild have their elements in many an order, white space around values, and no lastHeartbeatTime;
all of that is read. What is written has the order of the API, because a SOAP client wants it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from xml.etree import ElementTree

from .._archive import safe_xml
from .._errors import XmlError
from .api_types import FLAG, REFERENCE, SHAPE, TIME, from_api, to_api
from .model import Extension
from .to_options import to_options

_FLAGS = {"true": True, "1": True, "false": False, "0": False}
# The options that each element of a document stands for.
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


def extension_from_xml(document: bytes) -> Extension:
    """Read a document. Raises :class:`XmlError`."""
    return from_api(_read(document))


def options_from_xml(document: bytes) -> dict[str, Any]:
    """The options that a document stands for; those of elements that it does not have are not there.

    Its clients and servers are all there shall be: with a client and without a server, there is no server.
    Raises :class:`XmlError`.
    """
    data = _read(document)
    written = to_options(from_api(data))
    names = [name for element, group in _OPTIONS.items() if element in data for name in group]
    names += [name for name in ("label", "summary") if name in data.get("description", {})]
    found = {name: written[name] for name in names if written[name] is not None}
    if "client" in data and "server" not in data:
        found |= {"server_type": "", "plugin_servers": []}
    if written["other"]:
        found["other"] = written["other"]
    return found


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


def _read(document: bytes) -> dict[str, Any]:
    try:
        root = safe_xml.parse_xml(document)
    except XmlError as error:
        raise XmlError(f"holds no XML that can be read: {error}") from error
    if root.tag.lower() != "extension" and root.get("type") != "Extension":
        raise XmlError(f"begins with <{root.tag}>; the document of an extension record begins with <extension>")
    return _fields(root, SHAPE, "extension")


def _fields(element: ElementTree.Element, shape: Mapping[str, Any], where: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for child in element:
        here = f"{where}.{child.tag}"
        if child.tag not in shape:
            raise XmlError(f"has an element {here}, which the API does not know; correct it or take it out")
        part = shape[child.tag]
        if isinstance(part, list):
            found.setdefault(child.tag, []).append(_value(child, part[0], here))
        elif child.tag in found:
            raise XmlError(f"has the element {here} twice; take one out")
        elif part != TIME:
            found[child.tag] = _value(child, part, here)
    return found


def _value(element: ElementTree.Element, shape: Any, where: str) -> Any:
    if isinstance(shape, Mapping):
        return _fields(element, shape, where)
    if len(element):
        raise XmlError(f"has elements inside of {where}, where a value is expected; take them out")
    # Around a value white space is layout. A message may begin or end with some.
    text = element.text or ""
    text = text if where.endswith(".data.value") else text.strip()
    if shape == FLAG:
        if text.lower() not in _FLAGS:
            raise XmlError(f"has {text!r} as {where}; write true or false")
        return _FLAGS[text.lower()]
    if shape == REFERENCE:
        return {"type": element.get("type") or "ManagedEntity", "value": text}
    return text
