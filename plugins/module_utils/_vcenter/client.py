# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""The only file that knows pyVmomi: a session with a vCenter, and its extension records as ours.

One record costs one TLS connection and the calls RetrieveServiceContent, Login, FindExtension, a write or none, Logout.
"""

from __future__ import annotations

import re
import ssl
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timezone
from functools import cache
from http.client import HTTPException
from typing import Any
from xml.parsers.expat import ExpatError

from .._extension.api_types import FLAG, REFERENCE, SHAPE, TIME, from_api, to_api
from .._extension.model import Extension
from .connection import Target, WrongPin, tls_context
from .errors import VCenterError, connection, permission, told

try:
    from pyVmomi import VmomiSupport, vim, vmodl
    from pyVmomi.SoapAdapter import SoapStubAdapter
except ImportError:
    PYVMOMI_IMPORT_ERROR: str | None = traceback.format_exc()
else:
    PYVMOMI_IMPORT_ERROR = None

# Server certificates came with this API version (type metadata: ServerInfo.serverCertificate).
_CERTIFICATES_SINCE = (8, 0, 2, 0)
# Plug-in packages are deprecated in 8.0, with support announced to end in the next major release, and the SDK of 9.0
# has dropped them.
_PACKAGES_UNTIL = (9, 0, 0, 0)
# The oldest version that every supported vCenter speaks; the session starts with it and goes on with the server's own.
_FIRST_VERSION = "vim.version.version9"
# Seconds that the logout from a vCenter may take which has just failed.
_FAREWELL = 2


class VCenter:
    """The extension records of one vCenter, for as long as its session is open."""

    def __init__(self, target: Target, content: Any, api_version: str, session_id: str) -> None:
        self._target = target
        self._content = content
        self._api_version = api_version
        self._session_id = session_id

    @property
    def about(self) -> dict[str, str]:
        about = self._content.about
        return {
            "hostname": self._target.hostname,
            "version": about.version,
            "build": about.build,
            "api_version": about.apiVersion,
            "instance_uuid": about.instanceUuid,
        }

    @property
    def holds_certificates(self) -> bool:
        return _numbers(self._api_version) >= _CERTIFICATES_SINCE

    @property
    def runs_packages(self) -> bool:
        return _numbers(self._api_version) < _PACKAGES_UNTIL

    def find_extension(self, key: str) -> Extension | None:
        with _plain_words(self._target):
            found = self._content.extensionManager.FindExtension(key)
        return None if found is None else from_vim(found)

    def find_extensions(self, keys: list[str] | None) -> list[Extension]:
        """The records of ``keys`` that are registered, one call each; every record with one call for ``None``."""
        return self._all() if keys is None else [record for key in keys if (record := self.find_extension(key))]

    def _all(self) -> list[Extension]:
        query = vmodl.query.PropertyCollector
        manager = self._content.extensionManager
        specification = query.FilterSpec(
            objectSet=[query.ObjectSpec(obj=manager)],
            propSet=[query.PropertySpec(type=vim.ExtensionManager, pathSet=["extensionList"])],
        )
        with _plain_words(self._target):
            answer = self._content.propertyCollector.RetrieveContents([specification])
        return [from_vim(found) for item in answer for prop in item.propSet for found in prop.val]

    def register(self, extension: Extension) -> None:
        with _plain_words(self._target, key=extension.key):
            self._content.extensionManager.RegisterExtension(to_vim(extension))

    def update(self, extension: Extension) -> None:
        with _plain_words(self._target, key=extension.key):
            self._content.extensionManager.UpdateExtension(to_vim(extension))

    def unregister(self, key: str) -> None:
        with _plain_words(self._target, key=key):
            self._content.extensionManager.UnregisterExtension(key)

    def require_privilege(self, privilege: str) -> None:
        """Raise :class:`VCenterError` when the account lacks ``privilege`` on the root folder. One call."""
        root = self._content.rootFolder
        with _plain_words(self._target):
            answer = self._content.authorizationManager.HasPrivilegeOnEntities([root], self._session_id, [privilege])
        if not all(item.isGranted for entity in answer for item in entity.privAvailability):
            raise permission(self._target, privilege)


@contextmanager
def session(target: Target, tls: ssl.SSLContext | None = None) -> Iterator[VCenter]:
    """Log in, and log out again whatever happens in between.

    ``tls`` is the result of :func:`tls_context` for this target, where many targets share one: reading the CAs of a
    system takes longer than a session. Raises :class:`VCenterError` and, for a CA file that cannot be used,
    :class:`OptionError`.
    """
    stub = SoapStubAdapter(
        host=target.hostname,
        port=target.port,
        version=_FIRST_VERSION,
        sslContext=tls or tls_context(target),
        httpConnectionTimeout=target.timeout,
        httpProxyHost=target.proxy_host,
        httpProxyPort=target.proxy_port or 80,
    )
    try:
        with _plain_words(target, known=False):
            content = vim.ServiceInstance("ServiceInstance", stub).RetrieveContent()
        api_version = _speak(stub, target, content)
        sessions: Any = content.sessionManager
        with _plain_words(target):
            login = sessions.Login(target.username, target.password, None)
        try:
            yield VCenter(target, content, api_version, login.key)
        except VCenterError:
            # It may be too sick to let go of us: one long wait was enough.
            stub.schemeArgs["timeout"] = min(target.timeout, _FAREWELL)
            raise
        finally:
            _log_out(content)
    finally:
        stub.DropConnections()


def _log_out(content: Any) -> None:
    """The work is done and its outcome known: a vCenter that no longer listens will end the idle session by itself."""
    try:
        content.sessionManager.Logout()
    except (OSError, HTTPException, ExpatError, vmodl.MethodFault):
        return


def _speak(stub: Any, target: Target, content: Any) -> str:
    """Go on in the newest API version that both sides know, and return the server's own."""
    if not isinstance(content, vim.ServiceInstanceContent):
        # pyVmomi takes a web page that happens to be well-formed XML for an empty answer.
        raise VCenterError(
            "not_vcenter", f"{target.address} answers, but not as a vCenter does; check hostname, port and proxy_host."
        )
    about = content.about
    if about.apiType != "VirtualCenter" or content.extensionManager is None:
        raise VCenterError(
            "not_vcenter",
            f"{target.address} is {about.fullName}, not a vCenter Server, and holds no extensions; "
            "set hostname to the vCenter that manages it.",
        )
    announced, known = _numbers(about.apiVersion), _known_versions()
    usable = [numbers for numbers in known if numbers <= announced]
    if usable:
        stub.ComputeVersionInfo(known[max(usable)])
    return str(about.apiVersion)


