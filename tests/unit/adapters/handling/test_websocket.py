from collections.abc import Callable
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from aiointercept.adapters.handling import websocket
from aiointercept.adapters.handling.websocket import RecordedWebSocket, converse
from aiointercept.core.calls import Message
from aiointercept.core.routing.replies import WebSocket

Stages = Callable[..., Any]
TEXT, BINARY = aiohttp.WSMsgType.TEXT, aiohttp.WSMsgType.BINARY


async def never(ws: Any, request: Any) -> None:
    """Lead no conversation."""
    raise AssertionError


async def test_a_request_that_is_no_handshake(stage: Stages):
    """The handler is not called; the answer names what is needed."""
    one = stage()
    response = await converse(one.performance, WebSocket(never, {}))
    assert response.status == 426
    assert one.owner.told == [("answered", 426)]
    assert one.settled == [True]


async def test_what_is_sent_is_recorded(monkeypatch: pytest.MonkeyPatch):
    """Text and bytes, in order, as they went out."""

    async def send(*_: Any) -> None:
        return None

    for name in ("send_str", "send_bytes"):
        monkeypatch.setattr(web.WebSocketResponse, name, send)
    transcript: list[Message] = []
    socket = RecordedWebSocket(transcript)
    await socket.send_str("hello")
    await socket.send_bytes(bytearray(b"data"))
    assert transcript == [Message("sent", TEXT, "hello"), Message("sent", BINARY, b"data")]


async def test_what_is_received_is_recorded(monkeypatch: pytest.MonkeyPatch):
    """Messages, but not the end of the conversation."""
    messages = [
        aiohttp.WSMessage(TEXT, "hello", None),
        aiohttp.WSMessage(aiohttp.WSMsgType.CLOSED, None, None),
    ]

    async def receive(*_: Any) -> Any:
        return messages.pop(0)

    monkeypatch.setattr(web.WebSocketResponse, "receive", receive)
    transcript: list[Message] = []
    socket = RecordedWebSocket(transcript)
    await socket.receive()
    await socket.receive()
    assert transcript == [Message("received", TEXT, "hello")]


@pytest.mark.parametrize("gone", [False, True])
async def test_a_handler_that_fails(stage: Stages, monkeypatch: pytest.MonkeyPatch, *, gone: bool):
    """The test learns of it, unless it only says that the client has gone."""
    closed: list[int] = []

    class FakeSocket(RecordedWebSocket):
        def can_prepare(self, request: Any) -> Any:
            return True

        async def prepare(self, request: Any) -> Any:
            return None

        async def close(self, *, code: int = 1000, **_: Any) -> bool:
            closed.append(code)
            return True

    monkeypatch.setattr(websocket, "RecordedWebSocket", FakeSocket)
    one, error = stage(), ConnectionResetError("gone")

    async def fail(ws: Any, request: Any) -> None:
        one.transport.closed = gone
        raise error

    await converse(one.performance, WebSocket(fail, {}))
    assert one.owner.errors == ([] if gone else [error])
    assert closed == ([] if gone else [aiohttp.WSCloseCode.INTERNAL_ERROR])
