# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""The layers of the collection: which package may import which, and which file may import which library.

The rules are applied to the text of all plugins, so that an import inside of a function counts as well.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
COLLECTION = "ansible_collections.vsphere_ops.client_plugin."

# Files at the root of module_utils, which every package may import.
SHARED = {
    "_argument_specs",
    "_argument_specs_files",
    "_argument_specs_manifest_info",
    "_errors",
    "_foreign_text",
    "_url",
    "_version",
}
# What each package may import besides the shared files and itself.
ARROWS: dict[str, set[str]] = {
    "_files": set(),
    "_certificate": set(),
    "_archive": {"_files"},
    "_extension": {"_archive", "_certificate", "_files"},
    "_manifest": {"_archive", "_files"},
    "_tls": {"_certificate", "_files"},
    "_vcenter": {"_certificate", "_extension", "_tls"},
    "_preflight": {"_certificate", "_extension", "_files", "_manifest", "_tls"},
    "_server_certificate": {"_certificate", "_files", "_tls"},
    "_fleet": {"_extension", "_files", "_preflight", "_vcenter"},
    "_single": {"_extension", "_fleet", "_preflight", "_vcenter"},
}
# Where a library, or a part of the standard library, may be imported: packages end with a slash.
LIBRARIES: dict[str, set[str]] = {
    "pyVmomi": {"module_utils/_vcenter/"},
    "cryptography": {"module_utils/_certificate/"},
    "jsonschema": {"module_utils/_manifest/"},
    "yaml": {"module_utils/_manifest/"},
    "requests": {"module_utils/_tls/http_get.py"},
    "urllib3": {"module_utils/_tls/http_get.py"},
    "threading": {"plugin_utils/_fleet/pool.py"},
    "concurrent": {"plugin_utils/_fleet/pool.py"},
    "queue": {"plugin_utils/_fleet/pool.py"},
    "multiprocessing": set(),
    "asyncio": set(),
}

Sources = Mapping[str, str]


def sources() -> dict[str, str]:
    """Return the text of every plugin by its path below plugins/."""
    folder = ROOT / "plugins"
    return {path.relative_to(folder).as_posix(): path.read_text("utf-8") for path in sorted(folder.rglob("*.py"))}


def imported_modules(path: str, text: str) -> Iterator[tuple[str, str]]:
    """Yield each module that a file imports, with the name that is imported from it (empty for the module itself).

    Relative imports and those of this collection are written from plugins/ on: ``module_utils._files.read``.
    """
    here = path.removesuffix(".py").split("/")
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name.removeprefix(f"{COLLECTION}plugins."), ""
        elif isinstance(node, ast.ImportFrom):
            base = here[: len(here) - node.level] if node.level else []
            module = ".".join([*base, node.module] if node.module else base)
            for alias in node.names:
                yield module.removeprefix(f"{COLLECTION}plugins."), alias.name


def imported_files(path: str, all_sources: Sources) -> set[str]:
    """Return the paths of the plugins that a file imports."""
    found = set()
    for module, name in imported_modules(path, all_sources[path]):
        for dotted in (module, f"{module}.{name}"):
            candidate = dotted.replace(".", "/") + ".py"
            if candidate in all_sources:
                found.add(candidate)
    return found


def package_of(path: str) -> str:
    """Return the package of a plugin: the folder with an underscore, or the file itself at the root of module_utils."""
    parts = path.removesuffix(".py").split("/")
    return parts[1] if parts[0] in ("module_utils", "plugin_utils") else parts[0]


def forbidden_arrows(all_sources: Sources) -> list[str]:
    """Return each import that the table does not list, as "file imports file"."""
    found = []
    for path in all_sources:
        package = package_of(path)
        for other in sorted(imported_files(path, all_sources)):
            target = package_of(other)
            if package in ("modules", "action", "filter"):
                allowed = target not in ("modules", "action", "filter", "doc_fragments")
                # A module is sent to other hosts; plugin_utils works on the controller only.
                allowed = allowed and (package != "modules" or not other.startswith("plugin_utils/"))
            elif package in SHARED:
                allowed = target in SHARED
            else:
                allowed = target in {package, *SHARED, *ARROWS.get(package, ())}
                # What modules use is sent to other hosts; plugin_utils works on the controller only.
                allowed = allowed and not (path.startswith("module_utils/") and other.startswith("plugin_utils/"))
            if not allowed:
                found.append(f"{path} imports {other}")
    return found


def circles(graph: Mapping[str, set[str]]) -> list[str]:
    """Return a path for each circle that a depth-first search meets."""
    found: list[str] = []
    done: set[str] = set()

    def visit(node: str, path: tuple[str, ...]) -> None:
        if node in path:
            found.append(" -> ".join((*path[path.index(node) :], node)))
        elif node not in done:
            for other in sorted(graph.get(node, ())):
                visit(other, (*path, node))
            done.add(node)

    for node in sorted(graph):
        visit(node, ())
    return found


def file_graph(all_sources: Sources) -> dict[str, set[str]]:
    """Return the files that each file imports."""
    return {path: imported_files(path, all_sources) for path in all_sources}


