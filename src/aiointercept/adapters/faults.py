"""Each fault, performed on the connection over which a request came in."""

import asyncio
import socket
import struct
from typing import Final

from aiohttp import web
from aiohttp.http import SERVER_SOFTWARE

from aiointercept.core.http import Response
from aiointercept.core.replies import Broken, Content, Fault

_RESET_ON_CLOSE: Final = struct.pack("ii", 1, 0)
_NOT_HTTP: Final = b"SSH-2.0-this is not HTTP\r\n\r\n"


async def perform(request: web.BaseRequest, broken: Broken) -> None:
    """Break the connection of ``request`` as ``broken`` says."""
    transport = request.transport
    if transport is None:
        return
    fault = broken.fault
    if fault is Fault.HANG:
        await asyncio.get_running_loop().create_future()
    elif fault is Fault.CONNECTION_RESET:
        reset(transport)
    else:
        if fault is Fault.MALFORMED_RESPONSE:
            transport.write(_NOT_HTTP)
        elif fault is Fault.TRUNCATED_BODY:
            transport.write(await _truncated(broken.content))
        transport.close()


def reset(transport: asyncio.Transport) -> None:
    """Close so that the peer gets RST: an abort alone closes properly, with FIN."""
    sock = transport.get_extra_info("socket")
    if sock is not None:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
    transport.abort()


async def _truncated(content: Content) -> bytes:
    """Return the head of a response and not quite all of its body."""
    if isinstance(content, Response):
        body = content.body or b""
    else:
        body = b"".join([bytes(chunk) async for chunk in content.open()])
    lines = [f"HTTP/1.1 {content.status} {content.reason or 'OK'}"]
    lines += [f"{name}: {value}" for name, value in content.headers.items()]
    lines += [f"Server: {SERVER_SOFTWARE}", f"Content-Length: {len(body) + 1}", "", ""]
    return "\r\n".join(lines).encode() + body[: max(len(body) // 2, 1)]
