# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Sockets, TLS and HTTP: one loop accepts for all vCenters, each connection has a thread of its own."""

from __future__ import annotations

import queue
import re
import resource
import selectors
import socket
import ssl
import struct
import threading
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import soap
from certificates import Authority
from control import control
from pyVmomi import VmomiSupport, vmodl
from vcenter import Caller, VCenter

ADDRESS = "127.0.0.1"
_COOKIE = re.compile(r'vmware_soap_session="?([0-9a-f]+)')
_WEB_PAGE = b"<!DOCTYPE html>\n<html><head><title>Welcome</title></head><body><p>It works.</body></html>\n"
_WELL_FORMED_PAGE = _WEB_PAGE.replace(b"<p>", b"")
_TICK = 0.1  # seconds between two looks at whether to stop
_IDLE = 300  # seconds until a connection without a request is closed


class Endpoint:
    """Where one vCenter listens, and the certificate that it shows."""

    def __init__(self, vcenter: VCenter, authority: Authority, folder: Path) -> None:
        self.vcenter = vcenter
        self._authority = authority
        self._folder = folder
        self._contexts: dict[str, ssl.SSLContext] = {}
        self._lock = threading.Lock()
        files = authority.issue(folder, vcenter.settings.name)
        self.thumbprint = files.thumbprint
        self._contexts["right"] = _context(files.certificate, files.key)
        self.socket = _bound(vcenter.settings.port)
        self.port: int = self.socket.getsockname()[1]
        self.listening = False

    def context(self) -> ssl.SSLContext:
        rule = self.vcenter.faults.take("certificate")
        kind = str(rule.detail) if rule else "right"
        with self._lock:
            if kind not in self._contexts:
                self._contexts[kind] = self._wrong(kind)
            return self._contexts[kind]

    def _wrong(self, kind: str) -> ssl.SSLContext:
        name = f"{self.vcenter.settings.name}-{kind}"
        authority = Authority("unknown CA") if kind == "untrusted" else self._authority
        if kind == "other_host":
            files = authority.issue(self._folder, name, hosts=("vcenter.example.invalid",))
        else:
            files = authority.issue(self._folder, name, days=-1 if kind == "expired" else 30)
        return _context(files.certificate, files.key)


