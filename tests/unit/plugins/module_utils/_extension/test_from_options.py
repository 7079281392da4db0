# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Options in, record out, and back again."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._errors import OptionError
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._extension.from_options import (
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


def wish(**options):
    return desired_from_options({"key": "com.example.notes", "state": "present", **options}, strict=True)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"key": "a,b"}, "key: 'a,b' cannot be an extension key, ',' is not allowed in it; use"),
        ({"key": "ü"}, "key: 'ü' cannot be an extension key, 'ü' is not allowed in it; use"),
        ({"key": " "}, "key: is missing; give the key of the extension"),
        ({"key": None}, "key: is missing; give the key of the extension"),
        ({"version": ""}, "version: '' is empty; give 1 to 4 numbers"),
        ({"client_type": ""}, "client_type: '' is empty; leave it out"),
        (
            {"url": "ftp://x"},
            "url: 'ftp://x' is not such an address as a vSphere Client can open; give the http or https URL",
        ),
        ({"url": ""}, "url: '' is not such an address"),
        ({"url": "https://"}, "url: 'https://' is not such an address"),
        ({"url": "https://a:99999/p"}, "url: 'https://a:99999/p' is not such an address"),
        ({"url": "https://a/b c"}, "url: 'https://a/b c' contains white space"),
        ({"server": {"url": "nonsense"}}, "server.url: 'nonsense' is not such an address"),
        ({"server_thumbprint": "12:34"}, "server_thumbprint: '12:34' "),
        ({"server_certificate": "hello"}, "server_certificate: "),
        (
            {"server_certificate_path": "/nonexistent/x.pem"},
            "server_certificate_path: /nonexistent/x.pem cannot be read (No such",
        ),
        ({"plugin_servers": [{"url": "x"}]}, "plugin_servers[0].url: 'x' is not such an address"),
        (
            {"plugin_servers": [{"url": URL}, {"url": URL, "server_thumbprint": "z"}]},
            "plugin_servers[1].server_thumbprint: 'z' ",
        ),
        ({"resources": {"en": "text"}}, "resources: a locale without its map"),
        ({"resources": ["en"]}, "resources: a locale without its map"),
        ({"resources": 5}, "resources: a locale without its map"),
        ({"other": {"healthinfo": {}}}, "other: there is no field 'healthinfo' to be set here; there are type,"),
        ({"other": {"healthInfo": "x"}}, "other.healthInfo: 'x' is not a dictionary; give one with url"),
        ({"other": {"healthInfo": {"uri": "x"}}}, "other.healthInfo: there is no field 'uri'; there are url"),
        ({"other": {"managedEntityInfo": {}}}, "other.managedEntityInfo: {} is not a list"),
        ({"other": {"managedEntityInfo": [{"type": 1}]}}, "other.managedEntityInfo[0].type: 1 is not a text"),
        ({"other": {"extendedProductInfo": {"self": "vm-1"}}}, "other.extendedProductInfo.self: 'vm-1' is no managed"),
    ],
)
def test_one_sentence_that_names_the_option(options: dict, message: str) -> None:
    with pytest.raises(OptionError) as caught:
        wish(**options)
    assert str(caught.value).startswith(message)
    assert "\n" not in str(caught.value)


def test_a_password_in_the_url_is_refused_and_not_repeated() -> None:
    with pytest.raises(OptionError, match=r"^url: ") as caught:
        wish(url="https://me:secret@example.com/plugin.json")
    assert "secret" not in str(caught.value)


def test_absent_needs_the_key_alone() -> None:
    assert not desired_from_options({"key": "k", "state": "absent", "url": "nonsense"}).present


@pytest.mark.parametrize("text", [THUMBPRINT.lower(), THUMBPRINT.replace(":", ""), THUMBPRINT.replace(":", " ")])
def test_notations_of_a_thumbprint_are_one(text: str) -> None:
    assert wish(server_thumbprint=text).thumbprint == THUMBPRINT


def test_shapes_of_the_sdk_tool() -> None:
    wanted = wish(
        tasks=[{"id": "t"}],
        events=[{"id": "e", "schema": "<EventType/>"}, {"id": "f", "schema": None}],
        faults=[{"id": "x"}],
        privileges=[{"group": "g", "privileges": [{"id": "p"}, {"full_id": "other.p"}]}],
        resources={"en": {"t.label": "Task"}, "de": {"t.label": "Aufgabe"}},
    )
    assert wanted.tasks == ("t",)
    assert wanted.events == (Event("e", "<EventType/>"), Event("f"))
    assert wanted.faults == ("x",)
    assert wanted.privileges == (Privilege("g.p", "g"), Privilege("other.p", "g"))
    assert wanted.resources == (
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
    "a key that nobody may write": Extension("a,b/c", "1"),
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


@pytest.mark.parametrize("record", ROUND_TRIPS.values(), ids=ROUND_TRIPS.keys())
def test_what_is_read_can_be_fed_back(record: Extension) -> None:
    assert not plan(desired_from_options({"state": "present", **to_options(record)}), record, now=NOW).changed


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"url": "nonsense"}, "url: 'nonsense' is not such an address"),
        ({"version": ""}, "version: '' is empty"),
        ({"server_certificate": "nonsense"}, "server_certificate: "),
        ({"server_thumbprint": "nonsense"}, "server_thumbprint: 'nonsense'"),
        ({"plugin_servers": [{"url": "nonsense"}]}, "plugin_servers[0].url: 'nonsense' is not such an address"),
    ],
)
def test_what_may_be_fed_back_is_never_written(options: dict, message: str) -> None:
    wanted = desired_from_options(
        {"key": "com.example.notes", "version": "1", "url": URL, "state": "present", **options}
    )
    for current in (None, Extension("com.example.notes", "1", servers=(Server(URL, "HTTPS"),))):
        with pytest.raises(OptionError) as caught:
            plan(wanted, current, now=NOW)
        assert str(caught.value).startswith(message)


def test_a_key_that_nobody_may_write_can_be_unregistered() -> None:
    wanted = desired_from_options({"key": "a,b", "state": "absent"})
    assert plan(wanted, Extension("a,b", "1"), now=NOW).action == "unregister"


@pytest.mark.parametrize("name", ["bare", "only a client", "only a server"])
def test_what_is_read_makes_the_same_record_elsewhere(name: str) -> None:
    record = ROUND_TRIPS[name]
    assert plan(desired_from_options({"state": "present", **to_options(record)}), None, now=NOW).after == record
