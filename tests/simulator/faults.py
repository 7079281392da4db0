# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""What can go wrong in a simulated vCenter: the only file that knows which disturbances there are."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from pyVmomi import VmomiSupport

KINDS = {
    "refuse": "the port is closed, and open connections are reset",
    "silent": "TCP connections are accepted, but TLS never starts",
    "certificate": "another certificate is shown; detail: untrusted, other_host or expired",
    "delay": "every call takes this many seconds longer",
    "hang": "the call is read and never answered",
    "disconnect": "the call is read, nothing is done, the connection is closed",
    "unavailable": "HTTP 503, as a reverse proxy answers while the vCenter service starts",
    "html": "a web page, as something that is no vCenter answers; detail xhtml: one that is well-formed XML, too",
    "expired": "the session is gone: NotAuthenticated",
    "denied": "every account lacks the privilege that detail names, for instance Extension.Register",
    "error": "the call fails with the fault that detail names; default vmodl.fault.SystemError",
    "drop": "the call is carried out, then the connection is closed without an answer; without a method: the writes",
    "reset": "half of the answer is sent, then the connection is reset",
}
CERTIFICATES = ("untrusted", "other_host", "expired")
WRITES = ("RegisterExtension", "UpdateExtension", "UnregisterExtension")


class FaultError(ValueError):
    """A rule that cannot be understood; the text says which one and what would be right."""


@dataclass(slots=True)
class Rule:
    """One disturbance: of every call or only of ``method``, for ever or only ``times`` times."""

    kind: str
    method: str | None = None
    times: int | None = None
    detail: str | None = None
    seconds: float = 0.0

    @classmethod
    def parse(cls, given: Any) -> Rule:
        if not isinstance(given, Mapping) or "kind" not in given:
            raise FaultError(f"A fault is an object with a kind, not {given!r}.")
        known = [field.name for field in fields(cls)]
        strange = sorted(set(given) - set(known))
        if strange:
            raise FaultError(f"A fault has no {', '.join(strange)}; it has {', '.join(known)}.")
        rule = cls(**given)
        if rule.kind not in KINDS:
            raise FaultError(f"{rule.kind!r} is no fault; there are {', '.join(KINDS)}.")
        if rule.kind == "certificate" and rule.detail not in CERTIFICATES:
            raise FaultError(f"The fault certificate needs a detail: {', '.join(CERTIFICATES)}.")
        if rule.kind == "html" and rule.detail not in (None, "xhtml"):
            raise FaultError("The fault html takes no detail but xhtml.")
        if rule.kind == "denied" and not rule.detail:
            raise FaultError("The fault denied needs a detail: the name of the privilege.")
        if rule.kind == "error":
            rule.detail = rule.detail or "vmodl.fault.SystemError"
            try:
                VmomiSupport.GetVmodlType(rule.detail)
            except KeyError:
                raise FaultError(f"pyVmomi knows no fault {rule.detail}; name it like vim.fault.NotFound.") from None
        return rule

    def hits(self, kind: str, method: str | None, detail: str | None) -> bool:
        if self.kind != kind or self.times == 0:
            return False
        if detail is not None and self.detail != detail:
            return False
        if kind == "drop" and self.method is None:
            return method in WRITES
        return self.method in (None, method)


class Faults:
    """The rules in force for one vCenter; every thread may ask."""

    def __init__(self, rules: list[Rule]) -> None:
        self._lock = threading.Lock()
        self._rules = list(rules)
        self._happened: Counter[str] = Counter()

    def add(self, rules: list[Rule]) -> None:
        with self._lock:
            self._rules.extend(rules)

    def clear(self) -> None:
        with self._lock:
            self._rules.clear()

    def forget(self) -> None:
        """Start counting again what happened."""
        with self._lock:
            self._happened.clear()

    def active(self, kind: str) -> bool:
        with self._lock:
            return any(rule.hits(kind, rule.method, None) for rule in self._rules)

    def take(self, kind: str, method: str | None = None, detail: str | None = None) -> Rule | None:
        """The rule that strikes now, if any; one of its times is used up."""
        with self._lock:
            for rule in self._rules:
                if rule.hits(kind, method, detail):
                    if rule.times is not None:
                        rule.times -= 1
                    self._happened[kind] += 1
                    return rule
        return None

    def rules(self) -> list[dict[str, Any]]:
        with self._lock:
            return [asdict(rule) for rule in self._rules if rule.times != 0]

    def happened(self) -> dict[str, int]:
        with self._lock:
            return dict(self._happened)
