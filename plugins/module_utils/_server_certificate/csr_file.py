# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""The only file that knows when a web server's certificate request, and the key for it, are made anew.

``plan(wanted, found)`` touches nothing; ``carry_out`` makes what it says. A key of another kind and a file that is no
readable key belong to somebody else and are not replaced unless the task says so or keeps a copy.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .._certificate import san, x509
from .._certificate.csr import Csr, CsrSubject, create_csr, load_csr
from .._errors import CsrError
from .._extension.model import OptionError
from .._files import attributes
from .._files.replace import NewFile, replace_files_with_backup
from . import private_key
from .info import read_file

_REQUEST_MODE = 0o644
# RFC 5280 appendix A.1: ub-state-name, ub-locality-name, ub-organization-name, ub-organizational-unit-name.
_LONGEST = {"state_or_province": 128, "locality": 128, "organization": 64, "organizational_unit": 64}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the task asks for. ``sans`` are written as in ``Certificate``."""

    key_path: str
    request_path: str
    subject: CsrSubject
    sans: tuple[str, ...]
    key_type: str
    key_size: int
    force: bool
    backup: bool


@dataclass(frozen=True, slots=True)
class Found:
    """The two files as they are; None where there is none."""

    key: bytes | None
    request: bytes | None


@dataclass(frozen=True, slots=True)
class Plan:
    """Why something is made anew (empty: nothing is), the request that is there now, and the key that stays."""

    reasons: tuple[str, ...]
    before: Csr | None
    kept_key: bytes | None


def wanted(params: Mapping[str, Any]) -> Wanted:
    """Read the options of a task. Raises :class:`OptionError`."""
    key_type, key_size = private_key.wanted(params)
    attributes.check_attribute_options(params)
    key_path, request_path = private_key.paths(params, "request_path")
    sans = san.parse_alternative_names(params["subject_alternative_names"])
    for option, longest in _LONGEST.items():
        value = params[option]
        if value is not None and not 0 < len(value) <= longest:
            raise OptionError(option, f"{value!r} does not have 1 to {longest} characters; shorten it or leave it out")
    country = params["country"]
    if country is not None and not (len(country) == 2 and country.isascii() and country.isalpha()):
        raise OptionError("country", f"{country!r} is no country; give its two letters (ISO 3166), such as DE")
    return Wanted(
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


def find(want: Wanted) -> Found:
    """Read both files. Raises :class:`OptionError`."""
    return Found(read_file(want.key_path, "private_key_path"), read_file(want.request_path, "request_path"))


def plan(want: Wanted, found: Found) -> Plan:
    """Say what would be done and why. Raises :class:`OptionError` when that would destroy a foreign file."""
    may_destroy = want.force or want.backup
    key, problem = private_key.present(want.key_path, found.key, may_destroy=may_destroy)
    right_key = key is not None and (key.key_type, key.key_size) == (want.key_type, want.key_size)
    if key is not None and not right_key:
        problem = f"The private key is {key.key_type} {key.key_size}, not {want.key_type} {want.key_size}."
        if not may_destroy:
            raise OptionError(
                "private_key_path",
                f"{want.key_path} holds {key.key_type} {key.key_size}, not {want.key_type} {want.key_size}, and is not "
                "replaced; give another path, set key_type and key_size to match, or set backup or force",
            )
    reasons = [problem] if problem else []
    before, request_problem = _present(want, found)
    if request_problem:
        reasons.append(request_problem)
    if before is not None:
        reasons.extend(_outdated(want, before, key))
    if want.force:
        reasons.append("The option force is set.")
    return Plan(tuple(reasons), before, found.key if right_key and not want.force else None)


def carry_out(want: Wanted, found: Found, decided: Plan, now: datetime.datetime) -> tuple[Csr, list[str]]:
    """Make the request, and its key where none stays. Returns it and the paths of the copies ``backup`` made.

    Raises :class:`OptionError` when that fails; the old files are then in place.
    """
    key = decided.kept_key or x509.generate_private_key(want.key_type, want.key_size)
    request = create_csr(key, want.subject, want.sans)
    files = [
        NewFile(want.request_path, request.pem.encode("ascii"), found.request, _REQUEST_MODE, "request_path"),
    ]
    if decided.kept_key is None:
        files.insert(0, NewFile(want.key_path, key, found.key, private_key.MODE, "private_key_path"))
    return request, replace_files_with_backup(files, backup_at=now if want.backup else None)


def result(want: Wanted, decided: Plan, after: Csr | None) -> dict[str, Any]:
    """What the module returns. ``after`` is None when check mode kept a new request from being made."""
    before = decided.before
    kind = f"{want.key_type} {want.key_size}"
    return {
        "changed": bool(decided.reasons),
        "reasons": list(decided.reasons),
        "request": after and after.pem,
        "subject": str(want.subject),
        "subject_alternative_names": list(want.sans),
        "key_type": want.key_type,
        "key_size": want.key_size,
        "diff": [
            {
                "before_header": want.request_path,
                "after_header": want.request_path,
                "before": _compared(before.subject, before.sans, before.key) if before else {},
                "after": _compared(str(want.subject), want.sans, kind),
            }
        ],
    }


def _compared(subject: str, sans: tuple[str, ...], key: str) -> dict[str, Any]:
    return {"subject": subject, "subject_alternative_names": list(sans), "key": key}


def _present(want: Wanted, found: Found) -> tuple[Csr | None, str | None]:
    if not found.request:
        return None, f"There is no request at {want.request_path}."
    if x509.holds_private_key(found.request):
        # Paths mixed up: replacing it would lose a key.
        raise OptionError(
            "request_path", f"{want.request_path} holds a private key; give a file that holds the request alone"
        )
    try:
        return load_csr(found.request), None
    except CsrError as error:
        return None, f"The file {want.request_path} {error}."


def _outdated(want: Wanted, before: Csr, key: x509.PrivateKey | None) -> list[str]:
    reasons = []
    if key is not None and before.public_key != key.public_key:
        reasons.append("The request is not made for the private key.")
    if not before.signed:
        reasons.append("The signature of the request is not valid.")
    if set(before.sans) != set(want.sans):
        asked = ", ".join(before.sans) or "no name"
        reasons.append(f"The request is made for {asked}, not for {', '.join(want.sans)}.")
    if before.subject != str(want.subject):
        reasons.append(f"The subject of the request is {before.subject}, not {want.subject}.")
    return reasons
