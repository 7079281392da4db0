# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""The only file that reads task options as the wish for a record. What ``_to_options`` writes can be fed back here."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timezone
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from .._certificate import x509
from .._certificate.thumbprint import normalize_thumbprint
from .._errors import CertificateError, ThumbprintError
from .api_types import check_other, tidy
from .desired import Desired, OfferedCertificate
from .model import (
    DEFAULT_ADMIN_EMAIL,
    RESOURCE_MODULE,
    Event,
    OptionError,
    Privilege,
    Resource,
    Server,
)
from .option_sources import with_documents

# vSphere Web Services API, data object Extension, property key: 7-bit, no control characters, none of these.
_KEY_REFUSED = re.compile(r"""[^\x20-\x7e]|[,/\\#+><=;"]""")


class DeferredErrors(list[OptionError]):
    """What is wrong with values that may only be fed back, because a vCenter holds them already."""

    def over(self, check: Callable[..., str | None], value: str | None, *arguments: Any) -> str | None:
        """The value as ``check`` reads it, or as it is where it cannot be read."""
        try:
            return check(value, *arguments)
        except OptionError as error:
            self.append(error)
            return value


def desired_from_options(params: Mapping[str, Any], *, strict: bool = False) -> Desired:
    """Read the record options of a task, and the documents that they name.

    Raises :class:`OptionError`, whose text names the option, the value and the way out. What could be registered
    already is left to :func:`plan` as a doubt, unless ``strict``.
    """
    params = with_documents(params)
    deferred = DeferredErrors()
    key = _key(params.get("key"))
    url = deferred.over(_url, params.get("url"), "url")
    refuse_takeover = params.get("takeover") == "refuse"
    if params.get("state") == "absent":
        # The key alone, and what tells whose record it must be.
        return Desired(key, present=False, url=url, company=params.get("company"), refuse_takeover=refuse_takeover)
    deferred.over(_writable_key, key)
    other = params.get("other") or {}
    check_other(other)
    other = {name: item if item is None else tidy(item) for name, item in other.items()}
    servers = _each(params.get("plugin_servers"), "plugin_servers", partial(_plugin_server, deferred))
    wanted = Desired(
        key=key,
        version=deferred.over(
            _never_empty, params.get("version"), "version", "give 1 to 4 numbers with dots between them, such as 1.2.0"
        ),
        label=params.get("label"),
        summary=params.get("summary"),
        company=params.get("company"),
        url=url,
        client_type=deferred.over(
            _never_empty, params.get("client_type"), "client_type", "leave it out to keep what is registered"
        ),
        server_type=params.get("server_type"),
        admin_email=_tuple(params.get("admin_email")),
        thumbprint=deferred.over(_canonical, params.get("server_thumbprint"), "server_thumbprint"),
        certificate=_offered(params, "", deferred),
        drop_certificate=params.get("server_certificate") == "",
        plugin_servers=None if servers is None else tuple(server for server, _offer in servers),
        certificates=tuple(offer for _server, offer in servers or () if offer is not None),
        tasks=_each(params.get("tasks"), "tasks", lambda item, _where: str(item["id"])),
        events=_each(
            params.get("events"), "events", lambda item, _where: Event(item["id"], item.get("schema") or None)
        ),
        faults=_each(params.get("faults"), "faults", lambda item, _where: str(item["id"])),
        privileges=_privileges(params.get("privileges")),
        resources=_resources(params.get("resources")),
        shown_in_solution_manager=params.get("shown_in_solution_manager"),
        client=_own(params.get("client")),
        server=_own(params.get("server")),
        other=other,
        allow_downgrade=bool(params.get("allow_downgrade")),
        refuse_takeover=refuse_takeover,
    )
    deferred.over(_url, wanted.server.get("url"), "server.url")
    if strict and deferred:
        raise deferred[0]
    return replace(wanted, deferred_errors=tuple(deferred))


def certificate_from_options(params: Mapping[str, Any]) -> OfferedCertificate | None:
    """The certificate that ``server_certificate`` or ``server_certificate_path`` gives. Raises :class:`OptionError`."""
    deferred = DeferredErrors()
    found = _offered(params, "", deferred)
    if deferred:
        raise deferred[0]
    return found


