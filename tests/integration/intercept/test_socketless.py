import asyncio
import errno
import io
import socket

import aiohttp
import pytest

from aiointercept import Call, CallbackResult, Fault, aiointercept
from aiointercept.testing import SocketlessTransport

URL = "https://api.test/x"


@pytest.fixture(autouse=True)
async def no_sockets(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forbid sockets, but for those that the test's own loop has by now."""

    def refuse(*args: object, **kwargs: object) -> None:
        pytest.fail("a socket was made")

    monkeypatch.setattr(socket, "socket", refuse)


async def test_client_is_answered_without_a_socket() -> None:
    """The request arrives whole at a real server, with its true URL, and its answer goes back."""
    async with aiointercept(mock_external_urls=True, transport=SocketlessTransport()) as m:
        route = m.post(URL, callback=lambda url, **kw: CallbackResult(payload=kw["json"]))
        async with aiohttp.ClientSession() as session:
            response = await session.post(URL, json={"a": 1}, headers={"X-A": "1"})
            assert await response.json() == {"a": 1}
        route.assert_called_with(json={"a": 1}, headers={"X-A": "1"})
        [call] = m.calls
        assert isinstance(call, Call)
        assert str(call.request.url) == URL


async def test_connections_are_kept_alive() -> None:
    """One connection carries several requests."""
    made = []
    trace = aiohttp.TraceConfig()

    async def note(*_: object) -> None:
        made.append(1)

    trace.on_connection_create_end.append(note)
    async with aiointercept(mock_external_urls=True, transport=SocketlessTransport()) as m:
        m.get(URL, body="x", repeat=True)
        async with aiohttp.ClientSession(trace_configs=[trace]) as session:
            for _ in range(3):
                async with session.get(URL) as response:
                    assert await response.text() == "x"
    assert len(made) == 1


async def test_large_bodies_both_ways() -> None:
    """Flow control holds neither side up for good."""
    size = 3_000_000
    async with aiointercept(mock_external_urls=True, transport=SocketlessTransport()) as m:
        m.post(URL, callback=lambda url, **kw: CallbackResult(body=kw["data"]))
        async with aiohttp.ClientSession() as session:
            response = await session.post(URL, data=io.BytesIO(b"x" * size))
            received = 0
            async for chunk in response.content.iter_chunked(10_000):
                received += len(chunk)
            assert received == size


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (Fault.CONNECTION_RESET, aiohttp.ClientOSError),
        (Fault.EMPTY_RESPONSE, aiohttp.ServerDisconnectedError),
        (Fault.TRUNCATED_BODY, aiohttp.ClientPayloadError),
        (Fault.MALFORMED_RESPONSE, aiohttp.ClientResponseError),
        (Fault.CONNECTION_REFUSED, aiohttp.ClientConnectorError),
    ],
)
async def test_faults_are_those_of_a_real_connection(
    fault: Fault, expected: type[Exception]
) -> None:
    """A reset, too, which elsewhere needs a socket."""
    async with aiointercept(mock_external_urls=True, transport=SocketlessTransport()) as m:
        m.post(URL, fault=fault)
        async with aiohttp.ClientSession() as session:
            with pytest.raises(expected) as raised:
                await (await session.post(URL)).read()
    if isinstance(raised.value, aiohttp.ClientConnectorError):
        assert raised.value.errno == errno.ECONNREFUSED
    elif isinstance(raised.value, aiohttp.ClientOSError):
        assert raised.value.errno == errno.ECONNRESET


async def test_websockets() -> None:
    """A conversation needs no socket either."""

    async def twice(ws: aiohttp.web.WebSocketResponse, _: object) -> None:
        async for message in ws:
            await ws.send_str(message.data * 2)

    async with aiointercept(mock_external_urls=True, transport=SocketlessTransport()) as m:
        m.ws("wss://api.test/ws", twice)
        async with aiohttp.ClientSession() as session:
            async with session.ws_connect("wss://api.test/ws") as ws:
                await ws.send_str("hi")
                assert await ws.receive_str() == "hihi"


async def test_session_of_the_mock_reaches_paths() -> None:
    """Where nothing is patched, ``m.session()`` finds the mock under its URL."""
    async with aiointercept(transport=SocketlessTransport()) as m:
        m.get("/users", body="all")
        async with m.session() as session:
            response = await session.get(m.server_url + "/users")
            assert await response.text() == "all"


async def test_call_in_flight_fails_when_the_block_ends() -> None:
    """And no task is left."""
    async with aiohttp.ClientSession() as session:
        async with aiointercept(mock_external_urls=True, transport=SocketlessTransport()) as m:
            m.post(URL, fault=Fault.HANG)
            call = asyncio.create_task(session.post(URL))
            while not m.calls:
                await asyncio.sleep(0)
        with pytest.raises(aiohttp.ClientConnectionError, match="block ended"):
            await call
    assert asyncio.all_tasks() == {asyncio.current_task()}
