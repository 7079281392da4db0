# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""The files that a manifest names, asked of a real server."""

from __future__ import annotations

import pytest
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._errors import HttpError
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._preflight import manifest_files
from ansible_collections.vsphere_ops.client_plugin.tests.unit.plugins.module_utils.web import answer, keeps_open

URL = "https://plugins.example.com/com.example.notes/1.0.0/plugin.json"
FOLDER = URL.removesuffix("plugin.json")
HTML, PNG = {"Content_Type": "text/html; charset=utf-8"}, {"Content_Type": "image/png"}


def manifest(*views, icons=(), modals=()):
    first, *others = [{"uri": uri} for uri in icons] or [{}]
    return {
        "objects": {
            "HostSystem": {
                "monitor": {"views": [{"uri": uri} for uri in views]},
                "menu": {"actions": [{"trigger": {"type": "modal", "uri": uri}} for uri in modals]},
            }
        },
        "definitions": {"iconSpriteSheet": {**first, "themeOverrides": dict(zip(("dark",), others, strict=False))}},
    }


@pytest.mark.parametrize(
    ("uri", "relative"),
    [
        ("index.html", "index.html"),
        ("ui/a.html", "ui/a.html"),
        ("./ui/a.html", "ui/a.html"),
        ("../common/a.html", "../common/a.html"),
        ("index.html#/hosts?x=1", "index.html"),
        ("index.html?view=a b&x={id}#/y", "index.html?view=a%20b&x=%7Bid%7D"),
        ("?view=1", "?view=1"),
        ("#/hosts", ""),
        ("ui/", "ui/"),
        ("two words.html", "two%20words.html"),
        ("Übersicht.html", "%C3%9Cbersicht.html"),
        ("two%20words.html", "two%20words.html"),
        ("a;b=c,d@e'(f)!$&*+.html", "a;b=c,d@e'(f)!$&*+.html"),
        ("a\\b.html", "a%5Cb.html"),
        ('a"<b>.html', "a%22%3Cb%3E.html"),
        ("100%.html", "100%.html"),
        ("\ud800.html", "%3F.html"),
    ],
)
def test_where_a_uri_leads(uri, relative):
    expected = f"{FOLDER}{relative}".replace("/1.0.0/../", "/")
    assert manifest_files.file_urls(manifest(uri), URL) == {expected: "view"}
    assert manifest_files.file_urls(manifest(uri), f"{URL}?version=1#x") == {expected: "view"}


@pytest.mark.parametrize("uri", ["", "/a.html", "//b/a.html", "https://b/a.html", "data:text/html,a", "a/{id}.html", 1])
def test_what_is_no_file_beside_the_manifest(uri):
    assert manifest_files.file_urls(manifest(uri), URL) == {}
    assert manifest_files.request_files(manifest(uri), URL, timeout=5) == ()


def test_each_file_once():
    named = manifest("a.html", "a.html#b", icons=["i.png", "i.png"], modals=["m.html", "a.html"])
    assert manifest_files.file_urls(named, URL) == {
        f"{FOLDER}a.html": "view",
        f"{FOLDER}m.html": "view",
        f"{FOLDER}i.png": "icons",
    }


def test_nothing_in_a_manifest_of_any_shape():
    for odd in ({}, {"objects": []}, {"definitions": {"iconSpriteSheet": 1}}, {"global": {"view": {"uri": {}}}}):
        assert manifest_files.file_urls(odd, URL) == {}


