# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Compare versions that consist of numbers with dots between them."""

from __future__ import annotations

import re
from typing import TypeAlias

VersionKey: TypeAlias = "tuple[tuple[int, str], ...]"


def version_key(version: str) -> VersionKey:
    """Return a key that sorts versions by their numbers: 5.10 is above 5.9, and 8.0 equals 8.0.0.0.

    Whatever is not a digit separates numbers. They may have any length: Python converts no more than 4300 digits.
    """
    numbers = [digits.lstrip("0") for digits in re.findall("[0-9]+", version)]
    while numbers and not numbers[-1]:
        numbers.pop()
    return tuple((len(number), number) for number in numbers)
