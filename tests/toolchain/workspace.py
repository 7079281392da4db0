# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Where the tests work: copies of the tree, their environment, and what ansible-test is given."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path

from stages import BUILD

ROOT = BUILD.parent
COLLECTION = Path("ansible_collections", "vsphere_ops", "client_plugin")
# What a user's shell may hold for work with Ansible, and what would lead the tools away from their own environment.
PRIVATE = ("ANSIBLE_", "GOVC_", "GOVMOMI_", "NOX_", "PYENV_", "PYTHON", "VIRTUAL_ENV", "VMWARE_")
STUB = """\
import runpy, sys
sys.path.insert(0, {wheel!r})
words = [word for word in sys.argv[1:] if word not in ("--no-setuptools", "--no-wheel")]
sys.argv = ["pip", "install", "--upgrade", "--force-reinstall", *words]
runpy.run_module("pip", run_name="__main__", alter_sys=True)
"""


def copy_of_tree(name: str) -> Path:
    """Copy what git lists of the source tree into a repository of its own, at a collection's proper path."""
    parent = BUILD / "tree" / name
    shutil.rmtree(parent, ignore_errors=True)
    destination = parent / COLLECTION
    destination.mkdir(parents=True)
    for listed in git_listing(ROOT):
        if (ROOT / listed).is_file():
            (destination / listed).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / listed, destination / listed)
    subprocess.run(["git", "init", "--quiet"], cwd=destination, check=True)
    subprocess.run(["git", "add", "--all", "--force"], cwd=destination, check=True)
    return destination


def git_listing(folder: Path) -> list[str]:
    """Return the paths of all files that git does not ignore."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listing = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True).stdout
    return sorted(set(filter(None, listing.split("\0"))))


def environment(tree: str, home: str, folders: Iterable[Path]) -> dict[str, str]:
    """Return the user's environment without what is private, with a PATH and a HOME of its own.

    Two runs of ansible-test that share a HOME break each other's virtual environments.
    """
    kept = {key: value for key, value in os.environ.items() if not key.startswith(PRIVATE)}
    path = os.pathsep.join(dict.fromkeys(map(str, folders)))
    collections = str(BUILD / "tree" / tree)
    return {**kept, "PATH": path, "HOME": str(home_folder(home)), "ANSIBLE_COLLECTIONS_PATH": collections}


def home_folder(name: str) -> Path:
    """Make a HOME of that name. All share one cache of packages: ansible-test drops variables that name a cache."""
    folder, cache = BUILD / "home" / name, BUILD / "pip-cache"
    for needed in (folder / ".cache", cache):
        needed.mkdir(parents=True, exist_ok=True)
    if not (folder / ".cache" / "pip").exists():
        (folder / ".cache" / "pip").symlink_to(cache)
    return folder


def write_configuration(tree: Path, variables: Mapping[str, str | Path]) -> None:
    """ansible-test drops the environment; this file is its way to give variables to targets."""
    lines = ["---", *(f"{name}: {value}" for name, value in variables.items())]
    (tree / "tests" / "integration" / "integration_config.yml").write_text("\n".join(lines) + "\n", encoding="utf-8")


def pip_cache(home: Path) -> Path:
    """Return the folder where ansible-test finds its pip."""
    return home / ".ansible" / "test" / "cache"


def write_bootstrap(home: Path, pip: str) -> None:
    """Let ansible-test take the pip of its sanity environments from a wheel.

    It would fetch a script from a host of its own, which is no package index, unless it finds one in its cache.
    """
    wheel = pip_cache(home) / f"pip-{pip}-py3-none-any.whl"
    script = pip_cache(home) / f"get_pip_{pip.replace('.', '_')}.py"
    script.write_text(STUB.format(wheel=str(wheel)), encoding="utf-8")


def targets(tree: Path) -> dict[str, set[str]]:
    """Return the integration targets that can be run by name, each with the words of its aliases file."""
    files = sorted((tree / "tests" / "integration" / "targets").glob("*/aliases"))
    found = {file.parent.name: set(file.read_text(encoding="utf-8").split()) for file in files}
    return {name: words for name, words in found.items() if not words & {"disabled", "hidden", "unsupported"}}
