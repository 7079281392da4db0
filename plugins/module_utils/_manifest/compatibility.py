# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""The only file that knows what of a manifest works on which release of vSphere, and how sure that is.

Each finding says where its knowledge comes from: *documented* by the vendor, *seen* on a real vCenter, or *inferred*
from the two. What nobody outside of the vendor knows, such as the release where a feature began, is called unknown.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from .._errors import ManifestError
from .finding import Finding, Item, Parts, Severity, entries, shown, some
from .rules import bounds, numbers

# Paths with what stands there.
Uses = list[tuple[str, Any]]
Version = tuple[tuple[int, str], ...]

_FORM = re.compile(r"([0-9]{1,2})\.([0-9]{1,2})(?:(?:\s*u|\.)([0-9]{1,2})[a-z]?)?", re.IGNORECASE)
_SPLIT = "Take it away, or give older releases a manifest of their own in a multi-manifest."
# The languages of vSphere 7.0 and 8.0 themselves. The schema of 8.0 U3 names nine locales; which ones is not known.
_LANGUAGES = frozenset(("de-DE", "en-US", "es-ES", "fr-FR", "ja-JP", "ko-KR", "zh-CN", "zh-TW"))


@dataclass(frozen=True, slots=True, order=True)
class Release:
    """A release of vSphere. ``numbers`` are major, minor and update: 8.0 U3 is (8, 0, 3)."""

    numbers: tuple[int, int, int]
    name: str = field(compare=False)

    @classmethod
    def of(cls, text: str) -> Release:
        """Reads ``7.0``, ``8.0u3``, ``8.0 U3b`` or ``8.0.3``. Raises :class:`ManifestError` for anything else."""
        found = _FORM.fullmatch(text.strip())
        if not found:
            raise ManifestError(
                f"targets has {shown(text)}, which is no vSphere version; write one such as 7.0 or 8.0u3"
            )
        major, minor, update = (int(number or 0) for number in found.groups())
        return cls((major, minor, update), f"{major}.{minor}" + (f" U{update}" if update else ""))


def releases(targets: Iterable[str]) -> tuple[Release, ...]:
    """The targets from old to new, each once. Raises :class:`ManifestError` for what is no vSphere version."""
    return tuple(sorted({Release.of(target) for target in targets}))


def findings(parts: Parts, targets: tuple[Release, ...]) -> Iterator[Finding]:
    """What of the manifest will not work, or is not known to work, on some of the targets."""
    for rule in _RULES if targets else ():
        yield from rule(parts, targets)


_REMOTE, _U1, _8_0, _CARDS, _MORE_CARDS, _LOCALES, _9_0, _9_1 = map(
    Release.of, ("6.7u1", "7.0u1", "8.0", "8.0u1", "8.0u2", "8.0u3", "9.0", "9.1")
)


def _names(targets: Iterable[Release]) -> str:
    return some([target.name for target in targets], 8)


def _are_older(targets: list[Release]) -> str:
    return f"{_names(targets)} {'is' if len(targets) == 1 else 'are'} older"


def _older(
    targets: tuple[Release, ...], first: Release, uses: Uses, rule: str, severity: Severity, known: str, remedy: str
) -> Iterator[Finding]:
    """One finding if something is used that targets before ``first`` may lack. ``known`` is what is known about it."""
    older = [target for target in targets if target < first]
    if uses and older:
        more = f" (and {len(uses) - 1} more)" if len(uses) > 1 else ""
        path, value = uses[0]
        message = f"{path}{more} {known}; {_are_older(older)}."
        yield Finding(rule, severity, path, value, message, remedy)


def _t1_open_modal(parts: Parts, targets: tuple[Release, ...]) -> Iterator[Finding]:
    """KB 313514: a client refuses a manifest with a requirement that it does not know."""
    name = "open.modal.api"
    value = parts.requirements.value
    uses = [(f"$.requirements['{name}']", value[name])] if name in value else []
    known = "needs vSphere 8.0, and an older client refuses the whole manifest for it (documented)"
    yield from _older(targets, _8_0, uses, "T1", "warning", known, _SPLIT)


def _t2_cards(parts: Parts, targets: tuple[Release, ...]) -> Iterator[Finding]:
    """More than 5 cards are rule R15."""
    limits = (
        (1, [one for one in targets if one < _CARDS], "inferred: several came with 8.0 U1"),
        (3, [one for one in targets if _CARDS <= one < _MORE_CARDS], "documented"),
    )
    for category in parts.categories:
        count = len(list(entries(category))) if category.where.endswith(".summary") else 0
        for most, concerned, certainty in limits:
            if count > most and concerned:
                path = f"{category.path}.views" if "views" in category.value else category.path
                shows = f"at most {most} card{'s' * (most > 1)} for a type of object ({certainty})"
                message = f"{path} holds {count} cards; vSphere {_names(concerned)} shows {shows}."
                remedy = "Show fewer cards, or give older releases a manifest of their own in a multi-manifest."
                yield Finding("T2", "warning", path, count, message, remedy)


def _t3_dynamic(parts: Parts, targets: tuple[Release, ...]) -> Iterator[Finding]:
    uses = _flags([*parts.views, *parts.actions], "dynamic")
    known = "is a dynamic extension, which needs vSphere 7.0 U1 (documented)"
    yield from _older(targets, _U1, uses, "T3", "warning", known, _SPLIT)


