# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Download the body of a URL as a vCenter does: the URL as it is, straight from its server, no redirect, no account.

HTTP is that of urllib3 1.26 and 2.x, which is installed with the library requests. What is added here, and why:

- :class:`TimedSocket`: the timeouts of urllib3 limit each read, here one deadline limits the whole exchange.
- :class:`BoundedReader`: both versions take a chunk of a negative size as "all that comes"; 1.26 reads the size of a
  chunk and trailers to the end of the line, however long it is.
- :class:`_TimedConnection`: urllib3 rewrites percent codes of a URL; its errors of a connection keep no cause.
- ``ClientContext.server_name``: 1.26 gives OpenSSL no name for a server that is known by its IP address.
- ``enforce_content_length`` is off in 1.26 unless it is set.
"""

from __future__ import annotations

import contextlib
import http.client
import re
import ssl
import traceback
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from socket import socket
from typing import Any
from urllib.parse import urljoin

from .. import _url
from .._errors import HttpError, HttpKind, TlsError, UrlError
from . import contexts
from .endpoint import Endpoint, check_timeout, connect
from .errors import translate_error
from .timed_socket import TimedSocket, TimedTlsSocket

URLLIB3_IMPORT_ERROR: str | None = None
_HttpConnection: Any = object
_HttpsConnection: Any = object
try:
    import urllib3
    from urllib3.connection import HTTPConnection as _HttpConnection
    from urllib3.connection import HTTPSConnection as _HttpsConnection
except ImportError:
    URLLIB3_IMPORT_ERROR = traceback.format_exc()

_CHUNK = 64 * 1024
# Longer ones come from servers that put a whole page into a header.
_LONGEST_LOCATION = 200
_TYPE = re.compile(r"[a-z0-9!#$&^_.+-]{1,60}/[a-z0-9!#$&^_.+-]{1,60}")
_HTTP_KINDS: dict[str, HttpKind] = {
    "ca_path": "ca_path",
    "hostname": "untrusted",
    "pin": "pin",
    "timeout": "timeout",
    "untrusted": "untrusted",
}
_ACCOUNT_REMEDY = "make it readable without an account, because a vCenter has none"
_PATH_REMEDY = "correct the URL, or publish the file there first"
_STATUS_REMEDIES = {
    401: _ACCOUNT_REMEDY,
    403: _ACCOUNT_REMEDY,
    404: _PATH_REMEDY,
    407: "make it reachable without a proxy",
    410: _PATH_REMEDY,
}


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer of a server for a URL.

    ``size`` is that of the body in bytes, which is read with status 200 only. ``content_type`` has no parameters and
    is in lower case; it is empty where there is none.
    """

    url: str
    status: int
    content_type: str
    size: int


def download(
    url: str,
    *,
    limit: int,
    timeout: float,
    thumbprint: str | None = None,
    ca_path: str | None = None,
    validate_certs: bool = True,
) -> bytes:
    """Return the body that a GET of an ``http`` or ``https`` URL gives, at most ``limit`` bytes.

    ``timeout`` is in seconds and covers everything from connecting to the last byte; only the system's own name lookup
    is not limited. With ``thumbprint``, in the notation of :func:`normalize_thumbprint`, exactly the certificate with
    that one is trusted, and neither CA nor host name counts. Otherwise the CAs of ``ca_path``, a PEM file or a folder
    of hashed ones, or those of the system are trusted; with ``validate_certs`` false, any certificate is accepted.

    Any other status than 200 is an error, also a redirect: what a vCenter gets from this very URL is what counts.
    Raises :class:`HttpError`, :class:`UrlError` and, for the timeout, :class:`OptionError`.
    """
    source = _parse(url)
    with closing(_Client(source, timeout, thumbprint, ca_path, validate_certs)) as client:
        return client.download(source, limit)


def request_all(
    urls: Sequence[str],
    *,
    limit: int,
    timeout: float,
    thumbprint: str | None = None,
    ca_path: str | None = None,
    validate_certs: bool = True,
) -> tuple[Answer, ...]:
    """Return the answer to each of ``urls``, all of one server, over one connection as long as the server keeps it.

    As :func:`download`, with ``timeout`` for all of them together and ``limit`` for each; any status is an answer.
    """
    sources = [_parse(url) for url in urls]
    if not sources:
        return ()
    with closing(_Client(sources[0], timeout, thumbprint, ca_path, validate_certs)) as client:
        return tuple(client.request(source, limit) for source in sources)


@dataclass(slots=True)
class _Exchange:
    """What the connections of a client share: the endpoint, the target of the request, how many were opened."""

    endpoint: Endpoint
    target: str = "/"
    opened: int = 0


