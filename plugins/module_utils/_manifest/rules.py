# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""The only file that knows what a schema cannot say about a manifest: one function for each rule, listed in RULES.

A rule takes the parts of a manifest and yields findings. It must bear a manifest that breaks the schema, because all
faults are reported at once; :class:`Parts` holds only what has the right type. No rule looks at hash routes, queries
or braces in a uri: manifests in use have all of them. R17 is no rule about manifests: patterns match whole values.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from .finding import Finding, Item, Parts, Severity, dig, entries, member, shown, some
from .schema import VERSIONS

MOST_CARDS = 5
_TILE = 32
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_BOUND = re.compile(r"[0-9.]*")


def _r1_texts_exist(parts: Parts) -> Iterator[Finding]:
    """Each label is a key of i18n. A warning, because a literal text seems to be shown as it is."""
    known = dig(parts.i18n.value, "definitions")
    for path, key in parts.keys:
        if key not in known:
            message = f"{path} is {shown(key)}, which is no key of $.definitions.i18n.definitions."
            yield Finding("R1", "warning", path, key, message, "Add the key with a text for each locale.")


def _r2_each_locale_has_its_text(parts: Parts) -> Iterator[Finding]:
    """One finding for each text, however many locales it lacks or has too many."""
    declared = parts.i18n.value.get("locales")
    locales = {one for one in declared if isinstance(one, str)} if isinstance(declared, list) else set()
    if not locales:
        return
    order = sorted(locales)
    texts = parts.i18n.inner("definitions")
    for key, text in texts.value.items():
        if not isinstance(text, dict) or text.keys() == locales:
            continue
        path = member(texts.path, key)
        yield from _missing_texts(path, [one for one in order if one not in text])
        yield from _needless_texts(path, sorted(one for one in text if one not in locales), text)


def _missing_texts(path: str, missing: list[str]) -> Iterator[Finding]:
    where = member(path, missing[0]) if len(missing) == 1 else path
    lack = "is missing" if len(missing) == 1 else f"has no text for {some(missing)}"
    if missing:
        message = f"{where} {lack}; there should be a text for each of $.definitions.i18n.locales."
        yield Finding("R2", "warning", where, None, message, "Add the text, or take the locale away.")


def _needless_texts(path: str, extra: list[str], text: dict[str, Any]) -> Iterator[Finding]:
    where = member(path, extra[0]) if len(extra) == 1 else path
    excess = "is there" if len(extra) == 1 else f"has a text for {some(extra)}"
    if extra:
        value = text[extra[0]] if len(extra) == 1 else extra
        message = f"{where} {excess}, which goes beyond $.definitions.i18n.locales."
        yield Finding("R2", "warning", where, value, message, "Name the locale there, or take the text away.")


def _r3_texts_are_used(parts: Parts) -> Iterator[Finding]:
    """Harmless, so a notice. Any text of the manifest counts as a use, because a client may know more members."""
    texts = parts.i18n.inner("definitions")
    used = _used(parts) if texts.value else set()
    for key, text in texts.value.items():
        if key not in used:
            path = member(texts.path, key)
            message = f"{path} is used nowhere in this manifest."
            yield Finding("R3", "notice", path, text, message, "Take it away if nothing else needs it.")


def _r4_icons_exist(parts: Parts) -> Iterator[Finding]:
    """Each icon is in the sprite sheet. A warning, because manifests without a sheet are in use."""
    known = dig(parts.sheet.value, "definitions")
    for path, name in parts.icons:
        if name not in known:
            message = f"{path} is {shown(name)}, which is no icon of $.definitions.iconSpriteSheet.definitions."
            yield Finding("R4", "warning", path, name, message, "Add the icon's place in the sheet.")


def _r5_icons_are_used(parts: Parts) -> Iterator[Finding]:
    used: set[str] | None = None
    for tile in _tiles(parts):
        used = _used(parts) if used is None else used
        if tile.where not in used:
            message = f"{tile.path} is used by no icon of this manifest."
            yield Finding("R5", "notice", tile.path, tile.value, message, "Take it away if nothing else needs it.")


def _r6_tiles_lie_in_the_raster(parts: Parts) -> Iterator[Finding]:
    """The converter of the SDK makes tiles of 32 x 32 pixels."""
    for tile in _tiles(parts):
        for name in ("x", "y"):
            value = tile.value.get(name)
            if isinstance(value, int) and not isinstance(value, bool) and value % _TILE:
                path = f"{tile.path}.{name}"
                message = f"{path} is {shown(value)}; icons are 32 x 32 pixels, so it is usually a multiple of 32."
                remedy = f"Write {max(0, round(value / _TILE) * _TILE)} if the icon begins there."
                yield Finding("R6", "notice", path, value, message, remedy)


