# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Find the files that a manifest names: pages, and images of icons."""

from __future__ import annotations

import posixpath
import re
import urllib.parse
from collections.abc import Iterator
from typing import Any

from .finding import Path
from .parts import ManifestParts, Node

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")


def named_files(manifest: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    """Return each uri of a file after its kind: ``view`` (HTML page) or ``icons`` (image)."""
    parts = ManifestParts.of(manifest)
    pages = (("view", uri) for _path, uri in page_uris(parts))
    images = (("icons", sheet.value["uri"]) for sheet, _places in icon_sheets(parts))
    return tuple((kind, uri) for kind, uri in (*pages, *images) if uri and file_name(uri) is not None)


def page_uris(parts: ManifestParts) -> Iterator[tuple[Path, str]]:
    """Yield the path of each object that shows a page, and the uri of the page."""
    modals = (trigger for trigger in parts.triggers if trigger.text("type") == "modal")
    for node in (*parts.views, *parts.cards, *modals):
        uri = node.text("uri")
        if uri is not None:
            yield node.path, uri


def icon_sheets(parts: ManifestParts) -> Iterator[tuple[Node, Node]]:
    """Yield each object that names an image of icons, and the places of its icons."""
    for sheet in (parts.sheet, *parts.themes):
        if sheet.text("uri") is not None:
            # The guide: a theme without places of its own uses those of the sheet.
            yield sheet, (sheet if "definitions" in sheet.value else parts.sheet).child("definitions")


def file_name(uri: str) -> str | None:
    """Return the path in a uri, relative to the folder; None when it cannot be a file there.

    ``..`` stays at the beginning of a path that leaves the folder. Browsers resolve dots before they ask, and servers
    decode what is percent-encoded.
    """
    path = re.split(r"[?#]", uri, maxsplit=1)[0]
    if path.startswith("/") or _SCHEME.match(path) or "{" in path:
        return None
    # A percent-encoded slash may come first. One at the end makes it a folder.
    name = posixpath.normpath(urllib.parse.unquote(path).lstrip("/"))
    return f"{name}/" if path.endswith("/") and name not in (".", "..") else name
