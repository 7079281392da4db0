# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""The only file that knows releases as files: lists them, puts one in its place, prunes old ones.

Nothing of it stays on a host: tasks give it to a Python there on standard input. It answers in JSON, and needs the
standard library only.
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
    """Everything below a folder but folders; links are not followed."""
    for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
        if entry.is_dir(follow_symlinks=False):
            yield from walk(Path(entry.path))
        else:
            yield Path(entry.path)


def digest(path: Path) -> str:
    found = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(1024 * 1024):
            found.update(chunk)
    return found.hexdigest()


def listed(folder: Path, staging: Path | None) -> dict[str, Any]:
    """The files below a folder, each as "name SHA-256", and the names of what is neither a file nor a folder."""
    paths = list(walk(folder)) if folder.is_dir() else []
    odd = [path for path in paths if path.is_symlink() or not path.is_file()]
    names = {path: str(path.relative_to(folder)) for path in paths}
    return {
        "exists": os.path.lexists(folder),
        "left_over": staging is not None and os.path.lexists(staging),
        "names": list(names.values()),
        "odd": [names[path] for path in odd],
        "files": [f"{names[path]} {'' if path in odd else digest(path)}" for path in paths],
    }


def pack(folder: Path, archive: Path) -> dict[str, Any]:
    """Whoever owns the files on the controller, on the host root does, and everybody may read them."""

    def plain(member: tarfile.TarInfo) -> tarfile.TarInfo:
        member.uid = member.gid = 0
        member.uname = member.gname = "root"
        member.mode = 0o755 if member.isdir() else 0o644
        return member

    with tarfile.open(archive, "w") as file:
        file.add(folder, arcname=".", filter=plain)
    return {"changed": True}


def exchange(one: Path, other: Path) -> bool:
    """Exchange two folders in one step, where the system and the file system can."""
    try:
        rename = ctypes.CDLL(None).renameat2
    except (AttributeError, OSError):
        return False
    return rename(AT_FDCWD, os.fsencode(one), AT_FDCWD, os.fsencode(other), RENAME_EXCHANGE) == 0


def place(new: Path, release: Path, exchanged: Callable[[Path, Path], bool] = exchange) -> dict[str, Any]:
    """Put a folder in the place of a release. What was there before is left beside the place that the folder had."""
    if not os.path.lexists(release):
        new.rename(release)
    elif not exchanged(new, release):
        # Between these two nothing is served. After a cut here the next run finds no release, and publishes it.
        release.rename(new.with_name("replaced"))
        new.rename(release)
    return {"changed": True}


def numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))


def reasons(versions: list[str], key: str, current: str, keep: int, urls: list[str]) -> dict[str, str]:
    """Why each version that is kept is kept. On which server a URL is does not matter: this one may have many names."""
    paths = [re.sub("/+", "/", unquote(url)) for url in urls]
    shown = [version for version in versions if any(f"/{key}/{version}/" in path for path in paths)]
    found = dict.fromkeys(shown, "a vCenter shows it")
    if current in versions:
        found[current] = "the current version"
    others = sorted((version for version in versions if version not in found), key=numbers, reverse=True)
    return found | dict.fromkeys(others if keep < 0 else others[:keep], "among the newest of the others")


def prune(plugin: Path, staging: Path, current: str, keep: int, urls: list[str], check: bool) -> dict[str, Any]:
    """Remove the releases that nothing speaks for, each in one step, and what a run that was cut off has left."""
    entries = list(os.scandir(plugin)) if plugin.is_dir() else []
    versions = [
        entry.name for entry in entries if VERSION.fullmatch(entry.name) and entry.is_dir(follow_symlinks=False)
    ]
    kept = reasons(versions, plugin.name, current, keep, urls)
    pruned = sorted((version for version in versions if version not in kept), key=numbers)
    changed = bool(pruned) or os.path.lexists(staging)
    if changed and not check:
        staging.mkdir(mode=0o700, exist_ok=True)
        for version in pruned:
            (plugin / version).rename(staging / f"pruned-{version}")
        shutil.rmtree(staging)
    told = {version: kept[version] for version in sorted(kept, key=numbers)}
    return {"changed": changed, "kept": told, "pruned": pruned}


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="release")
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
    options = vars(arguments())
    commands = {"list": listed, "pack": pack, "place": place, "prune": prune}
    try:
        answer = commands[options.pop("command")](**options)
    except OSError as error:
        sys.exit(f"{error.filename}: {error.strerror}")
    sys.stdout.write(json.dumps(answer))


if __name__ == "__main__":
    main()
