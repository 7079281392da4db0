# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Define the faults of a simulated vCenter and the rules that trigger them."""

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
    "hang": "the call is read and gets no response",
    "disconnect": "the call is read but not executed, and the connection is closed",
    "unavailable": "HTTP 503, like a reverse proxy while the vCenter service starts",
    "html": "a web page, like a server other than a vCenter; detail xhtml: a page that is well-formed XML",
    "expired": "the session has expired: NotAuthenticated",
    "denied": "every account lacks the privilege of detail, for instance Extension.Register",
    "error": "the call fails with the fault of detail; default vmodl.fault.SystemError",
    "drop": "the call is executed, and the connection is closed without a response; without a method: the writes",
    "reset": "half of the response is sent, then the connection is reset",
}
CERTIFICATES = ("untrusted", "other_host", "expired")
WRITES = ("RegisterExtension", "UpdateExtension", "UnregisterExtension")


class FaultError(ValueError):
    """A rule is invalid."""


@dataclass(slots=True)
class Rule:
    """One fault: for every call or only for ``method``, without a limit or only ``times`` times."""

    kind: str
    method: str | None = None
    times: int | None = None
    detail: str | None = None
    seconds: float = 0.0

    @classmethod
    def parse(cls, given: Any) -> Rule:
        """Return the rule of a JSON object. Raise :class:`FaultError` if it is invalid."""
        if not isinstance(given, Mapping) or "kind" not in given:
            raise FaultError(f"a fault must be an object with `kind`, got {given!r}")
        known = [field.name for field in fields(cls)]
        unknown = sorted(set(given) - set(known))
        if unknown:
            raise FaultError(f"unknown key {', '.join(unknown)} of a fault; use {', '.join(known)}")
        rule = cls(**given)
        if rule.kind not in KINDS:
            raise FaultError(f"`kind` must be one of {', '.join(KINDS)}, got {rule.kind!r}")
        if rule.kind == "certificate" and rule.detail not in CERTIFICATES:
            raise FaultError(f"`detail` of certificate must be one of {', '.join(CERTIFICATES)}, got {rule.detail!r}")
        if rule.kind == "html" and rule.detail not in (None, "xhtml"):
            raise FaultError(f"`detail` of html must be xhtml or omitted, got {rule.detail!r}")
        if rule.kind == "denied" and not rule.detail:
            raise FaultError("`detail` of denied must be the name of a privilege")
        if rule.kind == "error":
            rule.detail = rule.detail or "vmodl.fault.SystemError"
            try:
                VmomiSupport.GetVmodlType(rule.detail)
            except KeyError:
                raise FaultError(
                    f"`detail` of error must be a fault of pyVmomi such as vim.fault.NotFound, got {rule.detail!r}"
                ) from None
        return rule

    def matches(self, kind: str, method: str | None, detail: str | None) -> bool:
        """Return whether the rule applies now."""
        if self.kind != kind or self.times == 0:
            return False
        if detail is not None and self.detail != detail:
            return False
        if kind == "drop" and self.method is None:
            return method in WRITES
        return self.method in (None, method)


class Faults:
    """The active rules of one vCenter and the counts of their faults; thread-safe."""

    def __init__(self, rules: list[Rule]) -> None:
        self._lock = threading.Lock()
        self._rules = list(rules)
        self._counts: Counter[str] = Counter()

    def add(self, rules: list[Rule]) -> None:
        """Add rules."""
        with self._lock:
            self._rules.extend(rules)

    def clear(self) -> None:
        """Remove all rules."""
        with self._lock:
            self._rules.clear()

    def reset_counts(self) -> None:
        """Set the counts to zero."""
        with self._lock:
            self._counts.clear()

    def active(self, kind: str) -> bool:
        """Return whether a rule of this kind applies to any call."""
        with self._lock:
            return any(rule.matches(kind, rule.method, None) for rule in self._rules)

    def take(self, kind: str, method: str | None = None, detail: str | None = None) -> Rule | None:
        """Return the rule that applies now, if any, count it, and use up one of its times."""
        with self._lock:
            for rule in self._rules:
                if rule.matches(kind, method, detail):
                    if rule.times is not None:
                        rule.times -= 1
                    self._counts[kind] += 1
                    return rule
        return None

    def rules(self) -> list[dict[str, Any]]:
        """Return the active rules."""
        with self._lock:
            return [asdict(rule) for rule in self._rules if rule.times != 0]

    def counts(self) -> dict[str, int]:
        """Return how often each kind of fault has occurred."""
        with self._lock:
            return dict(self._counts)
