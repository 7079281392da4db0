# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""The only file that knows how the names that a certificate is made for are given in a task."""

from __future__ import annotations

import contextlib
import ipaddress
import re
from collections.abc import Sequence

from .._extension.model import OptionError
from .hostnames import ascii_name

_LABEL = r"(?!-)[a-z0-9_-]{1,63}(?<!-)"
# A name whose last label is a number is a mistyped IPv4 address (WHATWG URL, host parsing).
_DNS_NAME = re.compile(rf"(?:\*\.)?(?:{_LABEL}\.)*(?!\d+\Z){_LABEL}")
# RFC 5280 appendix A.1: ub-common-name, and the longest DNS name of RFC 1035.
_LONGEST_COMMON_NAME = 64
_LONGEST_DNS_NAME = 253


def parse_alternative_names(texts: Sequence[str]) -> tuple[str, ...]:
    """The option ``subject_alternative_names``, written as in ``Certificate``. Raises :class:`OptionError`."""
    sans = tuple(dict.fromkeys(_san(text) for text in texts))
    if not sans:
        raise OptionError(
            "subject_alternative_names", "is empty; give at least the host name in the URL of the manifest"
        )
    return sans


def choose_common_name(given: str | None, sans: tuple[str, ...]) -> str:
    """The option ``common_name``, or by default the first name that fits. Raises :class:`OptionError`."""
    names = [san.partition(":")[2] for san in sorted(sans, key=lambda san: not san.startswith("DNS:"))]
    fitting = [name for name in ([given] if given is not None else names) if 0 < len(name) <= _LONGEST_COMMON_NAME]
    if not fitting:
        raise OptionError(
            "common_name",
            f"{given or names[0]!r} does not have 1 to {_LONGEST_COMMON_NAME} characters; give one that has",
        )
    return fitting[0]


def _san(text: str) -> str:
    """``DNS:name`` or ``IP:address`` from either of them or from the bare name or address."""
    option = "subject_alternative_names"
    kind, colon, value = text.strip().partition(":")
    if not colon or kind.upper() not in ("DNS", "IP"):
        kind, value = "", text.strip()
    with contextlib.suppress(ValueError):
        if kind.upper() != "DNS":
            return f"IP:{ipaddress.ip_address(value.strip().strip('[]'))}"
    name = ascii_name(value)
    if kind.upper() == "IP" or len(name) > _LONGEST_DNS_NAME or not _DNS_NAME.fullmatch(name):
        raise OptionError(
            option,
            f"{text!r} is neither a host name nor an IP address; give the host as it stands in the URL of the manifest",
        )
    return f"DNS:{name}"
