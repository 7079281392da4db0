# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Find the parts of a manifest that do not work, or are not known to work, on some releases of vSphere.

Each finding gives the certainty of its knowledge: *documented* by the vendor, *seen* on a real vCenter, or *inferred*
from the two. What the vendor has not published, such as the release where a feature began, is called unknown.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from .._version import version_key
from . import knowledge
from .finding import Finding, Path, Severity, describe_value, join_names
from .knowledge import Release
from .parts import ManifestParts, Node, with_flag
from .rules import interval_bounds

# Paths and the values there.
_Uses = list[tuple[Path, Any]]
_Targets = tuple[Release, ...]

_SPLIT = "Remove it, or give older releases a manifest of their own in a multi-manifest."
_TEST = "Test it there."


def compatibility_findings(parts: ManifestParts, targets: tuple[Release, ...]) -> Iterator[Finding]:
    """Yield what does not work, or is not known to work, on some of the targets."""
    for rule in _RULES if targets else ():
        yield from rule(parts, targets)


def _names(targets: Iterable[Release]) -> str:
    return join_names([target.name for target in targets], 8)


def _are_older(targets: list[Release]) -> str:
    return f"{_names(targets)} {'is' if len(targets) == 1 else 'are'} older"


def _first_use(
    uses: _Uses, targets: _Targets, since: Release, rule: str, severity: Severity, known: str, remedy: str
) -> Iterator[Finding]:
    """Yield one finding if something is used that targets before ``since`` may lack. ``known`` is a predicate."""
    older = [target for target in targets if target < since]
    if uses and older:
        path, value = uses[0]
        more = f"(and {len(uses) - 1} more) " if len(uses) > 1 else ""
        yield Finding(rule, severity, path, value, f"{more}{known}; {_are_older(older)}", remedy)


def _t1_open_modal(parts: ManifestParts, targets: _Targets) -> Iterator[Finding]:
    """Check open.modal.api: a client refuses a manifest with a requirement that it does not know (KB 313514)."""
    name = "open.modal.api"
    value = parts.requirements.value
    uses: _Uses = [(("requirements", name), value[name])] if name in value else []
    known = "needs vSphere 8.0, and an older client refuses the whole manifest for it (documented)"
    yield from _first_use(uses, targets, knowledge.OPEN_MODAL, "T1", "warning", known, _SPLIT)


def _t2_cards(parts: ManifestParts, targets: _Targets) -> Iterator[Finding]:
    """Check the number of cards for older releases; rule R15 has the limit of the newest."""
    one_card = [one for one in targets if one < knowledge.SEVERAL_CARDS]
    three_cards = [one for one in targets if knowledge.SEVERAL_CARDS <= one < knowledge.FIVE_CARDS]
    limits = (
        (1, one_card, "inferred: several came with 8.0 U1"),
        (knowledge.CARD_LIMIT_8_0_U1, three_cards, "documented"),
    )
    for category in parts.categories:
        count = len(list(category.entries())) if category.name == "summary" else 0
        for limit, concerned, certainty in limits:
            if count > limit and concerned:
                path = (*category.path, "views") if "views" in category.value else category.path
                shows = f"at most {limit} card{'s' * (limit > 1)} for a type of object ({certainty})"
                reason = f"holds {count} cards; vSphere {_names(concerned)} shows {shows}"
                remedy = "Show fewer cards, or give older releases a manifest of their own in a multi-manifest."
                yield Finding("T2", "warning", path, count, reason, remedy)


def _t3_dynamic(parts: ManifestParts, targets: _Targets) -> Iterator[Finding]:
    uses = _flag_uses((*parts.views, *parts.actions), "dynamic")
    known = "is a dynamic extension, which needs vSphere 7.0 U1 (documented)"
    yield from _first_use(uses, targets, knowledge.DYNAMIC_EXTENSIONS, "T3", "warning", known, _SPLIT)


def _t4_several_objects(parts: ManifestParts, targets: _Targets) -> Iterator[Finding]:
    uses = _flag_uses(parts.actions, "acceptsMultipleTargets")
    known = "is an action on several objects, which needs vSphere 7.0 U1 (documented)"
    yield from _first_use(uses, targets, knowledge.DYNAMIC_EXTENSIONS, "T4", "warning", known, _SPLIT)


def _t5_locales(parts: ManifestParts, targets: _Targets) -> Iterator[Finding]:
    locales = parts.i18n.value.get("locales")
    named = [one for one in locales if isinstance(one, str)] if isinstance(locales, list) else []
    foreign = sorted(set(named) - knowledge.VSPHERE_LANGUAGES)
    older = [target for target in targets if target < knowledge.ANY_LOCALE]
    if foreign and older:
        reason = (
            f"has {join_names(foreign)}; a locale that vSphere itself does not have is not known to be accepted before "
            f"8.0 U3 (inferred: the schema of 8.0 U3 allows any, the first release is unknown); {_are_older(older)}"
        )
        path = ("definitions", "i18n", "locales")
        yield Finding("T5", "warning", path, foreign, reason, "Test it there, or leave these locales out.")


