# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""How one vCenter is reached: the connection options of a task, and the TLS context that follows from them."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .._certificate.thumbprint import compute_thumbprint, detect_algorithm, matches_der, normalize_thumbprint
from .._errors import ThumbprintError
from .._extension.model import OptionError


@dataclass(frozen=True, slots=True)
class Target:
    """How one vCenter is reached. ``timeout`` is in seconds and holds for every single step on the connection."""

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
        return self.hostname if self.port == 443 else f"{self.hostname}:{self.port}"


def target(params: Mapping[str, Any]) -> Target:
    """Read the connection options of a task. Raises :class:`OptionError`."""
    if params["timeout"] <= 0:
        raise OptionError("timeout", f"{params['timeout']} is no time to wait; give seconds above 0, such as 30")
    if not 0 < params["port"] < 65536:
        raise OptionError("port", f"{params['port']} is not a TCP port; give 1 to 65535, 443 is what a vCenter uses")
    if bool(params.get("proxy_port")) and not params.get("proxy_host"):
        raise OptionError("proxy_port", "is given without proxy_host; give both or neither")
    thumbprint = params.get("vcenter_thumbprint")
    if thumbprint:
        try:
            thumbprint = normalize_thumbprint(thumbprint)
        except ThumbprintError as error:
            raise OptionError("vcenter_thumbprint", str(error)) from error
    return Target(
        hostname=params["hostname"],
        username=params["username"],
        password=params["password"],
        port=params["port"],
        validate_certs=params["validate_certs"],
        ca_path=params.get("ca_path"),
        thumbprint=thumbprint or None,
        timeout=params["timeout"],
        proxy_host=params.get("proxy_host"),
        proxy_port=params.get("proxy_port"),
    )


class WrongPin(Exception):
    """The server's certificate is not the pinned one; the argument is the thumbprint that it has."""


class PinnedContext(ssl.SSLContext):
    """Trusts exactly the certificate with one thumbprint.

    pyVmomi's own ``thumbprint`` argument will not do: version 9.1 looks at it only after another check has failed.
    """

    pin = ""

    def wrap_socket(self, *args: Any, **kwargs: Any) -> ssl.SSLSocket:
        connection = super().wrap_socket(*args, **kwargs)
        served = connection.getpeercert(binary_form=True) or b""
        if not matches_der(self.pin, served):
            connection.close()
            raise WrongPin(compute_thumbprint(served, detect_algorithm(self.pin)))
        return connection


def tls_context(target: Target) -> ssl.SSLContext:
    if target.thumbprint:
        # The pin takes the place of CA and host name: it names the one certificate that is right.
        pinned = PinnedContext(ssl.PROTOCOL_TLS_CLIENT)
        pinned.check_hostname = False
        pinned.verify_mode = ssl.CERT_NONE
        pinned.pin = target.thumbprint
        return pinned
    try:
        context = ssl.create_default_context(cafile=target.ca_path)
    except (OSError, ssl.SSLError) as error:
        raise OptionError(
            "ca_path",
            f"{target.ca_path} holds no certificates that can be read ({error.strerror or error}); "
            "give a file with the PEM certificates of the CAs that you trust",
        ) from error
    if not target.validate_certs:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context
