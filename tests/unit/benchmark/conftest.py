# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Make the files of tests/benchmark importable, which import each other by bare name."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[2] / "benchmark"
NAMES = ("measure", "contenders", "report")


@pytest.fixture
def benchmark(monkeypatch):
    """Return a function that imports one of the files."""
    monkeypatch.syspath_prepend(str(FOLDER))
    for name in NAMES:
        monkeypatch.delitem(sys.modules, name, raising=False)
    yield importlib.import_module
    for name in NAMES:
        sys.modules.pop(name, None)


@pytest.fixture
def measure(benchmark):
    return benchmark("measure")


@pytest.fixture
def contenders(benchmark):
    return benchmark("contenders")


@pytest.fixture
def report(benchmark):
    return benchmark("report")
