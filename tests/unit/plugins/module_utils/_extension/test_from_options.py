# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Options in, record out, and back again."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path

import pytest
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._errors import OptionError
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._extension import from_options
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._extension.from_options import (
    certificate_from_options,
    desired_from_options,
)
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._extension.model import (
    Client,
    Event,
    Extension,
    Privilege,
    Resource,
    Server,
)
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._extension.plan import plan
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._extension.to_options import (
    to_options,
)

NOW = datetime(2030, 1, 1, tzinfo=timezone.utc)
URL = "https://plugins.example.com/notes/plugin.json"
THUMBPRINT = ":".join(["AB"] * 32)


def strict_desired(**options):
    return desired_from_options({"key": "com.example.notes", "state": "present", **options}, strict=True)


@pytest.mark.parametrize(
    ("options", "option", "word"),
    [
        ({"key": "a,b"}, "key", "must not contain ',', got 'a,b'"),
        ({"key": "ü"}, "key", "must not contain 'ü'"),
        ({"key": " "}, "key", "must be set"),
        ({"key": None}, "key", "must be set"),
        ({"version": ""}, "version", "must not be empty"),
        ({"client_type": ""}, "client_type", "must not be empty"),
        ({"url": "ftp://x"}, "url", "must be an http or https URL"),
        ({"url": ""}, "url", "must be an http or https URL"),
        ({"url": "https://"}, "url", "must be an http or https URL"),
        ({"url": "https://a:99999/p"}, "url", "must be an http or https URL"),
        ({"url": "https://a/b c"}, "url", "white space"),
        ({"server": {"url": "nonsense"}}, "server.url", "must be an http or https URL"),
        ({"server_thumbprint": "12:34"}, "server_thumbprint", "'12:34'"),
        ({"server_certificate": "hello"}, "server_certificate", "holds no certificate"),
        ({"plugin_servers": [{"url": "x"}]}, "plugin_servers[0].url", "got 'x'"),
        (
            {"plugin_servers": [{"url": URL}, {"url": URL, "server_thumbprint": "z"}]},
            "plugin_servers[1].server_thumbprint",
            "'z'",
        ),
        ({"resources": {"en": "text"}}, "resources", "must be a dictionary of locales"),
        ({"resources": ["en"]}, "resources", "must be a dictionary of locales"),
        ({"resources": 5}, "resources", "must be a dictionary of locales"),
        ({"other": {"healthinfo": {}}}, "other", "has no field 'healthinfo'"),
        ({"other": {"healthInfo": "x"}}, "other.healthInfo", "must be a dictionary with url"),
        ({"other": {"healthInfo": {"uri": "x"}}}, "other.healthInfo", "has no field 'uri'"),
        ({"other": {"managedEntityInfo": {}}}, "other.managedEntityInfo", "must be a list"),
        ({"other": {"managedEntityInfo": [{"type": 1}]}}, "other.managedEntityInfo[0].type", "must be a text"),
        ({"other": {"extendedProductInfo": {"self": "vm-1"}}}, "other.extendedProductInfo.self", "managed object"),
    ],
)
def test_the_error_names_the_option(options: dict, option: str, word: str) -> None:
    with pytest.raises(OptionError) as caught:
        strict_desired(**options)
    assert caught.value.option == option
    assert word in caught.value.problem()
    assert str(caught.value).startswith(f"`{option}` ")
    assert "\n" not in str(caught.value)


def test_a_password_in_the_url_is_refused_and_not_repeated() -> None:
    with pytest.raises(OptionError) as caught:
        strict_desired(url="https://me:secret@example.com/plugin.json")
    assert caught.value.option == "url"
    assert "secret" not in str(caught.value)


