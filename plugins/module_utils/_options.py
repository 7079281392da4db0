# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""The only file that knows how a record is written as task options, in both directions.

``desired(params)`` reads options, ``to_options(record)`` writes them. What the second returns can be fed to the first,
and the plan that follows is empty.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils import _certificate, _thumbprint
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._extension import (
    DEFAULT_ADMIN_EMAIL,
    Desired,
    Event,
    Extension,
    OfferedCertificate,
    OptionError,
    Privilege,
    Resource,
    Server,
)

# vSphere Web Services API, data object Extension, property key: 7-bit, no control characters, none of these.
_KEY_REFUSED = re.compile(r"""[^\x20-\x7e]|[,/\\#+><=;"]""")
# SDK registration tool (9.0): every locale of its resource list goes into one module of this name.
_RESOURCE_MODULE = "resources"
_CLIENT_OWN = ("version", "label", "summary", "company")
_SERVER_OWN = ("label", "summary", "company")


def desired(params: Mapping[str, Any]) -> Desired:
    """Read the record options of a task.

    Raises :class:`OptionError`, whose text names the option, the value and the way out. Reads
    ``server_certificate_path``.
    """
    key = _key(params["key"])
    if params.get("state") == "absent":
        return Desired(key=key, present=False)
    certificate = _offered(params, "")
    return Desired(
        key=key,
        version=_never_empty(params, "version", "give 1 to 4 numbers with dots between them, such as 1.2.0"),
        label=params.get("label"),
        summary=params.get("summary"),
        company=params.get("company"),
        url=_url(params.get("url"), "url"),
        client_type=_never_empty(params, "client_type", "leave it out to keep what is registered"),
        server_type=params.get("server_type"),
        admin_email=_tuple(params.get("admin_email")),
        thumbprint=_canonical(params.get("server_thumbprint"), "server_thumbprint"),
        certificate=certificate,
        drop_certificate=params.get("server_certificate") == "",
        plugin_servers=_each(params.get("plugin_servers"), "plugin_servers", _plugin_server),
        tasks=_each(params.get("tasks"), "tasks", lambda item, _where: str(item["id"])),
        events=_each(
            params.get("events"), "events", lambda item, _where: Event(item["id"], item.get("schema") or None)
        ),
        faults=_each(params.get("faults"), "faults", lambda item, _where: str(item["id"])),
        privileges=_privileges(params.get("privileges")),
        resources=_resources(params.get("resources")),
        shown_in_solution_manager=params.get("shown_in_solution_manager"),
        client=_own(params.get("client")),
        server=_own(params.get("server"), url_option="server.url"),
        allow_downgrade=bool(params.get("allow_downgrade")),
    )


def to_options(extension: Extension) -> dict[str, Any]:
    """Write a record as the options that make it. ``None`` stands for what the record does not hold."""
    client = extension.client
    manifest_server = extension.servers[0] if extension.servers else None
    own_client: dict[str, str] = {}
    own_server: dict[str, str] = {}
    if client is not None:
        own_client = {
            name: getattr(client, name) for name in _CLIENT_OWN if getattr(client, name) != getattr(extension, name)
        }
    if manifest_server is not None:
        own_server = {
            name: getattr(manifest_server, name)
            for name in _SERVER_OWN
            if getattr(manifest_server, name) != getattr(extension, name)
        }
        if client is None or manifest_server.url != client.url:
            own_server["url"] = manifest_server.url
    no_server = "" if client is not None else None
    return {
        "key": extension.key,
        "version": extension.version,
        "label": extension.label,
        "summary": extension.summary,
        "company": extension.company,
        "url": client and client.url,
        "client_type": client and client.type,
        "server_type": manifest_server.type if manifest_server is not None else no_server,
        "admin_email": manifest_server and list(manifest_server.admin_email),
        "server_certificate": manifest_server and manifest_server.certificate,
        "server_thumbprint": manifest_server and _thumbprint_option(manifest_server),
        "plugin_servers": [_server_options(server) for server in extension.servers[1:]],
        "tasks": [{"id": task} for task in extension.tasks],
        "events": [{"id": event.id, "schema": event.schema} for event in extension.events],
        "faults": [{"id": fault} for fault in extension.faults],
        "privileges": _privilege_options(extension.privileges),
        "resources": _resource_options(extension.resources),
        "shown_in_solution_manager": extension.shown_in_solution_manager,
        "client": own_client,
        "server": own_server,
    }


def _server_options(server: Server) -> dict[str, Any]:
    return {
        "url": server.url,
        "type": server.type,
        "label": server.label,
        "summary": server.summary,
        "company": server.company,
        "admin_email": list(server.admin_email),
        "server_certificate": server.certificate,
        "server_thumbprint": _thumbprint_option(server),
    }


def _thumbprint_option(server: Server) -> str | None:
    """A certificate that is given brings its thumbprint along; "" says that the record holds the certificate alone."""
    return server.thumbprint or ("" if server.certificate else None)


def _privilege_options(privileges: Iterable[Privilege]) -> list[dict[str, Any]]:
    groups: dict[str, list[dict[str, str]]] = {}
    for privilege in privileges:
        prefix = privilege.group + "."
        short = privilege.id.startswith(prefix)
        item = {"id": privilege.id[len(prefix) :]} if short else {"full_id": privilege.id}
        groups.setdefault(privilege.group, []).append(item)
    return [{"group": group, "privileges": items} for group, items in groups.items()]


