# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Request the files that a manifest names from its web server, and check whether a browser can use the answers."""

from __future__ import annotations

import http.client
import re
import urllib.parse
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from .._errors import HttpError
from .._manifest.named_files import named_files
from .._tls import http_get

# Real plug-ins have some dozens of views of some KB each; whatever exceeds these limits is a mistake.
MAX_FILES = 250
MAX_BYTES = 16 * 1024 * 1024

# RFC 3986, 3.3 and 3.4. Browsers leave percent codes as they are.
_PATH = "%/:@!$&'()*+,;="
_QUERY = _PATH + "?"
_TYPES = {"view": re.compile(r"text/html|application/xhtml\+xml"), "icons": re.compile(r"image/.+")}
_TYPE_NAMES = {"view": "text/html", "icons": "image/..."}
_MAX_PROBLEMS = 3


@dataclass(frozen=True, slots=True)
class ServedFile:
    """The answer of a web server for a file of a manifest. ``problem`` is empty where a browser can use it."""

    url: str
    status: int
    content_type: str
    size: int
    problem: str

    def result(self) -> dict[str, Any]:
        """Return the file as a module returns it."""
        return {
            "url": self.url,
            "status": self.status,
            "content_type": self.content_type,
            "bytes": self.size,
            "ok": not self.problem,
        }


def file_urls(manifest: dict[str, Any], url: str) -> dict[str, str]:
    """Map the URL of each file that a manifest at ``url`` names to its kind, views first, each URL once.

    A uri is relative to the folder of the manifest (SDK guide), also one that is nothing but a query.
    """
    kinds: dict[str, str] = {}
    for kind, uri in named_files(manifest):
        path, mark, query = uri.partition("#")[0].partition("?")
        encoded = urllib.parse.quote(path, _PATH, errors="replace") + mark
        encoded += urllib.parse.quote(query, _QUERY, errors="replace")
        kinds.setdefault(urllib.parse.urljoin(url, f"./{encoded}"), kind)
    return kinds


def request_files(manifest: dict[str, Any], url: str, **trust: Any) -> tuple[ServedFile, ...]:
    """Request each file that a manifest at ``url`` names; ``trust`` is for :func:`http_get.request_all`.

    Raises :class:`HttpError` where the server does not answer, or the files are too many or too large.
    """
    kinds = file_urls(manifest, url)
    if len(kinds) > MAX_FILES:
        raise HttpError(
            "too_large",
            f"names {len(kinds)} files, more than the {MAX_FILES} that are requested",
            subject=url,
            remedy="check them yourself",
        )
    answers = http_get.request_all(tuple(kinds), limit=MAX_BYTES, **trust)
    return tuple(
        ServedFile(
            answer.url, answer.status, answer.content_type, answer.size, _find_problem(answer, kinds[answer.url])
        )
        for answer in answers
    )


def describe_problems(files: Sequence[ServedFile]) -> str:
    """Describe the first files that have a problem, for a message; empty where none has."""
    problems = [file.problem for file in files if file.problem]
    more = f" and {len(problems) - _MAX_PROBLEMS} more" if len(problems) > _MAX_PROBLEMS else ""
    return ", ".join(problems[:_MAX_PROBLEMS]) + more


def _find_problem(answer: http_get.Answer, kind: str) -> str:
    if answer.status != 200:
        return f"{answer.url} is answered with {answer.status} {http.client.responses.get(answer.status, '')}".rstrip()
    if not answer.size:
        return f"{answer.url} is empty"
    if not _TYPES[kind].fullmatch(answer.content_type):
        return f"{answer.url} has the content type {answer.content_type or 'none'} instead of {_TYPE_NAMES[kind]}"
    return ""
