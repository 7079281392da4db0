# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Sockets whose every read and write ends at one deadline, for ``http.client`` and urllib3. Standard library only."""

from __future__ import annotations

import http.client
import io
import ssl
from socket import socket
from typing import Any

from .endpoint import Endpoint

# Also the longest line that is read: ``http.client`` has the same limit for a header.
_BUFFER = 64 * 1024


class BoundedReader(io.BufferedReader):
    """Read an answer in reads of a known size, because a peer could make any other one endless."""

    def read(self, size: int | None = -1, /) -> bytes:
        """Return ``size`` bytes, or fewer at the end."""
        if size is None or size < 0:
            raise http.client.HTTPException("a chunk of a negative size")
        return super().read(size)

    def readline(self, size: int | None = -1, /) -> bytes:
        """Return a line of at most ``size`` bytes; without a size, one that is longer than 64 KiB is an error."""
        if size is not None and size >= 0:
            return super().readline(size)
        line = super().readline(_BUFFER + 1)
        if len(line) > _BUFFER:
            raise http.client.LineTooLong("line")
        return line


class _Timed:
    """A socket whose every read and write may take what is left until the deadline of ``endpoint``.

    Without it, a server that sends one byte now and then would hold the task without end.
    """

    endpoint: Endpoint | None = None

    def recv_into(self: Any, *args: Any, **kwargs: Any) -> Any:
        """Receive bytes into a buffer."""
        self.limit()
        return super().recv_into(*args, **kwargs)  # type: ignore[misc]

    def sendall(self: Any, *args: Any, **kwargs: Any) -> None:
        """Send all bytes."""
        self.limit()
        super().sendall(*args, **kwargs)  # type: ignore[misc]

    def makefile(self: Any, *_args: Any, **_kwargs: Any) -> Any:
        """Return the reader that ``http.client`` reads answers from."""
        return BoundedReader(super().makefile("rb", buffering=0), _BUFFER)  # type: ignore[misc]

    def limit(self: Any) -> None:
        """Set the timeout of the next call. Raises ``TimeoutError`` after the deadline."""
        if self.endpoint is not None:
            self.settimeout(self.endpoint.seconds_left())


class TimedSocket(_Timed, socket):
    """See :class:`_Timed`."""


class TimedTlsSocket(_Timed, ssl.SSLSocket):
    """See :class:`_Timed`."""
