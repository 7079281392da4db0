# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Connect to a host and port before a deadline. Standard library only."""

from __future__ import annotations

import socket
import time
from dataclasses import dataclass

from .._errors import OptionError

# A day. What is longer is a mistake in the unit, and more than the timers of a system take.
LONGEST_TIMEOUT = 86_400.0


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A host and port, the name that its certificate must contain, and a deadline on the clock ``time.monotonic()``."""

    host: str
    port: int
    name: str
    deadline: float

    @classmethod
    def within(cls, timeout: float, host: str, port: int, name: str | None = None) -> Endpoint:
        """Return an endpoint whose deadline is ``timeout`` seconds from now; brackets of IPv6 addresses are removed."""
        host = host.strip("[]")
        # A zone (fe80::1%eth0) belongs to the route, not to the name.
        return cls(host, port, (name or host).strip("[]").partition("%")[0], time.monotonic() + timeout)

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    def seconds_left(self) -> float:
        """Return the seconds until the deadline. Raises ``TimeoutError`` after it."""
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left


def check_timeout(seconds: float, option: str = "timeout", *, example: float = 30) -> None:
    """Raise :class:`OptionError` for a timeout that is not above 0 and at most 86400 seconds, such as inf or nan."""
    if not 0 < seconds <= LONGEST_TIMEOUT:
        raise OptionError(
            f"must be above 0 and at most {LONGEST_TIMEOUT:g} seconds",
            option=option,
            value=seconds,
            remedy=f"give for example {example:g}",
        )


def connect(endpoint: Endpoint, socket_class: type[socket.socket] = socket.socket) -> socket.socket:
    """Connect to the first address that answers, and return a socket whose timeout is the time that is left.

    Each address gets its share of the time, so that a dead one does not take all of it; only the system's own name
    lookup is not limited. Raises ``OSError``, and ``ValueError`` for a name that cannot be written in IDNA.
    """
    addresses = socket.getaddrinfo(endpoint.host, endpoint.port, type=socket.SOCK_STREAM)
    failure = OSError("no address")
    for position, (family, kind, protocol, _canonical, address) in enumerate(addresses):
        try:
            plain = socket_class(family, kind, protocol)
        except OSError as error:
            # This kernel does not support the address family, commonly IPv6.
            failure = error
            continue
        try:
            plain.settimeout(endpoint.seconds_left() / (len(addresses) - position))
            plain.connect(address)
            plain.settimeout(endpoint.seconds_left())
        except OSError as error:
            plain.close()
            failure = error
        else:
            return plain
    raise failure
