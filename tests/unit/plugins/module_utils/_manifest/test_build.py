# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Built manifests: the examples of RFC 7396, texts of locales, and icons in rows."""

from __future__ import annotations

import copy

import pytest
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._errors import ManifestError
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._manifest import build
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._manifest.locales import read_locales
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
    """The values are below a member, because some of them are not objects."""
    assert build.merge_overlays({"x": original}, {"x": patch}) == {"x": result}


def test_the_document_of_the_rfc():
    assert build.merge_overlays(DOCUMENT, CHANGE) == CHANGED


def test_no_overlay_gives_a_copy_of_its_own():
    base = {"a": {"b": [{"c": 1}]}}
    merged = build.merge_overlays(base)
    merged["a"]["b"][0]["c"] = 2
    assert base == {"a": {"b": [{"c": 1}]}}


def test_overlays_cannot_be_merged_into_one_beforehand():
    """Why merge() takes several: the null of the second would be lost."""
    base, first, second = {"a": 1}, {}, {"a": None}
    assert build.merge_overlays(base, first, second) == {}
    assert build.merge_overlays(base, build.merge_overlays(first, second)) == {"a": 1}


@given(OBJECT, OBJECT)
def test_the_same_overlay_once_more_changes_nothing(base, overlay):
    assert build.merge_overlays(base, overlay, overlay) == build.merge_overlays(base, overlay)


@given(OBJECT, OBJECT, OBJECT)
def test_several_overlays_are_one_after_the_other(base, first, second):
    once = build.merge_overlays(base, first, second)
    assert once == build.merge_overlays(build.merge_overlays(base, first), second)


@given(OBJECT, OBJECT)
def test_nothing_is_shared_and_nothing_handed_over_changes(base, overlay):
    before = copy.deepcopy((base, overlay))
    spoil(build.merge_overlays(base, overlay))
    assert (base, overlay) == before


def spoil(value):
    for one in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        spoil(one)
    if isinstance(value, (dict, list)):
        value.clear()


def test_texts_become_definitions():
    texts = {"en-US": {"name": "Notes", "b": "B"}, "de-DE": {"name": "Hinweise"}, "fr-FR": {}}
    made = build.build_i18n(texts)
    assert made == {
        "locales": ["de-DE", "en-US", "fr-FR"],
        "definitions": {"b": {"en-US": "B"}, "name": {"de-DE": "Hinweise", "en-US": "Notes"}},
    }
    assert list(made["definitions"]) == ["b", "name"]


def test_icons_stand_row_by_row():
    assert build.build_sprites(["a", "b", "c"], columns=2) == {
        "a": {"x": 0, "y": 0},
        "b": {"x": 32, "y": 0},
        "c": {"x": 0, "y": 32},
    }
    assert build.build_sprites(["a", "b"], columns=1)["b"] == {"x": 0, "y": 32}
    assert build.build_sprites([], columns=1) == {}


def test_icons_that_have_no_place():
    with pytest.raises(ManifestError) as caught:
        build.build_sprites(["a"], columns=0)
    assert (caught.value.subject, caught.value.value) == ("columns", 0)
    with pytest.raises(ManifestError) as caught:
        build.build_sprites(["a", "b", "a"], columns=2)
    assert caught.value.subject == "names[2]"
    assert "repeats 'a'" in str(caught.value)


def test_what_is_put_together_is_a_good_manifest(tmp_path):
    base = {
        "manifestVersion": "1.2.0",
        "requirements": {"plugin.api.version": "1.2.0", "open.modal.api": "1.1.0"},
        "configuration": {"nameKey": "name", "icon": {"name": "main"}},
        "global": {"view": {"uri": "index.html"}},
    }
    (tmp_path / "en-US.json").write_text('{"name": "Notes"}')
    (tmp_path / "de-DE.yml").write_text("name: Hinweise")
    overlay = {
        "requirements": {"open.modal.api": None},
        "definitions": {
            "i18n": build.build_i18n(read_locales(str(tmp_path))),
            "iconSpriteSheet": {"uri": "icons.png", "definitions": build.build_sprites(["main"], columns=1)},
        },
    }
    manifest = build.merge_overlays(base, overlay)
    assert "open.modal.api" not in manifest["requirements"]
    assert validate_manifest(manifest, unknown="error", strict=True) == ()
