# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""The only file that asks a web server for the files that a manifest names, and knows which answers a browser takes."""

from __future__ import annotations

import http.client
import re
import urllib.parse
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from .._manifest import content_files
from .._tls import http_get

# Real plug-ins have some dozens of views, of some KB each: with these, what is not a mistake ends in good time.
MAX_FILES = 250
MAX_BYTES = 16 * 1024 * 1024

# RFC 3986, 3.3 and 3.4. Browsers leave what is percent-encoded as it is.
_PATH = "%/:@!$&'()*+,;="
_QUERY = _PATH + "?"
_TYPES = {"view": re.compile(r"text/html|application/xhtml\+xml"), "icons": re.compile(r"image/.+")}
_WANTED = {"view": "text/html", "icons": "image/..."}
_TOLD = 3


@dataclass(frozen=True, slots=True)
class File:
    """What a server answered for a file of a manifest. ``problem`` is empty where a browser can use it."""

    url: str
    status: int
    content_type: str
    size: int
    problem: str

    def result(self) -> dict[str, Any]:
        return {
            "url": self.url,
            "status": self.status,
            "content_type": self.content_type,
            "bytes": self.size,
            "ok": not self.problem,
        }


def urls(manifest: dict[str, Any], url: str) -> dict[str, str]:
    """The URL of each file that a manifest at ``url`` names, with what it is: views first, each URL once.

    What a uri says is relative to the folder of the manifest (SDK guide), also where it is nothing but a query.
    """
    found: dict[str, str] = {}
    for kind, uri in content_files.named_files(manifest):
        path, mark, query = uri.partition("#")[0].partition("?")
        encoded = urllib.parse.quote(path, _PATH, errors="replace") + mark
        encoded += urllib.parse.quote(query, _QUERY, errors="replace")
        found.setdefault(urllib.parse.urljoin(url, f"./{encoded}"), kind)
    return found


def look(manifest: dict[str, Any], url: str, **way: Any) -> tuple[File, ...]:
    """Ask for each file that a manifest at ``url`` names. ``way`` is for :func:`http_get.look`: timeout and trust.

    Raises :class:`http_get.DownloadError` where the server does not answer, or the files are too many or too large.
    """
    kinds = urls(manifest, url)
    if len(kinds) > MAX_FILES:
        raise http_get.DownloadError(
            "url",
            f"{url} names {len(kinds)} files, more than the {MAX_FILES} that are asked for; look at them yourself",
        )
    answers = http_get.look(tuple(kinds), limit=MAX_BYTES, **way)
    return tuple(
        File(seen.url, seen.status, seen.content_type, seen.size, _problem(seen, kinds[seen.url])) for seen in answers
    )


def sentence(files: Sequence[File]) -> str:
    """The first of the files that have a problem, for a message; empty where none has."""
    wrong = [file.problem for file in files if file.problem]
    more = f" and {len(wrong) - _TOLD} more" if len(wrong) > _TOLD else ""
    return ", ".join(wrong[:_TOLD]) + more


def _problem(seen: http_get.Seen, kind: str) -> str:
    if seen.status != 200:
        return f"{seen.url} is answered with {seen.status} {http.client.responses.get(seen.status, '')}".rstrip()
    if not seen.size:
        return f"{seen.url} is empty"
    if not _TYPES[kind].fullmatch(seen.content_type):
        return f"{seen.url} has the content type {seen.content_type or 'none'} instead of {_WANTED[kind]}"
    return ""
