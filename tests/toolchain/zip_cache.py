# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Installed as sitecustomize.py in the environments of the tests: keep the byte code of imports from ZIP files.

Ansible sends a module as a ZIP of sources, which Python compiles anew for each task: more than a third of the CPU time
of a task. The kept code is that of the same source. Where Python lacks the functions used here, it compiles as usual.
"""

from __future__ import annotations

import _imp
import marshal
import os
import sys
import zipimport
from collections.abc import Callable
from types import CodeType

FOLDER = f"{sys.prefix}/zip-cache"


def keeping(
    compile_source: Callable[[str, bytes], CodeType], fix_file_name: Callable[[CodeType, str], None]
) -> Callable[[str, bytes], CodeType]:
    """Return a function that compiles a source once."""

    def compile_or_load(path: str, source: bytes) -> CodeType:
        file = f"{FOLDER}/{_imp.source_hash(0, source).hex()}-{len(source)}"
        try:
            with open(file, "rb") as stream:
                code: CodeType = marshal.loads(stream.read())
        except (OSError, ValueError, TypeError, EOFError):
            code = compile_source(path, source)
            keep(code, file)
        else:
            fix_file_name(code, path)
        return code

    return compile_or_load


def keep(code: CodeType, file: str) -> None:
    """Write byte code to its file in one step."""
    partial = f"{file}.{os.getpid()}"
    try:
        os.makedirs(FOLDER, exist_ok=True)
        with open(partial, "wb") as stream:
            stream.write(marshal.dumps(code))
        os.replace(partial, file)
    except OSError:
        # The process of another user cannot write here; it compiles each time.
        return


if "_compile_source" in vars(zipimport) and "_fix_co_filename" in vars(_imp):
    vars(zipimport)["_compile_source"] = keeping(vars(zipimport)["_compile_source"], vars(_imp)["_fix_co_filename"])