def _t6_intervals(parts: ManifestParts, targets: _Targets) -> Iterator[Finding]:
    scopes = {"vsphere.client": "in such a client", "vcenter.server": "for such a vCenter"}
    for name, scope in scopes.items():
        environment = parts.requirements.child(name)
        version = environment.text("version")
        path = (*environment.path, "version")
        if version is None:
            continue
        if left_out := [target for target in targets if _excludes_release(version, target)]:
            reason = (
                f"is {describe_value(version)}, which leaves out {_names(left_out)} (inferred: U3 counts as .3); "
                f"the plug-in will not show {scope} (documented)"
            )
            remedy = "Write an interval that holds the target, or remove the target."
            yield Finding("T6", "warning", path, version, reason, remedy)
        bare = version.strip() if _is_bare(version) else ""
        if later := [target for target in targets if bare and version_key(bare) < target.first_version]:
            reason = (
                f"is {describe_value(version)}; whether a version without brackets admits a later one such as "
                f"{_names(later)} is unknown"
            )
            yield Finding("T6", "notice", path, version, reason, f"Write '[{bare},)' if it should.")


def _t7_later(parts: ManifestParts, targets: _Targets) -> Iterator[Finding]:
    uses = _flag_uses(parts.cards, "dynamic")
    for category in parts.categories:
        if isinstance(category.value.get("dynamicUri"), dict):
            uses.append(((*category.path, "dynamicUri"), category.value["dynamicUri"]))
    known = "came with a later 7.0 or with 8.0 (documented, the first release is unknown)"
    yield from _first_use(uses, targets, knowledge.OPEN_MODAL, "T7", "notice", known, _TEST)


def _t8_force_expand(parts: ManifestParts, targets: _Targets) -> Iterator[Finding]:
    uses = _flag_uses(parts.categories, "forceExpand")
    known = "was seen on 9.1 only (the first release is unknown)"
    yield from _first_use(uses, targets, knowledge.NEWEST, "T8", "notice", known, _TEST)


def _t9_root_folder(parts: ManifestParts, targets: _Targets) -> Iterator[Finding]:
    kind = "Folder:RootFolder"
    objects = parts.root.get("objects")
    uses: _Uses = [(("objects", kind), objects[kind])] if isinstance(objects, dict) and kind in objects else []
    known = "is a type of object that was seen accepted on 9.1 only (the first release is unknown)"
    yield from _first_use(uses, targets, knowledge.NEWEST, "T9", "notice", known, _TEST)


def _t10_public(parts: ManifestParts, targets: _Targets) -> Iterator[Finding]:
    uses = _flag_uses(parts.views, "isPublic")
    known = "is documented for 9.0 (the first release is unknown)"
    yield from _first_use(uses, targets, knowledge.PUBLIC_VIEWS, "T10", "notice", known, _TEST)


def _t11_known_releases(_parts: ManifestParts, targets: _Targets) -> Iterator[Finding]:
    if old := [target for target in targets if target < knowledge.REMOTE_PLUGINS]:
        reason = (
            "is the manifest of a remote plug-in; vSphere has them since 6.7 U1 (documented), "
            f"{_names(old)} {'does' if len(old) == 1 else 'do'} not"
        )
        yield Finding("T11", "warning", (), None, reason, "Remove the target.")
    if new := [target for target in targets if target > knowledge.NEWEST]:
        reason = f"was not checked for {_names(new)}; nothing is known here about releases after 9.1"
        yield Finding("T11", "notice", (), None, reason, _TEST)


def _flag_uses(nodes: Iterable[Node], name: str) -> _Uses:
    return [(path, True) for path in with_flag(nodes, name)]


def _is_bare(version: str) -> bool:
    return re.fullmatch(r"[0-9.]+", version.strip()) is not None


def _excludes_release(version: str, target: Release) -> bool:
    """Return whether ``version`` holds nothing of a release. A bare version holds at least nothing before it.

    An interval that holds no version at all is left to rule R16.
    """
    if _is_bare(version):
        return version_key(version) >= target.next_version
    _opening, low, high, closing = interval_bounds(version) or ("", "", "", "")
    lower, upper = version_key(low), version_key(high)
    if low and high and lower > upper:
        return False
    below = bool(high) and (upper < target.first_version or (upper == target.first_version and closing == ")"))
    return below or (bool(low) and lower >= target.next_version)


_RULES: tuple[Callable[[ManifestParts, _Targets], Iterator[Finding]], ...] = (
    _t1_open_modal,
    _t2_cards,
    _t3_dynamic,
    _t4_several_objects,
    _t5_locales,
    _t6_intervals,
    _t7_later,
    _t8_force_expand,
    _t9_root_folder,
    _t10_public,
    _t11_known_releases,
)