def _resource_options(resources: tuple[Resource, ...]) -> dict[str, Any] | list[dict[str, Any]]:
    """The SDK tool's map of locales, or a list where the record holds what that map cannot say."""
    by_locale = {resource.locale: dict(resource.messages) for resource in resources}
    plain = len(by_locale) == len(resources) and all(resource.module == _RESOURCE_MODULE for resource in resources)
    if plain:
        return by_locale
    return [
        {"locale": resource.locale, "module": resource.module, "messages": dict(resource.messages)}
        for resource in resources
    ]


def _key(value: str) -> str:
    found = _KEY_REFUSED.search(value)
    if not value.strip() or found:
        reason = f"{found.group()!r} is not allowed in it" if found else "it is empty"
        raise OptionError(
            "key",
            f"{value!r} cannot be an extension key, {reason}; use plain ASCII letters, digits, dots, dashes or "
            "underscores, such as com.example.plugin",
        )
    return value


def _never_empty(params: Mapping[str, Any], option: str, remedy: str) -> str | None:
    value: str | None = params.get(option)
    if value is not None and not value.strip():
        raise OptionError(option, f"{value!r} is empty; {remedy}")
    return value


def _url(value: str | None, option: str) -> str | None:
    if value is None:
        return None
    remedy = (
        "give the http or https URL of plugin.json or of the package, such as https://plugin.example.com/plugin.json"
    )
    if re.search(r"\s", value):
        raise OptionError(option, f"{value!r} contains white space; {remedy}")
    try:
        parts = urlsplit(value)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise OptionError(option, f"{value!r} is not such an address as a vSphere Client can open; {remedy}")
    if parts.username is not None or parts.password is not None:
        # Not repeated in the message: it would show the password.
        raise OptionError(option, f"a URL with a user name or password in it would be readable by everyone; {remedy}")
    return value


def _canonical(value: str | None, option: str) -> str | None:
    if not value:
        return value
    try:
        return _thumbprint.canonical(value)
    except _thumbprint.ThumbprintError as error:
        raise OptionError(option, str(error)) from error


def _offered(params: Mapping[str, Any], where: str) -> OfferedCertificate | None:
    """The certificate that the options give; ``where`` comes before their names in a message."""
    option = where + "server_certificate"
    data: str | bytes | None = params.get("server_certificate")
    path: str | None = params.get("server_certificate_path")
    if path:
        option = where + "server_certificate_path"
        try:
            data = Path(path).read_bytes()
        except OSError as error:
            raise OptionError(
                option, f"{path} cannot be read ({error.strerror}); give the path of a PEM or DER file"
            ) from error
    if not data:
        return None
    if not _certificate.HAS_CRYPTOGRAPHY:
        raise OptionError(
            option, "reading a certificate needs the Python library cryptography where this task runs; install it there"
        )
    try:
        certificate = _certificate.load(data)
    except _certificate.CertificateError as error:
        raise OptionError(option, str(error)) from error
    return OfferedCertificate(
        pem=certificate.pem,
        sha256=certificate.thumbprint("sha256"),
        sha1=certificate.thumbprint("sha1"),
        not_after=certificate.not_after,
    )


def _plugin_server(item: Mapping[str, Any], where: str) -> Server:
    url = _url(item["url"], f"{where}.url")
    offered = _offered(item, f"{where}.")
    thumbprint = _canonical(item.get("server_thumbprint"), f"{where}.server_thumbprint")
    if offered is not None and thumbprint not in (None, "", offered.sha256, offered.sha1):
        raise OptionError(
            f"{where}.server_thumbprint",
            f"{thumbprint} does not belong to the certificate beside it; leave it out, it is computed",
        )
    if offered is not None and thumbprint is None:
        thumbprint = offered.sha256
    emails = item.get("admin_email")
    return Server(
        url=str(url),
        type=item.get("type") or "PLUGIN_SERVER",
        label=item.get("label") or "",
        summary=item.get("summary") or "",
        company=item.get("company") or "",
        admin_email=DEFAULT_ADMIN_EMAIL if emails is None else tuple(emails),
        thumbprint=thumbprint or None,
        certificate=None if offered is None else offered.pem,
    )


def _privileges(groups: list[dict[str, Any]] | None) -> tuple[Privilege, ...] | None:
    if groups is None:
        return None
    return tuple(
        Privilege(id=item.get("full_id") or f"{group['group']}.{item['id']}", group=group["group"])
        for group in groups
        for item in group["privileges"]
    )


def _resources(value: Any) -> tuple[Resource, ...] | None:
    if value is None:
        return None
    if isinstance(value, Mapping):
        value = [
            {"locale": locale, "module": _RESOURCE_MODULE, "messages": messages} for locale, messages in value.items()
        ]
    try:
        return tuple(
            Resource(
                locale=str(item["locale"]),
                module=str(item.get("module") or _RESOURCE_MODULE),
                messages=tuple((str(name), str(text)) for name, text in item["messages"].items()),
            )
            for item in value
        )
    except (TypeError, KeyError, AttributeError) as error:
        raise OptionError(
            "resources",
            "a locale without its map of messages was found; give {locale: {message key: text}}, "
            "such as {en: {com.example.task.label: Example}}",
        ) from error


def _own(value: Mapping[str, str | None] | None, url_option: str = "") -> dict[str, str]:
    given = {name: text for name, text in (value or {}).items() if text is not None}
    if url_option and "url" in given:
        _url(given["url"], url_option)
    return given


def _tuple(value: list[str] | None) -> tuple[str, ...] | None:
    return None if value is None else tuple(value)


def _each(items: list[dict[str, Any]] | None, option: str, read: Any) -> Any:
    return None if items is None else tuple(read(item, f"{option}[{index}]") for index, item in enumerate(items))
