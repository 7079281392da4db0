# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Read the record options of a task as :class:`Desired`. What :mod:`to_options` writes can be given back here."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timezone
from functools import partial
from typing import Any

from .. import _url
from .._certificate import x509
from .._certificate.thumbprint import normalize_thumbprint
from .._errors import CertificateError, FileError, OptionError
from .._files.read import MIB, read_file
from .._foreign_text import quoted
from .api_types import check_other, remove_empty
from .desired import Desired, OfferedCertificate
from .model import DEFAULT_ADMIN_EMAIL, RESOURCE_MODULE, Event, Privilege, Resource, Server
from .option_sources import with_documents

# vSphere Web Services API, data object Extension, property key: 7-bit, no control characters, none of these.
_REFUSED_IN_KEY = re.compile(r"""[^\x20-\x7e]|[,/\\#+><=;"]""")
_MAX_CERTIFICATE_BYTES = MIB


class DeferredErrors(list[OptionError]):
    """Errors about values that may be registered already, and must not be written otherwise."""

    def parse(self, parser: Callable[..., str | None], value: str | None, *arguments: Any) -> str | None:
        """Return what ``parser`` returns; where it raises, keep the error and return ``value`` unchanged."""
        try:
            return parser(value, *arguments)
        except OptionError as error:
            self.append(error)
            return value


def desired_from_options(params: Mapping[str, Any], *, strict: bool = False) -> Desired:
    """Return what the record options of a task, and the documents that they name, ask for.

    Raises :class:`OptionError`. Errors about values that may be registered already are in
    :attr:`Desired.deferred_errors`, unless ``strict``.
    """
    params = with_documents(params)
    deferred = DeferredErrors()
    key = _parse_key(params.get("key"))
    url = deferred.parse(_parse_url, params.get("url"), "url")
    refuse_takeover = params.get("takeover") == "refuse"
    if params.get("state") == "absent":
        # Besides the key, only what identifies the owner of the record matters.
        return Desired(key, present=False, url=url, company=params.get("company"), refuse_takeover=refuse_takeover)
    deferred.parse(_check_key_characters, key)
    servers = _map_items(params.get("plugin_servers"), "plugin_servers", partial(_parse_plugin_server, deferred))
    desired = Desired(
        key=key,
        version=deferred.parse(
            _check_not_empty, params.get("version"), "version", "give 1 to 4 numbers with dots, such as 1.2.0"
        ),
        label=params.get("label"),
        summary=params.get("summary"),
        company=params.get("company"),
        url=url,
        client_type=deferred.parse(
            _check_not_empty, params.get("client_type"), "client_type", "omit it to keep what is registered"
        ),
        server_type=params.get("server_type"),
        admin_email=_optional_tuple(params.get("admin_email")),
        thumbprint=deferred.parse(_parse_thumbprint, params.get("server_thumbprint"), "server_thumbprint"),
        certificate=_read_certificate(params, "", deferred),
        drop_certificate=params.get("server_certificate") == "",
        plugin_servers=None if servers is None else tuple(server for server, _offer in servers),
        certificates=tuple(offer for _server, offer in servers or () if offer is not None),
        tasks=_map_items(params.get("tasks"), "tasks", lambda item, _option: str(item["id"])),
        events=_map_items(
            params.get("events"), "events", lambda item, _option: Event(item["id"], item.get("schema") or None)
        ),
        faults=_map_items(params.get("faults"), "faults", lambda item, _option: str(item["id"])),
        privileges=_parse_privileges(params.get("privileges")),
        resources=_parse_resources(params.get("resources")),
        shown_in_solution_manager=params.get("shown_in_solution_manager"),
        client=_given_texts(params.get("client")),
        server=_given_texts(params.get("server")),
        other=_parse_other(params.get("other")),
        allow_downgrade=bool(params.get("allow_downgrade")),
        refuse_takeover=refuse_takeover,
    )
    deferred.parse(_parse_url, desired.server.get("url"), "server.url")
    if strict and deferred:
        raise deferred[0]
    return replace(desired, deferred_errors=tuple(deferred))


def certificate_from_options(params: Mapping[str, Any]) -> OfferedCertificate | None:
    """Return the certificate of ``server_certificate`` or ``server_certificate_path``, None where neither is set.

    Raises :class:`OptionError`.
    """
    deferred = DeferredErrors()
    offered = _read_certificate(params, "", deferred)
    if deferred:
        raise deferred[0]
    return offered


def _parse_key(value: str | None) -> str:
    if not (value or "").strip():
        raise OptionError(
            "must be set", option="key", remedy="give the key of the extension, such as com.example.plugin"
        )
    return str(value)


def _check_key_characters(value: str) -> str:
    refused = _REFUSED_IN_KEY.search(value)
    if refused:
        raise OptionError(
            f"must not contain {quoted(refused.group())}",
            option="key",
            value=value,
            remedy="use ASCII letters, digits, dots, dashes or underscores, such as com.example.plugin",
        )
    return value


def _check_not_empty(value: str | None, option: str, remedy: str) -> str | None:
    if value is not None and not value.strip():
        raise OptionError("must not be empty", option=option, value=value, remedy=remedy)
    return value


