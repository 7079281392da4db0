# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Build parts of a manifest: apply overlays, make i18n of texts and a sprite sheet of icons.

Nothing here validates a manifest. What is built is validated like any other one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .._errors import ManifestError
from .._foreign_text import quoted
from .knowledge import ICON_PIXELS


def merge_overlays(base: Mapping[str, Any], *overlays: Mapping[str, Any]) -> dict[str, Any]:
    """Return ``base`` changed by one overlay after the other, each a JSON Merge Patch (RFC 7396).

    Objects are merged member by member, null removes a member, and any other value, a list too, replaces what was
    there. The result shares nothing with its sources. Overlays must be applied in their order: two of them cannot be
    merged into one beforehand, because the nulls of the second would be lost.
    """
    merged: dict[str, Any] = _copy(base)
    for overlay in overlays:
        merged = _apply_patch(merged, overlay)
    return merged


def build_i18n(texts: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    """Return ``definitions.i18n`` of a manifest for the texts of each locale by their keys.

    Locales and keys come in alphabetical order. A locale without a text stays in the list of locales.
    """
    definitions: dict[str, dict[str, str]] = {}
    for locale in sorted(texts):
        for key, text in texts[locale].items():
            definitions.setdefault(key, {})[locale] = text
    return {"locales": sorted(texts), "definitions": {key: definitions[key] for key in sorted(definitions)}}


def build_sprites(names: Sequence[str], *, columns: int) -> dict[str, dict[str, int]]:
    """Return ``definitions.iconSpriteSheet.definitions``: the place of each icon in a sheet that is filled row by row.

    Places are pixels from the top left corner of the sheet. Raises :class:`ManifestError`, whose ``subject`` is
    ``columns`` or an item of ``names``.
    """
    if columns < 1:
        raise ManifestError("must be at least 1", subject="columns", value=columns)
    places: dict[str, dict[str, int]] = {}
    for position, name in enumerate(names):
        if name in places:
            reason = f"repeats {quoted(name)}"
            raise ManifestError(reason, subject=f"names[{position}]", remedy="give each icon one place in the sheet")
        row, column = divmod(position, columns)
        places[name] = {"x": column * ICON_PIXELS, "y": row * ICON_PIXELS}
    return places


def _copy(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _copy(one) for name, one in value.items()}
    return [_copy(one) for one in value] if isinstance(value, list) else value


def _apply_patch(target: Any, patch: Any) -> Any:
    """Apply MergePatch of RFC 7396, section 2. ``target`` is our own and may be changed."""
    if not isinstance(patch, Mapping):
        return _copy(patch)
    result: dict[str, Any] = target if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        else:
            result[name] = _apply_patch(result.get(name), value)
    return result
