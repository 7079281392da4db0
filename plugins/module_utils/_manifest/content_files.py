# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Check that the files that a manifest names exist in the content folder, and that each icon lies within its image."""

from __future__ import annotations

import difflib
import os
import posixpath
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from .._errors import FileError
from .._files.read import list_folder, read_start
from .finding import Finding, Path, Severity, describe_value
from .image_size import MAX_HEAD, read_image_size
from .knowledge import ICON_PIXELS
from .named_files import file_name, icon_sheets, page_uris
from .parts import ManifestParts, Node, object_at
from .validate import sort_findings

# When a file is missing, so many others are searched for a similar name.
MAX_FILES = 10_000


def check_content(manifest: dict[str, Any], folder: str) -> tuple[Finding, ...]:
    """Return what is wrong with the files that a manifest names in the folder that is served, errors first.

    F1: a file is missing, spelled differently, or outside of the folder (error), or is a folder itself (warning: what a
    server answers for it is undefined). F2: an icon does not lie within its image (error). F3: the size of an image
    cannot be read (notice). ``dynamicUri`` never names a file, and neither does a uri that begins with a scheme or
    ``/``, is an object, or holds a placeholder in braces; vendors use all of these.

    The manifest may break the schema. Raises :class:`FileError` when the folder cannot be listed.
    """
    parts = ManifestParts.of(manifest)
    content = _ContentFolder(folder, os.path.realpath(folder))
    content.names_in("")
    findings = [
        finding for path, uri in page_uris(parts) if (finding := _check_file(content, (*path, "uri"), uri)) is not None
    ]
    for sheet, places in icon_sheets(parts):
        path, uri = (*sheet.path, "uri"), sheet.value["uri"]
        problem = _check_file(content, path, uri)
        findings.extend([problem] if problem else _check_icons(content, path, uri, places))
    return sort_findings(findings)


@dataclass(frozen=True, slots=True)
class _ContentFolder:
    """The folder that is served; ``real`` is its path with all links followed."""

    folder: str
    real: str
    listings: dict[str, frozenset[str]] = field(default_factory=dict)
    files: list[str] = field(default_factory=list)

    def names_in(self, below: str) -> frozenset[str]:
        """Return the names in a folder, because a file system without upper case would accept any spelling."""
        if below not in self.listings:
            path = os.path.join(self.folder, below) if below else self.folder
            remedy = "give a folder that the user who runs this task can read"
            self.listings[below] = frozenset(list_folder(path, remedy=remedy))
        return self.listings[below]

    def has(self, name: str) -> bool:
        """Return whether there is a file of exactly this name."""
        below = ""
        for part in name.split("/"):
            if below and not os.path.isdir(os.path.join(self.folder, below)):
                return False
            # There is no name after a final slash.
            if part and part not in self.names_in(below):
                return False
            below = posixpath.join(below, part)
        return True

    def similar(self, name: str) -> str:
        """Return a file of the same name in other spelling or elsewhere, or of a similar name; empty if none is."""
        if not self.files:
            self.files.extend(self._walk())
        sought = name.replace("\\", "/").rstrip("/").casefold()
        by_spelling = {one.casefold(): one for one in self.files}
        if sought in by_spelling:
            return by_spelling[sought]
        moved = [one for one in self.files if posixpath.basename(one).casefold() == posixpath.basename(sought)]
        if len(moved) == 1:
            return moved[0]
        close = difflib.get_close_matches(sought, by_spelling, n=1, cutoff=0.75)
        return by_spelling[close[0]] if close else ""

    def _walk(self) -> Iterator[str]:
        seen = 0
        for place, folders, files in os.walk(self.folder):
            folders.sort()
            for file in sorted(files):
                yield posixpath.normpath(posixpath.join(os.path.relpath(place, self.folder), file))
                seen += 1
                if seen == MAX_FILES:
                    return


def _check_file(content: _ContentFolder, path: Path, uri: str) -> Finding | None:
    name = file_name(uri)
    if name is None or not uri:
        return None

    def finding(problem: str, remedy: str, severity: Severity = "error") -> Finding:
        return Finding("F1", severity, path, uri, f"is {describe_value(uri)}, {problem}", remedy)

    if name == ".." or name.startswith("../"):
        return finding("which is outside of the content folder", "Put the file into the content folder.")
    if name != "." and ("\0" in name or not content.has(name)):
        similar = content.similar(name)
        remedy = f"Write {similar!r}, or add the file." if similar else "Add the file, or correct the uri."
        if similar.casefold() == name.casefold():
            remedy = f"Write {similar!r}; upper and lower case matter."
        return finding(f"but the content folder has no file {describe_value(name)}", remedy)
    full = os.path.join(content.folder, name)
    if os.path.commonpath([content.real, os.path.realpath(full)]) != content.real:
        return finding("which is a link out of the content folder", "Put the file itself there.")
    try:
        mode = os.stat(full).st_mode
    except OSError as error:
        return finding(f"which is a broken link ({error.strerror})", "Put the file itself there.")
    if stat.S_ISDIR(mode):
        problem = f"but {describe_value(name)} is a folder, for which servers answer differently"
        return finding(problem, "Name the file in it, such as index.html.", "warning")
    return None if stat.S_ISREG(mode) else finding("which is not a regular file", "Put a regular file there.")


def _check_icons(content: _ContentFolder, path: Path, uri: str, places: Node) -> Iterator[Finding]:
    name = file_name(uri)
    if name is None:
        return
    try:
        size = read_image_size(read_start(os.path.join(content.folder, name), size=MAX_HEAD))
        problem = "it is not a PNG or SVG that has its size in pixels"
    except FileError as error:
        size, problem = None, f"it {error.reason}"
    if size is None:
        reason = f"is {describe_value(uri)}, whose size cannot be read ({problem}), so its icons were not checked"
        yield Finding("F3", "notice", path, uri, reason, "Save it as PNG, or check the places of its icons yourself.")
        return
    width, height = size
    for icon, place in places.value.items():
        x: Any = object_at(place).get("x")
        y: Any = object_at(place).get("y")
        # A place that breaks the schema is a finding already.
        if not (_is_pixel(x) and _is_pixel(y)) or (x + ICON_PIXELS <= width and y + ICON_PIXELS <= height):
            continue
        reason = (
            f"is at x {x}, y {y}, where an icon of {ICON_PIXELS} x {ICON_PIXELS} pixels is not within "
            f"{describe_value(uri)}, which has {width:g} x {height:g}"
        )
        yield Finding("F2", "error", (*places.path, icon), place, reason, "Correct the place, or enlarge the image.")


def _is_pixel(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0
