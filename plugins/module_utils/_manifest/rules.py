# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Check what a schema cannot express about a manifest: one function for each rule, listed in RULES.

A rule takes the parts of a manifest and yields findings. It must accept a manifest that breaks the schema, because all
faults are reported at once; :class:`ManifestParts` holds only what has the right type. No rule checks hash routes,
queries or braces in a uri: manifests in use have all of them. R17 is not a rule about manifests: patterns match whole
values.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from .._version import version_key
from .finding import Finding, Path, Severity, describe_value, format_path, join_names
from .knowledge import CARD_LIMIT, ICON_PIXELS, MANIFEST_VERSIONS
from .parts import ManifestParts, Node, object_at, with_flag

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_BOUND = re.compile(r"[0-9.]*")
_LOCALES = "$.definitions.i18n.locales"


def _r1_texts_exist(parts: ManifestParts) -> Iterator[Finding]:
    """Check that each label is a key of i18n. A warning, because a client seems to show a literal text as it is."""
    known = object_at(parts.i18n.value, "definitions")
    for path, key in parts.keys:
        if key not in known:
            reason = f"is {describe_value(key)}, which is not a key of $.definitions.i18n.definitions"
            yield Finding("R1", "warning", path, key, reason, "Add the key with a text for each locale.")


def _r2_texts_are_complete(parts: ManifestParts) -> Iterator[Finding]:
    """Check that each text has each locale. One finding for each text, however many locales are wrong."""
    declared = parts.i18n.value.get("locales")
    locales = {one for one in declared if isinstance(one, str)} if isinstance(declared, list) else set()
    if not locales:
        return
    order = sorted(locales)
    texts = parts.i18n.child("definitions")
    for key, text in texts.value.items():
        if not isinstance(text, dict) or text.keys() == locales:
            continue
        path = (*texts.path, key)
        if missing := [one for one in order if one not in text]:
            yield _missing_texts(path, missing)
        if extra := sorted(one for one in text if one not in locales):
            yield _undeclared_texts(path, extra, text)


def _missing_texts(path: Path, missing: list[str]) -> Finding:
    single = len(missing) == 1
    problem = "is missing" if single else f"has no text for {join_names(missing)}"
    reason = f"{problem}; there should be a text for each of {_LOCALES}"
    place = (*path, missing[0]) if single else path
    return Finding("R2", "warning", place, None, reason, "Add the text, or remove the locale.")


def _undeclared_texts(path: Path, extra: list[str], text: dict[str, Any]) -> Finding:
    single = len(extra) == 1
    problem = "is a text" if single else f"has texts for {join_names(extra)}"
    reason = f"{problem}, but {_LOCALES} does not list {'this locale' if single else 'these locales'}"
    place, value = ((*path, extra[0]), text[extra[0]]) if single else (path, extra)
    return Finding("R2", "warning", place, value, reason, "Add the locale to that list, or remove the text.")


def _r3_texts_are_used(parts: ManifestParts) -> Iterator[Finding]:
    """Check that each text is used. Any text of the manifest counts, because a client may know more members."""
    texts = parts.i18n.child("definitions")
    used = _used_texts(parts) if texts.value else set()
    for key, text in texts.value.items():
        if key not in used:
            path = (*texts.path, key)
            yield Finding(
                "R3", "notice", path, text, "is not used in this manifest", "Remove it if nothing else uses it."
            )


def _r4_icons_exist(parts: ManifestParts) -> Iterator[Finding]:
    """Check that each icon is in the sprite sheet. A warning, because manifests without a sheet are in use."""
    known = object_at(parts.sheet.value, "definitions")
    for path, name in parts.icons:
        if name not in known:
            reason = f"is {describe_value(name)}, which is not an icon of $.definitions.iconSpriteSheet.definitions"
            yield Finding("R4", "warning", path, name, reason, "Add the icon's place in the sheet.")


def _r5_icons_are_used(parts: ManifestParts) -> Iterator[Finding]:
    """Check that each icon of the sprite sheet is used."""
    tiles = list(_tiles(parts))
    used = _used_texts(parts) if tiles else set()
    for tile in tiles:
        if tile.path[-1] not in used:
            reason = "is not used by an icon of this manifest"
            yield Finding("R5", "notice", tile.path, tile.value, reason, "Remove it if nothing else uses it.")


def _r6_tiles_are_in_the_grid(parts: ManifestParts) -> Iterator[Finding]:
    """Check the places of icons: the converter of the SDK makes tiles of 32 x 32 pixels."""
    for tile in _tiles(parts):
        for name in ("x", "y"):
            value = tile.value.get(name)
            if isinstance(value, int) and not isinstance(value, bool) and value % ICON_PIXELS:
                reason = (
                    f"is {describe_value(value)}; it is usually a multiple of {ICON_PIXELS}, because icons have "
                    f"{ICON_PIXELS} x {ICON_PIXELS} pixels"
                )
                nearest = max(0, round(value / ICON_PIXELS) * ICON_PIXELS)
                remedy = f"Write {nearest} if the icon begins there."
                yield Finding("R6", "notice", (*tile.path, name), value, reason, remedy)


