# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Open a session with a vCenter through pyVmomi, and convert its extension records from and to the model.

One record costs one TLS connection and the calls RetrieveServiceContent, Login, FindExtension, a write or none, Logout.
"""

from __future__ import annotations

import re
import ssl
import traceback
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timezone
from functools import cache
from http.client import HTTPException
from typing import Any
from xml.parsers.expat import ExpatError

from .._errors import TlsError, VCenterError
from .._extension.api_types import FLAG, REFERENCE, SHAPE, TIME, from_api, to_api
from .._extension.model import Extension
from .._foreign_text import one_line
from .._version import VersionKey, version_key
from .connection import ConnectionOptions, tls_context
from .errors import missing_privilege, translate_connection_error, translate_fault

try:
    from pyVmomi import VmomiSupport, vim, vmodl
    from pyVmomi.SoapAdapter import SoapStubAdapter
except ImportError:
    PYVMOMI_IMPORT_ERROR: str | None = traceback.format_exc()
else:
    PYVMOMI_IMPORT_ERROR = None

# Server certificates came with this API version (type metadata: ServerInfo.serverCertificate).
_CERTIFICATES_SINCE = version_key("8.0.2.0")
# Plug-in packages are deprecated in 8.0, with support announced to end in the next major release, and the SDK of 9.0
# has dropped them.
_PACKAGES_UNTIL = version_key("9.0.0.0")
# The oldest API version of every supported vCenter; a session begins with it and continues with the vCenter's own.
_FIRST_VERSION = "vim.version.version9"
# Seconds that the logout from a vCenter may take whose last call has failed.
_LOGOUT_TIMEOUT = 2


class VCenter:
    """The extension records of one vCenter, for as long as its session is open."""

    def __init__(self, options: ConnectionOptions, content: Any, api_version: str, session_id: str) -> None:
        """Wrap the service content of an open session; :func:`session` makes these objects."""
        self._options = options
        self._content = content
        self._api_version = api_version
        self._session_id = session_id

    @property
    def about(self) -> dict[str, str]:
        """Return hostname (as given), version, build, api_version and instance_uuid."""
        about = self._content.about
        return {
            "hostname": self._options.hostname,
            "version": about.version,
            "build": about.build,
            "api_version": about.apiVersion,
            "instance_uuid": about.instanceUuid,
        }

    @property
    def holds_certificates(self) -> bool:
        """Return False for a vCenter whose records have thumbprints only."""
        return version_key(self._api_version) >= _CERTIFICATES_SINCE

    @property
    def runs_packages(self) -> bool:
        """Return False for a vCenter whose client does not run plug-in packages."""
        return version_key(self._api_version) < _PACKAGES_UNTIL

    def find_extension(self, key: str) -> Extension | None:
        """Return the record of ``key``, None where there is none. One call."""
        with translate_errors(self._options):
            found = self._content.extensionManager.FindExtension(key)
        return None if found is None else from_vim(found)

    def find_extensions(self, keys: list[str] | None) -> list[Extension]:
        """Return the records of ``keys`` that are registered, with one call each; None reads all with one call."""
        return self._all() if keys is None else [record for key in keys if (record := self.find_extension(key))]

    def _all(self) -> list[Extension]:
        query = vmodl.query.PropertyCollector
        manager = self._content.extensionManager
        specification = query.FilterSpec(
            objectSet=[query.ObjectSpec(obj=manager)],
            propSet=[query.PropertySpec(type=vim.ExtensionManager, pathSet=["extensionList"])],
        )
        with translate_errors(self._options):
            answer = self._content.propertyCollector.RetrieveContents([specification])
        return [from_vim(found) for item in answer for prop in item.propSet for found in prop.val]

    def register(self, extension: Extension) -> None:
        """Register a record whose key is not registered yet. One call."""
        with translate_errors(self._options, key=extension.key):
            self._content.extensionManager.RegisterExtension(to_vim(extension))

    def update(self, extension: Extension) -> None:
        """Replace the record of the same key as a whole. One call."""
        with translate_errors(self._options, key=extension.key):
            self._content.extensionManager.UpdateExtension(to_vim(extension))

    def unregister(self, key: str) -> None:
        """Remove the record of ``key``. One call."""
        with translate_errors(self._options, key=key):
            self._content.extensionManager.UnregisterExtension(key)

    def require_privilege(self, privilege: str) -> None:
        """Raise :class:`VCenterError` if the account lacks ``privilege`` on the root folder. One call."""
        root = self._content.rootFolder
        with translate_errors(self._options):
            answer = self._content.authorizationManager.HasPrivilegeOnEntities([root], self._session_id, [privilege])
        if not all(item.isGranted for entity in answer for item in entity.privAvailability):
            raise missing_privilege(self._options, privilege)


@contextmanager
def session(options: ConnectionOptions, tls: ssl.SSLContext | None = None) -> Iterator[VCenter]:
    """Log in, and log out at the end of the block, also after an error.

    ``tls`` is the result of :func:`tls_context` for these options, where many vCenters share one: loading the CAs of a
    system takes longer than a session. Raises :class:`VCenterError` and, for a CA file that cannot be used,
    :class:`OptionError`.
    """
    stub = SoapStubAdapter(
        host=options.hostname,
        port=options.port,
        version=_FIRST_VERSION,
        sslContext=tls or tls_context(options),
        httpConnectionTimeout=options.timeout,
        httpProxyHost=options.proxy_host,
        httpProxyPort=options.proxy_port or 80,
    )
    try:
        with translate_errors(options, is_vcenter=False):
            content = vim.ServiceInstance("ServiceInstance", stub).RetrieveContent()
        api_version = _negotiate_api_version(stub, options, content)
        sessions: Any = content.sessionManager
        with translate_errors(options):
            login = sessions.Login(options.username, options.password, None)
        try:
            yield VCenter(options, content, api_version, login.key)
        except VCenterError:
            # It may not answer the logout either: do not wait for a second timeout.
            stub.schemeArgs["timeout"] = min(options.timeout, _LOGOUT_TIMEOUT)
            raise
        finally:
            _log_out(content)
    finally:
        stub.DropConnections()


def _log_out(content: Any) -> None:
    """Log out, and ignore a failure: the outcome is known by now, and the vCenter ends an idle session by itself."""
    try:
        content.sessionManager.Logout()
    except (OSError, HTTPException, ExpatError, zlib.error, vmodl.MethodFault):
        return


def _negotiate_api_version(stub: Any, options: ConnectionOptions, content: Any) -> str:
    """Continue in the newest API version that both sides know, and return that of the vCenter."""
    if not isinstance(content, vim.ServiceInstanceContent):
        # pyVmomi reads a web page that is well-formed XML as an empty answer.
        raise VCenterError(
            "not_vcenter",
            "did not answer as a vCenter does",
            subject=options.address,
            remedy="check O(hostname), O(port) and O(proxy_host)",
        )
    about = content.about
    if about.apiType != "VirtualCenter" or content.extensionManager is None:
        raise VCenterError(
            "not_vcenter",
            f"must be a vCenter Server, but is {one_line(about.fullName)} and has no extensions",
            subject=options.address,
            remedy="set O(hostname) to the vCenter that manages it",
        )
    newest, known = version_key(about.apiVersion), _known_versions()
    usable = [version for version in known if version <= newest]
    if usable:
        stub.ComputeVersionInfo(known[max(usable)])
    return str(about.apiVersion)


@cache
def _known_versions() -> dict[VersionKey, str]:
    """Return the API versions that pyVmomi knows. Cached: the search takes a tenth of the CPU time of a session."""
    return {
        version_key(version_id): version
        for version, version_id in VmomiSupport.versionIdMap.items()
        if version.startswith("vim.version.") and re.fullmatch(r"\d+(\.\d+)*", version_id)
    }


@contextmanager
def translate_errors(options: ConnectionOptions, key: str = "", *, is_vcenter: bool = True) -> Iterator[None]:
    """Raise errors of pyVmomi and of the libraries below it as :class:`VCenterError`.

    ``key`` is given around a write. ``is_vcenter`` says that the other side has answered as a vCenter before.
    """
    try:
        yield
    except vmodl.MethodFault as fault:
        raise translate_fault(options, fault, key) from fault
    except (OSError, HTTPException, ExpatError, zlib.error, TlsError) as error:
        status = _http_status(error)
        raise translate_connection_error(options, error, key, is_vcenter=is_vcenter, http_status=status) from error


def _http_status(error: Exception) -> int | None:
    """Return the HTTP status of an answer that pyVmomi has rejected, None where there was no such answer.

    pyVmomi raises ``HTTPException("503 Service Unavailable")`` (SoapAdapter: ``InvokeMethod`` and, for a proxy,
    ``connect``), so that only the text has the status. Errors of http.client itself are of subclasses.
    """
    status = re.match(r"(\d{3})(?: |\Z)", str(error)) if error.__class__ is HTTPException else None
    return int(status[1]) if status else None


def from_vim(extension: Any) -> Extension:
    """Convert ``vim.Extension`` to the model."""
    return from_api(_to_dict(extension, SHAPE))


def _to_dict(extension: Any, shape: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: _to_value(value, part)
        for name, part in shape.items()
        if part != TIME and (value := getattr(extension, name, None)) is not None
    }


def _to_value(value: Any, shape: Any) -> Any:
    if isinstance(shape, list):
        return [_to_value(item, shape[0]) for item in value]
    if isinstance(shape, Mapping):
        return _to_dict(value, shape)
    if shape == REFERENCE:
        return {"type": VmomiSupport.GetWsdlTypeName(type(value)), "value": value._moId}
    # Where the API declares a URI or PEM, pyVmomi returns a type of its own.
    return bool(value) if shape == FLAG else str(value)


def to_vim(extension: Extension) -> Any:
    """Convert a record of the model to ``vim.Extension``."""
    # The type requires it, and every registration tool sends the time of the write.
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
                setattr(whole, prop.name, _empty_value(prop.type))
        return whole
    return value


def _empty_value(kind: Any) -> Any:
    """Return the emptiest value that pyVmomi sends, for a required field that another tool has left out."""
    if issubclass(kind, VmomiSupport.Array):
        return [_empty_value(kind.Item)]
    return _typed(kind, {}) if issubclass(kind, VmomiSupport.DataObject) else kind()
