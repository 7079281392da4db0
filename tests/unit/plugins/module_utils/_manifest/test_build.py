# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Manifests put together: the examples of RFC 7396, files of texts as people write them, and icons in rows."""

from __future__ import annotations

import copy
import os

import pytest
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._errors import ManifestError
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._manifest import (
    build,
    parser,
)
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._manifest.validate import validate_manifest
from hypothesis import given
from hypothesis import strategies as st

# RFC 7396, appendix A: original, patch, result.
RFC = [
    ({"a": "b"}, {"a": "c"}, {"a": "c"}),
    ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
    ({"a": "b"}, {"a": None}, {}),
    ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
    ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
    ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
    ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
    ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
    (["a", "b"], ["c", "d"], ["c", "d"]),
    ({"a": "b"}, ["c"], ["c"]),
    ({"a": "foo"}, "bar", "bar"),
    ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
    ([1, 2], {"a": "b", "c": None}, {"a": "b"}),
    ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
]
# Section 1 and 3.
DOCUMENT = {
    "title": "Goodbye!",
    "author": {"givenName": "John", "familyName": "Doe"},
    "tags": ["example", "sample"],
    "content": "This will be unchanged",
}
CHANGE = {"title": "Hello!", "phoneNumber": "+01-123-456-7890", "author": {"familyName": None}, "tags": ["example"]}
CHANGED = {
    "title": "Hello!",
    "author": {"givenName": "John"},
    "tags": ["example"],
    "content": "This will be unchanged",
    "phoneNumber": "+01-123-456-7890",
}

LEAF = st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from(["", "a", "b"])
VALUE = st.recursive(
    LEAF,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=12,
)
OBJECT = st.dictionaries(st.sampled_from("abc"), VALUE, max_size=3)


@pytest.mark.parametrize(("original", "patch", "result"), RFC)
def test_the_examples_of_the_rfc(original, patch, result):
    """Below a member, so that those which are no objects can be tried as well."""
    assert build.merge({"x": original}, {"x": patch}) == {"x": result}


def test_the_document_of_the_rfc():
    assert build.merge(DOCUMENT, CHANGE) == CHANGED


def test_no_overlay_gives_a_copy_of_its_own():
    base = {"a": {"b": [{"c": 1}]}}
    merged = build.merge(base)
    merged["a"]["b"][0]["c"] = 2
    assert base == {"a": {"b": [{"c": 1}]}}


def test_overlays_cannot_be_merged_into_one_beforehand():
    """Why merge() takes several: the null of the second would be lost."""
    base, first, second = {"a": 1}, {}, {"a": None}
    assert build.merge(base, first, second) == {}
    assert build.merge(base, build.merge(first, second)) == {"a": 1}


@given(OBJECT, OBJECT)
def test_the_same_overlay_once_more_changes_nothing(base, overlay):
    assert build.merge(base, overlay, overlay) == build.merge(base, overlay)


@given(OBJECT, OBJECT, OBJECT)
def test_several_overlays_are_one_after_the_other(base, first, second):
    once = build.merge(base, first, second)
    assert once == build.merge(build.merge(base, first), second)


@given(OBJECT, OBJECT)
def test_nothing_is_shared_and_nothing_handed_over_changes(base, overlay):
    before = copy.deepcopy((base, overlay))
    spoil(build.merge(base, overlay))
    assert (base, overlay) == before


def spoil(value):
    for one in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        spoil(one)
    if isinstance(value, (dict, list)):
        value.clear()


def test_texts_become_definitions():
    texts = {"en-US": {"name": "Notes", "b": "B"}, "de-DE": {"name": "Hinweise"}, "fr-FR": {}}
    made = build.i18n(texts)
    assert made == {
        "locales": ["de-DE", "en-US", "fr-FR"],
        "definitions": {"b": {"en-US": "B"}, "name": {"de-DE": "Hinweise", "en-US": "Notes"}},
    }
    assert list(made["definitions"]) == ["b", "name"]


def test_icons_stand_row_by_row():
    assert build.sprites(["a", "b", "c"], columns=2) == {
        "a": {"x": 0, "y": 0},
        "b": {"x": 32, "y": 0},
        "c": {"x": 0, "y": 32},
    }
    assert build.sprites(["a", "b"], columns=1, tile=16)["b"] == {"x": 0, "y": 16}
    assert build.sprites([], columns=1) == {}


@pytest.mark.parametrize(
    ("names", "columns", "tile", "says"),
    [
        (["a"], 0, 32, "columns is 0; give a whole number from 1 on"),
        (["a"], 1, -1, "tile is -1; give a whole number from 1 on"),
        (["a", "b", "a"], 2, 32, "names has 'a' twice; each icon has one place in the sheet"),
    ],
)
def test_icons_that_have_no_place(names, columns, tile, says):
    with pytest.raises(ManifestError) as caught:
        build.sprites(names, columns=columns, tile=tile)
    assert str(caught.value) == says


