# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Read the plug-in package in a file or at a URL, for a module."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from .._certificate.thumbprint import normalize_thumbprint
from .._errors import HttpError, OptionError, PackageError, ThumbprintError, UrlError
from .._extension import package
from .._files.read import read_file
from .download_options import wrap_http_error


def inspect_package(options: Mapping[str, Any]) -> dict[str, Any]:
    """Read the package of the option ``path`` or ``url``, and return the result of a module.

    Raises :class:`OptionError`.
    """
    if options["path"] is None and options["url"] is None:
        raise OptionError.none_of("path", "url")
    found = _read_url(options) if options["path"] is None else _read_path(options["path"])
    dependencies = [{"id": key, "version": version} for key, version in found.dependencies]
    return {
        "package": asdict(found) | {"dependencies": dependencies},
        "options": package.package_to_options(found),
    }


def _read_path(path: str) -> package.PluginPackage:
    with OptionError.wrapping("path", file=path):
        return package.parse_package(read_file(path, limit=package.MAX_BYTES))


def _read_url(options: Mapping[str, Any]) -> package.PluginPackage:
    # Imported here: a package in a file needs no urllib3.
    from .._tls import http_get  # noqa: PLC0415

    url, pin = options["url"], options["server_thumbprint"]
    try:
        data = http_get.download(
            url,
            limit=package.MAX_BYTES,
            timeout=options["timeout"],
            thumbprint=None if pin is None else normalize_thumbprint(pin),
            ca_path=options["ca_path"],
            validate_certs=options["validate_certs"],
        )
        return package.parse_package(data)
    except ThumbprintError as error:
        raise OptionError.wrap(error, "server_thumbprint") from error
    except UrlError as error:
        raise OptionError.wrap(error, "url") from error
    except HttpError as error:
        raise wrap_http_error(error) from error
    except PackageError as error:
        raise OptionError.wrap(error, "url", file=url) from error