def _r7_navigation_ids_are_unique(parts: Parts) -> Iterator[Finding]:
    """An error within one category only: vendor texts use one id in monitor and in configure."""
    first: dict[str, str] = {}
    beside: dict[tuple[str, str], str] = {}
    for item in (*parts.views, *parts.cards):
        name = item.text("navigationId")
        if not name:
            continue
        near = beside.setdefault((item.where, name), item.path)
        far = first.setdefault(name, item.path)
        if near != item.path or far != item.path:
            path = f"{item.path}.navigationId"
            other = near if near != item.path else far
            message = f"{path} is {shown(name)}, which is the navigationId of {other} as well; it must be unique."
            severity: Severity = "error" if near != item.path else "warning"
            yield Finding("R7", severity, path, name, message, "Give one of the two another navigationId.")


def _r8_targets_exist(parts: Parts) -> Iterator[Finding]:
    """A navigation goes to a view of the manifest."""
    known = {item.text("navigationId") for item in (*parts.views, *parts.cards)}
    for action in parts.actions:
        trigger = action.inner("trigger")
        target = trigger.text("targetViewId")
        if target and trigger.text("type") == "navigation" and target not in known:
            path = f"{trigger.path}.targetViewId"
            message = f"{path} is {shown(target)}, which is the navigationId of no view in this manifest."
            yield Finding("R8", "error", path, target, message, "Give a view this navigationId.")


def _r9_capabilities_are_declared(parts: Parts) -> Iterator[Finding]:
    """A warning, because the manifest of a running appliance breaks it."""
    entry = (*parts.cards, *parts.views, *parts.actions)
    uses = (
        ("icon.sprite.sheet.theming", "'1.0.0'", _with(parts.sheet, "themeOverrides")),
        ("action.accepts.multiple.targets", "true", _flagged(parts.actions, "acceptsMultipleTargets")),
        (
            "plugin.dynamic.extensions",
            "'1.0.0'",
            [*_flagged(entry, "dynamic"), *(use for one in parts.categories for use in _with(one, "dynamicUri"))],
        ),
    )
    for name, wanted, found in uses:
        declared = parts.requirements.value.get(name)
        if found and (declared is None or declared is False):
            path = member("$.requirements", name)
            state = "missing" if declared is None else shown(declared)
            message = (
                f"{path} is {state}; it should be {wanted}, because {some(found, 2)} need{'s' * (len(found) == 1)} it."
            )
            yield Finding("R9", "warning", path, declared, message, f"Set {name} to {wanted}.")


def _r10_uris_are_relative(parts: Parts) -> Iterator[Finding]:
    """A uri begins at the folder of plugin.json. dynamicUri is left out: no source says what it is relative to."""
    for path, uri in parts.uris:
        scheme = _SCHEME.match(uri)
        if scheme or uri.startswith("/"):
            fault = f"begins with {shown(scheme.group())}" if scheme else "begins with a slash"
            message = f"{path} is {shown(uri)}, which {fault}; it should be relative to the folder of plugin.json."
            remedy = "Write the path from that folder, such as 'index.html'."
            yield Finding("R10", "warning", path, uri, message, remedy)


def _r11_expanded_is_dynamic(parts: Parts) -> Iterator[Finding]:
    """vCenter 9.1 refuses forceExpand on a category that is not dynamic."""
    for category in parts.categories:
        dynamic = "dynamicUri" in category.value and any(one.value.get("dynamic") is True for one in entries(category))
        if category.value.get("forceExpand") is True and not dynamic:
            path = f"{category.path}.forceExpand"
            message = f"{path} is true, which is allowed only beside a dynamicUri and a view whose dynamic is true."
            yield Finding("R11", "error", path, True, message, "Take forceExpand away, or make the category dynamic.")


def _r12_dynamic_is_complete(parts: Parts) -> Iterator[Finding]:
    """A dynamic card, view or action needs an id, and its category needs a dynamicUri."""
    for category in parts.categories:
        identity = "navigationId" if category.where.endswith((".monitor", ".configure")) else "id"
        dynamic = [entry for entry in entries(category) if entry.value.get("dynamic") is True]
        lacking = [(entry, identity, entry) for entry in dynamic] + [
            (category, "dynamicUri", one) for one in dynamic[:1]
        ]
        for holder, name, entry in lacking:
            if name not in holder.value:
                path = f"{holder.path}.{name}"
                message = f"{path} is missing; {entry.path}.dynamic is true, which needs it."
                yield Finding("R12", "error", path, None, message, f"Add {name}, or take dynamic away.")


