# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Properties of every record and every task, with generated examples."""

from __future__ import annotations

import contextlib
import random
from dataclasses import replace
from datetime import datetime, timezone

import pytest
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._errors import OptionError
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._extension.api_types import (
    from_api,
    to_api,
)
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._extension.from_options import (
    desired_from_options,
)
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._extension.model import (
    Extension,
)
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._extension.plan import Plan, plan
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._extension.to_options import (
    to_options,
)
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._extension.xml_document import (
    extension_to_xml,
)
from ansible_collections.vsphere_ops.client_plugin.tests.unit.plugins.module_utils.records import (
    OTHER,
    URL,
    extension_from_xml,
    records,
    texts,
    thumbprints,
)
from hypothesis import assume, given, settings
from hypothesis import strategies as st

NOW = datetime(2030, 1, 1, tzinfo=timezone.utc)
many = settings(max_examples=150, deadline=None)
ids = st.lists(st.sampled_from("abcd").map(lambda letter: {"id": letter}), max_size=3)
# Options of a task: any of them may be omitted.
task_options = st.fixed_dictionaries(
    {},
    optional={
        "version": st.sampled_from(["1.0.0", "1.0", "2.1", "5.10"]),
        "label": texts,
        "summary": texts,
        "company": texts,
        "url": st.sampled_from([URL, "https://b.example.com/plugin.json", "http://a.example.com/p.zip"]),
        "client_type": st.sampled_from(["vsphere-client-remote", "vsphere-client-serenity"]),
        "server_type": st.sampled_from(["MANIFEST_SERVER", "HTTPS", ""]),
        "admin_email": st.lists(st.just("a@example.com"), max_size=2),
        "server_thumbprint": thumbprints | st.just(""),
        "server_certificate": st.just(""),
        "plugin_servers": st.lists(
            st.fixed_dictionaries({"url": st.just("https://b.example.com/")}, optional={"type": texts}), max_size=2
        ),
        "tasks": ids,
        "faults": ids,
        "events": ids,
        "privileges": st.lists(st.fixed_dictionaries({"group": st.just("g"), "privileges": ids}), max_size=2),
        "resources": st.dictionaries(st.sampled_from(["en", "de"]), st.dictionaries(texts, texts, max_size=2)),
        "shown_in_solution_manager": st.booleans(),
        "client": st.fixed_dictionaries({}, optional={"label": texts, "version": st.just("3")}),
        "server": st.fixed_dictionaries({}, optional={"label": texts, "url": st.just("https://c.example.com/")}),
        "other": st.dictionaries(st.sampled_from(sorted(OTHER)), st.none(), max_size=2).map(
            lambda chosen: {name: OTHER[name] for name in chosen if name != "client"}
        ),
        "state": st.sampled_from(["present", "absent"]),
    },
)


def planned(options: dict, current: Extension | None, **can: bool) -> Plan:
    """Return the plan of valid options; hypothesis generates others where they are not valid."""
    with contextlib.suppress(OptionError):
        return plan(
            desired_from_options({"key": "com.example.notes", "allow_downgrade": True, **options}),
            current,
            now=NOW,
            **can,
        )
    assume(False)
    raise AssertionError("not reached")


@many
@given(records() | st.none(), task_options, st.booleans())
def test_applying_a_plan_leaves_nothing_to_plan(current: Extension | None, options: dict, certificates: bool) -> None:
    first = planned(options, current, certificates=certificates)
    again = plan(
        desired_from_options({"key": "com.example.notes", "allow_downgrade": True, **options}),
        first.after,
        now=NOW,
        certificates=certificates,
    )
    assert (again.action, again.changes, again.after) == ("none", (), first.after)


@many
@given(records(), task_options)
def test_changes_are_exactly_the_options_that_differ(current: Extension, options: dict) -> None:
    done = planned(options, current)
    if done.after is None or not done.changed:
        return
    before, after = to_options(current), to_options(done.after)
    fields = {change.field for change in done.changes}
    assert fields == {name for name in after if before[name] != after[name] and (before[name] or after[name])}
    assert fields


@many
@given(records(), task_options)
def test_fields_that_are_not_set_survive(current: Extension, options: dict) -> None:
    done = planned(options, current)
    if done.after is not None:
        kept = {name: value for name, value in current.other.items() if name not in options.get("other", {})}
        assert kept.items() <= done.after.other.items()
        assert done.after.servers[1:] == current.servers[1:] or "plugin_servers" in options


@many
@given(records())
def test_a_record_can_be_given_back_unchanged(current: Extension) -> None:
    wanted = desired_from_options({"state": "present", **to_options(current)})
    assert not plan(wanted, current, now=NOW).changed


@many
@given(records(), st.randoms(use_true_random=False))
def test_order_and_notation_are_not_a_change(current: Extension, chance: random.Random) -> None:
    options = to_options(current)
    for name in ("tasks", "events", "faults", "privileges"):
        chance.shuffle(options[name])
    if isinstance(options["resources"], dict):
        options["resources"] = dict(chance.sample(list(options["resources"].items()), len(options["resources"])))
    thumbprint = options["server_thumbprint"]
    if thumbprint and " " not in thumbprint:
        options["server_thumbprint"] = chance.choice(
            [thumbprint.lower(), thumbprint.replace(":", ""), thumbprint.replace(":", " "), f" {thumbprint}\u200e\n"]
        )
    assert not plan(desired_from_options({"state": "present", **options}), current, now=NOW).changed


@many
@given(records())
def test_a_record_is_the_same_in_api_data(current: Extension) -> None:
    assert from_api(to_api(current)) == current


@many
@given(records())
def test_a_record_is_the_same_after_a_document(current: Extension) -> None:
    # An empty element says nothing that a missing one does not say.
    servers = tuple(replace(server, admin_email=tuple(filter(None, server.admin_email))) for server in current.servers)
    assert extension_from_xml(extension_to_xml(current, "2026-03-01T09:00:00Z").encode()) == replace(
        current, servers=servers
    )


@many
@given(records())
def test_a_record_is_the_same_after_a_session(current: Extension) -> None:
    pytest.importorskip("pyVmomi", reason="NOT RUN: pyVmomi is not installed")
    from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._vcenter.client import (  # noqa: PLC0415
        from_vim,
        to_vim,
    )

    assert from_vim(to_vim(current)) == current