PROPERTIES = r"""
# a comment \
! another one
name = Fleet Notes
long:  one \
       two\
  \
       three
blank separated by blanks
  indented=yes
key\ with\:\=signs=a=b: c
escapes=\t\n\r\f\\\q\u00e4\uD83D\uDE00 end  """


def put(folder, **files):
    for name, content in files.items():
        path = folder / name.replace("__", "-").replace("_", ".")
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return str(folder)


def test_a_folder_of_three_kinds_of_files(tmp_path):
    folder = put(
        tmp_path,
        en__US_json='{"name": "Notes", "view": {"host": {"label": "Host"}, "vm.label": "VM"}}',
        de__DE_yml="name: Hinweise\nview:\n  host: {label: Rechner}\n  vm.label: VM\n",
        fr__FR_yaml="name: Remarques\n",
        ja__JP_properties="name=\\u30ce\\u30fc\\u30c8\nview.host.label=\u30db\u30b9\u30c8\n",
    )
    (tmp_path / ".DS_Store").write_bytes(b"\0")
    found = build.read_locales(folder)
    assert found == {
        "de-DE": {"name": "Hinweise", "view.host.label": "Rechner", "view.vm.label": "VM"},
        "en-US": {"name": "Notes", "view.host.label": "Host", "view.vm.label": "VM"},
        "fr-FR": {"name": "Remarques"},
        "ja-JP": {"name": "\u30ce\u30fc\u30c8", "view.host.label": "\u30db\u30b9\u30c8"},
    }
    assert list(found) == sorted(found)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=["LF", "CRLF", "CR"])
def test_properties_as_java_reads_them(tmp_path, end):
    folder = put(tmp_path, en__US_properties=PROPERTIES.replace("\n", end))
    assert build.read_locales(folder)["en-US"] == {
        "name": "Fleet Notes",
        "long": "one twothree",
        "blank": "separated by blanks",
        "indented": "yes",
        "key with:=signs": "a=b: c",
        "escapes": "\t\n\r\f\\q\u00e4\U0001f600 end  ",
    }


@pytest.mark.parametrize(
    ("text", "key", "value"),
    [
        ("a", "a", ""),
        ("a=", "a", ""),
        ("a = ", "a", ""),
        ("a\\", "a", ""),
        ("a=b\\\n#c", "a", "b#c"),
        ("a=b\\\\\n", "a", "b\\"),
        ("a\\\n=b", "a", "b"),
        ("a\t:\f=b", "a", "=b"),
        ("a =: b", "a", ": b"),
        ("a=\\u0041b", "a", "Ab"),
        ("\\#a=1", "#a", "1"),
    ],
)
def test_corners_of_properties(tmp_path, text, key, value):
    assert build.read_locales(put(tmp_path, en__US_properties=text)) == {"en-US": {key: value}}


@given(
    st.dictionaries(
        st.text(st.characters(exclude_categories=["Cs"]), min_size=1),
        st.text(st.characters(exclude_categories=["Cs"])),
        max_size=4,
    )
)
def test_properties_with_everything_escaped_come_back(texts):
    def escaped(text):
        return "".join(f"\\u{unit:04X}" for unit in memoryview(text.encode("utf-16-le")).cast("H"))

    lines = "".join(f"{escaped(key)}={escaped(text)}\n" for key, text in texts.items())
    assert build._properties(lines) == texts


@given(st.text(st.sampled_from("a=:# \t\\u0123dD8\n\r!"), max_size=40))
def test_any_text_is_properties_or_refused(text):
    try:
        found = build._properties(text)
    except ManifestError as error:
        found = {str(error): ""}
    assert all(key and isinstance(value, str) for key, value in found.items())


