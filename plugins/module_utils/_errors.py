# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Every error that the collection raises on purpose, in one tree.

::

    ClientPluginError
    |-- OptionError          the value of an option cannot be used
    |-- PreflightError       a web server does not deliver what would be registered
    |-- ContentError         bytes or a value do not have the form that they must have
    |   |-- ThumbprintError
    |   |-- CertificateError
    |   |-- ChainError
    |   |-- CsrError
    |   |-- XmlError
    |   |-- ArchiveError
    |   |-- PackageError
    |   |-- ManifestError
    |   `-- UrlError
    |-- FileError            a file or folder cannot be read or written
    |-- TlsError             an endpoint shows no certificate, or one that must not be trusted
    |-- HttpError            a web server does not give the body of a URL
    |-- VCenterError         a vCenter cannot be reached, or refuses
    `-- WriteBarredError     nothing may be written to a vCenter, although it could be

An error keeps its parts apart; :meth:`ClientPluginError.message` joins them where a person reads them. An option is
named as the raising code knows it; the code that shows the message gives the name that its reader can set, such as
the variable of a role (:class:`OptionNames`). Code decides by class and field, never by text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

from . import _foreign_text

# Another option in a reason, remedy or note is written as in the documentation of Ansible: O(ca_path).
_OPTION_REFERENCE = re.compile(r"O\(([^()\s]+)\)")
_NOT_SHOWN: Any = object()


@dataclass(frozen=True, slots=True)
class OptionNames:
    """How the reader of a message knows the options.

    ``names`` maps an option to what the reader can set; other options get ``prefix``. Both hold for the first part of
    an option such as ``plugin_servers[0].url``, unless ``names`` has the whole option. An option that is not
    one name for the reader has a phrase of several words in ``names``, such as "the reload of the web server".
    """

    prefix: str = ""
    names: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def from_variables(cls, variables: Mapping[Any, Any]) -> OptionNames:
        """Return the names of a task with the option ``variables``.

        A role may compute a private variable from the public one of that name, so underscores in front are removed.
        """
        return cls(names={str(option): str(variable).lstrip("_") for option, variable in variables.items()})

    def name(self, option: str) -> str:
        """Return the name of ``option`` for the reader, or its phrase."""
        first = re.split(r"[.\[=]", option, maxsplit=1)[0]
        if option in self.names:
            return self.names[option]
        name = self.names.get(first, self.prefix + first)
        return name if " " in name else name + option[len(first) :]

    def can_set(self, option: str) -> bool:
        """Return whether ``option`` has a name, which the reader can set, and not a phrase."""
        return " " not in self.name(option)

    def quote(self, option: str) -> str:
        """Return the name of ``option`` in backticks, or its phrase as it is."""
        name = self.name(option)
        return f"`{name}`" if self.can_set(option) else name

    def fill(self, text: str) -> str:
        """Return ``text`` with the references ``O(option)`` replaced."""
        return _OPTION_REFERENCE.sub(lambda found: self.quote(found[1]), text)

    def can_follow(self, remedy: str) -> bool:
        """Return whether the reader can set all options to which ``remedy`` refers."""
        return all(self.can_set(option) for option in _OPTION_REFERENCE.findall(remedy))


