# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""The only file that knows when a key and certificate may be put into place for a web server.

``find`` reads and ``plan`` says what would be done; both touch nothing.
"""

from __future__ import annotations

import dataclasses
import datetime
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .._certificate import x509
from .._certificate.chain import check_chain, order_chain
from .._certificate.x509 import Certificate
from .._errors import CertificateError, ChainError
from .._extension.model import OptionError
from .._files import attributes
from . import file_swap, private_key
from .file_swap import Pair, Place, Seen
from .info import read_file


@dataclass(frozen=True, slots=True)
class Confirm:
    """Where the server shows its certificate. ``timeout`` is in seconds."""

    address: str
    port: int
    server_name: str
    timeout: float


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the task asks for. ``text`` is the new certificate where no file holds it."""

    state: str
    pair: Pair
    text: str | None
    hosts: tuple[str, ...]
    keep_previous: bool
    test_command: tuple[str, ...]
    reload_command: tuple[str, ...]
    confirm: Confirm | None


@dataclass(frozen=True, slots=True)
class Found:
    """The files, as they were before a run that was cut off; ``left`` is the second name that it gave them."""

    key: Seen
    certificate: Seen
    left: str | None

    @property
    def moved(self) -> bool:
        return self.key.moved or self.certificate.moved


@dataclass(frozen=True, slots=True)
class Plan:
    """Why something is done (empty: nothing is), the chain before and after, and whether files change places.

    ``text`` is what is written where no file holds the new certificate. A chain is empty where there is none.
    ``kept`` are the previous chains, before and after.
    """

    reasons: tuple[str, ...]
    after: tuple[Certificate, ...]
    before: tuple[Certificate, ...] = ()
    switch: bool = False
    text: bytes | None = None
    kept: tuple[tuple[Certificate, ...], tuple[Certificate, ...]] = ((), ())


def wanted(params: Mapping[str, Any]) -> Wanted:
    """Read the options of a task. Raises :class:`OptionError`."""
    attributes.check_attribute_options(params)
    state = params["state"]
    new = [name for name in ("new_private_key_path", "new_certificate_path", "new_certificate") if params[name]]
    if state != "present" and new:
        raise OptionError(new[0], f"says nothing with state={state}; leave it out, or set state=present")
    if new == ["new_private_key_path"]:
        raise OptionError(
            "new_private_key_path", "is a key without its certificate; give new_certificate_path or new_certificate too"
        )
    return Wanted(
        state=state,
        pair=_pair(params, new),
        text=params["new_certificate"] or None,
        hosts=tuple(params["hosts"]),
        keep_previous=params["keep_previous"],
        test_command=_command(params, "test_command"),
        reload_command=_command(params, "reload_command"),
        confirm=_confirm(params["confirm"]) if params["confirm"] else None,
    )


def find(want: Wanted) -> Found:
    """Read the files. Raises :class:`OptionError` when one cannot be read, or could not be moved into place."""
    if want.state == "present":
        for place in want.pair.places():
            _check_movable(place)
    left = file_swap.left(want.pair)
    key, certificate = file_swap.see(want.pair, left)
    return Found(key, certificate, left)


def plan(want: Wanted, found: Found, now: datetime.datetime) -> Plan:
    """Say what would be done and why. ``now`` is aware. Raises :class:`OptionError` for a pair that is of no use."""
    _check_left(want, found)
    decided = {"present": _present, "previous": _previous, "settled": _settled}[want.state](want, found, now)
    cut_off = ("An earlier run was cut off; what it left is put in order.",) if found.left else ()
    before = _as_it_is(found.certificate.live)
    kept = _as_it_is(read_file(want.pair.certificate.previous, "certificate_path"))
    after = kept
    if decided.switch or want.state == "settled":
        after = before if want.state == "present" and want.keep_previous and found.key.live else ()
    return dataclasses.replace(decided, reasons=(*cut_off, *decided.reasons), before=before, kept=(kept, after))


def result(
    want: Wanted, decided: Plan, reasons: Sequence[str], *, served: bool | None, now: datetime.datetime
) -> dict[str, Any]:
    """What the module returns of a plan that was carried out, or would be."""
    path = want.pair.certificate.live
    leaf, before = (chain[0] if chain else None for chain in (decided.after, decided.before))
    return {
        "changed": bool(reasons),
        "reasons": list(reasons),
        "certificate": leaf and x509.certificate_to_result(leaf, now),
        "chain": [link.subject for link in decided.after],
        "thumbprint": leaf and leaf.thumbprint(),
        "previous_thumbprint": before and before.thumbprint(),
        "previous_since": _since(want.pair.certificate.previous),
        "served": served,
        "diff": [
            {
                "before_header": path,
                "after_header": path,
                "before": _compared(decided.before, decided.kept[0]),
                "after": _compared(decided.after, decided.kept[1]),
            }
        ],
    }


