# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Find the Pythons, the releases of ansible-core and the Go that this machine can use."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

Version = tuple[int, int]
OLDEST_PYTHON: Version = (3, 10)
_DESCRIBE = "import json, sys; print(json.dumps([list(sys.version_info[:2]), sys.prefix == sys.base_prefix]))"


@dataclass(frozen=True, slots=True)
class Core:
    """A release of ansible-core, the Pythons that its ansible-test supports, and the pip that it bootstraps with."""

    version: str
    first: Version
    last: Version
    pip: str

    @property
    def pythons(self) -> str:
        """Return the range of Pythons as words."""
        return f"Python {written(self.first)} to {written(self.last)}"


@dataclass(frozen=True, slots=True)
class Pair:
    """A release of ansible-core with the Python that it is tested on."""

    core: Core
    version: Version
    python: Path

    @property
    def python_version(self) -> str:
        """Return the version of the Python as ansible-test writes it."""
        return written(self.version)

    def __str__(self) -> str:
        return f"ansible-core {self.core.version} on Python {self.python_version}"


CORES = (
    Core("2.16", (3, 10), (3, 12), "23.1.2"),
    Core("2.17", (3, 10), (3, 12), "23.1.2"),
    Core("2.18", (3, 11), (3, 13), "24.2"),
    Core("2.19", (3, 11), (3, 13), "24.2"),
    Core("2.20", (3, 12), (3, 14), "25.2"),
    Core("2.21", (3, 12), (3, 14), "25.2"),
)


def written(version: Version) -> str:
    """Return a version as text."""
    return ".".join(map(str, version))


def pythons() -> dict[Version, Path]:
    """Find the real interpreters of this machine, Python 3.10 and newer, the first of each version.

    A pyenv shim works only where its environment does, and ansible-test drops the environment: shims are passed over,
    and what they stand for is looked up in pyenv's own folder.
    """
    found: dict[Version, Path] = {}
    for folder in [*search_path(), *_pyenv_folders(), Path(sys.base_prefix, "bin")]:
        for candidate in sorted(folder.glob("python3.[0-9]*")):
            if candidate.suffix[1:].isdigit() and (version := _version(candidate)) and version >= OLDEST_PYTHON:
                found.setdefault(version, candidate)
    return dict(sorted(found.items()))


def pairs(available: dict[Version, Path]) -> tuple[Pair, Pair]:
    """Return the oldest ansible-core on the oldest Python that it can have here, and the newest on the newest."""
    possible = [
        (core, [version for version in available if core.first <= version <= core.last])
        for core in CORES
        if any(core.first <= version <= core.last for version in available)
    ]
    if not possible:
        wanted = f"{written(CORES[0].first)} to {written(CORES[-1].last)}"
        raise SystemExit(f"No usable Python was found: install one of {wanted}, for example with apt-get or pyenv.")
    (oldest, old), (newest, new) = possible[0], possible[-1]
    return Pair(oldest, min(old), available[min(old)]), Pair(newest, max(new), available[max(new)])


def shortfalls(oldest: Pair, newest: Pair) -> list[str]:
    """Return what the project promises and this machine cannot test, one sentence each."""
    wanted = ((CORES[0], oldest.core), (CORES[-1], newest.core))
    return [
        f"ansible-core {core.version} was not run: it needs {core.pythons}, and this machine has none of them"
        for core, had in wanted
        if core != had
    ]


def search_path() -> list[Path]:
    """Return PATH without shims and without virtual environments, whose python is not one of the machine's own."""
    folders = [Path(entry) for entry in os.environ.get("PATH", os.defpath).split(os.pathsep) if entry]
    return [folder for folder in folders if folder.name != "shims" and not (folder.parent / "pyvenv.cfg").exists()]


def go_program() -> str | None:
    """Find Go."""
    return shutil.which("go")


def _pyenv_folders() -> list[Path]:
    roots = [Path(os.environ["PYENV_ROOT"])] if "PYENV_ROOT" in os.environ else []
    return [folder for root in [*roots, Path.home() / ".pyenv"] for folder in sorted(root.glob("versions/*/bin"))]


def _version(candidate: Path) -> Version | None:
    """Return the version of a working interpreter outside of virtual environments, else None."""
    try:
        run = subprocess.run([candidate, "-c", _DESCRIBE], capture_output=True, text=True, timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    if run.returncode:
        return None
    (major, minor), real = json.loads(run.stdout)
    return (major, minor) if real else None
