"""Each fault, performed on the connection over which a request came in."""

import asyncio
import socket
import struct
from collections.abc import AsyncIterator
from typing import Final

from aiohttp import web

from aiointercept.core.routing.replies import Content, Fault, Stream

_RESET_ON_CLOSE: Final = struct.pack("ii", 1, 0)
_NOT_HTTP: Final = b"SSH-2.0-this is not HTTP\r\n\r\n"


async def perform(request: web.BaseRequest, fault: Fault) -> None:
    """Break the connection of ``request``; what was sent of an answer goes out before."""
    transport = request.transport
    if transport is None:
        return
    if fault is Fault.HANG:
        await asyncio.get_running_loop().create_future()
    elif fault is Fault.CONNECTION_RESET:
        reset(transport)
    else:
        if fault is Fault.MALFORMED_RESPONSE:
            transport.write(_NOT_HTTP)
        transport.close()


def reset(transport: asyncio.Transport) -> None:
    """Close so that the peer gets RST: an abort alone closes properly, with FIN."""
    sock = transport.get_extra_info("socket")
    if sock is not None:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
    transport.abort()


def truncated(content: Content) -> Stream:
    """Return ``content`` as a stream that announces more than it has.

    Of a body that is known, half comes; of one that streams, all chunks do.
    """
    if isinstance(content, Stream):
        length = None if content.length is None else content.length + 1
        return Stream(content.open, content.status, content.reason, content.headers, length)
    body = content.body or b""
    return Stream(
        lambda: _once(body[: (len(body) + 1) // 2]),
        content.status,
        content.reason,
        content.headers,
        len(body) + 1,
    )


async def _once(chunk: bytes) -> AsyncIterator[bytes]:
    yield chunk
