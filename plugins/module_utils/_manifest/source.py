# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Assemble the manifest of a task from a base, locale files, icons and overlays, and the archive from its manifests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .._errors import ManifestError, OptionError
from .._files.read import read_file
from . import multi, parser
from .build import build_i18n, build_sprites, merge_overlays
from .content_files import check_content
from .document import load_manifest, plain_manifest, render_manifest
from .finding import Finding, describe_value
from .locales import read_locales
from .validate import locate_findings, sort_findings, validate_manifest


@dataclass(frozen=True, slots=True)
class ManifestSource:
    """A manifest, and the text in which its values have a line and a column; None where there is no such text."""

    manifest: dict[str, Any]
    text: bytes | None = None
    yaml: bool = False


@dataclass(frozen=True, slots=True)
class ArchiveSource:
    """An archive and the manifests in it; ``texts`` are their sources and whether they are YAML, by their names."""

    data: bytes
    archive: multi.MultiManifest
    texts: dict[str, tuple[bytes, bool]] = field(default_factory=dict)


def is_yaml(path: str | None) -> bool:
    """Return whether a file is read as YAML, by its name."""
    return (path or "").endswith((".yml", ".yaml"))


def needs_yaml(params: Mapping[str, Any]) -> bool:
    """Return whether PyYAML is needed for the files that a task names. A locale file reports it by itself."""
    overlays = (one for one in params.get("overlays") or () if isinstance(one, str))
    manifests = (one["src"] for one in params.get("manifests") or ())
    return any(is_yaml(path) for path in (params["src"], *overlays, *manifests))


def assemble_manifest(params: Mapping[str, Any]) -> ManifestSource:
    """Return the manifest of a task: ``manifest`` or ``src`` with ``locales``, ``icons`` and ``overlays`` applied.

    Raises :class:`OptionError`.
    """
    src = params["src"]
    base = ManifestSource(_plain_option("manifest", params["manifest"])) if src is None else _load_option("src", src)
    layers = [*_generated_layers(params), *_overlay_layers(params["overlays"] or [])]
    if not layers:
        return base
    # A value that is merged from several texts has no line.
    return ManifestSource(plain_manifest(merge_overlays(base.manifest, *layers)))


def validate_source(source: ManifestSource, params: Mapping[str, Any]) -> tuple[Finding, ...]:
    """Return what is wrong with a manifest and, with ``content_path``, with its files, errors first.

    Raises :class:`OptionError`.
    """
    strict = params["strict"]
    findings = validate_manifest(
        source.manifest, unknown=params["unknown_properties"], strict=strict, targets=params["targets"]
    )
    if params["content_path"]:
        with OptionError.wrapping("content_path"):
            files = check_content(source.manifest, params["content_path"])
        findings = sort_findings([*findings, *files], strict=strict)
    return findings if source.text is None else locate_findings(findings, source.text, yaml=source.yaml)


def assemble_archive(params: Mapping[str, Any]) -> ArchiveSource:
    """Return the archive of a task: ``manifests`` packed, or ``src``. Raises :class:`OptionError`."""
    src = params["src"]
    if src is not None:
        with OptionError.wrapping("src", file=src):
            data = read_file(src, limit=multi.MAX_BYTES)
            archive = multi.read_multi_manifest(data)
        return ArchiveSource(data, archive, {name: (text, False) for name, text in archive.manifests.items()})
    if params["manifests"] is None:
        raise OptionError.none_of("manifests", "src")
    rendered: list[tuple[str, bytes]] = []
    texts: dict[str, tuple[bytes, bool]] = {}
    for position, given in enumerate(params["manifests"]):
        option, name = f"manifests[{position}]", str(given["name"])
        if given["src"] is None:
            manifest = _plain_option(f"{option}.manifest", given["manifest"])
        else:
            source = _load_option(f"{option}.src", given["src"])
            manifest = source.manifest
            texts[name] = source.text or b"", source.yaml
        rendered.append((name, render_manifest(manifest)))
    try:
        data = multi.build_archive(rendered)
    except ManifestError as error:
        raise OptionError(error.reason, option=error.subject, value=error.value, remedy=error.remedy) from error
    return ArchiveSource(data, multi.read_multi_manifest(data), texts)


def validate_archive(source: ArchiveSource, params: Mapping[str, Any]) -> tuple[Finding, ...]:
    """Return what is wrong with the manifests of an archive and with their order, errors first.

    Raises :class:`OptionError`.
    """
    return multi.validate_multi_manifest(
        source.archive,
        unknown=params["unknown_properties"],
        strict=params["strict"],
        targets=params["targets"],
        sources=source.texts,
    )


def _plain_option(option: str, value: Any) -> dict[str, Any]:
    with OptionError.wrapping(option):
        return plain_manifest(value)


def _load_option(option: str, path: str) -> ManifestSource:
    yaml = is_yaml(path)
    with OptionError.wrapping(option, file=path):
        text = read_file(path, limit=parser.MAX_BYTES)
        return ManifestSource(load_manifest(text, yaml=yaml), text, yaml)


def _generated_layers(params: Mapping[str, Any]) -> list[dict[str, Any]]:
    layers: list[dict[str, Any]] = []
    if params["locales"]:
        with OptionError.wrapping("locales"):
            texts = build_i18n(read_locales(params["locales"]))
        layers.append({"definitions": {"i18n": texts}})
    icons = params["icons"]
    if icons:
        columns = icons["columns"] or len(icons["names"])
        if not columns:
            raise OptionError("must not be empty", option="icons.names", remedy="list the icons of the sheet")
        try:
            places = build_sprites(icons["names"], columns=columns)
        except ManifestError as error:
            option = f"icons.{error.subject}"
            raise OptionError(error.reason, option=option, value=error.value, remedy=error.remedy) from error
        sheet: dict[str, Any] = {"uri": icons["uri"], "definitions": places}
        if icons["dark_uri"]:
            sheet["themeOverrides"] = {"dark": {"uri": icons["dark_uri"]}}
        layers.append({"definitions": {"iconSpriteSheet": sheet}})
    return layers


def _overlay_layers(overlays: list[Any]) -> list[dict[str, Any]]:
    layers = []
    for index, one in enumerate(overlays):
        option = f"overlays[{index}]"
        if isinstance(one, str):
            layers.append(_load_option(option, one).manifest)
        elif isinstance(one, Mapping):
            layers.append(_plain_option(option, dict(one)))
        else:
            reason = f"must be a dictionary or the path of a file, got {describe_value(one)}"
            raise OptionError(reason, option=option)
    return layers