@cache
def _known_versions() -> dict[tuple[int, ...], str]:
    """What this pyVmomi speaks. The same for every session: finding it out took a tenth of one's CPU time."""
    return {
        _numbers(version_id): version
        for version, version_id in VmomiSupport.versionIdMap.items()
        if version.startswith("vim.version.") and re.fullmatch(r"\d+(\.\d+)*", version_id)
    }


def _numbers(version: str) -> tuple[int, ...]:
    parts = [int(part) for part in re.findall(r"\d+", version)[:4]]
    return tuple(parts + [0] * (4 - len(parts)))


@contextmanager
def _plain_words(target: Target, key: str = "", *, known: bool = True) -> Iterator[None]:
    """Whatever goes wrong inside leaves as one :class:`VCenterError`. ``known``: it has answered like a vCenter."""
    try:
        yield
    except vmodl.MethodFault as fault:
        raise told(target, fault, key) from fault
    except (OSError, HTTPException, ExpatError, WrongPin) as error:
        raise connection(target, error, key, known=known) from error


def from_vim(found: Any) -> Extension:
    """``vim.Extension`` -> record."""
    return from_api(_plain(found, SHAPE))


def _plain(found: Any, shape: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: _plain_value(value, part)
        for name, part in shape.items()
        if part != TIME and (value := getattr(found, name, None)) is not None
    }


def _plain_value(value: Any, shape: Any) -> Any:
    if isinstance(shape, list):
        return [_plain_value(item, shape[0]) for item in value]
    if isinstance(shape, Mapping):
        return _plain(value, shape)
    if shape == REFERENCE:
        return {"type": VmomiSupport.GetWsdlTypeName(type(value)), "value": value._moId}
    # Texts are of a type of pyVmomi's where the API says URI or PEM.
    return bool(value) if shape == FLAG else str(value)


def to_vim(extension: Extension) -> Any:
    """Record -> ``vim.Extension``."""
    # Required by the type, and every registration tool sends the moment of writing.
    return _typed(vim.Extension, to_api(extension) | {"lastHeartbeatTime": datetime.now(timezone.utc)})


def _typed(kind: Any, value: Any) -> Any:
    if issubclass(kind, VmomiSupport.Array):
        return [_typed(kind.Item, item) for item in value]
    if issubclass(kind, VmomiSupport.ManagedObject):
        return VmomiSupport.GetWsdlType(VmomiSupport.XMLNS_VMODL_BASE, value["type"])(value["value"])
    if issubclass(kind, VmomiSupport.DataObject):
        whole = kind()
        for prop in kind._GetPropertyList():
            item = value.get(prop.name)
            if item not in (None, []):
                setattr(whole, prop.name, _typed(prop.type, item))
            elif not prop.flags & VmomiSupport.F_OPTIONAL:
                setattr(whole, prop.name, _nothing(prop.type))
        return whole
    return value


def _nothing(kind: Any) -> Any:
    """For a field that the API wants and another tool has left out: the emptiest that pyVmomi sends."""
    if issubclass(kind, VmomiSupport.Array):
        return [_nothing(kind.Item)]
    return _typed(kind, {}) if issubclass(kind, VmomiSupport.DataObject) else kind()
