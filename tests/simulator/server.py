# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Accept connections, and handle TLS and HTTP: one loop for all vCenters, and one thread for each connection."""

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
_TICK = 0.1  # seconds between two checks whether to stop
_IDLE = 300  # seconds until a connection without a request is closed


class Endpoint:
    """The socket and the certificates of one vCenter."""

    def __init__(self, vcenter: VCenter, authority: Authority, folder: Path) -> None:
        self.vcenter = vcenter
        self._authority = authority
        self._folder = folder
        self._contexts: dict[str, ssl.SSLContext] = {}
        self._lock = threading.Lock()
        files = authority.issue(folder, vcenter.settings.name)
        self.thumbprint = files.thumbprint
        self._contexts["valid"] = _load_context(files.certificate, files.key)
        self.socket = _bind(vcenter.settings.port)
        self.port: int = self.socket.getsockname()[1]
        self.listening = False

    def context(self) -> ssl.SSLContext:
        """Return the TLS context of the next connection, according to the rules."""
        rule = self.vcenter.faults.take("certificate")
        kind = str(rule.detail) if rule else "valid"
        with self._lock:
            if kind not in self._contexts:
                self._contexts[kind] = self._create_invalid_context(kind)
            return self._contexts[kind]

    def _create_invalid_context(self, kind: str) -> ssl.SSLContext:
        name = f"{self.vcenter.settings.name}-{kind}"
        authority = Authority("unknown CA") if kind == "untrusted" else self._authority
        if kind == "other_host":
            files = authority.issue(self._folder, name, hosts=("vcenter.example.invalid",))
        else:
            files = authority.issue(self._folder, name, days=-1 if kind == "expired" else 30)
        return _load_context(files.certificate, files.key)


