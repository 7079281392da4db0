# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""The only file that knows when a web server's key and self-signed certificate are made anew.

``plan(wanted, found, now)`` touches nothing; ``carry_out`` makes what it says. What belongs to somebody else, that is a
certificate from a CA or a key without its certificate, is not replaced unless the task says so or keeps a copy.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .._certificate import san, x509
from .._errors import CertificateError
from .._extension.model import OptionError
from .._files import attributes
from .._files.replace import NewFile, replace_files_with_backup
from . import private_key
from .info import read_file

# A hundred years; X.509 and the clocks of old systems do not go on for ever.
_LONGEST_DAYS = 36500
_CERTIFICATE_MODE = 0o644


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the task asks for. ``sans`` are written as in ``Certificate``; ``days`` and ``renew_before`` are days."""

    key_path: str
    certificate_path: str
    common_name: str
    sans: tuple[str, ...]
    key_type: str
    key_size: int
    days: int
    renew_before: int
    force: bool
    backup: bool


@dataclass(frozen=True, slots=True)
class Found:
    """The two files as they are; None where there is none."""

    key: bytes | None
    certificate: bytes | None


@dataclass(frozen=True, slots=True)
class Plan:
    """Why something is made anew (empty: nothing is), what is there now, and the key that stays, if one does."""

    reasons: tuple[str, ...]
    before: x509.Certificate | None
    kept_key: bytes | None


def wanted(params: Mapping[str, Any]) -> Wanted:
    """Read the options of a task. Raises :class:`OptionError`."""
    key_type, key_size = private_key.wanted(params)
    if not 0 < params["valid_days"] <= _LONGEST_DAYS:
        raise OptionError(
            "valid_days", f"{params['valid_days']} is out of range; give 1 to {_LONGEST_DAYS} days, such as 397"
        )
    if not 0 <= params["renew_before_days"] < params["valid_days"]:
        raise OptionError(
            "renew_before_days",
            f"{params['renew_before_days']} must be 0 or more and less than valid_days ({params['valid_days']}), "
            "or every run would make a new certificate",
        )
    attributes.check_attribute_options(params)
    key_path, certificate_path = private_key.paths(params, "certificate_path")
    sans = san.parse_alternative_names(params["subject_alternative_names"])
    return Wanted(
        key_path=key_path,
        certificate_path=certificate_path,
        common_name=san.choose_common_name(params["common_name"], sans),
        sans=sans,
        key_type=key_type,
        key_size=key_size,
        days=params["valid_days"],
        renew_before=params["renew_before_days"],
        force=params["force"],
        backup=params["backup"],
    )


def find(want: Wanted) -> Found:
    """Read both files. Raises :class:`OptionError`."""
    return Found(read_file(want.key_path, "private_key_path"), read_file(want.certificate_path, "certificate_path"))


def plan(want: Wanted, found: Found, now: datetime.datetime) -> Plan:
    """Say what would be done and why. ``now`` is aware.

    Raises :class:`OptionError` when that would destroy a foreign file.
    """
    may_destroy = want.force or want.backup
    key, key_problem = private_key.present(want.key_path, found.key, may_destroy=may_destroy)
    before, certificate_problem = _present(want, found)
    pair = key is not None and before is not None and key.public_key == before.public_key
    reasons = [problem for problem in (key_problem, certificate_problem) if problem]
    if key is not None and before is not None and not pair:
        reasons.append("The private key and the certificate do not belong together.")
    right_key = key is not None and (key.key_type, key.key_size) == (want.key_type, want.key_size)
    if key is not None and not right_key:
        reasons.append(f"The private key is {key.key_type} {key.key_size}, not {want.key_type} {want.key_size}.")
    if before is not None:
        reasons.extend(_outdated(want, before, now))
    if want.force:
        reasons.append("The option force is set.")
    if reasons and before is not None and not before.self_signed and not may_destroy:
        raise OptionError(
            "certificate_path",
            f"{want.certificate_path} was issued by {before.issuer} and is not replaced by a self-signed one "
            f"({' '.join(reasons)}); have it renewed there, give another path, or set backup or force",
        )
    if key is not None and not right_key and not pair and not may_destroy:
        raise OptionError(
            "private_key_path",
            f"{want.key_path} holds {key.key_type} {key.key_size} without its certificate and is not replaced; "
            f"give another path, set key_type and key_size to match, or set backup or force",
        )
    # A usable key without its certificate is used. That also mends what a run left that was cut off in between.
    keep = right_key and not pair and not want.force
    return Plan(tuple(reasons), before, found.key if keep else None)


def carry_out(want: Wanted, found: Found, decided: Plan, now: datetime.datetime) -> tuple[x509.Certificate, list[str]]:
    """Make the new pair and put it in place. Returns the certificate and the paths of the copies ``backup`` made.

    Raises :class:`OptionError` when that fails; the old files are then in place.
    """
    key = decided.kept_key or x509.generate_private_key(want.key_type, want.key_size)
    certificate = x509.issue_self_signed(key, common_name=want.common_name, sans=want.sans, now=now, days=want.days)
    option, content = "certificate_path", certificate.pem.encode("ascii")
    files = [NewFile(want.certificate_path, content, found.certificate, _CERTIFICATE_MODE, option)]
    if decided.kept_key is None:
        files.insert(0, NewFile(want.key_path, key, found.key, private_key.MODE, "private_key_path"))
    return certificate, replace_files_with_backup(files, backup_at=now if want.backup else None)


def result(want: Wanted, decided: Plan, after: x509.Certificate | None, now: datetime.datetime) -> dict[str, Any]:
    """What the module returns. ``after`` is None when check mode kept a new pair from being made."""
    unknown = "known when it is made" if decided.reasons else None
    planned = {
        "common_name": want.common_name,
        "subject_alternative_names": list(want.sans),
        "not_after": unknown,
        "key": f"{want.key_type} {want.key_size}",
        "thumbprint": unknown,
    }
    described: dict[str, Any] = {
        "changed": bool(decided.reasons),
        "reasons": list(decided.reasons),
        "certificate": after and x509.certificate_to_result(after, now),
        "thumbprint": after and after.thumbprint(),
        "diff": [
            {
                "before_header": want.certificate_path,
                "after_header": want.certificate_path,
                "before": x509.certificate_to_diff(decided.before) if decided.before else {},
                "after": x509.certificate_to_diff(after) if after else planned,
            }
        ],
    }
    if after is None:
        described["msg"] = (
            "A new certificate would be made; in check mode there is none, so its thumbprint is not known."
        )
    return described


def _present(want: Wanted, found: Found) -> tuple[x509.Certificate | None, str | None]:
    if not found.certificate:
        return None, f"There is no certificate at {want.certificate_path}."
    if x509.holds_private_key(found.certificate):
        # Paths mixed up, or key and certificate in one file: replacing it would lose a key in either case.
        raise OptionError(
            "certificate_path",
            f"{want.certificate_path} holds a private key; give a file that holds the certificate alone",
        )
    try:
        return x509.load_certificate(found.certificate), None
    except CertificateError:
        return None, f"The file {want.certificate_path} holds no certificate that can be read."


def _outdated(want: Wanted, before: x509.Certificate, now: datetime.datetime) -> list[str]:
    reasons = []
    if set(before.sans) != set(want.sans):
        made_for = ", ".join(before.sans) or "no name"
        reasons.append(f"The certificate is made for {made_for}, not for {', '.join(want.sans)}.")
    if before.common_name != want.common_name:
        reasons.append(f"The common name is {before.common_name!r}, not {want.common_name!r}.")
    if before.not_after - now <= datetime.timedelta(days=want.renew_before):
        reasons.append(
            f"The certificate ends on {before.not_after:%Y-%m-%d}, which is past or within {want.renew_before} days."
        )
    return reasons
