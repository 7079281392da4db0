# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""The only file that knows how ``vim.Extension`` is shaped: names, order and nesting of its fields, and ours in them.

``to_api`` writes a record as plain data in the API's own names, ``from_api`` reads it. What talks to a vCenter and what
reads or writes XML both go through here. Source: type metadata of the vSphere Web Services API, the same in all
versions up to 9.1; ``server[].serverCertificate`` came with 8.0.2.0.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from .._certificate.thumbprint import normalize_thumbprint
from .._errors import ThumbprintError
from .model import Client, Event, Extension, OptionError, Privilege, Resource, Server

TEXT = "text"
FLAG = "flag"
TIME = "time"
# A managed object: {type, value}, in XML <self type="VirtualMachine">vm-42</self>.
REFERENCE = "reference"

_DESCRIPTION = {"label": TEXT, "summary": TEXT}
_SERVER = {
    "url": TEXT,
    "description": _DESCRIPTION,
    "company": TEXT,
    "type": TEXT,
    "adminEmail": [TEXT],
    "serverThumbprint": TEXT,
    "serverCertificate": TEXT,
}
_CLIENT = {"version": TEXT, "description": _DESCRIPTION, "company": TEXT, "type": TEXT, "url": TEXT}

# In the order of the type, which is the order of the elements in a SOAP request.
SHAPE: dict[str, Any] = {
    "description": _DESCRIPTION,
    "key": TEXT,
    "company": TEXT,
    "type": TEXT,
    "version": TEXT,
    "subjectName": TEXT,
    "server": [_SERVER],
    "client": [_CLIENT],
    "taskList": [{"taskID": TEXT}],
    "eventList": [{"eventID": TEXT, "eventTypeSchema": TEXT}],
    "faultList": [{"faultID": TEXT}],
    "privilegeList": [{"privID": TEXT, "privGroupName": TEXT}],
    "resourceList": [{"locale": TEXT, "module": TEXT, "data": [{"key": TEXT, "value": TEXT}]}],
    "lastHeartbeatTime": TIME,
    "healthInfo": {"url": TEXT},
    "ovfConsumerInfo": {"callbackUrl": TEXT, "sectionType": [TEXT]},
    "extendedProductInfo": {"companyUrl": TEXT, "productUrl": TEXT, "managementUrl": TEXT, "self": REFERENCE},
    "managedEntityInfo": [{"type": TEXT, "smallIconUrl": TEXT, "iconUrl": TEXT, "description": TEXT}],
    "shownInSolutionManager": FLAG,
    "solutionManagerInfo": {"tab": [{"label": TEXT, "url": TEXT}], "smallIconUrl": TEXT},
}
# What an extendedProductInfo may point at: ManagedEntity and what extends it.
ENTITIES = (
    "ManagedEntity",
    "ClusterComputeResource",
    "ComputeResource",
    "Datacenter",
    "Datastore",
    "DistributedVirtualPortgroup",
    "DistributedVirtualSwitch",
    "Folder",
    "HostSystem",
    "Network",
    "OpaqueNetwork",
    "ResourcePool",
    "StoragePod",
    "VirtualApp",
    "VirtualMachine",
    "VmwareDistributedVirtualSwitch",
)
# Fields without an option of their own. ``client`` stands for the clients after the first.
OTHER = {
    name: SHAPE[name]
    for name in (
        "type",
        "subjectName",
        "client",
        "healthInfo",
        "ovfConsumerInfo",
        "extendedProductInfo",
        "managedEntityInfo",
        "solutionManagerInfo",
    )
}


def to_api(extension: Extension) -> dict[str, Any]:
    """A record in the API's names and order, without lastHeartbeatTime. What is not set is not there."""
    clients = [_client_to_api(extension.client)] if extension.client is not None else []
    values: dict[str, Any] = {
        **extension.other,
        "description": {"label": extension.label, "summary": extension.summary},
        "key": extension.key,
        "company": extension.company or None,
        "version": extension.version,
        "server": [_server_to_api(server) for server in extension.servers],
        "client": [*clients, *extension.other.get("client", ())],
        "taskList": [{"taskID": task} for task in extension.tasks],
        "eventList": [_set(eventID=event.id, eventTypeSchema=event.schema) for event in extension.events],
        "faultList": [{"faultID": fault} for fault in extension.faults],
        "privilegeList": [{"privID": item.id, "privGroupName": item.group} for item in extension.privileges],
        "resourceList": [_resource_to_api(resource) for resource in extension.resources],
        "shownInSolutionManager": extension.shown_in_solution_manager,
    }
    return {name: values[name] for name in SHAPE if values.get(name) not in (None, [])}


def from_api(data: Mapping[str, Any]) -> Extension:
    """The record that API-shaped data describes; texts that are missing are empty, what has no option is ``other``."""
    description = data.get("description") or {}
    clients = list(data.get("client") or ())
    other = {name: tidy(data[name]) for name in OTHER if name != "client" and data.get(name) not in (None, [], "")}
    if clients[1:]:
        other["client"] = tidy(clients[1:])
    shown = data.get("shownInSolutionManager")
    return Extension(
        key=_text(data, "key"),
        version=_text(data, "version"),
        label=_text(description, "label"),
        summary=_text(description, "summary"),
        company=_text(data, "company"),
        client=_client(clients[0]) if clients else None,
        servers=tuple(_server(item) for item in data.get("server") or ()),
        tasks=tuple(_text(item, "taskID") for item in data.get("taskList") or ()),
        events=tuple(
            Event(_text(item, "eventID"), item.get("eventTypeSchema") or None) for item in data.get("eventList") or ()
        ),
        faults=tuple(_text(item, "faultID") for item in data.get("faultList") or ()),
        privileges=tuple(
            Privilege(_text(item, "privID"), _text(item, "privGroupName")) for item in data.get("privilegeList") or ()
        ),
        resources=tuple(_resource(item) for item in data.get("resourceList") or ()),
        shown_in_solution_manager=None if shown is None else bool(shown),
        other=other,
    )