@pytest.fixture(params=["missing", "directory", "fifo", "device", "too large", "empty"])
def unusable(request, tmp_path: Path) -> str:
    """A path that no certificate can be read from."""
    path = tmp_path / "certificate.pem"
    if request.param == "directory":
        path.mkdir()
    elif request.param == "fifo":
        os.mkfifo(path)
    elif request.param == "device":
        return "/dev/zero"
    elif request.param == "too large":
        path.write_bytes(b" " * (1024 * 1024 + 1))
    elif request.param == "empty":
        path.touch()
    return str(path)


@pytest.mark.parametrize("state", ["present", "absent"])
def test_a_certificate_file_that_cannot_be_used(unusable: str, state: str) -> None:
    if state == "absent":
        assert not desired_from_options({"key": "k", "state": state, "server_certificate_path": unusable}).present
        return
    with pytest.raises(OptionError) as caught:
        desired_from_options({"key": "k", "state": state, "server_certificate_path": unusable})
    assert caught.value.option == "server_certificate_path"
    assert unusable in caught.value.problem()
    assert "\n" not in str(caught.value)


def test_a_certificate_file_of_an_auxiliary_server_that_cannot_be_used(unusable: str) -> None:
    servers = [{"url": URL}, {"url": URL, "server_certificate_path": unusable}]
    with pytest.raises(OptionError) as caught:
        desired_from_options({"key": "k", "plugin_servers": servers})
    assert caught.value.option == "plugin_servers[1].server_certificate_path"
    assert unusable in caught.value.problem()


def test_a_certificate_file(make, tmp_path: Path) -> None:
    made = make("plugins.example.com", ("DNS:plugins.example.com",))
    path = tmp_path / "certificate.pem"
    path.write_text(made.pem)
    offered = certificate_from_options({"server_certificate_path": str(path)})
    assert offered is not None
    assert (offered.pem, offered.sans) == (made.pem, ("DNS:plugins.example.com",))
    assert certificate_from_options({"server_certificate": made.pem}) == offered
    assert certificate_from_options({}) is None


def test_absent_requires_the_key_only() -> None:
    assert not desired_from_options({"key": "k", "state": "absent", "url": "nonsense"}).present


def test_an_empty_certificate_removes_the_registered_one(make) -> None:
    made = make()
    assert not desired_from_options({"key": "k"}).drop_certificate
    desired = desired_from_options({"key": "k", "server_certificate": ""})
    assert (desired.drop_certificate, desired.certificate, desired.deferred_errors) == (True, None, ())
    current = Extension("k", "1", servers=(Server(URL, "HTTPS", thumbprint=THUMBPRINT, certificate=made.pem),))
    after = plan(desired, current, now=NOW).after
    assert after is not None
    assert after.servers == (Server(URL, "HTTPS", thumbprint=THUMBPRINT),)


def test_an_empty_thumbprint_of_an_auxiliary_server_leaves_its_certificate_alone(make) -> None:
    pem = make("plugins.example.com", ("DNS:plugins.example.com",)).pem
    servers = [
        {"url": URL, "server_certificate": pem, "server_thumbprint": ""},
        {"url": URL, "server_thumbprint": ""},
        {"url": URL, "server_certificate": pem},
    ]
    desired = strict_desired(plugin_servers=servers)
    assert desired.plugin_servers is not None
    computed = desired.plugin_servers[2].thumbprint
    assert [(server.certificate, server.thumbprint) for server in desired.plugin_servers] == [
        (pem, None),
        (None, None),
        (pem, computed),
    ]
    assert computed is not None and computed == desired.certificates[0].sha256


def test_a_thumbprint_of_another_certificate_of_an_auxiliary_server(make) -> None:
    pem = make().pem
    own = strict_desired(plugin_servers=[{"url": URL, "server_certificate": pem}]).certificates[0]
    for thumbprint in (own.sha1, own.sha256):
        servers = [{"url": URL, "server_certificate": pem, "server_thumbprint": thumbprint}]
        assert strict_desired(plugin_servers=servers).plugin_servers[0].thumbprint == thumbprint
    with pytest.raises(OptionError, match="must be the thumbprint of the certificate of the same server") as caught:
        strict_desired(plugin_servers=[{"url": URL, "server_certificate": pem, "server_thumbprint": THUMBPRINT}])
    assert (caught.value.option, caught.value.value) == ("plugin_servers[0].server_thumbprint", THUMBPRINT)


