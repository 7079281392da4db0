# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Decide whether a web server's certificate request and its key are replaced, and replace them.

:func:`plan_csr` changes nothing; :func:`apply_csr` applies its plan. A key of another type or size and a file
without a readable key were not created by the module. They are replaced only with ``force`` or ``backup``.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .._certificate import san, x509
from .._certificate.csr import Csr, CsrSubject, create_csr, load_csr
from .._errors import CsrError, OptionError
from .._files import attributes
from .._files.replace import NewFile, replace_files_with_backup
from .private_key import KEY_MODE, parse_key_options, read_current_key, read_pair_file, resolve_pair_paths

_REQUEST_MODE = 0o644
# RFC 5280 appendix A.1: ub-state-name, ub-locality-name, ub-organization-name, ub-organizational-unit-name.
_LONGEST = {"state_or_province": 128, "locality": 128, "organization": 64, "organizational_unit": 64}


@dataclass(frozen=True, slots=True)
class CsrOptions:
    """The options of a task. ``sans`` are written as in ``Certificate``."""

    key_path: str
    request_path: str
    subject: CsrSubject
    sans: tuple[str, ...]
    key_type: str
    key_size: int
    force: bool
    backup: bool

    @property
    def key(self) -> str:
        """Type and size of the key, as in :class:`Csr`."""
        return f"{self.key_type} {self.key_size}"


@dataclass(frozen=True, slots=True)
class CsrFiles:
    """The content of both files; None for a file that does not exist."""

    key: bytes | None
    request: bytes | None


@dataclass(frozen=True, slots=True)
class CsrPlan:
    """Why a new request is created (empty: it is not), the current request, and the key if it is kept."""

    reasons: tuple[str, ...]
    current: Csr | None
    kept_key: bytes | None


def parse_csr_options(params: Mapping[str, Any]) -> CsrOptions:
    """Return the options of a task in their domain types. Raises :class:`OptionError`."""
    key_type, key_size = parse_key_options(params)
    attributes.check_attribute_options(params)
    key_path, request_path = resolve_pair_paths(params, "request_path")
    sans = san.parse_alternative_names(params["subject_alternative_names"])
    for option, longest in _LONGEST.items():
        value = params[option]
        if value is not None and not 0 < len(value) <= longest:
            raise OptionError(
                f"must have 1 to {longest} characters",
                option=option,
                value=value,
                remedy="shorten it, or leave it out",
            )
    country = params["country"]
    if country is not None and not (len(country) == 2 and country.isascii() and country.isalpha()):
        raise OptionError(
            "must be a country code of two letters (ISO 3166-1 alpha-2)",
            option="country",
            value=country,
            remedy="give for example DE",
        )
    return CsrOptions(
        key_path=key_path,
        request_path=request_path,
        subject=CsrSubject(
            country=country and country.upper(),
            common_name=san.choose_common_name(params["common_name"], sans),
            **{option: params[option] for option in _LONGEST},
        ),
        sans=sans,
        key_type=key_type,
        key_size=key_size,
        force=params["force"],
        backup=params["backup"],
    )


def read_csr_files(options: CsrOptions) -> CsrFiles:
    """Read both files. Raises :class:`OptionError`."""
    return CsrFiles(
        read_pair_file(options.key_path, "private_key_path"), read_pair_file(options.request_path, "request_path")
    )


def plan_csr(options: CsrOptions, files: CsrFiles) -> CsrPlan:
    """Return what would be done and why.

    Raises :class:`OptionError` when that would destroy a file that this module did not create.
    """
    may_replace = options.force or options.backup
    key, key_reason = read_current_key(options.key_path, files.key, may_replace=may_replace)
    has_right_type = key is not None and (key.key_type, key.key_size) == (options.key_type, options.key_size)
    if key is not None and not has_right_type:
        key_reason = f"The private key is {key.key_type} {key.key_size}, not {options.key}."
        if not may_replace:
            raise OptionError(
                f"names {options.key_path}, which holds {key.key_type} {key.key_size}, not {options.key}, and is not "
                "replaced",
                option="private_key_path",
                remedy=(
                    "give another path",
                    "set O(key_type) and O(key_size) to match",
                    "set O(backup)",
                    "set O(force)",
                ),
            )
    reasons = [key_reason] if key_reason else []
    current, request_reason = _read_current_csr(options, files)
    if request_reason:
        reasons.append(request_reason)
    if current is not None:
        reasons.extend(_find_csr_differences(options, current, key))
    if options.force:
        reasons.append("The option force is set.")
    return CsrPlan(tuple(reasons), current, files.key if has_right_type and not options.force else None)


def apply_csr(options: CsrOptions, files: CsrFiles, plan: CsrPlan, now: datetime.datetime) -> tuple[Csr, list[str]]:
    """Create the new files; return the request and the paths of the copies that ``backup`` made.

    Raises :class:`OptionError` when a file cannot be written; the old files are then in place.
    """
    key = plan.kept_key or x509.generate_private_key(options.key_type, options.key_size)
    request = create_csr(key, options.subject, options.sans)
    content = request.pem.encode("ascii")
    new = [NewFile(options.request_path, content, files.request, _REQUEST_MODE, "request_path")]
    if plan.kept_key is None:
        new.insert(0, NewFile(options.key_path, key, files.key, KEY_MODE, "private_key_path"))
    return request, replace_files_with_backup(new, backup_at=now if options.backup else None)


def describe_csr(options: CsrOptions, plan: CsrPlan, request: Csr | None) -> dict[str, Any]:
    """Return the result of the module. ``request`` is None when check mode did not create a new one."""
    current = plan.current
    return {
        "changed": bool(plan.reasons),
        "reasons": list(plan.reasons),
        "request": request and request.pem,
        "subject": str(options.subject),
        "subject_alternative_names": list(options.sans),
        "key_type": options.key_type,
        "key_size": options.key_size,
        "diff": [
            {
                "before_header": options.request_path,
                "after_header": options.request_path,
                "before": _csr_to_diff(current.subject, current.sans, current.key) if current else {},
                "after": _csr_to_diff(str(options.subject), options.sans, options.key),
            }
        ],
    }


def _csr_to_diff(subject: str, sans: tuple[str, ...], key: str) -> dict[str, Any]:
    return {"subject": subject, "subject_alternative_names": list(sans), "key": key}


def _read_current_csr(options: CsrOptions, files: CsrFiles) -> tuple[Csr | None, str | None]:
    """Return the current request, or None and the reason as a sentence."""
    if not files.request:
        return None, f"The request at {options.request_path} is missing."
    if x509.holds_private_key(files.request):
        # The paths are swapped. Replacing the file would destroy a key.
        raise OptionError(
            f"names {options.request_path}, which holds a private key",
            option="request_path",
            remedy="give a file that holds the request only",
        )
    try:
        return load_csr(files.request), None
    except CsrError:
        return None, f"The request at {options.request_path} cannot be read."


def _find_csr_differences(options: CsrOptions, current: Csr, key: x509.PrivateKey | None) -> list[str]:
    """Return why the current request does not fit the options, as sentences."""
    reasons = []
    if key is not None and current.public_key != key.public_key:
        reasons.append("The request is for another private key.")
    if not current.signed:
        reasons.append("The signature of the request is not valid.")
    if set(current.sans) != set(options.sans):
        names = ", ".join(current.sans) or "no name"
        reasons.append(f"The request is for {names}, not for {', '.join(options.sans)}.")
    if current.subject != str(options.subject):
        reasons.append(f"The subject of the request is {current.subject}, not {options.subject}.")
    return reasons