class Server:
    """All endpoints, and the control port in plain HTTP beside them (a vCenter that hangs must obey, too)."""

    def __init__(self, vcenters: list[VCenter], authority: Authority, folder: Path) -> None:
        _raise_file_limit()
        self.endpoints = {vcenter.settings.name: Endpoint(vcenter, authority, folder) for vcenter in vcenters}
        self._control = _bound(0)
        self.control_url = f"http://{ADDRESS}:{self._control.getsockname()[1]}"
        self._selector = selectors.DefaultSelector()
        self._requests: queue.SimpleQueue[tuple[Endpoint, threading.Event]] = queue.SimpleQueue()
        self.stopping = threading.Event()
        self._listen(self._control, None)
        for endpoint in self.endpoints.values():
            self._follow(endpoint)

    def run(self, over: Callable[[], bool]) -> None:
        """Accept connections until :meth:`stop` is called or ``over`` says so; then close all ports."""
        while not self.stopping.is_set() and not over():
            while not self._requests.empty():
                endpoint, done = self._requests.get()
                self._follow(endpoint)
                done.set()
            for key, _events in self._selector.select(_TICK):
                self._accept(key.fileobj, key.data)
        self.stopping.set()
        for listener in (self._control, *(endpoint.socket for endpoint in self.endpoints.values())):
            listener.close()
        self._selector.close()

    def stop(self) -> None:
        self.stopping.set()

    def faults_changed(self, endpoint: Endpoint) -> None:
        """Open or close the port as the faults say; called from the threads of connections."""
        if endpoint.listening == endpoint.vcenter.faults.active("refuse"):
            done = threading.Event()
            self._requests.put((endpoint, done))
            done.wait()

    def _follow(self, endpoint: Endpoint) -> None:
        refuse = endpoint.vcenter.faults.active("refuse")
        if refuse and endpoint.listening:
            self._selector.unregister(endpoint.socket)
            endpoint.socket.close()
            # Bound but not listening: connections are refused and nobody else can take the port.
            endpoint.socket = _bound(endpoint.port)
            endpoint.listening = False
        elif not refuse and not endpoint.listening:
            self._listen(endpoint.socket, endpoint)
            endpoint.listening = True

    def _listen(self, listener: socket.socket, endpoint: Endpoint | None) -> None:
        listener.listen(128)
        listener.setblocking(False)
        self._selector.register(listener, selectors.EVENT_READ, endpoint)

    def _accept(self, listener: Any, endpoint: Endpoint | None) -> None:
        try:
            connection, address = listener.accept()
        except OSError:
            # The client has gone again.
            return
        connection.settimeout(_IDLE)
        threading.Thread(target=self._serve, args=(connection, address, endpoint), daemon=True).start()

    def _serve(self, connection: socket.socket, address: Any, endpoint: Endpoint | None) -> None:
        try:
            if endpoint is None:
                _Control(connection, address, self)
            elif endpoint.vcenter.faults.take("silent"):
                wait_for_hang_up(connection, self.stopping)
            else:
                connection = endpoint.context().wrap_socket(connection, server_side=True)
                _VCenter(connection, address, self, endpoint)
        except OSError:
            # Clients come and go as they like.
            return
        finally:
            connection.close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    def __init__(self, connection: socket.socket, address: Any, server: Any) -> None:
        self._server: Server = server
        super().__init__(connection, address, server)

    def do_GET(self) -> None:
        self._answer(self._read())

    def do_POST(self) -> None:
        self._answer(self._read())

    def do_DELETE(self) -> None:
        self._answer(self._read())

    def _answer(self, body: bytes) -> None:
        raise NotImplementedError

    def _read(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        # govc sends chunks.
        body = b""
        while length := int(self.rfile.readline().split(b";")[0], 16):
            body += self.rfile.read(length)
            self.rfile.readline()
        while self.rfile.readline().strip():
            """Trailers say nothing to us."""
        return body

    def _send(self, status: HTTPStatus, body: bytes, kind: str, cookie: str | None = None) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        if cookie:
            self.send_header("Set-Cookie", f'vmware_soap_session="{cookie}"; Path=/; HttpOnly; Secure; SameSite=Lax')
        self.end_headers()
        self.wfile.write(body)

    def _obey(self, endpoint: Endpoint, resource_path: str, body: bytes) -> None:
        reply = control(endpoint.vcenter, self.command, resource_path, body)
        self._server.faults_changed(endpoint)
        self._send(reply.status, reply.body, "application/json")

    def log_message(self, *_arguments: Any) -> None:
        """The statistics say more."""


class _Control(_Handler):
    """http://127.0.0.1:PORT/vcenter01/statistics"""

    def _answer(self, body: bytes) -> None:
        name, _slash, resource_path = self.path.strip("/").partition("/")
        if name in self._server.endpoints:
            self._obey(self._server.endpoints[name], resource_path, body)
        else:
            self._send(HTTPStatus.NOT_FOUND, b'{"error": "There is no such vCenter."}\n', "application/json")


class _VCenter(_Handler):
    """https://127.0.0.1:PORT/sdk, and /simulator/statistics for control."""

    def __init__(self, connection: socket.socket, address: Any, server: Any, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._vcenter = endpoint.vcenter
        self._used = False
        super().__init__(connection, address, server)

    def _answer(self, body: bytes) -> None:
        if self.path.startswith("/simulator/"):
            self._obey(self._endpoint, self.path.removeprefix("/simulator/"), body)
        elif self.command == "POST" and self.path.rstrip("/") == "/sdk":
            self._call(body)
        elif self.command == "GET" and self.path == "/sdk/vimServiceVersions.xml":
            self._count("vimServiceVersions.xml", body)
            if not self._disturbed("vimServiceVersions.xml"):
                self._send(HTTPStatus.OK, _versions(self._vcenter.settings.api_version), "text/xml")
        else:
            self._send(HTTPStatus.NOT_FOUND, b"not found\n", "text/plain")

    def _call(self, body: bytes) -> None:
        newest = self._vcenter.settings.api_version
        version = soap.spoken(newest, self.headers.get("SOAPAction") or "")
        try:
            call = soap.parse(body, version)
        except soap.MalformedError as error:
            self._count("malformed", body)
            self._respond(HTTPStatus.INTERNAL_SERVER_ERROR, soap.malformed(error, version))
            return
        self._count(call.method, body)
        if self._disturbed(call.method):
            return
        status, answer, cookie = self._carry_out(call, version)
        if self._vcenter.faults.take("drop", call.method):
            self.close_connection = True
        elif self._vcenter.faults.take("reset", call.method):
            self.send_response(status)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer[: len(answer) // 2])
            self.wfile.flush()
            self._hang_up_with_reset()
        else:
            self._respond(status, answer, cookie)

    def _carry_out(self, call: soap.Call, version: str) -> tuple[HTTPStatus, bytes, str | None]:
        faults = self._vcenter.faults
        found = _COOKIE.search(self.headers.get("Cookie") or "")
        caller = Caller(found and found.group(1), self.client_address[0], self.headers.get("User-Agent") or "")
        if caller.cookie and call.method != "Login" and faults.take("expired", call.method):
            self._vcenter.expire(caller.cookie)
        try:
            if rule := faults.take("error", call.method):
                raise VmomiSupport.GetVmodlType(str(rule.detail))(msg="A fault of the simulator, as it was told.")
            result = self._vcenter.invoke(call, caller)
        except vmodl.MethodFault as fault:
            return HTTPStatus.INTERNAL_SERVER_ERROR, soap.fault(fault, version), None
        return HTTPStatus.OK, soap.answer(call, result.value, version), result.cookie

    def _disturbed(self, method: str) -> bool:
        """Whether a fault has already done with this request."""
        faults = self._vcenter.faults
        if rule := faults.take("delay", method):
            self._server.stopping.wait(rule.seconds)
        if faults.take("refuse"):
            self._hang_up_with_reset()
        elif faults.take("hang", method):
            wait_for_hang_up(self.connection, self._server.stopping)
            self.close_connection = True
        elif faults.take("disconnect", method):
            self.close_connection = True
        elif faults.take("unavailable", method):
            self._send(HTTPStatus.SERVICE_UNAVAILABLE, b"503 Service Unavailable\n", "text/plain")
        elif rule := faults.take("html", method):
            self._send(HTTPStatus.OK, _WELL_FORMED_PAGE if rule.detail else _WEB_PAGE, "text/html")
        else:
            return False
        return True

    def _hang_up_with_reset(self) -> None:
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True

    def _count(self, method: str, body: bytes) -> None:
        self._vcenter.count(method, received=len(body), first_on_connection=not self._used)
        self._used = True

    def _respond(self, status: HTTPStatus, answer: bytes, cookie: str | None = None) -> None:
        self._vcenter.count_sent(len(answer))
        self._send(status, answer, "text/xml; charset=utf-8", cookie)


def wait_for_hang_up(connection: socket.socket, stopping: threading.Event) -> None:
    """Say nothing until the client gives up."""
    connection.settimeout(_TICK)
    while not stopping.is_set():
        try:
            if not connection.recv(65536):
                return
        except TimeoutError:
            continue


def _versions(api_version: str) -> bytes:
    prior = "".join(f"<version>{number}</version>" for number in soap.versions(api_version) if number != api_version)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<namespaces version="1.0"><namespace>'
        f"<name>{soap.NAMESPACE}</name><version>{api_version}</version><priorVersions>{prior}</priorVersions>"
        "</namespace></namespaces>\n"
    ).encode()


def _bound(port: int) -> socket.socket:
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    bound.bind((ADDRESS, port))
    return bound


def _context(certificate: Path, key: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context


def _raise_file_limit() -> None:
    """A thousand vCenters need more files than most shells allow by default."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
