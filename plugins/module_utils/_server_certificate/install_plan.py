# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Decide whether a new key and certificate may be installed for a web server.

:func:`read_installation` reads the files and :func:`plan_install` decides; neither changes anything.
"""

from __future__ import annotations

import dataclasses
import datetime
import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from .._certificate import x509
from .._certificate.chain import check_chain, order_chain
from .._certificate.x509 import Certificate
from .._errors import CertificateError, OptionError
from .file_swap import REPLACED, UNDONE, SwapContent, SwapFile, find_leftover, read_swap_contents
from .install_options import InstallOptions
from .private_key import read_pair_file


@dataclass(frozen=True, slots=True)
class Installation:
    """The files as they were before an interrupted run; ``leftover`` is from :func:`find_leftover`."""

    key: SwapContent
    certificate: SwapContent
    leftover: str | None

    @property
    def moved(self) -> bool:
        """Whether an interrupted run has moved a file."""
        return self.key.moved or self.certificate.moved


@dataclass(frozen=True, slots=True)
class InstallPlan:
    """Why something is done (empty: nothing is), the chain before and after, and whether files are swapped.

    ``text`` is what is written when no file holds the new certificate. A chain is empty where there is no certificate.
    ``previous`` are the chains of the previous pair, before and after.
    """

    reasons: tuple[str, ...]
    after: tuple[Certificate, ...]
    before: tuple[Certificate, ...] = ()
    swap: bool = False
    text: bytes | None = None
    previous: tuple[tuple[Certificate, ...], tuple[Certificate, ...]] = ((), ())


def read_installation(options: InstallOptions) -> Installation:
    """Read the files. Raises :class:`OptionError` when one cannot be read, or could not be renamed into place."""
    if options.state == "present":
        for file in options.pair.files():
            _check_renamable(file)
    leftover = find_leftover(options.pair)
    key, certificate = read_swap_contents(options.pair, leftover)
    return Installation(key, certificate, leftover)


def plan_install(options: InstallOptions, current: Installation, now: datetime.datetime) -> InstallPlan:
    """Return what would be done and why. ``now`` is aware. Raises :class:`OptionError` for an unusable pair."""
    _check_interrupted_run(options, current)
    planner = {"present": _plan_present, "previous": _plan_previous, "settled": _plan_settled}[options.state]
    plan = planner(options, current, now)
    repair = ("An earlier run was interrupted; its files are repaired.",) if current.leftover else ()
    before = _load_any_chain(current.certificate.live)
    previous = _load_any_chain(read_pair_file(options.pair.certificate.previous, "certificate_path"))
    previous_after = previous
    if plan.swap or options.state == "settled":
        is_kept = options.state == "present" and options.keep_previous and current.key.live
        previous_after = before if is_kept else ()
    return dataclasses.replace(
        plan, reasons=(*repair, *plan.reasons), before=before, previous=(previous, previous_after)
    )


def describe_install(
    options: InstallOptions,
    plan: InstallPlan,
    reasons: Sequence[str],
    *,
    served: bool | None,
    now: datetime.datetime,
) -> dict[str, Any]:
    """Return the result of the module. ``reasons`` and ``served`` are from ``install.py``."""
    path = options.pair.certificate.live
    leaf, before = (chain[0] if chain else None for chain in (plan.after, plan.before))
    return {
        "changed": bool(reasons),
        "reasons": list(reasons),
        "certificate": leaf and x509.certificate_to_result(leaf, now),
        "chain": [link.subject for link in plan.after],
        "thumbprint": leaf and leaf.thumbprint(),
        "previous_thumbprint": before and before.thumbprint(),
        "previous_since": _read_change_time(options.pair.certificate.previous),
        "served": served,
        "diff": [
            {
                "before_header": path,
                "after_header": path,
                "before": _chains_to_diff(plan.before, plan.previous[0]),
                "after": _chains_to_diff(plan.after, plan.previous[1]),
            }
        ],
    }


def _plan_present(options: InstallOptions, current: Installation, now: datetime.datetime) -> InstallPlan:
    key, certificate = options.pair.files()
    if options.text is None and current.certificate.replacement is None:
        return InstallPlan((), _check_live_pair(options, current, now))
    if current.certificate.live and x509.holds_private_key(current.certificate.live):
        raise OptionError(
            f"names {certificate.live}, which holds a private key that would be lost",
            option="certificate_path",
            remedy="give a file that holds the certificate only",
        )
    if current.key.replacement is None:
        public_key = _load_public_key(current.key.live, key.option, key.live)
    else:
        public_key = _load_public_key(current.key.replacement, "new_private_key_path", str(key.replacement))
    if options.text is None:
        option = "new_certificate_path"
        content = current.certificate.replacement
        chain = _load_chain_file(content, option, str(certificate.replacement), public_key)
    else:
        option = "new_certificate"
        chain = _load_chain_text(options.text, public_key)
    _check_validity(chain, option, options.hosts, now)
    is_installed = chain == _load_any_chain(current.certificate.live)
    if options.text is not None and current.key.replacement is None and is_installed:
        return InstallPlan((), chain)
    files = "certificate is" if current.key.replacement is None else "key and the new certificate are"
    text = None if options.text is None else "".join(link.pem for link in chain).encode("ascii")
    return InstallPlan((f"The new {files} installed.",), chain, swap=True, text=text)


def _plan_previous(options: InstallOptions, current: Installation, _now: datetime.datetime) -> InstallPlan:
    unchanged = InstallPlan((), _load_any_chain(current.certificate.live))
    if current.moved and current.leftover == REPLACED:
        # The repair restores the previous pair.
        return unchanged
    key, certificate = options.pair.files()
    if current.certificate.replacement is None or not (current.key.replacement or current.key.live):
        return unchanged
    public_key = _load_public_key(current.key.replacement or current.key.live, key.option, key.previous)
    try:
        content = current.certificate.replacement
        chain = _load_chain_file(content, certificate.option, certificate.previous, public_key)
    except OptionError:
        if current.key.replacement is None:
            # What is left of a previous pair whose key has been removed.
            return unchanged
        raise
    return InstallPlan(("The previous pair is restored.",), chain, swap=True)


def _plan_settled(options: InstallOptions, current: Installation, now: datetime.datetime) -> InstallPlan:
    # The previous pair is kept as long as the live one cannot be used.
    chain = _check_live_pair(options, current, now)
    previous = [file.previous for file in options.pair.files() if os.path.lexists(file.previous)]
    return InstallPlan((f"The previous pair is removed: {', '.join(previous)}.",) if previous else (), chain)


def _check_live_pair(options: InstallOptions, current: Installation, now: datetime.datetime) -> tuple[Certificate, ...]:
    """Return the chain in place, if it can be used and there is no new one."""
    key, certificate = options.pair.files()
    try:
        public_key = _load_public_key(current.key.live, key.option, key.live)
        chain = _load_chain_file(current.certificate.live, certificate.option, certificate.live, public_key)
        _check_validity(chain, certificate.option, options.hosts, now)
    except OptionError as error:
        if certificate.replacement is None:
            raise
        raise OptionError(
            f"names {certificate.replacement}, which does not exist, and the files in place cannot be used "
            f"(O({error.option}) {error.reason})",
            option="new_certificate_path",
            remedy="create the new key and certificate",
        ) from error
    if current.key.replacement is not None:
        raise OptionError(
            f"names {certificate.replacement}, which does not exist although its key {key.replacement} does",
            option="new_certificate_path",
            remedy="create the certificate file",
        )
    return chain


def _check_interrupted_run(options: InstallOptions, current: Installation) -> None:
    """Check that this task keeps the files that an interrupted run has installed, or restores the previous ones."""
    if not current.moved or current.leftover == UNDONE or options.state == "previous":
        return
    key, certificate = options.pair.files()
    loses_key = current.key.moved and key.replacement is None
    if loses_key or (options.text is None and certificate.replacement is None):
        raise OptionError(
            f"names {key.live}, which an interrupted run was replacing together with its certificate",
            option="private_key_path",
            remedy=("run that task again with the same options", "run it with O(state=previous) to undo it"),
        )


def _load_public_key(content: bytes | None, option: str, path: str) -> bytes:
    remedy = "give the private key in PEM, without a passphrase"
    if content is None:
        raise OptionError(f"names {path}, which does not exist", option=option, remedy=remedy)
    with OptionError.wrapping(option, file=path, remedy=remedy):
        return x509.load_private_key(content).public_key


def _load_chain_file(content: bytes | None, option: str, path: str, public_key: bytes) -> tuple[Certificate, ...]:
    if content is None:
        raise OptionError(
            f"names {path}, which does not exist", option=option, remedy="give the path of the certificate in PEM"
        )
    if x509.holds_private_key(content):
        raise OptionError(
            f"names {path}, which holds a private key",
            option=option,
            remedy="move the key to a separate file that other users cannot read",
        )
    with OptionError.wrapping(option, file=path):
        chain = x509.load_chain(content)
        check_chain(chain, public_key)
    if b"-----BEGIN" not in content:
        raise OptionError(
            f"names {path}, which is not in PEM, the format that web servers read",
            option=option,
            remedy="convert it with openssl x509 -inform DER",
        )
    return chain


def _load_chain_text(text: str, public_key: bytes) -> tuple[Certificate, ...]:
    if x509.holds_private_key(text):
        raise OptionError(
            "holds a private key, which must not leave its host",
            option="new_certificate",
            remedy="give the certificates only",
        )
    with OptionError.wrapping("new_certificate"):
        return order_chain(x509.load_chain(text), public_key)


def _check_validity(chain: Sequence[Certificate], option: str, hosts: Sequence[str], now: datetime.datetime) -> None:
    """Check the dates of all certificates, and the names of the first one."""
    for link in chain:
        if link.not_after < now:
            raise OptionError(
                f"holds {link.subject}, which expired on {link.not_after:%Y-%m-%d %H:%M} UTC",
                option=option,
                remedy="have the certificate renewed",
            )
        if now < link.not_before:
            raise OptionError(
                f"holds {link.subject}, which is not valid before {link.not_before:%Y-%m-%d %H:%M} UTC",
                option=option,
                remedy="wait until then, or correct the clock of this host",
            )
    leaf = chain[0]
    for host in hosts:
        if not leaf.sans:
            raise OptionError(
                f"holds {leaf.subject}, which has no subjectAltName",
                option=option,
                remedy=f"have the certificate issued with the subjectAltName {host}",
                note="Clients ignore the common name",
            )
        if not leaf.matches_host(host):
            raise OptionError(
                f"holds {leaf.subject}, which is valid for {', '.join(leaf.sans)} and not for {host} in O(hosts)",
                option=option,
                remedy="have the certificate issued with that name in subjectAltName",
            )


def _check_renamable(file: SwapFile) -> None:
    if file.replacement is None or not os.path.lexists(file.replacement):
        return
    option = f"new_{file.option}"
    if os.path.islink(file.replacement):
        raise OptionError(
            f"names {file.replacement}, which is a symbolic link",
            option=option,
            remedy="give the file itself, because it is renamed",
        )
    if os.stat(file.replacement).st_dev != os.stat(os.path.dirname(file.live)).st_dev:
        raise OptionError(
            f"names {file.replacement}, which is on another file system than {file.live} and cannot be renamed to it",
            option=option,
            remedy="put it into the same folder",
        )


def _load_any_chain(content: bytes | None) -> tuple[Certificate, ...]:
    """Return the certificates of a file in their order, whether or not they can be used; empty where there are none."""
    try:
        return x509.load_chain(content) if content else ()
    except CertificateError:
        return ()


def _chains_to_diff(chain: Sequence[Certificate], previous: Sequence[Certificate]) -> dict[str, Any]:
    diff = {**x509.certificate_to_diff(chain[0]), "chain": [link.subject for link in chain]} if chain else {}
    return {**diff, "previous": previous[0].thumbprint()} if previous else diff


def _read_change_time(path: str) -> str | None:
    """Return when the status of a file changed last, in ISO 8601 and UTC; None where there is no file."""
    try:
        changed = os.stat(path).st_ctime
    except FileNotFoundError:
        return None
    return f"{datetime.datetime.fromtimestamp(changed, datetime.timezone.utc):%Y-%m-%dT%H:%M:%SZ}"
