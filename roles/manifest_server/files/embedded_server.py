# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""A small HTTPS server for vSphere Client plug-in releases, made of the Python standard library alone.

It serves the regular files of C(ROOT/KEY/VERSION/) and nothing else. A lock on the pid file, held for as long as the
server lives, says whether it runs: a process id that was taken over by another program is never mistaken for it.
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
from contextlib import suppress
from dataclasses import asdict, dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO
from urllib.parse import unquote

if TYPE_CHECKING:
    from collections.abc import Callable

PROGRAM = Path(__file__).resolve()
LOG = logging.getLogger("manifest_server")
CLIENT_TIMEOUT_S = 15
STOP_TIMEOUT_S = 10
LOG_BYTES = 1_000_000
READY = b"ready"
VERSION = re.compile(r"[0-9]+(\.[0-9]+){0,3}")
# The system's own table differs from machine to machine; a browser that is told not to sniff needs the right type.
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
    """One sentence about why the server could not do what was asked."""


@dataclass(frozen=True)
class Settings:
    """What decides how the server behaves. Paths are absolute."""

    root: str
    listen_address: str
    port: int
    certificate: str
    private_key: str

    def fingerprint(self) -> str:
        """Return a digest of these settings and of this program: another digest means that a restart is due."""
        digest = hashlib.sha256(PROGRAM.read_bytes())
        digest.update(json.dumps(asdict(self), sort_keys=True).encode())
        return digest.hexdigest()


