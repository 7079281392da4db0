# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""What the new certificate of a web server means for a record: every server of it that is that web server."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urlsplit

from .certificate_pair import without_certificate
from .desired import OfferedCertificate
from .model import PACKAGE, Extension, OptionError, Server
from .plan import Plan
from .plan_checks import check_certificates
from .plan_warnings import find_risks

# Stands in a plan for the thumbprint and the certificate that do not exist yet.
UNKNOWN = "known when it is made"

Origin = tuple[str, int]


@dataclass(frozen=True, slots=True)
class CertificateRenewal:
    """The certificate that a web server shows from now on, for one record.

    ``origins`` are the hosts, in lower case, and ports under which it is reached over https. ``certificate`` is None
    for one that is not made yet; that can be planned, and must not be carried out.
    """

    key: str
    origins: frozenset[Origin]
    certificate: OfferedCertificate | None


def origins_from_urls(urls: Sequence[str], option: str) -> frozenset[Origin]:
    """Host and port of each URL. Raises :class:`OptionError` for what is no https URL."""
    found = {url: _origin(url) for url in urls}
    for url, origin in found.items():
        if origin is None:
            raise OptionError(option, f"{url!r} is no https URL; give the address of the web server")
    return frozenset(origin for origin in found.values() if origin is not None)


def is_served_at(server: Server, there: frozenset[Origin]) -> bool:
    """Whether a server of a record is the web server at one of these origins."""
    return _origin(server.url) in there


def plan_renewal(
    wish: CertificateRenewal, current: Extension | None, *, now: datetime, certificates: bool, packages: bool
) -> Plan:
    """The plan that gives each https server at one of the origins its certificate and thumbprint, and changes no more.

    A vCenter without the record has nothing to renew. ``certificates`` and ``packages`` are those of :func:`plan`.
    Raises :class:`OptionError` for a certificate that is past its end or not made for a host.
    """
    if current is None:
        return Plan(wish.key, "none", None, None)
    legacy = current.client is not None and current.client.type == PACKAGE
    servers = tuple(
        _renewed(wish.certificate, server, legacy=legacy and index == 0, certificates=certificates)
        if is_served_at(server, wish.origins)
        else server
        for index, server in enumerate(current.servers)
    )
    if servers == current.servers:
        return Plan(wish.key, "none", current, current, _elsewhere(wish, current))
    wanted = replace(current, servers=servers)
    check_certificates((wish.certificate,) if wish.certificate else (), current, wanted, now, thumbprint_option=False)
    return Plan(wish.key, "update", current, wanted, find_risks(current, wanted, packages=packages))


def _elsewhere(wish: CertificateRenewal, current: Extension) -> tuple[str, ...]:
    if any(is_served_at(server, wish.origins) for server in current.servers):
        return ()
    urls = ", ".join(server.url for server in current.servers) or "no server"
    return (f"{wish.key} is registered with {urls}, which is not the web server of this renewal: it stays as it is.",)


def _renewed(offered: OfferedCertificate | None, server: Server, *, legacy: bool, certificates: bool) -> Server:
    if offered is None:
        return replace(server, thumbprint=UNKNOWN, certificate=UNKNOWN if certificates else None)
    renewed = replace(server, certificate=offered.pem, thumbprint=offered.sha1 if legacy else offered.sha256)
    return renewed if certificates else without_certificate(renewed)


def _origin(url: str) -> Origin | None:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        # What a vCenter holds need not be a URL.
        return None
    if parts.scheme.lower() != "https" or not host:
        return None
    return host.rstrip("."), 443 if port is None else port
