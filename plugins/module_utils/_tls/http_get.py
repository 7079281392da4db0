# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""The only file that fetches the body of a URL, for plug-in packages and manifests. Standard library only.

It asks as a vCenter would: the URL as it is, straight to its server, no proxy, no redirect, no account.
"""

from __future__ import annotations

import http.client
import io
import re
import socket
import ssl
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import SplitResult, urljoin, urlsplit

from .._vcenter.connection import PinnedContext, WrongPin
from .probe import Endpoint, TlsError, connect, network_error, tls_error, verifying_context

# A day. What is longer is a mistake in the unit, and more than the system's own timers take.
LONGEST_TIMEOUT = 86_400.0

_PORTS = {"https": 443, "http": 80}
_CHUNK = 64 * 1024
# Longer ones come from servers that put a whole page there.
_LONGEST_SHOWN = 200
_TYPE = re.compile(r"[a-z0-9!#$&^_.+-]{1,60}/[a-z0-9!#$&^_.+-]{1,60}")
_WAY_OUT = "give https://host/path or https://host:port/path"
_STATUS_WAYS_OUT = {
    401: "it must be readable without an account, as vCenter has none",
    403: "it must be readable without an account, as vCenter has none",
    404: "correct the URL, or publish the file there first",
    407: "no proxy can be used, as the URL must be reachable directly",
    410: "correct the URL, or publish the file there first",
}

Argument = Literal["url", "ca_path", "thumbprint", "timeout"]


class DownloadError(ValueError):
    """Nothing usable could be downloaded. ``str()`` is one sentence with the URL, what happened and the way out.

    ``argument`` is the argument of :func:`download` that it is about.
    """

    def __init__(self, argument: Argument, message: str) -> None:
        super().__init__(message)
        self.argument = argument


@dataclass(frozen=True, slots=True)
class _Source:
    """A URL that can be asked for. ``authority`` is what the Host header says, ``target`` is path and query."""

    url: str
    tls: bool
    host: str
    port: int
    authority: str
    target: str


def download(
    url: str,
    *,
    limit: int,
    timeout: float,
    thumbprint: str | None = None,
    ca_path: str | None = None,
    validate_certs: bool = True,
) -> bytes:
    """The body that a GET of an ``http`` or ``https`` URL gives, at most ``limit`` bytes.

    ``timeout`` is in seconds and covers everything from connecting to the last byte; only the system's own name lookup
    is outside of it. With ``thumbprint``, in the notation of ``normalize_thumbprint``, exactly the certificate with
    that one is trusted, and neither CA nor host name counts. Otherwise the CAs of ``ca_path``, a PEM file or a folder
    of hashed ones, or those of the system are; with ``validate_certs`` false any certificate will do.

    Only status 200 will do, and a redirect is not followed: what vCenter gets from this very URL is what counts.
    Raises :class:`DownloadError`.
    """
    source = _source(url)
    line = _line(source, timeout, thumbprint, ca_path, validate_certs)
    with closing(line), line.told(source), line.answer(source, "close") as response:
        _check_status(source, response)
        return _body(source, response, limit)


@dataclass(frozen=True, slots=True)
class Seen:
    """What a server answered for a URL. ``size`` is that of the body in bytes, which is read only with status 200.

    ``content_type`` has no parameters and is in lower case; it is empty where there is none.
    """

    url: str
    status: int
    content_type: str
    size: int


def look(
    urls: Sequence[str],
    *,
    limit: int,
    timeout: float,
    thumbprint: str | None = None,
    ca_path: str | None = None,
    validate_certs: bool = True,
) -> tuple[Seen, ...]:
    """What one server, that of all ``urls``, answers for each: over one connection for as long as it is kept open.

    As :func:`download`, with ``timeout`` for all of them together, but any status will do.
    Raises :class:`DownloadError`.
    """
    sources = [_source(url) for url in urls]
    if not sources:
        return ()
    with closing(_line(sources[0], timeout, thumbprint, ca_path, validate_certs)) as line:
        return tuple(line.look(source, limit) for source in sources)


def _line(source: _Source, timeout: float, thumbprint: str | None, ca_path: str | None, validate_certs: bool) -> _Line:
    if not 0 < timeout <= LONGEST_TIMEOUT:
        raise DownloadError(
            "timeout", f"{timeout} is no time to wait; give seconds above 0, such as 30, and no more than a day"
        )
    context = _context(source, thumbprint, ca_path, validate_certs)
    endpoint = Endpoint(source.host, source.port, source.host.partition("%")[0], time.monotonic() + timeout)
    return _Line(endpoint, timeout, context)


@dataclass(slots=True)
class _Line:
    """The way to one server: opened when it is needed, and again after the server has closed it."""

    endpoint: Endpoint
    timeout: float
    context: ssl.SSLContext | None
    connection: socket.socket | None = None

    def close(self) -> None:
        if self.connection:
            self.connection.close()
        self.connection = None

    def look(self, source: _Source, limit: int) -> Seen:
        with self.told(source):
            if self.connection:
                try:
                    return self._look(source, limit)
                except (ConnectionError, ssl.SSLError):
                    # A server may close what it kept open, at any time and without a word.
                    self.close()
            return self._look(source, limit)

    def _look(self, source: _Source, limit: int) -> Seen:
        with self.answer(source, "keep-alive") as response:
            size = len(_body(source, response, limit)) if response.status == 200 else 0
            if response.will_close or response.status != 200:
                self.close()
            content_type = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
            # It comes from a stranger, and is shown.
            return Seen(source.url, response.status, content_type if _TYPE.fullmatch(content_type) else "", size)

    @contextmanager
    def answer(self, source: _Source, afterwards: str) -> Iterator[http.client.HTTPResponse]:
        """Status and headers; the body is still to be read. ``afterwards``: what shall become of the connection."""
        self.connection = self.connection or _open(source, self.endpoint, self.context)
        with _get(source, _Paced(self.connection, self.endpoint), afterwards) as response:
            response.begin()
            yield response

    @contextmanager
    def told(self, source: _Source) -> Iterator[None]:
        """What breaks a conversation, in a sentence about the URL that was asked for."""
        try:
            yield
        except TimeoutError as error:
            raise _fault(
                source, f"was not complete after {self.timeout:g} seconds; look at the server, or raise the timeout"
            ) from error
        except ssl.SSLError as error:
            # TLS 1.3 tells a client after the handshake that it is not welcome.
            raise _fault(source, f"cannot be downloaded: {tls_error(self.endpoint, error)}") from error
        except (OSError, http.client.IncompleteRead) as error:
            raise _fault(source, "was broken off by its server or on the way; look at the log of the server") from error
        except http.client.HTTPException as error:
            raise _fault(source, "is not answered in HTTP; correct its scheme or its port") from error


def _fault(source: _Source, message: str) -> DownloadError:
    return DownloadError("url", f"{source.url} {message}")


def _source(url: str) -> _Source:
    parts, port = _split(url.strip())
    if parts is None:
        raise DownloadError("url", f"{_shown(url)} is no URL with a host and, if any, a valid port; {_WAY_OUT}")
    if "@" in parts.netloc:
        raise DownloadError("url", f"the URL holds a user name or a password, which vCenter could not use; {_WAY_OUT}")
    if parts.scheme not in _PORTS or not parts.hostname:
        raise DownloadError("url", f"{_shown(url)} cannot be downloaded from; {_WAY_OUT}")
    if not re.fullmatch(r"[!-~]+", url.strip()):
        # Checked on the text itself: urlsplit takes line breaks away without a word.
        raise DownloadError(
            "url", f"{_shown(url)} holds characters that no URL may hold; write them as percent codes, as in %20"
        )
    return _Source(
        url=url.strip(),
        tls=parts.scheme == "https",
        host=parts.hostname,
        port=port or _PORTS[parts.scheme],
        authority=parts.netloc,
        target=(parts.path or "/") + (f"?{parts.query}" if parts.query else ""),
    )


def _split(url: str) -> tuple[SplitResult | None, int | None]:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        # Python's words quote parts of the URL, which could be parts of a password.
        return None, None
    return (None, None) if port == 0 else (parts, port)


def _shown(url: str) -> str:
    """A URL that is none for a message. Where it cannot be told apart what is a password, nothing is shown."""
    return "the text" if "@" in url or len(url) > _LONGEST_SHOWN else ascii(url)


def _context(
    source: _Source, thumbprint: str | None, ca_path: str | None, validate_certs: bool
) -> ssl.SSLContext | None:
    if not source.tls:
        if thumbprint is not None:
            raise DownloadError(
                "thumbprint", f"{source.url} has no certificate to compare; give an https URL, or no thumbprint"
            )
        return None
    if thumbprint is not None:
        pinned = PinnedContext(ssl.PROTOCOL_TLS_CLIENT)
        pinned.pin = thumbprint
        return _trusting(pinned)
    try:
        return verifying_context(ca_path) if validate_certs else _trusting(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))
    except TlsError as error:
        raise DownloadError("ca_path", str(error)) from error


def _trusting(context: ssl.SSLContext) -> ssl.SSLContext:
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _open(source: _Source, endpoint: Endpoint, context: ssl.SSLContext | None) -> socket.socket:
    try:
        return _handshake(endpoint, context)
    except WrongPin as error:
        pin = context.pin if isinstance(context, PinnedContext) else ""
        raise DownloadError(
            "thumbprint",
            f"{source.url} is served with the certificate {error}, not with {pin}; "
            "find out why before you change the thumbprint",
        ) from error
    except ssl.SSLCertVerificationError as error:
        raise _fault(source, f"cannot be downloaded: {tls_error(endpoint, error)}, or give its thumbprint") from error
    except ssl.SSLError as error:
        raise _fault(source, f"cannot be downloaded: {tls_error(endpoint, error)}") from error
    except OSError as error:
        raise _fault(source, f"cannot be downloaded: {network_error(endpoint, error)}") from error
    except ValueError as error:
        # The name cannot be written in IDNA, is empty or begins with a dot.
        raise _fault(source, f"names no host ({error}); correct the name") from error


def _handshake(endpoint: Endpoint, context: ssl.SSLContext | None) -> socket.socket:
    plain = connect(endpoint)
    if context is None:
        return plain
    # Closed here when the handshake fails; on success the TLS socket has taken the descriptor over.
    with plain:
        plain.settimeout(endpoint.seconds_left())
        return context.wrap_socket(plain, server_hostname=endpoint.name)


class _Paced(io.RawIOBase):
    """A socket for ``http.client`` whose every single read and write gets only what is left of the whole time.

    Without it a server that sends one byte now and then would hold the task for ever.
    """

    def __init__(self, connection: socket.socket, endpoint: Endpoint) -> None:
        super().__init__()
        self.connection = connection
        self.endpoint = endpoint

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self.connection.settimeout(self.endpoint.seconds_left())
        return self.connection.recv_into(buffer)

    def sendall(self, data: bytes) -> None:
        self.connection.settimeout(self.endpoint.seconds_left())
        self.connection.sendall(data)

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(self, _CHUNK)


def _get(source: _Source, paced: _Paced, afterwards: str) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection(source.host, source.port)
    # Both are made for each other by duck typing: http.client only ever sends, makes a file and closes.
    connection.sock = paced
    connection.request(
        "GET",
        source.target,
        headers={
            "Host": source.authority,
            "Accept": "*/*",
            "Accept-Encoding": "identity",
            "Connection": afterwards,
            "User-Agent": "vsphere_ops.client_plugin",
        },
    )
    return http.client.HTTPResponse(paced, method="GET")  # type: ignore[arg-type]


def _body(source: _Source, response: http.client.HTTPResponse, limit: int) -> bytes:
    encoding = response.headers.get("Content-Encoding", "identity").strip().lower()
    if encoding not in ("", "identity"):
        raise _fault(source, "comes compressed, which was not asked for; let the server send the file as it is")
    too_long = _fault(source, f"is larger than the {limit} bytes that are read here; correct the URL")
    announced = response.length
    if announced is not None and announced > limit:
        raise too_long
    body = bytearray()
    # Not read(): there a chunk of a negative size would be taken as "all that comes".
    piece = memoryview(bytearray(_CHUNK))
    while received := response.readinto(piece):
        body += piece[:received]
        if len(body) > limit:
            raise too_long
    if announced is not None and len(body) < announced:
        raise http.client.IncompleteRead(b"", announced - len(body))
    return bytes(body)


def _check_status(source: _Source, response: http.client.HTTPResponse) -> None:
    status = response.status
    if status == 200:
        return
    # The server's own words for it could be anything.
    answer = f"is answered with {status} {http.client.responses.get(status, '')}".rstrip()
    if 300 <= status < 400:
        raise _fault(source, f"{answer}, which is not followed{_elsewhere(source, response)}")
    way_out = _STATUS_WAYS_OUT.get(status, "look at the log of the server")
    raise _fault(source, f"{answer}; {way_out}")


def _elsewhere(source: _Source, response: http.client.HTTPResponse) -> str:
    """Where a redirect points to, if that can be shown: what stands there comes from a stranger."""
    way_out = "; give the URL of the file itself"
    try:
        location = urljoin(source.url, response.headers.get("Location", ""))
        parts = urlsplit(location)
    except ValueError:
        return way_out
    harmless = re.fullmatch(r"[!-~]+", location) and len(location) <= _LONGEST_SHOWN and "@" not in parts.netloc
    return f", to {location}; give that URL" if harmless and location != source.url else way_out
