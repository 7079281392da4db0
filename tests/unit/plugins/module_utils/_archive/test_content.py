# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Archives of a plug-in's files: what is taken out of them, and that whatever else is refused in one sentence."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import stat
import tarfile
import zipfile

import pytest
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._archive import content as _archive
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._archive import safe_zip
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._errors import ArchiveError
from hypothesis import given, settings
from hypothesis import strategies as st

FILES = {"plugin.json": b"{}", "ui/app.js": b"// app", "ui/lib/a.js": b""}


def zipped(*members):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return file.getvalue()


def member(name, content=b"", **properties):
    made = tarfile.TarInfo(name)
    made.size = len(content)
    for attribute, value in properties.items():
        setattr(made, attribute, value)
    return made, content


def tarred(*members, form=tarfile.PAX_FORMAT):
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w", format=form) as archive:
        for made, content in members:
            archive.addfile(made, io.BytesIO(content))
    return file.getvalue()


def plain(files):
    return tarred(*(member(name, content) for name, content in files.items()))


def below(folder):
    return {f"{folder}/{name}": content for name, content in FILES.items()}


@pytest.mark.parametrize(
    "data",
    [
        zipped(*FILES.items()),
        zipped(("ui/", ""), ("empty/", ""), *FILES.items()),
        plain(FILES),
        gzip.compress(plain(FILES)),
        bz2.compress(plain(FILES)),
        lzma.compress(plain(FILES)),
        tarred(*(member(name, content) for name, content in FILES.items()), form=tarfile.GNU_FORMAT),
        tarred(*(member(name, content) for name, content in FILES.items()), form=tarfile.USTAR_FORMAT),
        tarred(
            member("./", type=tarfile.DIRTYPE),
            member("./ui", type=tarfile.DIRTYPE),
            *(member(f"./{name}", content) for name, content in FILES.items()),
            member("./ui/", type=tarfile.DIRTYPE),
        ),
    ],
    ids=["zip", "zip with folders", "tar", "gzip", "bzip2", "xz", "GNU", "ustar", "tar of a dot"],
)
def test_the_same_files(data):
    assert _archive.read_plugin_files(data) == _archive.PluginFiles(FILES, None)


@pytest.mark.parametrize("pack", [plain, lambda files: zipped(*files.items())], ids=["tar", "zip"])
@pytest.mark.parametrize(
    ("files", "names", "top"),
    [
        (below("notes-1.0"), sorted(FILES), "notes-1.0"),
        (below("a/b"), sorted(below("a/b")), None),
        (below("a") | {"readme.txt": b""}, [*sorted(below("a")), "readme.txt"], None),
        (below("a") | {"b/c": b""}, [*sorted(below("a")), "b/c"], None),
        ({"a/index.html": b""}, ["a/index.html"], None),
        ({"plugin.json/plugin.json": b"{}"}, ["plugin.json"], "plugin.json"),
        ({"x" * 120 + "/\u00e4..b/..c": b"", "plugin.json": b""}, ["plugin.json", "x" * 120 + "/\u00e4..b/..c"], None),
    ],
    ids=["one folder", "two deep", "file beside", "folder beside", "no manifest", "odd folder", "odd names"],
)
def test_the_folder_above_all(pack, files, names, top):
    content = _archive.read_plugin_files(pack(files))
    assert (list(content.files), content.top_folder) == (names, top)


def refused(data):
    with pytest.raises(ArchiveError) as caught:
        _archive.read_plugin_files(data)
    message = str(caught.value)
    assert caught.value.remedy
    assert message.isprintable() and len(message) < 700
    return message


BAD_NAMES = [
    ("/etc/cron.d/x", "is not relative"),
    ("C:/x", "is not relative"),
    ("../x", "leads out"),
    ("ui/../../x", "leads out"),
    ("ui\\x", "has a backslash"),
    ("ui/a\nb", "has a control character"),
    ("ui/a\x85b", "has a control character"),
    ("x" * 256, "has a part of more than 255 bytes"),
    ("\u00e4" * 128, "has a part of more than 255 bytes"),
]


@pytest.mark.parametrize(("name", "says"), BAD_NAMES, ids=[ascii(name)[:30] for name, says in BAD_NAMES])
@pytest.mark.parametrize("pack", [plain, lambda files: zipped(*files.items())], ids=["tar", "zip"])
def test_names_that_would_do_harm(pack, name, says):
    assert says in refused(pack(FILES | {name: b"x"}))