def _r13_shows_something(parts: Parts) -> Iterator[Finding]:
    if "global" not in parts.root and "objects" not in parts.root:
        message = "$ has neither global nor objects; it must have one of them, or the plug-in shows nothing."
        yield Finding("R13", "error", "$", None, message, "Add global or objects.")


def _r14_same_version(parts: Parts) -> Iterator[Finding]:
    version = parts.root.get("manifestVersion")
    api = parts.requirements.text("plugin.api.version")
    if version in VERSIONS and api is not None and version != api:
        path = "$.requirements['plugin.api.version']"
        message = f"{path} is {shown(api)}; it should be {shown(version)}, the same as $.manifestVersion."
        yield Finding("R14", "warning", path, api, message, "Write the same version in both.")


def _r15_cards_are_few(parts: Parts) -> Iterator[Finding]:
    """Release notes: 3 cards on 8.0 U1, 5 since 8.0 U2."""
    for category in parts.categories:
        cards = list(entries(category)) if category.where.endswith(".summary") else []
        if len(cards) > MOST_CARDS:
            path = category.path if "views" not in category.value else f"{category.path}.views"
            message = f"{path} holds {len(cards)} cards; a client shows at most {MOST_CARDS} for a type of object."
            remedy = f"Take {len(cards) - MOST_CARDS} of them away, or put their content on one card."
            yield Finding("R15", "warning", path, len(cards), message, remedy)


def _r16_interval_is_not_empty(parts: Parts) -> Iterator[Finding]:
    """The documented pattern lets ``[8.0,7.0]`` through."""
    for name in ("vcenter.server", "vsphere.client"):
        environment = parts.requirements.inner(name)
        interval = environment.text("version") or ""
        opening, low, high, closing = bounds(interval) or ("", "", "", "")
        if not low or not high:
            continue
        lower, upper = numbers(low), numbers(high)
        if lower > upper or (lower == upper and (opening, closing) != ("[", "]")):
            path = f"{environment.path}.version"
            message = f"{path} is {shown(interval)}, which holds no version; the lower bound must come first."
            yield Finding("R16", "error", path, interval, message, "Write the lower bound first, such as '[7.0,9.0)'.")


def bounds(interval: str) -> tuple[str, str, str, str] | None:
    """The opening bracket, both bounds (empty where open) and the closing bracket; None for what is no interval."""
    text = interval.strip()
    lower, comma, upper = (part.strip() for part in text[1:-1].partition(","))
    known = text[:1] in ("[", "(") and text[-1:] in ("]", ")") and comma
    if not known or not _BOUND.fullmatch(lower) or not _BOUND.fullmatch(upper):
        return None
    return text[0], lower.strip("."), upper.strip("."), text[-1]


def numbers(version: str) -> tuple[tuple[int, str], ...]:
    """Compares as the version does. ``8.0`` and ``8.0.0.0`` are the same; numbers may be of any length."""
    stripped = [part.lstrip("0") for part in version.split(".") if part]
    return tuple((len(part), part) for part in [*stripped, *[""] * (4 - len(stripped))])


def _used(parts: Parts) -> set[str]:
    """Each text that stands anywhere outside of the definitions."""
    found: set[str] = set()
    rest: list[Any] = [value for name, value in parts.root.items() if name != "definitions"]
    while rest:
        value = rest.pop()
        if isinstance(value, str):
            found.add(value)
        elif isinstance(value, (dict, list)):
            rest.extend(value.values() if isinstance(value, dict) else value)
    return found


def _tiles(parts: Parts) -> Iterator[Item]:
    """The places of the sheet and of its themes. ``where`` is the name of the icon."""
    for sheet in (parts.sheet, *parts.themes):
        places = sheet.inner("definitions")
        for name, place in places.value.items():
            yield Item(member(places.path, name), place if isinstance(place, dict) else {}, name)


def _with(item: Item, name: str) -> list[str]:
    return [f"{item.path}.{name}"] if name in item.value else []


def _flagged(items: Iterable[Item], name: str) -> list[str]:
    return [f"{item.path}.{name}" for item in items if item.value.get(name) is True]


RULES: tuple[Callable[[Parts], Iterator[Finding]], ...] = (
    _r1_texts_exist,
    _r2_each_locale_has_its_text,
    _r3_texts_are_used,
    _r4_icons_exist,
    _r5_icons_are_used,
    _r6_tiles_lie_in_the_raster,
    _r7_navigation_ids_are_unique,
    _r8_targets_exist,
    _r9_capabilities_are_declared,
    _r10_uris_are_relative,
    _r11_expanded_is_dynamic,
    _r12_dynamic_is_complete,
    _r13_shows_something,
    _r14_same_version,
    _r15_cards_are_few,
    _r16_interval_is_not_empty,
)