def _present(want: Wanted, found: Found, now: datetime.datetime) -> Plan:
    key, certificate = want.pair.places()
    if want.text is None and found.certificate.waiting is None:
        return Plan((), _chain_in_place(want, found, now))
    if found.certificate.live and x509.holds_private_key(found.certificate.live):
        raise OptionError(
            "certificate_path",
            f"{certificate.live} holds a private key, which would be lost; give a file for the certificate alone",
        )
    if found.key.waiting is None:
        public_key = _public_key(found.key.live, key.option, key.live)
    else:
        public_key = _public_key(found.key.waiting, "new_private_key_path", str(key.waiting))
    if want.text is None:
        option = "new_certificate_path"
        chain = _chain_of_file(found.certificate.waiting or b"", option, str(certificate.waiting), public_key)
    else:
        option = "new_certificate"
        chain = _chain_of_text(want.text, public_key)
    _check_use(chain, option, want.hosts, now)
    if want.text is not None and found.key.waiting is None and chain == _as_it_is(found.certificate.live):
        return Plan((), chain)
    what = "certificate takes" if found.key.waiting is None else "key and the new certificate take"
    text = None if want.text is None else "".join(link.pem for link in chain).encode("ascii")
    return Plan((f"The new {what} the place of what was there.",), chain, switch=True, text=text)


def _previous(want: Wanted, found: Found, _now: datetime.datetime) -> Plan:
    live = Plan((), _as_it_is(found.certificate.live))
    if found.moved and found.left == file_swap.REPLACED:
        # Putting that back is the way back.
        return live
    key, certificate = want.pair.places()
    if found.certificate.waiting is None or not (found.key.waiting or found.key.live):
        return live
    public_key = _public_key(found.key.waiting or found.key.live, key.option, key.previous)
    try:
        chain = _chain_of_file(found.certificate.waiting, certificate.option, certificate.previous, public_key)
    except OptionError:
        if found.key.waiting is None:
            # The rest of a previous pair whose key is removed already.
            return live
        raise
    return Plan(("The previous pair comes back.",), chain, switch=True)


def _settled(want: Wanted, found: Found, now: datetime.datetime) -> Plan:
    # As long as what is in place is of no use, the way back stays.
    chain = _chain_in_place(want, found, now)
    there = [place.previous for place in want.pair.places() if os.path.lexists(place.previous)]
    return Plan((f"The previous pair is removed: {', '.join(there)}.",) if there else (), chain)


def _chain_in_place(want: Wanted, found: Found, now: datetime.datetime) -> tuple[Certificate, ...]:
    """The chain that the server reads, once nothing new waits for its place."""
    key, certificate = want.pair.places()
    try:
        public_key = _public_key(found.key.live, key.option, key.live)
        chain = _chain_of_file(found.certificate.live, certificate.option, certificate.live, public_key)
        _check_use(chain, certificate.option, want.hosts, now)
    except OptionError as error:
        if certificate.waiting is None:
            raise
        raise OptionError(
            "new_certificate_path",
            f"there is no file {certificate.waiting}, and what is in place is of no use ({error}); make the new pair",
        ) from error
    if found.key.waiting is not None:
        raise OptionError(
            "new_certificate_path",
            f"there is no file {certificate.waiting}, while its key waits at {key.waiting}; put the certificate there",
        )
    return chain


def _check_left(want: Wanted, found: Found) -> None:
    """Nothing that a cut-off run has moved into place is thrown away, unless the way back is what is asked for."""
    if not found.moved or found.left == file_swap.UNDONE or want.state == "previous":
        return
    key, certificate = want.pair.places()
    if (found.key.moved and key.waiting is None) or (want.text is None and certificate.waiting is None):
        raise OptionError(
            "private_key_path",
            f"{key.live} and its certificate were being replaced by a run that was cut off; run it again with the same "
            "options, or with state=previous to take it back",
        )


def _public_key(content: bytes | None, option: str, path: str) -> bytes:
    if content is None:
        raise OptionError(option, f"there is no file {path}; give the path of the private key in PEM")
    try:
        return x509.load_private_key(content).public_key
    except CertificateError as error:
        raise OptionError(option, f"{path} {error}; give the private key in PEM, without a passphrase") from error


