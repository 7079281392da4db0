# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Simulate one vCenter: accounts, sessions, extension records and API methods.

Methods raise pyVmomi faults. The required privilege of a method or property comes from pyVmomi's metadata.
"""

from __future__ import annotations

import hmac
import re
import secrets
import threading
import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any

import soap
from faults import Faults, Rule
from pyVmomi import VmomiSupport, vim, vmodl

VIEW_PRIVILEGE = "System.View"
_ANONYMOUS = ("System.Anonymous", None)
_LOGIN_REFUSED = "Cannot complete login due to an incorrect user name or password."
# Characters that vim.Extension.key must not contain (vSphere Web Services API reference).
_INVALID_IN_KEY = re.compile(r'[,/\\#+><=;"]|[^\x20-\x7e]')


@dataclass(frozen=True, slots=True)
class Account:
    """A user; ``privileges`` None means all of them."""

    username: str
    password: str = field(repr=False)
    privileges: frozenset[str] | None = None

    def has_privilege(self, privilege: str) -> bool:
        """Return whether the account has a privilege."""
        return self.privileges is None or privilege in self.privileges


@dataclass(slots=True)
class Session:
    """An open session."""

    account: Account
    description: Any


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one vCenter; ``port`` 0 means any free port."""

    name: str
    accounts: tuple[Account, ...]
    api_version: str
    port: int = 0
    esxi: bool = False
    extensions: tuple[Any, ...] = ()
    faults: tuple[Rule, ...] = ()


@dataclass(frozen=True, slots=True)
class Caller:
    """The client of a call: its session cookie, if any, and the client data of a UserSession."""

    cookie: str | None
    address: str
    user_agent: str


@dataclass(frozen=True, slots=True)
class Result:
    """The result of a call, and the session cookie to set, if any."""

    value: Any
    cookie: str | None = None


