# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""The short cut around jsonschema for texts finds exactly what the schema finds."""

from __future__ import annotations

import json

import pytest
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._manifest import (
    schema_check,
)
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._manifest.validate import validate_manifest
from ansible_collections.vsphere_ops.client_plugin.tests.unit.plugins.module_utils._manifest.test_document import (
    MINIMAL,
)
from hypothesis import given
from hypothesis import strategies as st

TEXTS = [
    {},
    {"name": {}},
    {"name": {"en-US": "A"}},
    {"name": {"en-US": "A"}, "other": {"en-US": "A", "de-DE": "B"}},
    {"name": {"en-US": ""}},
    {"name": {"en-US": 1}},
    {"name": {"en-US": None, "de-DE": True, "fr-FR": [], "it-IT": {}}},
    {"name": {"en": "A"}},
    {"name": {"en-US": "A"}, "b": {"en-US\n": "A"}},
    {"name": {"en": "A"}, "b": {"en": "A"}, "c": {"en-US": "A"}},
    {"name": {"": "A"}},
    {"": {"en-US": "A"}},
    {"": {"en": 1}},
    {"name": []},
    {"name": "A"},
    {"name": None},
    [],
    "texts",
    None,
]
LOCALES = [["en-US"], [], ["en"], ["en-US", "en-US"], ["en-US", 1, True, 1.0, None, {}, {}], "en-US", None, {}]

NAMES = st.sampled_from(["en-US", "de-DE", "en", "", "EN-us", "en-US\n", "zz-ZZ"])
ANY = st.sampled_from(["A", "", None, 1, 1.5, True, [], {}, ["A"], {"en-US": "A"}])
ITEMS = st.dictionaries(st.sampled_from(["name", "b", "", "c.d"]), st.dictionaries(NAMES, ANY, max_size=4) | ANY)


def both(i18n, unknown="warn"):
    manifest = json.loads(json.dumps(MINIMAL | {"definitions": {"i18n": i18n}}))
    before = json.dumps(manifest)
    quick = list(schema_check.schema_findings(manifest, unknown))
    assert json.dumps(manifest) == before
    return quick, list(schema_check._jsonschema_findings(manifest, unknown))


@pytest.mark.parametrize("texts", TEXTS, ids=[json.dumps(one)[:30] for one in TEXTS])
@pytest.mark.parametrize("locales", LOCALES, ids=[json.dumps(one)[:30] for one in LOCALES])
def test_the_short_cut_finds_the_same(texts, locales):
    quick, whole = both({"locales": locales, "definitions": texts})
    assert quick == whole


@given(st.lists(NAMES | ANY, max_size=4) | ANY, ITEMS | ANY)
def test_the_short_cut_finds_the_same_in_anything(locales, texts):
    quick, whole = both({"locales": locales, "definitions": texts, "more": 1})
    assert quick == whole


@pytest.mark.parametrize("i18n", [[], None, "texts", {}, {"locales": ["en-US"]}, {"definitions": {"a": {"en": ""}}}])
def test_the_short_cut_accepts_other_values(i18n):
    quick, whole = both(i18n)
    assert quick == whole
    assert quick


@pytest.mark.parametrize(
    ("values", "repeated"),
    [
        ([], []),
        (["a", "b"], []),
        (["a", "b", "a", "a"], [(2, "a"), (3, "a")]),
        ([1, True, "1"], []),
        ([{"a": 1, "b": 2}, {"b": 2, "a": 1}], [(1, {"a": 1, "b": 2})]),
    ],
)
def test_repeated_items(values, repeated):
    assert list(schema_check._repeated_items(values)) == repeated


class Counted(dict):
    """Counts how often somebody goes through its values."""

    walks = 0

    def values(self):
        Counted.walks += 1
        return super().values()


@pytest.mark.parametrize("keys", [10, 100, 1000])
def test_the_work_grows_with_the_texts_and_no_faster(keys):
    manifest = json.loads(json.dumps(MINIMAL))
    locales = [f"{one}{two}-XX" for one in "abcd" for two in "abcdefghij"]
    texts = {f"key{number}": Counted(dict.fromkeys(locales, "A")) for number in range(keys)}
    manifest["definitions"]["i18n"] = {"locales": locales, "definitions": texts | {"name": dict.fromkeys(locales, "A")}}
    Counted.walks = 0
    assert [one.rule for one in validate_manifest(manifest)] == ["R3"] * keys
    assert Counted.walks <= 4 * keys