REFUSED = [
    ({"readme_txt": ""}, "/readme.txt is no file of a locale; name it like en-US.json, de-DE.yml or fr-FR.properties"),
    ({"en_json": "{}"}, "/en.json is no file of a locale; "),
    ({"en__us_json": "{}"}, "/en-us.json is no file of a locale; "),
    ({"en__US_txt": ""}, "/en-US.txt is no file of a locale; "),
    ({"en__US": ""}, "/en-US is no file of a locale; "),
    ({"en__US_json": "{}", "en__US_yml": "{}"}, "/en-US.yml and en-US.json are both for en-US; keep one of the two"),
    ({"en__US_json": "{\n  1}"}, "/en-US.json, line 2, column 3: "),
    (
        {"en__US_json": '{"a": "x",\n "a": "y"}'},
        "/en-US.json, line 2, column 2: the member 'a' stands here a second time",
    ),
    (
        {"en__US_json": '{"a": {"b": "x"}, "a.b": "y"}'},
        "/en-US.json, where 'a.b' stands twice, with dots and as an obj",
    ),
    ({"en__US_json": '{"a": {"b": 1}}'}, "/en-US.json, where 'a.b' is the number 1; put it between quotes"),
    ({"en__US_json": '{"a": null}'}, "/en-US.json, where 'a' is null; give a text"),
    ({"en__US_json": '{"a": ["x"]}'}, "/en-US.json, where 'a' is a list; give a text"),
    ({"en__US_json": '{"a": {}}'}, "/en-US.json, where 'a' is an empty object; give a text"),
    ({"en__US_json": '{"a": {"": "x"}}'}, "/en-US.json, where a name in 'a' is empty; give it one"),
    ({"en__US_json": '{"": "x"}'}, "/en-US.json, where a name is empty; give it one"),
    ({"en__US_json": '["x"]'}, "/en-US.json, which holds a list; write an object of keys and texts"),
    ({"en__US_json": '{"a": "\\ud800"}'}, "/en-US.json, line 1, column 7: this text holds half of a character"),
    ({"en__US_json": b"\xff"}, "/en-US.json, line 1, column 1: the byte 0xFF is not UTF-8"),
    ({"de__DE_yml": "a: b\na: c\n"}, "/de-DE.yml, line 2, column 1: the member 'a' stands here a second time"),
    ({"de__DE_yml": "a: yes\n"}, "/de-DE.yml, where 'a' is true; put it between quotes"),
    ({"de__DE_yml": "a: [\n"}, "/de-DE.yml, line 2, column 1: this is not YAML"),
    ({"de__DE_yml": ""}, "/de-DE.yml, "),
    (
        {"de__DE_properties": "a=1\n\na: 2"},
        "/de-DE.properties, line 3: the key 'a' stands here a second time; keep one",
    ),
    ({"de__DE_properties": "a=1\nb=\\\n\\u12g4"}, "/de-DE.properties, line 2: '\\\\u12g4' is no character; write "),
    ({"de__DE_properties": "a=\\ud800"}, "/de-DE.properties, line 1: one of the escapes is half of a character"),
    ({"de__DE_properties": "a=1\n=2"}, "/de-DE.properties, line 2: there is no key before '='; write one"),
    ({"de__DE_properties": b"a=\xe4"}, "/de-DE.properties, line 1, column 3: the byte 0xE4 is not UTF-8"),
    ({}, " has no file of a locale; put one there, such as en-US.json"),
]


@pytest.mark.parametrize(("files", "says"), REFUSED, ids=[case[1][:40] for case in REFUSED])
def test_what_is_no_folder_of_texts(tmp_path, files, says):
    folder = put(tmp_path, **files)
    with pytest.raises(ManifestError) as caught:
        build.read_locales(folder)
    assert str(caught.value).startswith(f"{folder}{says}")
    assert not str(caught.value).endswith(".")


def test_files_that_cannot_be_read(tmp_path, monkeypatch):
    def refused(folder):
        with pytest.raises(ManifestError) as caught:
            build.read_locales(str(folder))
        return str(caught.value)

    assert "nowhere cannot be listed: No such file or directory; give a folder" in refused(tmp_path / "nowhere")
    (tmp_path / "de-DE.json").mkdir()
    assert "de-DE.json, which is no regular file; put it elsewhere" in refused(tmp_path)
    (tmp_path / "de-DE.json").rmdir()
    os.mkfifo(tmp_path / "de-DE.json")
    assert "de-DE.json, which is no regular file; put it elsewhere" in refused(tmp_path)
    (tmp_path / "de-DE.json").unlink()
    (tmp_path / "de-DE.json").symlink_to("nothing")
    assert "de-DE.json, which cannot be read: No such file or directory; " in refused(tmp_path)
    (tmp_path / "de-DE.json").unlink()
    (tmp_path / "de-DE.json").write_text(" " * (build.MAX_LOCALE_BYTES + 1))
    assert "de-DE.json, which is longer than 1048576 bytes; " in refused(tmp_path)
    (tmp_path / "de-DE.json").unlink()
    (tmp_path / "de-DE.yml").write_text("a: b")
    monkeypatch.setattr(parser, "HAS_YAML", False)
    assert "de-DE.yml, which needs the Python library PyYAML; install it, or write JSON" in refused(tmp_path)


def test_what_is_put_together_is_a_good_manifest(tmp_path):
    base = {
        "manifestVersion": "1.2.0",
        "requirements": {"plugin.api.version": "1.2.0", "open.modal.api": "1.1.0"},
        "configuration": {"nameKey": "name", "icon": {"name": "main"}},
        "global": {"view": {"uri": "index.html"}},
    }
    put(tmp_path, en__US_json='{"name": "Notes"}', de__DE_properties="name=Hinweise")
    overlay = {
        "requirements": {"open.modal.api": None},
        "definitions": {
            "i18n": build.i18n(build.read_locales(str(tmp_path))),
            "iconSpriteSheet": {"uri": "icons.png", "definitions": build.sprites(["main"], columns=1)},
        },
    }
    manifest = build.merge(base, overlay)
    assert "open.modal.api" not in manifest["requirements"]
    assert validate_manifest(manifest, unknown="error", strict=True) == ()