ANSWERS = {
    "page": ("view", answer(b"<p>", **HTML), ""),
    "XHTML": ("view", answer(b"<p/>", Content_Type="Application/XHTML+XML"), ""),
    "image": ("icons", answer(b"PNG", **PNG), ""),
    "SVG": ("icons", answer(b"<svg/>", Content_Type="image/svg+xml"), ""),
    "missing": ("icons", answer(b"", "404 x"), "is answered with 404 Not Found"),
    "forbidden": ("view", answer(b"x", "403 x", **HTML), "is answered with 403 Forbidden"),
    "redirect": ("view", answer(b"", "302 x", Location="/login"), "is answered with 302 Found"),
    "unknown status": ("view", answer(b"", "299 x"), "is answered with 299"),
    "empty": ("view", answer(b"", **HTML), "is empty"),
    "page as text": ("view", answer(b"x", Content_Type="text/plain"), "has the content type text/plain instead of"),
    "page for an image": ("icons", answer(b"<p>", **HTML), "has the content type text/html instead of image/..."),
    "no type": ("icons", answer(b"PNG"), "has the content type none instead of image/..."),
    "odd type": ("icons", answer(b"PNG", Content_Type="image/\x1b[2J"), "has the content type none instead of"),
}


@pytest.mark.parametrize(("kind", "data", "says"), ANSWERS.values(), ids=ANSWERS)
def test_what_a_browser_takes(listen, kind, data, says):
    port = listen(keeps_open({"/file": data}))
    named = manifest("file") if kind == "view" else manifest(icons=["file"])
    (file,) = manifest_files.request_files(named, f"http://127.0.0.1:{port}/plugin.json", timeout=5)
    assert file.problem.startswith(f"http://127.0.0.1:{port}/file {says}" if says else "")
    assert file.result()["ok"] == (not says)
    assert file.problem.isprintable()


def test_all_files_over_one_connection(listen):
    connections = []
    served = {"/v/a.html": answer(b"<p>", **HTML), "/v/i.png": answer(b"PNG", **PNG)}
    port = listen(keeps_open(served, connections))
    named = manifest("a.html", icons=["i.png"])
    files = manifest_files.request_files(named, f"http://127.0.0.1:{port}/v/plugin.json", timeout=5)
    assert connections == [["/v/a.html", "/v/i.png"]]
    assert [file.result() for file in files] == [
        {
            "url": f"http://127.0.0.1:{port}/v/{name}",
            "status": 200,
            "content_type": content_type,
            "bytes": size,
            "ok": True,
        }
        for name, content_type, size in (("a.html", "text/html", 3), ("i.png", "image/png", 3))
    ]


def test_the_first_few_are_told():
    def file(number, problem=""):
        return manifest_files.ServedFile(f"u{number}", 404, "", 0, problem and f"u{number} {problem}")

    assert manifest_files.describe_problems([file(0)]) == ""
    assert (
        manifest_files.describe_problems([file(1, "is empty"), file(2), file(3, "is empty")])
        == "u1 is empty, u3 is empty"
    )
    many = [file(number, "is empty") for number in range(9)]
    assert manifest_files.describe_problems(many) == "u0 is empty, u1 is empty, u2 is empty and 6 more"


def test_too_many_files():
    named = manifest(*(f"{number}.html" for number in range(manifest_files.MAX_FILES + 1)))
    with pytest.raises(HttpError, match=f"names {manifest_files.MAX_FILES + 1} files, more than"):
        manifest_files.request_files(named, "http://127.0.0.1:1/plugin.json", timeout=5)


def test_as_many_files_as_are_requested_and_no_more(monkeypatch):
    asked = []

    def request_all(urls, **_trust):
        asked.append(len(urls))
        return ()

    monkeypatch.setattr(manifest_files.http_get, "request_all", request_all)
    names = [f"{number}.html" for number in range(manifest_files.MAX_FILES + 1)]
    manifest_files.request_files(manifest(*names[:-1]), URL, timeout=5)
    assert asked == [manifest_files.MAX_FILES]
    with pytest.raises(HttpError) as caught:
        manifest_files.request_files(manifest(*names), URL, timeout=5)
    assert (caught.value.kind, len(asked)) == ("too_large", 1)


def test_the_first_problems_are_described():
    def files(*problems):
        return [manifest_files.ServedFile("u", 200, "", 1, problem) for problem in problems]

    assert manifest_files.describe_problems(files("", "")) == ""
    assert manifest_files.describe_problems(files("a", "", "b", "c")) == "a, b, c"
    assert manifest_files.describe_problems(files("a", "b", "c", "d", "e")) == "a, b, c and 2 more"
