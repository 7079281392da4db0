# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""A manifest put together from a base, locale files, icons and overlays."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._errors import OptionError
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._manifest.document import (
    ManifestError,
)
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._manifest.source import (
    needs_yaml,
    read,
)

BASE = {"manifestVersion": "1.2.0", "global": {"view": {"uri": "index.html", "navigationVisible": False}}}
NOTHING = {"manifest": None, "src": None, "locales": None, "icons": None, "overlays": None}


def put_together(**options):
    return read({**NOTHING, **options})


def test_a_dictionary_and_a_file_alone(tmp_path: Path) -> None:
    assert put_together(manifest=BASE).manifest == BASE
    path = tmp_path / "plugin.json"
    path.write_text(json.dumps(BASE))
    source = put_together(src=str(path))
    assert (source.manifest, source.text, source.yaml) == (BASE, path.read_bytes(), False)


def test_each_layer_wins_over_those_before(tmp_path: Path) -> None:
    (tmp_path / "locales").mkdir()
    (tmp_path / "locales" / "en-US.json").write_text('{"plugin": {"name": "Notes"}}')
    (tmp_path / "locales" / "de-DE.properties").write_text("plugin.name = Notizen\n")
    overlay = tmp_path / "staging.json"
    overlay.write_text('{"global": {"view": {"navigationVisible": null, "navigationId": "file"}}}')
    source = put_together(
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


def test_icons_stand_in_one_row_unless_said_otherwise() -> None:
    icons = {"uri": "i.png", "names": ["a", "b"], "columns": None, "dark_uri": None}
    sheet = put_together(manifest=BASE, icons=icons).manifest["definitions"]["iconSpriteSheet"]
    assert sheet == {"uri": "i.png", "definitions": {"a": {"x": 0, "y": 0}, "b": {"x": 32, "y": 0}}}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"src": "/nonexistent.json"}, "`src` cannot be used: /nonexistent.json"),
        ({"manifest": {1: 2}}, "manifest is not usable: "),
        ({"manifest": BASE, "locales": "/nonexistent"}, "locales: /nonexistent"),
        ({"manifest": BASE, "overlays": ["/nonexistent.json"]}, "`overlays[0]` cannot be used: /nonexistent.json"),
        ({"manifest": BASE, "overlays": [{}, 5]}, "overlays[1] is the number 5; give a dictionary, or the path"),
        ({"manifest": BASE, "overlays": [{"a": {1: 2}}]}, "overlays[0] is not usable: "),
        (
            {"manifest": BASE, "icons": {"uri": "i", "names": ["a", "a"], "columns": 1, "dark_uri": None}},
            "icons: names has 'a' twice",
        ),
        (
            {"manifest": BASE, "icons": {"uri": "i", "names": ["a"], "columns": -1, "dark_uri": None}},
            "icons: columns is -1",
        ),
    ],
)
def test_one_sentence_that_names_the_option(options: dict, message: str) -> None:
    with pytest.raises((ManifestError, OptionError)) as caught:
        put_together(**options)
    assert str(caught.value).startswith(message)


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
