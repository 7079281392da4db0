# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Our table of the record's fields against the type metadata that pyVmomi carries."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._extension.api_types import (
    ENTITIES,
    FLAG,
    OTHER,
    REFERENCE,
    SHAPE,
    TEXT,
    TIME,
    from_api,
    to_api,
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
