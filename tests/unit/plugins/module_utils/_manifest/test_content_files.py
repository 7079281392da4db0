# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""The files that a manifest names, looked for in a real folder, and icons in images that are made here byte by byte."""

from __future__ import annotations

import json
import os
import struct
from pathlib import Path

import pytest
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._errors import ManifestError
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._manifest import content_files
from hypothesis import given
from hypothesis import strategies as st

EXAMPLE = Path(__file__).parents[5] / "examples" / "plugin"
SHEET = "$.definitions.iconSpriteSheet"


def png(width, height):
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", width, height) + bytes(9)


def gif(width, height):
    return b"GIF89a" + struct.pack("<HH", width, height) + bytes(3)


def jpeg(width, height, *before, frame=0xC0):
    segments = b"".join(b"\xff" + bytes([marker]) + struct.pack(">H", len(data) + 2) + data for marker, data in before)
    return b"\xff\xd8" + segments + struct.pack(">BBHBHH", 0xFF, frame, 17, 8, height, width) + bytes(12)


def svg(attributes, before=""):
    return f"{before}<svg {attributes}><path d='M0 0'/></svg>".encode()


COMMENT = "\ufeff<?xml version='1.0'?>\n<!-- <svg width='1' height='1'> -->\n<!DOCTYPE svg>\n"
SIZES = [
    ("PNG", png(64, 32), (64, 32)),
    ("PNG cut", png(64, 32)[:20], None),
    ("PNG of a phone", b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sI", 4, b"CgBI", 0) + png(64, 32)[8:], None),
    ("PNG without width", png(0, 32), None),
    ("GIF", gif(300, 2), (300, 2)),
    ("GIF cut", gif(64, 32)[:8], None),
    ("JPEG", jpeg(640, 33), (640, 33)),
    ("JPEG with metadata", jpeg(64, 32, (0xE0, b"JFIF\0"), (0xE1, bytes(60_000)), (0xC4, bytes(9))), (64, 32)),
    ("JPEG progressive", jpeg(64, 32, frame=0xC2), (64, 32)),
    ("JPEG filled", b"\xff\xd8\xff\xff\xff\x01" + jpeg(64, 32)[2:], (64, 32)),
    ("JPEG cut", jpeg(64, 32)[:8], None),
    ("JPEG with a segment of no length", b"\xff\xd8\xff\xe0\x00\x00" + bytes(20), None),
    ("JPEG without frame", b"\xff\xd8\xff\xd9" + bytes(20), None),
    ("SVG", svg('width="64" height="32"'), (64, 32)),
    ("SVG in px", svg("width='64px' height = '32.5px'"), (64, 32.5)),
    ("SVG with a box only", svg('viewBox="0 0 64 32"'), (64, 32)),
    ("SVG with commas", svg('viewBox="-1,-1,64,32"'), (64, 32)),
    ("SVG in percent", svg('width="100%" height="100%" viewBox="0 0 64 32"'), (64, 32)),
    ("SVG with its own height", svg('viewBox="0 0 64 32" height="16"'), (64, 16)),
    ("SVG behind a comment", svg('width="64" height="32"', COMMENT), (64, 32)),
    ("SVG with prefix", b'<s:svg xmlns:s="http://www.w3.org/2000/svg" width="64" height="32"/>', (64, 32)),
    ("SVG on two lines", svg('xmlns="http://www.w3.org/2000/svg"\n  width="64"\n  height="32"'), (64, 32)),
    ("SVG with another attribute", svg('data-width="1" stroke-width="9" width="64" height="32"'), (64, 32)),
    ("SVG in millimetres", svg('width="64mm" height="32mm" viewBox="0 0 64 32"'), None),
    ("SVG without any size", b"<svg/>", None),
    ("SVG with half a box", svg('viewBox="0 0 64"'), None),
    ("SVG cut", b'<svg width="64" height="32"', None),
    ("SVG with an open comment", b"<!-- <svg width='64' height='32'/>", None),
    ("HTML", b"<!DOCTYPE html><html><svg width='64' height='32'/></html>", None),
    ("text", b"icons", None),
    ("nothing", b"", None),
]


@pytest.mark.parametrize(("data", "size"), [case[1:] for case in SIZES], ids=[case[0] for case in SIZES])
def test_sizes_of_images(data, size):
    assert content_files.image_size(data) == size


@given(
    st.sampled_from([b"", *(case[1][:200] for case in SIZES)]),
    st.lists(st.tuples(st.integers(0, 199), st.integers(0, 255)), max_size=6),
    st.binary(max_size=20),
)
def test_any_bytes_have_a_size_or_none(data, changes, more):
    changed = bytearray(data)
    for position, value in changes:
        if position < len(changed):
            changed[position] = value
    size = content_files.image_size(bytes(changed) + more)
    assert size is None or min(size) > 0


@pytest.mark.parametrize(
    "piece", [b"<svg ", b"<svg a='", b"<!--", b"<!", b"<?", b"\xff\xd8\xff\xff", b'<svg width="1" ']
)
def test_long_heads_are_read_in_no_time(piece):
    """A pattern that tries again at each place would take hours."""
    head = piece * (content_files.MAX_HEAD // len(piece))
    assert content_files.image_size(head) is None
    assert content_files.image_size(b"<svg " + head) is None


@pytest.fixture
def content(tmp_path):
    folder = tmp_path / "content"
    (folder / "views").mkdir(parents=True)
    (folder / "index.html").touch()
    (folder / "views" / "host.html").touch()
    (folder / "views" / "two words.html").touch()
    (folder / "icons.png").write_bytes(png(64, 32))
    return folder


def view(uri):
    return {"global": {"view": {"uri": uri}}}


def found(manifest, folder):
    return content_files.check_content(manifest, str(folder))


def test_the_example_is_whole():
    assert found(json.loads((EXAMPLE / "plugin.json").read_text("utf-8")), EXAMPLE) == ()


@pytest.mark.parametrize(
    "uri",
    [
        "index.html",
        "./index.html",
        "views/../index.html",
        "views//host.html",
        "views/host.html?a={b}#/c/../d",
        "index.html#/route?x",
        "views/two%20words.html",
        "views/two words.html",
        # What cannot be looked for:
        "https://plugins.example.com/index.html",
        "data:text/html,x",
        "/ui/index.html",
        "//plugins.example.com/index.html",
        "{locale}/nothing.html",
        "views/{id}.html",
        {"path": "nothing.html", "serverType": "AUXILIARY"},
        # What the schema refuses:
        "",
        None,
        5,
    ],
    ids=str,
)
def test_uris_without_a_finding(content, uri):
    assert found(view(uri), content) == ()


FAULTS = [
    (
        "Index.html",
        "but the content folder has no file 'Index.html'.",
        "Write 'index.html'; upper and lower case count.",
    ),
    (
        "Views/host.html?a",
        "but the content folder has no file 'Views/host.html'.",
        "Write 'views/host.html'; upper and",
    ),
    ("views\\host.html", "but the content folder has no file ", "Write 'views/host.html', or put the file there."),
    ("indx.html", "but the content folder has no file 'indx.html'.", "Write 'index.html', or put the file there."),
    ("host.html", "but the content folder has no file 'host.html'.", "Write 'views/host.html', or put the file there."),
    ("other.htm", "but the content folder has no file 'other.htm'.", "Put the file there, or correct the uri."),
    ("index.html/", "but the content folder has no file 'index.html/'.", "Write 'index.html', or put the file there."),
    (
        "index.html/x",
        "but the content folder has no file 'index.html/x'.",
        "Write 'index.html', or put the file there.",
    ),
    ("index%2ehtml%00", "but the content folder has no file ", "Write 'index.html', or put the file there."),
    ("../secret.html", "which leads out of the content folder.", "Put the file into the content folder."),
    ("views/../../content/index.html", "which leads out of the content folder.", "Put the file into"),
    ("%2e%2e/secret.html", "which leads out of the content folder.", "Put the file into the content folder."),
    ("%2fetc/passwd", "but the content folder has no file 'etc/passwd'.", "Put the file there, or correct the uri."),
    ("out.html", "which is a link that leads out of the content folder.", "Put the file itself there."),
    ("away/secret.html", "which is a link that leads out of the content folder.", "Put the file itself there."),
    ("broken.html", "which is a link to nothing (No such file or directory).", "Put the file itself there."),
    ("loop.html", "which is a link to nothing (", "Put the file itself there."),
    ("pipe", "which is no regular file.", "Put a regular file there."),
]


@pytest.mark.parametrize(("uri", "says", "remedy"), FAULTS, ids=[case[0] for case in FAULTS])
def test_files_that_are_not_there(content, uri, says, remedy):
    (content.parent / "secret.html").touch()
    (content / "out.html").symlink_to("../secret.html")
    (content / "away").symlink_to("..")
    (content / "broken.html").symlink_to("nothing")
    (content / "loop.html").symlink_to("loop.html")
    os.mkfifo(content / "pipe")
    [finding] = found(view(uri), content)
    assert (finding.rule, finding.severity, finding.path, finding.value) == ("F1", "error", "$.global.view.uri", uri)
    assert finding.message.startswith(f"$.global.view.uri is {uri!r}, {says}")
    assert finding.remedy.startswith(remedy)


@pytest.mark.parametrize("uri", ["views", "views/", ".", "?x", "#/a", "views/.."])
def test_a_folder_may_or_may_not_be_answered(content, uri):
    [finding] = found(view(uri), content)
    assert (finding.rule, finding.severity) == ("F1", "warning")
    assert "is a folder; what a server answers for one is its own affair." in finding.message


def test_links_within_the_folder_are_files(content):
    (content / "link.html").symlink_to("views/host.html")
    (content / "also").symlink_to("views")
    assert found(view("link.html"), content) == found(view("also/host.html"), content) == ()
    content.parent.joinpath("published").symlink_to("content")
    assert found(view("link.html"), content.parent / "published") == ()


def test_every_place_of_a_uri_is_looked_at(content):
    modal = {"trigger": {"type": "modal", "uri": "e"}}
    navigation = {"trigger": {"type": "navigation", "targetViewId": "x", "uri": "no"}}
    objects = {
        "VirtualMachine": {
            "summary": {"view": {"uri": "a"}, "views": [{"uri": "b"}], "dynamicUri": "no"},
            "monitor": {"views": [{"uri": "c"}], "dynamicUri": "no"},
            "configure": {"views": ["x", {"uri": "d"}, {}], "dynamicUri": {"path": "no", "serverType": "X"}},
            "menu": {"actions": [modal, navigation, {"type": "separator"}, {"trigger": "x"}], "dynamicUri": "no"},
        },
        "Folder:RootFolder": {"summary": {"view": {"uri": "f"}}, "monitor": {"views": 5}, "configure": []},
        "HostSystem": None,
    }
    sheet = {"uri": "h", "definitions": {}, "themeOverrides": {"dark": {"uri": "i"}, "light": {}}}
    manifest = view("g") | {"objects": objects, "definitions": {"iconSpriteSheet": sheet}}
    assert [(one.path, one.value) for one in found(manifest, content)] == [
        ("$.global.view.uri", "g"),
        ("$.objects.VirtualMachine.summary.view.uri", "a"),
        ("$.objects.VirtualMachine.summary.views[0].uri", "b"),
        ("$.objects.VirtualMachine.monitor.views[0].uri", "c"),
        ("$.objects.VirtualMachine.configure.views[1].uri", "d"),
        ("$.objects.VirtualMachine.menu.actions[0].trigger.uri", "e"),
        ("$.objects['Folder:RootFolder'].summary.view.uri", "f"),
        (f"{SHEET}.uri", "h"),
        (f"{SHEET}.themeOverrides.dark.uri", "i"),
    ]


def sheet(icons, uri="icons.png", **themes):
    made = {"uri": uri, "definitions": {name: {"x": x, "y": y} for name, (x, y) in icons.items()}}
    return {"definitions": {"iconSpriteSheet": made | ({"themeOverrides": themes} if themes else {})}}


def test_icons_within_their_image(content):
    assert found(sheet({"a": (0, 0), "b": (32, 0), "c": (7, 0)}), content) == ()


def test_icons_outside_of_their_image(content):
    findings = found(sheet({"a": (0, 0), "b": (64, 0), "my.icon": (33, 0), "d": (0, 1)}), content)
    assert {one.rule for one in findings} == {"F2"}
    assert {one.severity for one in findings} == {"error"}
    assert [one.path for one in findings] == [
        f"{SHEET}.definitions.b",
        f"{SHEET}.definitions['my.icon']",
        f"{SHEET}.definitions.d",
    ]
    assert findings[0].value == {"x": 64, "y": 0}
    assert findings[0].message == (
        "$.definitions.iconSpriteSheet.definitions.b is at x 64, y 0, where an icon of 32 x 32 pixels does not lie "
        "within 'icons.png', which has 64 x 32."
    )


def test_a_theme_without_places_uses_those_of_the_sheet_in_its_own_image(content):
    (content / "dark.gif").write_bytes(gif(32, 32))
    [finding] = found(sheet({"a": (0, 0), "b": (32, 0)}, dark={"uri": "dark.gif"}), content)
    assert finding.path == f"{SHEET}.definitions.b"
    assert "'dark.gif', which has 32 x 32." in finding.message
    own = {"uri": "dark.gif", "definitions": {"b": {"x": 0, "y": 32}}}
    [finding] = found(sheet({"b": (32, 0)}, dark=own), content)
    assert finding.path == f"{SHEET}.themeOverrides.dark.definitions.b"


@pytest.mark.parametrize("place", [None, 5, {}, {"x": 0}, {"x": "99", "y": 0}, {"x": -99, "y": 0}, {"x": 99.0, "y": 0}])
def test_places_that_break_the_schema_are_left_to_it(content, place):
    manifest = sheet({})
    manifest["definitions"]["iconSpriteSheet"]["definitions"]["a"] = place
    assert found(manifest, content) == ()


def test_an_image_that_tells_no_size(content):
    (content / "icons.webp").write_bytes(b"RIFF....WEBP")
    [finding] = found(sheet({"a": (999, 0)}, uri="icons.webp"), content)
    assert (finding.rule, finding.severity, finding.path) == ("F3", "notice", f"{SHEET}.uri")
    assert "'icons.webp', whose size cannot be read (it is no PNG, GIF, JPEG or SVG" in finding.message


def test_an_image_that_is_elsewhere_is_not_looked_for(content):
    assert found(sheet({"a": (999, 0)}, uri="https://example.com/icons.png"), content) == ()


def test_a_folder_is_no_image(content):
    [finding] = found(sheet({"a": (0, 0)}, uri="views"), content)
    assert (finding.rule, finding.severity) == ("F1", "warning")


def test_errors_come_first(content):
    (content / "icons.webp").touch()
    manifest = view("views") | sheet({"a": (0, 0)}, uri="icons.webp", dark={"uri": "nothing"})
    assert [one.severity for one in found(manifest, content)] == ["error", "warning", "notice"]


def test_a_folder_that_cannot_be_listed(content):
    for folder, says in [
        (content / "nothing", "cannot be listed: No such file or directory; give a folder that"),
        (content / "index.html", "cannot be listed: Not a directory; "),
    ]:
        with pytest.raises(ManifestError) as caught:
            found(view("index.html"), folder)
        assert str(caught.value).startswith(f"the content folder {folder} {says}")


def test_a_large_folder_is_not_searched_for_ever(content, monkeypatch):
    monkeypatch.setattr(content_files, "MAX_FILES", 1)
    [finding] = found(view("host.html"), content)
    assert finding.remedy == "Put the file there, or correct the uri."
