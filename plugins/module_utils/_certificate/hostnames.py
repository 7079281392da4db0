# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Compare the host of a URL with the names in a certificate. Standard library only."""

from __future__ import annotations

import contextlib
import ipaddress
from collections.abc import Sequence


def names_host(sans: Sequence[str], host: str) -> bool:
    """Return whether a client that connects to ``host`` accepts these subject alternative names (RFC 9525 6.3).

    ``sans`` are written as in ``x509.Certificate``, with the names in lower-case ASCII. Only they count, not the common
    name: the vSphere Client ignores it. An address matches an address in any notation. ``*`` matches exactly one
    label, the left-most, and not directly below a top-level domain, as in OpenSSL.
    """
    address = _parse_address(host)
    if address is not None:
        return any(_parse_address(san[3:]) == address for san in sans if san.startswith("IP:"))
    name = ascii_name(host)
    return any(_matches_pattern(san[4:].lower().rstrip("."), name) for san in sans if san.startswith("DNS:"))


def ascii_name(host: str) -> str:
    """Return a host name as certificates hold it: lower case, no final dot, IDNA (RFC 3490) where it is not ASCII."""
    host = host.strip().rstrip(".").lower()
    with contextlib.suppress(UnicodeError):
        return host.encode("idna").decode("ascii") if not host.isascii() else host
    return host


def _parse_address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        # The zone of a link-local address (fe80::1%eth0) is local to one machine, so no certificate holds it.
        return ipaddress.ip_address(host.strip().strip("[]").partition("%")[0])
    except ValueError:
        return None


def _matches_pattern(pattern: str, name: str) -> bool:
    if not pattern.startswith("*."):
        return pattern == name and "*" not in pattern
    label, _dot, parent = name.partition(".")
    return bool(label) and parent == pattern[2:] and "." in parent
