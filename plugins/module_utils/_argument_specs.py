# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Define the argument specs of modules and actions that connect to a vCenter.

Those of all other modules are in ``_argument_specs_files.py``, and one that needs both in
``_argument_specs_manifest_info.py``. ``validate-modules`` compares them with the documentation.
"""

from __future__ import annotations

from typing import Any

from ansible.module_utils.basic import env_fallback


def vcenter_spec() -> dict[str, Any]:
    """Return the options of the connection to a vCenter.

    The environment variables are those of AWX's credential type and of community.vmware. ``validate_certs`` has none:
    AWX sets VMWARE_VALIDATE_CERTS to False by default, which would disable the verification of TLS unnoticed.
    """
    return {
        "hostname": {"type": "str", "required": True, "fallback": (env_fallback, ["VMWARE_HOST"])},
        "username": {
            "type": "str",
            "required": True,
            "aliases": ["admin", "user"],
            "fallback": (env_fallback, ["VMWARE_USER"]),
        },
        "password": {
            "type": "str",
            "required": True,
            "aliases": ["pass", "pwd"],
            "no_log": True,
            "fallback": (env_fallback, ["VMWARE_PASSWORD"]),
        },
        "port": {"type": "int", "default": 443, "fallback": (env_fallback, ["VMWARE_PORT"])},
        "validate_certs": {"type": "bool", "default": True},
        "ca_path": {"type": "path"},
        "vcenter_thumbprint": {"type": "str"},
        "timeout": {"type": "float", "default": 30},
        "proxy_host": {"type": "str", "fallback": (env_fallback, ["VMWARE_PROXY_HOST"])},
        "proxy_port": {"type": "int", "fallback": (env_fallback, ["VMWARE_PROXY_PORT"])},
    }


def extension_spec() -> dict[str, Any]:
    """Return the options of an extension record.

    The aliases are the names in community.vmware and in the JSON files of the registration tool of the SDK.
    """
    return {
        "key": {"type": "str", "aliases": ["extension_key"], "no_log": False},
        "definition": {"type": "path"},
        "package": {"type": "path"},
        "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        "version": {"type": "str"},
        "label": {"type": "str", "aliases": ["name"]},
        "summary": {"type": "str", "aliases": ["description"]},
        "company": {"type": "str"},
        "url": {"type": "str"},
        "client_type": {"type": "str"},
        "server_type": {"type": "str"},
        "admin_email": {"type": "list", "elements": "str", "aliases": ["email"]},
        "server_certificate": {"type": "str"},
        "server_certificate_path": {"type": "path"},
        "server_thumbprint": {"type": "str", "aliases": ["ssl_thumbprint"]},
        "plugin_servers": {"type": "list", "elements": "dict", "options": _plugin_server_spec()},
        "tasks": {"type": "list", "elements": "dict", "options": _id_spec("taskId")},
        "events": {
            "type": "list",
            "elements": "dict",
            "options": _id_spec("eventId") | {"schema": {"type": "str", "aliases": ["eventTypeSchema"]}},
        },
        "faults": {"type": "list", "elements": "dict", "options": _id_spec("faultId")},
        "privileges": {"type": "list", "elements": "dict", "options": _privilege_group_spec()},
        "resources": {"type": "raw"},
        "shown_in_solution_manager": {"type": "bool", "aliases": ["visible"]},
        "client": {
            "type": "dict",
            "options": {name: {"type": "str"} for name in ("version", "label", "summary", "company")},
        },
        "server": {
            "type": "dict",
            "options": {name: {"type": "str"} for name in ("url", "label", "summary", "company")},
        },
        "other": {"type": "dict"},
        "allow_downgrade": {"type": "bool", "default": False},
        "takeover": {"type": "str", "choices": ["allow", "refuse"], "default": "allow"},
        "verify_servers": {"type": "bool", "default": False},
        "verify_manifest": {"type": "bool", "default": False},
        "verify_files": {"type": "bool", "default": False},
    }


def selection_spec() -> dict[str, Any]:
    """Return the options that select extension records."""
    return {
        "keys": {"type": "list", "elements": "str", "aliases": ["key", "extension_key"], "no_log": False},
        "patterns": {"type": "list", "elements": "str", "aliases": ["pattern"]},
        "companies": {"type": "list", "elements": "str", "aliases": ["company"]},
        "client_types": {"type": "list", "elements": "str", "aliases": ["client_type"]},
    }


def single_spec() -> dict[str, Any]:
    """Return the options of ``vcenter_extension``."""
    return {**vcenter_spec(), **extension_spec()}


def single_info_spec() -> dict[str, Any]:
    """Return the options of ``vcenter_extension_info``."""
    return {**vcenter_spec(), **selection_spec()}


def fleet_spec() -> dict[str, Any]:
    """Return the options of ``vcenter_extension_fleet``.

    ``key`` is not required, because each member may have its own.
    """
    return {
        **_members_spec(),
        "max_failures": {"type": "int"},
        "history_path": {"type": "path"},
        "history_run": {"type": "str"},
        **extension_spec(),
    }


def fleet_info_spec() -> dict[str, Any]:
    """Return the options of ``vcenter_extension_fleet_info``."""
    return {**_members_spec(), **selection_spec()}


def renewal_spec() -> dict[str, Any]:
    """Return the options of ``vcenter_extension_renewal``."""
    return {
        **_members_spec(),
        "max_failures": {"type": "int"},
        "history_path": {"type": "path"},
        "history_run": {"type": "str"},
        "keys": {"type": "list", "elements": "str", "required": True, "no_log": False},
        "server_urls": {"type": "list", "elements": "str", "required": True},
        "server_certificate": {"type": "str"},
        "server_certificate_path": {"type": "path"},
        "verify_servers": {"type": "bool", "default": False},
    }


def rollback_spec() -> dict[str, Any]:
    """Return the options of ``vcenter_extension_rollback``."""
    return {
        **_members_spec(),
        "max_failures": {"type": "int"},
        "history_path": {"type": "path", "required": True},
        "run": {"type": "str"},
        "keys": {"type": "list", "elements": "str", "no_log": False},
        "verify_servers": {"type": "bool", "default": True},
        "verify_manifest": {"type": "bool", "default": True},
    }


def outcome_spec() -> dict[str, Any]:
    """Return the options of ``vcenter_extension_outcome``."""
    return {
        "registered": {"type": "str", "required": True},
        "name": {"type": "str"},
        "variables": {"type": "raw"},
        "unchanged": {"type": "bool", "default": False},
    }


def rotation_report_spec() -> dict[str, Any]:
    """Return the options of ``certificate_rotation_report``."""
    texts = ("compared", "put_back", "switched_at", "switched_before", "reason")
    return {
        "renewed": {"type": "str", "required": True},
        **{name: {"type": "str"} for name in texts},
        "path": {"type": "path"},
    }


def _members_spec() -> dict[str, Any]:
    """Return the options of a task for many vCenters. Its connection options are the defaults of every member."""
    inventory = {
        "type": "dict",
        "options": {
            "hosts": {"type": "list", "elements": "str", "required": True},
            "variables": {"type": "dict", "required": True},
            "registered": {"type": "str"},
        },
    }
    return {
        "vcenters": {"type": "list", "elements": "dict", "options": member_spec()},
        "inventory": inventory,
        "concurrency": {"type": "int", "default": 32},
        "retries": {"type": "int", "default": 2},
        "progress": {"type": "bool", "default": True},
        "tolerate_failures": {"type": "bool", "default": False},
        **without(vcenter_spec(), "required"),
    }


def member_spec() -> dict[str, Any]:
    """Return the options of one member of a fleet. They have no defaults, because those are the options of the task."""
    connection = without(vcenter_spec(), "default", "fallback", "required")
    return {"name": {"type": "str"}, "extension": {"type": "dict"}, **connection}


def member_record_spec() -> dict[str, Any]:
    """Return the options of the record that one member of a fleet can set for itself."""
    return without(extension_spec(), "default", "required")


def without(spec: dict[str, Any], *words: str) -> dict[str, Any]:
    """Return an argument spec whose options lack these properties, such as ``required``."""
    return {name: {word: value for word, value in option.items() if word not in words} for name, option in spec.items()}


def _id_spec(alias: str) -> dict[str, Any]:
    return {"id": {"type": "str", "required": True, "aliases": [alias]}}


def _plugin_server_spec() -> dict[str, Any]:
    return {
        "url": {"type": "str", "required": True},
        "type": {"type": "str", "default": "PLUGIN_SERVER"},
        "label": {"type": "str"},
        "summary": {"type": "str"},
        "company": {"type": "str"},
        "admin_email": {"type": "list", "elements": "str", "aliases": ["adminEmail"]},
        "server_certificate": {"type": "str"},
        "server_certificate_path": {"type": "path", "aliases": ["serverCertificateFile"]},
        "server_thumbprint": {"type": "str", "aliases": ["serverThumbprint"]},
    }


def _privilege_group_spec() -> dict[str, Any]:
    privilege = {"id": {"type": "str", "aliases": ["privilegeId"]}, "full_id": {"type": "str"}}
    return {
        "group": {"type": "str", "required": True, "aliases": ["groupId"]},
        "privileges": {
            "type": "list",
            "elements": "dict",
            "required": True,
            "options": privilege,
            "required_one_of": [["id", "full_id"]],
            "mutually_exclusive": [["id", "full_id"]],
        },
    }


# The rules between options, as keyword arguments of AnsibleModule.
_EXCLUSIVE = [["server_certificate", "server_certificate_path"], ["definition", "package"]]
MEMBER_RECORD_RULES: dict[str, Any] = {"mutually_exclusive": _EXCLUSIVE}
EXTENSION_RULES: dict[str, Any] = {**MEMBER_RECORD_RULES, "required_one_of": [["key", "definition", "package"]]}
MEMBERS_RULES: dict[str, Any] = {
    "mutually_exclusive": [["vcenters", "inventory"]],
    "required_one_of": [["vcenters", "inventory"]],
}
FLEET_RULES: dict[str, Any] = {
    **MEMBERS_RULES,
    "mutually_exclusive": [*_EXCLUSIVE, *MEMBERS_RULES["mutually_exclusive"]],
}
RENEWAL_RULES: dict[str, Any] = {
    **MEMBERS_RULES,
    "mutually_exclusive": [_EXCLUSIVE[0], *MEMBERS_RULES["mutually_exclusive"]],
}
