# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Read the private key of a web server and the file that belongs to it, for the server_certificate modules."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from .._certificate import x509
from .._errors import CertificateError, OptionError
from .._files.read import MIB, read_if_present

KEY_MODE = 0o600
# The largest chains in PEM have some 20 KB.
LARGEST_FILE = MIB
_SIZES = {"RSA": (2048, 3072, 4096, 8192), "ECC": (256, 384)}
_DEFAULT_SIZE = {"RSA": 3072, "ECC": 256}


def parse_key_options(params: Mapping[str, Any]) -> tuple[str, int]:
    """Return the type of the key and its size in bits. Raises :class:`OptionError`."""
    key_type = params["key_type"]
    key_size = _DEFAULT_SIZE[key_type] if params["key_size"] is None else params["key_size"]
    if key_size not in _SIZES[key_type]:
        sizes = ", ".join(str(size) for size in _SIZES[key_type])
        raise OptionError(
            f"must be one of {sizes} for {key_type}",
            option="key_size",
            value=key_size,
            remedy="correct it, or leave it out",
        )
    return key_type, key_size


def resolve_pair_paths(params: Mapping[str, Any], other_option: str) -> tuple[str, str]:
    """Return the paths of the private key and of the file that ``other_option`` names, with symbolic links followed.

    Raises :class:`OptionError` when both are one file, or when a folder does not exist.
    """
    # The file behind a symbolic link is replaced, not the link.
    key_path, other_path = os.path.realpath(params["private_key_path"]), os.path.realpath(params[other_option])
    if key_path == other_path:
        raise OptionError("is the same file as O(private_key_path)", option=other_option, remedy="give two files")
    for option, path in (("private_key_path", key_path), (other_option, other_path)):
        folder = os.path.dirname(path)
        if not os.path.isdir(folder):
            raise OptionError(
                f"names {path}, whose folder does not exist",
                option=option,
                remedy="create the folder first, or correct the path",
            )
    return key_path, other_path


def read_pair_file(path: str, option: str) -> bytes | None:
    """Return the content of the file that ``option`` names, None where there is none. Raises :class:`OptionError`."""
    with OptionError.wrapping(option, file=path):
        return read_if_present(path, limit=LARGEST_FILE)


def read_current_key(
    path: str, content: bytes | None, *, may_replace: bool
) -> tuple[x509.PrivateKey | None, str | None]:
    """Return the key that a file holds, or None and the reason as a sentence.

    Raises :class:`OptionError` when the file holds something else and must not be replaced.
    """
    if not content:
        return None, f"The private key at {path} is missing."
    try:
        return x509.load_private_key(content), None
    except CertificateError as error:
        if may_replace:
            return None, f"The private key at {path} {error.reason}."
        raise OptionError.wrap(
            error,
            "private_key_path",
            file=path,
            remedy=("give another path", "set O(backup)", "set O(force)"),
        ) from error


def show_certificate(module: Any, option: str) -> None:
    """Let results show the text of ``option``, unless it holds a private key.

    ``module`` is the AnsibleModule. A certificate is public, and results have to contain it. The option is hidden
    (``no_log``) because Ansible logs a task before the module can check the text.
    """
    text = module.params[option]
    if text is not None and not x509.holds_private_key(text):
        module.no_log_values.discard(text)
