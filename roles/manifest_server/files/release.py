# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""List, pack, place and prune the releases of a plug-in.

The tasks pass this program to Python on standard input, so that no copy remains on the host. It uses the standard
library only and prints its result as JSON.
"""

from __future__ import annotations

import argparse
import ctypes
import hashlib
import json
import os
import re
import shutil
import sys
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

VERSION = re.compile(r"[0-9]+([.][0-9]+){0,3}")
# linux/fcntl.h, linux/fs.h
AT_FDCWD, RENAME_EXCHANGE = -100, 2


def walk(folder: Path) -> Iterator[Path]:
    """Yield all entries below a folder except folders, without following links."""
    for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
        if entry.is_dir(follow_symlinks=False):
            yield from walk(Path(entry.path))
        else:
            yield Path(entry.path)


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file as hexadecimal digits."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(1024 * 1024):
            digest.update(chunk)
    return digest.hexdigest()


def list_files(folder: Path, staging: Path | None) -> dict[str, Any]:
    """Return the files below a folder as "name SHA-256", and the names of links and special files."""
    paths = list(walk(folder)) if folder.is_dir() else []
    special = [path for path in paths if path.is_symlink() or not path.is_file()]
    names = {path: str(path.relative_to(folder)) for path in paths}
    return {
        "exists": os.path.lexists(folder),
        "left_over": staging is not None and os.path.lexists(staging),
        "names": list(names.values()),
        "special": [names[path] for path in special],
        "files": [f"{names[path]} {'' if path in special else sha256(path)}" for path in paths],
    }


def pack(folder: Path, archive: Path) -> dict[str, Any]:
    """Write a folder into a tar archive whose files belong to root and are readable by all."""

    def set_owner_and_mode(member: tarfile.TarInfo) -> tarfile.TarInfo:
        member.uid = member.gid = 0
        member.uname = member.gname = "root"
        member.mode = 0o755 if member.isdir() else 0o644
        return member

    with tarfile.open(archive, "w") as file:
        file.add(folder, arcname=".", filter=set_owner_and_mode)
    return {"changed": True}


def exchange(one: Path, other: Path) -> bool:
    """Exchange two folders in one step; return False if the system or the file system does not support it."""
    try:
        rename = ctypes.CDLL(None).renameat2
    except (AttributeError, OSError):
        return False
    return rename(AT_FDCWD, os.fsencode(one), AT_FDCWD, os.fsencode(other), RENAME_EXCHANGE) == 0


def place(new: Path, release: Path, exchanged: Callable[[Path, Path], bool] = exchange) -> dict[str, Any]:
    """Move a folder to the path of a release; a replaced release remains in the staging folder."""
    if not os.path.lexists(release):
        new.rename(release)
    elif not exchanged(new, release):
        # Between these two renames the release is missing. If the run is killed here, the next one publishes it.
        release.rename(new.with_name("replaced"))
        new.rename(release)
    return {"changed": True}


def version_key(version: str) -> tuple[int, ...]:
    """Return a key that sorts versions by their numbers."""
    return tuple(map(int, version.split(".")))


def reasons_to_keep(versions: list[str], key: str, current: str, keep: int, urls: list[str]) -> dict[str, str]:
    """Return the versions to keep, each with the reason.

    Only the path of a URL counts, not its host, because the server may have several names.
    """
    paths = [re.sub("/+", "/", unquote(url)) for url in urls]
    shown = [version for version in versions if any(f"/{key}/{version}/" in path for path in paths)]
    kept = dict.fromkeys(shown, "a vCenter shows it")
    if current in versions:
        kept[current] = "the current version"
    others = sorted((version for version in versions if version not in kept), key=version_key, reverse=True)
    return kept | dict.fromkeys(others if keep < 0 else others[:keep], "among the newest of the others")


def prune(plugin: Path, staging: Path, current: str, keep: int, urls: list[str], check: bool) -> dict[str, Any]:
    """Remove the releases that have no reason to be kept, each in one step, and the remains of an interrupted run."""
    entries = list(os.scandir(plugin)) if plugin.is_dir() else []
    versions = [
        entry.name for entry in entries if VERSION.fullmatch(entry.name) and entry.is_dir(follow_symlinks=False)
    ]
    reasons = reasons_to_keep(versions, plugin.name, current, keep, urls)
    pruned = sorted((version for version in versions if version not in reasons), key=version_key)
    changed = bool(pruned) or os.path.lexists(staging)
    if changed and not check:
        staging.mkdir(mode=0o700, exist_ok=True)
        for version in pruned:
            (plugin / version).rename(staging / f"pruned-{version}")
        shutil.rmtree(staging)
    kept = {version: reasons[version] for version in sorted(reasons, key=version_key)}
    return {"changed": changed, "kept": kept, "pruned": pruned}


def parse_arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="release", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    for name, paths in (("list", ["folder"]), ("pack", ["folder", "archive"]), ("place", ["new", "release"])):
        command = commands.add_parser(name)
        for path in paths:
            command.add_argument(path, type=Path)
    commands.choices["list"].add_argument("--staging", type=Path)
    command = commands.add_parser("prune")
    command.add_argument("plugin", type=Path)
    command.add_argument("--staging", type=Path, required=True)
    command.add_argument("--current", required=True)
    command.add_argument("--keep", type=int, required=True)
    command.add_argument("--urls", type=json.loads, required=True)
    command.add_argument("--check", action="store_true")
    return parser.parse_args()


def main() -> None:
    """Run one command and print its result."""
    options = vars(parse_arguments())
    commands = {"list": list_files, "pack": pack, "place": place, "prune": prune}
    try:
        result = commands[options.pop("command")](**options)
    except OSError as error:
        sys.exit(f"{error.filename}: {error.strerror}")
    sys.stdout.write(json.dumps(result))


if __name__ == "__main__":
    main()
