# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Parse SOAP requests, and serialize results and faults, with the types of pyVmomi's metadata."""

from __future__ import annotations

import copy
import re
from dataclasses import dataclass, field
from typing import Any
from xml.parsers.expat import ExpatError, ParserCreate

from pyVmomi import SoapAdapter, VmomiSupport, vmodl
from pyVmomi.Version import IsChildVersion

NAMESPACE = "urn:vim25"
_SEPARATOR = SoapAdapter.NS_SEP
_PREFIXES = {**SoapAdapter.SOAP_NSMAP, NAMESPACE: ""}
# Envelope, Body, the method.
_DEPTH_OF_METHOD = 3


@dataclass(slots=True)
class Call:
    """One parsed method call."""

    method: str
    this: Any = None
    arguments: dict[str, Any] = field(default_factory=dict)


class MalformedError(ValueError):
    """The request is not a SOAP call, or contains an element that this API version does not define."""


def version_key(version: str) -> tuple[int, ...]:
    """Return the numbers of a version, ``8.0.3.0`` as (8, 0, 3, 0); missing ones are 0."""
    parts = [int(part) for part in re.findall(r"\d+", version)[:4]]
    return tuple(parts + [0] * (4 - len(parts)))


def known_versions(newest: str) -> dict[str, str]:
    """Return the API versions of pyVmomi up to ``newest``, newest first, each with its name in pyVmomi."""
    known = {
        number: name
        for name, number in VmomiSupport.versionIdMap.items()
        if name.startswith("vim.version.") and re.fullmatch(r"\d+(\.\d+)*", number)
    }
    return {
        number: known[number]
        for number in sorted(known, key=version_key, reverse=True)
        if version_key(number) <= version_key(newest)
    }


def negotiate_version(newest: str, soap_action: str) -> str:
    """Return pyVmomi's name of the version to use: the client's, but at most the newest of the server."""
    requested = re.search(r"urn:vim25/([\d.]+)", soap_action)
    own = next(iter(known_versions(newest).values()))
    if requested is None or version_key(requested.group(1)) > version_key(newest):
        return own
    return next(iter(known_versions(requested.group(1)).values()), own)


class _RequestParser:
    """Parse a request down to its arguments, and pass each argument to pyVmomi's deserializer."""

    def __init__(self, version: str) -> None:
        self._version = version
        self._deserializer = SoapAdapter.SoapDeserializer(version=version)
        self._namespaces = SoapAdapter.ExpatDeserializerNSHandlers()
        self._path: list[str] = []
        self._types: dict[str, Any] = {}
        self._pending: str | None = None
        self._call: Call | None = None
        self._parser = ParserCreate(namespace_separator=_SEPARATOR)
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.StartNamespaceDeclHandler = self._namespaces.StartNamespaceDeclHandler
        self._parser.EndNamespaceDeclHandler = self._namespaces.EndNamespaceDeclHandler

    def parse(self, body: bytes) -> Call:
        """Return the call of a request."""
        try:
            self._parser.Parse(body, True)
        except (ExpatError, LookupError, AttributeError, TypeError, ValueError) as error:
            raise MalformedError(f"{error}\n\nwhile parsing SOAP body") from error
        if self._call is None or self._call.this is None:
            raise MalformedError("There is no method call in the SOAP body")
        return self._call

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        self._store_argument()
        namespace, name = self._deserializer.SplitTag(tag)
        self._path.append(name)
        if self._path[1:2] != ["Body"]:
            return
        if len(self._path) == _DEPTH_OF_METHOD:
            self._start_call(namespace, name)
        elif len(self._path) == _DEPTH_OF_METHOD + 1:
            if name not in self._types:
                raise MalformedError(f'Unexpected argument "{name}" of the method {self._path[-2]}')
            # The deserializer handles the end of this element.
            self._pending = self._path.pop()
            self._deserializer.Deserialize(self._parser, _item_type(self._types[name]), False, self._namespaces.nsMap)
            self._parser.StartElementHandler = self._start_inside_argument
            self._start_inside_argument(tag, attributes)

    def _start_inside_argument(self, tag: str, attributes: dict[str, str]) -> None:
        """Refuse elements that this version does not define, like a server; pyVmomi's deserializer accepts them."""
        stack = self._deserializer.stack
        if stack and isinstance(stack[-1], VmomiSupport.DataObject):
            kind, name = type(stack[-1]), self._deserializer.SplitTag(tag)[1]
            known = {prop.name: prop for prop in kind._GetPropertyList()}
            if name not in known or not IsChildVersion(self._version, known[name].version):
                raise MalformedError(f'Unexpected element tag "{name}" in data object of type {kind._wsdlName}')
        self._deserializer.StartElementHandler(tag, attributes)

    def _end(self, _tag: str) -> None:
        self._store_argument()
        self._path.pop()

    def _start_call(self, namespace: str, name: str) -> None:
        self._call = Call(name)
        self._types = {"_this": VmomiSupport.ManagedObject}
        if name == "Fetch":
            self._types["prop"] = str
            return
        method = VmomiSupport.GetWsdlMethod(namespace, name).info
        if not IsChildVersion(self._version, method.version):
            raise MalformedError(f"Unable to resolve WSDL method name {name} for namespace name {namespace}")
        for parameter in method.params:
            self._types[parameter.name] = parameter.type
            self._call.arguments[parameter.name] = [] if issubclass(parameter.type, list) else None

    def _store_argument(self) -> None:
        """Store the argument that the deserializer has finished."""
        if self._pending is None or self._call is None:
            return
        name, value = self._pending, self._deserializer.GetResult()
        self._pending = None
        if name == "_this":
            self._call.this = value
        elif issubclass(self._types[name], list):
            self._call.arguments[name].append(value)
        else:
            self._call.arguments[name] = value


