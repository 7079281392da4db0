# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""A manifest assembled from a base, locale files, icons and overlays."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._errors import OptionError
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._manifest.source import (
    assemble_archive,
    assemble_manifest,
    needs_yaml,
    validate_archive,
    validate_source,
)

BASE = {"manifestVersion": "1.2.0", "global": {"view": {"uri": "index.html", "navigationVisible": False}}}
NOTHING = {"manifest": None, "src": None, "locales": None, "icons": None, "overlays": None}


def assemble(**options):
    return assemble_manifest({**NOTHING, **options})


def test_a_dictionary_and_a_file_alone(tmp_path: Path) -> None:
    assert assemble(manifest=BASE).manifest == BASE
    path = tmp_path / "plugin.json"
    path.write_text(json.dumps(BASE))
    source = assemble(src=str(path))
    assert (source.manifest, source.text, source.yaml) == (BASE, path.read_bytes(), False)


def test_each_layer_wins_over_those_before(tmp_path: Path) -> None:
    (tmp_path / "locales").mkdir()
    (tmp_path / "locales" / "en-US.json").write_text('{"plugin": {"name": "Notes"}}')
    (tmp_path / "locales" / "de-DE.yml").write_text("plugin.name: Notizen\n")
    overlay = tmp_path / "staging.json"
    overlay.write_text('{"global": {"view": {"navigationVisible": null, "navigationId": "file"}}}')
    source = assemble(
        manifest=BASE,
        locales=str(tmp_path / "locales"),
        icons={"uri": "i.png", "names": ["a", "b", "c"], "columns": 2, "dark_uri": "d.png"},
        overlays=[str(overlay), {"global": {"view": {"navigationId": "dictionary"}}}],
    )
    assert source.text is None
    assert source.manifest["global"] == {"view": {"uri": "index.html", "navigationId": "dictionary"}}
    assert source.manifest["definitions"] == {
        "i18n": {
            "locales": ["de-DE", "en-US"],
            "definitions": {"plugin.name": {"de-DE": "Notizen", "en-US": "Notes"}},
        },
        "iconSpriteSheet": {
            "uri": "i.png",
            "definitions": {"a": {"x": 0, "y": 0}, "b": {"x": 32, "y": 0}, "c": {"x": 0, "y": 32}},
            "themeOverrides": {"dark": {"uri": "d.png"}},
        },
    }


def test_icons_are_in_one_row_by_default() -> None:
    icons = {"uri": "i.png", "names": ["a", "b"], "columns": None, "dark_uri": None}
    sheet = assemble(manifest=BASE, icons=icons).manifest["definitions"]["iconSpriteSheet"]
    assert sheet == {"uri": "i.png", "definitions": {"a": {"x": 0, "y": 0}, "b": {"x": 32, "y": 0}}}


@pytest.mark.parametrize(
    ("options", "option", "clue"),
    [
        ({"src": "/nonexistent.json"}, "src", "names /nonexistent.json, which does not exist"),
        ({"manifest": {1: 2}}, "manifest", "$ has a member named 1"),
        ({"manifest": BASE, "locales": "/nonexistent"}, "locales", "/nonexistent cannot be listed"),
        ({"manifest": BASE, "overlays": ["/nonexistent.json"]}, "overlays[0]", "which does not exist"),
        ({"manifest": BASE, "overlays": [{}, 5]}, "overlays[1]", "got the number 5"),
        ({"manifest": BASE, "overlays": [{"a": {1: 2}}]}, "overlays[0]", "$.a has a member named 1"),
        (
            {"manifest": BASE, "icons": {"uri": "i", "names": ["a", "a"], "columns": 1, "dark_uri": None}},
            "icons.names[1]",
            "repeats 'a'",
        ),
        (
            {"manifest": BASE, "icons": {"uri": "i", "names": ["a"], "columns": -1, "dark_uri": None}},
            "icons.columns",
            "must be at least 1, got -1",
        ),
    ],
)
def test_the_error_names_the_option(options: dict, option: str, clue: str) -> None:
    with pytest.raises(OptionError) as caught:
        assemble(**options)
    assert caught.value.option == option
    assert clue in str(caught.value)


def test_a_fault_in_a_file_has_file_and_place(tmp_path: Path) -> None:
    path = tmp_path / "plugin.json"
    path.write_text('{"a": 1,}')
    with pytest.raises(OptionError) as caught:
        assemble(src=str(path))
    assert str(caught.value) == (
        f"`src` names {path}, which cannot be used: line 1, column 8 has a comma before the closing }}; "
        "remove the comma"
    )


PARAMS = {"unknown_properties": "warn", "strict": False, "targets": [], "content_path": None}


def test_findings_of_a_file_have_their_place(tmp_path: Path) -> None:
    path = tmp_path / "plugin.json"
    path.write_text('{\n"manifestVersion": 5}')
    source = assemble(src=str(path))
    first = validate_source(source, PARAMS)[0]
    assert first.line
    with pytest.raises(OptionError) as caught:
        validate_source(source, {**PARAMS, "content_path": "/nonexistent"})
    assert caught.value.option == "content_path"


def test_an_archive_of_dictionaries_and_files(tmp_path: Path) -> None:
    path = tmp_path / "old.yml"
    path.write_text("manifestVersion: '9'\n")
    made = assemble_archive(
        {
            "src": None,
            "manifests": [
                {"name": "new.json", "manifest": BASE, "src": None},
                {"name": "old.json", "manifest": None, "src": str(path)},
            ],
        }
    )
    assert made.archive.names == ("new.json", "old.json")
    assert made.texts == {"old.json": (path.read_bytes(), True)}
    places = {one.place: one.line for one in validate_archive(made, PARAMS)}
    assert places["old.json: $.manifestVersion"] == 1
    assert places["new.json: $.requirements"] is None
    archive = tmp_path / "plugin.zip"
    archive.write_bytes(made.data)
    assert assemble_archive({"src": str(archive), "manifests": None}).archive == made.archive


@pytest.mark.parametrize(
    ("params", "option", "clue"),
    [
        ({"src": "/nonexistent.zip"}, "src", "names /nonexistent.zip, which does not exist"),
        ({"src": "/etc/passwd"}, "src", "names /etc/passwd, which is"),
        ({"manifests": []}, "manifests", "must not be empty"),
        ({"manifests": [{"name": "a/b.json", "manifest": {}, "src": None}]}, "manifests[0].name", "got 'a/b.json'"),
        ({"manifests": [{"name": "b.json", "manifest": {1: 2}, "src": None}]}, "manifests[0].manifest", "named 1"),
        ({"manifests": [{"name": "b.json", "manifest": None, "src": "/no"}]}, "manifests[0].src", "does not exist"),
    ],
)
def test_the_error_about_an_archive_names_the_option(params: dict, option: str, clue: str) -> None:
    with pytest.raises(OptionError) as caught:
        assemble_archive({"src": None, "manifests": None, **params})
    assert caught.value.option == option
    assert clue in str(caught.value)


@pytest.mark.parametrize(
    ("options", "needed"),
    [
        ({"src": "a.json"}, False),
        ({"src": "a.yml"}, True),
        ({"manifest": {}, "overlays": [{}, "a.json"]}, False),
        ({"manifest": {}, "overlays": ["a.yaml"]}, True),
    ],
)
def test_which_library_is_needed(options: dict, needed: bool) -> None:
    assert needs_yaml({**NOTHING, **options}) is needed
