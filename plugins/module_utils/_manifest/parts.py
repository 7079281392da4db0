# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Take a manifest apart once for all rules. Values of a wrong type are left out; the schema reports them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from .finding import Path

_CATEGORIES = ("summary", "monitor", "configure", "menu")
_TEXT_KEYS = ("nameKey", "labelKey", "titleKey", "accessibilityTitleKey")


@dataclass(frozen=True, slots=True)
class Node:
    """One object of the manifest."""

    path: Path
    value: dict[str, Any]

    def text(self, name: str) -> str | None:
        """Return a member that is a text, None where it is not."""
        value = self.value.get(name)
        return value if isinstance(value, str) else None

    def child(self, *names: str) -> Node:
        """Return the object at the end of some names, an empty one where there is none."""
        return Node((*self.path, *names), object_at(self.value, *names))


@dataclass(frozen=True, slots=True)
class Category(Node):
    """The summary, monitor, configure or menu of one type of object."""

    @property
    def name(self) -> str:
        """Return the name of the category, such as ``menu``."""
        return str(self.path[-1])

    def entries(self) -> Iterator[Node]:
        """Yield the cards of a summary, the views of a category or the actions of a menu."""
        if isinstance(self.value.get("view"), dict):
            yield self.child("view")
        for name in ("views", "actions"):
            entries = self.value.get(name)
            for index, entry in enumerate(entries if isinstance(entries, list) else ()):
                if isinstance(entry, dict):
                    yield Node((*self.path, name, index), entry)


@dataclass(frozen=True, slots=True)
class ManifestParts:
    """The objects of a manifest that rules are about.

    ``views`` begins with the view of ``global``. ``keys``, ``icons`` and ``uris`` are pairs of a path and the text
    there.
    """

    root: dict[str, Any]
    requirements: Node
    categories: tuple[Category, ...]
    cards: tuple[Node, ...]
    views: tuple[Node, ...]
    actions: tuple[Node, ...]
    triggers: tuple[Node, ...]
    sheet: Node
    themes: tuple[Node, ...]
    i18n: Node
    keys: tuple[tuple[Path, str], ...]
    icons: tuple[tuple[Path, str], ...]
    uris: tuple[tuple[Path, str], ...]

    @classmethod
    def of(cls, manifest: dict[str, Any]) -> ManifestParts:
        """Take ``manifest`` apart."""
        root = Node((), manifest)
        categories = tuple(_categories(root))
        cards = tuple(_entries(categories, "summary"))
        views = (root.child("global", "view"), *_entries(categories, "monitor", "configure"))
        actions = tuple(_entries(categories, "menu"))
        triggers = tuple(action.child("trigger") for action in actions)
        sheet = root.child("definitions", "iconSpriteSheet")
        themes = tuple(sheet.child("themeOverrides", name) for name in sheet.child("themeOverrides").value)
        named = (root.child("configuration"), *cards, *views, *actions)
        return cls(
            root=manifest,
            requirements=root.child("requirements"),
            categories=categories,
            cards=cards,
            views=views,
            actions=actions,
            triggers=triggers,
            sheet=sheet,
            themes=themes,
            i18n=root.child("definitions", "i18n"),
            keys=tuple(_texts((*named, *triggers), *_TEXT_KEYS)),
            icons=tuple(_texts([node.child("icon") for node in named], "name")),
            uris=tuple(_texts((*views, *cards, *triggers, sheet, *themes), "uri")),
        )


def object_at(value: Any, *names: str) -> dict[str, Any]:
    """Return the object at the end of some names, an empty one where there is none."""
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}


def with_flag(nodes: Iterable[Node], name: str) -> list[Path]:
    """Return the paths of the members ``name`` that are true."""
    return [(*node.path, name) for node in nodes if node.value.get(name) is True]


def _categories(root: Node) -> Iterator[Category]:
    for kind in root.child("objects").value:
        for name in _CATEGORIES:
            node = root.child("objects", kind, name)
            if node.value:
                yield Category(node.path, node.value)


def _entries(categories: tuple[Category, ...], *names: str) -> Iterator[Node]:
    return (entry for category in categories if category.name in names for entry in category.entries())


def _texts(nodes: Iterable[Node], *names: str) -> Iterator[tuple[Path, str]]:
    for node in nodes:
        for name in names:
            if text := node.text(name):
                yield (*node.path, name), text
