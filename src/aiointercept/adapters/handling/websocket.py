"""WebSocket conversations, performed and recorded."""

from typing import Any

import aiohttp
from aiohttp import web
from typing_extensions import override

from aiointercept.adapters.event_loops import INTERRUPTS
from aiointercept.adapters.handling.performing import Performance
from aiointercept.core.calls import Message
from aiointercept.core.http.messages import Response
from aiointercept.core.routing.faults import Fault
from aiointercept.core.routing.replies import WebSocket


class RecordedWebSocket(web.WebSocketResponse):
    """A WebSocket that adds its messages to ``transcript``."""

    def __init__(self, transcript: list[Message], **options: Any) -> None:
        super().__init__(**options)
        self._transcript = transcript

    @override
    async def receive(self, timeout: float | None = None) -> aiohttp.WSMessage:
        message = await super().receive(timeout)
        if message.type in (aiohttp.WSMsgType.TEXT, aiohttp.WSMsgType.BINARY):
            self._transcript.append(Message("received", message.type, message.data))
        return message

    @override
    async def send_str(self, data: str, compress: int | None = None) -> None:
        await super().send_str(data, compress)
        self._transcript.append(Message("sent", aiohttp.WSMsgType.TEXT, data))

    @override
    async def send_bytes(self, data: bytes, compress: int | None = None) -> None:
        await super().send_bytes(data, compress)
        self._transcript.append(Message("sent", aiohttp.WSMsgType.BINARY, bytes(data)))

    @override
    async def send_frame(
        self, message: bytes, opcode: aiohttp.WSMsgType, compress: int | None = None
    ) -> None:
        await super().send_frame(message, opcode, compress)
        if opcode is aiohttp.WSMsgType.TEXT:
            self._transcript.append(Message("sent", opcode, message.decode()))
        elif opcode is aiohttp.WSMsgType.BINARY:
            self._transcript.append(Message("sent", opcode, bytes(message)))


async def converse(performance: Performance, reply: WebSocket) -> web.StreamResponse:
    """Open a WebSocket and let the user's handler lead the conversation."""
    request, exchange, _ = performance
    performance.settle()
    owner, call = exchange.dispatcher, exchange.call
    socket = RecordedWebSocket(call.messages, **reply.options)
    if not socket.can_prepare(request):
        text = b"this URL answers with a WebSocket, but the request is not a WebSocket handshake"
        return performance.send(Response(426, None, {"Upgrade": "websocket"}, text))
    socket.headers.extend(reply.headers)
    await socket.prepare(request)
    try:
        await reply.handler(socket, request)
    except INTERRUPTS:
        raise
    except BaseException as error:  # noqa: BLE001  the user's handler raised
        if not _is_disconnect(performance, error):
            owner.defer_error(error)
            await socket.close(code=aiohttp.WSCloseCode.INTERNAL_ERROR)
    else:
        if reply.drops and request.transport is not None:
            owner.fail(exchange, Fault.TRUNCATED_BODY)
            request.transport.abort()
        else:
            await socket.close()
    finally:
        owner.finish(call, socket.status, socket.headers)
    return socket


def _is_disconnect(performance: Performance, error: BaseException) -> bool:
    """Whether ``error`` only means that the client disconnected."""
    return performance.client_is_gone and isinstance(error, (ConnectionError, aiohttp.ClientError))
