# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Plug-in packages: what they say, and that whatever else is handed over is refused in one sentence."""

from __future__ import annotations

import hashlib
import io
import stat
import struct
import zipfile
import zlib

import pytest
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._archive import safe_zip
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._errors import PackageError
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._extension import package as _package
from hypothesis import given, settings
from hypothesis import strategies as st

MANIFEST = """<?xml version="1.0" encoding="UTF-8"?>
<!-- As the SDK guide has it. -->
<pluginPackage id="com.mySolution.myPlugin" version="1.2.0" type="html" name="My Plug-In"
    description="Does this &amp; that" vendor="My Company" iconUri="assets/icon.png">
  <dependencies>
    <pluginPackage id="com.vmware.vsphere.client" version="6.7.0"/>
    <pluginPackage id="com.example.other"/>
  </dependencies>
  <bundlesOrder>
    <bundle id="com.mySolution.myService"/>
    <bundle id="com.mySolution.myUI"/>
  </bundlesOrder>
</pluginPackage>
"""
SMALL = '<pluginPackage id="a" version="1"/>'
XML = "plugin-package.xml"


def entry(name, **properties):
    made = zipfile.ZipInfo(name)
    made.compress_type = zipfile.ZIP_DEFLATED
    for attribute, value in properties.items():
        setattr(made, attribute, value)
    return made


