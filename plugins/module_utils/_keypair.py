# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""The only file that knows when a web server's key and self-signed certificate are made anew.

``plan(wanted, found, now)`` touches nothing; ``carry_out`` makes what it says. What belongs to somebody else, that is a
certificate from a CA or a key without its certificate, is not replaced unless the task says so or keeps a copy.
"""

from __future__ import annotations

import contextlib
import datetime
import grp
import ipaddress
import os
import pwd
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils import _certificate
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._extension import OptionError
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._lookup import read_file
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._replace import NewFile, replace

_SIZES = {"RSA": (2048, 3072, 4096, 8192), "ECC": (256, 384)}
_DEFAULT_SIZE = {"RSA": 3072, "ECC": 256}
_LABEL = r"(?!-)[a-z0-9_-]{1,63}(?<!-)"
# A name whose last label is a number is a mistyped IPv4 address (WHATWG URL, host parsing).
_DNS_NAME = re.compile(rf"(?:\*\.)?(?:{_LABEL}\.)*(?!\d+\Z){_LABEL}")
# RFC 5280 appendix A.1: ub-common-name, and the longest DNS name of RFC 1035.
_LONGEST_COMMON_NAME = 64
_LONGEST_DNS_NAME = 253
_MODE = re.compile(r"[0-7]{3,5}|[ugoa]*[-+=][rwxXst]*(,[ugoa]*[-+=][rwxXst]*)*")
# A hundred years; X.509 and the clocks of old systems do not go on for ever.
_LONGEST_DAYS = 36500
_KEY_MODE = 0o600
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
    before: _certificate.Certificate | None
    kept_key: bytes | None


def wanted(params: Mapping[str, Any]) -> Wanted:
    """Read the options of a task. Raises :class:`OptionError`."""
    key_type = params["key_type"]
    key_size = _DEFAULT_SIZE[key_type] if params["key_size"] is None else params["key_size"]
    if key_size not in _SIZES[key_type]:
        sizes = ", ".join(str(size) for size in _SIZES[key_type])
        raise OptionError("key_size", f"{key_size} is no size for {key_type}; give one of {sizes}, or leave it out")
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
    _check_attributes(params)
    # The file behind a symbolic link is replaced, not the link.
    key_path, certificate_path = (os.path.realpath(params[name]) for name in ("private_key_path", "certificate_path"))
    if key_path == certificate_path:
        raise OptionError("certificate_path", "is the same file as private_key_path; give two files")
    sans = tuple(dict.fromkeys(_san(text) for text in params["subject_alternative_names"]))
    if not sans:
        raise OptionError(
            "subject_alternative_names", "is empty; give at least the host name in the URL of the manifest"
        )
    return Wanted(
        key_path=key_path,
        certificate_path=certificate_path,
        common_name=_common_name(params["common_name"], sans),
        sans=sans,
        key_type=key_type,
        key_size=key_size,
        days=params["valid_days"],
        renew_before=params["renew_before_days"],
        force=params["force"],
        backup=params["backup"],
    )


def find(want: Wanted) -> Found:
    """Read both files. Raises :class:`OptionError` when one cannot be read or there is no folder to put it."""
    for path, option in ((want.key_path, "private_key_path"), (want.certificate_path, "certificate_path")):
        folder = os.path.dirname(path)
        if not os.path.isdir(folder):
            raise OptionError(option, f"there is no folder {folder}; make it first or correct the path")
    return Found(read_file(want.key_path, "private_key_path"), read_file(want.certificate_path, "certificate_path"))


def plan(want: Wanted, found: Found, now: datetime.datetime) -> Plan:
    """Say what would be done and why. ``now`` is aware.

    Raises :class:`OptionError` when that would destroy a foreign file.
    """
    may_destroy = want.force or want.backup
    key, key_problem = _key(want, found, may_destroy=may_destroy)
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


def carry_out(
    want: Wanted, found: Found, decided: Plan, now: datetime.datetime
) -> tuple[_certificate.Certificate, list[str]]:
    """Make the new pair and put it in place. Returns the certificate and the paths of the copies ``backup`` made.

    Raises :class:`OptionError` when that fails; the old files are then in place.
    """
    key = decided.kept_key or _certificate.new_key(want.key_type, want.key_size)
    certificate = _certificate.issue(key, common_name=want.common_name, sans=want.sans, now=now, days=want.days)
    files = [NewFile(want.certificate_path, certificate.pem.encode("ascii"), found.certificate, _CERTIFICATE_MODE)]
    if decided.kept_key is None:
        files.insert(0, NewFile(want.key_path, key, found.key, _KEY_MODE))
    stamp = now.strftime("%Y%m%dT%H%M%S%fZ")
    copies = [NewFile(f"{file.path}.{stamp}~", file.old, None, file.mode) for file in files if want.backup and file.old]
    try:
        replace(copies)
        replace(files)
    except OSError as error:
        raise OptionError(
            "private_key_path, certificate_path",
            f"{error.filename2 or error.filename or want.certificate_path} cannot be written ({error.strerror}) and "
            "the old files stay; give folders where the user of this task may write",
        ) from error
    return certificate, [copy.path for copy in copies]


def result(
    want: Wanted, decided: Plan, after: _certificate.Certificate | None, now: datetime.datetime
) -> dict[str, Any]:
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
        "certificate": after and _certificate.describe(after, now),
        "thumbprint": after and after.thumbprint(),
        "diff": [
            {
                "before_header": want.certificate_path,
                "after_header": want.certificate_path,
                "before": _compared(decided.before) if decided.before else {},
                "after": _compared(after) if after else planned,
            }
        ],
    }
    if after is None:
        described["msg"] = (
            "A new certificate would be made; in check mode there is none, so its thumbprint is not known."
        )
    return described


def _compared(certificate: _certificate.Certificate) -> dict[str, Any]:
    return {
        "common_name": certificate.common_name,
        "subject_alternative_names": list(certificate.sans),
        "not_after": f"{certificate.not_after:%Y-%m-%dT%H:%M:%SZ}",
        "key": f"{certificate.key_type} {certificate.key_size}",
        "thumbprint": certificate.thumbprint(),
    }


def _key(want: Wanted, found: Found, *, may_destroy: bool) -> tuple[_certificate.PrivateKey | None, str | None]:
    if not found.key:
        return None, f"There is no private key at {want.key_path}."
    try:
        return _certificate.load_key(found.key), None
    except _certificate.CertificateError as error:
        if may_destroy:
            return None, f"The private key at {want.key_path} {error}."
        raise OptionError(
            "private_key_path", f"{want.key_path} {error}; give another path, or set backup or force to replace it"
        ) from error


def _present(want: Wanted, found: Found) -> tuple[_certificate.Certificate | None, str | None]:
    if not found.certificate:
        return None, f"There is no certificate at {want.certificate_path}."
    if _certificate.holds_private_key(found.certificate):
        # Paths mixed up, or key and certificate in one file: replacing it would lose a key in either case.
        raise OptionError(
            "certificate_path",
            f"{want.certificate_path} holds a private key; give a file that holds the certificate alone",
        )
    try:
        return _certificate.load(found.certificate), None
    except _certificate.CertificateError:
        return None, f"The file {want.certificate_path} holds no certificate that can be read."


def _outdated(want: Wanted, before: _certificate.Certificate, now: datetime.datetime) -> list[str]:
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


def _check_attributes(params: Mapping[str, Any]) -> None:
    """Ansible would notice these only after the files are replaced."""
    for option, look_up in (("owner", pwd.getpwnam), ("group", grp.getgrnam)):
        name = params[option]
        if name is not None and not name.isdecimal():
            try:
                look_up(name)
            except KeyError as error:
                raise OptionError(
                    option, f"there is no {name!r} on this host; create it first or correct it"
                ) from error
    for option in ("mode", "private_key_mode"):
        mode = params[option]
        if isinstance(mode, str) and not _MODE.fullmatch(mode):
            raise OptionError(option, f"{mode!r} is no file mode; give octal digits in quotes, such as '0640'")


def _san(text: str) -> str:
    """``DNS:name`` or ``IP:address`` from either of them or from the bare name or address."""
    option = "subject_alternative_names"
    kind, colon, value = text.strip().partition(":")
    if not colon or kind.upper() not in ("DNS", "IP"):
        kind, value = "", text.strip()
    with contextlib.suppress(ValueError):
        if kind.upper() != "DNS":
            return f"IP:{ipaddress.ip_address(value.strip().strip('[]'))}"
    name = _certificate.ascii_name(value)
    if kind.upper() == "IP" or len(name) > _LONGEST_DNS_NAME or not _DNS_NAME.fullmatch(name):
        raise OptionError(
            option,
            f"{text!r} is neither a host name nor an IP address; give the host as it stands in the URL of the manifest",
        )
    return f"DNS:{name}"


def _common_name(given: str | None, sans: tuple[str, ...]) -> str:
    names = [san.partition(":")[2] for san in sorted(sans, key=lambda san: not san.startswith("DNS:"))]
    fitting = [name for name in ([given] if given is not None else names) if 0 < len(name) <= _LONGEST_COMMON_NAME]
    if not fitting:
        raise OptionError(
            "common_name",
            f"{given or names[0]!r} does not have 1 to {_LONGEST_COMMON_NAME} characters; give one that has",
        )
    return fitting[0]
