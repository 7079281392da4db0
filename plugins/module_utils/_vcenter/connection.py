# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Read the connection options of a task, and make the TLS context that they ask for."""

from __future__ import annotations

import re
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .._certificate.thumbprint import normalize_thumbprint
from .._errors import OptionError
from .._tls import contexts
from .._tls.endpoint import check_timeout


@dataclass(frozen=True, slots=True)
class ConnectionOptions:
    """How one vCenter is reached. ``timeout`` is in seconds and limits every single step on the connection.

    ``thumbprint`` is in the notation of :func:`normalize_thumbprint`, or None.
    """

    hostname: str
    username: str
    password: str = field(repr=False)
    port: int = 443
    validate_certs: bool = True
    ca_path: str | None = None
    thumbprint: str | None = None
    timeout: float = 30
    proxy_host: str | None = None
    proxy_port: int | None = None

    @property
    def address(self) -> str:
        """Return the host name, with the port where it is not 443."""
        return self.hostname if self.port == 443 else f"{self.hostname}:{self.port}"


def read_connection_options(params: Mapping[str, Any]) -> ConnectionOptions:
    """Read the connection options of a task. Raises :class:`OptionError`."""
    check_timeout(params["timeout"])
    _check_host("hostname", params["hostname"], "O(port)")
    if params.get("proxy_host"):
        _check_host("proxy_host", params["proxy_host"], "O(proxy_port)")
    if not 0 < params["port"] < 65536:
        raise OptionError(
            "must be a TCP port from 1 to 65535",
            option="port",
            value=params["port"],
            remedy="leave it out for 443, the port of a vCenter",
        )
    if bool(params.get("proxy_port")) and not params.get("proxy_host"):
        raise OptionError("requires O(proxy_host)", option="proxy_port", remedy="give both or neither")
    return ConnectionOptions(
        hostname=params["hostname"],
        username=params["username"],
        password=params["password"],
        port=params["port"],
        validate_certs=params["validate_certs"],
        ca_path=params.get("ca_path"),
        thumbprint=_normalize(params.get("vcenter_thumbprint")),
        timeout=params["timeout"],
        proxy_host=params.get("proxy_host"),
        proxy_port=params.get("proxy_port"),
    )


def _check_host(option: str, host: str, port_option: str) -> None:
    remedy = f"give the host name alone; the port is given in {port_option}"
    # What the name of a host cannot contain, and one colon, which separates a port and is not of an IPv6 address.
    if not host or re.search(r"[\s/@\x00-\x1f\x7f-\x9f]", host) or host.count(":") == 1:
        # A text with an @ could hold a password.
        parts = {} if "@" in host else {"value": host}
        raise OptionError("must be a host name or an IP address", option=option, remedy=remedy, **parts)
    try:
        host.encode("idna")
    except ValueError as error:
        raise OptionError("must be a host name or an IP address", option=option, value=host, remedy=remedy) from error


def _normalize(text: str | None) -> str | None:
    if not text:
        return None
    with OptionError.wrapping("vcenter_thumbprint"):
        return normalize_thumbprint(text)


def tls_context(options: ConnectionOptions) -> ssl.SSLContext:
    """Return the TLS context of a connection with these options. Raises :class:`OptionError`."""
    with OptionError.wrapping("ca_path"):
        return contexts.vcenter_context(
            validate_certs=options.validate_certs,
            ca_path=options.ca_path,
            pin=options.thumbprint,
            subject=options.address,
        )
