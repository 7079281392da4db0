# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Decide whether a web server's key and self-signed certificate are replaced, and replace them.

:func:`plan_self_signed` changes nothing; :func:`apply_self_signed` applies its plan. A certificate from a CA and a
private key without its certificate were not created by the module. They are replaced only with ``force`` or
``backup``.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .._certificate import san, x509
from .._errors import CertificateError, OptionError
from .._files import attributes
from .._files.replace import NewFile, replace_files_with_backup
from .private_key import KEY_MODE, parse_key_options, read_current_key, read_pair_file, resolve_pair_paths

# A hundred years; old systems cannot represent times that are much later.
_LONGEST_DAYS = 36500
_CERTIFICATE_MODE = 0o644


@dataclass(frozen=True, slots=True)
class SelfSignedOptions:
    """The options of a task. ``sans`` are written as in ``Certificate``; ``days`` and ``renew_before`` are days."""

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
class SelfSignedFiles:
    """The content of both files; None for a file that does not exist."""

    key: bytes | None
    certificate: bytes | None


@dataclass(frozen=True, slots=True)
class SelfSignedPlan:
    """Why a new certificate is created (empty: it is not), the current certificate, and the key if it is kept."""

    reasons: tuple[str, ...]
    current: x509.Certificate | None
    kept_key: bytes | None


def parse_self_signed_options(params: Mapping[str, Any]) -> SelfSignedOptions:
    """Return the options of a task in their domain types. Raises :class:`OptionError`."""
    key_type, key_size = parse_key_options(params)
    days, renew_before = params["valid_days"], params["renew_before_days"]
    if not 0 < days <= _LONGEST_DAYS:
        raise OptionError(
            f"must be 1 to {_LONGEST_DAYS} days", option="valid_days", value=days, remedy="give for example 397"
        )
    if not 0 <= renew_before < days:
        raise OptionError(
            f"must be 0 or more and less than O(valid_days) ({days})",
            option="renew_before_days",
            value=renew_before,
            remedy="decrease it, because otherwise every run would create a new certificate",
        )
    attributes.check_attribute_options(params)
    key_path, certificate_path = resolve_pair_paths(params, "certificate_path")
    sans = san.parse_alternative_names(params["subject_alternative_names"])
    return SelfSignedOptions(
        key_path=key_path,
        certificate_path=certificate_path,
        common_name=san.choose_common_name(params["common_name"], sans),
        sans=sans,
        key_type=key_type,
        key_size=key_size,
        days=days,
        renew_before=renew_before,
        force=params["force"],
        backup=params["backup"],
    )


def read_self_signed_files(options: SelfSignedOptions) -> SelfSignedFiles:
    """Read both files. Raises :class:`OptionError`."""
    return SelfSignedFiles(
        read_pair_file(options.key_path, "private_key_path"),
        read_pair_file(options.certificate_path, "certificate_path"),
    )


def plan_self_signed(options: SelfSignedOptions, files: SelfSignedFiles, now: datetime.datetime) -> SelfSignedPlan:
    """Return what would be done and why. ``now`` is aware.

    Raises :class:`OptionError` when that would destroy a file that this module did not create.
    """
    may_replace = options.force or options.backup
    key, key_reason = read_current_key(options.key_path, files.key, may_replace=may_replace)
    current, certificate_reason = _read_current_certificate(options, files)
    is_pair = key is not None and current is not None and key.public_key == current.public_key
    reasons = [reason for reason in (key_reason, certificate_reason) if reason]
    if key is not None and current is not None and not is_pair:
        reasons.append("The private key and the certificate do not belong together.")
    has_right_type = key is not None and (key.key_type, key.key_size) == (options.key_type, options.key_size)
    if key is not None and not has_right_type:
        reasons.append(f"The private key is {key.key_type} {key.key_size}, not {options.key_type} {options.key_size}.")
    if current is not None:
        reasons.extend(_find_certificate_differences(options, current, now))
    if options.force:
        reasons.append("The option force is set.")
    if reasons and current is not None and not current.self_signed and not may_replace:
        raise OptionError(
            f"names {options.certificate_path}, which was issued by {current.issuer} and is not replaced by a "
            f"self-signed certificate ({' '.join(reasons)})",
            option="certificate_path",
            remedy=("renew it with its CA", "give another path", "set O(backup)", "set O(force)"),
        )
    if key is not None and not has_right_type and not is_pair and not may_replace:
        raise OptionError(
            f"names {options.key_path}, which holds {key.key_type} {key.key_size} without its certificate and is not "
            "replaced",
            option="private_key_path",
            remedy=(
                "give another path",
                "set O(key_type) and O(key_size) to match",
                "set O(backup)",
                "set O(force)",
            ),
        )
    # A usable key without its certificate is kept. That also repairs the files of an interrupted run.
    is_kept = has_right_type and not is_pair and not options.force
    return SelfSignedPlan(tuple(reasons), current, files.key if is_kept else None)