def _key(value: str | None) -> str:
    if not (value or "").strip():
        raise OptionError("key", "is missing; give the key of the extension, such as com.example.plugin")
    return str(value)


def _writable_key(value: str) -> str:
    found = _KEY_REFUSED.search(value)
    if found:
        raise OptionError(
            "key",
            f"{value!r} cannot be an extension key, {found.group()!r} is not allowed in it; use plain ASCII letters, "
            "digits, dots, dashes or underscores, such as com.example.plugin",
        )
    return value


def _never_empty(value: str | None, option: str, remedy: str) -> str | None:
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
        return normalize_thumbprint(value)
    except ThumbprintError as error:
        raise OptionError(option, str(error)) from error


def _offered(params: Mapping[str, Any], where: str, deferred: DeferredErrors) -> OfferedCertificate | None:
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
    if not x509.HAS_CRYPTOGRAPHY:
        raise OptionError(
            option, "reading a certificate needs the Python library cryptography where this task runs; install it there"
        )
    try:
        certificate = x509.load_certificate(data)
    except CertificateError as error:
        problem = OptionError(option, str(error))
        if not isinstance(data, str):
            raise problem from error
        deferred.append(problem)
        return OfferedCertificate(data, "", "", datetime.max.replace(tzinfo=timezone.utc))
    return OfferedCertificate(
        pem=certificate.pem,
        sha256=certificate.thumbprint("sha256"),
        sha1=certificate.thumbprint("sha1"),
        not_after=certificate.not_after,
        sans=certificate.sans,
    )


def _plugin_server(
    deferred: DeferredErrors, item: Mapping[str, Any], where: str
) -> tuple[Server, OfferedCertificate | None]:
    url = deferred.over(_url, item["url"], f"{where}.url")
    offered = _offered(item, f"{where}.", deferred)
    thumbprint = deferred.over(_canonical, item.get("server_thumbprint"), f"{where}.server_thumbprint")
    if offered is not None and offered.sha256 and thumbprint not in (None, "", offered.sha256, offered.sha1):
        deferred.append(
            OptionError(
                f"{where}.server_thumbprint",
                f"{thumbprint} does not belong to the certificate beside it; leave it out, it is computed",
            )
        )
    if offered is not None and thumbprint is None:
        thumbprint = offered.sha256
    emails, kind = item.get("admin_email"), item.get("type")
    server = Server(
        url=str(url),
        type="PLUGIN_SERVER" if kind is None else kind,
        label=item.get("label") or "",
        summary=item.get("summary") or "",
        company=item.get("company") or "",
        admin_email=DEFAULT_ADMIN_EMAIL if emails is None else tuple(emails),
        thumbprint=thumbprint or None,
        certificate=None if offered is None else offered.pem,
    )
    return server, offered


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
            {"locale": locale, "module": RESOURCE_MODULE, "messages": messages} for locale, messages in value.items()
        ]
    try:
        return tuple(_resource(item) for item in value)
    except (TypeError, KeyError, AttributeError, ValueError) as error:
        raise OptionError(
            "resources",
            "a locale without its map of messages was found; give {locale: {message key: text}}, "
            "such as {en: {com.example.task.label: Example}}",
        ) from error


def _resource(item: Mapping[str, Any]) -> Resource:
    module, messages = item.get("module"), item["messages"]
    # A list of pairs is what a record that has a key twice is read as.
    pairs = messages if isinstance(messages, list) else messages.items()
    return Resource(
        locale=str(item["locale"]),
        module=RESOURCE_MODULE if module is None else str(module),
        messages=tuple((str(name), str(text)) for name, text in pairs if name or text),
    )


def _own(value: Mapping[str, str | None] | None) -> dict[str, str]:
    return {name: text for name, text in (value or {}).items() if text is not None}


def _tuple(value: list[str] | None) -> tuple[str, ...] | None:
    return None if value is None else tuple(value)


def _each(items: list[dict[str, Any]] | None, option: str, read: Any) -> Any:
    return None if items is None else tuple(read(item, f"{option}[{index}]") for index, item in enumerate(items))
