# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""The only file that knows what a schema cannot say about a manifest: one function for each rule, listed in RULES.

A rule takes the parts of a manifest and yields findings. It must bear a manifest that breaks the schema, because all
faults are reported at once; :class:`Parts` holds only what has the right type.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

Severity = Literal["error", "warning", "notice"]

_SIMPLE_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_KEY_NAMES = ("nameKey", "labelKey", "titleKey", "accessibilityTitleKey")


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault. ``path`` is a JSON path, ``message`` one sentence with path, value and what is allowed."""

    rule: str
    severity: Severity
    path: str
    value: Any
    message: str
    remedy: str

    def result(self) -> dict[str, Any]:
        """The finding as modules return it."""
        return {name: getattr(self, name) for name in ("rule", "severity", "path", "value", "message", "remedy")}


def member(path: str, name: str) -> str:
    """The JSON path of a member: ``$.a.b``, or ``$['a.b']`` where the name is no simple one."""
    if _SIMPLE_NAME.fullmatch(name):
        return f"{path}.{name}"
    escaped = name.replace("\\", "\\\\").replace("'", "\\'")
    return f"{path}['{escaped}']"


def shown(value: Any) -> str:
    """A value as it stands in a message: short, and with its JSON type."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return f"the number {value}"
    if isinstance(value, str):
        return repr(value if len(value) <= 60 else value[:57] + "...") if value else "an empty text"
    kind = "object" if isinstance(value, dict) else "list"
    article = "an" if isinstance(value, dict) else "a"
    return f"{article} {kind}" if value else f"an empty {kind}"


@dataclass(frozen=True, slots=True)
class Item:
    """One object of the manifest. ``where`` is the type of object and the category, such as ``VirtualMachine.menu``."""

    path: str
    value: dict[str, Any]
    where: str = ""

    def text(self, name: str) -> str | None:
        value = self.value.get(name)
        return value if isinstance(value, str) else None


@dataclass(frozen=True, slots=True)
class Parts:
    """A manifest taken apart, once for all rules. Whatever has a wrong type is left out."""

    root: dict[str, Any]
    categories: tuple[Item, ...]
    cards: tuple[Item, ...]
    views: tuple[Item, ...]
    actions: tuple[Item, ...]
    keys: tuple[tuple[str, str], ...]
    icons: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, root: dict[str, Any]) -> Parts:
        categories = tuple(_categories(root))
        cards = [item for one in categories if one.where.endswith(".summary") for item in _entries(one)]
        views = [item for one in categories if one.where.endswith((".monitor", ".configure")) for item in _entries(one)]
        actions = [item for one in categories if one.where.endswith(".menu") for item in _entries(one)]
        front = Item("$.global.view", _dict(root, "global", "view"), "global")
        configuration = Item("$.configuration", _dict(root, "configuration"))
        views.insert(0, front)
        triggers = [Item(f"{one.path}.trigger", _dict(one.value, "trigger")) for one in actions]
        named = [configuration, *cards, *views, *actions]
        return cls(
            root,
            categories,
            tuple(cards),
            tuple(views),
            tuple(actions),
            tuple(_texts([*named, *triggers], _KEY_NAMES)),
            tuple(_texts([Item(f"{one.path}.icon", _dict(one.value, "icon")) for one in named], ("name",))),
        )


def _dict(value: Any, *names: str) -> dict[str, Any]:
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}


def _categories(root: dict[str, Any]) -> Iterator[Item]:
    for kind, extensions in _dict(root, "objects").items():
        for name in ("summary", "monitor", "configure", "menu"):
            category = _dict(extensions, name)
            if category:
                yield Item(f"{member('$.objects', kind)}.{name}", category, f"{kind}.{name}")


def _entries(category: Item) -> Iterator[Item]:
    """The cards of a summary, the views of a category, the actions of a menu."""
    if isinstance(category.value.get("view"), dict):
        yield Item(f"{category.path}.view", category.value["view"], category.where)
    for name in ("views", "actions"):
        entries = category.value.get(name)
        for index, entry in enumerate(entries if isinstance(entries, list) else ()):
            if isinstance(entry, dict):
                yield Item(f"{category.path}.{name}[{index}]", entry, category.where)