class _Client:
    """A connection to one server, opened when it is needed, and again after the server has closed it."""

    def __init__(
        self, source: _url.Url, timeout: float, thumbprint: str | None, ca_path: str | None, validate_certs: bool
    ) -> None:
        check_timeout(timeout)
        if URLLIB3_IMPORT_ERROR:
            reason = "cannot be downloaded without the Python library requests"
            raise _http_error("library", source, reason, "install requests where this task runs")
        self.timeout = timeout
        self.pool: Any
        self.exchange = _Exchange(Endpoint.within(timeout, source.host, source.port))
        options: dict[str, Any] = {"timeout": timeout, "exchange": self.exchange}
        if source.is_tls:
            options["ssl_context"] = _context(self.exchange.endpoint, thumbprint, ca_path, validate_certs)
            # The context compares the pin first, and names the other certificate in its error. With the pin, urllib3
            # compares it again before it sends the request, and verifies neither CA nor name.
            options["assert_fingerprint"] = thumbprint
            self.pool = urllib3.HTTPSConnectionPool(source.host, source.port, **options)
            self.pool.ConnectionCls = _TimedHttpsConnection
        else:
            if thumbprint is not None:
                reason = "has no certificate to compare with the thumbprint"
                raise _http_error("pin", source, reason, "give an https URL, or no thumbprint")
            self.pool = urllib3.HTTPConnectionPool(source.host, source.port, **options)
            self.pool.ConnectionCls = _TimedHttpConnection

    def close(self) -> None:
        """Close the connection."""
        self.pool.close()

    def download(self, source: _url.Url, limit: int) -> bytes:
        """Return the body of a URL, and let the server close the connection."""
        with self._get(source, "close") as response:
            _check_status(source, response)
            return _read_body(source, response, limit)

    def request(self, source: _url.Url, limit: int) -> Answer:
        """Return the answer for a URL, over the open connection if there is one."""
        opened = self.exchange.opened
        try:
            return self._request(source, limit)
        except HttpError as error:
            # A server may close a connection that it kept open at any time.
            if error.kind not in ("connection", "incomplete") or self.exchange.opened != opened:
                raise
        return self._request(source, limit)

    def _request(self, source: _url.Url, limit: int) -> Answer:
        with self._get(source, "keep-alive") as response:
            size = len(_read_body(source, response, limit)) if response.status == 200 else 0
            content_type = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
            return Answer(source.text, response.status, content_type if _TYPE.fullmatch(content_type) else "", size)

    @contextmanager
    def _get(self, source: _url.Url, afterwards: str) -> Iterator[Any]:
        """Give the response to a GET with its body unread; ``afterwards`` is the header Connection."""
        self.exchange.target = source.target
        with self._translated(source), contextlib.ExitStack() as stack:
            response = self.pool.urlopen(
                "GET",
                # Only for messages of urllib3: the connection sends the target as it is.
                "/",
                headers={
                    "Host": source.authority,
                    "Accept": "*/*",
                    "Accept-Encoding": "identity",
                    "Connection": afterwards,
                    "User-Agent": "vsphere_ops.client_plugin",
                },
                retries=False,
                redirect=False,
                assert_same_host=False,
                preload_content=False,
                decode_content=False,
                enforce_content_length=True,
            )
            # Closes the connection, unless a body that was read to its end has given it back.
            stack.callback(response.close)
            yield response

    @contextmanager
    def _translated(self, source: _url.Url) -> Iterator[None]:
        """Raise what ends an exchange early as an :class:`HttpError`."""
        try:
            yield
        except TlsError as error:
            raise _connection_error(source, error) from error
        except (OSError, http.client.HTTPException, urllib3.exceptions.HTTPError) as error:
            raise self._exchange_error(source, error) from error

    def _exchange_error(self, source: _url.Url, error: Exception) -> HttpError:
        # urllib3 puts the exception that it has caught last among the arguments of its own.
        cause = next((part for part in reversed(error.args) if isinstance(part, Exception)), error)
        if isinstance(cause, (TimeoutError, urllib3.exceptions.TimeoutError)):
            reason = f"was not complete after {self.timeout:g} seconds"
            return _http_error("timeout", source, reason, "check the server, or raise O(timeout)")
        if isinstance(cause, ssl.SSLError):
            # With TLS 1.3 a server can reject a client after the handshake.
            return _connection_error(source, translate_error(cause, self.exchange.endpoint))
        broken = (OSError, http.client.IncompleteRead, urllib3.exceptions.HTTPError)
        malformed = isinstance(cause, http.client.HTTPException) and not isinstance(cause, broken)
        if malformed or isinstance(cause, urllib3.exceptions.InvalidHeader):
            return _http_error("not_http", source, "is not answered in HTTP", "correct its scheme or its port")
        reason = "was interrupted by the server or on the way"
        return _http_error("incomplete", source, reason, "check the log of the server")


