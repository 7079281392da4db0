# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""What is rejected before anything changes, and what results say about a pair."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._errors import OptionError
from ansible_collections.vsphere_ops.client_plugin.tests.unit.plugins.module_utils.hosts import Host

NAME = "plugins.example.com"
SANS = (f"DNS:{NAME}", "IP:192.0.2.10")
SHARED_MEMORY = Path("/dev/shm")


@pytest.fixture
def host(tmp_path, now):
    folder = tmp_path / "tls"
    folder.mkdir()
    return Host(folder, now)


@pytest.fixture
def middle(make, authority):
    return make("Middle", ca=True, issuer=authority)


@pytest.fixture
def good(make, middle):
    return make(NAME, SANS, issuer=middle)


@pytest.fixture
def damage(host, make, middle, authority, good):
    """``damage(what, name)`` writes a pair that is valid except for one property."""

    def put(what, name):
        made, chain = good, (middle,)
        if what in ("expired", "not yet valid"):
            made = make(NAME, SANS, issuer=middle, days=(-9, -1) if what == "expired" else (1, 9))
        elif what == "expired issuer":
            old = make("Middle", ca=True, issuer=authority, days=(-9, -1))
            made, chain = make(NAME, SANS, issuer=old), (old,)
        elif what == "no name":
            made = make(NAME, issuer=middle)
        elif what == "another name":
            made = make(NAME, ("DNS:other.example.com",), issuer=middle)
        elif what == "root in between":
            chain = (authority, middle)
        host.put(name, made, *chain)
        key, certificate = host.folder / f"server.key{name}", host.folder / f"server.pem{name}"
        changes = {
            "wrong key": lambda: key.write_bytes(make().key_pem()),
            "encrypted key": lambda: key.write_bytes(made.key_pem(b"passphrase")),
            "no key": lambda: key.write_bytes(b"something else"),
            "key with it": lambda: certificate.write_bytes(made.pem.encode() + made.key_pem()),
            "issuer first": lambda: certificate.write_text(middle.pem + made.pem),
            "no certificate": lambda: certificate.write_text("something else"),
            "DER": lambda: certificate.write_bytes(made.der),
        }
        changes.get(what, lambda: None)()

    return put


DAMAGES = [
    ("wrong key", "{certificate}", "does not belong to the private key"),
    ("encrypted key", "{key}", "is encrypted"),
    ("no key", "{key}", "private key in PEM"),
    ("key with it", "{certificate}", "holds a private key"),
    ("no certificate", "{certificate}", "no certificate"),
    ("DER", "{certificate}", "is not in PEM"),
    ("issuer first", "{certificate}", "begins with CN=Middle"),
    ("root in between", "{certificate}", "certificate 1 was issued by CN=Middle, and certificate 2 is CN=Example Root"),
    ("expired", "holds", "CN=plugins.example.com, which expired on "),
    ("expired issuer", "holds", "CN=Middle, which expired on "),
    ("not yet valid", "holds", "CN=plugins.example.com, which is not valid before "),
    ("no name", "holds", "CN=plugins.example.com, which has no subjectAltName"),
    ("another name", "holds", "is valid for DNS:other.example.com and not for plugins.example.com in O(hosts)"),
]


@pytest.mark.parametrize("new", [False, True], ids=["in place", "waiting"])
@pytest.mark.parametrize(("what", "where", "says"), DAMAGES, ids=[what for what, *_rest in DAMAGES])
def test_a_pair_that_cannot_be_used(host, damage, what, where, says, new):
    damage("nothing", "")
    damage(what, ".next" if new else "")
    before = host.state()
    with pytest.raises(OptionError) as caught:
        host.run(hosts=[NAME], **(host.waiting() if new else {}))
    ending = ".next" if new else ""
    paths = {"key": f"{host.folder}/server.key{ending}", "certificate": f"{host.folder}/server.pem{ending}"}
    error, message = caught.value, str(caught.value)
    option = "private_key_path" if where == "{key}" else "certificate_path"
    assert error.option == (f"new_{option}" if new else option)
    assert where.format(**paths) in error.reason and says in error.reason
    assert "PRIVATE" not in message and "\n" not in message
    assert (host.state(), host.logged()) == (before, [])


