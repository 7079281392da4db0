# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Read the texts of a plug-in from a folder with one JSON or YAML file for each locale."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from typing import Any

from .._errors import ManifestError
from .._files.read import list_folder, read_file
from .._foreign_text import quoted
from . import parser
from .finding import describe_value
from .knowledge import LOCALE_PATTERN

# The texts of a plug-in in one language take some KB.
MAX_LOCALE_BYTES = 1024 * 1024

_YAML_ENDINGS = (".yml", ".yaml")
_FILE_NAME = re.compile(rf"({LOCALE_PATTERN})(\.json|\.ya?ml)")


def read_locales(folder: str) -> dict[str, dict[str, str]]:
    """Return the texts of each locale, from a folder with a file for each, such as ``en-US.json`` or ``de-DE.yml``.

    Objects within objects give keys with dots. Files whose name begins with a dot are ignored. Raises
    :class:`ManifestError` and :class:`FileError`, whose ``subject`` is the path of the folder or file, and the line
    where that is known.
    """
    texts: dict[str, dict[str, str]] = {}
    files: dict[str, str] = {}
    for name in sorted(list_folder(folder, remedy="give a folder of locale files")):
        if name.startswith("."):
            continue
        path = os.path.join(folder, name)
        match = _FILE_NAME.fullmatch(name)
        if not match:
            remedy = "name it like en-US.json or de-DE.yml, or move it to another folder"
            raise ManifestError("is not a file of a locale", subject=path, remedy=remedy)
        locale = match[1]
        if locale in files:
            reason = f"and {files[locale]} are both for {locale}"
            raise ManifestError(reason, subject=path, remedy="keep one of the two")
        files[locale] = name
        try:
            texts[locale] = _read_texts(path, yaml=name.endswith(_YAML_ENDINGS))
        except ManifestError as error:
            subject = f"{path}, {error.subject}," if error.subject else path
            raise ManifestError(error.reason, subject=subject, value=error.value, remedy=error.remedy) from error
    if not texts:
        raise ManifestError("has no file of a locale", subject=folder, remedy="add one such as en-US.json")
    return texts


def _read_texts(path: str, *, yaml: bool) -> dict[str, str]:
    text = parser.decode_utf8(read_file(path, limit=MAX_LOCALE_BYTES))
    if yaml and not parser.HAS_YAML:
        raise ManifestError("needs the Python library PyYAML", remedy="install it, or write JSON")
    value = parser.parse_yaml(text) if yaml else parser.parse_json(text)
    if not isinstance(value, dict):
        raise ManifestError(f"must be an object of keys and texts, got {describe_value(value)}")
    texts: dict[str, str] = {}
    for key, one in _flatten(value, ""):
        if not isinstance(one, str):
            remedy = "give a text" if one is None or isinstance(one, (dict, list)) else "put it in quotes"
            raise ManifestError(f"has {describe_value(one)} for the key {quoted(key)}", remedy=remedy)
        if key in texts:
            reason = f"has the key {quoted(key)} twice, with dots and as an object"
            raise ManifestError(reason, remedy="keep one of the two")
        texts[key] = one
    return texts


def _flatten(value: dict[str, Any], prefix: str) -> Iterator[tuple[str, Any]]:
    for name, one in value.items():
        if not name:
            place = f" in {quoted(prefix[:-1])}" if prefix else ""
            raise ManifestError(f"has a key with an empty name{place}", remedy="give it a name")
        if isinstance(one, dict) and one:
            yield from _flatten(one, f"{prefix}{name}.")
        else:
            yield prefix + name, one