class Certificate:
    """The TLS context of the certificate files, made anew when one of them changes."""

    def __init__(self, settings: Settings) -> None:
        self._paths = (settings.certificate, settings.private_key)
        self._lock = threading.Lock()
        try:
            self._stamp: tuple[tuple[int, int, int], ...] = self._read_stamp()
            self._context = self._load()
        except OSError as error:
            msg = f"The certificate {self._paths[0]} and the private key {self._paths[1]} cannot be used: {error}"
            raise ServerError(msg) from error

    def _read_stamp(self) -> tuple[tuple[int, int, int], ...]:
        stats = [Path(path).stat() for path in self._paths]
        return tuple((item.st_mtime_ns, item.st_size, item.st_ino) for item in stats)

    def _load(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        # A key with a passphrase would otherwise ask for it at the terminal, and wait for ever.
        context.load_cert_chain(*self._paths, password="")
        return context

    def reload(self) -> None:
        """Have the next connection load the files also if they look the same."""
        self._stamp = ()

    def context(self) -> ssl.SSLContext:
        """Return the context for the next connection. Files that do not work (yet) leave the last good one in use."""
        with self._lock:
            try:
                stamp = self._read_stamp()
                if stamp != self._stamp:
                    self._context = self._load()
                    self._stamp = stamp
                    LOG.info("certificate loaded again")
            except OSError as error:
                LOG.warning("certificate not loaded again, the last good one stays in use: %s", error)
            return self._context


class Handler(BaseHTTPRequestHandler):
    """Answers GET and HEAD for the files of a release."""

    server: Server
    protocol_version = "HTTP/1.1"
    timeout = CLIENT_TIMEOUT_S

    def do_GET(self) -> None:
        self._answer(self._send_body)

    def do_HEAD(self) -> None:
        self._answer(lambda _source: None)

    def _answer(self, send: Callable[[BinaryIO], None]) -> None:
        path = self.server.find(self.path)
        try:
            # Without O_NONBLOCK a named pipe below the root would hold this thread.
            source = None if path is None else os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb")
        except OSError:
            source = None
        if path is None or source is None:
            self.send_error(HTTPStatus.NOT_FOUND)
            return
        with source:
            found = os.fstat(source.fileno())
            if not stat.S_ISREG(found.st_mode):
                self.send_error(HTTPStatus.NOT_FOUND)
                return
            self.send_response(HTTPStatus.OK)
            self.send_header("Content-Type", TYPE_OF_SUFFIX.get(path.suffix.lower(), "application/octet-stream"))
            self.send_header("Content-Length", str(found.st_size))
            self.send_header("Last-Modified", self.date_time_string(int(found.st_mtime)))
            self.send_header("Cache-Control", "public, max-age=31536000, immutable")
            self.end_headers()
            send(source)

    def _send_body(self, source: BinaryIO) -> None:
        shutil.copyfileobj(source, self.wfile)

    def end_headers(self) -> None:
        self.send_header("X-Content-Type-Options", "nosniff")
        super().end_headers()

    def version_string(self) -> str:
        return "manifest-server"

    def log_message(self, template: str, *values: object) -> None:
        text = (template % values).encode("unicode_escape").decode()
        LOG.info("%s %s", self.client_address[0], text)


class Server(ThreadingHTTPServer):
    """Listens on one port; each client has a thread of its own, in which its TLS handshake also happens."""

    daemon_threads = True

    def __init__(self, settings: Settings) -> None:
        self.certificate = Certificate(settings)
        self._root = Path(settings.root).resolve()
        if not self._root.is_dir():
            msg = f"The root {settings.root} is not a folder: publish a release first"
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
            msg = f"Cannot listen on {where} ({error.strerror or error}): choose another port or address"
            raise ServerError(msg) from error

    def find(self, target: str) -> Path | None:
        """Return the path that the request target KEY/VERSION/FILE stands for, or None when it is not to be served."""
        try:
            text = unquote(target.partition("?")[0].partition("#")[0], errors="strict")
            key, version, *names = text.removeprefix("/").split("/")
            path = self._root.joinpath(key, version, *names).resolve(strict=True)
            inside = path.relative_to(self._root).parts
        except (OSError, RuntimeError, ValueError):
            # No such file, a loop of links, a NUL, broken UTF-8, too few parts, or a link that leads out of the root.
            return None
        visible = all(part and not part.startswith(".") for part in (key, version, *names, *inside))
        return path if visible and names and VERSION.fullmatch(version) else None

    def finish_request(self, request: socket.socket | tuple[bytes, socket.socket], client_address: object) -> None:
        if not isinstance(request, socket.socket):  # only a UDP server gets anything else
            return
        # In this thread and with a time limit: a client that says nothing holds up nobody but itself.
        request.settimeout(CLIENT_TIMEOUT_S)
        with self.certificate.context().wrap_socket(request, server_side=True) as secured:
            super().finish_request(secured, client_address)

    def handle_error(self, _request: object, client_address: object) -> None:
        where = client_address[0] if isinstance(client_address, tuple) else client_address
        LOG.info("%s connection ended: %s", where, sys.exc_info()[1])


class PidFile:
    """The pid file and the lock on it."""

    def __init__(self, path: str) -> None:
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def lock(self) -> bool:
        """Take the lock, which children inherit; return whether that was possible (no server runs)."""
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def running(self) -> dict[str, object] | None:
        """Return what the running server wrote about itself, or None when none runs."""
        if self.lock():
            fcntl.flock(self._file, fcntl.LOCK_UN)
            return None
        for _attempt in range(STOP_TIMEOUT_S * 10):
            with suppress(ValueError):
                return dict(json.loads(os.pread(self._file, 4096, 0)))
            time.sleep(0.1)
        msg = "Another start or stop of this server is under way and does not end: look for the process and stop it"
        raise ServerError(msg)

    def write(self, fingerprint: str | None) -> None:
        """Say who holds the lock, or with None that the server is not ready yet."""
        os.ftruncate(self._file, 0)
        if fingerprint is not None:
            os.pwrite(self._file, json.dumps({"pid": os.getpid(), "fingerprint": fingerprint}).encode(), 0)

    def stop(self) -> bool:
        """End the running server and return whether there was one. The lock is not held afterwards."""
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
        msg = f"The server with process id {server['pid']} does not end: stop it by hand"
        raise ServerError(msg)


def serve(server: Server) -> None:
    """Answer requests until SIGTERM or SIGINT; SIGHUP loads the certificate again."""
    for number in (signal.SIGTERM, signal.SIGINT):
        # shutdown() waits for the loop that this very thread runs, hence the thread of its own.
        signal.signal(number, lambda *_: threading.Thread(target=server.shutdown).start())
    signal.signal(signal.SIGHUP, lambda *_: server.certificate.reload())
    with server:
        server.serve_forever()


def log_to(handler: logging.Handler) -> None:
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    LOG.addHandler(handler)
    LOG.setLevel(logging.INFO)


def run_detached(settings: Settings, pid_file: PidFile, log_file: str, report: int) -> None:
    """Be the server: detach from everything of the caller, then tell the caller through the pipe how it went."""
    os.setsid()
    if os.fork():
        os._exit(0)
    os.chdir("/")
    null = os.open(os.devnull, os.O_RDWR)
    for standard in range(3):
        os.dup2(null, standard)
    os.umask(0o077)
    try:
        log_to(logging.handlers.RotatingFileHandler(log_file, maxBytes=LOG_BYTES, backupCount=1))
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
    """Make the server run with these settings. It is restarted when it runs with others."""
    current = pid_file.running()
    if current is not None and current["fingerprint"] == settings.fingerprint():
        return {"changed": False, "action": "none"}
    action = "started" if current is None else "restarted"
    if check:
        return {"changed": True, "action": action}
    # A certificate that does not work is found before the server that works is stopped.
    Certificate(settings)
    pid_file.stop()
    if not pid_file.lock():
        msg = "Another start of this server was faster: run this again"
        raise ServerError(msg)
    pid_file.write(None)
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        run_detached(settings, pid_file, log_file, writer)
    os.close(writer)
    os.waitpid(child, 0)
    with os.fdopen(reader, "rb") as answer:
        told = answer.read()
    if told != READY:
        raise ServerError(told.decode() or f"The server ended at once: see {log_file}")
    return {"changed": True, "action": action}


def parse(arguments: list[str]) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description="Serve vSphere Client plug-in releases over TLS.")
    commands = parser.add_subparsers(dest="command", required=True)
    run = commands.add_parser("run", help="stay in the foreground and log to standard error")
    begin = commands.add_parser("start", help="run in the background, unless it already does")
    end = commands.add_parser("stop", help="end the server of the pid file")
    for command in (run, begin):
        command.add_argument("--root", required=True, help="folder that holds KEY/VERSION/plugin.json")
        command.add_argument("--listen-address", default="", help="one IP address (default: all)")
        command.add_argument("--port", type=int, required=True)
        command.add_argument("--certificate", required=True, help="PEM file")
        command.add_argument("--private-key", required=True, help="PEM file")
    for command in (begin, end):
        command.add_argument("--pid-file", required=True)
        command.add_argument("--check", action="store_true", help="only say what would be done")
    begin.add_argument("--log-file", required=True)
    return parser.parse_args(arguments)


def obey(options: argparse.Namespace) -> dict[str, object]:
    """Do what the command line asks for and return what was done."""
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
    if options.command == "start":
        return start(settings, PidFile(options.pid_file), str(Path(options.log_file).absolute()), check=options.check)
    log_to(logging.StreamHandler())
    serve(Server(settings))
    return {"changed": True, "action": "stopped"}


def main() -> int:
    try:
        outcome = obey(parse(sys.argv[1:]))
    except (ServerError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(json.dumps(outcome) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
