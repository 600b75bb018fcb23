"""Replays a recorded WebSocket: the server waits for each recorded message of the client."""

from collections.abc import Awaitable, Callable
from typing import Any, Final

import aiohttp
from aiohttp import web

from aiointercept.core.recording.entries import Entry
from aiointercept.core.recording.websocket_frames import NOTE_OF_CLOSING

_MESSAGES: Final = (aiohttp.WSMsgType.TEXT, aiohttp.WSMsgType.BINARY)
# Codes that a close frame must not contain, such as 1006 for a connection closed without a frame
# (RFC 6455, section 7.4.1).
_UNSENDABLE: Final = frozenset({1004, 1005, 1006, 1015})


def recorded_conversation(
    entry: Entry,
) -> Callable[[web.WebSocketResponse, Any], Awaitable[None]]:
    """Return a handler that replays the conversation of ``entry``."""
    closing = entry.notes.get(NOTE_OF_CLOSING, {})

    async def converse(socket: web.WebSocketResponse, _request: Any) -> None:
        for message in entry.messages:
            if message.from_client:
                received = await socket.receive()
                if received.type not in _MESSAGES:
                    return
            elif isinstance(message.data, bytes):
                await socket.send_bytes(message.data)
            else:
                await socket.send_str(message.data)
        if closing.get("by") == "client":
            while (await socket.receive()).type in _MESSAGES:
                pass
        code = closing.get("code", aiohttp.WSCloseCode.OK)
        if code not in _UNSENDABLE:
            await socket.close(code=code)

    return converse
