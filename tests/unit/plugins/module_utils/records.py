# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Records for tests: one that holds everything, and any that a vCenter may hold."""

from __future__ import annotations

from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._extension.api_types import from_api
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._extension.model import (
    Client,
    Event,
    Extension,
    Privilege,
    Resource,
    Server,
)
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._extension.xml_document import (
    parse_document,
)
from hypothesis import strategies as st

URL = "https://plugins.example.com/plugin.json"
PEM = "-----BEGIN CERTIFICATE-----\n" + "A" * 64 + "\nAAAA\n-----END CERTIFICATE-----\n"
OTHER = {
    "type": "type",
    "subjectName": "somebody",
    "client": [{"type": "second", "url": "u", "version": "1", "company": "c", "description": {"label": "l"}}],
    "healthInfo": {"url": "https://health.example.com"},
    "ovfConsumerInfo": {"callbackUrl": "c", "sectionType": ["a", "b"]},
    "extendedProductInfo": {"companyUrl": "c", "self": {"type": "VirtualMachine", "value": "vm-42"}},
    "managedEntityInfo": [{"type": "e", "description": "d"}, {"type": "f"}],
    "solutionManagerInfo": {"tab": [{"label": "l", "url": "u"}]},
}
FULL = Extension(
    "com.example.notes",
    "1.0.0",
    "Label",
    "Summary",
    "Company",
    Client(URL, "vsphere-client-remote", "1.0.0", "l", "s", "c"),
    (
        Server(URL, "MANIFEST_SERVER", "l", "s", "c", ("a@example.com", "b@example.com"), ":".join(["AB"] * 32), PEM),
        Server("https://api.example.com/", "API", thumbprint=":".join(["CD"] * 20)),
    ),
    ("t1", "t2"),
    (Event("e1", "<a/>"), Event("e2")),
    ("f1",),
    (Privilege("g.p", "g"), Privilege("q", "g")),
    (Resource("en", "resources", (("a", "1"), ("b", "2"))), Resource("de", "task", (("a", "3"),))),
    True,
    OTHER,
)

# Texts that XML can carry and that mean the same with the white space around them gone.
texts = st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn"]), max_size=8).map(str.strip)
ids = st.text("abc.:-_", min_size=1, max_size=6)
thumbprints = st.sampled_from([":".join([pair] * count) for pair in ("AB", "0F") for count in (20, 32)])
urls = st.sampled_from([URL, "https://b.example.com/", "http://plugins.example.com/p.zip", "https://*:8443/x", ""])
clients = st.builds(
    Client,
    url=urls,
    type=st.sampled_from(["vsphere-client-remote", "vsphere-client-serenity", "com.example.other", ""]),
    version=st.sampled_from(["1.0.0", "1.0", "2", "5.10", "8.0.3-rc1", ""]),
    label=texts,
    summary=texts,
    company=texts,
)
servers = st.builds(
    Server,
    url=urls,
    type=st.sampled_from(["MANIFEST_SERVER", "HTTPS", "PLUGIN_SERVER", ""]),
    label=texts,
    summary=texts,
    company=texts,
    admin_email=st.lists(ids, max_size=2).map(tuple),
    thumbprint=st.none() | thumbprints | st.just("no thumbprint"),
    certificate=st.none() | st.just(PEM) | st.just("no certificate"),
)
resources = st.builds(
    Resource,
    locale=st.sampled_from(["en", "de", "fr_FR", ""]),
    module=st.sampled_from(["resources", "task", ""]),
    messages=st.lists(st.tuples(ids, texts), max_size=3).map(tuple),
)
others = st.dictionaries(st.sampled_from(sorted(OTHER)), st.none(), max_size=3).map(
    lambda chosen: {name: OTHER[name] for name in chosen}
)


def extension_from_xml(document: bytes) -> Extension:
    return from_api(parse_document(document))


def tuples(items: st.SearchStrategy) -> st.SearchStrategy:
    return st.lists(items, max_size=3).map(tuple)


@st.composite
def records(draw: st.DrawFn) -> Extension:
    """Any record that a vCenter may hold, whoever has written it."""
    client = draw(st.none() | clients)
    other = draw(others)
    return Extension(
        key="com.example.notes",
        version=draw(st.sampled_from(["1.0.0", "1.0", "8.0.3-rc1", ""])),
        label=draw(texts),
        summary=draw(texts),
        company=draw(texts),
        client=client,
        servers=draw(tuples(servers)),
        tasks=draw(tuples(ids)),
        events=draw(tuples(st.builds(Event, ids, st.none() | texts.filter(bool)))),
        faults=draw(tuples(ids)),
        privileges=draw(tuples(st.builds(Privilege, ids, ids))),
        resources=draw(tuples(resources)),
        shown_in_solution_manager=draw(st.none() | st.booleans()),
        # A second client is one only after a first.
        other=other if client is not None else {name: value for name, value in other.items() if name != "client"},
    )