def _r7_navigation_ids_are_unique(parts: ManifestParts) -> Iterator[Finding]:
    """Check for equal ids, an error within one category only: vendor texts use one id in monitor and configure."""
    first: dict[str, Path] = {}
    first_in_category: dict[tuple[Path, str], Path] = {}
    for node in (*parts.views, *parts.cards):
        name = node.text("navigationId")
        if not name:
            continue
        same_category = first_in_category.setdefault((node.path[:3], name), node.path)
        anywhere = first.setdefault(name, node.path)
        if same_category != node.path or anywhere != node.path:
            severity: Severity = "error" if same_category != node.path else "warning"
            other = same_category if same_category != node.path else anywhere
            reason = f"is {describe_value(name)}, also the navigationId of {format_path(other)}; it must be unique"
            path = (*node.path, "navigationId")
            yield Finding("R7", severity, path, name, reason, "Give one of the two another navigationId.")


def _r8_targets_exist(parts: ManifestParts) -> Iterator[Finding]:
    """Check that a navigation trigger leads to a view of the manifest."""
    known = {node.text("navigationId") for node in (*parts.views, *parts.cards)}
    for trigger in parts.triggers:
        target = trigger.text("targetViewId")
        if target and trigger.text("type") == "navigation" and target not in known:
            path = (*trigger.path, "targetViewId")
            reason = f"is {describe_value(target)}, which is not the navigationId of a view in this manifest"
            yield Finding("R8", "error", path, target, reason, "Give a view this navigationId.")


def _r9_capabilities_are_declared(parts: ManifestParts) -> Iterator[Finding]:
    """Check that requirements declare what is used. A warning: the manifest of a running appliance breaks it."""
    entries = (*parts.cards, *parts.views, *parts.actions)
    dynamic = [*with_flag(entries, "dynamic"), *_with_member(parts.categories, "dynamicUri")]
    uses = (
        ("icon.sprite.sheet.theming", "'1.0.0'", _with_member([parts.sheet], "themeOverrides")),
        ("action.accepts.multiple.targets", "true", with_flag(parts.actions, "acceptsMultipleTargets")),
        ("plugin.dynamic.extensions", "'1.0.0'", dynamic),
    )
    for name, needed, users in uses:
        declared = parts.requirements.value.get(name)
        if users and (declared is None or declared is False):
            state = "missing" if declared is None else describe_value(declared)
            names = join_names(map(format_path, users), 2)
            reason = f"is {state}; it should be {needed}, because {names} need{'s' * (len(users) == 1)} it"
            yield Finding("R9", "warning", ("requirements", name), declared, reason, f"Set {name} to {needed}.")


def _r10_uris_are_relative(parts: ManifestParts) -> Iterator[Finding]:
    """Check that a uri begins at the folder of plugin.json. No source defines to what dynamicUri is relative."""
    for path, uri in parts.uris:
        scheme = _SCHEME.match(uri)
        if scheme or uri.startswith("/"):
            start = describe_value(scheme.group()) if scheme else "a slash"
            reason = (
                f"is {describe_value(uri)}, which begins with {start}; it should be relative to the folder of "
                "plugin.json"
            )
            remedy = "Write the path from that folder, such as 'index.html'."
            yield Finding("R10", "warning", path, uri, reason, remedy)


def _r11_expanded_is_dynamic(parts: ManifestParts) -> Iterator[Finding]:
    """Check forceExpand: vCenter 9.1 refuses it on a category that is not dynamic."""
    for category in parts.categories:
        dynamic = "dynamicUri" in category.value and any(with_flag(category.entries(), "dynamic"))
        if category.value.get("forceExpand") is True and not dynamic:
            path = (*category.path, "forceExpand")
            reason = "is true, which is allowed only beside a dynamicUri and a view whose dynamic is true"
            yield Finding("R11", "error", path, True, reason, "Remove forceExpand, or make the category dynamic.")


def _r12_dynamic_is_complete(parts: ManifestParts) -> Iterator[Finding]:
    """Check that a dynamic card, view or action has an id, and its category a dynamicUri."""
    for category in parts.categories:
        identity = "navigationId" if category.name in ("monitor", "configure") else "id"
        dynamic = [entry for entry in category.entries() if entry.value.get("dynamic") is True]
        needs: list[tuple[Node, str, Node]] = [(entry, identity, entry) for entry in dynamic]
        needs += [(category, "dynamicUri", entry) for entry in dynamic[:1]]
        for holder, name, entry in needs:
            if name not in holder.value:
                reason = f"is missing; {format_path(entry.path)}.dynamic is true, which needs it"
                yield Finding("R12", "error", (*holder.path, name), None, reason, f"Add {name}, or remove dynamic.")


