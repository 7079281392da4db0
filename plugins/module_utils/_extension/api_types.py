# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Convert records to and from plain data with the names, order and nesting of ``vim.Extension``.

Both the client of a vCenter and the XML document use this form. Source: type metadata of the vSphere Web Services API,
the same in all versions up to 9.1; ``server[].serverCertificate`` was added in 8.0.2.0.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from .._certificate.thumbprint import normalize_thumbprint
from .._errors import OptionError, ThumbprintError
from .._foreign_text import quoted
from .model import Client, Event, Extension, Privilege, Resource, Server

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
# The types that extendedProductInfo.self may have: ManagedEntity and its subtypes.
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
# Fields without an option of their own. ``client`` holds the clients after the first.
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
    """Return a record with the names and order of the API, without unset fields and lastHeartbeatTime."""
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
        "eventList": [_without_none(eventID=event.id, eventTypeSchema=event.schema) for event in extension.events],
        "faultList": [{"faultID": fault} for fault in extension.faults],
        "privilegeList": [{"privID": item.id, "privGroupName": item.group} for item in extension.privileges],
        "resourceList": [_resource_to_api(resource) for resource in extension.resources],
        "shownInSolutionManager": extension.shown_in_solution_manager,
    }
    return {name: values[name] for name in SHAPE if values.get(name) not in (None, [])}


def from_api(data: Mapping[str, Any]) -> Extension:
    """Return the record of API data. Missing texts become empty, fields without an option go into ``other``."""
    description = data.get("description") or {}
    clients = list(data.get("client") or ())
    other = {
        name: remove_empty(data[name]) for name in OTHER if name != "client" and data.get(name) not in (None, [], "")
    }
    if clients[1:]:
        other["client"] = remove_empty(clients[1:])
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


def remove_empty(value: Any) -> Any:
    """Return plain data without empty values inside: a vCenter returns empty texts for fields that were not set."""
    if isinstance(value, Mapping):
        kept = ((name, remove_empty(item)) for name, item in value.items())
        return {name: item for name, item in kept if item not in (None, "", {}, [])}
    return [remove_empty(item) for item in value if item not in (None, "")] if isinstance(value, list) else value


def check_other(value: Mapping[str, Any]) -> None:
    """Check that ``value`` has the names and shapes of :data:`OTHER`; None removes a field.

    Raises :class:`OptionError`.
    """
    for name, item in value.items():
        if name not in OTHER:
            raise _unknown_field("other", name, OTHER)
        if item is not None:
            _check_shape(item, OTHER[name], f"other.{name}")


def _check_shape(value: Any, shape: Any, option: str) -> None:
    if isinstance(shape, list):
        if not isinstance(value, list):
            raise OptionError("must be a list", option=option, value=value)
        for index, item in enumerate(value):
            _check_shape(item, shape[0], f"{option}[{index}]")
    elif shape == REFERENCE:
        if not isinstance(value, Mapping) or set(value) != {"type", "value"} or value["type"] not in ENTITIES:
            raise OptionError(
                "must be a reference to a managed object",
                option=option,
                value=value,
                remedy="give type, such as VirtualMachine, and value, such as vm-42",
            )
    elif isinstance(shape, Mapping):
        if not isinstance(value, Mapping):
            raise OptionError(f"must be a dictionary with {', '.join(shape)}", option=option, value=value)
        for name, item in value.items():
            if name not in shape:
                raise _unknown_field(option, name, shape)
            _check_shape(item, shape[name], f"{option}.{name}")
    elif not isinstance(value, str):
        raise OptionError("must be a text", option=option, value=value, remedy="write it in quotes")


def _unknown_field(option: str, name: str, shape: Mapping[str, Any]) -> OptionError:
    return OptionError(
        f"has no field {quoted(name)}", option=option, remedy=f"use the names of the API: {', '.join(shape)}"
    )


def _client_to_api(client: Client) -> dict[str, Any]:
    return {
        "version": client.version,
        "description": {"label": client.label, "summary": client.summary},
        "company": client.company,
        "type": client.type,
        "url": client.url,
    }


def _server_to_api(server: Server) -> dict[str, Any]:
    return _without_none(
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


def _without_none(**values: Any) -> dict[str, Any]:
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
        # The API requires one, so that some tools register an empty text.
        admin_email=tuple(filter(None, item.get("adminEmail") or ())),
        thumbprint=_normalize_if_possible(item.get("serverThumbprint") or None),
        certificate=certificate and _strict_pem(certificate),
    )


def _resource(item: Mapping[str, Any]) -> Resource:
    pairs = ((_text(pair, "key"), _text(pair, "value")) for pair in item.get("data") or ())
    # The API requires one here as well, so that some tools register an empty pair.
    return Resource(_text(item, "locale"), _text(item, "module"), tuple(pair for pair in pairs if any(pair)))


def _text(item: Mapping[str, Any], name: str) -> str:
    return item.get(name) or ""


def _normalize_if_possible(thumbprint: str | None) -> str | None:
    try:
        return thumbprint and normalize_thumbprint(thumbprint)
    except ThumbprintError:
        # Other tools can register any text as thumbprint: it is returned as it is.
        return thumbprint


def _strict_pem(text: str) -> str:
    """Return the first certificate of ``text`` in lines as in RFC 7468, or ``text`` itself where there is none."""
    body = re.search(r"-----BEGIN CERTIFICATE-----(.*?)-----END CERTIFICATE-----", text, re.DOTALL)
    if body is None:
        return text
    encoded = re.sub(r"\s", "", body.group(1))
    lines = [encoded[start : start + 64] for start in range(0, len(encoded), 64)]
    return "\n".join(["-----BEGIN CERTIFICATE-----", *lines, "-----END CERTIFICATE-----", ""])
