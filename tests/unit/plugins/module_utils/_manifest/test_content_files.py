# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""The files that a manifest names, in a real folder, and icons in images that are made here byte by byte."""

from __future__ import annotations

import json
import os
import struct
from pathlib import Path

import pytest
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._errors import FileError
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._manifest import content_files

EXAMPLE = Path(__file__).parents[5] / "examples" / "plugin"
SHEET = "$.definitions.iconSpriteSheet"


def png(width, height):
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", width, height) + bytes(9)


def svg(width, height):
    return f'<svg width="{width}" height="{height}"/>'.encode()


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
        # What is not a file of the folder:
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
        "Write 'index.html'; upper and lower case matter.",
    ),
    (
        "Views/host.html?a",
        "but the content folder has no file 'Views/host.html'.",
        "Write 'views/host.html'; upper and",
    ),
    ("views\\host.html", "but the content folder has no file ", "Write 'views/host.html', or add the file."),
    ("indx.html", "but the content folder has no file 'indx.html'.", "Write 'index.html', or add the file."),
    ("host.html", "but the content folder has no file 'host.html'.", "Write 'views/host.html', or add the file."),
    ("other.htm", "but the content folder has no file 'other.htm'.", "Add the file, or correct the uri."),
    ("index.html/", "but the content folder has no file 'index.html/'.", "Write 'index.html', or add the file."),
    (
        "index.html/x",
        "but the content folder has no file 'index.html/x'.",
        "Write 'index.html', or add the file.",
    ),
    ("index%2ehtml%00", "but the content folder has no file ", "Write 'index.html', or add the file."),
    ("../secret.html", "which is outside of the content folder.", "Put the file into the content folder."),
    ("views/../../content/index.html", "which is outside of the content folder.", "Put the file into"),
    ("%2e%2e/secret.html", "which is outside of the content folder.", "Put the file into the content folder."),
    ("%2fetc/passwd", "but the content folder has no file 'etc/passwd'.", "Add the file, or correct the uri."),
    ("out.html", "which is a link out of the content folder.", "Put the file itself there."),
    ("away/secret.html", "which is a link out of the content folder.", "Put the file itself there."),
    ("broken.html", "which is a broken link (No such file or directory).", "Put the file itself there."),
    ("loop.html", "which is a broken link (", "Put the file itself there."),
    ("pipe", "which is not a regular file.", "Put a regular file there."),
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
    assert (finding.rule, finding.severity, finding.place, finding.value) == ("F1", "error", "$.global.view.uri", uri)
    assert finding.message.startswith(f"$.global.view.uri is {uri!r}, {says}")
    assert finding.remedy.startswith(remedy)


@pytest.mark.parametrize("uri", ["views", "views/", ".", "?x", "#/a", "views/.."])
def test_a_folder_is_a_warning(content, uri):
    [finding] = found(view(uri), content)
    assert (finding.rule, finding.severity) == ("F1", "warning")
    assert "is a folder, for which servers answer differently." in finding.message


def test_links_within_the_folder_are_files(content):
    (content / "link.html").symlink_to("views/host.html")
    (content / "also").symlink_to("views")
    assert found(view("link.html"), content) == found(view("also/host.html"), content) == ()
    content.parent.joinpath("published").symlink_to("content")
    assert found(view("link.html"), content.parent / "published") == ()


def test_every_place_of_a_uri_is_checked(content):
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
    assert [(one.place, one.value) for one in found(manifest, content)] == [
        ("$.global.view.uri", "g"),
        ("$.objects.VirtualMachine.monitor.views[0].uri", "c"),
        ("$.objects.VirtualMachine.configure.views[1].uri", "d"),
        ("$.objects.VirtualMachine.summary.view.uri", "a"),
        ("$.objects.VirtualMachine.summary.views[0].uri", "b"),
        ("$.objects['Folder:RootFolder'].summary.view.uri", "f"),
        ("$.objects.VirtualMachine.menu.actions[0].trigger.uri", "e"),
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
    assert [one.place for one in findings] == [
        f"{SHEET}.definitions.b",
        f"{SHEET}.definitions['my.icon']",
        f"{SHEET}.definitions.d",
    ]
    assert findings[0].value == {"x": 64, "y": 0}
    assert findings[0].message == (
        "$.definitions.iconSpriteSheet.definitions.b is at x 64, y 0, where an icon of 32 x 32 pixels is not "
        "within 'icons.png', which has 64 x 32."
    )


def test_a_theme_without_places_uses_those_of_the_sheet_in_its_own_image(content):
    (content / "dark.svg").write_bytes(svg(32, 32))
    [finding] = found(sheet({"a": (0, 0), "b": (32, 0)}, dark={"uri": "dark.svg"}), content)
    assert finding.place == f"{SHEET}.definitions.b"
    assert "'dark.svg', which has 32 x 32." in finding.message
    own = {"uri": "dark.svg", "definitions": {"b": {"x": 0, "y": 32}}}
    [finding] = found(sheet({"b": (32, 0)}, dark=own), content)
    assert finding.place == f"{SHEET}.themeOverrides.dark.definitions.b"


@pytest.mark.parametrize("place", [None, 5, {}, {"x": 0}, {"x": "99", "y": 0}, {"x": -99, "y": 0}, {"x": 99.0, "y": 0}])
def test_places_that_break_the_schema_are_left_to_it(content, place):
    manifest = sheet({})
    manifest["definitions"]["iconSpriteSheet"]["definitions"]["a"] = place
    assert found(manifest, content) == ()


def test_an_image_without_a_size(content):
    (content / "icons.webp").write_bytes(b"RIFF....WEBP")
    [finding] = found(sheet({"a": (999, 0)}, uri="icons.webp"), content)
    assert (finding.rule, finding.severity, finding.place) == ("F3", "notice", f"{SHEET}.uri")
    assert "'icons.webp', whose size cannot be read (it is not a PNG or SVG" in finding.message


def test_an_image_elsewhere_is_not_checked(content):
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
        (content / "nothing", "cannot be listed (No such file or directory); give a folder that"),
        (content / "index.html", "cannot be listed (Not a directory); "),
    ]:
        with pytest.raises(FileError) as caught:
            found(view("index.html"), folder)
        assert str(caught.value).startswith(f"{folder} {says}")


def test_the_search_in_a_large_folder_is_limited(content, monkeypatch):
    monkeypatch.setattr(content_files, "MAX_FILES", 1)
    [finding] = found(view("host.html"), content)
    assert finding.remedy == "Add the file, or correct the uri."