def _texts(items: list[Item], names: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    for item in items:
        for name in names:
            text = item.text(name)
            if text:
                yield f"{item.path}.{name}", text


def _r1_texts_exist(parts: Parts) -> Iterator[Finding]:
    """Each label is a key of i18n. A warning, because a literal text seems to be shown as it is."""
    known = _dict(parts.root, "definitions", "i18n", "definitions")
    for path, key in parts.keys:
        if key not in known:
            message = f"{path} is {shown(key)}, which is no key of $.definitions.i18n.definitions."
            yield Finding("R1", "warning", path, key, message, "Add the key with a text for each locale.")


def _r4_icons_exist(parts: Parts) -> Iterator[Finding]:
    """Each icon is in the sprite sheet. A warning, because manifests without a sheet are in use."""
    known = _dict(parts.root, "definitions", "iconSpriteSheet", "definitions")
    for path, name in parts.icons:
        if name not in known:
            message = f"{path} is {shown(name)}, which is no icon of $.definitions.iconSpriteSheet.definitions."
            yield Finding("R4", "warning", path, name, message, "Add the icon's place in the sheet.")


def _r8_targets_exist(parts: Parts) -> Iterator[Finding]:
    """A navigation goes to a view of the manifest."""
    known = {item.text("navigationId") for item in (*parts.views, *parts.cards)}
    for action in parts.actions:
        trigger = Item(f"{action.path}.trigger", _dict(action.value, "trigger"))
        target = trigger.text("targetViewId")
        if target and trigger.text("type") == "navigation" and target not in known:
            path = f"{trigger.path}.targetViewId"
            message = f"{path} is {shown(target)}, which is the navigationId of no view in this manifest."
            yield Finding("R8", "error", path, target, message, "Give a view this navigationId.")


def _r11_expanded_is_dynamic(parts: Parts) -> Iterator[Finding]:
    """vCenter 9.1 refuses forceExpand on a category that is not dynamic."""
    for category in parts.categories:
        dynamic = "dynamicUri" in category.value and any(one.value.get("dynamic") is True for one in _entries(category))
        if category.value.get("forceExpand") is True and not dynamic:
            path = f"{category.path}.forceExpand"
            message = f"{path} is true, which is allowed only beside a dynamicUri and a view whose dynamic is true."
            yield Finding("R11", "error", path, True, message, "Take forceExpand away, or make the category dynamic.")


def _r12_dynamic_is_complete(parts: Parts) -> Iterator[Finding]:
    """A dynamic card, view or action needs an id, and its category needs a dynamicUri."""
    for category in parts.categories:
        identity = "navigationId" if category.where.endswith((".monitor", ".configure")) else "id"
        for entry in _entries(category):
            if entry.value.get("dynamic") is not True:
                continue
            path = f"{entry.path}.dynamic"
            for name, holder in ((identity, entry), ("dynamicUri", category)):
                if name not in holder.value:
                    missing = f"{holder.path}.{name}"
                    message = f"{path} is true, which needs {missing} as well."
                    yield Finding("R12", "error", path, True, message, f"Add {missing}, or take dynamic away.")


def _r13_shows_something(parts: Parts) -> Iterator[Finding]:
    if "global" not in parts.root and "objects" not in parts.root:
        message = "$ has neither global nor objects; it must have one of them, or the plug-in shows nothing."
        yield Finding("R13", "error", "$", None, message, "Add global or objects.")


def _r14_same_version(parts: Parts) -> Iterator[Finding]:
    version = parts.root.get("manifestVersion")
    api = _dict(parts.root, "requirements").get("plugin.api.version")
    if isinstance(version, str) and isinstance(api, str) and version != api:
        path = "$.requirements['plugin.api.version']"
        message = f"{path} is {shown(api)}; it should be {shown(version)}, the same as $.manifestVersion."
        yield Finding("R14", "warning", path, api, message, "Write the same version in both.")


def _r16_interval_is_not_empty(parts: Parts) -> Iterator[Finding]:
    """The documented pattern lets ``[8.0,7.0]`` through."""
    for name in ("vcenter.server", "vsphere.client"):
        interval = _dict(parts.root, "requirements", name).get("version")
        bounds = re.fullmatch(r"\s*[\[(]\s*([0-9.]+)\s*,\s*([0-9.]+)\s*[\])]\s*", str(interval))
        if not bounds:
            continue
        lower, upper = (_numbers(bound) for bound in bounds.groups())
        closed = "(" not in str(interval) and ")" not in str(interval)
        if lower > upper or (lower == upper and not closed):
            path = f"$.requirements['{name}'].version"
            message = f"{path} is {shown(interval)}, which holds no version; the lower bound must come first."
            yield Finding("R16", "error", path, interval, message, "Write the lower bound first, such as '[7.0,9.0)'.")


def _numbers(version: str) -> tuple[int, ...]:
    """``8.0`` and ``8.0.0.0`` are the same version."""
    numbers = [int(part) for part in version.split(".") if part]
    return tuple(numbers + [0] * (4 - len(numbers)))


RULES: tuple[Callable[[Parts], Iterator[Finding]], ...] = (
    _r1_texts_exist,
    _r4_icons_exist,
    _r8_targets_exist,
    _r11_expanded_is_dynamic,
    _r12_dynamic_is_complete,
    _r13_shows_something,
    _r14_same_version,
    _r16_interval_is_not_empty,
)
