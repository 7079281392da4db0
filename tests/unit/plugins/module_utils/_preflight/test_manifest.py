# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""What the URL of a record gives, downloaded from real servers."""

from __future__ import annotations

import io
import json
import zipfile

import pytest
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._certificate.thumbprint import (
    compute_thumbprint,
)
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._errors import PreflightError
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._extension.model import (
    PACKAGE,
    REMOTE,
    Client,
    Extension,
    Server,
)
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._preflight import manifest
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._preflight.checks import (
    PreflightChecks,
    build_preflight,
    checks_of_options,
)
from ansible_collections.vsphere_ops.client_plugin.tests.unit.plugins.module_utils._extension.plans import offered
from ansible_collections.vsphere_ops.client_plugin.tests.unit.plugins.module_utils.web import answer, keeps_open, sends

GOOD = {
    "manifestVersion": "1.2.0",
    "requirements": {"plugin.api.version": "1.2.0"},
    "configuration": {"nameKey": "name"},
    "global": {"view": {"uri": "index.html"}},
    "definitions": {"i18n": {"locales": ["en-US"], "definitions": {"name": {"en-US": "Notes"}}}},
}
BAD = {**GOOD, "global": {"view": {}}}
OTHER = ":".join(["AB"] * 32)


def archive(**files):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as opened:
        for name, text in files.items():
            opened.writestr(name.replace("_", "-") + (".xml" if name == "plugin_package" else ".json"), text)
    return content.getvalue()


MULTI = archive(
    plugin_multi_manifest=json.dumps({"manifestVersion": "1.0.0", "manifests": ["newest.json"]}),
    newest=json.dumps(GOOD),
)
PACKED = archive(plugin_package='<pluginPackage id="com.example.notes" version="1.0.0"/>')


def record(url, kind=REMOTE, **pair):
    server = Server(url, "MANIFEST_SERVER", **pair)
    return Extension("com.example.notes", "1.0.0", client=Client(url, kind, "1.0.0"), servers=(server,))


@pytest.fixture
def site(secured, local):
    """``site(body)``: the URL of a server that gives ``body``."""

    def start(body):
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        return f"https://localhost:{secured(local, sends(answer(data)))}/plugin"

    return start


def verify(extension):
    manifest.check_client_url(extension, manifest.build_delivery_check(5))


@pytest.mark.parametrize("pair", ["thumbprint", "sha1", "certificate"])
def test_a_good_manifest_from_exactly_the_registered_server(site, local, pair):
    given = {
        "thumbprint": {"thumbprint": compute_thumbprint(local.der)},
        "sha1": {"thumbprint": compute_thumbprint(local.der, "sha1")},
        "certificate": {"certificate": local.pem},
    }
    verify(record(site(GOOD), **given[pair]))


def test_a_multi_manifest(site, local):
    verify(record(site(MULTI), certificate=local.pem))


def test_without_tls(listen):
    verify(record(f"http://localhost:{listen(sends(answer(json.dumps(GOOD).encode())))}/plugin.json"))


def test_a_package(site, local):
    verify(record(site(PACKED), PACKAGE, certificate=local.pem))


@pytest.mark.parametrize("kind", ["com.example.other", None])
def test_what_is_no_client_plug_in_is_left_alone(kind):
    extension = record("https://localhost:1/x", kind or REMOTE)
    verify(extension if kind else Extension("k", "1", servers=extension.servers))


@pytest.mark.parametrize(
    ("body", "kind", "text"),
    [
        (BAD, REMOTE, "so that no client would show the plug-in: $.global.view.uri is missing"),
        (b"{", REMOTE, "cannot be used: line 1, column 2 "),
        (b"PK nonsense", REMOTE, "cannot be used: the archive "),
        (
            archive(plugin_multi_manifest='{"manifests": ["a.json"]}', a=json.dumps(BAD)),
            REMOTE,
            "a.json: $.global.view",
        ),
        (GOOD, PACKAGE, "is not a ZIP archive"),
        (
            archive(plugin_package='<pluginPackage id="other" version="1.0.0"/>'),
            PACKAGE,
            "the id of the package at",
        ),
        (
            archive(plugin_package='<pluginPackage id="com.example.notes" version="1.1"/>'),
            PACKAGE,
            "is '1.1', but '1.0.0' would",
        ),
    ],
)
def test_what_no_client_can_use(site, local, body, kind, text):
    with pytest.raises(PreflightError, match=r"^`verify_manifest` ") as caught:
        verify(record(site(body), kind, certificate=local.pem))
    assert text in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("thumbprint", [OTHER, "nonsense", None])
