# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""The only file that knows which private key a task asks for, and what may become of the one that is there."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from .._certificate import x509
from .._errors import CertificateError
from .._extension.model import OptionError

MODE = 0o600
_SIZES = {"RSA": (2048, 3072, 4096, 8192), "ECC": (256, 384)}
_DEFAULT_SIZE = {"RSA": 3072, "ECC": 256}


def wanted(params: Mapping[str, Any]) -> tuple[str, int]:
    """Kind and size that the options ``key_type`` and ``key_size`` mean. Raises :class:`OptionError`."""
    key_type = params["key_type"]
    key_size = _DEFAULT_SIZE[key_type] if params["key_size"] is None else params["key_size"]
    if key_size not in _SIZES[key_type]:
        sizes = ", ".join(str(size) for size in _SIZES[key_type])
        raise OptionError("key_size", f"{key_size} is no size for {key_type}; give one of {sizes}, or leave it out")
    return key_type, key_size


def paths(params: Mapping[str, Any], other: str) -> tuple[str, str]:
    """The private key and the file that goes with it, which the option ``other`` names; links are followed.

    Raises :class:`OptionError` when they are one file, or there is no folder for one.
    """
    # The file behind a symbolic link is replaced, not the link.
    key_path, other_path = os.path.realpath(params["private_key_path"]), os.path.realpath(params[other])
    if key_path == other_path:
        raise OptionError(other, "is the same file as private_key_path; give two files")
    for option, path in (("private_key_path", key_path), (other, other_path)):
        folder = os.path.dirname(path)
        if not os.path.isdir(folder):
            raise OptionError(option, f"there is no folder {folder}; make it first or correct the path")
    return key_path, other_path


def present(path: str, content: bytes | None, *, may_destroy: bool) -> tuple[x509.PrivateKey | None, str | None]:
    """The key that a file holds, or why there is none, as a sentence.

    Raises :class:`OptionError` when the file is no readable key and may not be replaced.
    """
    if not content:
        return None, f"There is no private key at {path}."
    try:
        return x509.load_private_key(content), None
    except CertificateError as error:
        if may_destroy:
            return None, f"The private key at {path} {error}."
        raise OptionError(
            "private_key_path", f"{path} {error}; give another path, or set backup or force to replace it"
        ) from error


def show_certificate(module: Any, option: str) -> None:
    """Let results show the text of ``option``, unless it holds a private key.

    ``module`` is the AnsibleModule. A certificate is public, and results have to contain it. The option is hidden
    (``no_log``) because Ansible logs a task before the module can check the text.
    """
    text = module.params[option]
    if text is not None and not x509.holds_private_key(text):
        module.no_log_values.discard(text)