def apply_self_signed(
    options: SelfSignedOptions, files: SelfSignedFiles, plan: SelfSignedPlan, now: datetime.datetime
) -> tuple[x509.Certificate, list[str]]:
    """Create the new files; return the certificate and the paths of the copies that ``backup`` made.

    Raises :class:`OptionError` when a file cannot be written; the old files are then in place.
    """
    key = plan.kept_key or x509.generate_private_key(options.key_type, options.key_size)
    certificate = x509.issue_self_signed(
        key, common_name=options.common_name, sans=options.sans, now=now, days=options.days
    )
    content = certificate.pem.encode("ascii")
    new = [NewFile(options.certificate_path, content, files.certificate, _CERTIFICATE_MODE, "certificate_path")]
    if plan.kept_key is None:
        new.insert(0, NewFile(options.key_path, key, files.key, KEY_MODE, "private_key_path"))
    return certificate, replace_files_with_backup(new, backup_at=now if options.backup else None)


def describe_self_signed(
    options: SelfSignedOptions, plan: SelfSignedPlan, certificate: x509.Certificate | None, now: datetime.datetime
) -> dict[str, Any]:
    """Return the result of the module. ``certificate`` is None when check mode did not create a new one."""
    unknown = "known after creation" if plan.reasons else None
    planned = {
        "common_name": options.common_name,
        "subject_alternative_names": list(options.sans),
        "not_after": unknown,
        "key": f"{options.key_type} {options.key_size}",
        "thumbprint": unknown,
    }
    result: dict[str, Any] = {
        "changed": bool(plan.reasons),
        "reasons": list(plan.reasons),
        "certificate": certificate and x509.certificate_to_result(certificate, now),
        "thumbprint": certificate and certificate.thumbprint(),
        "diff": [
            {
                "before_header": options.certificate_path,
                "after_header": options.certificate_path,
                "before": x509.certificate_to_diff(plan.current) if plan.current else {},
                "after": x509.certificate_to_diff(certificate) if certificate else planned,
            }
        ],
    }
    if certificate is None:
        result["msg"] = "A new certificate would be created. Its thumbprint is not known in check mode."
    return result


def _read_current_certificate(
    options: SelfSignedOptions, files: SelfSignedFiles
) -> tuple[x509.Certificate | None, str | None]:
    """Return the current certificate, or None and the reason as a sentence."""
    if not files.certificate:
        return None, f"The certificate at {options.certificate_path} is missing."
    if x509.holds_private_key(files.certificate):
        # Either the paths are swapped, or one file holds both. Replacing it would destroy a key.
        raise OptionError(
            f"names {options.certificate_path}, which holds a private key",
            option="certificate_path",
            remedy="give a file that holds the certificate only",
        )
    try:
        return x509.load_certificate(files.certificate), None
    except CertificateError:
        return None, f"The certificate at {options.certificate_path} cannot be read."


def _find_certificate_differences(
    options: SelfSignedOptions, current: x509.Certificate, now: datetime.datetime
) -> list[str]:
    """Return why the current certificate does not fit the options, as sentences."""
    reasons = []
    if set(current.sans) != set(options.sans):
        names = ", ".join(current.sans) or "no name"
        reasons.append(f"The certificate is valid for {names}, not for {', '.join(options.sans)}.")
    if current.common_name != options.common_name:
        reasons.append(f"The common name is {current.common_name!r}, not {options.common_name!r}.")
    if current.not_after <= now:
        reasons.append(f"The certificate expired on {current.not_after:%Y-%m-%d}.")
    elif current.not_after - now <= datetime.timedelta(days=options.renew_before):
        reasons.append(
            f"The certificate expires on {current.not_after:%Y-%m-%d}, which is within {options.renew_before} days."
        )
    return reasons
