"""Performers for faults and other answers that are not responses."""

import asyncio
import logging
import socket
import struct
import sys
from collections.abc import AsyncIterator
from typing import Final

from aiohttp import web
from attrs import evolve

from aiointercept.adapters.handling.file import file_stream
from aiointercept.adapters.handling.performing import Performance
from aiointercept.adapters.handling.response import Answered
from aiointercept.adapters.handling.stream import write_stream
from aiointercept.core.calls import Call
from aiointercept.core.routing.faults import Fault
from aiointercept.core.routing.replies import (
    Answer,
    CallbackRaiseReply,
    Content,
    DisconnectReply,
    FaultReply,
    FileReply,
    NoRouteReply,
    Stream,
)

# struct linger: switched on, with zero seconds. Its fields are shorter on Windows.
_RESET_ON_CLOSE: Final = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)
_NOT_HTTP: Final = b"SSH-2.0-this is not HTTP\r\n\r\n"


_logger: Final = logging.getLogger("aiointercept")


async def perform_fault(performance: Performance, reply: FaultReply) -> web.StreamResponse:
    """Break the connection as the fault says."""
    exchange, fault = performance.exchange, reply.fault
    exchange.dispatcher.fail(exchange, fault)
    if fault.before_connection:
        response = await fail_client(performance, reply)
        if (
            fault is Fault.CONNECT_TIMEOUT
            and performance.connection is not None
            and isinstance(response, Answered)
        ):
            # The client's own timeout has to end the call; closing here would end it first.
            await break_connection(performance.request, Fault.HANG)
        return response
    if fault is Fault.TRUNCATED_BODY:
        performance.settle()
        response = await write_stream(performance, truncated(reply.content))
        if not response.prepared:
            return response
    await break_connection(performance.request, fault)
    return Answered()


async def fail_client(performance: Performance, answer: Answer) -> web.StreamResponse:
    """Make the call of an intercepted client raise; close any other connection.

    The mock cannot make a client of the proxy raise. Such a client gets a response with the reason.
    """
    exchange, connection = performance.exchange, performance.connection
    if isinstance(answer, NoRouteReply):
        warn_of_unmatched(exchange.call, answer)
    if connection is not None:
        response = connection.fail(answer)
        if response is not None:
            return performance.send(response)
    elif not isinstance(answer, (NoRouteReply, DisconnectReply)):
        exchange.dispatcher.defer_error(ValueError(_needs_interception(exchange.call)))
    return Answered()


async def raise_from_callback(
    performance: Performance, answer: CallbackRaiseReply
) -> web.StreamResponse:
    """Make the client's call raise the callback's exception; answer 500 at the mock's own URL."""
    if performance.connection is not None:
        return await fail_client(performance, answer)
    error = answer.make()
    performance.exchange.dispatcher.defer_error(error)
    return performance.send_error(error)


def warn_of_unmatched(call: Call, answer: NoRouteReply) -> None:
    """Log why no route matches a request, only once even if the client repeats the request."""
    if call.attempts == 1:
        _logger.warning(answer.explanation)


def _needs_interception(call: Call) -> str:
    return (
        f"{call.received} was sent to m.server_url, where no client is intercepted, but the route "
        f"{call.registration} only works for an intercepted client: it raises, or fails before "
        "there is a connection"
    )


async def break_connection(request: web.BaseRequest, fault: Fault) -> None:
    """Break the connection of ``request``, after what was written so far has been sent."""
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
    """Close ``transport`` so that the peer gets RST; ``abort`` alone would send FIN."""
    sock = transport.get_extra_info("socket")
    if sock is not None:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
    transport.abort()


def truncated(content: Content) -> Stream:
    """Return ``content`` as a stream that is shorter than its ``Content-Length``.

    The stream has half of a fixed body, or all chunks of a streaming one.
    """
    if isinstance(content, FileReply):
        content = file_stream(content)
    if isinstance(content, Stream):
        length = None if content.length is None else content.length + 1
        return evolve(content, length=length)
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
