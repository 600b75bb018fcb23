"""How WebSockets end: by either side, by the block, by an error of the test's own handler."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from aiointercept import aiointercept

URL = "wss://chat.test/room"
CLOSED = (aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.ERROR)

Handler = Callable[[web.WebSocketResponse, web.Request], Awaitable[None]]


async def converse(handler: Handler, use: Callable[[Any], Awaitable[None]], **options: Any) -> None:
    """Let a client use a WebSocket in a block of its own, for tests of what that block raises."""
    async with aiointercept(mock_external_urls=True) as m, aiohttp.ClientSession() as session:
        m.ws(URL, handler)
        async with session.ws_connect(URL, **options) as ws:
            await use(ws)


async def until_closed(ws: Any) -> None:
    """Read until the server closes."""
    async for _ in ws:
        pass


async def test_handler_that_returns() -> None:
    """When the handler is done, the socket closes normally."""

    async def handler(ws: web.WebSocketResponse, request: web.Request) -> None:
        """Say nothing."""

    async def use(ws: Any) -> None:
        await until_closed(ws)
        assert ws.close_code == aiohttp.WSCloseCode.OK

    await converse(handler, use)


async def test_handler_that_closes() -> None:
    """It may choose code and message itself."""

    async def handler(ws: web.WebSocketResponse, request: web.Request) -> None:
        await ws.close(code=4001, message=b"not you")

    async def use(ws: Any) -> None:
        message = await ws.receive()
        assert (message.data, message.extra) == (4001, "not you")

    await converse(handler, use)


async def test_client_that_closes() -> None:
    """The handler's loop over messages ends when the client closes."""
    ended = asyncio.Event()

    async def handler(ws: web.WebSocketResponse, request: web.Request) -> None:
        await until_closed(ws)
        ended.set()

    async def use(ws: Any) -> None:
        await ws.close()
        await asyncio.wait_for(ended.wait(), 5)

    await converse(handler, use)


@pytest.mark.parametrize("mode", ["intercept", "server"])
async def test_open_at_the_end_of_the_block(mode: str) -> None:
    """The end of the block closes open sockets, and ends their handlers, at once."""
    story: list[str] = []

    async def handler(ws: web.WebSocketResponse, request: web.Request) -> None:
        try:
            await ws.send_str("hello")
            await until_closed(ws)
        finally:
            await asyncio.sleep(0)
            story.append("handler ended")

    async with aiohttp.ClientSession() as session:
        async with aiointercept(mock_external_urls=mode == "intercept") as m:
            url = URL if mode == "intercept" else f"{m.server_url}/room"
            m.ws(url, handler, repeat=True)
            sockets = [await session.ws_connect(url) for _ in range(3)]
            for ws in sockets:
                assert await ws.receive_str() == "hello"
        assert story == ["handler ended"] * 3
        for ws in sockets:
            assert (await asyncio.wait_for(ws.receive(), 5)).type in CLOSED
            assert ws.closed


async def test_client_that_waits_at_the_end_of_the_block() -> None:
    """A client that waits for a message in another task is woken up."""
    waits = asyncio.Event()

    async def handler(ws: web.WebSocketResponse, request: web.Request) -> None:
        waits.set()
        await until_closed(ws)

    async with aiohttp.ClientSession() as session:
        async with aiointercept(mock_external_urls=True) as m:
            m.ws(URL, handler)
            ws = await session.ws_connect(URL)
            task = asyncio.ensure_future(until_closed(ws))
            await waits.wait()
        await asyncio.wait_for(task, 5)


async def test_client_that_does_not_read() -> None:
    """A handler that has returned does not hold the block up until the client closes too."""

    async def handler(ws: web.WebSocketResponse, request: web.Request) -> None:
        """Return at once, so that the server waits for the client's closing frame."""

    async with aiohttp.ClientSession() as session:

        async def block() -> aiohttp.ClientWebSocketResponse:
            async with aiointercept(mock_external_urls=True) as m:
                m.ws(URL, handler)
                return await session.ws_connect(URL)

        ws = await asyncio.wait_for(block(), 5)
        await ws.close()


async def test_error_in_the_handler() -> None:
    """It is held back for the end of the block; the client sees an internal error."""

    async def handler(ws: web.WebSocketResponse, request: web.Request) -> None:
        await ws.receive_str()
        raise LookupError("no such room")

    async def use(ws: Any) -> None:
        await ws.send_str("hi")
        await until_closed(ws)
        assert ws.close_code == aiohttp.WSCloseCode.INTERNAL_ERROR

    with pytest.raises(LookupError, match="no such room") as caught:
        await converse(handler, use)
    assert caught.traceback[-1].name == "handler"


@pytest.mark.parametrize("error", [ConnectionResetError("mine"), aiohttp.ClientError("mine")])
async def test_errors_like_those_of_a_client_that_left(error: Exception) -> None:
    """An error of the handler is one even if it is of a kind that connections raise."""

    async def handler(ws: web.WebSocketResponse, request: web.Request) -> None:
        raise error

    with pytest.raises(type(error), match="mine"):
        await converse(handler, until_closed)


async def test_failure_of_the_test_framework() -> None:
    """``pytest.fail`` and a failed ``assert`` in a handler fail the test."""

    async def handler(ws: web.WebSocketResponse, request: web.Request) -> None:
        pytest.fail("not this one")

    with pytest.raises(pytest.fail.Exception, match="not this one"):
        await converse(handler, until_closed)


async def test_sending_to_a_client_that_has_left() -> None:
    """That a client leaves is no error, even for a handler that goes on sending."""
    left = asyncio.Event()
    ended = asyncio.Event()

    async def handler(ws: web.WebSocketResponse, request: web.Request) -> None:
        try:
            await left.wait()
            while True:
                await ws.send_str("still there?")
                await asyncio.sleep(0)
        finally:
            ended.set()

    async def use(ws: Any) -> None:
        await ws.close()
        left.set()
        await asyncio.wait_for(ended.wait(), 5)

    # The handler does not read, so it does not answer when the client closes.
    await converse(handler, use, timeout=aiohttp.ClientWSTimeout(ws_close=0.01))


async def test_message_of_another_kind() -> None:
    """A handler that expects text, and gets none, has failed."""

    async def handler(ws: web.WebSocketResponse, request: web.Request) -> None:
        await ws.receive_str()

    async def use(ws: Any) -> None:
        await ws.send_bytes(b"not text")
        await until_closed(ws)

    with pytest.raises(TypeError, match=r"is not WSMsgType\.TEXT"):
        await converse(handler, use)


async def test_strict() -> None:
    """A WebSocket that nobody opens is an unused route."""

    async def block() -> None:
        async with aiointercept(mock_external_urls=True, strict=True) as m:
            m.ws(URL, leave_alone)

    with pytest.raises(AssertionError, match="1 route was never used"):
        await block()


async def leave_alone(ws: web.WebSocketResponse, request: web.Request) -> None:
    """Do nothing."""
