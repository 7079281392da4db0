# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Decide whether a registered record belongs to another owner: by its company and the host of its URL."""

from __future__ import annotations

from .._errors import OptionError
from .._foreign_text import one_line
from .._url import find_host
from .desired import Desired
from .model import Extension


def describe_owner(extension: Extension | None) -> str:
    """Return the owner of a record as "by COMPANY from HOST", without the parts that the record does not have."""
    if extension is None:
        return ""
    host = find_host(extension.client_url)
    parts = (f"by {extension.company}" if extension.company else "", f"from {host}" if host else "")
    return one_line(" ".join(filter(None, parts)))


def check_owner(desired: Desired, current: Extension | None) -> None:
    """Check with ``takeover: refuse`` that the registered record has the desired company and host.

    Raises :class:`OptionError`.
    """
    if not desired.refuse_takeover or current is None:
        return
    registered_host = find_host(current.client_url)
    other_host = desired.url and registered_host and find_host(desired.url) != registered_host
    other_company = desired.company and current.company and desired.company != current.company
    if other_host or other_company:
        raise OptionError(
            f"must be allow to change or remove {desired.key}, which is registered {describe_owner(current)}",
            option="takeover",
            value="refuse",
            remedy="correct O(url) and O(company), or set O(takeover) to allow",
        )