def _parse_url(value: str | None, option: str) -> str | None:
    with OptionError.wrapping(option):
        return value if value is None else _url.parse(value).text


def _parse_thumbprint(value: str | None, option: str) -> str | None:
    with OptionError.wrapping(option):
        return value and normalize_thumbprint(value)


def _read_certificate(params: Mapping[str, Any], prefix: str, deferred: DeferredErrors) -> OfferedCertificate | None:
    """Return the certificate that the options give; ``prefix`` comes before their names in an error."""
    path: str | None = params.get("server_certificate_path")
    text: str | None = params.get("server_certificate")
    if not path and not text:
        return None
    option = f"{prefix}server_certificate_path" if path else f"{prefix}server_certificate"
    if not x509.HAS_CRYPTOGRAPHY:
        raise OptionError(
            "needs the Python library cryptography where this task runs", option=option, remedy="install it there"
        )
    try:
        certificate = x509.load_certificate(read_file(path, limit=_MAX_CERTIFICATE_BYTES) if path else text or "")
    except FileError as error:
        raise OptionError.wrap(error, option, file=path or "") from error
    except CertificateError as error:
        problem = OptionError.wrap(error, option, file=path or "")
        if path or text is None:
            raise problem from error
        deferred.append(problem)
        return OfferedCertificate(text, "", "", datetime.max.replace(tzinfo=timezone.utc))
    return OfferedCertificate(
        pem=certificate.pem,
        sha256=certificate.thumbprint("sha256"),
        sha1=certificate.thumbprint("sha1"),
        not_after=certificate.not_after,
        sans=certificate.sans,
    )


def _parse_plugin_server(
    deferred: DeferredErrors, item: Mapping[str, Any], option: str
) -> tuple[Server, OfferedCertificate | None]:
    url = deferred.parse(_parse_url, item["url"], f"{option}.url")
    offered = _read_certificate(item, f"{option}.", deferred)
    thumbprint = deferred.parse(_parse_thumbprint, item.get("server_thumbprint"), f"{option}.server_thumbprint")
    if offered is not None and offered.sha256 and thumbprint not in (None, "", offered.sha256, offered.sha1):
        deferred.append(
            OptionError(
                f"must be the thumbprint of the certificate of the same server, which is {offered.sha256}",
                option=f"{option}.server_thumbprint",
                value=thumbprint,
                remedy="omit it, it is computed from the certificate",
            )
        )
    if offered is not None and thumbprint is None:
        thumbprint = offered.sha256
    emails, server_type = item.get("admin_email"), item.get("type")
    server = Server(
        url=str(url),
        type="PLUGIN_SERVER" if server_type is None else server_type,
        label=item.get("label") or "",
        summary=item.get("summary") or "",
        company=item.get("company") or "",
        admin_email=DEFAULT_ADMIN_EMAIL if emails is None else tuple(emails),
        thumbprint=thumbprint or None,
        certificate=None if offered is None else offered.pem,
    )
    return server, offered


def _parse_privileges(groups: list[dict[str, Any]] | None) -> tuple[Privilege, ...] | None:
    if groups is None:
        return None
    return tuple(
        Privilege(id=item.get("full_id") or f"{group['group']}.{item['id']}", group=group["group"])
        for group in groups
        for item in group["privileges"]
    )


def _parse_resources(value: Any) -> tuple[Resource, ...] | None:
    if value is None:
        return None
    items = value
    if isinstance(value, Mapping):
        items = [
            {"locale": locale, "module": RESOURCE_MODULE, "messages": messages} for locale, messages in value.items()
        ]
    try:
        return tuple(_parse_resource(item) for item in items)
    except (TypeError, KeyError, AttributeError, ValueError) as error:
        raise OptionError(
            "must be a dictionary of locales with a dictionary of messages each",
            option="resources",
            value=value,
            remedy="give {locale: {message key: text}}, such as {en: {com.example.task.label: Example}}",
        ) from error


def _parse_resource(item: Mapping[str, Any]) -> Resource:
    module, messages = item.get("module"), item["messages"]
    # Where a record has a key twice, to_options writes a list of pairs.
    pairs = messages if isinstance(messages, list) else messages.items()
    return Resource(
        locale=str(item["locale"]),
        module=RESOURCE_MODULE if module is None else str(module),
        messages=tuple((str(name), str(text)) for name, text in pairs if name or text),
    )


def _parse_other(value: Mapping[str, Any] | None) -> dict[str, Any]:
    other = value or {}
    check_other(other)
    return {name: item if item is None else remove_empty(item) for name, item in other.items()}


def _given_texts(value: Mapping[str, str | None] | None) -> dict[str, str]:
    return {name: text for name, text in (value or {}).items() if text is not None}


def _optional_tuple(value: list[str] | None) -> tuple[str, ...] | None:
    return None if value is None else tuple(value)


def _map_items(items: list[dict[str, Any]] | None, option: str, parse: Any) -> Any:
    """Return what ``parse`` returns for each item and the name of its option, None where there is no list."""
    return None if items is None else tuple(parse(item, f"{option}[{index}]") for index, item in enumerate(items))