def _t4_several_objects(parts: Parts, targets: tuple[Release, ...]) -> Iterator[Finding]:
    uses = _flags(parts.actions, "acceptsMultipleTargets")
    known = "is an action on several objects, which needs vSphere 7.0 U1 (documented)"
    yield from _older(targets, _U1, uses, "T4", "warning", known, _SPLIT)


def _t5_locales(parts: Parts, targets: tuple[Release, ...]) -> Iterator[Finding]:
    locales = parts.i18n.value.get("locales")
    named = [one for one in locales if isinstance(one, str)] if isinstance(locales, list) else []
    strange = sorted(set(named) - _LANGUAGES)
    older = [target for target in targets if target < _LOCALES]
    if strange and older:
        path = "$.definitions.i18n.locales"
        message = (
            f"{path} has {some(strange)}; a locale that vSphere itself does not speak is not known to be accepted "
            "before 8.0 U3 (inferred: the schema of 8.0 U3 takes any, the first release is unknown); "
            f"{_are_older(older)}."
        )
        yield Finding("T5", "warning", path, strange, message, "Test it there, or leave these locales out.")


def _t6_intervals(parts: Parts, targets: tuple[Release, ...]) -> Iterator[Finding]:
    shows = {"vsphere.client": "in such a client", "vcenter.server": "for such a vCenter"}
    for name, where in shows.items():
        environment = parts.requirements.inner(name)
        version = environment.text("version")
        path = f"{environment.path}.version"
        if version is None:
            continue
        if left_out := [target for target in targets if _excludes(version, target)]:
            message = (
                f"{path} is {shown(version)}, which leaves out {_names(left_out)} (inferred: U3 counts as .3); "
                f"the plug-in will not show {where} (documented)."
            )
            remedy = "Write an interval that holds the target, or take the target away."
            yield Finding("T6", "warning", path, version, message, remedy)
        bare = re.fullmatch(r"[0-9.]+", version.strip())
        if later := [target for target in targets if bare and numbers(version.strip()) < _span(target)[0]]:
            message = (
                f"{path} is {shown(version)}; whether a version without brackets lets a later one such as "
                f"{_names(later)} in is unknown."
            )
            yield Finding("T6", "notice", path, version, message, f"Write '[{version.strip()},)' if it should.")


def _t7_later(parts: Parts, targets: tuple[Release, ...]) -> Iterator[Finding]:
    uses = _flags(parts.cards, "dynamic")
    for category in parts.categories:
        if isinstance(category.value.get("dynamicUri"), dict):
            uses.append((f"{category.path}.dynamicUri", category.value["dynamicUri"]))
    known = "came with a later 7.0 or with 8.0 (documented, the first release is unknown)"
    yield from _older(targets, _8_0, uses, "T7", "notice", known, "Test it there.")


def _t8_force_expand(parts: Parts, targets: tuple[Release, ...]) -> Iterator[Finding]:
    uses = _flags(parts.categories, "forceExpand")
    known = "was seen on 9.1 only (the first release is unknown)"
    yield from _older(targets, _9_1, uses, "T8", "notice", known, "Test it there.")


def _t9_root_folder(parts: Parts, targets: tuple[Release, ...]) -> Iterator[Finding]:
    kind = "Folder:RootFolder"
    objects = parts.root.get("objects")
    uses: Uses = [(f"$.objects['{kind}']", objects[kind])] if isinstance(objects, dict) and kind in objects else []
    known = "is a type of object that was seen accepted on 9.1 only (the first release is unknown)"
    yield from _older(targets, _9_1, uses, "T9", "notice", known, "Test it there.")


def _t10_public(parts: Parts, targets: tuple[Release, ...]) -> Iterator[Finding]:
    uses = _flags(parts.views, "isPublic")
    known = "is documented for 9.0 (the first release is unknown)"
    yield from _older(targets, _9_0, uses, "T10", "notice", known, "Test it there.")


def _t11_known_releases(_parts: Parts, targets: tuple[Release, ...]) -> Iterator[Finding]:
    if old := [target for target in targets if target < _REMOTE]:
        message = (
            f"$ is the manifest of a remote plug-in; vSphere has them since 6.7 U1 (documented), not in {_names(old)}."
        )
        yield Finding("T11", "warning", "$", None, message, "Take the target away.")
    if new := [target for target in targets if target > _9_1]:
        message = f"$ was not looked at for {_names(new)}; nothing is known here about releases after 9.1."
        yield Finding("T11", "notice", "$", None, message, "Test it there.")


def _flags(items: Iterable[Item], name: str) -> Uses:
    return [(f"{item.path}.{name}", True) for item in items if item.value.get(name) is True]


def _span(target: Release) -> tuple[Version, Version]:
    """The first version of a release, and the first one after it."""
    major, minor, update = target.numbers
    return numbers(f"{major}.{minor}.{update}"), numbers(f"{major}.{minor}.{update + 1}")


def _excludes(version: str, target: Release) -> bool:
    """An interval that holds no version at all is rule R16. A bare version holds at least nothing before it."""
    start, after = _span(target)
    if re.fullmatch(r"[0-9.]+", version.strip()):
        return numbers(version.strip()) >= after
    opening, low, high, closing = bounds(version) or ("", "", "", "")
    if low and high and opening and numbers(low) > numbers(high):
        return False
    below = bool(high) and (numbers(high) < start or (numbers(high) == start and closing == ")"))
    return below or (bool(low) and numbers(low) >= after)


_RULES: tuple[Callable[[Parts, tuple[Release, ...]], Iterator[Finding]], ...] = (
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
