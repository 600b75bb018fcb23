"""A connection to a real server that has switched protocols: raw bytes both ways."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import aiohttp


class _Incoming:
    """Receives the server's bytes from aiohttp's protocol, in place of its WebSocket reader."""

    def __init__(self) -> None:
        self.chunks: asyncio.Queue[bytes | None] = asyncio.Queue()

    def feed_data(self, data: bytes) -> tuple[bool, bytes]:
        self.chunks.put_nowait(bytes(data))
        return False, b""

    def feed_eof(self) -> None:
        self.chunks.put_nowait(None)


class Switched:
    """Both directions of the connection; see :class:`.ports.upstream.Tunnel`.

    Iterating over it yields the bytes that the server sends.

    Args:
        session: the session, which is closed together with the connection.
        response: the server's answer to the handshake.
    """

    def __init__(self, session: aiohttp.ClientSession, response: aiohttp.ClientResponse) -> None:
        self._session = session
        self._response = response
        self._incoming = _Incoming()
        connection = response.connection
        protocol = None if connection is None else connection.protocol
        self._transport = None if protocol is None else protocol.transport
        if protocol is None or self._transport is None:
            self._incoming.feed_eof()  # the server has already disconnected
        else:
            protocol.set_parser(self._incoming, self._incoming)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while (chunk := await self._incoming.chunks.get()) is not None:
            yield chunk

    def write(self, data: bytes) -> None:
        """See :meth:`aiointercept.core.ports.upstream.Tunnel.write`."""
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(data)

    def close(self) -> None:
        """See :meth:`aiointercept.core.ports.upstream.Tunnel.close`."""
        if self._transport is not None:
            self._transport.close()
        self._incoming.feed_eof()

    async def aclose(self) -> None:
        """Close the connection to the real server in any state."""
        self.close()
        with contextlib.suppress(aiohttp.ClientError, ConnectionError):
            self._response.close()
        await self._session.close()
