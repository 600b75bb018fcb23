"""A connection to a real server that has switched protocols: bytes both ways, as they are."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import aiohttp


class _Incoming:
    """Gets what the server sends from aiohttp's protocol, in the place of its WebSocket reader."""

    def __init__(self) -> None:
        self.chunks: asyncio.Queue[bytes | None] = asyncio.Queue()

    def feed_data(self, data: bytes) -> tuple[bool, bytes]:
        self.chunks.put_nowait(bytes(data))
        return False, b""

    def feed_eof(self) -> None:
        self.chunks.put_nowait(None)


class Switched:
    """The chunks that the server sends, and the way to it; see :class:`.ports.upstream.Tunnel`.

    Args:
        session: is closed with it.
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
            self._incoming.feed_eof()  # the server has gone already
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
        """End the connection to the real server, wherever it is."""
        self.close()
        with contextlib.suppress(aiohttp.ClientError, ConnectionError):
            self._response.close()
        await self._session.close()
