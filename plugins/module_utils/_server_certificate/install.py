# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""The only file that knows how a web server comes to use a pair, and goes back to the old one when it does not."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import shlex
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .._certificate.thumbprint import compute_thumbprint
from .._errors import TlsError
from .._extension.model import OptionError
from .._files import attributes
from .._tls import probe
from . import file_swap
from .file_swap import Disk, Files, Pair
from .install_plan import Confirm, Found, Plan, Wanted

_PAUSE = 0.05
# One connection; a server that accepts and then says nothing shall not take all of the time.
_LONGEST_LOOK = 3.0
# Of what a command says, as much as fits into a sentence.
_LONGEST_QUOTE = 600


@dataclass(frozen=True, slots=True)
class Tools:
    """``run`` gives return code, stdout and stderr of a command, or raises :class:`OSError`.

    ``dress(path, option)`` gives a file the owner and group of the task and the mode of that option.
    """

    files: Files
    run: Callable[[list[str]], tuple[int, str, str]]
    dress: Callable[[str, str], object]


def system_tools(module: Any) -> Tools:
    """Return the tools of the host; ``module`` is the AnsibleModule."""
    return Tools(
        Disk(),
        run=lambda command: module.run_command(command, handle_exceptions=False),
        dress=lambda path, option: attributes.apply_file_attributes(module, path, option),
    )


class _RefusedError(Exception):
    """A command failed, or the server does not show the certificate."""

    def __init__(self, option: str, message: str) -> None:
        super().__init__(message)
        self.option = option


def served(want: Wanted, found: Found, decided: Plan) -> bool | None:
    """Whether the server shows what is in place; None when that is not asked, or something else is to come there."""
    if want.confirm is None or decided.switch or found.moved or not decided.after:
        return None
    shown, _why = _look(want.confirm, want.confirm.timeout)
    return shown == decided.after[0].thumbprint()


def reasons(want: Wanted, decided: Plan, *, shown: bool | None) -> tuple[str, ...]:
    """Those of the plan, and that of a server that has yet to be told; ``shown`` is what :func:`served` said."""
    if shown is False and want.reload_command:
        return (*decided.reasons, "The server does not show the certificate that is in place, and is reloaded.")
    return decided.reasons


def carry_out(want: Wanted, found: Found, decided: Plan, tools: Tools, *, shown: bool | None) -> bool | None:
    """Do what the plan says; whether the server shows the certificate, None when that is not asked.

    Raises :class:`OptionError` when that fails; the old files are then in place and, where they did, the new ones wait.
    """
    suffix = file_swap.UNDONE if want.state == "previous" else file_swap.REPLACED
    pair = want.pair
    try:
        if found.left:
            file_swap.recover(tools.files, pair, found.left)
        if decided.switch:
            pair = _make_ready(pair, decided.text, tools)
            file_swap.begin(tools.files, pair, suffix)
        shown = _activate(want, decided, tools, changed=decided.switch or found.moved, shown=shown)
    except OSError as error:
        after = _take_back(want, found, tools, reload=False)
        raise _not_written(error, after) from error
    except _RefusedError as error:
        after = "the files stay as they are"
        if decided.switch:
            after = _take_back(want, found, tools, reload=error.option != "test_command")
        raise OptionError(error.option, f"{error}; {after}") from error
    try:
        if decided.switch:
            file_swap.end(tools.files, pair, suffix, keep=want.keep_previous and want.state == "present")
        if want.state == "settled":
            file_swap.forget(tools.files, pair)
    except OSError as error:
        raise _not_written(error, "the pair is in use, and the next run puts the rest in order") from error
    return shown


def _make_ready(pair: Pair, text: bytes | None, tools: Tools) -> Pair:
    """The new files as they shall be, so that their change of place is all that is left."""
    if text is not None:
        incoming = _incoming(pair)
        tools.files.write(incoming, text)
        pair = dataclasses.replace(pair, certificate=dataclasses.replace(pair.certificate, waiting=incoming))
    for place, option in zip(pair.places(), ("private_key_mode", "mode"), strict=True):
        if place.waiting and os.path.exists(place.waiting):
            # Not root, or no old file: the new one then belongs to who made it.
            with contextlib.suppress(PermissionError, FileNotFoundError):
                before = os.stat(place.live)
                os.chown(place.waiting, before.st_uid, before.st_gid)
            tools.dress(place.waiting, option)
    return pair


def _activate(want: Wanted, decided: Plan, tools: Tools, *, changed: bool, shown: bool | None) -> bool | None:
    if changed or (shown is False and want.reload_command):
        _run(tools, "test_command", want.test_command)
        _run(tools, "reload_command", want.reload_command)
    if want.confirm is None or not decided.after:
        return None
    if not shown:
        _wait(want.confirm, decided.after[0].thumbprint())
    return True


def _run(tools: Tools, option: str, command: tuple[str, ...]) -> None:
    if not command:
        return
    try:
        code, out, err = tools.run(list(command))
    except OSError as error:
        raise _RefusedError(
            option, f"{shlex.join(command)} cannot be started ({error.strerror}); install or correct it"
        ) from error
    if code:
        said = " ".join((err.strip() or out.strip() or "nothing").split())[:_LONGEST_QUOTE]
        raise _RefusedError(option, f"{shlex.join(command)} ended with {code} and said: {said}")


def _wait(confirm: Confirm, thumbprint: str) -> None:
    end = time.monotonic() + confirm.timeout
    while True:
        shown, why = _look(confirm, max(end - time.monotonic(), _PAUSE))
        if shown == thumbprint:
            return
        if time.monotonic() >= end:
            raise _RefusedError(
                "confirm",
                f"the server does not show the certificate {thumbprint} within {confirm.timeout:g} s ({why}); look at "
                "its log, and whether address, port and server_name are those of the site that reads these files",
            )
        time.sleep(_PAUSE)


def _look(confirm: Confirm, seconds: float) -> tuple[str | None, str]:
    """The thumbprint that is shown, and what to say of it."""
    try:
        der = probe.fetch_leaf(
            confirm.address,
            confirm.port,
            timeout=min(seconds, _LONGEST_LOOK),
            server_name=confirm.server_name,
        )
    except TlsError as error:
        return None, error.problem()
    thumbprint = compute_thumbprint(der)
    return thumbprint, f"it shows {thumbprint}"


def _take_back(want: Wanted, found: Found, tools: Tools, *, reload: bool) -> str:
    """The old files are what the server reads again. Says how that went."""
    try:
        left = file_swap.left(want.pair)
        if left:
            file_swap.recover(tools.files, want.pair, left)
        if os.path.exists(_incoming(want.pair)):
            tools.files.unlink(_incoming(want.pair))
    except OSError as error:
        return f"putting the old files back failed too ({error.filename}: {error.strerror}), run this task again"
    if found.key.live is None or found.certificate.live is None:
        return "nothing is in place, as before"
    if reload:
        try:
            _run(tools, "reload_command", want.reload_command)
        except _RefusedError as error:
            return f"the old files are back in place, but {error}"
    return "the old files are back in place"


def _incoming(pair: Pair) -> str:
    return f"{pair.certificate.live}.incoming"


def _not_written(error: OSError, after: str) -> OptionError:
    return OptionError(
        "private_key_path, certificate_path",
        f"{error.filename2 or error.filename} cannot be written ({error.strerror}), {after}; give folders where the "
        "user of this task may write",
    )
