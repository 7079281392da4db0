# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Plan a certificate renewal: each server of a record that is the renewed web server gets the new certificate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from .. import _url
from .._errors import OptionError
from .._foreign_text import one_line
from .._url import Origin
from .certificate_pair import without_certificate
from .desired import OfferedCertificate
from .model import PACKAGE, Extension, Server
from .plan import Plan
from .plan_checks import check_offered_certificates
from .plan_warnings import find_risks

# In a plan in place of a thumbprint and a certificate that do not exist yet.
UNKNOWN = "known when it is made"


@dataclass(frozen=True, slots=True)
class CertificateRenewal:
    """The new certificate of a web server, for one record.

    ``origins`` are the https origins under which the web server is reached. ``certificate`` is None where it does not
    exist yet; this can be planned, and must not be applied.
    """

    key: str
    origins: frozenset[Origin]
    certificate: OfferedCertificate | None


def origins_from_urls(urls: Sequence[str], option: str) -> frozenset[Origin]:
    """Return the origins of https URLs. Raises :class:`OptionError` for any other text."""
    with OptionError.wrapping(option):
        return frozenset(_url.parse(url, schemes=("https",)).origin for url in urls)


def is_served_at(server: Server, origins: frozenset[Origin]) -> bool:
    """Return whether a server of a record is the web server at one of these origins."""
    return _url.find_origin(server.url) in origins


def plan_renewal(
    renewal: CertificateRenewal, current: Extension | None, *, now: datetime, certificates: bool, packages: bool
) -> Plan:
    """Return the plan that gives each server at one of the origins the certificate and thumbprint, and nothing else.

    In a vCenter without the record nothing is planned. ``now``, ``certificates`` and ``packages`` are those of
    :func:`plan`. Raises :class:`OptionError` for a certificate that has expired or does not name a host.
    """
    if current is None:
        return Plan(renewal.key, "none", None, None)
    legacy = current.client_type == PACKAGE
    servers = tuple(
        _renew_server(renewal.certificate, server, legacy=legacy and index == 0, certificates=certificates)
        if is_served_at(server, renewal.origins)
        else server
        for index, server in enumerate(current.servers)
    )
    if servers == current.servers:
        return Plan(renewal.key, "none", current, current, _warn_of_other_server(renewal, current))
    after = replace(current, servers=servers)
    offers = (renewal.certificate,) if renewal.certificate else ()
    check_offered_certificates(offers, current, after, now, thumbprint_option=False)
    return Plan(renewal.key, "update", current, after, find_risks(current, after, packages=packages))


def _warn_of_other_server(renewal: CertificateRenewal, current: Extension) -> tuple[str, ...]:
    if any(is_served_at(server, renewal.origins) for server in current.servers):
        return ()
    urls = one_line(", ".join(server.url for server in current.servers)) or "no server"
    return (f"{renewal.key} is registered with {urls}, not with the web server of this renewal: it is not changed.",)


def _renew_server(offered: OfferedCertificate | None, server: Server, *, legacy: bool, certificates: bool) -> Server:
    if offered is None:
        return replace(server, thumbprint=UNKNOWN, certificate=UNKNOWN if certificates else None)
    renewed = replace(server, certificate=offered.pem, thumbprint=offered.sha1 if legacy else offered.sha256)
    return renewed if certificates else without_certificate(renewed)
