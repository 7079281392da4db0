# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Archives of manifests: equal ones are equal bytes, anything else is refused in one sentence, and
manifests that no client reaches are found.
"""

from __future__ import annotations

import copy
import hashlib
import io
import json
import stat
import struct
import zipfile

import pytest
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._archive import safe_zip
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._errors import ManifestError, OptionError
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._manifest import document, parser
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._manifest import multi as multi_module
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._manifest.multi import (
    INDEX,
    MultiManifest,
    build_archive,
    list_archive,
    manifest_results,
    read_multi_manifest,
    validate_multi_manifest,
)
from hypothesis import given, settings
from hypothesis import strategies as st

MANIFEST = {
    "manifestVersion": "1.2.0",
    "requirements": {"plugin.api.version": "1.2.0"},
    "configuration": {"nameKey": "name"},
    "global": {"view": {"uri": "index.html"}},
    "definitions": {"i18n": {"locales": ["en-US"], "definitions": {"name": {"en-US": "Fleet Notes"}}}},
}
FIXED = [("new.json", b"{}\n"), ("\u00e4lt.json", b'{"a": 1}\n')]
TWO = build_archive(FIXED)
ONLY_CLIENT = {"version": "[8.0,)"}


def entry(name, **properties):
    made = zipfile.ZipInfo(name)
    made.compress_type = zipfile.ZIP_DEFLATED
    for attribute, value in properties.items():
        setattr(made, attribute, value)
    return made


def pack(*members):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return file.getvalue()


def index(*names, **members):
    return INDEX, json.dumps({"manifests": names, **members})


def patched(data, position, form, *values):
    """The same archive with numbers of the first entry of its table of contents changed."""
    changed = bytearray(data)
    struct.pack_into(form, changed, data.index(b"PK\x01\x02") + position, *values)
    return bytes(changed)


def at_end(data, position, form, value):
    changed = bytearray(data)
    struct.pack_into(form, changed, data.rindex(b"PK\x05\x06") + position, value)
    return bytes(changed)


def refused(data):
    with pytest.raises(ManifestError) as caught:
        read_multi_manifest(data)
    message = str(caught.value)
    assert message.isprintable() and len(message) < 500
    assert not caught.value.subject
    return message


def test_bytes_are_the_same_on_every_python():
    assert hashlib.sha256(TWO).hexdigest() == "17a3d56994f4f4bb75838552a03c2b53b7b4e7b018f3314d3fe9b463facc2eac"


def test_what_is_in_an_archive():
    with zipfile.ZipFile(io.BytesIO(TWO)) as archive:
        entries = archive.infolist()
        assert [one.filename for one in entries] == [INDEX, "new.json", "\u00e4lt.json"]
        assert json.loads(archive.read(INDEX)) == {
            "manifestVersion": "1.0.0",
            "manifests": ["new.json", "\u00e4lt.json"],
        }
        assert archive.read("new.json") == b"{}\n"
    assert {one.date_time for one in entries} == {(1980, 1, 1, 0, 0, 0)}
    assert {one.compress_type for one in entries} == {zipfile.ZIP_STORED}
    assert {(one.create_system, one.external_attr >> 16) for one in entries} == {(3, 0o100644)}


def test_what_was_packed_is_read_again():
    multi = read_multi_manifest(TWO)
    assert multi == MultiManifest("1.0.0", ("new.json", "\u00e4lt.json"), dict(FIXED))
    assert list(multi.manifests) == ["new.json", "\u00e4lt.json"]


NAME = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="/\\:"), min_size=1, max_size=20)


@given(st.dictionaries(NAME.map("{}.json".format), st.binary(max_size=50), min_size=1, max_size=5))
def test_any_manifests_are_read_as_they_were_packed(manifests):
    data = build_archive(list(manifests.items()))
    multi = read_multi_manifest(data)
    assert (list(multi.names), multi.manifests, multi.others) == (list(manifests), manifests, ())
    assert data == build_archive([(name, multi.manifests[name]) for name in multi.names])


def test_the_order_makes_another_archive():
    assert build_archive(FIXED[::-1]) != TWO


@pytest.mark.parametrize(
    ("names", "subject", "clue"),
    [
        ([], "manifests", "must not be empty"),
        (["a/b.json"], "manifests[0]", "must not have a slash, got 'a/b.json'"),
        (["a.json", "b\\c.json"], "manifests[1]", "must be a plain name, but has a backslash, got 'b\\\\c.json'"),
        (["a.yml"], "manifests[0]", "must be a name ending in .json, got 'a.yml'"),
        (["a.JSON"], "manifests[0]", "must be a name ending in .json, got 'a.JSON'"),
        ([".json"], "manifests[0]", "must be a name ending in .json, got '.json'"),
        ([""], "manifests[0]", "must be a name ending in .json, got ''"),
        (["a\n.json"], "manifests[0]", "has a control character, got 'a\\n.json'"),
        (["C:a.json"], "manifests[0]", "is not relative, got 'C:a.json'"),
        (["\ud800.json"], "manifests[0]", "must be a file name"),
        (["x" * 251 + ".json"], "manifests[0]", "must be a file name of at most 255 characters, got 'xxx"),
        (["a.json", "b.json", "a.json"], "manifests[2]", "must be unique, got 'a.json'"),
        ([INDEX], "manifests[0]", "must not be the list itself"),
        ([f"{number}.json" for number in range(51)], "manifests", "must have at most 50 items, but has 51"),
    ],
)
def test_names_that_cannot_be_packed_or_listed(names, subject, clue):
    with pytest.raises(ManifestError) as caught:
        build_archive([(name, b"{}") for name in names])
    assert caught.value.subject == (subject if subject == "manifests" else f"{subject}.name")
    assert clue in str(caught.value)
    if names != ["\ud800.json"]:
        message = refused(pack(index(*names)))
        assert message.startswith(f"has a {INDEX} in which {subject} must ")
        assert clue in message


def test_manifests_that_are_too_long(monkeypatch):
    monkeypatch.setattr(parser, "MAX_BYTES", 200)
    with pytest.raises(ManifestError, match=r"manifests\[0\] has 201 bytes, more than the 200 of a manifest"):
        build_archive([("a.json", bytes(201))])
    assert refused(pack(index("a.json"), ("a.json", bytes(201)))).startswith("has 'a.json' of more than 200 bytes")
    monkeypatch.setattr(multi_module, "MAX_MANIFESTS_BYTES", 300)
    with pytest.raises(
        ManifestError, match="manifests has manifests of 400 bytes together, more than the limit of 300"
    ):
        build_archive([("a.json", bytes(200)), ("b.json", bytes(200))])
    data = pack(index("a.json", "b.json"), ("a.json", bytes(200)), ("b.json", bytes(200)))
    assert refused(data).startswith("has manifests of 400 bytes together, ")


def test_a_list_of_the_older_guide():
    multi = read_multi_manifest(pack(index("a.json"), ("a.json", "{}")))
    assert (multi.version, multi.names, multi.listed) == (None, ("a.json",), True)


def test_an_archive_of_one_manifest_and_its_files():
    """Seen on vCenter 9.1."""
    multi = read_multi_manifest(pack(("ui/", ""), ("ui/index.html", ""), ("plugin.json", "{}"), ("a.json", "")))
    assert multi == MultiManifest(None, ("plugin.json",), {"plugin.json": b"{}"}, False, ("a.json", "ui/index.html"))


def test_other_good_ones():
    deflated = pack(index("a.json"), ("a.json", "{}"))
    for data in (b"#!/bin/sh\n" + deflated, at_end(deflated, 20, "<H", 3) + b"yes"):
        assert read_multi_manifest(data).names == ("a.json",)


GOOD = pack(index("a.json"), ("a.json", "{}"), ("ui/", ""), ("ui/index.html", "<p>"))
LINK = entry("a.json", external_attr=(stat.S_IFLNK | 0o777) << 16)
REFUSED = {
    "empty": (b"", "is empty; give the .zip"),
    "text": (b"no zip", "is not a ZIP archive; give"),
    "login page": (b"\n<html>Log in", "is not a ZIP archive, but a text such as HTML"),
    "plain manifest": (b'{"manifestVersion": "1.0.0"}', "is not a ZIP archive, but a text such as JSON"),
    "tar": (b"\x1f\x8b\x08" + bytes(99), "is not a ZIP archive, but a gzip"),
    "truncated": (GOOD[:-30], "is a ZIP archive whose end is missing"),
    "first half missing": (GOOD[len(GOOD) // 2 :], "is a damaged ZIP archive"),
    "no entries": (pack(), f"has neither {INDEX} nor plugin.json at its root"),
    "manifests alone": (pack(("a.json", "{}")), f"has neither {INDEX} nor plugin.json at its root"),
    "folder zipped": (
        pack(("x/", ""), (f"x/{INDEX}", "{}")),
        f"has 'x/{INDEX}', but a client reads {INDEX} at the root",
    ),
    "folder of one": (pack(("x/plugin.json", "{}")), "has 'x/plugin.json', but a client reads plugin.json at the root"),
    "other case": (pack(("Plugin-Multi-Manifest.json", "{}")), "has 'Plugin-Multi-Manifest.json', but a client reads"),
    "other case beside a single one": (
        pack(("plugin.json", "{}"), (INDEX.upper(), "{}")),
        f"has '{INDEX.upper()}', but a client reads",
    ),
    "other spelling": (pack((f"./{INDEX}", "{}")), f"has './{INDEX}', but a client reads"),
    "a folder of that name": (pack((f"{INDEX}/", "")), f"has neither {INDEX} nor"),
    "symbolic link": (pack(index("a.json"), (LINK, "/etc/passwd")), "holds 'a.json', a symbolic link"),
    "encrypted": (patched(GOOD, 8, "<H", 0x1), f"holds '{INDEX}' encrypted"),
    "strongly encrypted": (patched(GOOD, 8, "<H", 0x41), f"holds '{INDEX}' encrypted"),
    "bzip2": (
        pack(index("a.json"), (entry("a.json", compress_type=12), "{}")),
        "holds 'a.json' compressed by method 12",
    ),
    "unknown method": (patched(GOOD, 10, "<H", 99), "compressed by method 99"),
    "newer version": (patched(GOOD, 6, "<H", 64), "neither Python nor Java supports (zip file version 6.4)"),
    "traversal": (pack(index("a.json"), ("../a.json", "{}")), "holds the name '../a.json', which leads out"),
    "absolute": (pack(index("a.json"), ("/a.json", "{}")), "holds the name '/a.json', which is not relative"),
    "drive": (pack(index("a.json"), ("c:a.json", "{}")), "holds the name 'c:a.json', which is not relative"),
    "backslash": (pack(index("a.json"), ("x\\a.json", "{}")), "holds the name 'x\\\\a.json', which has a backslash"),
    "control": (pack(index("a.json"), ("a\x1b.json", "{}")), "holds the name 'a\\x1b.json', which has a control"),
    "twice by another name": (pack(index("a.json"), ("a.json", "1"), ("./a.json", "2")), "holds './a.json' twice"),
    "file and folder": (pack(index("a.json"), ("a.json", "1"), ("a.json/", "")), "holds 'a.json/' twice"),
    "declared too long": (patched(GOOD, 24, "<L", 9 * 1024**2), f"has '{INDEX}' of more than 8388608 bytes"),
    "declared shorter": (patched(GOOD, 24, "<L", 3), "is a damaged ZIP archive"),
    "declared longer": (patched(GOOD, 24, "<L", 999), "is a damaged ZIP archive"),
    "declared too large in all": (
        patched(GOOD, 24, "<L", 1024**3),
        "would take 1073741829 bytes when unpacked",
    ),
    "wrong checksum": (patched(GOOD, 16, "<L", 1), "is a damaged ZIP archive (Bad CRC-32"),
    "place before the archive": (patched(b"PK" + GOOD, 42, "<l", -2), "is a damaged ZIP archive"),
    "table elsewhere": (at_end(GOOD, 16, "<L", 1 << 30), "is a damaged ZIP archive"),
    "no JSON": (pack((INDEX, '{"a": NaN}')), f"has a {INDEX} that cannot be used: line 1, column 7 "),
    "a list alone": (
        pack((INDEX, '["a.json"]')),
        f"has a {INDEX} that cannot be used: line 1, column 1 must be an object",
    ),
    "member twice": (pack((INDEX, '{"a": 1, "a": 2}')), "cannot be used: line 1, column 10 repeats the member 'a'"),
    "no manifests": (pack((INDEX, "{}")), f"has a {INDEX} without a list of manifests; "),
    "one text": (pack((INDEX, '{"manifests": "a.json"}')), f"has a {INDEX} without a list of manifests; "),
    "numbers": (pack((INDEX, '{"manifests": [1]}')), "in which manifests[0] must be a text, got 1; "),
    "version is a number": (
        pack(index("a.json", manifestVersion=1)),
        "whose manifestVersion is not a text; write '1.0.0'",
    ),
    "version is null": (pack(index("a.json", manifestVersion=None)), "whose manifestVersion is not a text; "),
    "not there": (pack(index("a.json")), "lists 'a.json', which it does not hold; add the file"),
    "in a folder": (
        pack(index("a.json"), ("x/a.json", "{}")),
        "lists 'a.json', but has it as 'x/a.json'; put it at the",
    ),
    "in other case": (pack(index("a.json"), ("A.json", "{}")), "lists 'a.json', but has it as 'A.json'; put it at the"),
    "is a folder": (pack(index("a.json"), ("a.json/", "")), "lists 'a.json', which it does not hold; "),
    "long names": (pack(("x" * 9_000 + "\n", "")), "xxx'..., which has a control character"),
}


@pytest.mark.parametrize(("data", "says"), REFUSED.values(), ids=REFUSED)
def test_what_is_refused(data, says):
    assert says in refused(data)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_file_twice():
    assert "holds 'a.json' twice; " in refused(pack(index("a.json"), ("a.json", "1"), ("a.json", "2")))


def test_limits(monkeypatch):
    monkeypatch.setattr(safe_zip, "MAX_ENTRIES", 3)
    assert "has 4 entries, more than 3" in refused(GOOD)
    monkeypatch.setattr(safe_zip, "MAX_DIRECTORY_BYTES", 100)
    assert "has a table of contents of " in refused(GOOD)
    monkeypatch.setattr(multi_module, "MAX_BYTES", len(GOOD) - 1)
    assert "is larger than 0 MiB" in refused(GOOD)


def survives(data):
    try:
        return read_multi_manifest(data)
    except ManifestError as error:
        return error


@given(st.binary(), st.sampled_from([b"", b"PK\x03\x04", b"PK\x05\x06"]))
def test_random_bytes_are_refused(data, start):
    assert isinstance(survives(start + data), ManifestError)


@settings(max_examples=500, deadline=None)
@given(
    st.sampled_from([GOOD, TWO]),
    st.lists(st.tuples(st.integers(min_value=0), st.integers(0, 255)), min_size=1, max_size=8),
    st.integers(0, 40),
)
def test_changed_archives_are_read_or_refused(data, changes, missing):
    changed = bytearray(data)
    for position, value in changes:
        changed[position % len(changed)] = value
    found = survives(bytes(changed[: len(changed) - missing]))
    assert isinstance(found, (MultiManifest, ManifestError))


def test_each_byte_of_the_headers_set_to_the_extremes():
    """What hypothesis finds by luck only: lengths, places and flags at their limits."""
    for data in (GOOD, TWO):
        for position in range(len(data)):
            for value in (0, 1, 0x7F, 0x80, 0xFF):
                changed = bytearray(data)
                changed[position] = value
                changed[(position * 31 + value) % len(data)] = 0xFF
                assert isinstance(survives(bytes(changed)), (MultiManifest, ManifestError))


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=9) | st.just("a.json"),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.just("manifests") | st.text(max_size=3), inner),
        max_leaves=6,
    )
)
def test_any_list_is_read_or_refused(value):
    found = survives(pack((INDEX, json.dumps(value)), ("a.json", "{}")))
    assert isinstance(found, (MultiManifest, ManifestError))


def test_an_archive_for_people():
    digest = hashlib.sha256(b"{}").hexdigest()
    assert list_archive(GOOD) == (f"SHA-256 {hashlib.sha256(GOOD).hexdigest()}\na.json {digest}\nui/index.html\n")
    assert list_archive(None) == ""
    assert list_archive(b"x").endswith("\n(the file is not a ZIP archive; give the .zip of the manifests)\n")


def manifest(client=None, server=None, version="1.2.0", uri="index.html", **requirements):
    made = copy.deepcopy(MANIFEST)
    made["manifestVersion"] = version
    made["global"]["view"]["uri"] = uri
    made["requirements"] = {"plugin.api.version": version}
    made["requirements"] |= {name.replace("_", "."): value for name, value in requirements.items()}
    made["requirements"] |= {"vsphere.client": client} if client is not None else {}
    made["requirements"] |= {"vcenter.server": server} if server is not None else {}
    return made


def packed(*manifests):
    names = ("one.json", "two.json", "three.json")
    return read_multi_manifest(build_archive(list(zip(names, map(document.render_manifest, manifests), strict=False))))


def order(*manifests, **options):
    return [(one.rule, one.place) for one in validate_multi_manifest(packed(*manifests), **options)]


NEWER = manifest(open_modal_api="1.1.0")
PLAIN = manifest(uri="old.html")
EVERYWHERE = {"version": "[,]", "environments": ["onprem", "cloud", "gateway"]}
SECOND = f"{INDEX}: $.manifests[1]"


@pytest.mark.parametrize(
    ("manifests", "findings"),
    [
        ([NEWER, PLAIN], []),
        ([PLAIN], []),
        ([manifest(client=ONLY_CLIENT)], []),
        ([manifest(client=ONLY_CLIENT, open_modal_api="1.1.0"), PLAIN], []),
        ([manifest(open_modal_api="1.1.0"), manifest(uri="x", confirmation_modal_api="1.0.0")], []),
        ([manifest(), manifest(version="1.1.0")], []),
        ([manifest(open_modal_api="1.1.0"), manifest(open_modal_api="1.0.0")], []),
        ([NEWER, manifest(client=EVERYWHERE, server={"environments": ["cloud", "onprem"]})], []),
        # The last one is for some only.
        ([NEWER, manifest(client=ONLY_CLIENT)], [("M2", "two.json: $.requirements['vsphere.client']")]),
        ([NEWER, manifest(server={"version": "8"})], [("M2", "two.json: $.requirements['vcenter.server']")]),
        (
            [NEWER, manifest(client={"environments": ["onprem"]})],
            [("M2", "two.json: $.requirements['vsphere.client']")],
        ),
        # Nothing but limits keeps an older client from the first.
        ([manifest(client=ONLY_CLIENT), PLAIN], [("M3", SECOND)]),
        ([manifest(client=ONLY_CLIENT), manifest()], [("M3", SECOND)]),
        ([manifest(server=ONLY_CLIENT), manifest(uri="x", open_modal_api="1.1.0")], [("M3", SECOND)]),
        (
            [manifest(client=ONLY_CLIENT), manifest(client={"version": "[7.0,8.0)"})],
            [("M2", "two.json: $.requirements['vsphere.client']"), ("M3", SECOND)],
        ),
        # The first one is for all who could take the second.
        ([PLAIN, NEWER], [("M4", SECOND)]),
        ([PLAIN, manifest()], [("M4", SECOND)]),
        ([manifest(version="1.0.0"), manifest()], [("M4", SECOND)]),
        ([manifest(open_modal_api="1.0.0"), manifest(open_modal_api="1.1.0")], [("M4", SECOND)]),
        ([manifest(client=EVERYWHERE), manifest(uri="x")], [("M4", SECOND)]),
        (
            [manifest(client=ONLY_CLIENT), manifest(uri="x", client=ONLY_CLIENT)],
            [("M2", "two.json: $.requirements['vsphere.client']"), ("M4", SECOND)],
        ),
        ([NEWER, PLAIN, manifest()], [("M4", f"{INDEX}: $.manifests[2]")]),
        # Equal ones.
        ([NEWER, NEWER], [("M5", SECOND)]),
        ([NEWER, PLAIN, NEWER], [("M5", f"{INDEX}: $.manifests[2]")]),
    ],
)
def test_the_order_of_manifests(manifests, findings):
    found = [one for one in validate_multi_manifest(packed(*manifests)) if one.rule.startswith("M")]
    assert [(one.rule, one.place) for one in found] == findings
    assert {one.severity for one in found} <= {"warning"}


def test_limits_separate_on_clients_that_evaluate_them():
    manifests = (manifest(client=ONLY_CLIENT), PLAIN)
    assert order(*manifests, targets=["8.0u3", "9.1"]) == []
    assert order(*manifests, targets=["9.0", "8.0u2"]) == [("M3", SECOND)]
    with pytest.raises(OptionError, match="`targets` must be releases of vSphere, got 'eight'"):
        order(*manifests, targets=["eight"])


def test_messages_about_the_order():
    [finding] = validate_multi_manifest(packed(manifest(client=ONLY_CLIENT), PLAIN))
    assert finding.value == "two.json"
    assert finding.message == (
        f"{SECOND} is 'two.json', which is not reached by clients before 8.0 U3: nothing but vsphere.client or "
        "vcenter.server keeps them from 'one.json' before it, and they evaluate these only after the choice."
    )
    assert finding.remedy == (
        "Give one.json a requirement that the clients for two.json do not know: open.modal.api 1.1.0 separates 7.x "
        "from 8.x."
    )


def test_a_fault_of_a_manifest_is_named_with_its_file():
    broken = manifest() | {"manifestVersion": "9"}
    findings = validate_multi_manifest(packed(NEWER, broken))
    [finding] = [one for one in findings if one.severity == "error"]
    assert finding.place == "two.json: $.manifestVersion"
    assert finding.message.startswith("two.json: $.manifestVersion is '9'; it must be ")
    assert (finding.line, finding.column) == (None, None)


def test_a_fault_has_a_line_where_there_is_a_text():
    broken = manifest() | {"manifestVersion": "9"}
    multi = packed(NEWER, broken)
    sources = {"two.json": (b"global: x\nmanifestVersion: '9'\n", True)}
    [finding] = [one for one in validate_multi_manifest(multi, sources=sources) if one.severity == "error"]
    assert finding.line == 2


def test_a_file_that_is_not_a_manifest():
    multi = read_multi_manifest(pack(index("a.json", "b.json"), ("a.json", "{"), ("b.json", "[]")))
    assert [(one.rule, one.severity, one.place) for one in validate_multi_manifest(multi)] == [
        ("json", "error", "a.json: $"),
        ("json", "error", "b.json: $"),
    ]
    assert validate_multi_manifest(multi)[0].message.startswith("a.json: $ is not a manifest: line 1, column 2 ")


def rules(*members, **options):
    multi = read_multi_manifest(pack(*members, ("a.json", document.render_manifest(MANIFEST))))
    return [(one.rule, one.severity, one.place) for one in validate_multi_manifest(multi, **options)]


def test_faults_of_the_list():
    assert rules(index("a.json", manifestVersion="1.0.0")) == rules(index("a.json")) == []
    wrong = index("a.json", manifestVersion="1.2.0")
    assert rules(wrong) == [("schema", "error", f"{INDEX}: $.manifestVersion")]
    more = index("a.json", comment="x")
    assert rules(more) == [("unknown", "warning", f"{INDEX}: $.comment")]
    assert rules(more, unknown="error") == rules(more, strict=True) == [("unknown", "error", f"{INDEX}: $.comment")]
    assert rules(more, unknown="ignore") == []


def test_files_that_are_not_listed():
    others = [(name, "") for name in ("readme.txt", "b.json", "c.json", "ui/index.html")]
    assert rules(index("a.json"), *others, strict=True) == [("M1", "notice", f"{INDEX}: $.manifests")]
    multi = read_multi_manifest(pack(index("a.json"), *others, ("a.json", document.render_manifest(MANIFEST))))
    [finding] = validate_multi_manifest(multi)
    assert finding.value == ["b.json", "c.json", "readme.txt", "ui/index.html"]
    assert finding.message.endswith(
        "does not list all files of the archive: 'b.json', 'c.json', 'readme.txt' and 1 more."
    )


def test_files_beside_a_single_manifest_are_its_own():
    data = pack(("plugin.json", document.render_manifest(MANIFEST)), ("index.html", ""))
    assert validate_multi_manifest(read_multi_manifest(data), unknown="error", strict=True) == ()


def test_strict_makes_errors_of_warnings():
    findings = validate_multi_manifest(packed(PLAIN, NEWER), strict=True)
    assert [(one.rule, one.severity) for one in findings] == [("M4", "error")]


def test_manifests_of_any_kind_have_an_order():
    """The rules come after a schema that may have been broken."""
    odd = [{"requirements": None}, {"requirements": {"vsphere.client": "8", "vcenter.server": {"version": 8}}}, {}]
    for first in odd:
        for second in odd:
            assert all(one.place for one in validate_multi_manifest(packed(first, second)))


def test_what_modules_return():
    [one, two] = manifest_results(packed(NEWER, PLAIN))
    assert (one["name"], two["name"]) == ("one.json", "two.json")
    assert one["manifest"] == NEWER
    assert one["sha256"] == hashlib.sha256(document.render_manifest(NEWER)).hexdigest()