class Server:
    """All endpoints, and the control port, which uses plain HTTP and works even if a vCenter hangs."""

    def __init__(self, vcenters: list[VCenter], authority: Authority, folder: Path) -> None:
        _raise_file_limit()
        self.endpoints = {vcenter.settings.name: Endpoint(vcenter, authority, folder) for vcenter in vcenters}
        self._control = _bind(0)
        self.control_url = f"http://{ADDRESS}:{self._control.getsockname()[1]}"
        self._selector = selectors.DefaultSelector()
        self._requests: queue.SimpleQueue[tuple[Endpoint, threading.Event]] = queue.SimpleQueue()
        self.stopping = threading.Event()
        self._listen(self._control, None)
        for endpoint in self.endpoints.values():
            self._open_or_close(endpoint)

    def run(self, must_stop: Callable[[], bool]) -> None:
        """Accept connections until :meth:`stop` is called or ``must_stop`` returns true; then close all ports."""
        while not self.stopping.is_set() and not must_stop():
            while not self._requests.empty():
                endpoint, done = self._requests.get()
                self._open_or_close(endpoint)
                done.set()
            for key, _events in self._selector.select(_TICK):
                self._accept(key.fileobj, key.data)
        self.stopping.set()
        for listener in (self._control, *(endpoint.socket for endpoint in self.endpoints.values())):
            listener.close()
        self._selector.close()

    def stop(self) -> None:
        """Stop :meth:`run`."""
        self.stopping.set()

    def faults_changed(self, endpoint: Endpoint) -> None:
        """Open or close the port according to the rules; called by the threads of connections."""
        if endpoint.listening == endpoint.vcenter.faults.active("refuse"):
            done = threading.Event()
            self._requests.put((endpoint, done))
            done.wait()

    def _open_or_close(self, endpoint: Endpoint) -> None:
        refuse = endpoint.vcenter.faults.active("refuse")
        if refuse and endpoint.listening:
            self._selector.unregister(endpoint.socket)
            endpoint.socket.close()
            # Bound but not listening: connections are refused, and no other process can use the port.
            endpoint.socket = _bind(endpoint.port)
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
            # The client has closed the connection.
            return
        connection.settimeout(_IDLE)
        threading.Thread(target=self._serve, args=(connection, address, endpoint), daemon=True).start()

    def _serve(self, connection: socket.socket, address: Any, endpoint: Endpoint | None) -> None:
        try:
            if endpoint is None:
                _ControlHandler(connection, address, self)
            elif endpoint.vcenter.faults.take("silent"):
                wait_for_close(connection, self.stopping)
            else:
                connection = endpoint.context().wrap_socket(connection, server_side=True)
                _VCenterHandler(connection, address, self, endpoint)
        except OSError:
            # Clients may close a connection at any time.
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
        """Handle a GET request."""
        self._handle(self._read_body())

    def do_POST(self) -> None:
        """Handle a POST request."""
        self._handle(self._read_body())

    def do_DELETE(self) -> None:
        """Handle a DELETE request."""
        self._handle(self._read_body())

    def _handle(self, body: bytes) -> None:
        raise NotImplementedError

    def _read_body(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        # govc sends chunks.
        body = b""
        while length := int(self.rfile.readline().split(b";")[0], 16):
            body += self.rfile.read(length)
            self.rfile.readline()
        while self.rfile.readline().strip():
            """Ignore trailers."""
        return body

    def _send(self, status: HTTPStatus, body: bytes, kind: str, cookie: str | None = None) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        if cookie:
            self.send_header("Set-Cookie", f'vmware_soap_session="{cookie}"; Path=/; HttpOnly; Secure; SameSite=Lax')
        self.end_headers()
        self.wfile.write(body)

    def _handle_control(self, endpoint: Endpoint, resource_path: str, body: bytes) -> None:
        reply = control(endpoint.vcenter, self.command, resource_path, body)
        self._server.faults_changed(endpoint)
        self._send(reply.status, reply.body, "application/json")

    def log_message(self, *_arguments: Any) -> None:
        """Log nothing; the statistics are more useful."""


class _ControlHandler(_Handler):
    """Handle control requests such as http://127.0.0.1:PORT/vcenter01/statistics."""

    def _handle(self, body: bytes) -> None:
        name, _slash, resource_path = self.path.strip("/").partition("/")
        if name in self._server.endpoints:
            self._handle_control(self._server.endpoints[name], resource_path, body)
        else:
            self._send(HTTPStatus.NOT_FOUND, b'{"error": "unknown vCenter"}\n', "application/json")


class _VCenterHandler(_Handler):
    """Handle https://127.0.0.1:PORT/sdk and control requests such as /simulator/statistics."""

    def __init__(self, connection: socket.socket, address: Any, server: Any, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._vcenter = endpoint.vcenter
        self._used = False
        super().__init__(connection, address, server)

    def _handle(self, body: bytes) -> None:
        if self.path.startswith("/simulator/"):
            self._handle_control(self._endpoint, self.path.removeprefix("/simulator/"), body)
        elif self.command == "POST" and self.path.rstrip("/") == "/sdk":
            self._handle_call(body)
        elif self.command == "GET" and self.path == "/sdk/vimServiceVersions.xml":
            self._count("vimServiceVersions.xml", body)
            if not self._apply_fault("vimServiceVersions.xml"):
                self._send(HTTPStatus.OK, _version_document(self._vcenter.settings.api_version), "text/xml")
        else:
            self._send(HTTPStatus.NOT_FOUND, b"not found\n", "text/plain")

    def _handle_call(self, body: bytes) -> None:
        newest = self._vcenter.settings.api_version
        version = soap.negotiate_version(newest, self.headers.get("SOAPAction") or "")
        try:
            call = soap.parse_call(body, version)
        except soap.MalformedError as error:
            self._count("malformed", body)
            self._respond(HTTPStatus.INTERNAL_SERVER_ERROR, soap.serialize_malformed(error, version))
            return
        self._count(call.method, body)
        if self._apply_fault(call.method):
            return
        status, response, cookie = self._execute(call, version)
        if self._vcenter.faults.take("drop", call.method):
            self.close_connection = True
        elif self._vcenter.faults.take("reset", call.method):
            self.send_response(status)
            self.send_header("Content-Length", str(len(response)))
            self.end_headers()
            self.wfile.write(response[: len(response) // 2])
            self.wfile.flush()
            self._reset_connection()
        else:
            self._respond(status, response, cookie)

    def _execute(self, call: soap.Call, version: str) -> tuple[HTTPStatus, bytes, str | None]:
        faults = self._vcenter.faults
        match = _COOKIE.search(self.headers.get("Cookie") or "")
        caller = Caller(match and match.group(1), self.client_address[0], self.headers.get("User-Agent") or "")
        if caller.cookie and call.method != "Login" and faults.take("expired", call.method):
            self._vcenter.expire(caller.cookie)
        try:
            if rule := faults.take("error", call.method):
                raise VmomiSupport.GetVmodlType(str(rule.detail))(msg="A fault of the simulator, by a rule.")
            result = self._vcenter.invoke(call, caller)
        except vmodl.MethodFault as fault:
            return HTTPStatus.INTERNAL_SERVER_ERROR, soap.serialize_fault(fault, version), None
        return HTTPStatus.OK, soap.serialize_result(call, result.value, version), result.cookie

    def _apply_fault(self, method: str) -> bool:
        """Return whether a fault has ended this request."""
        faults = self._vcenter.faults
        if rule := faults.take("delay", method):
            self._server.stopping.wait(rule.seconds)
        if faults.take("refuse"):
            self._reset_connection()
        elif faults.take("hang", method):
            wait_for_close(self.connection, self._server.stopping)
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

    def _reset_connection(self) -> None:
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True

    def _count(self, method: str, body: bytes) -> None:
        self._vcenter.count(method, received=len(body), first_on_connection=not self._used)
        self._used = True

    def _respond(self, status: HTTPStatus, response: bytes, cookie: str | None = None) -> None:
        self._vcenter.count_sent(len(response))
        self._send(status, response, "text/xml; charset=utf-8", cookie)


def wait_for_close(connection: socket.socket, stopping: threading.Event) -> None:
    """Wait, without a response, until the client closes the connection."""
    connection.settimeout(_TICK)
    while not stopping.is_set():
        try:
            if not connection.recv(65536):
                return
        except TimeoutError:
            continue


def _version_document(api_version: str) -> bytes:
    prior = "".join(f"<version>{item}</version>" for item in soap.known_versions(api_version) if item != api_version)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<namespaces version="1.0"><namespace>'
        f"<name>{soap.NAMESPACE}</name><version>{api_version}</version><priorVersions>{prior}</priorVersions>"
        "</namespace></namespaces>\n"
    ).encode()


def _bind(port: int) -> socket.socket:
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    bound.bind((ADDRESS, port))
    return bound


def _load_context(certificate: Path, key: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context


def _raise_file_limit() -> None:
    """Raise the limit of open files, because a thousand vCenters need more than most shells allow by default."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