def test_another_server_is_not_believed(site, thumbprint):
    with pytest.raises(PreflightError, match="set `verify_manifest` to false if only the vCenters can reach it"):
        verify(record(site(GOOD), thumbprint=thumbprint))


@pytest.fixture
def folder(secured, local):
    """``folder(...)``: a manifest that names a page and icons, with what the server gives for these. Gives its URL."""

    def start(connections, page=None, icons=None, first=None):
        named = {**GOOD, "definitions": {**GOOD["definitions"], "iconSpriteSheet": {"uri": "i/icons.png", **SHEET}}}
        given = {
            "/n/plugin.json": first or answer(json.dumps(named).encode()),
            "/n/index.html": page or answer(b"<p>", Content_Type="text/html"),
            "/n/i/icons.png": icons or answer(b"PNG", Content_Type="image/png"),
        }
        return f"https://localhost:{secured(local, keeps_open(given, connections))}/n/plugin.json"

    return start


SHEET = {"definitions": {"notes": {"x": 0, "y": 0}}}
FILES = ["/n/index.html", "/n/i/icons.png"]


def test_all_files_of_a_good_manifest(folder, local):
    connections = []
    manifest.check_client_url(
        record(folder(connections), certificate=local.pem), manifest.build_delivery_check(5, files=True)
    )
    assert [path for paths in connections for path in paths] == ["/n/plugin.json", *FILES]
    assert FILES in connections, "one connection for all files"


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (
            {"icons": answer(b"", "404 x")},
            "that a browser could not load: URLi/icons.png is answered with 404 Not",
        ),
        ({"page": answer(b"x", Content_Type="text/plain")}, "URLindex.html has the content type text/plain instead of"),
        (
            {"page": answer(b"", "500 x"), "icons": answer(b"", Content_Type="image/png")},
            "URLindex.html is answered with 500 Internal Server Error, URLi/icons.png is empty; publish what is",
        ),
        ({"first": answer(json.dumps(BAD).encode())}, "so that no client would show the plug-in"),
        ({"first": answer(b"", "404 x")}, "set `verify_files` to false if only the vCenters can reach it"),
    ],
    ids=["icons missing", "page of text", "both", "manifest wrong", "manifest missing"],
)
def test_files_that_a_browser_could_not_load(folder, local, given, says):
    connections = []
    url = folder(connections, **given)
    with pytest.raises(PreflightError, match=r"^`verify_files` ") as caught:
        manifest.check_client_url(record(url, certificate=local.pem), manifest.build_delivery_check(5, files=True))
    assert says.replace("URL", url.removesuffix("plugin.json")) in str(caught.value)
    assert str(caught.value).isprintable()
    asked = [path for paths in connections for path in paths]
    assert asked == ["/n/plugin.json", *([] if "first" in given else FILES)]


def test_another_server_is_asked_for_no_file(folder):
    connections = []
    with pytest.raises(PreflightError, match="presents the certificate"):
        manifest.check_client_url(
            record(folder(connections), thumbprint=OTHER), manifest.build_delivery_check(5, files=True)
        )
    assert not any(connections)


@pytest.mark.parametrize(("body", "kind"), [(MULTI, REMOTE), (PACKED, PACKAGE)], ids=["multi-manifest", "package"])
def test_no_files_where_nobody_says_where_they_are(secured, local, body, kind):
    connections = []
    port = secured(local, keeps_open({"/n/it.zip": answer(body)}, connections))
    extension = record(f"https://localhost:{port}/n/it.zip", kind, certificate=local.pem)
    manifest.check_client_url(extension, manifest.build_delivery_check(5, files=True))
    assert connections == [["/n/it.zip"]]