def _item_type(kind: Any) -> Any:
    return kind.Item if issubclass(kind, list) else kind


def parse_call(body: bytes, version: str) -> Call:
    """Return the call of a request. Raise :class:`MalformedError` if it is not a call of this version."""
    return _RequestParser(version).parse(body)


def serialize_result(call: Call, result: Any, version: str) -> bytes:
    """Return the response to ``call`` with the result of the method or the value of the property."""
    if call.method == "Fetch":
        kind, flags = type(call.this)._GetPropertyInfo(call.arguments["prop"]).type, VmomiSupport.F_OPTIONAL
    else:
        method = VmomiSupport.GetWsdlMethod(NAMESPACE, call.method).info
        kind, flags = method.result, method.resultFlags
    returned = ""
    if result is not None and result != []:
        info = VmomiSupport.Object(name="returnval", type=kind, version=version, flags=flags)
        returned = SoapAdapter.SerializeToStr(result, info, version, _PREFIXES)
    return _envelope(f'<{call.method}Response xmlns="{NAMESPACE}">{returned}</{call.method}Response>')


def serialize_fault(raised: Any, version: str) -> bytes:
    """Return a method fault as a SOAP fault, with its ``msg`` as the fault string."""
    bare = copy.copy(raised)
    bare.msg = None
    name = f"{VmomiSupport.GetWsdlName(type(raised))}Fault"
    info = VmomiSupport.Object(name=name, type=object, version=version, flags=0)
    detail = SoapAdapter.SerializeFaultDetail(bare, info, version, _PREFIXES)
    detail = detail.replace(f"<{name}", f'<{name} xmlns="{NAMESPACE}"', 1)
    text = SoapAdapter.XmlEscape(raised.msg or "")
    return _envelope(
        f"<soapenv:Fault><faultcode>ServerFaultCode</faultcode><faultstring>{text}</faultstring>"
        f"<detail>{detail}</detail></soapenv:Fault>"
    )


def serialize_malformed(error: MalformedError, version: str) -> bytes:
    """Return the SOAP fault for a malformed request."""
    return serialize_fault(vmodl.fault.InvalidRequest(msg=str(error)), version)


def _envelope(body: str) -> bytes:
    return f"{SoapAdapter.XML_HEADER}\n{SoapAdapter.SOAP_START}{body}{SoapAdapter.SOAP_END}".encode()
