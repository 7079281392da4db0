# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Check and apply the owner, group and mode of a private key and of the file that belongs to it."""

from __future__ import annotations

import grp
import pwd
import re
from collections.abc import Mapping
from typing import Any

from .._errors import OptionError

_MODE = re.compile(r"[0-7]{3,5}|[ugoa]*[-+=][rwxXst]*(,[ugoa]*[-+=][rwxXst]*)*")


def check_attribute_options(params: Mapping[str, Any]) -> None:
    """Check ``owner``, ``group``, ``mode`` and ``private_key_mode`` before a file is written.

    Ansible itself would find a wrong one only after the files are replaced. Raises :class:`OptionError`.
    """
    for option, look_up in (("owner", pwd.getpwnam), ("group", grp.getgrnam)):
        name = params[option]
        if name is not None and not name.isdecimal():
            try:
                look_up(name)
            except KeyError as error:
                raise OptionError(
                    "must exist on this host", option=option, value=name, remedy="create it first or correct the name"
                ) from error
    for option in ("mode", "private_key_mode"):
        mode = params[option]
        if isinstance(mode, str) and not _MODE.fullmatch(mode):
            raise OptionError(
                "must be a file mode", option=option, value=mode, remedy="give octal digits in quotes, such as '0640'"
            )


def apply_attributes(module: Any, result: dict[str, Any], *, key_path: str, other_path: str) -> None:
    """Set owner, group and mode of the private key and of the file that belongs to it.

    ``module`` is the AnsibleModule, since Ansible sets the attributes. ``changed``, ``diff`` and ``reasons`` of
    ``result`` are updated.
    """
    for path, option in ((key_path, "private_key_mode"), (other_path, "mode")):
        diff = {"before_header": path, "after_header": path}
        if apply_file_attributes(module, path, option, diff):
            result["changed"] = True
            result["diff"].append(diff)
            if not result["reasons"]:
                result["reasons"].append("Owner, group or mode of a file differ.")


def apply_file_attributes(module: Any, path: str, option: str, diff: dict[str, Any] | None = None) -> bool:
    """Set the owner and group of the task and the mode of ``option`` on one file; return whether that changed it."""
    arguments = module.load_file_common_arguments({**module.params, "mode": module.params[option]}, path=path)
    return bool(module.set_fs_attributes_if_different(arguments, False, diff))
