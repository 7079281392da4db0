# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Runs a command and kills it, with all that it started, as soon as it prints a text.

Usage: kill.py TEXT COMMAND...   Fails when the command ends without having printed it.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys


def main() -> int:
    text, command = sys.argv[1], sys.argv[2:]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True
    )
    assert process.stdout is not None
    for line in process.stdout:
        sys.stdout.write(line)
        if text in line:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            return 0
    process.wait()
    sys.stderr.write(f"it ended with {process.returncode} and never printed {text!r}\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
