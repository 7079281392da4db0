# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Check the order of a multi-manifest: whether a client can reach each manifest, and whether one is for all clients.

A client takes the first manifest of the list that it accepts (guide). That depends on its requirements, and on members
that an older client does not know. Only the requirements can be compared, so nothing here is an error.

Clients before 8.0 U3 do not evaluate ``vsphere.client`` and ``vcenter.server`` while they choose; they refuse what they
have chosen and do not try the next one. From 8.0 U3 on these count like other requirements (guide; KB 313514).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeAlias

from .._foreign_text import quoted
from .._version import version_key
from .finding import Finding, Path
from .knowledge import ENVIRONMENT_CHOICE, parse_targets
from .parts import object_at

# The name of a manifest in the archive, and the manifest.
_Named: TypeAlias = "tuple[str, dict[str, Any]]"

# The environments that a requirement must name to exclude no client: those of the samples of the SDK.
_EVERYWHERE = {"vsphere.client": {"onprem", "cloud", "gateway"}, "vcenter.server": {"onprem", "cloud"}}
_VERSION = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,9}){0,3}")


def order_findings(manifests: Sequence[_Named], index: str, targets: Sequence[str] = ()) -> Iterator[Finding]:
    """Yield M2 to M5 of manifests in their order. ``index`` is the file that lists their names.

    ``targets`` are releases of vSphere such as ``8.0u3``, all of them when none is given; M3 is for those before 8.0
    U3. Raises :class:`OptionError` for ``targets``.
    """
    releases = parse_targets(targets)
    older = not releases or releases[0] < ENVIRONMENT_CHOICE
    yield from _m2_last_one_fits_all(manifests)
    for position, later in enumerate(manifests):
        # The first reason is enough: when that one is corrected, the next appears.
        for earlier in manifests[:position]:
            path = ("manifests", position)
            found = next((one for rule in _PAIR_RULES if (one := rule(earlier, later, path, index))), None)
            if found and (older or found.rule != "M3"):
                yield found
                break


def _m2_last_one_fits_all(manifests: Sequence[_Named]) -> Iterator[Finding]:
    """Check that the last manifest excludes no client: it is for those that accept no other (inferred)."""
    if len(manifests) < 2:
        return
    name, manifest = manifests[-1]
    for requirement, limit in _limits(manifest).items():
        reason = "limits the last manifest, so a client outside of these limits finds none that it accepts"
        remedy = "Remove the limit, or add a last manifest without one."
        yield Finding("M2", "warning", ("requirements", requirement), limit, reason, remedy, name)


def _m5_equal(earlier: _Named, later: _Named, path: Path, index: str) -> Finding | None:
    if earlier[1] != later[1]:
        return None
    reason = f"is {quoted(later[0])}, which is not reached: it equals {quoted(earlier[0])} before it"
    return Finding("M5", "warning", path, later[0], reason, "Remove one of the two.", index)


def _m4_never_reached(earlier: _Named, later: _Named, path: Path, index: str) -> Finding | None:
    """Find a manifest that no client reaches: each client that accepts it accepts the earlier one (documented)."""
    if not _requires_no_more(earlier[1], later[1]):
        return None
    limits = _limits(later[1])
    if any(name not in limits or limits[name] != limit for name, limit in _limits(earlier[1]).items()):
        return None
    reason = (
        f"is {quoted(later[0])}, which is not reached: {quoted(earlier[0])} before it requires nothing that it does "
        "not require as well"
    )
    remedy = f"Put {later[0]} before {earlier[0]}: the newest first."
    return Finding("M4", "warning", path, later[0], reason, remedy, index)


def _m3_limits_do_not_separate(earlier: _Named, later: _Named, path: Path, index: str) -> Finding | None:
    """Find a manifest that only limits on the environment separate from the earlier one (documented: KB 313514)."""
    if not _requires_no_more(earlier[1], later[1]):
        return None
    reason = (
        f"is {quoted(later[0])}, which is not reached by clients before 8.0 U3: nothing but vsphere.client or "
        f"vcenter.server keeps them from {quoted(earlier[0])} before it, and they evaluate these only after the choice"
    )
    remedy = (
        f"Give {earlier[0]} a requirement that the clients for {later[0]} do not know: open.modal.api 1.1.0 separates "
        "7.x from 8.x."
    )
    return Finding("M3", "warning", path, later[0], reason, remedy, index)


# M3 is for the pairs that M4 leaves.
_PAIR_RULES: tuple[Callable[[_Named, _Named, Path, str], Finding | None], ...] = (
    _m5_equal,
    _m4_never_reached,
    _m3_limits_do_not_separate,
)


def _limits(manifest: dict[str, Any]) -> dict[str, Any]:
    """Return those requirements on the environment that exclude some clients."""
    return {
        name: limit
        for name, limit in object_at(manifest, "requirements").items()
        if name in _EVERYWHERE and isinstance(limit, dict) and _excludes_clients(limit, _EVERYWHERE[name])
    }


def _excludes_clients(limit: dict[str, Any], everywhere: set[str]) -> bool:
    environments = limit.get("environments")
    # An interval may have no bounds.
    bounded = bool(re.search("[0-9]", str(limit.get("version", ""))))
    return bounded or (isinstance(environments, list) and any(one not in environments for one in everywhere))


def _requires_no_more(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Return whether each client that meets ``other`` meets ``one``, the environment left aside."""
    required, met = _demands(one), _demands(other)
    return all(name in met and _is_at_most(value, met[name]) for name, value in required.items())


def _demands(manifest: dict[str, Any]) -> dict[str, Any]:
    requirements = object_at(manifest, "requirements")
    demands = {name: value for name, value in requirements.items() if name not in _EVERYWHERE}
    return demands | {"manifestVersion": manifest.get("manifestVersion")}


def _is_at_most(value: Any, limit: Any) -> bool:
    texts = isinstance(value, str) and isinstance(limit, str)
    if texts and _VERSION.fullmatch(value) and _VERSION.fullmatch(limit):
        return version_key(value) <= version_key(limit)
    return bool(value == limit)
