# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Gives all simulated vCenters one order and prints their answers: control.py ENDPOINTS.json METHOD PATH."""

from __future__ import annotations

import json
import sys
import urllib.request
from pathlib import Path

answers = {}
for endpoint in json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")):
    request = urllib.request.Request(f"{endpoint['control_url']}/{sys.argv[3]}", method=sys.argv[2])
    with urllib.request.urlopen(request, timeout=10) as answer:
        answers[endpoint["name"]] = json.loads(answer.read() or b"null")
sys.stdout.write(json.dumps(answers))