def _r13_shows_something(parts: ManifestParts) -> Iterator[Finding]:
    """Check that there is a view or an extension of an object."""
    if "global" not in parts.root and "objects" not in parts.root:
        reason = "has neither global nor objects; it must have one of them, or the plug-in shows nothing"
        yield Finding("R13", "error", (), None, reason, "Add global or objects.")


def _r14_versions_are_equal(parts: ManifestParts) -> Iterator[Finding]:
    """Check that both versions are equal, as in every manifest seen."""
    version = parts.root.get("manifestVersion")
    api = parts.requirements.text("plugin.api.version")
    if version in MANIFEST_VERSIONS and api is not None and version != api:
        reason = f"is {describe_value(api)}; it should be {describe_value(version)}, the same as $.manifestVersion"
        path = ("requirements", "plugin.api.version")
        yield Finding("R14", "warning", path, api, reason, "Write the same version in both.")


def _r15_cards_are_few(parts: ManifestParts) -> Iterator[Finding]:
    """Check the number of cards. Release notes: at most 3 on 8.0 U1, 5 since 8.0 U2."""
    for category in parts.categories:
        count = len(list(category.entries())) if category.name == "summary" else 0
        if count > CARD_LIMIT:
            path = (*category.path, "views") if "views" in category.value else category.path
            reason = f"holds {count} cards; a client shows at most {CARD_LIMIT} for a type of object"
            remedy = f"Remove {count - CARD_LIMIT} of them, or put their content on one card."
            yield Finding("R15", "warning", path, count, reason, remedy)


def _r16_interval_is_not_empty(parts: ManifestParts) -> Iterator[Finding]:
    """Check the bounds of an interval: the documented pattern allows ``[8.0,7.0]``."""
    for name in ("vcenter.server", "vsphere.client"):
        environment = parts.requirements.child(name)
        interval = environment.text("version") or ""
        opening, low, high, closing = interval_bounds(interval) or ("", "", "", "")
        if not low or not high:
            continue
        lower, upper = version_key(low), version_key(high)
        if lower > upper or (lower == upper and (opening, closing) != ("[", "]")):
            reason = f"is {describe_value(interval)}, which holds no version; the lower bound must come first"
            path = (*environment.path, "version")
            yield Finding("R16", "error", path, interval, reason, "Write the lower bound first, such as '[7.0,9.0)'.")


def interval_bounds(interval: str) -> tuple[str, str, str, str] | None:
    """Return the opening bracket, both bounds (empty where open) and the closing bracket; None for other texts."""
    text = interval.strip()
    lower, comma, upper = (part.strip() for part in text[1:-1].partition(","))
    known = text[:1] in ("[", "(") and text[-1:] in ("]", ")") and comma
    if not known or not _BOUND.fullmatch(lower) or not _BOUND.fullmatch(upper):
        return None
    return text[0], lower.strip("."), upper.strip("."), text[-1]


def _used_texts(parts: ManifestParts) -> set[str]:
    """Return each text outside of the definitions."""
    texts: set[str] = set()
    rest: list[Any] = [value for name, value in parts.root.items() if name != "definitions"]
    while rest:
        value = rest.pop()
        if isinstance(value, str):
            texts.add(value)
        elif isinstance(value, (dict, list)):
            rest.extend(value.values() if isinstance(value, dict) else value)
    return texts


def _tiles(parts: ManifestParts) -> Iterator[Node]:
    """Yield the places of icons in the sheet and in its themes."""
    for sheet in (parts.sheet, *parts.themes):
        places = sheet.child("definitions")
        for name in places.value:
            yield places.child(name)


def _with_member(nodes: Iterable[Node], name: str) -> list[Path]:
    return [(*node.path, name) for node in nodes if name in node.value]


RULES: tuple[Callable[[ManifestParts], Iterator[Finding]], ...] = (
    _r1_texts_exist,
    _r2_texts_are_complete,
    _r3_texts_are_used,
    _r4_icons_exist,
    _r5_icons_are_used,
    _r6_tiles_are_in_the_grid,
    _r7_navigation_ids_are_unique,
    _r8_targets_exist,
    _r9_capabilities_are_declared,
    _r10_uris_are_relative,
    _r11_expanded_is_dynamic,
    _r12_dynamic_is_complete,
    _r13_shows_something,
    _r14_versions_are_equal,
    _r15_cards_are_few,
    _r16_interval_is_not_empty,
)
