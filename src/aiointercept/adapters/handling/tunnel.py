"""Relays a connection that has switched protocols, such as a WebSocket, byte for byte."""

from collections.abc import Callable
from typing import Any

from aiohttp import web

from aiointercept.adapters.handling.performing import Performance
from aiointercept.adapters.handling.response import Answered
from aiointercept.core.ports.upstream import Tunnel, UpstreamResponse


class _Outgoing:
    """Receives the client's bytes from aiohttp's protocol, in place of its WebSocket reader."""

    def __init__(self, write: Callable[[bytes], None], close: Callable[[], None]) -> None:
        self._write = write
        self.feed_eof = close

    def feed_data(self, data: bytes) -> tuple[bool, bytes]:
        self._write(bytes(data))
        return False, b""


async def tunnel(
    performance: Performance, answer: UpstreamResponse, way: Tunnel
) -> web.StreamResponse:
    """Send the server's answer to the handshake, then relay the bytes of both sides."""
    request, exchange, _ = performance
    owner, call = exchange.dispatcher, exchange.call
    response = web.StreamResponse(
        status=answer.status, reason=answer.reason, headers=answer.headers
    )
    body: Any = answer.body
    try:
        response.force_close()
        await response.prepare(request)
        owner.finish(call, answer.status, answer.headers, None)
        outgoing: Any = _Outgoing(way.write, way.close)
        request.protocol.set_parser(outgoing)
        async for chunk in body:
            if request.transport is None:
                break
            request.transport.write(chunk)
            await request.writer.drain()
    except ConnectionError:
        pass  # either side has disconnected; the other one is closed below
    finally:
        owner.finish(call, answer.status, answer.headers, None)
        close = getattr(body, "aclose", None)
        if close is not None:
            await close()
        if request.transport is not None:
            request.transport.close()
    return Answered()
