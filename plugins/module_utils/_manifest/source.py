# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""The only file that knows from what the manifest of a task is put together: a base, locale files, icons, overlays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .._errors import FileError, ManifestError, OptionError
from .._files.read import read_file
from . import build, document, parser, validate
from .finding import Finding, shown


@dataclass(frozen=True, slots=True)
class Source:
    """A manifest, and the text of it in which a place has a line and a column; None where there is no such text."""

    manifest: dict[str, Any]
    text: bytes | None = None
    yaml: bool = False

    def located(self, findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
        return findings if self.text is None else validate.locate_findings(findings, self.text, yaml=self.yaml)


def is_yaml(path: str | None) -> bool:
    return (path or "").endswith((".yml", ".yaml"))


def needs_yaml(params: Mapping[str, Any]) -> bool:
    """Whether PyYAML is needed for what the task names; locale files say it themselves."""
    overlays = (one for one in params["overlays"] or () if isinstance(one, str))
    return any(is_yaml(path) for path in (params["src"], *overlays))


def read(params: Mapping[str, Any]) -> Source:
    """The manifest of a task: ``manifest`` or ``src``, with ``locales``, ``icons`` and ``overlays`` laid over it.

    Raises :class:`ManifestError` or :class:`PublishError` with a sentence that names the option.
    """
    src = params["src"]
    base = Source(_of_dictionary("manifest", params["manifest"])) if src is None else _of_file("src", src)
    layers = [*_generated(params), *_overlays(params["overlays"] or [])]
    if not layers:
        return base
    # What comes from several texts has a line in none.
    return Source(document.plain_manifest(build.merge(base.manifest, *layers)))


def _of_dictionary(option: str, value: Any) -> dict[str, Any]:
    try:
        return document.plain_manifest(value)
    except ManifestError as error:
        raise ManifestError(f"{option} is not usable: {error}.") from error


def _of_file(option: str, path: str) -> Source:
    yaml = is_yaml(path)
    try:
        text = read_file(path, limit=parser.MAX_BYTES)
        return Source(document.load_manifest(text, yaml=yaml), text, yaml)
    except FileError as error:
        raise OptionError.wrap(error, option) from error
    except ManifestError as error:
        raise ManifestError(f"{option}={path}, {error}.") from error


def _generated(params: Mapping[str, Any]) -> list[dict[str, Any]]:
    layers: list[dict[str, Any]] = []
    if params["locales"]:
        try:
            texts = build.i18n(build.read_locales(params["locales"]))
        except ManifestError as error:
            raise ManifestError(f"locales: {error}.") from error
        layers.append({"definitions": {"i18n": texts}})
    icons = params["icons"]
    if icons:
        try:
            places = build.sprites(icons["names"], columns=icons["columns"] or len(icons["names"]))
        except ManifestError as error:
            raise ManifestError(f"icons: {error}.") from error
        sheet: dict[str, Any] = {"uri": icons["uri"], "definitions": places}
        if icons["dark_uri"]:
            sheet["themeOverrides"] = {"dark": {"uri": icons["dark_uri"]}}
        layers.append({"definitions": {"iconSpriteSheet": sheet}})
    return layers


def _overlays(given: list[Any]) -> list[dict[str, Any]]:
    layers = []
    for index, one in enumerate(given):
        option = f"overlays[{index}]"
        if isinstance(one, str):
            layers.append(_of_file(option, one).manifest)
        elif isinstance(one, Mapping):
            layers.append(_of_dictionary(option, dict(one)))
        else:
            raise ManifestError(f"{option} is {shown(one)}; give a dictionary, or the path of a file.")
    return layers
