# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Handle the requests of the control interface: statistics and fault rules as JSON."""

from __future__ import annotations

import json
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from faults import FaultError, Rule
from vcenter import VCenter

RESOURCES = "GET statistics, POST reset, GET faults, POST faults, DELETE faults"


@dataclass(frozen=True, slots=True)
class Reply:
    """The status and the content of a response."""

    status: HTTPStatus
    content: Any

    @property
    def body(self) -> bytes:
        """The content as JSON, with a newline."""
        return json.dumps(self.content).encode() + b"\n"


def control(vcenter: VCenter, method: str, resource: str, body: bytes) -> Reply:
    """Handle one request; the caller then opens or closes the port according to the rules."""
    request = f"{method} {resource.strip('/')}"
    if request == "GET statistics":
        return Reply(HTTPStatus.OK, vcenter.statistics())
    if request == "POST reset":
        vcenter.reset_statistics()
        return Reply(HTTPStatus.OK, vcenter.statistics())
    if request == "DELETE faults":
        vcenter.faults.clear()
    elif request == "POST faults":
        try:
            given = json.loads(body)
            vcenter.faults.add([Rule.parse(rule) for rule in (given if isinstance(given, list) else [given])])
        except (FaultError, json.JSONDecodeError) as error:
            return Reply(HTTPStatus.BAD_REQUEST, {"error": str(error)})
    elif request != "GET faults":
        return Reply(HTTPStatus.NOT_FOUND, {"error": f"unknown request {request}; use {RESOURCES}"})
    return Reply(HTTPStatus.OK, vcenter.faults.rules())
