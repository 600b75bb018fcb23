"""WebSocket conversations, performed and recorded."""

from typing import Any

import aiohttp
from aiohttp import web
from typing_extensions import override

from aiointercept.core.calls import Message


class RecordedWebSocket(web.WebSocketResponse):
    """A WebSocket that adds what goes over it to ``transcript``."""

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