class VCenter:
    """The state and the API methods of one vCenter; thread-safe."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.faults = Faults(list(settings.faults))
        self.instance_uuid = str(uuid.uuid4())
        self._lock = threading.RLock()
        self._records = {record.key: record for record in settings.extensions}
        self._sessions: dict[str, Session] = {}
        self._calls: Counter[str] = Counter()
        self._connections = 0
        self._bytes: Counter[str] = Counter()
        self._content = self._service_content()
        self._objects = {
            reference._moId: type(reference)
            for prop in self._content._GetPropertyList()
            if isinstance(reference := getattr(self._content, prop.name), VmomiSupport.ManagedObject)
        }
        self._objects["ServiceInstance"] = vim.ServiceInstance
        self._methods: dict[str, Callable[..., Any]] = {
            "RetrieveServiceContent": lambda: self._content,
            "CurrentTime": lambda: datetime.now(timezone.utc),
            "SessionIsActive": self._session_is_active,
            "FindExtension": self._find_extension,
            "RegisterExtension": self._register_extension,
            "UpdateExtension": self._update_extension,
            "UnregisterExtension": self._unregister_extension,
            # The simulator has no objects that an extension manages.
            "QueryManagedBy": lambda _key: [],
            "HasPrivilegeOnEntities": self._has_privileges,
        }

    # -- calls ---------------------------------------------------------------------------------------------------

    def invoke(self, call: soap.Call, caller: Caller) -> Result:
        """Execute one call. Raise a pyVmomi method fault if it fails."""
        if not isinstance(call.this, self._objects.get(call.this._moId, ())):
            raise vmodl.fault.ManagedObjectNotFound(
                msg="The object has already been deleted or has not been completely created", obj=call.this
            )
        with self._lock:
            session = self._session(caller)
            if call.method == "Fetch":
                return Result(self._property(call.this, call.arguments["prop"], session))
            method = VmomiSupport.GetWsdlMethod(soap.NAMESPACE, call.method).info
            if method.privId not in _ANONYMOUS:
                self._authorize(session, method.privId, call.this)
            if call.method == "Login":
                return self._login(session, caller, *call.arguments.values())
            if call.method == "Logout":
                return Result(self._sessions.pop(str(caller.cookie), None) and None)
            if call.method in ("RetrieveProperties", "RetrievePropertiesEx"):
                contents = [item for spec in call.arguments["specSet"] for item in self._read_objects(spec, session)]
                if call.method == "RetrievePropertiesEx" and contents:
                    return Result(vmodl.query.PropertyCollector.RetrieveResult(objects=contents))
                return Result(contents)
            if call.method not in self._methods:
                raise vmodl.fault.NotSupported(msg=f"The simulator does not support the method {call.method}.")
            return Result(self._methods[call.method](*call.arguments.values()))

    def _session(self, caller: Caller) -> Session | None:
        session = self._sessions.get(str(caller.cookie))
        if session is not None:
            session.description.lastActiveTime = datetime.now(timezone.utc)
            session.description.callCount += 1
        return session

    def _authorize(self, session: Session | None, privilege: str, this: Any) -> None:
        if session is None:
            raise vim.fault.NotAuthenticated(
                msg="The session is not authenticated.", object=this, privilegeId=privilege
            )
        if not session.account.has_privilege(privilege) or self.faults.take("denied", detail=privilege):
            raise vim.fault.NoPermission(
                msg="Permission to perform this operation was denied.",
                object=self._content.rootFolder,
                privilegeId=privilege,
            )

    # -- sessions ------------------------------------------------------------------------------------------------

    def _login(
        self, session: Session | None, caller: Caller, username: str, password: str, locale: str | None
    ) -> Result:
        account = next((item for item in self.settings.accounts if item.username.lower() == username.lower()), None)
        matches = account is not None and hmac.compare_digest(account.password.encode(), password.encode())
        # A session that is already logged in must not log in again.
        if account is None or not matches or session is not None:
            raise vim.fault.InvalidLogin(msg=_LOGIN_REFUSED)
        now = datetime.now(timezone.utc)
        description = vim.UserSession(
            key=str(uuid.uuid4()),
            userName=account.username,
            fullName=account.username,
            loginTime=now,
            lastActiveTime=now,
            locale=locale or "en",
            messageLocale=locale or "en",
            extensionSession=False,
            ipAddress=caller.address,
            userAgent=caller.user_agent,
            callCount=1,
        )
        cookie = secrets.token_hex(20)
        self._sessions[cookie] = Session(account, description)
        return Result(description, cookie)

    def expire(self, cookie: str | None) -> None:
        """End a session, like a vCenter after some idle time."""
        with self._lock:
            self._sessions.pop(str(cookie), None)

    def _session_is_active(self, key: str, username: str) -> bool:
        active = [session.description for session in self._sessions.values()]
        return any(item.key == key and item.userName.lower() == username.lower() for item in active)

    def _has_privileges(self, entities: list[Any], key: str, privileges: list[str]) -> list[Any]:
        session = next((item for item in self._sessions.values() if item.description.key == key), None)
        if session is None:
            raise vmodl.fault.InvalidArgument(
                msg="A specified parameter was not correct: sessionId", invalidProperty="sessionId"
            )
        manager = vim.AuthorizationManager
        return [
            manager.EntityPrivilege(
                entity=entity,
                privAvailability=[
                    manager.PrivilegeAvailability(privId=name, isGranted=self._is_granted(session.account, name))
                    for name in privileges
                ],
            )
            for entity in entities
        ]

    def _is_granted(self, account: Account, privilege: str) -> bool:
        denied = any(rule["kind"] == "denied" and rule["detail"] == privilege for rule in self.faults.rules())
        return account.has_privilege(privilege) and not denied

    # -- extensions ----------------------------------------------------------------------------------------------

    def _find_extension(self, key: str) -> Any:
        return self._records.get(key)

    def _register_extension(self, extension: Any) -> None:
        _check_extension(extension)
        if extension.key in self._records:
            raise _invalid_argument("extension.key")
        self._records[extension.key] = extension

    def _update_extension(self, extension: Any) -> None:
        _check_extension(extension)
        self._check_registered(extension.key)
        self._records[extension.key] = extension

    def _unregister_extension(self, key: str) -> None:
        self._check_registered(key)
        del self._records[key]

    def _check_registered(self, key: str) -> None:
        if key not in self._records:
            raise vim.fault.NotFound(msg="The object or item referred to could not be found.")

    # -- properties ----------------------------------------------------------------------------------------------

    def _read_objects(self, spec: Any, session: Session | None) -> list[Any]:
        """Return the ObjectContent of each object of a filter; selections of further objects are ignored."""
        collector, contents = vmodl.query.PropertyCollector, []
        for item in spec.objectSet:
            if self._objects.get(item.obj._moId) is not type(item.obj):
                raise vmodl.fault.ManagedObjectNotFound(msg="The object does not exist", obj=item.obj)
            content = collector.ObjectContent(obj=item.obj)
            for prop in spec.propSet:
                if not isinstance(item.obj, prop.type):
                    continue
                paths = list(_properties(item.obj)) if prop.all else prop.pathSet
                for path in paths:
                    try:
                        value = self._property(item.obj, path, session)
                    except vmodl.query.InvalidProperty as fault:
                        content.missingSet.append(collector.MissingProperty(path=path, fault=fault))
                        continue
                    if value is not None:
                        content.propSet.append(vmodl.DynamicProperty(name=path, val=value))
            contents.append(content)
        return contents

    def _property(self, this: Any, path: str, session: Session | None) -> Any:
        name, *rest = path.split(".")
        info = _properties(this).get(name)
        if info is None:
            raise vmodl.query.InvalidProperty(msg=f"{path} is not a property", name=path)
        if info.privId not in _ANONYMOUS:
            self._authorize(session, info.privId, this)
        value = None
        if name == "content":
            value = self._content
        elif name == "currentSession":
            value = session and session.description
        elif name == "sessionList":
            value = info.type(session.description for session in self._sessions.values())
        elif name == "extensionList":
            value = info.type(self._records.values())
        for part in rest:
            value = getattr(value, part, None)
        return value

    def _service_content(self) -> Any:
        version = ".".join(str(number) for number in soap.version_key(self.settings.api_version)[:3])
        esxi = self.settings.esxi
        product = "VMware ESXi" if esxi else "VMware vCenter Server"
        return vim.ServiceInstanceContent(
            rootFolder=vim.Folder("ha-folder-root" if esxi else "group-d1"),
            propertyCollector=vmodl.query.PropertyCollector("ha-property-collector" if esxi else "propertyCollector"),
            sessionManager=vim.SessionManager("ha-sessionmgr" if esxi else "SessionManager"),
            authorizationManager=vim.AuthorizationManager("ha-authmgr" if esxi else "AuthorizationManager"),
            extensionManager=None if esxi else vim.ExtensionManager("ExtensionManager"),
            about=vim.AboutInfo(
                name=product,
                fullName=f"{product} {version} build-10000000 (simulator)",
                vendor="VMware, Inc.",
                version=version,
                build="10000000",
                localeVersion="INTL",
                localeBuild="000",
                osType="vmnix-x86" if esxi else "linux-x64",
                productLineId="embeddedEsx" if esxi else "vpx",
                apiType="HostAgent" if esxi else "VirtualCenter",
                apiVersion=self.settings.api_version,
                instanceUuid=None if esxi else self.instance_uuid,
            ),
        )

    # -- statistics ----------------------------------------------------------------------------------------------

    def count(self, method: str, *, received: int, first_on_connection: bool) -> None:
        """Count a call, its bytes, and its connection if it is the first call on it."""
        with self._lock:
            self._calls[method] += 1
            self._connections += first_on_connection
            self._bytes["received"] += received

    def count_sent(self, length: int) -> None:
        """Count the bytes of a response."""
        with self._lock:
            self._bytes["sent"] += length

    def statistics(self) -> dict[str, Any]:
        """Return all counts."""
        with self._lock:
            return {
                "calls": dict(self._calls),
                "connections": self._connections,
                "sessions_open": len(self._sessions),
                "extensions": len(self._records),
                "faults": self.faults.counts(),
                "bytes_received": self._bytes["received"],
                "bytes_sent": self._bytes["sent"],
            }

    def reset_statistics(self) -> None:
        """Set all counts to zero; sessions and records stay."""
        with self._lock:
            self._calls.clear()
            self._bytes.clear()
            self._connections = 0
            self.faults.reset_counts()


def _properties(this: Any) -> dict[str, Any]:
    return {prop.name: prop for prop in type(this)._GetPropertyList()}


def _check_extension(extension: Any) -> None:
    """Refuse incomplete or malformed records, like a vCenter."""
    if extension.description is None:
        raise _invalid_argument("extension.description")
    if not extension.key or _INVALID_IN_KEY.search(extension.key):
        raise _invalid_argument("extension.key")
    if not extension.version:
        raise _invalid_argument("extension.version")


def _invalid_argument(name: str) -> Exception:
    fault: Exception = vmodl.fault.InvalidArgument(
        msg=f"A specified parameter was not correct: {name}", invalidProperty=name
    )
    return fault
