# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Name the option of a module with which a failed download can be corrected."""

from __future__ import annotations

from .._errors import HttpError, OptionError

_OPTIONS = {"ca_path": "ca_path", "pin": "server_thumbprint"}


def wrap_http_error(error: HttpError) -> OptionError:
    """Return the error of a module with the options ``url``, ``server_thumbprint`` and ``ca_path``."""
    remedy = f"{error.remedy}, or give O(server_thumbprint)" if error.kind == "untrusted" else error.remedy
    return OptionError.wrap(error, _OPTIONS.get(error.kind, "url"), remedy=remedy)