def _parse(text: str) -> _url.Url:
    source = _url.parse(text.strip())
    if not source.text.isascii():
        raise UrlError(
            "contains characters that a URL must not contain",
            value=source.text,
            remedy="write them as percent codes, such as %20",
        )
    return source


def _context(
    endpoint: Endpoint, thumbprint: str | None, ca_path: str | None, validate_certs: bool
) -> contexts.ClientContext:
    context: contexts.ClientContext
    if thumbprint is not None:
        context = contexts.pinned_context(thumbprint, str(endpoint))
    elif validate_certs:
        try:
            context = contexts.verifying_context(ca_path)
        except TlsError as error:
            raise HttpError("ca_path", error.reason, subject=error.subject, remedy=error.remedy) from error
    else:
        context = contexts.inspection_context()
    context.server_name = endpoint.name
    context.sslsocket_class = TimedTlsSocket
    return context


def _connection_error(source: _url.Url, error: TlsError) -> HttpError:
    reason = f"cannot be downloaded: {error.as_clause()}"
    return _http_error(_HTTP_KINDS.get(error.kind, "connection"), source, reason, error.remedy)


def _http_error(kind: HttpKind, source: _url.Url, reason: str, remedy: str) -> HttpError:
    return HttpError(kind, reason, subject=source.text, remedy=remedy)


class _TimedConnection:
    """A connection of urllib3 that is opened within the deadline, and sends the target of a URL as it is."""

    def __init__(self: Any, *args: Any, exchange: _Exchange, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.exchange = exchange

    def _new_conn(self: Any) -> socket:
        return connect(self.exchange.endpoint, TimedSocket)

    def connect(self: Any) -> None:
        """Connect. Raises :class:`TlsError`, which urllib3 passes on unchanged."""
        self.exchange.opened += 1
        try:
            super().connect()  # type: ignore[misc]
        except (OSError, ValueError) as error:
            raise translate_error(error, self.exchange.endpoint) from error
        self.sock.endpoint = self.exchange.endpoint
        # No warning of urllib3 where the task itself turns the verification off.
        self.is_verified = True

    def request(self: Any, method: str, _target: str, *args: Any, **kwargs: Any) -> None:
        """Send a request."""
        super().request(method, self.exchange.target, *args, **kwargs)  # type: ignore[misc]


class _TimedHttpConnection(_TimedConnection, _HttpConnection):
    """See :class:`_TimedConnection`."""


class _TimedHttpsConnection(_TimedConnection, _HttpsConnection):
    """See :class:`_TimedConnection`."""


def _read_body(source: _url.Url, response: Any, limit: int) -> bytes:
    if response.headers.get("Content-Encoding", "").strip().lower() not in ("", "identity"):
        reason = "is sent compressed, which was not asked for"
        raise _http_error("encoding", source, reason, "configure the server to send the file as it is")
    too_large = _http_error("too_large", source, f"is larger than the {limit} bytes that are read", "correct the URL")
    if (response.length_remaining or 0) > limit:
        raise too_large
    body = bytearray()
    for piece in response.stream(_CHUNK, decode_content=False):
        body += piece
        if len(body) > limit:
            raise too_large
    return bytes(body)


def _check_status(source: _url.Url, response: Any) -> None:
    status = response.status
    if status == 200:
        return
    # The text of the standard, because that of the server could be anything.
    reason = f"is answered with {status} {http.client.responses.get(status, '')}".rstrip()
    remedy = _STATUS_REMEDIES.get(status, "check the log of the server")
    if 300 <= status < 400:
        location = _location(source, response)
        reason += f", a redirect to {location}, which is not followed" if location else ", which is not followed"
        remedy = "give that URL" if location else "give the URL of the file itself"
    raise HttpError("status", reason, subject=source.text, remedy=remedy, status=status)


def _location(source: _url.Url, response: Any) -> str:
    """Return the URL that a redirect points to, empty where it cannot be shown or is the same."""
    try:
        location = urljoin(source.text, response.headers.get("Location", ""))
        _url.parse(location)
    except (UrlError, ValueError):
        return ""
    return location if location != source.text and location.isascii() and len(location) <= _LONGEST_LOCATION else ""