@pytest.mark.parametrize("hosts", [[], [NAME], ["192.0.2.10", NAME.upper()]])
def test_a_pair_that_can_be_used_is_kept(host, damage, hosts):
    damage("nothing", "")
    before = host.state()
    done = host.run(hosts=hosts)
    assert (done["changed"], done["reasons"], done["served"], done["previous_since"]) == (False, [], None, None)
    assert done["chain"] == [f"CN={NAME}", "CN=Middle"]
    assert done["thumbprint"] == done["previous_thumbprint"] == done["certificate"]["thumbprint_sha256"]
    assert done["diff"][0]["before"] == done["diff"][0]["after"] != {}
    assert (host.state(), host.logged()) == (before, [])


def test_a_new_pair_is_installed_and_check_mode_predicts_it(host, damage, good, make):
    host.put("", make("old.example.com"))
    damage("nothing", ".next")
    before = host.state()
    checked = host.run(check=True, **host.waiting(hosts=[NAME], keep_previous=True))
    assert host.state() == before
    done = host.run(**host.waiting(hosts=[NAME], keep_previous=True))
    assert done["reasons"] == checked["reasons"] == ["The new key and the new certificate are installed."]
    assert {**checked, "previous_since": done["previous_since"]} == done
    assert done["previous_since"] and done["previous_thumbprint"] == checked["diff"][0]["after"]["previous"]
    assert host.state() == {
        "server.key": before["server.key.next"],
        "server.key.previous": before["server.key"],
        "server.pem": before["server.pem.next"],
        "server.pem.previous": before["server.pem"],
    }
    assert good.key_pem().decode().splitlines()[1] not in repr(done)


def test_previous_and_settled(host, make):
    host.put("", make("old.example.com"))
    host.put(".next", make(NAME))
    before = {name: content for name, content in host.state().items() if "next" not in name}
    assert not host.run(state="previous")["changed"] and not host.run(state="settled")["changed"]
    host.run(**host.waiting(keep_previous=True))
    back = host.run(state="previous")
    assert back["changed"] and host.state() == before and back["previous_since"] is None
    assert not host.run(state="previous")["changed"]
    host.put(".next", make(NAME))
    host.run(**host.waiting(keep_previous=True))
    settled = host.run(state="settled")
    assert settled["changed"] and sorted(host.state()) == ["server.key", "server.pem"]
    assert [settled["diff"][0][when].get("previous") for when in ("before", "after")] == [
        back["thumbprint"],
        None,
    ]
    assert not host.run(state="settled")["changed"] and not host.run(state="previous")["changed"]


def test_the_previous_pair_is_the_one_just_before_or_none(host, make):
    host.put("", make("first.example.com"))
    for kept in (True, True, False):
        before = host.state()["server.key"]
        host.put(".next", make(NAME))
        host.run(**host.waiting(keep_previous=kept))
        assert host.state().get("server.key.previous") == (before if kept else None)
        assert host.state().keys() & {"server.pem.previous"} == ({"server.pem.previous"} if kept else set())


def test_an_expired_previous_pair_can_be_restored(host, make):
    host.put("", make("old.example.com", days=(-9, -1)))
    host.put(".next", make(NAME))
    host.run(**host.waiting(keep_previous=True))
    assert host.run(state="previous", hosts=[NAME])["certificate"]["expired"]


def test_a_previous_pair_that_does_not_belong_together_is_not_restored(host, make):
    host.put("", make(NAME))
    host.put(".previous", make(NAME))
    (host.folder / "server.key.previous").write_bytes(make().key_pem())
    with pytest.raises(OptionError, match="does not belong to the private key"):
        host.run(state="previous")


def test_a_previous_certificate_without_its_key_does_not_count(host, make):
    """As after an interrupted run with state=settled."""
    host.put("", make(NAME))
    host.put(".previous", make(NAME))
    (host.folder / "server.key.previous").unlink()
    assert not host.run(state="previous")["changed"]
    assert host.run(state="settled")["changed"] and sorted(host.state()) == ["server.key", "server.pem"]


def test_the_previous_pair_is_kept_while_the_live_one_is_unusable(host, make):
    host.put("", make(NAME, days=(-9, -1)))
    host.put(".previous", make(NAME))
    with pytest.raises(OptionError, match="expired on"):
        host.run(state="settled")
    assert len(host.state()) == 4


