# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""The modules that inspect a manifest or a package: which option an error names."""

from __future__ import annotations

import io
import json
import zipfile

import pytest
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._certificate.thumbprint import (
    compute_thumbprint,
)
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._errors import OptionError
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._extension.model import (
    REMOTE,
    Client,
    Extension,
    Server,
)
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._preflight.manifest_info import (
    inspect_manifest,
    require_manifest_url,
)
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._preflight.package_info import inspect_package
from ansible_collections.vsphere_ops.client_plugin.tests.unit.plugins.module_utils.web import answer, keeps_open

MANIFEST = {
    "manifestVersion": "1.2.0",
    "requirements": {"plugin.api.version": "1.2.0"},
    "configuration": {"nameKey": "name"},
    "global": {"view": {"uri": "index.html"}},
    "definitions": {"i18n": {"locales": ["en-US"], "definitions": {"name": {"en-US": "Notes"}}}},
}
OTHER = ":".join(["AB"] * 32)
TRUST = {"server_thumbprint": None, "ca_path": None, "validate_certs": True, "timeout": 5}
MANIFEST_OPTIONS = {
    **TRUST,
    "key": None,
    "server_certificate": None,
    "unknown_properties": "warn",
    "strict": False,
    "targets": [],
    "files": False,
}


@pytest.fixture
def site(secured, local):
    files = {"/plugin.json": answer(json.dumps(MANIFEST).encode()), "/text": answer(b"text")}
    return f"https://localhost:{secured(local, keeps_open(files))}"


@pytest.fixture
def pin(local):
    return compute_thumbprint(local.der)


def record(url, **pair):
    return Extension("com.example.notes", "1", client=Client(url, REMOTE, "1"), servers=(Server(url, "", **pair),))


def test_a_manifest_at_a_url(site, pin):
    options = {**MANIFEST_OPTIONS, "url": f"{site}/plugin.json", "server_thumbprint": pin, "files": True}
    result = inspect_manifest(options, None)
    assert (result["url"], result["kind"], result["valid"]) == (options["url"], "manifest", True)
    assert result["manifests"] == [{"name": "plugin.json", "manifest": MANIFEST}]
    assert result["extension"] is None
    assert [file["ok"] for file in result["files"]] == [False]


def test_a_manifest_of_a_record(site, local):
    result = inspect_manifest({**MANIFEST_OPTIONS, "url": None}, record(f"{site}/plugin.json", certificate=local.pem))
    assert result["valid"] and "files" not in result
    assert result["extension"]["key"] == "com.example.notes"


def inspect(kind, options):
    if kind == "manifest":
        return inspect_manifest({**MANIFEST_OPTIONS, **options}, None)
    return inspect_package({**TRUST, **options})


@pytest.mark.parametrize(
    ("path", "trust", "option"),
    [
        ("/missing", {}, "url"),
        ("/text", {}, "url"),
        ("/two words", {}, "url"),
        ("/plugin.json", {"server_thumbprint": OTHER}, "server_thumbprint"),
        ("/plugin.json", {"server_thumbprint": "nonsense"}, "server_thumbprint"),
        ("/plugin.json", {"server_thumbprint": None}, "url"),
        ("/plugin.json", {"server_thumbprint": None, "ca_path": "/no/such/file"}, "ca_path"),
        ("/plugin.json", {"timeout": 0}, "timeout"),
    ],
)
@pytest.mark.parametrize("kind", ["manifest", "package"])
def test_the_option_of_an_error(site, pin, path, trust, option, kind):
    options = {"url": site + path, "path": None, "server_thumbprint": pin, **trust}
    with pytest.raises(OptionError) as caught:
        inspect(kind, options)
    assert caught.value.option == option
    assert str(caught.value).isprintable()


@pytest.mark.parametrize("pair", [{"thumbprint": OTHER}, {"thumbprint": "nonsense"}, {}])
def test_an_error_of_a_record_names_its_key(site, pair):
    with pytest.raises(OptionError) as caught:
        inspect_manifest({**MANIFEST_OPTIONS, "url": None}, record(f"{site}/plugin.json", **pair))
    assert caught.value.option == "key"


@pytest.mark.parametrize("found", [None, Extension("k", "1"), record("")])
def test_a_key_without_a_manifest(found):
    with pytest.raises(OptionError) as caught:
        require_manifest_url(found, {"key": "k", "hostname": "vc.example.com"})
    assert (caught.value.option, caught.value.value) == ("key", "k")


def test_a_package_in_no_file():
    with pytest.raises(OptionError) as caught:
        inspect_package({**TRUST, "path": "/no/such/file", "url": None})
    assert caught.value.option == "path"


def test_the_record_of_a_key_with_a_manifest():
    found = record("https://a.example.com/plugin.json")
    assert require_manifest_url(found, {"key": "k", "hostname": "vc.example.com"}) is found


def archive(**files):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as opened:
        for name, text in files.items():
            opened.writestr(name.replace("__", ".").replace("_", "-"), text)
    return content.getvalue()


def test_a_multi_manifest_has_the_names_of_its_manifests(secured, local, pin):
    manifests = json.dumps({"manifestVersion": "1.0.0", "manifests": ["newest.json"]})
    data = archive(plugin_multi_manifest__json=manifests, newest__json=json.dumps(MANIFEST))
    port = secured(local, keeps_open({"/all.zip": answer(data)}))
    options = {**MANIFEST_OPTIONS, "url": f"https://localhost:{port}/all.zip", "server_thumbprint": pin}
    result = inspect_manifest(options, None)
    assert (result["kind"], [item["name"] for item in result["manifests"]]) == ("multi_manifest", ["newest.json"])


def test_a_package_in_a_file_and_at_a_url(secured, local, pin, tmp_path):
    description = '<pluginPackage id="p" version="1"><dependencies><pluginPackage id="q" version="2"/></dependencies>'
    data = archive(plugin_package__xml=f"{description}</pluginPackage>")
    (tmp_path / "p.zip").write_bytes(data)
    port = secured(local, keeps_open({"/p.zip": answer(data)}))
    url = f"https://localhost:{port}/p.zip"
    from_file = inspect_package({**TRUST, "path": str(tmp_path / "p.zip"), "url": None})
    assert from_file == inspect_package({**TRUST, "path": None, "url": url, "server_thumbprint": pin.lower()})
    assert from_file["options"] == {"key": "p", "version": "1", "client_type": "vsphere-client-serenity"}
    assert (from_file["package"]["id"], from_file["package"]["size"]) == ("p", len(data))
    assert from_file["package"]["dependencies"] == [{"id": "q", "version": "2"}]


@pytest.mark.parametrize(("path", "trust", "offers"), [("/plugin.json", {}, True), ("/missing", None, False)])
def test_a_thumbprint_is_offered_where_the_server_is_not_trusted(site, pin, path, trust, offers):
    options = {"url": site + path, "path": None, **({"server_thumbprint": pin} if trust is None else {})}
    with pytest.raises(OptionError) as caught:
        inspect("package", options)
    assert ("or give `server_thumbprint`" in str(caught.value)) == offers
