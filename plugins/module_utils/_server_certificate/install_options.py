# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Read the options of a task that installs a key and certificate for a web server."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .._errors import OptionError
from .._files import attributes
from .._tls.endpoint import check_timeout
from .file_swap import SwapFile, SwapPair
from .private_key import resolve_pair_paths


@dataclass(frozen=True, slots=True)
class ConfirmOptions:
    """Where the server shows its certificate. ``timeout`` is in seconds."""

    address: str
    port: int
    server_name: str
    timeout: float


@dataclass(frozen=True, slots=True)
class InstallOptions:
    """The options of a task. ``text`` is the new certificate where it is not in a file."""

    state: str
    pair: SwapPair
    text: str | None
    hosts: tuple[str, ...]
    keep_previous: bool
    test_command: tuple[str, ...]
    reload_command: tuple[str, ...]
    confirm: ConfirmOptions | None


def parse_install_options(params: Mapping[str, Any]) -> InstallOptions:
    """Return the options of a task in their domain types. Raises :class:`OptionError`."""
    attributes.check_attribute_options(params)
    state = params["state"]
    new = [name for name in ("new_private_key_path", "new_certificate_path", "new_certificate") if params[name]]
    if state != "present" and new:
        raise OptionError(
            f"must not be given with O(state={state})", option=new[0], remedy="remove it, or set O(state=present)"
        )
    if new == ["new_private_key_path"]:
        raise OptionError(
            "must be given together with its certificate",
            option="new_private_key_path",
            remedy="set O(new_certificate_path) or O(new_certificate) too",
        )
    return InstallOptions(
        state=state,
        pair=_resolve_swap_pair(params, new),
        text=params["new_certificate"] or None,
        hosts=tuple(params["hosts"]),
        keep_previous=params["keep_previous"],
        test_command=_parse_command(params, "test_command"),
        reload_command=_parse_command(params, "reload_command"),
        confirm=_parse_confirm(params["confirm"]) if params["confirm"] else None,
    )


def _resolve_swap_pair(params: Mapping[str, Any], new: Sequence[str]) -> SwapPair:
    key_path, certificate_path = resolve_pair_paths(params, "certificate_path")
    live = (SwapFile("private_key_path", key_path), SwapFile("certificate_path", certificate_path))
    if params["state"] == "previous":
        return SwapPair(*(dataclasses.replace(file, replacement=file.previous) for file in live))
    replacements = (params["new_private_key_path"], params["new_certificate_path"])
    pair = SwapPair(
        *(
            dataclasses.replace(file, replacement=os.path.abspath(path)) if path else file
            for file, path in zip(live, replacements, strict=True)
        )
    )
    paths = [path for file in pair.files() for path in (file.live, file.previous, file.replacement) if path]
    if len(set(paths)) != len(paths):
        raise OptionError(
            "names a file that another option of this task names too",
            option=new[-1],
            remedy="give a different file for each option",
        )
    return pair


def _parse_command(params: Mapping[str, Any], option: str) -> tuple[str, ...]:
    if params[option] and not params[option][0].strip():
        raise OptionError(
            "must begin with a program", option=option, value=params[option], remedy="give for example [nginx, -t]"
        )
    if any("\0" in word for word in params[option]):
        raise OptionError("must not contain a NUL character", option=option, value=params[option], remedy="remove it")
    return tuple(params[option])


def _parse_confirm(given: Mapping[str, Any]) -> ConfirmOptions:
    port, timeout = given["port"], given["timeout"]
    if not 0 < port < 65536:
        raise OptionError("must be 1 to 65535", option="confirm.port", value=port, remedy="give for example 443")
    check_timeout(timeout, "confirm.timeout", example=10)
    return ConfirmOptions(given["address"], port, given["server_name"] or given["address"], timeout)
