# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Define the argument specs of modules that work with files and web servers, without a vCenter.

``validate-modules`` compares them with the documentation.
"""

from __future__ import annotations

from typing import Any


def manifest_spec() -> dict[str, Any]:
    """Return the options of plugin_manifest."""
    return {
        "manifest": {"type": "dict", "aliases": ["content"]},
        "src": {"type": "path"},
        "locales": {"type": "path"},
        "icons": {
            "type": "dict",
            "options": {
                "uri": {"type": "str", "required": True},
                "names": {"type": "list", "elements": "str", "required": True},
                "columns": {"type": "int"},
                "dark_uri": {"type": "str"},
            },
        },
        "overlays": {"type": "list", "elements": "raw"},
        "content_path": {"type": "path"},
        **_publish_spec(),
        **validation_spec(),
        **variables_spec(),
    }


def multi_manifest_spec() -> dict[str, Any]:
    """Return the options of plugin_multi_manifest."""
    return {
        "manifests": {
            "type": "list",
            "elements": "dict",
            "options": {
                "name": {"type": "str", "required": True},
                "manifest": {"type": "dict"},
                "src": {"type": "path"},
            },
            "mutually_exclusive": [["manifest", "src"]],
            "required_one_of": [["manifest", "src"]],
        },
        "src": {"type": "path"},
        **_publish_spec(),
        **validation_spec(),
    }


def content_spec() -> dict[str, Any]:
    """Return the options of ``plugin_content``."""
    return {
        "src": {"type": "path", "required": True},
        "checksum": {"type": "str"},
        "dest": {"type": "path", "required": True},
        **variables_spec(),
    }


def package_info_spec() -> dict[str, Any]:
    """Return the options of ``plugin_package_info``."""
    return {
        "path": {"type": "path"},
        "url": {"type": "str"},
        "server_thumbprint": {"type": "str", "aliases": ["ssl_thumbprint"]},
        "ca_path": {"type": "path"},
        "validate_certs": {"type": "bool", "default": True},
        "timeout": {"type": "float", "default": 30},
    }


def certificate_info_spec() -> dict[str, Any]:
    """Return the options of ``extension_cert_info``."""
    return {
        "path": {"type": "path"},
        # Hidden at first: the task is logged before the module can check the text for a private key.
        "content": {"type": "str", "no_log": True},
        "url": {"type": "str"},
        "host": {"type": "str", "aliases": ["server_hostname"]},
        "ca_path": {"type": "path"},
        "timeout": {"type": "float", "default": 10},
        **variables_spec(),
    }


def server_certificate_spec() -> dict[str, Any]:
    """Return the options of ``server_certificate``."""
    return {
        **_private_key_spec(),
        "certificate_path": {"type": "path", "required": True},
        **_subject_spec(),
        "valid_days": {"type": "int", "default": 397},
        "renew_before_days": {"type": "int", "default": 30},
        **_file_owner_spec(),
        **variables_spec(),
    }


def server_certificate_request_spec() -> dict[str, Any]:
    """Return the options of ``server_certificate_request``."""
    parts = ("organization", "organizational_unit", "country", "state_or_province", "locality")
    return {
        **_private_key_spec(),
        "request_path": {"type": "path", "required": True},
        **_subject_spec(),
        **{name: {"type": "str"} for name in parts},
        **_file_owner_spec(),
        **variables_spec(),
    }


def server_certificate_install_spec() -> dict[str, Any]:
    """Return the options of ``server_certificate_install``."""
    return {
        "private_key_path": {"type": "path", "required": True},
        "certificate_path": {"type": "path", "required": True},
        "new_private_key_path": {"type": "path", "no_log": False},
        "new_certificate_path": {"type": "path"},
        # Hidden at first: the task is logged before the module can check the text for a private key.
        "new_certificate": {"type": "str", "no_log": True},
        "hosts": {"type": "list", "elements": "str", "default": []},
        "state": {"type": "str", "choices": ["present", "previous", "settled"], "default": "present"},
        "keep_previous": {"type": "bool", "default": False},
        "test_command": {"type": "list", "elements": "str", "default": []},
        "reload_command": {"type": "list", "elements": "str", "default": []},
        "confirm": {
            "type": "dict",
            "options": {
                "address": {"type": "str", "required": True},
                "port": {"type": "int", "required": True},
                "server_name": {"type": "str"},
                "timeout": {"type": "float", "default": 10},
            },
        },
        **_file_owner_spec(),
        **variables_spec(),
    }


def variables_spec() -> dict[str, Any]:
    """Return the option of modules whose messages name the variables of a role."""
    return {"variables": {"type": "dict", "default": {}}}


def _publish_spec() -> dict[str, Any]:
    """Return the options of modules that write one file."""
    return {
        "path": {"type": "path"},
        "backup": {"type": "bool", "default": False},
        "mode": {"type": "raw", "default": "0644"},
    }


def validation_spec() -> dict[str, Any]:
    """Return the options of modules that validate manifests."""
    return {
        "unknown_properties": {"type": "str", "choices": ["error", "warn", "ignore"], "default": "warn"},
        "strict": {"type": "bool", "default": False},
        "targets": {"type": "list", "elements": "str", "default": []},
    }


def _private_key_spec() -> dict[str, Any]:
    """Return the options of modules that create a private key and a file that goes with it."""
    return {
        "private_key_path": {"type": "path", "required": True},
        "key_type": {"type": "str", "choices": ["RSA", "ECC"], "default": "RSA"},
        "key_size": {"type": "int"},
        "force": {"type": "bool", "default": False},
        "backup": {"type": "bool", "default": False},
    }


def _subject_spec() -> dict[str, Any]:
    """Return the options that name the server in a certificate or certificate request."""
    return {
        "subject_alternative_names": {
            "type": "list",
            "elements": "str",
            "required": True,
            "aliases": ["subject_alt_name"],
        },
        "common_name": {"type": "str"},
    }


def _file_owner_spec() -> dict[str, Any]:
    """Return the options for owner, group and modes of a private key and the file that goes with it."""
    return {
        "owner": {"type": "str"},
        "group": {"type": "str"},
        "mode": {"type": "raw", "default": "0644"},
        "private_key_mode": {"type": "raw", "default": "0600", "no_log": False},
    }


# The rules between options, as keyword arguments of AnsibleModule.
CERTIFICATE_INFO_RULES: dict[str, Any] = {
    "mutually_exclusive": [["path", "content", "url"]],
    "required_one_of": [["path", "content", "url"]],
}
SERVER_CERTIFICATE_INSTALL_RULES: dict[str, Any] = {
    "mutually_exclusive": [["new_certificate", "new_certificate_path"]],
}
MANIFEST_RULES: dict[str, Any] = {
    "mutually_exclusive": [["manifest", "src"]],
    "required_one_of": [["manifest", "src"]],
}
MULTI_MANIFEST_RULES: dict[str, Any] = {
    "mutually_exclusive": [["manifests", "src"], ["src", "path"]],
    "required_one_of": [["manifests", "src"]],
}
PACKAGE_INFO_RULES: dict[str, Any] = {
    "mutually_exclusive": [["path", "url"]],
    "required_one_of": [["path", "url"]],
}