@pytest.mark.parametrize(
    ("owner", "refused"),
    [
        ({"url": "https://other.example.com/plugin.json"}, True),
        ({"company": "Other"}, True),
        ({"url": URL, "company": "Example"}, False),
        ({}, False),
    ],
)
def test_a_record_of_another_owner_is_not_removed_with_takeover_refuse(owner: dict, refused: bool) -> None:
    current = Extension("k", "1", company="Example", client=Client(URL, "vsphere-client-remote", "1"))
    options = {"key": "k", "state": "absent", **owner}
    assert plan(desired_from_options({**options, "takeover": "allow"}), current, now=NOW).action == "unregister"
    desired = desired_from_options({**options, "takeover": "refuse"})
    if not refused:
        assert plan(desired, current, now=NOW).action == "unregister"
        return
    with pytest.raises(OptionError) as caught:
        plan(desired, current, now=NOW)
    assert (caught.value.option, caught.value.value) == ("takeover", "refuse")


@pytest.mark.parametrize("text", [THUMBPRINT.lower(), THUMBPRINT.replace(":", ""), THUMBPRINT.replace(":", " ")])
def test_notations_of_a_thumbprint(text: str) -> None:
    assert strict_desired(server_thumbprint=text).thumbprint == THUMBPRINT


def test_shapes_of_the_sdk_tool() -> None:
    desired = strict_desired(
        tasks=[{"id": "t"}],
        events=[{"id": "e", "schema": "<EventType/>"}, {"id": "f", "schema": None}],
        faults=[{"id": "x"}],
        privileges=[{"group": "g", "privileges": [{"id": "p"}, {"full_id": "other.p"}]}],
        resources={"en": {"t.label": "Task"}, "de": {"t.label": "Aufgabe"}},
    )
    assert desired.tasks == ("t",)
    assert desired.events == (Event("e", "<EventType/>"), Event("f"))
    assert desired.faults == ("x",)
    assert desired.privileges == (Privilege("g.p", "g"), Privilege("other.p", "g"))
    assert desired.resources == (
        Resource("en", "resources", (("t.label", "Task"),)),
        Resource("de", "resources", (("t.label", "Aufgabe"),)),
    )


ROUND_TRIPS = {
    "bare": Extension("com.example.notes", "1"),
    "only a client": Extension("com.example.notes", "1", client=Client(URL, "vsphere-client-serenity", "1")),
    "only a server": Extension("com.example.notes", "1", servers=(Server(URL, "HTTPS", thumbprint=THUMBPRINT),)),
    "odd values": Extension(
        "com.example.notes",
        "1.2-rc1",
        "Label",
        "Summary",
        "Company",
        Client(URL, "com.example.clientType", "0.9", "client label", "", "client company"),
        (
            Server(
                "https://plugins.example.com", "HTTPS", "server label", "server summary", "", (), "not a thumbprint"
            ),
            Server("https://b.example.com/", "", "b", "", "", ("x@example.com",), THUMBPRINT, "no certificate"),
            Server("", "API", admin_email=(), thumbprint="no thumbprint"),
        ),
        ("t",),
        (Event("e", "<a/>"), Event("f")),
        ("x",),
        (Privilege("g.p", "g"), Privilege("q", "g"), Privilege("h.p", "h")),
        (Resource("en", "task", (("a", "b"),)), Resource("en", "", (("c", "d"), ("c", "e")))),
        True,
        {"subjectName": "somebody", "healthInfo": {"url": "h"}, "client": [{"type": "second"}]},
    ),
    "an invalid key": Extension("a,b/c", "1"),
    "no version": Extension("com.example.notes", ""),
    "a server without a type": Extension("com.example.notes", "1", servers=(Server(URL, ""),)),
    "no URL": Extension("com.example.notes", "1", client=Client("", "", ""), servers=(Server("", "HTTPS"),)),
    "a password in the URL": Extension("com.example.notes", "1", client=Client("https://a:b@c/", "x", "1")),
    "a package over http with a server": Extension(
        "com.example.notes",
        "1",
        client=Client("http://a/p.zip", "vsphere-client-serenity", "1"),
        servers=(Server("http://a/p.zip", "HTTPS"),),
    ),
    "a pair that does not match": Extension(
        "com.example.notes", "1", servers=(Server(URL, "HTTPS", thumbprint=THUMBPRINT, certificate="nonsense"),)
    ),
}