def pack(*members):
    """An archive of names or entries, each with its content. Names may be what zipfile itself would not write."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return file.getvalue()


def small(*members):
    return pack((XML, SMALL), *members)


def patched(data, position, form, *values):
    """The same archive with numbers of the first entry of its table of contents changed."""
    changed = bytearray(data)
    struct.pack_into(form, changed, data.index(b"PK\x01\x02") + position, *values)
    return bytes(changed)


def at_end(data, position, form, value):
    changed = bytearray(data)
    struct.pack_into(form, changed, data.rindex(b"PK\x05\x06") + position, value)
    return bytes(changed)


def with_zip64_end(data):
    """The same archive with the end record of large archives (APPNOTE 4.3.14, 4.3.15) before the usual one."""
    end, table = data.rindex(b"PK\x05\x06"), data.index(b"PK\x01\x02")
    record = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, 1, 1, end - table, table)
    return data[:end] + record + struct.pack("<4sLQL", b"PK\x06\x07", 0, end, 1) + data[end:]


def refused(data):
    with pytest.raises(PackageError) as caught:
        _package.parse_package(data)
    message = str(caught.value)
    assert caught.value.remedy
    assert message.isprintable() and len(message) < 500
    return message


GOOD = pack(
    (XML, MANIFEST),
    ("plugins/", ""),
    ("plugins/my-ui.war", "war"),
    ("plugins/lib/", ""),
    ("plugins/lib/helper.jar", "jar"),
    ("plugins/a.jar", "jar"),
    ("readme.txt", "text"),
)


def test_a_whole_package():
    assert _package.parse_package(GOOD) == _package.PluginPackage(
        id="com.mySolution.myPlugin",
        version="1.2.0",
        type="html",
        name="My Plug-In",
        description="Does this & that",
        vendor="My Company",
        icon_uri="assets/icon.png",
        dependencies=(("com.vmware.vsphere.client", "6.7.0"), ("com.example.other", "")),
        bundles=("com.mySolution.myService", "com.mySolution.myUI"),
        files=("plugins/a.jar", "plugins/lib/helper.jar", "plugins/my-ui.war"),
        size=len(GOOD),
        sha256=hashlib.sha256(GOOD).hexdigest(),
    )


def test_its_options():
    assert _package.package_to_options(_package.parse_package(GOOD)) == {
        "key": "com.mySolution.myPlugin",
        "version": "1.2.0",
        "label": "My Plug-In",
        "summary": "Does this & that",
        "company": "My Company",
        "client_type": "vsphere-client-serenity",
    }


def test_a_package_that_tells_the_least():
    package = _package.parse_package(small())
    assert (package.type, package.name, package.description, package.vendor, package.icon_uri) == (None,) * 5
    assert (package.dependencies, package.bundles, package.files) == ((), (), ())
    assert _package.package_to_options(package) == {
        "key": "a",
        "version": "1",
        "client_type": "vsphere-client-serenity",
    }


def test_what_is_told_as_empty_is_emptied():
    package = _package.parse_package(
        pack((XML, '<pluginPackage id="a" version="1" name="" description="" vendor=""/>'))
    )
    options = _package.package_to_options(package)
    assert (options["label"], options["summary"], options["company"]) == ("", "", "")


@pytest.mark.parametrize(
    "data",
    [
        pack((entry(XML, compress_type=zipfile.ZIP_STORED), SMALL)),
        with_zip64_end(small()),
        b"#!/bin/sh\n" + small(),
        pack((XML, SMALL.replace("<pluginPackage", '<pluginPackage xmlns="urn:some"'))),
        pack((XML, f"\ufeff{SMALL}".encode())),
        small(("plugins/\u00e4..b/..c.war", "x"), ("plugins/..d", "x")),
        at_end(small(), 20, "<H", 3) + b"yes",
    ],
    ids=["stored", "ZIP64", "behind a script", "namespace", "byte order mark", "dots in names", "comment"],
)
def test_other_good_ones(data):
    package = _package.parse_package(data)
    assert (package.id, package.version, package.size) == ("a", "1", len(data))


ENCRYPTED = patched(small(), 8, "<H", 0x1)
BAD_NAMES = [
    ("/etc/cron.d/x", "is not relative"),
    ("C:/x", "is not relative"),
    ("c:x", "is not relative"),
    ("../x", "leads out"),
    ("plugins/../../x", "leads out"),
    ("plugins/..", "leads out"),
    ("plugins\\x.war", "has a backslash"),
    ("..\\x", "has a backslash"),
    ("plugins/a\nb", "has a control character"),
    ("plugins/a\x1b[2J", "has a control character"),
    ("plugins/a\x85b", "has a control character"),
]


@pytest.mark.parametrize(("name", "says"), BAD_NAMES, ids=[ascii(name) for name, says in BAD_NAMES])
def test_names_that_would_leave_the_folder(name, says):
    message = refused(small((name, "x")))
    assert says in message and ascii(name) in message


def test_a_name_with_a_nul():
    """Python shows what is before it, and other programs something else."""
    message = refused(small(("plugins/aXb.war", "x")).replace(b"plugins/aXb.war", b"plugins/a\0b.war"))
    assert "holds the name 'plugins/a\\x00b.war', which has a control character" in message


def test_a_second_name_in_an_extra_field():
    """The Unicode path field (APPNOTE 4.6.9), which newer Pythons follow and older ones pass over."""
    name = b"plugins/a.war"
    path = b"../../x"
    field = struct.pack("<HHBL", 0x7075, 5 + len(path), 1, zlib.crc32(name)) + path
    data = small((entry(name.decode(), extra=field), "x"))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        followed = archive.infolist()[1].filename != name.decode()
    if followed:
        assert "leads out" in refused(data)
    else:
        assert _package.parse_package(data).files == (name.decode(),)


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize(
    ("members", "says"),
    [
        ([(XML, SMALL), (XML, SMALL)], "holds 'plugin-package.xml' twice"),
        ([(XML, SMALL), (f"./{XML}", SMALL)], "holds './plugin-package.xml' twice"),
        ([(XML, SMALL), ("plugins/a.war", "1"), ("plugins/a.war", "2")], "holds 'plugins/a.war' twice"),
        ([(XML, SMALL), ("plugins/a", "1"), ("plugins//a", "2")], "holds 'plugins//a' twice"),
        ([(XML, SMALL), ("plugins/a", "1"), ("plugins/a/", "")], "holds 'plugins/a/' twice"),
    ],
    ids=["manifest", "manifest by another name", "war", "slashes", "file and folder"],
)
def test_names_that_stand_there_twice(members, says):
    assert says in refused(pack(*members))


LINK = entry("plugins/link.war", external_attr=(stat.S_IFLNK | 0o777) << 16)
STORED = pack((entry(XML, compress_type=zipfile.ZIP_STORED), SMALL))
# What is behind an extra field of ZIP64 (APPNOTE 4.5.3): the place of the entry, in 64 bits.
FAR = pack((entry(XML, extra=struct.pack("<HHQ", 1, 8, 2**64 - 1)), SMALL))
REFUSED = {
    "empty": (b"", "is empty"),
    "text": (b"no zip", "is not a ZIP archive; give"),
    "login page": (b"\n<html><body>Log in", "is not a ZIP archive, but a text such as HTML"),
    "manifest of a remote plug-in": (b'{"manifestVersion": "1.0.0"}', "is not a ZIP archive, but a text such as JSON"),
    "tar": (b"\x1f\x8b\x08" + bytes(99), "is not a ZIP archive, but a gzip"),
    "truncated": (GOOD[:-30], "is a ZIP archive whose end is missing"),
    "truncated early": (GOOD[:40], "is a ZIP archive whose end is missing"),
    "first half missing": (GOOD[len(GOOD) // 2 :], "is a damaged ZIP archive"),
    "no entries": (pack(), "has no plugin-package.xml"),
    "no manifest": (pack(("plugins/a.war", "")), "has no plugin-package.xml"),
    "folder zipped": (
        pack(("my-plugin/", ""), (f"my-plugin/{XML}", SMALL)),
        "has its plugin-package.xml in the folder 'my-plugin', not at the root; zip the content of that folder, not",
    ),
    "several deeper": (pack((f"a/b/{XML}", SMALL), (f"z/{XML}", SMALL)), "in the folder 'z'"),
    "other case": (pack(("Plugin-Package.XML", SMALL)), "has 'Plugin-Package.XML' instead of plugin-package.xml"),
    "other case deeper": (pack(("a/Plugin-Package.xml", SMALL)), "has its plugin-package.xml in the folder 'a'"),
    "other spelling": (pack((f"./{XML}", SMALL)), "has './plugin-package.xml' instead of plugin-package.xml"),
    "a folder of that name": (pack((f"{XML}/", "")), "has no plugin-package.xml"),
    "symbolic link": (small((LINK, "/etc/passwd")), "holds 'plugins/link.war', a symbolic link"),
    "encrypted": (ENCRYPTED, "holds 'plugin-package.xml' encrypted"),
    "strongly encrypted": (patched(small(), 8, "<H", 0x41), "holds 'plugin-package.xml' encrypted"),
    "masked": (patched(small(), 8, "<H", 0x2000), "holds 'plugin-package.xml' encrypted"),
    "encrypted war": (patched(pack(("plugins/a.war", "x"), (XML, SMALL)), 8, "<H", 0x1), "holds 'plugins/a.war' encr"),
    "bzip2": (small((entry("plugins/a", compress_type=zipfile.ZIP_BZIP2), "x")), "compressed by method 12"),
    "lzma": (pack((entry(XML, compress_type=zipfile.ZIP_LZMA), SMALL)), "compressed by method 14"),
    "unknown method": (patched(small(), 10, "<H", 99), "compressed by method 99"),
    "newer version": (
        patched(small(), 6, "<H", 64),
        "uses a feature that neither Python nor Java supports (zip file version 6.4)",
    ),
    "patched data": (patched(small(), 8, "<H", 0x20), "uses a feature that neither Python nor Java supports"),
    "declared too long": (patched(small(), 24, "<L", 1024 * 1024 + 1), "has a plugin-package.xml of more than 1 MiB"),
    "too long": (pack((XML, SMALL + " " * 1024 * 1024)), "has a plugin-package.xml of more than 1 MiB"),
    "declared shorter": (patched(pack((XML, SMALL + " " * 9_000_000)), 24, "<L", 35), "is a damaged ZIP archive"),
    "declared longer": (patched(small(), 24, "<L", 99), "is a damaged ZIP archive"),
    "declared too large in all": (
        patched(pack(("plugins/a", ""), (XML, SMALL)), 24, "<L", 1024**3),
        "would take 1073741859 bytes when unpacked, more than 1073741824",
    ),
    "wrong checksum": (patched(small(), 16, "<L", 1), "is a damaged ZIP archive (Bad CRC-32"),
    "not deflated": (small().replace(b"plugin-package.xml\xb3", b"plugin-package.xml\xff", 1), "is a damaged ZIP"),
    "place before the archive": (patched(b"PK" + small(), 42, "<l", -2), "is a damaged ZIP archive"),
    "place behind the archive": (patched(small(), 42, "<L", 1 << 20), "is a damaged ZIP archive"),
    "place behind everything": (patched(FAR, 42, "<L", 0xFFFFFFFF), "is a damaged ZIP archive"),
    "longer than the archive": (patched(STORED, 20, "<LL", 9_999, 9_999), "is a damaged ZIP archive"),
    "several disks": (b"#!" + with_zip64_end(small())[:-23] + b"\x02" + small()[-22:], "is a damaged ZIP archive"),
    "another name in place": (small().replace(XML.encode(), b"Plugin-package.xml", 1), "is a damaged ZIP archive"),
    "name not in UTF-8": (small(("plugins/\u00e4", "")).replace(b"\xc3\xa4", b"\xc3\xc3"), "is a damaged ZIP archive"),
    "table elsewhere": (at_end(small(), 16, "<L", 1 << 30), "is a damaged ZIP archive"),
    "table too long": (at_end(small(), 12, "<L", 1 << 30), "is a damaged ZIP archive"),
    "no XML": (pack((XML, "text")), "has a plugin-package.xml that cannot be read as XML (line 1, column 1): "),
    "broken XML": (
        pack((XML, "<pluginPackage>\n  <a>\n</pluginPackage>")),
        "cannot be read as XML (line 3, column 3): the clos",
    ),
    "empty XML": (pack((XML, "")), "has a plugin-package.xml that is empty"),
    "entities": (pack((XML, f"<!DOCTYPE a [<!ENTITY a 'b'>]>{SMALL}")), "(line 1, column 13): a DOCTYPE"),
    "wrong root": (pack((XML, "<plugin id='a' version='1'/>")), "whose root element is 'plugin'"),
    "root in other case": (pack((XML, "<pluginpackage id='a' version='1'/>")), "whose root element is 'pluginpackage'"),
    "no id": (pack((XML, '<pluginPackage version="1"/>')), "without id; add the attribute id"),
    "empty id": (pack((XML, '<pluginPackage id=" " version="1"/>')), "without id"),
    "no version": (pack((XML, '<pluginPackage id="a"/>')), "without version; add the attribute version"),
    "empty version": (pack((XML, '<pluginPackage id="a" version=""/>')), "without version"),
    "long names": (pack(("x" * 9_000 + "\n", "")), "xxx'..., which has a control character"),
}


@pytest.mark.parametrize(("data", "says"), REFUSED.values(), ids=REFUSED)
def test_what_is_refused(data, says):
    assert says in refused(data)


def test_too_many_entries(monkeypatch):
    monkeypatch.setattr(safe_zip, "MAX_ENTRIES", 3)
    assert _package.parse_package(small(("a", ""), ("b", ""))).id == "a"
    assert "has 4 entries, more than 3" in refused(small(("a", ""), ("b", ""), ("c", "")))


def test_a_table_of_contents_is_not_read_before_its_length_is_known_to_be_fair():
    """Five million entries of 46 bytes would take gigabytes as objects."""
    table = b"".join(
        struct.pack("<4s6H3L5H2L", b"PK\x01\x02", 0, 20, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0) + b"a"
        for position in range(100_000)
    )
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, len(table), 0, 0)
    assert f"has a table of contents of {len(table)} bytes" in refused(table + end)


def test_a_larger_archive_is_not_even_looked_into(monkeypatch):
    data = small()
    monkeypatch.setattr(_package, "MAX_BYTES", len(data))
    assert _package.parse_package(data).size == len(data)
    assert "is larger than 0 MiB" in refused(data + b"x")


def test_nothing_but_the_manifest_is_decompressed():
    """A WAR that is damaged, or a bomb, is not opened."""
    data = bytearray(small(("plugins/a.war", bytes(5_000_000))))
    start = data.index(b"plugins/a.war") + len("plugins/a.war")
    data[start : start + 100] = bytes(100)
    assert _package.parse_package(bytes(data)).files == ("plugins/a.war",)


def survives(data):
    try:
        return _package.parse_package(data)
    except PackageError as error:
        return error


@given(st.binary(), st.sampled_from([b"", b"PK\x03\x04", b"PK\x05\x06"]))
def test_random_bytes_are_refused(data, start):
    assert isinstance(survives(start + data), PackageError)


@settings(max_examples=500, deadline=None)
@given(
    st.sampled_from([GOOD, STORED, FAR, with_zip64_end(small())]),
    st.lists(st.tuples(st.integers(min_value=0), st.integers(0, 255)), min_size=1, max_size=8),
    st.integers(0, 40),
)
def test_changed_archives_are_read_or_refused(data, changes, missing):
    changed = bytearray(data)
    for position, value in changes:
        changed[position % len(changed)] = value
    found = survives(bytes(changed[: len(changed) - missing]))
    assert isinstance(found, (_package.PluginPackage, PackageError))


def test_each_byte_of_the_headers_set_to_the_extremes():
    """What hypothesis finds by luck only: lengths, places and flags at their limits."""
    for position in range(len(GOOD)):
        for value in (0, 1, 0x7F, 0x80, 0xFF):
            changed = bytearray(GOOD)
            changed[position] = value
            changed[(position * 31 + value) % len(GOOD)] = 0xFF
            found = survives(bytes(changed))
            assert isinstance(found, (_package.PluginPackage, PackageError))
