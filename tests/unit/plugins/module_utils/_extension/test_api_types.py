# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Our table of the record's fields against the type metadata that pyVmomi carries."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._errors import OptionError
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._extension.api_types import (
    ENTITIES,
    FLAG,
    OTHER,
    REFERENCE,
    SHAPE,
    TEXT,
    TIME,
    check_other,
    from_api,
    remove_empty,
    to_api,
)
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._extension.model import (
    Client,
    Event,
    Extension,
    Resource,
    Server,
)

pyvmomi = pytest.importorskip("pyVmomi", reason="NOT RUN: pyVmomi is not installed")
vim, support = pyvmomi.vim, pyvmomi.VmomiSupport


def shape_of(kind: Any) -> Any:
    if issubclass(kind, support.Array):
        return [shape_of(kind.Item)]
    if issubclass(kind, support.ManagedObject):
        return REFERENCE
    if issubclass(kind, support.DataObject):
        return {
            prop.name: shape_of(prop.type)
            for prop in kind._GetPropertyList()
            if prop.name not in ("dynamicType", "dynamicProperty")
        }
    return {bool: FLAG, support.datetime: TIME}.get(kind, TEXT)


def test_every_field_of_the_api_in_its_order() -> None:
    def listed(shape: Any) -> Any:
        if isinstance(shape, dict):
            return [(name, listed(part)) for name, part in shape.items()]
        return [listed(shape[0])] if isinstance(shape, list) else shape

    assert listed(shape_of(vim.Extension)) == listed(SHAPE)


def test_what_a_product_may_point_at() -> None:
    def below(kind: Any) -> set[str]:
        return {support.GetWsdlTypeName(kind)}.union(*(below(child) for child in kind.__subclasses__()))

    # Types are loaded when they are first asked for.
    for name in ENTITIES:
        support.GetWsdlType(support.XMLNS_VMODL_BASE, name)
    assert set(ENTITIES) == below(vim.ManagedEntity)


def test_every_field_is_an_option_or_other() -> None:
    assert set(to_api(from_api(dict.fromkeys(SHAPE)))) <= set(SHAPE)
    full = {
        "type": "t",
        "subjectName": "s",
        "client": [{"type": "first", "url": "u"}, {"type": "second"}],
        "healthInfo": {"url": "h"},
        "ovfConsumerInfo": {"callbackUrl": "c", "sectionType": ["a"]},
        "extendedProductInfo": {"self": {"type": "VirtualMachine", "value": "vm-1"}},
        "managedEntityInfo": [{"type": "e"}],
        "solutionManagerInfo": {},
    }
    assert set(full) == set(OTHER)
    written = to_api(from_api({"key": "k", "version": "1", **full}))
    assert {name: written[name] for name in full if name != "client"} == {
        name: value for name, value in full.items() if name != "client"
    }
    assert [client["type"] for client in written["client"]] == ["first", "second"]


def test_missing_and_empty_values_of_the_api() -> None:
    empty = {"url": "", "type": "", "serverThumbprint": "", "serverCertificate": "", "adminEmail": ["", "a"]}
    record = from_api(
        {
            "key": "k",
            "version": "1",
            "client": [{"url": "u"}],
            "server": [{"url": "u", "adminEmail": None}, empty],
            "eventList": [{"eventID": "e", "eventTypeSchema": ""}],
            "resourceList": [
                {"locale": "en", "module": "m"},
                {"locale": "de", "module": "m", "data": [{"key": "", "value": ""}, {"key": "a"}]},
            ],
        }
    )
    assert record == Extension(
        "k",
        "1",
        client=Client("u", "", ""),
        servers=(Server("u", "", admin_email=()), Server("", "", admin_email=("a",))),
        events=(Event("e"),),
        resources=(Resource("en", "m", ()), Resource("de", "m", (("a", ""),))),
    )


def test_fields_that_are_not_set_are_not_sent() -> None:
    sent = to_api(Extension("k", "1", servers=(Server("u", "t"),), events=(Event("e"),)))
    assert list(sent) == ["description", "key", "version", "server", "eventList"]
    assert set(sent["server"][0]) == {"url", "description", "company", "type", "adminEmail"}
    assert sent["eventList"] == [{"eventID": "e"}]


def test_texts_that_are_neither_a_thumbprint_nor_a_certificate_are_kept() -> None:
    data = {"server": [{"serverThumbprint": "by hand", "serverCertificate": "none"}]}
    (server,) = from_api(data).servers
    assert (server.thumbprint, server.certificate) == ("by hand", "none")


def test_empty_values_inside_of_plain_data() -> None:
    assert remove_empty({"a": "", "b": {"c": None}, "d": [], "e": ["", None, "x", {"f": "", "g": 0}], "h": False}) == {
        "e": ["x", {"g": 0}],
        "h": False,
    }


@pytest.mark.parametrize(
    "reference",
    [
        {"type": "VirtualMachine"},
        {"type": "VirtualMachine", "value": "vm-1", "other": "x"},
        {"type": "Task", "value": "task-1"},
        ["type", "value"],
    ],
)
def test_a_reference_has_a_type_and_a_value(reference: Any) -> None:
    check_other({"extendedProductInfo": {"self": {"type": "VirtualMachine", "value": "vm-1"}}, "type": None})
    with pytest.raises(OptionError, match="must be a reference to a managed object") as caught:
        check_other({"extendedProductInfo": {"self": reference}})
    assert caught.value.option == "other.extendedProductInfo.self"