def tidy(value: Any) -> Any:
    """Plain data without what is empty inside of it: a vCenter gives back empty texts for those that were left out."""
    if isinstance(value, Mapping):
        kept = ((name, tidy(item)) for name, item in value.items())
        return {name: item for name, item in kept if item not in (None, "", {}, [])}
    return [tidy(item) for item in value if item not in (None, "")] if isinstance(value, list) else value


def check_other(value: Mapping[str, Any]) -> None:
    """Raise :class:`OptionError` unless ``value`` has the names and shapes of :data:`OTHER`; None removes a field."""
    for name, item in value.items():
        if name not in OTHER:
            raise OptionError("other", f"there is no field {name!r} to be set here; there are {', '.join(OTHER)}")
        if item is not None:
            _check(item, OTHER[name], f"other.{name}")


def _check(value: Any, shape: Any, where: str) -> None:
    if isinstance(shape, list):
        if not isinstance(value, list):
            raise OptionError(where, f"{value!r} is not a list; give one")
        for index, item in enumerate(value):
            _check(item, shape[0], f"{where}[{index}]")
    elif shape == REFERENCE:
        if not isinstance(value, Mapping) or set(value) != {"type", "value"} or value["type"] not in ENTITIES:
            raise OptionError(where, f"{value!r} is no managed object; give type, such as VirtualMachine, and value")
    elif isinstance(shape, Mapping):
        if not isinstance(value, Mapping):
            raise OptionError(where, f"{value!r} is not a dictionary; give one with {', '.join(shape)}")
        for name, item in value.items():
            if name not in shape:
                raise OptionError(where, f"there is no field {name!r}; there are {', '.join(shape)}")
            _check(item, shape[name], f"{where}.{name}")
    elif not isinstance(value, str):
        raise OptionError(where, f"{value!r} is not a text; put it in quotes")


def _client_to_api(client: Client) -> dict[str, Any]:
    return {
        "version": client.version,
        "description": {"label": client.label, "summary": client.summary},
        "company": client.company,
        "type": client.type,
        "url": client.url,
    }


def _server_to_api(server: Server) -> dict[str, Any]:
    return _set(
        url=server.url,
        description={"label": server.label, "summary": server.summary},
        company=server.company,
        type=server.type,
        adminEmail=list(server.admin_email),
        serverThumbprint=server.thumbprint,
        serverCertificate=server.certificate,
    )


def _resource_to_api(resource: Resource) -> dict[str, Any]:
    data = [{"key": name, "value": text} for name, text in resource.messages]
    return {"locale": resource.locale, "module": resource.module, "data": data}


def _set(**values: Any) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def _client(item: Mapping[str, Any]) -> Client:
    description = item.get("description") or {}
    return Client(
        url=_text(item, "url"),
        type=_text(item, "type"),
        version=_text(item, "version"),
        label=_text(description, "label"),
        summary=_text(description, "summary"),
        company=_text(item, "company"),
    )


def _server(item: Mapping[str, Any]) -> Server:
    description = item.get("description") or {}
    certificate = item.get("serverCertificate") or None
    return Server(
        url=_text(item, "url"),
        type=_text(item, "type"),
        label=_text(description, "label"),
        summary=_text(description, "summary"),
        company=_text(item, "company"),
        # The API wants one: an empty text stands for none.
        admin_email=tuple(filter(None, item.get("adminEmail") or ())),
        thumbprint=_canonical(item.get("serverThumbprint") or None),
        certificate=certificate and _strict_pem(certificate),
    )


def _resource(item: Mapping[str, Any]) -> Resource:
    pairs = ((_text(pair, "key"), _text(pair, "value")) for pair in item.get("data") or ())
    # Here as well, an empty one stands for none.
    return Resource(_text(item, "locale"), _text(item, "module"), tuple(pair for pair in pairs if any(pair)))


def _text(item: Mapping[str, Any], name: str) -> str:
    return item.get(name) or ""


def _canonical(thumbprint: str | None) -> str | None:
    try:
        return thumbprint and normalize_thumbprint(thumbprint)
    except ThumbprintError:
        # Somebody registered something else than a thumbprint: show it as it is.
        return thumbprint


def _strict_pem(text: str) -> str:
    """The first certificate of ``text`` in the lines of RFC 7468, or ``text`` itself where there is none."""
    body = re.search(r"-----BEGIN CERTIFICATE-----(.*?)-----END CERTIFICATE-----", text, re.DOTALL)
    if body is None:
        return text
    encoded = re.sub(r"\s", "", body.group(1))
    lines = [encoded[start : start + 64] for start in range(0, len(encoded), 64)]
    return "\n".join(["-----BEGIN CERTIFICATE-----", *lines, "-----END CERTIFICATE-----", ""])
