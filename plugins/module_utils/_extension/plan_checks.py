# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Check that a planned record may be written: its version and its certificates."""

from __future__ import annotations

import re
from datetime import datetime

from .._certificate.hostnames import names_host
from .._errors import OptionError
from .._foreign_text import one_line
from .._url import find_host
from .._version import version_key
from .desired import Desired, OfferedCertificate
from .model import PACKAGE, REMOTE, Extension

# The client parses the version as numbers and refuses anything else ("Invalid plugin package version"), although
# ExtensionManager accepts it (SDK guide, troubleshooting "plug-in registered with incompatible version").
_CLIENT_VERSION = re.compile(r"\d+(\.\d+){0,3}", re.ASCII)


def check_version(desired: Desired, current: Extension | None, planned: Extension) -> None:
    """Check that a client can read a new version, and that it is not lower than the registered one.

    Raises :class:`OptionError`.
    """
    registered = current.client.version if current is not None and current.client is not None else None
    client = planned.client
    if client is None or client.type not in (REMOTE, PACKAGE) or client.version == registered:
        return
    if not _CLIENT_VERSION.fullmatch(client.version):
        raise OptionError(
            "must be 1 to 4 numbers with dots between them, because the vSphere Client cannot read any other",
            option="version",
            value=client.version,
            remedy="give a version such as 1.2.0",
        )
    if registered is None or desired.allow_downgrade:
        return
    if _CLIENT_VERSION.fullmatch(registered) and version_key(client.version) < version_key(registered):
        raise OptionError(
            f"must not be lower than the registered {registered}",
            option="version",
            value=client.version,
            remedy="raise it, or set O(allow_downgrade) to true",
        )


def check_offered_certificates(
    offers: tuple[OfferedCertificate, ...],
    current: Extension | None,
    planned: Extension,
    now: datetime,
    *,
    thumbprint_option: bool = True,
) -> None:
    """Check that each offered certificate is valid at ``now`` and names the host of its URL.

    A server that is registered like that already is not checked. ``thumbprint_option`` is whether the task could give
    a thumbprint alone. Raises :class:`OptionError`.
    """
    registered = current.servers if current is not None else ()
    known = {(server.url, server.certificate, server.thumbprint) for server in registered}
    for index, server in enumerate(planned.servers):
        offer = next((offer for offer in offers if server.thumbprint in (offer.sha256, offer.sha1)), None)
        offer = next((offer for offer in offers if server.certificate == offer.pem), offer)
        if offer is None or (server.url, server.certificate, server.thumbprint) in known:
            continue
        prefix = f"plugin_servers[{index - 1}]." if index and thumbprint_option else ""
        option = f"{prefix}server_certificate"
        if offer.not_after <= now:
            raise OptionError(
                f"must be valid, but the certificate with thumbprint {offer.sha256} expired on "
                f"{offer.not_after:%Y-%m-%d}",
                option=option,
                remedy=f"renew it on the server of {one_line(server.url)} and give the new one",
            )
        host = find_host(server.url)
        if server.certificate and host and not names_host(offer.sans, host):
            alternative = f", or give O({prefix}server_thumbprint) alone" if thumbprint_option else ""
            raise OptionError(
                f"must have {host} in subjectAltName, which the vSphere Client requires, but names "
                f"{one_line(', '.join(offer.sans)) or 'no host'}",
                option=option,
                remedy=f"issue a certificate with that name{alternative}",
            )