def package_graph(all_sources: Sources) -> dict[str, set[str]]:
    """Return the packages that each package imports."""
    graph: dict[str, set[str]] = {}
    for path, others in file_graph(all_sources).items():
        targets = {package_of(other) for other in others} - {package_of(path)}
        graph.setdefault(package_of(path), set()).update(targets)
    return graph


def misplaced_libraries(all_sources: Sources) -> list[str]:
    """Return each import of a library outside of its place."""
    return [
        f"{path} imports {library}"
        for path, text in all_sources.items()
        for library in sorted({module.split(".")[0] for module, _name in imported_modules(path, text)} & set(LIBRARIES))
        if not path.startswith(tuple(LIBRARIES[library]))
    ]


def missing_files(text: str, root: Path) -> list[str]:
    """Return each path between back ticks or in a link of a Markdown text that is not below ``root``."""
    named = re.findall(r"`((?:\.ci|docs|examples|meta|playbooks|plugins|roles|tests|changelogs)/[^`\s<>*]*)`", text)
    named += re.findall(r"\]\(((?!https?:)[^)#\s]+)[^)]*\)", text)
    return sorted({name for name in named if not (root / name.rstrip("/")).exists()})


def test_only_the_arrows_of_the_table():
    assert forbidden_arrows(sources()) == []


def test_every_package_has_its_line_in_the_table():
    packages = {package_of(path) for path in sources() if path.startswith(("module_utils/", "plugin_utils/"))}
    assert packages - SHARED == set(ARROWS)


def test_no_circle():
    assert circles(package_graph(sources())) == []
    assert circles(file_graph(sources())) == []


def test_each_library_in_its_place():
    assert misplaced_libraries(sources()) == []


def test_module_utils_do_not_end_the_module():
    speaking = [path for path, text in sources().items() if path.startswith("module_utils/") and "fail_json" in text]
    assert speaking == []


@pytest.mark.parametrize("name", ["CONTRIBUTING.md", "README.md", "docs/contributing/ten-behaviours.md"])
def test_documents_name_files_that_exist(name):
    assert missing_files((ROOT / name).read_text("utf-8"), ROOT) == []


GOOD = {
    "module_utils/_errors.py": "",
    "module_utils/_files/read.py": "from .._errors import FileError",
    "module_utils/_archive/content.py": "from .._files import read",
    "module_utils/_vcenter/client.py": "from pyVmomi import vim",
    "plugin_utils/_fleet/pool.py": "from concurrent.futures import Future\nimport threading",
    "modules/a.py": "from ..module_utils._archive.content import x",
    "action/a.py": "def run():\n    from ..plugin_utils._fleet import pool",
}


def test_the_rules_accept_what_is_allowed():
    assert forbidden_arrows(GOOD) == []
    assert misplaced_libraries(GOOD) == []
    assert circles(file_graph(GOOD)) == []


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("module_utils/_files/read.py", "from .._archive import content"),
        ("module_utils/_files/read.py", "def f():\n    from .._archive.content import x"),
        ("module_utils/_errors.py", "from ._files.read import x"),
        ("module_utils/_errors.py", f"from {COLLECTION}plugins.module_utils._files import read"),
        ("modules/a.py", "from ..plugin_utils._fleet.pool import x"),
        ("plugin_utils/_fleet/pool.py", "from ...module_utils._archive import content"),
        ("module_utils/_single/work.py", "from ...plugin_utils._fleet import pool"),
    ],
)
def test_the_rules_find_an_arrow_that_is_not_listed(path, text):
    assert len(forbidden_arrows({**GOOD, path: text})) == 1


def test_the_rules_find_circles():
    found = circles(
        file_graph(
            {"module_utils/_a/b.py": "from . import c", "module_utils/_a/c.py": "def f():\n    from .b import x"}
        )
    )
    assert found == ["module_utils/_a/b.py -> module_utils/_a/c.py -> module_utils/_a/b.py"]
    assert circles({"a": {"b"}, "b": {"c"}, "c": {"a"}}) == ["a -> b -> c -> a"]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("plugin_utils/_fleet/worker.py", "import threading"),
        ("plugin_utils/_fleet/worker.py", "def f():\n    from concurrent.futures import wait"),
        ("module_utils/_extension/plan.py", "from pyVmomi.VmomiSupport import x"),
        ("module_utils/_tls/probe.py", "import urllib3.util"),
    ],
)
def test_the_rules_find_a_library_out_of_place(path, text):
    assert misplaced_libraries({**GOOD, path: text}) == [
        f"{path} imports {text.split()[-3 if 'from' in text else -1].split('.')[0]}"
    ]


def test_the_rules_find_files_that_are_gone(tmp_path):
    (tmp_path / "docs").mkdir()
    text = "`docs/` `docs/gone.md` [a](docs) [b](none.md#x) [c](https://example.com/x) `plugins/x <y>`"
    assert missing_files(text, tmp_path) == ["docs/gone.md", "none.md"]
