# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Folders with a file of texts for each locale."""

from __future__ import annotations

import os

import pytest
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._errors import FileError, ManifestError
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._manifest import locales, parser


def put(folder, **files):
    for name, content in files.items():
        path = folder / name.replace("__", "-").replace("_", ".")
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return str(folder)


def test_a_folder_of_json_and_yaml(tmp_path):
    folder = put(
        tmp_path,
        en__US_json='{"name": "Notes", "view": {"host": {"label": "Host"}, "vm.label": "VM"}}',
        de__DE_yml="name: Hinweise\nview:\n  host: {label: Rechner}\n  vm.label: VM\n",
        fr__FR_yaml="name: Remarques\n",
    )
    (tmp_path / ".DS_Store").write_bytes(b"\0")
    found = locales.read_locales(folder)
    assert found == {
        "de-DE": {"name": "Hinweise", "view.host.label": "Rechner", "view.vm.label": "VM"},
        "en-US": {"name": "Notes", "view.host.label": "Host", "view.vm.label": "VM"},
        "fr-FR": {"name": "Remarques"},
    }
    assert list(found) == sorted(found)


REFUSED = [
    ({"readme_txt": ""}, "/readme.txt", "is not a file of a locale; name it like en-US.json or de-DE.yml"),
    ({"en_json": "{}"}, "/en.json", "is not a file of a locale"),
    ({"en__us_json": "{}"}, "/en-us.json", "is not a file of a locale"),
    ({"en__US_txt": ""}, "/en-US.txt", "is not a file of a locale"),
    ({"en__US_properties": "a=b"}, "/en-US.properties", "is not a file of a locale"),
    ({"en__US": ""}, "/en-US", "is not a file of a locale"),
    ({"en__US_json": "{}", "en__US_yml": "{}"}, "/en-US.yml", "and en-US.json are both for en-US; keep one"),
    ({"en__US_json": "{\n  1}"}, "/en-US.json, line 2, column 3,", "is not JSON"),
    ({"en__US_json": '{"a": "x",\n "a": "y"}'}, "/en-US.json, line 2, column 2,", "repeats the member 'a'"),
    ({"en__US_json": '{"a": {"b": "x"}, "a.b": "y"}'}, "/en-US.json", "has the key 'a.b' twice, with dots and as an"),
    ({"en__US_json": '{"a": {"b": 1}}'}, "/en-US.json", "has the number 1 for the key 'a.b'; put it in quotes"),
    ({"en__US_json": '{"a": null}'}, "/en-US.json", "has null for the key 'a'; give a text"),
    ({"en__US_json": '{"a": ["x"]}'}, "/en-US.json", "has a list for the key 'a'; give a text"),
    ({"en__US_json": '{"a": {}}'}, "/en-US.json", "has an empty object for the key 'a'; give a text"),
    ({"en__US_json": '{"a": {"": "x"}}'}, "/en-US.json", "has a key with an empty name in 'a'; give it a name"),
    ({"en__US_json": '{"": "x"}'}, "/en-US.json", "has a key with an empty name; give it a name"),
    ({"en__US_json": '["x"]'}, "/en-US.json", "must be an object of keys and texts, got a list"),
    ({"en__US_json": '{"a": "\\ud800"}'}, "/en-US.json, line 1, column 7,", "holds half of a character"),
    ({"en__US_json": b"\xff"}, "/en-US.json, line 1, column 1,", "has the byte 0xFF, which is not UTF-8"),
    ({"de__DE_yml": "a: b\na: c\n"}, "/de-DE.yml, line 2, column 1,", "repeats the member 'a'"),
    ({"de__DE_yml": "a: yes\n"}, "/de-DE.yml", "has true for the key 'a'; put it in quotes"),
    ({"de__DE_yml": "a: [\n"}, "/de-DE.yml, line 2, column 1,", "is not YAML"),
    ({"de__DE_yml": ""}, "/de-DE.yml, line 1, column 1,", "the text is empty"),
    ({}, "", "has no file of a locale; add one such as en-US.json"),
]


@pytest.mark.parametrize(("files", "place", "clue"), REFUSED, ids=[f"{case[1]} {case[2][:30]}" for case in REFUSED])
def test_files_that_are_refused(tmp_path, files, place, clue):
    folder = put(tmp_path, **files)
    with pytest.raises(ManifestError) as caught:
        locales.read_locales(folder)
    assert caught.value.subject == folder + place
    assert clue in str(caught.value)


def test_files_that_cannot_be_read(tmp_path, monkeypatch):
    def refused(folder):
        with pytest.raises((FileError, ManifestError)) as caught:
            locales.read_locales(str(folder))
        return str(caught.value)

    assert "nowhere cannot be listed (No such file or directory)" in refused(tmp_path / "nowhere")
    (tmp_path / "de-DE.json").mkdir()
    assert "de-DE.json is not a regular file" in refused(tmp_path)
    (tmp_path / "de-DE.json").rmdir()
    os.mkfifo(tmp_path / "de-DE.json")
    assert "de-DE.json is not a regular file" in refused(tmp_path)
    (tmp_path / "de-DE.json").unlink()
    (tmp_path / "de-DE.json").symlink_to("nothing")
    assert "de-DE.json does not exist" in refused(tmp_path)
    (tmp_path / "de-DE.json").unlink()
    (tmp_path / "de-DE.json").write_text(" " * (locales.MAX_LOCALE_BYTES + 1))
    assert "de-DE.json is larger than 1 MiB" in refused(tmp_path)
    (tmp_path / "de-DE.json").unlink()
    (tmp_path / "de-DE.yml").write_text("a: b")
    monkeypatch.setattr(parser, "HAS_YAML", False)
    assert "de-DE.yml needs the Python library PyYAML; install it, or write JSON" in refused(tmp_path)
