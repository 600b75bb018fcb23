"""The content of a tunnel through the proxy: HTTP for the mock, or bytes for a real server."""

import asyncio
import re
from collections.abc import Callable
from typing import Any, Final

from typing_extensions import override

from aiointercept.adapters.local_server.delegating import Delegating

_REQUEST_LINE: Final = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+ [^\s]+ HTTP/1\.[01]\r?\n")
_BEGINNING: Final = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+( [^\s]*( H?T?T?P?/?1?\.?[01]?\r?)?)?")
_LONGEST_LINE: Final = 1 << 16


class HttpOnly(Delegating):
    """Connects ``make()`` to a connection that begins with HTTP/1, and closes any other.

    Args:
        make: creates the protocol that serves HTTP.
        refuse: is called with the first bytes if they are not HTTP.
    """

    def __init__(
        self, make: Callable[[], asyncio.Protocol], refuse: Callable[[bytes], object]
    ) -> None:
        self._make = make
        self._refuse = refuse
        self._read = b""
        self._refused = False
        self._transport: Any = None

    def moved(self, make: Callable[[], asyncio.Protocol]) -> "HttpOnly":
        """Return the protocol that replaces this one on another loop, between two requests."""
        other = HttpOnly(make, self._refuse)
        other._read, other.inner = self._read, None if self.inner is None else make()
        return other

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        if self.inner is not None:
            self.inner.connection_made(transport)

    @override
    def data_received(self, data: bytes) -> None:
        if self.inner is not None:
            self.inner.data_received(data)
            return
        if self._refused:
            return
        self._read += data
        is_http = looks_like_http(self._read)
        if is_http:
            read, self._read = self._read, b""
            self.inner = self._make()
            self.inner.connection_made(self._transport)
            self.inner.data_received(read)
        elif is_http is not None:
            self._refused = True
            self._refuse(self._read)
            self._transport.close()


def looks_like_http(data: bytes) -> bool | None:
    """Whether ``data`` begins an HTTP/1 request; ``None`` if it is too short to tell."""
    if _REQUEST_LINE.match(data):
        return True
    return None if len(data) <= _LONGEST_LINE and _BEGINNING.fullmatch(data) else False


class TunnelEnd(asyncio.Protocol):
    """One end of a tunnel that copies bytes to its peer."""

    peer: "TunnelEnd | None" = None
    transport: Any = None

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        if self.peer is None:  # nothing to write to yet
            self.transport.pause_reading()
        elif self.peer.transport is not None:
            self.peer.transport.resume_reading()

    @override
    def data_received(self, data: bytes) -> None:
        if self.peer is not None:
            self.peer.transport.write(data)

    @override
    def eof_received(self) -> bool | None:
        if self.peer is None or not self.peer.transport.can_write_eof():
            return None
        self.peer.transport.write_eof()
        return True

    @override
    def pause_writing(self) -> None:
        if self.peer is not None:
            self.peer.transport.pause_reading()

    @override
    def resume_writing(self) -> None:
        if self.peer is not None:
            self.peer.transport.resume_reading()

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        if self.peer is not None:
            self.peer.transport.close()