def test_a_certificate_without_thumbprint_can_be_given_back_unchanged(make) -> None:
    alone = Server(URL, "HTTPS", certificate=make("plugins.example.com", ("DNS:plugins.example.com",)).pem)
    record = Extension("com.example.notes", "1", servers=(alone, alone))
    options = to_options(record)
    assert options["server_thumbprint"] == options["plugin_servers"][0]["server_thumbprint"] == ""
    desired = desired_from_options({"state": "present", **options})
    assert desired.deferred_errors == ()
    for current in (record, None, replace(record, servers=(replace(alone, thumbprint=THUMBPRINT), alone))):
        after = plan(desired, current, now=datetime.now(timezone.utc)).after
        assert after is not None and after.servers == record.servers


@pytest.mark.parametrize("record", ROUND_TRIPS.values(), ids=ROUND_TRIPS.keys())
def test_a_record_can_be_given_back_unchanged(record: Extension) -> None:
    assert not plan(desired_from_options({"state": "present", **to_options(record)}), record, now=NOW).changed


@pytest.mark.parametrize(
    ("options", "option"),
    [
        ({"url": "nonsense"}, "url"),
        ({"version": ""}, "version"),
        ({"server_certificate": "nonsense"}, "server_certificate"),
        ({"server_thumbprint": "nonsense"}, "server_thumbprint"),
        ({"plugin_servers": [{"url": "nonsense"}]}, "plugin_servers[0].url"),
    ],
)
def test_a_deferred_error_is_raised_before_something_would_be_written(options: dict, option: str) -> None:
    desired = desired_from_options(
        {"key": "com.example.notes", "version": "1", "url": URL, "state": "present", **options}
    )
    for current in (None, Extension("com.example.notes", "1", servers=(Server(URL, "HTTPS"),))):
        with pytest.raises(OptionError) as caught:
            plan(desired, current, now=NOW)
        assert caught.value is desired.deferred_errors[0]
        assert caught.value.option == option


def test_an_invalid_key_can_be_unregistered() -> None:
    desired = desired_from_options({"key": "a,b", "state": "absent"})
    assert plan(desired, Extension("a,b", "1"), now=NOW).action == "unregister"


@pytest.mark.parametrize("name", ["bare", "only a client", "only a server"])
def test_a_record_can_be_registered_elsewhere(name: str) -> None:
    record = ROUND_TRIPS[name]
    assert plan(desired_from_options({"state": "present", **to_options(record)}), None, now=NOW).after == record


def test_a_certificate_that_is_none_cannot_be_renewed() -> None:
    with pytest.raises(OptionError, match="holds no certificate") as caught:
        certificate_from_options({"server_certificate": "nonsense"})
    assert caught.value.option == "server_certificate"


@pytest.mark.parametrize("option", ["server_certificate", "server_certificate_path"])
def test_a_certificate_needs_cryptography(monkeypatch: pytest.MonkeyPatch, option: str) -> None:
    monkeypatch.setattr(from_options.x509, "HAS_CRYPTOGRAPHY", False)
    assert desired_from_options({"key": "k", "server_thumbprint": THUMBPRINT}).thumbprint == THUMBPRINT
    with pytest.raises(OptionError, match="needs the Python library cryptography") as caught:
        desired_from_options({"key": "k", option: "x"})
    assert caught.value.option == option
