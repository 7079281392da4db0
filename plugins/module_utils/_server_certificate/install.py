# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Install a key and certificate for a web server, and restore the old ones when the server does not use them."""

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
from .._errors import FileError, OptionError, TlsError
from .._files import attributes
from .._foreign_text import one_line
from .._tls import probe
from .file_swap import (
    REPLACED,
    UNDONE,
    LocalFileSystem,
    SwapPair,
    find_leftover,
    finish_swap,
    recover_swap,
    remove_previous,
    start_swap,
)
from .install_options import ConfirmOptions, InstallOptions
from .install_plan import Installation, InstallPlan

_PAUSE = 0.05
# Of one connection, so that a server that accepts it and does not answer cannot use up all of the time.
_LONGEST_CONNECTION = 3.0
_LONGEST_OUTPUT = 600


@dataclass(frozen=True, slots=True)
class HostTools:
    """What the installation does to the host.

    ``run`` returns exit code, stdout and stderr of a command, or raises :class:`OSError`. ``set_attributes(path,
    option)`` gives a file the owner and group of the task and the mode of that option.
    """

    files: LocalFileSystem
    run: Callable[[list[str]], tuple[int, str, str]]
    set_attributes: Callable[[str, str], object]


def create_host_tools(module: Any) -> HostTools:
    """Return the tools for this host; ``module`` is the AnsibleModule."""
    return HostTools(
        LocalFileSystem(),
        run=lambda command: module.run_command(command, handle_exceptions=False),
        set_attributes=lambda path, option: attributes.apply_file_attributes(module, path, option),
    )


def is_served(options: InstallOptions, current: Installation, plan: InstallPlan) -> bool | None:
    """Return whether the server shows the certificate in place; None without ``confirm`` or if files will change."""
    if options.confirm is None or plan.swap or current.moved or not plan.after:
        return None
    served, _detail = _read_served_thumbprint(options.confirm, options.confirm.timeout)
    return served == plan.after[0].thumbprint()


def list_reasons(options: InstallOptions, plan: InstallPlan, *, served: bool | None) -> tuple[str, ...]:
    """Return the reasons of the plan, and that of a reload; ``served`` is from :func:`is_served`."""
    if served is False and options.reload_command:
        return (*plan.reasons, "The server does not show the installed certificate and is reloaded.")
    return plan.reasons


def apply_install(
    options: InstallOptions, current: Installation, plan: InstallPlan, tools: HostTools, *, served: bool | None
) -> bool | None:
    """Apply the plan; return whether the server shows the certificate, None without ``confirm``.

    Raises :class:`OptionError` when that fails; the old files are then in place, and the new ones where they were.
    """
    suffix = UNDONE if options.state == "previous" else REPLACED
    pair = options.pair
    try:
        if current.leftover:
            recover_swap(tools.files, pair, current.leftover)
        if plan.swap:
            pair = _prepare_replacements(pair, plan.text, tools)
            start_swap(tools.files, pair, suffix)
    except (OSError, FileError) as error:
        raise _swap_error(error, _restore_old_files(options, current, tools, reload=False)) from error
    try:
        served = _activate(options, plan, tools, changed=plan.swap or current.moved, served=served)
    except OptionError as error:
        note = "The files are unchanged"
        if plan.swap:
            note = _restore_old_files(options, current, tools, reload=error.option != "test_command")
        raise OptionError(error.reason, option=error.option, remedy=error.remedy, note=note) from error
    try:
        if plan.swap:
            finish_swap(tools.files, pair, suffix, keep=options.keep_previous and options.state == "present")
        if options.state == "settled":
            remove_previous(tools.files, pair)
    except OSError as error:
        note = "The server uses the new files, and the next run removes what is left of the old ones"
        raise _swap_error(error, note) from error
    return served


def _prepare_replacements(pair: SwapPair, text: bytes | None, tools: HostTools) -> SwapPair:
    """Write a certificate given as text, and set owner and mode of all replacements, before they are renamed."""
    if text is not None:
        incoming = _incoming_path(pair)
        tools.files.write(incoming, text)
        pair = dataclasses.replace(pair, certificate=dataclasses.replace(pair.certificate, replacement=incoming))
    for file, option in zip(pair.files(), ("private_key_mode", "mode"), strict=True):
        if file.replacement and os.path.exists(file.replacement):
            # Without root, or without an old file, the new one belongs to the user who created it.
            with contextlib.suppress(PermissionError, FileNotFoundError):
                before = os.stat(file.live)
                os.chown(file.replacement, before.st_uid, before.st_gid)
            tools.set_attributes(file.replacement, option)
    return pair


