# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Define the facts about manifests and releases of vSphere that several checks use, with their sources."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from .._errors import OptionError
from .._version import VersionKey, version_key

# Every manifestVersion of the schema reference for 7.0; none newer was seen up to vSphere 9.1.
MANIFEST_VERSIONS = ("1.0.0", "1.0.1", "1.1.0", "1.2.0")
LOCALE_PATTERN = "[a-z]{2}-[A-Z]{2}"
# The languages of vSphere 7.0 and 8.0 themselves. The schema of 8.0 U3 names nine locales; which ones is not known.
VSPHERE_LANGUAGES = frozenset(("de-DE", "en-US", "es-ES", "fr-FR", "ja-JP", "ko-KR", "zh-CN", "zh-TW"))
# The vendor's tool that turns a local plug-in into a remote one draws icons of this many pixels, in both directions.
ICON_PIXELS = 32
# Release notes: 3 cards for a type of object on 8.0 U1, 5 since 8.0 U2; before, the samples have one.
CARD_LIMIT = 5
CARD_LIMIT_8_0_U1 = 3

_RELEASE = re.compile(r"([0-9]{1,2})\.([0-9]{1,2})(?:(?:\s*u|\.)([0-9]{1,2})[a-z]?)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True, order=True)
class Release:
    """A release of vSphere. ``numbers`` are major, minor and update: 8.0 U3 is (8, 0, 3)."""

    numbers: tuple[int, int, int]
    name: str = field(compare=False)

    @classmethod
    def parse(cls, text: str) -> Release:
        """Parse ``7.0``, ``8.0u3``, ``8.0 U3b`` or ``8.0.3``. Raises :class:`OptionError` for ``targets``."""
        match = _RELEASE.fullmatch(text.strip())
        if not match:
            raise OptionError(
                "must be releases of vSphere", option="targets", value=text, remedy="write them as 7.0 or 8.0u3"
            )
        major, minor, update = (int(number or 0) for number in match.groups())
        return cls((major, minor, update), f"{major}.{minor}" + (f" U{update}" if update else ""))

    @property
    def first_version(self) -> VersionKey:
        """Return the key of the first version of this release; U3 counts as .3 (inferred)."""
        return version_key(".".join(map(str, self.numbers)))

    @property
    def next_version(self) -> VersionKey:
        """Return the key of the first version after this release."""
        major, minor, update = self.numbers
        return version_key(f"{major}.{minor}.{update + 1}")


REMOTE_PLUGINS = Release.parse("6.7u1")
DYNAMIC_EXTENSIONS = Release.parse("7.0u1")
OPEN_MODAL = Release.parse("8.0")
SEVERAL_CARDS = Release.parse("8.0u1")
FIVE_CARDS = Release.parse("8.0u2")
# From here on a client checks vsphere.client and vcenter.server while it chooses from a multi-manifest (guide), and
# takes every locale (schema).
ANY_LOCALE = ENVIRONMENT_CHOICE = Release.parse("8.0u3")
PUBLIC_VIEWS = Release.parse("9.0")
NEWEST = Release.parse("9.1")


def parse_targets(targets: Iterable[str]) -> tuple[Release, ...]:
    """Return the releases from old to new, each once. Raises :class:`OptionError` for ``targets``."""
    return tuple(sorted({Release.parse(target) for target in targets}))
