# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Parse the options with the names for a new certificate: ``subject_alternative_names`` and ``common_name``."""

from __future__ import annotations

import contextlib
import ipaddress
import re
from collections.abc import Sequence

from .._errors import OptionError
from .hostnames import ascii_name

_OPTION = "subject_alternative_names"
_LABEL = r"(?!-)[a-z0-9_-]{1,63}(?<!-)"
# A name whose last label is a number is a mistyped IPv4 address (WHATWG URL, host parsing).
_DNS_NAME = re.compile(rf"(?:\*\.)?(?:{_LABEL}\.)*(?!\d+\Z){_LABEL}")
# RFC 5280 appendix A.1: ub-common-name, and the longest DNS name of RFC 1035.
_LONGEST_COMMON_NAME = 64
_LONGEST_DNS_NAME = 253


def parse_alternative_names(texts: Sequence[str]) -> tuple[str, ...]:
    """Return the option ``subject_alternative_names``, written as in ``x509.Certificate``.

    Raises :class:`OptionError`.
    """
    sans = tuple(dict.fromkeys(_parse_name(text) for text in texts))
    if not sans:
        raise OptionError(
            "must not be empty", option=_OPTION, remedy="give at least the host name in the URL of the manifest"
        )
    return sans


def choose_common_name(given: str | None, sans: tuple[str, ...]) -> str:
    """Return the option ``common_name``, or the first of the names that fits, host names before addresses.

    Raises :class:`OptionError`.
    """
    names = [san.partition(":")[2] for san in sorted(sans, key=lambda san: not san.startswith("DNS:"))]
    candidates = names if given is None else [given]
    fitting = [name for name in candidates if 0 < len(name) <= _LONGEST_COMMON_NAME]
    if not fitting:
        reason = f"must have 1 to {_LONGEST_COMMON_NAME} characters"
        raise OptionError(reason, option="common_name", value=candidates[0], remedy="give a name of the host that fits")
    return fitting[0]


def _parse_name(text: str) -> str:
    """Return ``DNS:name`` or ``IP:address`` from either of them or from the bare name or address."""
    name_type, colon, value = text.strip().partition(":")
    if not colon or name_type.upper() not in ("DNS", "IP"):
        name_type, value = "", text.strip()
    with contextlib.suppress(ValueError):
        if name_type.upper() != "DNS":
            return f"IP:{ipaddress.ip_address(value.strip().strip('[]'))}"
    name = ascii_name(value)
    if name_type.upper() == "IP" or len(name) > _LONGEST_DNS_NAME or not _DNS_NAME.fullmatch(name):
        raise OptionError(
            "must contain only host names and IP addresses",
            option=_OPTION,
            value=text,
            remedy="give the host as it is written in the URL of the manifest",
        )
    return f"DNS:{name}"
