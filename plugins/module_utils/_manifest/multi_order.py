# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""The only file that knows the order of a multi-manifest: does a client reach each manifest, and is one for all?

A client takes the first manifest of the list that it finds right (guide). Which that is depends on its requirements,
and on members that an older client does not know. Only the requirements can be compared, so nothing here is an error.

Clients before 8.0 U3 do not look at ``vsphere.client`` and ``vcenter.server`` while they choose; they refuse what they
have chosen and do not try the next one. From 8.0 U3 on these count like other requirements (guide; KB 313514).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from . import compatibility
from .finding import Finding, member

# A manifest by its name in the archive.
Named = tuple[str, dict[str, Any]]

# What a requirement on the environment must name at least to shut nobody out: what the samples of the SDK name.
_EVERYWHERE = {"vsphere.client": {"onprem", "cloud", "gateway"}, "vcenter.server": {"onprem", "cloud"}}
_FIRST_THAT_LOOKS = compatibility.Release.of("8.0u3")
_VERSION = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,9}){0,3}")


def order_findings(manifests: Sequence[Named], listed: str, targets: Sequence[str] = ()) -> Iterator[Finding]:
    """M2 to M5 of manifests in their order. ``listed`` is the place of the list of their names.

    ``targets`` are vSphere versions such as ``8.0u3``, all of them when none is given; M3 is for those before 8.0 U3.
    Raises :class:`ManifestError` for a target that is none.
    """
    releases = compatibility.releases(targets)
    older = not releases or releases[0] < _FIRST_THAT_LOOKS
    yield from _m2_last_one_fits_all(manifests)
    for position, later in enumerate(manifests):
        # The first reason is enough: when that one is put right, the next shows.
        for earlier in manifests[:position]:
            found = next((one for rule in _PAIRS if (one := rule(earlier, later, f"{listed}[{position}]"))), None)
            if found and (older or found.rule != "M3"):
                yield found
                break


def _m2_last_one_fits_all(manifests: Sequence[Named]) -> Iterator[Finding]:
    """The last manifest is for whoever could take no other, so it should shut nobody out (inferred)."""
    if len(manifests) < 2:
        return
    name, manifest = manifests[-1]
    for requirement, limit in _limits(manifest).items():
        path = f"{name}: {member('$.requirements', requirement)}"
        message = f"{path} limits the last manifest, so a client outside of these limits finds none that it can take."
        yield Finding("M2", "warning", path, limit, message, "Take the limit away, or add a last manifest without one.")


def _m5_equal(earlier: Named, later: Named, path: str) -> Finding | None:
    if earlier[1] != later[1]:
        return None
    message = f"{later[0]} says the same as {earlier[0]}, which stands before it, so it is never reached."
    return Finding("M5", "warning", path, later[0], message, "Take one of the two away.")


def _m4_never_reached(earlier: Named, later: Named, path: str) -> Finding | None:
    """Who takes the later one has taken the earlier one, as far as requirements go (from the documented order)."""
    if not _asks_no_more(earlier[1], later[1]):
        return None
    limits = _limits(later[1])
    if any(name not in limits or limits[name] != limit for name, limit in _limits(earlier[1]).items()):
        return None
    message = (
        f"{later[0]} is not reached: {earlier[0]}, which stands before it, requires nothing that {later[0]} does not "
        "require as well."
    )
    return Finding("M4", "warning", path, later[0], message, f"Put {later[0]} before {earlier[0]}: the newest first.")


def _m3_limits_do_not_separate(earlier: Named, later: Named, path: str) -> Finding | None:
    """Nothing but limits on the environment keeps a client from the earlier one (documented: KB 313514)."""
    if not _asks_no_more(earlier[1], later[1]):
        return None
    message = (
        f"{later[0]} is not reached by clients before 8.0 U3: nothing but vsphere.client or vcenter.server keeps them "
        f"from {earlier[0]}, which stands before it, and these are looked at only when the choice is made."
    )
    remedy = (
        f"Give {earlier[0]} a requirement that the clients for {later[0]} do not know: open.modal.api 1.1.0 separates "
        "7.x from 8.x."
    )
    return Finding("M3", "warning", path, later[0], message, remedy)


# M3 is for the pairs that M4 leaves.
_PAIRS: tuple[Callable[[Named, Named, str], Finding | None], ...] = (
    _m5_equal,
    _m4_never_reached,
    _m3_limits_do_not_separate,
)


def _requirements(manifest: dict[str, Any]) -> dict[str, Any]:
    found = manifest.get("requirements")
    return found if isinstance(found, dict) else {}


def _limits(manifest: dict[str, Any]) -> dict[str, Any]:
    """Those requirements on the environment that shut somebody out."""
    return {
        name: limit
        for name, limit in _requirements(manifest).items()
        if name in _EVERYWHERE and isinstance(limit, dict) and _shuts_out(limit, _EVERYWHERE[name])
    }


def _shuts_out(limit: dict[str, Any], everywhere: set[str]) -> bool:
    environments = limit.get("environments")
    # An interval may have no bounds.
    bounded = bool(re.search("[0-9]", str(limit.get("version", ""))))
    return bounded or (isinstance(environments, list) and any(one not in environments for one in everywhere))


def _asks_no_more(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether each client that knows what ``other`` requires knows what ``one`` does, the environment left aside."""
    asked, known = _demands(one), _demands(other)
    return all(name in known and _not_above(value, known[name]) for name, value in asked.items())


def _demands(manifest: dict[str, Any]) -> dict[str, Any]:
    demands = {name: value for name, value in _requirements(manifest).items() if name not in _EVERYWHERE}
    return demands | {"manifestVersion": manifest.get("manifestVersion")}


def _not_above(value: Any, limit: Any) -> bool:
    texts = isinstance(value, str) and isinstance(limit, str)
    if texts and _VERSION.fullmatch(value) and _VERSION.fullmatch(limit):
        return _numbers(value) <= _numbers(limit)
    return bool(value == limit)


def _numbers(version: str) -> tuple[int, ...]:
    """``8.0`` and ``8.0.0.0`` are the same version."""
    numbers = [int(part) for part in version.split(".")]
    return tuple(numbers + [0] * (4 - len(numbers)))
