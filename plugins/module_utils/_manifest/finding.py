# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""The only file that knows what a finding is, and how a manifest is taken apart for the rules."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from typing import Any, Literal

Severity = Literal["error", "warning", "notice"]

_SIMPLE_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
# They would tear a message into lines.
_CONTROL = re.compile("[\\x00-\\x1f\\x7f-\\x9f\\u2028\\u2029]")
_KEY_NAMES = ("nameKey", "labelKey", "titleKey", "accessibilityTitleKey")
_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault. ``path`` is a JSON path, ``message`` one sentence with path, value and what is allowed.

    ``line`` and ``column`` count from 1; they are None where the manifest was not read from a text.
    """

    rule: str
    severity: Severity
    path: str
    value: Any
    message: str
    remedy: str
    line: int | None = None
    column: int | None = None

    def result(self) -> dict[str, Any]:
        """The finding as modules return it."""
        return {field.name: getattr(self, field.name) for field in fields(self)}


def member(path: str, name: str) -> str:
    """The JSON path of a member: ``$.a.b``, or ``$['a.b']`` where the name is no simple one."""
    if _SIMPLE_NAME.fullmatch(name):
        return f"{path}.{name}"
    escaped = _CONTROL.sub(lambda one: f"\\u{ord(one[0]):04x}", re.sub(r"[\\']", r"\\\g<0>", name))
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
        return repr(value if len(value) <= _SHOWN else value[: _SHOWN - 3] + "...") if value else "an empty text"
    kind = "object" if isinstance(value, dict) else "list"
    article = "an" if isinstance(value, dict) else "a"
    return f"{article} {kind}" if value else f"an empty {kind}"


def some(names: Iterable[str], most: int = 5) -> str:
    """A few names, and how many more there are: ``de-DE, fr-FR and 38 more``."""
    names = list(names)
    if len(names) <= most:
        return " and ".join(filter(None, (", ".join(names[:-1]), names[-1]))) if names else ""
    return f"{', '.join(names[:most])} and {len(names) - most} more"


@dataclass(frozen=True, slots=True)
class Item:
    """One object of the manifest. ``where`` is the type of object and the category, such as ``VirtualMachine.menu``."""

    path: str
    value: dict[str, Any]
    where: str = ""

    def text(self, name: str) -> str | None:
        value = self.value.get(name)
        return value if isinstance(value, str) else None

    def inner(self, name: str) -> Item:
        """A member that is an object; an empty one where it is not."""
        return Item(member(self.path, name), dig(self.value, name), self.where)


@dataclass(frozen=True, slots=True)
class Parts:
    """A manifest taken apart, once for all rules. Whatever has a wrong type is left out.

    ``keys``, ``icons`` and ``uris`` are pairs of a path and the text there.
    """

    root: dict[str, Any]
    requirements: Item
    categories: tuple[Item, ...]
    cards: tuple[Item, ...]
    views: tuple[Item, ...]
    actions: tuple[Item, ...]
    sheet: Item
    themes: tuple[Item, ...]
    i18n: Item
    keys: tuple[tuple[str, str], ...]
    icons: tuple[tuple[str, str], ...]
    uris: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, root: dict[str, Any]) -> Parts:
        categories = tuple(_categories(root))
        cards = [item for one in categories if one.where.endswith(".summary") for item in entries(one)]
        views = [item for one in categories if one.where.endswith((".monitor", ".configure")) for item in entries(one)]
        actions = [item for one in categories if one.where.endswith(".menu") for item in entries(one)]
        top = Item("$", root)
        configuration = top.inner("configuration")
        front = top.inner("global").inner("view")
        views.insert(0, Item(front.path, front.value, "global"))
        triggers = [one.inner("trigger") for one in actions]
        sheet = top.inner("definitions").inner("iconSpriteSheet")
        overrides = sheet.inner("themeOverrides")
        themes = [overrides.inner(name) for name in overrides.value]
        named = [configuration, *cards, *views, *actions]
        return cls(
            root,
            top.inner("requirements"),
            categories,
            tuple(cards),
            tuple(views),
            tuple(actions),
            sheet,
            tuple(themes),
            top.inner("definitions").inner("i18n"),
            tuple(_texts([*named, *triggers], _KEY_NAMES)),
            tuple(_texts([one.inner("icon") for one in named], ("name",))),
            tuple(_texts([*views, *cards, *triggers, sheet, *themes], ("uri",))),
        )


def dig(value: Any, *names: str) -> dict[str, Any]:
    """The object at the end of some names; an empty one where there is none."""
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}


def entries(category: Item) -> Iterator[Item]:
    """The cards of a summary, the views of a category, the actions of a menu."""
    if isinstance(category.value.get("view"), dict):
        yield category.inner("view")
    for name in ("views", "actions"):
        found = category.value.get(name)
        for index, entry in enumerate(found if isinstance(found, list) else ()):
            if isinstance(entry, dict):
                yield Item(f"{category.path}.{name}[{index}]", entry, category.where)


def _categories(root: dict[str, Any]) -> Iterator[Item]:
    for kind, extensions in dig(root, "objects").items():
        for name in ("summary", "monitor", "configure", "menu"):
            category = dig(extensions, name)
            if category:
                yield Item(f"{member('$.objects', kind)}.{name}", category, f"{kind}.{name}")


def _texts(items: list[Item], names: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    for item in items:
        for name in names:
            text = item.text(name)
            if text:
                yield f"{item.path}.{name}", text