def test_checks_are_asked_for_one_by_one():
    assert build_preflight(PreflightChecks(), timeout=1) is None
    asked = []

    def share(look):
        asked.append(look)
        return look

    for options, count in (((True, False), 1), ((False, True), 1), ((True, True), 2), ((False, False, True), 1)):
        asked.clear()
        assert build_preflight(PreflightChecks(*options), 1, share) is not None
        assert len(asked) == count


@pytest.mark.parametrize(
    ("files", "options"),
    [
        ({"a"}, {"verify_servers": True, "verify_manifest": False, "verify_files": False}),
        ({"b"}, {"verify_servers": False, "verify_manifest": True, "verify_files": False}),
        ({"b"}, {"verify_servers": False, "verify_manifest": False, "verify_files": True}),
        ({"a", "b"}, {"verify_servers": True, "verify_manifest": True, "verify_files": True}),
    ],
)
def test_the_checks_of_a_task_are_run(local, files, options):
    checks = checks_of_options(options)
    assert (checks.servers, checks.manifest, checks.files) == tuple(options.values())
    asked = []

    def share(request):
        def record_request(*arguments):
            is_certificate = arguments == ("plugins.example.com", 443)
            asked.append("a" if is_certificate else "b")
            if not is_certificate:
                assert request.args == (7, options["verify_files"])
            return local.der

        return record_request

    preflight = build_preflight(checks, 7, share)
    assert preflight is not None
    preflight(record("https://plugins.example.com/plugin.json", thumbprint=compute_thumbprint(local.der)))
    assert sorted(asked) == sorted(files)


HTTPS, HTTP = "https://a.example.com/p", "http://a.example.com/p"


@pytest.mark.parametrize(
    ("url", "server", "pin"),
    [
        (HTTPS, Server(HTTPS, "", thumbprint=OTHER.lower()), OTHER),
        (HTTPS, Server(HTTPS, ""), None),
        (HTTPS, None, None),
        (HTTP, Server(HTTPS, "", thumbprint=OTHER), None),
        (HTTPS, Server(HTTP, "", thumbprint=OTHER), None),
        (HTTPS, Server(HTTPS, "", thumbprint=OTHER, certificate=offered().pem), offered().sha256),
    ],
)
def test_what_a_client_trusts(url, server, pin):
    assert manifest.registered_pin(url, server) == pin


def test_without_jsonschema_a_manifest_is_not_checked_but_a_package_is(monkeypatch, site, local):
    monkeypatch.setattr(manifest.schema_check, "HAS_JSONSCHEMA", False)
    verify(record(site(PACKED), PACKAGE, certificate=local.pem))
    with pytest.raises(PreflightError, match="needs the Python library jsonschema") as caught:
        verify(record("https://localhost:1/", certificate=local.pem))
    assert caught.value.option == "verify_manifest"


@pytest.mark.parametrize(
    ("kind", "body", "limit"), [(REMOTE, GOOD, manifest.MAX_BYTES), (PACKAGE, PACKED, manifest.package.MAX_BYTES)]
)
def test_a_package_may_be_larger_than_a_manifest(monkeypatch, kind, body, limit):
    def download(url, **given):
        assert given | {"url": url} == {
            "url": "https://a.example.com/",
            "limit": limit,
            "timeout": 5,
            "thumbprint": OTHER,
        }
        return body if isinstance(body, bytes) else json.dumps(body).encode()

    monkeypatch.setattr(manifest.http_get, "download", download)
    verify(record("https://a.example.com/", kind, thumbprint=OTHER))


@pytest.mark.parametrize(
    ("data", "kind", "names", "usable"),
    [
        (json.dumps(GOOD).encode(), "manifest", [""], True),
        (json.dumps(BAD).encode(), "manifest", [""], False),
        (MULTI, "multi_manifest", ["newest.json"], True),
    ],
)
def test_a_delivery(data, kind, names, usable):
    delivery = manifest.read_delivery(data)
    assert (delivery.kind, delivery.usable) == (kind, usable)
    assert [name for name, _content in delivery.manifests] == names
