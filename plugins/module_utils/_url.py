# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Parse URLs of web servers. The rules are those of what a vSphere Client can open."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from ._errors import UrlError
from ._foreign_text import quoted

DEFAULT_PORTS = {"http": 80, "https": 443}
_REMEDY = "give a URL such as https://plugin.example.com/plugin.json"


@dataclass(frozen=True, slots=True, order=True)
class Origin:
    """Scheme, host (lower case, no brackets, no final dot) and port of a web server (RFC 6454 section 4)."""

    scheme: str
    host: str
    port: int


@dataclass(frozen=True, slots=True)
class Url:
    """A URL in its parts. ``text`` is the URL as given, ``authority`` its host and port, ``target`` path and query."""

    text: str
    origin: Origin
    authority: str
    path: str
    target: str

    @property
    def is_tls(self) -> bool:
        return self.origin.scheme == "https"

    @property
    def host(self) -> str:
        return self.origin.host

    @property
    def port(self) -> int:
        return self.origin.port


def parse(text: str, *, schemes: tuple[str, ...] = ("http", "https")) -> Url:
    """Return the parts of a URL.

    Raises :class:`UrlError` for another scheme, a missing host, a port outside of 1 to 65535, white space or control
    characters anywhere, and for a user name or password, which everybody could read in the record of a vCenter.
    """
    # Before parsing: urlsplit removes line breaks without an error.
    if re.search(r"[\s\x00-\x1f\x7f-\x9f]", text):
        reason = "contains white space or control characters"
        raise UrlError(reason, remedy=_REMEDY) if "@" in text else UrlError(reason, value=text, remedy=_REMEDY)
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        # The library quotes parts of the URL, which could be parts of a password.
        raise _not_a_url(text, schemes) from error
    if "@" in parts.netloc:
        raise UrlError("contains a user name or a password, which everybody could read", remedy=_REMEDY)
    if parts.scheme not in schemes or not host or port == 0:
        raise _not_a_url(text, schemes)
    return Url(
        text=text,
        origin=Origin(parts.scheme, host.rstrip("."), port or DEFAULT_PORTS[parts.scheme]),
        authority=parts.netloc,
        path=parts.path,
        target=(parts.path or "/") + (f"?{parts.query}" if parts.query else ""),
    )


def find_origin(text: str | None) -> Origin | None:
    """Return the origin of a registered URL, or None: what a vCenter holds need not be a valid URL."""
    try:
        parts = urlsplit(text or "")
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    if parts.scheme not in DEFAULT_PORTS or not host:
        return None
    return Origin(parts.scheme, host.rstrip("."), DEFAULT_PORTS[parts.scheme] if port is None else port)


def find_host(text: str | None) -> str:
    """Return the host of a registered URL, empty where there is none."""
    origin = find_origin(text)
    return origin.host if origin else ""


def is_https(text: str | None) -> bool:
    """Return whether a text begins like an https URL; the rest of it need not be valid."""
    return (text or "").lower().startswith("https:")


def is_http(text: str | None) -> bool:
    """Return whether a text begins like an http URL without TLS; the rest of it need not be valid."""
    return (text or "").lower().startswith("http:")


def shown(text: str) -> str:
    """Return a URL for a message: in quotes, or "the URL" where it may hold a password."""
    return "the URL" if "@" in text else quoted(text)


def _not_a_url(text: str, schemes: tuple[str, ...]) -> UrlError:
    reason = f"must be an {' or '.join(schemes)} URL with a host and, if any, a port from 1 to 65535"
    return UrlError(reason, remedy=_REMEDY) if "@" in text else UrlError(reason, value=text, remedy=_REMEDY)
