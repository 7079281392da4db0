# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Serve the releases of vSphere Client plug-ins over HTTPS, with the Python standard library only.

The server delivers the regular files below ROOT/KEY/VERSION/ and nothing else. It runs in the background and holds a
lock on its PID file until it ends. The lock, not the process id, shows whether the server runs, because another
program may get the same process id later.
"""

from __future__ import annotations

import argparse
import fcntl
import hashlib
import json
import logging
import logging.handlers
import os
import re
import shutil
import signal
import socket
import ssl
import stat
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import BinaryIO
from urllib.parse import unquote

PROGRAM = Path(__file__).resolve()
LOG = logging.getLogger("manifest_server")
CLIENT_TIMEOUT_S = 15
STOP_TIMEOUT_S = 10
LOG_BYTES = 1_000_000
READY = b"ready"
VERSION = re.compile(r"[0-9]+(\.[0-9]+){0,3}")
# The table of the system differs between machines, and with "nosniff" a browser depends on the right type.
CONTENT_TYPES = {
    "application/json": "json map",
    "application/manifest+json": "webmanifest",
    "application/wasm": "wasm",
    "application/zip": "zip",
    "font/ttf": "ttf",
    "font/woff": "woff",
    "font/woff2": "woff2",
    "image/avif": "avif",
    "image/gif": "gif",
    "image/jpeg": "jpg jpeg",
    "image/png": "png",
    "image/svg+xml": "svg",
    "image/webp": "webp",
    "image/x-icon": "ico",
    "text/css; charset=utf-8": "css",
    "text/html; charset=utf-8": "html htm",
    "text/javascript; charset=utf-8": "js mjs",
    "text/plain; charset=utf-8": "txt",
}
TYPE_OF_SUFFIX = {f".{suffix}": name for name, suffixes in CONTENT_TYPES.items() for suffix in suffixes.split()}


class ServerError(Exception):
    """The server cannot be started or stopped; the text is for a person."""


@dataclass(frozen=True)
class Settings:
    """The settings of the server. Paths are absolute."""

    root: str
    listen_address: str
    port: int
    certificate: str
    private_key: str

    def fingerprint(self) -> str:
        """Return a digest of these settings and of this program; a changed digest requires a restart."""
        digest = hashlib.sha256(PROGRAM.read_bytes())
        digest.update(json.dumps(asdict(self), sort_keys=True).encode())
        return digest.hexdigest()


class Certificate:
    """The TLS context of the certificate files, loaded again when one of them changes."""

    def __init__(self, settings: Settings) -> None:
        self._paths = (settings.certificate, settings.private_key)
        self._lock = threading.Lock()
        try:
            self._stamp: tuple[tuple[int, int, int], ...] = self._read_stamp()
            self._context = self._load()
        except OSError as error:
            msg = f"the certificate {self._paths[0]} and the private key {self._paths[1]} cannot be used: {error}"
            raise ServerError(msg) from error

    def _read_stamp(self) -> tuple[tuple[int, int, int], ...]:
        stats = [Path(path).stat() for path in self._paths]
        return tuple((item.st_mtime_ns, item.st_size, item.st_ino) for item in stats)

    def _load(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        # Without a password argument, OpenSSL would wait for the passphrase of an encrypted key at the terminal.
        context.load_cert_chain(*self._paths, password="")
        return context

    def reload(self) -> None:
        """Load the files for the next connection, even if they seem unchanged."""
        self._stamp = ()

    def context(self) -> ssl.SSLContext:
        """Return the context for the next connection: of the current files or, if they are invalid, the last one."""
        with self._lock:
            try:
                stamp = self._read_stamp()
                if stamp != self._stamp:
                    self._context = self._load()
                    self._stamp = stamp
                    LOG.info("certificate loaded again")
            except OSError as error:
                LOG.warning("certificate not loaded, the previous one stays in use: %s", error)
            return self._context


class Handler(BaseHTTPRequestHandler):
    """Handle GET and HEAD requests for the files of a release."""

    server: Server
    protocol_version = "HTTP/1.1"
    timeout = CLIENT_TIMEOUT_S

    def do_GET(self) -> None:
        """Send a file with its headers."""
        self._respond(self._send_body)

    def do_HEAD(self) -> None:
        """Send the headers of a file."""
        self._respond(lambda _source: None)

    def _respond(self, send: Callable[[BinaryIO], None]) -> None:
        path = self.server.find_file(self.path)
        try:
            # Without O_NONBLOCK, opening a named pipe below the root would block this thread.
            source = None if path is None else os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb")
        except OSError:
            source = None
        if path is None or source is None:
            self.send_error(HTTPStatus.NOT_FOUND)
            return
        with source:
            status = os.fstat(source.fileno())
            if not stat.S_ISREG(status.st_mode):
                self.send_error(HTTPStatus.NOT_FOUND)
                return
            self.send_response(HTTPStatus.OK)
            self.send_header("Content-Type", TYPE_OF_SUFFIX.get(path.suffix.lower(), "application/octet-stream"))
            self.send_header("Content-Length", str(status.st_size))
            self.send_header("Last-Modified", self.date_time_string(int(status.st_mtime)))
            self.send_header("Cache-Control", "public, max-age=31536000, immutable")
            self.end_headers()
            send(source)

    def _send_body(self, source: BinaryIO) -> None:
        shutil.copyfileobj(source, self.wfile)

    def end_headers(self) -> None:
        """Add the header that every response has."""
        self.send_header("X-Content-Type-Options", "nosniff")
        super().end_headers()

    def version_string(self) -> str:
        """Return the header Server, without versions."""
        return "manifest-server"

    def log_message(self, template: str, *values: object) -> None:
        """Log a request with control characters escaped."""
        text = (template % values).encode("unicode_escape").decode()
        LOG.info("%s %s", self.client_address[0], text)


class Server(ThreadingHTTPServer):
    """The HTTPS server: one port, and one thread per client, which also does the TLS handshake."""

    daemon_threads = True

    def __init__(self, settings: Settings) -> None:
        self.certificate = Certificate(settings)
        self._root = Path(settings.root).resolve()
        if not self._root.is_dir():
            msg = f"the root {settings.root} is not a folder; publish a release first"
            raise ServerError(msg)
        host = settings.listen_address
        dual = not host and socket.has_dualstack_ipv6()
        super().__init__((host, settings.port), Handler, bind_and_activate=False)
        self.socket.close()
        try:
            self.socket = socket.create_server(
                (host, settings.port),
                family=socket.AF_INET6 if dual or ":" in host else socket.AF_INET,
                backlog=64,
                dualstack_ipv6=dual,
            )
        except OSError as error:
            where = f"port {settings.port} of {host or 'all addresses'}"
            msg = f"cannot listen on {where} ({error.strerror or error}); choose another port or address"
            raise ServerError(msg) from error

    def find_file(self, target: str) -> Path | None:
        """Return the file of the request target KEY/VERSION/FILE, or None if it must not be served."""
        try:
            text = unquote(target.partition("?")[0].partition("#")[0], errors="strict")
            key, version, *names = text.removeprefix("/").split("/")
            path = self._root.joinpath(key, version, *names).resolve(strict=True)
            inside = path.relative_to(self._root).parts
        except (OSError, RuntimeError, ValueError):
            # No such file, a loop of links, a NUL, invalid UTF-8, too few parts, or a link that leaves the root.
            return None
        visible = all(part and not part.startswith(".") for part in (key, version, *names, *inside))
        return path if visible and names and VERSION.fullmatch(version) else None

    def finish_request(self, request: socket.socket | tuple[bytes, socket.socket], client_address: object) -> None:
        """Do the TLS handshake and handle the requests of one client, in the thread of this client."""
        if not isinstance(request, socket.socket):  # only UDP servers get another type
            return
        # The time limit ends the thread of a silent client.
        request.settimeout(CLIENT_TIMEOUT_S)
        with self.certificate.context().wrap_socket(request, server_side=True) as secured:
            super().finish_request(secured, client_address)

    def handle_error(self, _request: object, client_address: object) -> None:
        """Log why a connection ended."""
        where = client_address[0] if isinstance(client_address, tuple) else client_address
        LOG.info("%s connection ended: %s", where, sys.exc_info()[1])


class PidFile:
    """The PID file and the lock on it."""

    def __init__(self, path: str) -> None:
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def lock(self) -> bool:
        """Take the lock, which child processes inherit; return False if a server holds it."""
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def running(self) -> dict[str, object] | None:
        """Return the process id and the fingerprint of the running server, or None if no server runs."""
        if self.lock():
            fcntl.flock(self._file, fcntl.LOCK_UN)
            return None
        for _attempt in range(STOP_TIMEOUT_S * 10):
            with suppress(ValueError):
                return dict(json.loads(os.pread(self._file, 4096, 0)))
            time.sleep(0.1)
        msg = "another start or stop of this server does not end; find its process and stop it"
        raise ServerError(msg)

    def write(self, fingerprint: str | None) -> None:
        """Write the process id and the fingerprint of this server, or nothing while it is not ready."""
        os.ftruncate(self._file, 0)
        if fingerprint is not None:
            os.pwrite(self._file, json.dumps({"pid": os.getpid(), "fingerprint": fingerprint}).encode(), 0)

    def stop(self) -> bool:
        """Stop the running server and return whether one was running. The lock is free afterwards."""
        server = self.running()
        if server is None:
            return False
        for number in (signal.SIGTERM, signal.SIGKILL):
            with suppress(ProcessLookupError):
                os.kill(int(str(server["pid"])), number)
            for _attempt in range(STOP_TIMEOUT_S * 10):
                if self.lock():
                    fcntl.flock(self._file, fcntl.LOCK_UN)
                    return True
                time.sleep(0.1)
        msg = f"the server with process id {server['pid']} does not end; stop it manually"
        raise ServerError(msg)


def serve(server: Server) -> None:
    """Handle requests until SIGTERM or SIGINT; SIGHUP loads the certificate again."""
    for number in (signal.SIGTERM, signal.SIGINT):
        # shutdown() waits for the loop of this thread, so it must run in another one.
        signal.signal(number, lambda *_: threading.Thread(target=server.shutdown).start())
    signal.signal(signal.SIGHUP, lambda *_: server.certificate.reload())
    with server:
        server.serve_forever()


def write_log_to(log_file: str) -> None:
    """Write the log to a file that is rotated once."""
    handler = logging.handlers.RotatingFileHandler(log_file, maxBytes=LOG_BYTES, backupCount=1)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    LOG.addHandler(handler)
    LOG.setLevel(logging.INFO)


def run_detached(settings: Settings, pid_file: PidFile, log_file: str, report: int) -> None:
    """Detach from the caller, report the start or its error through the pipe ``report``, and serve."""
    os.setsid()
    if os.fork():
        os._exit(0)
    os.chdir("/")
    null = os.open(os.devnull, os.O_RDWR)
    for standard in range(3):
        os.dup2(null, standard)
    os.umask(0o077)
    try:
        write_log_to(log_file)
        server = Server(settings)
        pid_file.write(settings.fingerprint())
    except (ServerError, OSError) as error:
        os.write(report, str(error).encode())
        os._exit(1)
    os.write(report, READY)
    os.close(report)
    LOG.info("serving %s on port %s", settings.root, settings.port)
    serve(server)
    os._exit(0)


def start(settings: Settings, pid_file: PidFile, log_file: str, *, check: bool) -> dict[str, object]:
    """Start the server, or restart it if it runs with other settings."""
    current = pid_file.running()
    if current is not None and current["fingerprint"] == settings.fingerprint():
        return {"changed": False, "action": "none"}
    action = "started" if current is None else "restarted"
    if check:
        return {"changed": True, "action": action}
    # An invalid certificate is detected before the running server is stopped.
    Certificate(settings)
    pid_file.stop()
    if not pid_file.lock():
        msg = "another start of this server is in progress; run the playbook again"
        raise ServerError(msg)
    pid_file.write(None)
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        run_detached(settings, pid_file, log_file, writer)
    os.close(writer)
    os.waitpid(child, 0)
    with os.fdopen(reader, "rb") as pipe:
        result = pipe.read()
    if result != READY:
        raise ServerError(result.decode() or f"the server ended immediately; read {log_file}")
    return {"changed": True, "action": action}


def parse_arguments(arguments: list[str]) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description="Serve vSphere Client plug-in releases over TLS.")
    commands = parser.add_subparsers(dest="command", required=True)
    start_command = commands.add_parser("start", help="run in the background, unless it already runs")
    start_command.add_argument("--root", required=True, help="folder that contains KEY/VERSION/plugin.json")
    start_command.add_argument("--listen-address", default="", help="one IP address (default: all)")
    start_command.add_argument("--port", type=int, required=True)
    start_command.add_argument("--certificate", required=True, help="PEM file")
    start_command.add_argument("--private-key", required=True, help="PEM file")
    start_command.add_argument("--log-file", required=True)
    stop_command = commands.add_parser("stop", help="stop the server of the PID file")
    for command in (start_command, stop_command):
        command.add_argument("--pid-file", required=True)
        command.add_argument("--check", action="store_true", help="only report what would be done")
    return parser.parse_args(arguments)


def run_command(options: argparse.Namespace) -> dict[str, object]:
    """Run the command of the command line and return its result."""
    if options.command == "stop":
        if not Path(options.pid_file).exists():
            return {"changed": False, "action": "none"}
        pid_file = PidFile(options.pid_file)
        stopped = pid_file.running() is not None if options.check else pid_file.stop()
        return {"changed": stopped, "action": "stopped" if stopped else "none"}
    settings = Settings(
        root=str(Path(options.root).absolute()),
        listen_address=options.listen_address,
        port=options.port,
        certificate=str(Path(options.certificate).absolute()),
        private_key=str(Path(options.private_key).absolute()),
    )
    return start(settings, PidFile(options.pid_file), str(Path(options.log_file).absolute()), check=options.check)


def main() -> int:
    """Run one command, print its result as JSON, or its error."""
    try:
        result = run_command(parse_arguments(sys.argv[1:]))
    except (ServerError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(json.dumps(result) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