def special(kind, **properties):
    return tarred(*(member(name, content) for name, content in FILES.items()), member("x", type=kind, **properties))


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (special(tarfile.SYMTYPE, linkname="plugin.json"), "holds 'x', a symbolic link; "),
        (special(tarfile.LNKTYPE, linkname="plugin.json"), "holds 'x', a hard link; "),
        (special(tarfile.CHRTYPE), "neither a plain file nor a folder"),
        (special(tarfile.BLKTYPE), "neither a plain file nor a folder"),
        (special(tarfile.FIFOTYPE), "neither a plain file nor a folder"),
        (special(b"Z"), "neither a plain file nor a folder"),
        (special(tarfile.GNUTYPE_SPARSE), "neither a plain file nor a folder"),
        (
            tarred(member("x", b"9999\n", pax_headers={"GNU.sparse.major": "1", "GNU.sparse.minor": "0"})),
            "neither a plain file nor a folder",
        ),
        (tarred(member(".", b"x")), "which is empty"),
        (tarred(member("a\udcff", b"x"), form=tarfile.GNU_FORMAT), "which is not UTF-8"),
        (tarred(member("a", b"x"), member("a", b"x")), "holds 'a' twice"),
        (tarred(member("a", b"x"), member("./a", b"x")), "holds 'a' twice"),
        (plain({"ui/a.js": b"", "ui/A.js": b""}), "holds 'ui/a.js' and 'ui/A.js', which are the same file where case"),
        (plain({"ui/a.js": b"", "UI/b.js": b""}), "holds 'ui' and 'UI', which are the same file where case"),
        (plain({"a": b"", "a/b": b""}), "as a file and as a folder"),
        (plain({"a/b": b"", "a": b""}), "as a file and as a folder"),
        (zipped(("a", ""), ("a/b", "")), "as a file and as a folder"),
        (zipped(("ui/a.js", ""), ("ui/A.js", "")), "which are the same file where case"),
        (plain({}), "is not a supported archive"),
        (tarred(member("ui", type=tarfile.DIRTYPE)), "holds no file"),
        (zipped(("ui/", "")), "holds no file"),
        (b"", "is empty"),
        (b"{}", "is not a supported archive"),
        (b"\x28\xb5\x2f\xfd" + bytes(600), "is not a supported archive"),
        (gzip.compress(b"{}" * 1000), "cannot be read as a tar archive"),
        (gzip.compress(plain(FILES))[:-9], "is damaged"),
        (gzip.compress(plain(FILES))[:-8] + bytes(8), "is damaged"),
        (bz2.compress(plain(FILES))[:-9], "is damaged"),
        (lzma.compress(plain(FILES))[:-9], "is damaged"),
        (b"PK\x03\x04", "whose end is missing"),
        (plain(FILES)[:1024], "end is missing"),
        (plain(FILES)[:512], "end is missing"),
    ],
)
def test_what_is_refused(data, says):
    assert says in refused(data)


def test_a_damaged_header_is_not_the_end():
    """Python's reader would give the files before it, and be content."""
    data = bytearray(plain({"a": b"x", "plugin.json": b"{}"}))
    data[1024] ^= 1
    assert "end is missing or damaged" in refused(bytes(data))


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR])
def test_special_files_of_a_zip(kind):
    entry = zipfile.ZipInfo("x")
    entry.external_attr = (kind | 0o644) << 16
    assert "holds 'x', " in refused(zipped(("plugin.json", "{}"), (entry, "y")))


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress])
def test_what_would_fill_the_disk(pack):
    """The size is a claim, and what is compressed is not unpacked without a limit either."""
    claimed = member("a")[0]
    claimed.size = _archive.MAX_UNPACKED_BYTES + 1
    data = claimed.tobuf(tarfile.GNU_FORMAT)
    assert "would take more than 256 MiB" in refused(pack(data))


def test_more_zeros_than_any_plugin_has():
    assert "would take more than 256 MiB" in refused(gzip.compress(bytes(_archive._MAX_TAR_BYTES + 1), 1))


def test_too_many_entries():
    folder = member("a", type=tarfile.DIRTYPE)[0].tobuf()
    assert "has more than 10000 entries" in refused(folder * (safe_zip.MAX_ENTRIES + 1) + bytes(1024))


def test_a_header_without_end():
    header = member("a", type=tarfile.XHDTYPE)[0]
    header.size = 1024 * 1024
    assert "has a header of 1048576 bytes" in refused(header.tobuf(tarfile.GNU_FORMAT) + bytes(1024 * 1024))


def test_headers_of_headers():
    header = member("a", type=tarfile.XHDTYPE)[0].tobuf(tarfile.GNU_FORMAT)
    assert "cannot be read as a tar archive" in refused(header * 5000)


def test_a_size_below_nothing():
    """Python's reader would go back and find the same header for ever."""
    back = member("a")[0]
    back.size = -1024
    assert "end is missing" in refused(back.tobuf(tarfile.GNU_FORMAT) + bytes(1024))


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 4095), st.integers(0, 255)), min_size=1, max_size=6))
def test_any_damage_is_refused_or_harmless(changes):
    data = bytearray(tarred(member("\u00e4" * 90, b"x"), member("plugin.json", b"{}")))
    for position, value in changes:
        data[position % len(data)] = value
    try:
        names = list(_archive.read_plugin_files(bytes(data)).files)
    except ArchiveError:
        names = []
    assert all(name and not name.startswith("/") and ".." not in name.split("/") for name in names)