def test_a_new_certificate_for_the_key_in_place(host, make, middle, authority):
    """The certificates of a CA, in any order; the second run changes nothing."""
    old = make(NAME, SANS)
    host.put("", old)
    new = make(NAME, SANS, issuer=middle, key=old.key)
    text = authority.pem + new.pem + "some words\n" + middle.pem
    done = host.run(new_certificate=text, hosts=[NAME])
    assert done["reasons"] == ["The new certificate is installed."]
    assert done["chain"] == [f"CN={NAME}", "CN=Middle", "CN=Example Root"]
    assert host.state()["server.pem"][0].decode() == new.pem + middle.pem + authority.pem
    assert host.state()["server.key"][0] == old.key_pem()
    assert not host.run(new_certificate=text, hosts=[NAME])["changed"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (
            lambda new, other, _middle: new.pem + other.pem,
            "CN=other.example.com",
        ),
        (lambda _new, other, middle: other.pem + middle.pem, "does not belong to the private key"),
        (lambda new, _other, _middle: new.pem + new.key_pem().decode(), "holds a private key"),
        (lambda _new, _other, _middle: "hello", "no certificate"),
    ],
)
def test_a_text_without_a_valid_chain(host, make, middle, text, says):
    old = make(NAME, SANS)
    host.put("", old)
    new = make(NAME, SANS, issuer=middle, key=old.key)
    with pytest.raises(OptionError) as caught:
        host.run(new_certificate=text(new, make("other.example.com"), middle))
    assert caught.value.option == "new_certificate"
    assert says in caught.value.reason and len(host.state()) == 2


def test_new_files_that_are_installed_already_may_be_missing(host, damage):
    damage("nothing", "")
    assert not host.run(**host.waiting(hosts=[NAME]))["changed"]
    damage("expired", "")
    with pytest.raises(OptionError) as caught:
        host.run(**host.waiting())
    assert caught.value.option == "new_certificate_path"
    assert f"{host.folder}/server.pem.next, which does not exist" in caught.value.reason
    assert "`certificate_path` holds" in str(caught.value) and "expired on" in str(caught.value)


@pytest.mark.parametrize(
    ("gone", "says"),
    [("server.pem.next", "does not exist although its key"), ("server.key.next", "does not belong to the private key")],
)
def test_half_of_a_new_pair(host, damage, make, gone, says):
    host.put("", make(NAME, SANS))
    damage("nothing", ".next")
    (host.folder / gone).unlink()
    with pytest.raises(OptionError, match=says):
        host.run(**host.waiting())
    assert len(host.state()) == 3


@pytest.mark.parametrize(("option", "path"), [("certificate_path", "none.pem"), ("private_key_path", "none.key")])
def test_a_missing_live_file(host, damage, option, path):
    damage("nothing", "")
    with pytest.raises(OptionError, match="does not exist") as caught:
        host.run(**{option: path})
    assert caught.value.option == option


def test_a_link_cannot_be_moved(host, damage):
    damage("nothing", "")
    damage("nothing", ".next")
    (host.folder / "server.key.next").rename(host.folder / "elsewhere")
    (host.folder / "server.key.next").symlink_to("elsewhere")
    with pytest.raises(OptionError, match="is a symbolic link") as caught:
        host.run(**host.waiting())
    assert caught.value.option == "new_private_key_path"


@pytest.mark.skipif(
    not SHARED_MEMORY.is_dir() or os.stat(SHARED_MEMORY).st_dev == os.stat("/tmp").st_dev,
    reason="NOT RUN: there is no second file system",
)
def test_files_on_another_file_system_cannot_be_moved(host, damage):
    damage("nothing", "")
    damage("nothing", ".next")
    elsewhere = SHARED_MEMORY / f"server.pem.{os.getpid()}"
    shutil.move(host.folder / "server.pem.next", elsewhere)
    try:
        with pytest.raises(OptionError, match="is on another file system") as caught:
            host.run(**host.waiting(new_certificate_path=str(elsewhere)))
    finally:
        elsewhere.unlink()
    assert caught.value.option == "new_certificate_path"


def test_a_certificate_file_with_a_key_in_it_is_not_replaced(host, damage):
    damage("key with it", "")
    damage("nothing", ".next")
    with pytest.raises(OptionError, match="holds a private key that would be lost") as caught:
        host.run(**host.waiting())
    assert caught.value.option == "certificate_path"
