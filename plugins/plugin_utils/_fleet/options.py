# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Validate the options of a task, and of each member of its fleet, against an argument spec."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.module_utils.common.parameters import remove_values

from ...module_utils._argument_specs import vcenter_spec
from ...module_utils._errors import OptionError
from ...module_utils._foreign_text import one_line

# Long enough for what Ansible writes about a value that it cannot convert.
_LIMIT = 500


def to_plain_types(value: Any) -> Any:
    """Return ``value`` in plain types: the strings and numbers of Ansible carry tags and lazy decryption."""
    return json.loads(json.dumps(value, default=str))


def validate_options(
    arguments: Mapping[str, Any], spec: Mapping[str, Any], rules: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Return the options of a task with their defaults and types. Raises :class:`OptionError`.

    The items of ``vcenters`` are left as they are: what is wrong with one of them must not fail the others.
    """
    shallow = {**spec, "vcenters": {"type": "list", "elements": "raw"}} if "vcenters" in spec else spec
    given = {name: value for name, value in to_plain_types(dict(arguments)).items() if value is not None}
    return OptionValidator(shallow, rules).validate(given)


def find_secrets(given: Mapping[str, Any]) -> set[str]:
    """Return the passwords among options that need not be valid."""
    names = ("password", *vcenter_spec()["password"]["aliases"])
    return {str(given[name]) for name in names if given.get(name)}


class OptionValidator:
    """Validates dictionaries against one argument spec."""

    def __init__(self, spec: Mapping[str, Any], rules: Mapping[str, Any] | None = None) -> None:
        """``rules`` are the keyword arguments of AnsibleModule for rules between options."""
        self._spec = {name: part for option, part in spec.items() for name in (option, *part.get("aliases", ()))}
        self._rules = rules or {}
        self._validator = ArgumentSpecValidator(spec, **self._rules)

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        """Return the options with their defaults and types. Raises :class:`OptionError` without any password."""
        self._check_rules(given)
        validation = self._validator.validate(given)
        if validation.unsupported_parameters:
            names = sorted(
                ".".join(name) if isinstance(name, tuple) else name for name in validation.unsupported_parameters
            )
            others = "".join(f" and neither is O({name})" for name in names[1:])
            raise OptionError(
                f"is not an option{others}", option=names[0], remedy="read the list of options with ansible-doc"
            )
        if validation.error_messages:
            text = str(remove_values("; ".join(validation.error_messages), find_secrets(given)))
            raise OptionError(f"cannot be used: {one_line(text, _LIMIT)}", option=self._invalid_option(given))
        return dict(validation.validated_parameters)

    def _check_rules(self, given: Mapping[str, Any]) -> None:
        """Check the rules that Ansible would report without the names that the reader can set."""
        for group in self._rules.get("mutually_exclusive", ()):
            present = [name for name in group if given.get(name) is not None]
            if len(present) > 1:
                reason = f"must not be given together with O({present[1]})"
                raise OptionError(reason, option=present[0], remedy="leave one of them out")
        for group in self._rules.get("required_one_of", ()):
            if all(given.get(name) is None for name in group):
                raise OptionError.none_of(*group)

    def _invalid_option(self, given: Mapping[str, Any]) -> str:
        """Return the first option that is invalid by itself, empty where there is none."""
        for name, value in given.items():
            alone = ArgumentSpecValidator({name: {**self._spec[name], "aliases": []}})
            if alone.validate({name: value}).error_messages:
                return name
        return ""