def _activate(
    options: InstallOptions, plan: InstallPlan, tools: HostTools, *, changed: bool, served: bool | None
) -> bool | None:
    """Test and reload the server where that is necessary, and wait until it shows the certificate."""
    if changed or (served is False and options.reload_command):
        _run_command(tools, "test_command", options.test_command)
        _run_command(tools, "reload_command", options.reload_command)
    if options.confirm is None or not plan.after:
        return None
    if not served:
        _wait_until_served(options.confirm, plan.after[0].thumbprint())
    return True


def _run_command(tools: HostTools, option: str, command: tuple[str, ...]) -> None:
    if not command:
        return
    text = shlex.join(command)
    try:
        code, stdout, stderr = tools.run(list(command))
    except OSError as error:
        raise OptionError(
            f"cannot be started ({error.strerror}): {text}",
            option=option,
            remedy="install the program, or correct its path",
        ) from error
    if code:
        output = one_line(stderr.strip() or stdout.strip() or "no output", _LONGEST_OUTPUT)
        raise OptionError(
            f"failed with exit code {code} ({text}): {output}",
            option=option,
            remedy="correct what the command reports, and run the task again",
        )


def _wait_until_served(confirm: ConfirmOptions, thumbprint: str) -> None:
    end = time.monotonic() + confirm.timeout
    while True:
        served, detail = _read_served_thumbprint(confirm, max(end - time.monotonic(), _PAUSE))
        if served == thumbprint:
            return
        if time.monotonic() >= end:
            raise OptionError(
                f"finds that the server does not show the certificate {thumbprint} within {confirm.timeout:g} s "
                f"({detail})",
                option="confirm",
                remedy="check the log of the server, and whether O(confirm.address), O(confirm.port) and "
                "O(confirm.server_name) belong to the site that reads these files",
            )
        time.sleep(_PAUSE)


def _read_served_thumbprint(confirm: ConfirmOptions, seconds: float) -> tuple[str | None, str]:
    """Return the thumbprint of the certificate that the server shows, or None, and a clause that describes it."""
    try:
        der = probe.fetch_leaf(
            confirm.address,
            confirm.port,
            timeout=min(seconds, _LONGEST_CONNECTION),
            server_name=confirm.server_name,
        )
    except TlsError as error:
        return None, error.problem()
    thumbprint = compute_thumbprint(der)
    return thumbprint, f"it shows {thumbprint}"


def _restore_old_files(options: InstallOptions, current: Installation, tools: HostTools, *, reload: bool) -> str:
    """Restore the old files and ``reload`` the server; return the outcome as a sentence without a full stop."""
    try:
        leftover = find_leftover(options.pair)
        if leftover:
            recover_swap(tools.files, options.pair, leftover)
        if os.path.exists(_incoming_path(options.pair)):
            tools.files.unlink(_incoming_path(options.pair))
    except (OSError, FileError) as error:
        return f"Restoring the old files failed too ({_write_problem(error)}); run this task again"
    if current.key.live is None or current.certificate.live is None:
        return "No files are in place, as before"
    if reload:
        try:
            _run_command(tools, "reload_command", options.reload_command)
        except OptionError as error:
            return f"The old files are restored, but O(reload_command) {error.reason}"
    return "The old files are restored"


def _incoming_path(pair: SwapPair) -> str:
    return f"{pair.certificate.live}.incoming"


def _write_problem(error: OSError | FileError) -> str:
    if isinstance(error, FileError):
        return error.problem()
    return f"{error.filename2 or error.filename} cannot be written ({error.strerror})"


def _swap_error(error: OSError | FileError, note: str) -> OptionError:
    return OptionError(
        f"and O(certificate_path) could not be replaced: {_write_problem(error)}",
        option="private_key_path",
        remedy="give folders where the user who runs this task can write",
        note=note,
    )
