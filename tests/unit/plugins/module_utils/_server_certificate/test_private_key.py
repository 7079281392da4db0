# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""The private key of a task, the file that goes with it, and texts that results may show."""

from __future__ import annotations

import os
from types import SimpleNamespace

import pytest
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._errors import OptionError
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._server_certificate import private_key


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        ({"key_type": "RSA", "key_size": None}, ("RSA", 3072)),
        ({"key_type": "RSA", "key_size": 4096}, ("RSA", 4096)),
        ({"key_type": "ECC", "key_size": None}, ("ECC", 256)),
        ({"key_type": "ECC", "key_size": 384}, ("ECC", 384)),
    ],
)
def test_type_and_size_of_the_key(given, kind):
    assert private_key.parse_key_options(given) == kind


def test_paths_follow_symbolic_links(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    params = {"private_key_path": str(tmp_path / "link" / "key"), "certificate_path": str(tmp_path / "pem")}
    expected = (str(tmp_path / "real" / "key"), str(tmp_path / "pem"))
    assert private_key.resolve_pair_paths(params, "certificate_path") == expected


def test_a_missing_file_has_no_content(tmp_path):
    assert private_key.read_pair_file(str(tmp_path / "missing"), "private_key_path") is None


def test_a_pipe_is_not_read(tmp_path):
    """Opening it would block until another process writes to it."""
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(OptionError, match="is not a regular file") as caught:
        private_key.read_pair_file(str(tmp_path / "pipe"), "private_key_path")
    assert caught.value.option == "private_key_path"


def test_a_file_over_one_mib_is_not_read(tmp_path):
    path = tmp_path / "large"
    path.write_bytes(bytes(private_key.LARGEST_FILE + 1))
    with pytest.raises(OptionError, match="is larger than 1 MiB"):
        private_key.read_pair_file(str(path), "certificate_path")


@pytest.mark.parametrize(("has_key", "hidden"), [(False, False), (True, True)], ids=["certificate", "with a key"])
def test_only_a_text_with_a_private_key_stays_hidden(make, has_key, hidden):
    made = make()
    text = made.pem + (made.key_pem().decode() if has_key else "")
    module = SimpleNamespace(params={"content": text}, no_log_values={text, "password"})
    private_key.show_certificate(module, "content")
    assert module.no_log_values == ({text, "password"} if hidden else {"password"})


def test_a_text_that_is_not_given_needs_nothing():
    module = SimpleNamespace(params={"content": None}, no_log_values={"password"})
    private_key.show_certificate(module, "content")
    assert module.no_log_values == {"password"}