class ClientPluginError(Exception):
    """The root of the tree.

    ``option`` or ``subject`` is what ``reason`` is about, for example ``timeout`` and "must be above 0 seconds", or
    "vc.example.com" and "refused the connection". ``value`` is what was given, ``remedy`` is an instruction, ``note`` a
    further sentence. None of them ends with a full stop. Several instructions are alternatives; a message leaves out
    those that refer to an option that its reader cannot set.
    """

    def __init__(
        self,
        reason: str,
        *,
        option: str = "",
        subject: str = "",
        value: object = _NOT_SHOWN,
        remedy: str | Sequence[str] = "",
        note: str = "",
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.option = option
        self.subject = subject
        self.value = value
        self.remedies = tuple(filter(None, [remedy] if isinstance(remedy, str) else remedy))
        self.note = note

    def __str__(self) -> str:
        return self.message()

    @property
    def remedy(self) -> str:
        """The remedies as one text."""
        return _join_alternatives(self.remedies)

    def problem(self, names: OptionNames | None = None) -> str:
        """Return what is wrong, without the remedy."""
        names = names or OptionNames()
        subject = names.quote(self.option) if self.option else self.subject
        return _foreign_text.visible(f"{subject} {names.fill(self.reason)}{self._value_text()}".strip())

    def as_clause(self, subject: str = "it") -> str:
        """Return what is wrong as a clause for the reason of another error, which fills in the names of options.

        ``subject`` is used where this error has none.
        """
        own = f"O({self.option})" if self.option else self.subject
        return f"{own or subject} {self.reason}{self._value_text()}"

    def _value_text(self) -> str:
        return "" if self.value is _NOT_SHOWN else f", got {_foreign_text.quoted(self.value)}"

    def message(self, names: OptionNames | None = None) -> str:
        """Return the whole message: "`option` must be X, got Y; do Z", without a final full stop."""
        names = names or OptionNames()
        text = self.problem(names)
        if remedy := _join_alternatives([one for one in self.remedies if names.can_follow(one)]):
            text += f"; {names.fill(remedy)}"
        if self.note:
            text += f". {names.fill(self.note)}"
        return _foreign_text.visible(text)


def _join_alternatives(remedies: Sequence[str]) -> str:
    return ", or ".join(filter(None, [", ".join(remedies[:-1]), *remedies[-1:]]))


class OptionError(ClientPluginError):
    """The value of an option cannot be used."""

    @classmethod
    def wrap(
        cls, error: ClientPluginError, option: str, *, file: str = "", remedy: str | Sequence[str] = ""
    ) -> OptionError:
        """Return ``error`` as one of ``option``; ``file`` is the path that the option names, if it names one.

        ``remedy`` replaces that of the error.
        """
        reason = error.reason
        value = error.value
        if error.option:
            reason, value = f"cannot be used: {error.as_clause()}", _NOT_SHOWN
        elif file:
            # The subject may be a part of the file, such as a line.
            part = f"cannot be used: {error.subject} " if error.subject and error.subject != file else ""
            reason = f"names {file}, which {part}{reason}"
        elif error.subject:
            reason = f"cannot be used: {error.subject} {reason}"
        return cls(reason, option=option, value=value, remedy=remedy or error.remedies, note=error.note)

    @classmethod
    @contextmanager
    def wrapping(cls, option: str, *, file: str = "", remedy: str = "") -> Iterator[None]:
        """Raise the errors of a ``with`` block as errors of ``option``; the arguments are those of :meth:`wrap`."""
        try:
            yield
        except OptionError:
            raise
        except ClientPluginError as error:
            raise cls.wrap(error, option, file=file, remedy=remedy) from error

    @classmethod
    def none_of(cls, first: str, *others: str) -> OptionError:
        """Return the error for options of which one must be given, and each is missing or null."""
        return cls("".join(f"or O({name}) " for name in others) + "must be given", option=first)


class PreflightError(ClientPluginError):
    """A web server does not deliver what would be registered. ``option`` is the check that found it."""


class ContentError(ClientPluginError):
    """Bytes or a value do not have the form that they must have. The content is never repeated: it could be a key."""


class ThumbprintError(ContentError):
    """A text is not a thumbprint, or there is no certificate to compute one of."""


class CertificateError(ContentError):
    """Bytes are not a certificate, or not a private key where one is read."""


class ChainError(ContentError):
    """Certificates do not form a chain for the private key."""


class CsrError(ContentError):
    """Bytes are not a certificate signing request."""


class XmlError(ContentError):
    """Bytes are not XML that may be read, or not the document that is expected."""


class ArchiveError(ContentError):
    """Bytes are not an archive that may be opened."""


class PackageError(ContentError):
    """An archive is not a plug-in package."""


class ManifestError(ContentError):
    """A text or value is not a manifest, or an archive not a multi-manifest."""


class UrlError(ContentError):
    """A text is not a URL that can be used. The text is not repeated where it could hold a password."""


FileKind = Literal["missing", "not_regular", "too_large", "unreadable", "unwritable", "occupied"]


class FileError(ClientPluginError):
    """A file or folder cannot be read or written. ``subject`` is its path."""

    def __init__(self, kind: FileKind, reason: str, **parts: Any) -> None:
        super().__init__(reason, **parts)
        self.kind: FileKind = kind


TlsKind = Literal[
    "alert",
    "ca_path",
    "hostname",
    "not_tls",
    "pin",
    "refused",
    "reset",
    "timeout",
    "unreachable",
    "unresolved",
    "untrusted",
]


class TlsError(ClientPluginError):
    """An endpoint shows no certificate, or one that must not be trusted.

    ``kind`` is ``unresolved`` (no such name), ``unreachable`` (no route), ``refused`` (nothing listens), ``timeout``,
    ``reset`` (closed during the handshake), ``not_tls`` (answers without TLS), ``alert`` (declines the handshake),
    ``untrusted``, ``hostname`` (trusted, but issued for another name), ``pin`` (not the pinned certificate) or
    ``ca_path`` (the file cannot be used). ``presented`` is the thumbprint of the certificate for the kind ``pin``.
    """

    def __init__(self, kind: TlsKind, reason: str, *, presented: str = "", **parts: Any) -> None:
        super().__init__(reason, **parts)
        self.kind: TlsKind = kind
        self.presented = presented


HttpKind = Literal[
    "ca_path",
    "connection",
    "encoding",
    "incomplete",
    "library",
    "not_http",
    "pin",
    "status",
    "timeout",
    "too_large",
    "untrusted",
]


class HttpError(ClientPluginError):
    """A web server does not give the body of a URL, which is the ``subject``.

    ``kind`` is ``connection`` (no connection, or no TLS), ``untrusted``, ``pin`` (not the pinned certificate),
    ``ca_path`` (the file cannot be used), ``status`` (another one than 200, ``status``), ``encoding`` (compressed),
    ``too_large``, ``incomplete``, ``timeout``, ``not_http`` or ``library`` (a Python library is missing).
    """

    def __init__(self, kind: HttpKind, reason: str, *, status: int = 0, **parts: Any) -> None:
        super().__init__(reason, **parts)
        self.kind: HttpKind = kind
        self.status = status


VCenterKind = Literal[
    "unreachable",
    "timeout",
    "tls",
    "not_vcenter",
    "login",
    "permission",
    "refused",
    "conflict",
    "session",
    "unavailable",
]


class VCenterError(ClientPluginError):
    """A vCenter cannot be reached, or refuses.

    ``kind`` is ``unreachable``, ``timeout``, ``tls``, ``not_vcenter``, ``login``, ``permission``, ``refused``,
    ``conflict`` (another client changed the record between the read and the write), ``session`` (ended by
    vCenter) or ``unavailable`` (its services are starting or overloaded).
    """

    # Causes that may be gone a moment later; every other one lasts until a person removes it.
    TRANSIENT: ClassVar[frozenset[VCenterKind]] = frozenset(
        {"unreachable", "timeout", "unavailable", "session", "conflict"}
    )

    def __init__(self, kind: VCenterKind, reason: str, **parts: Any) -> None:
        super().__init__(reason, **parts)
        self.kind: VCenterKind = kind


class WriteBarredError(ClientPluginError):
    """Nothing may be written to a vCenter, although it could be: too many others failed before."""
