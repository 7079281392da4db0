# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Sizes of images that are made here byte by byte."""

from __future__ import annotations

import struct

import pytest
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._manifest.image_size import (
    MAX_HEAD,
    read_image_size,
)
from hypothesis import given
from hypothesis import strategies as st


def png(width, height):
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", width, height) + bytes(9)


def svg(attributes, before=""):
    return f"{before}<svg {attributes}><path d='M0 0'/></svg>".encode()


COMMENT = "\ufeff<?xml version='1.0'?>\n<!-- <svg width='1' height='1'> -->\n<!DOCTYPE svg>\n"
SIZES = [
    ("PNG", png(64, 32), (64, 32)),
    ("PNG cut", png(64, 32)[:20], None),
    ("PNG of a phone", b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sI", 4, b"CgBI", 0) + png(64, 32)[8:], None),
    ("PNG without width", png(0, 32), None),
    ("GIF", b"GIF89a" + struct.pack("<HH", 64, 32) + bytes(3), None),
    ("JPEG", b"\xff\xd8\xff\xc0\x00\x11\x08\x00\x20\x00\x40" + bytes(12), None),
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
    assert read_image_size(data) == size


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
    size = read_image_size(bytes(changed) + more)
    assert size is None or min(size) > 0


@pytest.mark.parametrize("piece", [b"<svg ", b"<svg a='", b"<!--", b"<!", b"<?", b'<svg width="1" '])
def test_long_heads_are_read_in_no_time(piece):
    """A pattern that tries again at each place would take hours."""
    head = piece * (MAX_HEAD // len(piece))
    assert read_image_size(head) is None
    assert read_image_size(b"<svg " + head) is None
