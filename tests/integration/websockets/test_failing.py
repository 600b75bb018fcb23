"""WebSockets that do not open, that break, and what their handshake tells."""

from typing import Any

import aiohttp
import pytest
from aiohttp import web

from aiointercept import Fault, aiointercept

WS = "wss://api.test/ws"


async def greet(ws: web.WebSocketResponse, request: Any) -> None:
    """Say one thing."""
    await ws.send_str("hello")


async def test_headers_of_the_handshake() -> None:
    """They are there beside those of the protocol."""
    async with aiointercept(mock_external_urls=True) as m:
        m.ws(WS, greet, headers={"X-Version": "2"})
        async with aiohttp.ClientSession() as session, session.ws_connect(WS) as ws:
            assert ws._response.headers["X-Version"] == "2"  # noqa: SLF001  it tells them nowhere else
            assert await ws.receive_str() == "hello"


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault.CONNECTION_REFUSED, aiohttp.ClientConnectorError),
        (Fault.DNS_FAILURE, aiohttp.ClientConnectorDNSError),
        (Fault.CONNECTION_RESET, aiohttp.ClientOSError),
        (Fault.EMPTY_RESPONSE, aiohttp.ServerDisconnectedError),
        (Fault.MALFORMED_RESPONSE, aiohttp.ClientResponseError),
    ],
)
async def test_a_fault_in_place_of_the_handshake(fault: Fault, error: type[Exception]) -> None:
    """As for any other request."""
    async with aiointercept(mock_external_urls=True) as m:
        socket = m.ws(WS, greet, fault=fault)
        async with aiohttp.ClientSession() as session:
            with pytest.raises(error):
                await session.ws_connect(WS)
        assert socket.calls[0].fault is fault


async def test_the_connection_is_dropped_when_the_handler_ends() -> None:
    """Without a closing handshake: the client sees an abnormal closure."""
    async with aiointercept(mock_external_urls=True) as m:
        socket = m.ws(WS, greet, fault=Fault.TRUNCATED_BODY)
        async with aiohttp.ClientSession() as session, session.ws_connect(WS) as ws:
            assert await ws.receive_str() == "hello"
            message = await ws.receive()
            assert message.type in (aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.ERROR)
            assert ws.close_code == aiohttp.WSCloseCode.ABNORMAL_CLOSURE
        assert socket.calls[0].fault is Fault.TRUNCATED_BODY


async def test_a_handler_drops_the_connection_midway() -> None:
    """By aborting the transport of its request."""

    async def drop(ws: web.WebSocketResponse, request: Any) -> None:
        await ws.receive_str()
        request.transport.abort()

    async with aiointercept(mock_external_urls=True) as m:
        m.ws(WS, drop)
        async with aiohttp.ClientSession() as session, session.ws_connect(WS) as ws:
            await ws.send_str("x")
            await ws.receive()
            assert ws.close_code == aiohttp.WSCloseCode.ABNORMAL_CLOSURE


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"fault": "HANG"}, TypeError, "fault"),
        ({"headers": {"a b": "c"}}, ValueError, "headers"),
        ({"hearbeat": 3}, TypeError, "did you mean 'heartbeat'"),
        ({"status": 3}, TypeError, "status"),
    ],
)
async def test_wrong_options_are_refused(options: Any, error: type[Exception], words: str) -> None:
    """By name, at registration."""
    async with aiointercept(mock_external_urls=True) as m:
        with pytest.raises(error, match=words):
            m.ws(WS, greet, **options)


async def test_a_fault_before_a_connection_needs_interception() -> None:
    """At the mock's own URL there is none."""
    async with aiointercept() as m:
        with pytest.raises(ValueError, match="before there is a connection"):
            m.ws("/ws", greet, fault=Fault.DNS_FAILURE)
