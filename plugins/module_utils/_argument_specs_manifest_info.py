# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Define the argument spec of ``plugin_manifest_info``, which reads files and, with a key, a vCenter."""

from __future__ import annotations

from typing import Any

from ._argument_specs import vcenter_spec, without
from ._argument_specs_files import validation_spec


def manifest_info_spec() -> dict[str, Any]:
    """Return the options of ``plugin_manifest_info``."""
    return {
        "url": {"type": "str"},
        "key": {"type": "str", "aliases": ["extension_key"], "no_log": False},
        "server_thumbprint": {"type": "str", "aliases": ["ssl_thumbprint"]},
        "server_certificate": {"type": "str"},
        **validation_spec(),
        "files": {"type": "bool", "default": False},
        **without(vcenter_spec(), "required"),
    }


MANIFEST_INFO_RULES: dict[str, Any] = {
    "mutually_exclusive": [["url", "key"], ["server_thumbprint", "server_certificate", "key"]],
    "required_one_of": [["url", "key"]],
    "required_by": {"key": ["hostname", "username", "password"]},
}