def _chain_of_file(content: bytes | None, option: str, path: str, public_key: bytes) -> tuple[Certificate, ...]:
    if content is None:
        raise OptionError(option, f"there is no file {path}; give the path of the certificate in PEM")
    try:
        if x509.holds_private_key(content):
            raise OptionError(
                option, f"{path} holds a private key; put it into a file of its own, readable by no other"
            )
        chain = x509.load_chain(content)
        check_chain(chain, public_key)
    except (CertificateError, ChainError) as error:
        raise OptionError(option, f"{path} {error}") from error
    if b"-----BEGIN" not in content:
        raise OptionError(option, f"{path} is not PEM, which web servers read; convert it: openssl x509 -inform DER")
    return chain


def _chain_of_text(text: str, public_key: bytes) -> tuple[Certificate, ...]:
    option = "new_certificate"
    try:
        if x509.holds_private_key(text):
            raise OptionError(option, "holds a private key, which must not leave its host; give the certificates alone")
        return order_chain(x509.load_chain(text), public_key)
    except (CertificateError, ChainError) as error:
        raise OptionError(option, str(error)) from error


def _check_use(chain: Sequence[Certificate], option: str, hosts: Sequence[str], now: datetime.datetime) -> None:
    for link in chain:
        if link.not_after < now:
            raise OptionError(
                option, f"{link.subject} expired on {link.not_after:%Y-%m-%d %H:%M} UTC; have it issued again"
            )
        if now < link.not_before:
            raise OptionError(
                option,
                f"{link.subject} is not valid before {link.not_before:%Y-%m-%d %H:%M} UTC; wait until then, or set the "
                "clock of this host right",
            )
    for host in hosts:
        if not chain[0].sans:
            raise OptionError(
                option,
                f"{chain[0].subject} names no host in subjectAltName, and its common name does not count; have it "
                f"issued with subjectAltName {host}",
            )
        if not chain[0].matches_host(host):
            raise OptionError(
                option,
                f"{chain[0].subject} is made for {', '.join(chain[0].sans)} and not for {host} (hosts); have it issued "
                "with that name in subjectAltName",
            )


def _check_movable(place: Place) -> None:
    if place.waiting is None or not os.path.lexists(place.waiting):
        return
    option = f"new_{place.option}"
    if os.path.islink(place.waiting):
        raise OptionError(option, f"{place.waiting} is a symbolic link; give the file itself, since it is moved")
    if os.stat(place.waiting).st_dev != os.stat(os.path.dirname(place.live)).st_dev:
        raise OptionError(
            option,
            f"{place.waiting} and {place.live} are on different file systems, so that it cannot be renamed; put it "
            "beside that file",
        )


def _pair(params: Mapping[str, Any], new: Sequence[str]) -> Pair:
    key_path, certificate_path = private_key.paths(params, "certificate_path")
    pair = Pair(Place("private_key_path", key_path), Place("certificate_path", certificate_path))
    if params["state"] == "previous":
        return Pair(*(dataclasses.replace(place, waiting=place.previous) for place in pair.places()))
    pair = Pair(
        *(
            dataclasses.replace(place, waiting=os.path.abspath(path)) if path else place
            for place, path in zip(
                pair.places(), (params["new_private_key_path"], params["new_certificate_path"]), strict=True
            )
        )
    )
    paths = [path for place in pair.places() for path in (place.live, place.previous, place.waiting) if path]
    if len(set(paths)) != len(paths):
        raise OptionError(new[-1], "is the same file as another one of this task; give a file of its own for each")
    return pair


def _command(params: Mapping[str, Any], option: str) -> tuple[str, ...]:
    if params[option] and not params[option][0].strip():
        raise OptionError(option, "begins with an empty word; give a program and its arguments, such as [nginx, -t]")
    return tuple(params[option])


def _confirm(given: Mapping[str, Any]) -> Confirm:
    if not 0 < given["port"] < 65536:
        raise OptionError("confirm.port", f"{given['port']} is no port; give 1 to 65535, such as 443")
    if given["timeout"] <= 0:
        raise OptionError("confirm.timeout", f"{given['timeout']} is no time to wait; give seconds above 0, such as 10")
    return Confirm(given["address"], given["port"], given["server_name"] or given["address"], given["timeout"])


def _as_it_is(content: bytes | None) -> tuple[Certificate, ...]:
    """The chain of a file, whatever it is worth."""
    try:
        return x509.load_chain(content) if content else ()
    except CertificateError:
        return ()


def _compared(chain: Sequence[Certificate], kept: Sequence[Certificate]) -> dict[str, Any]:
    shown = {**x509.certificate_to_diff(chain[0]), "chain": [link.subject for link in chain]} if chain else {}
    return {**shown, "previous": kept[0].thumbprint()} if kept else shown


def _since(path: str) -> str | None:
    try:
        changed = os.stat(path).st_ctime
    except FileNotFoundError:
        return None
    return f"{datetime.datetime.fromtimestamp(changed, datetime.timezone.utc):%Y-%m-%dT%H:%M:%SZ}"
