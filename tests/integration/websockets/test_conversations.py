"""``m.ws``: conversations, the transcript of each, and however they end."""

import functools
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from aiointercept import AiointerceptRequest, aiointercept

URL = "wss://chat.test/room"
TEXT, BINARY = aiohttp.WSMsgType.TEXT, aiohttp.WSMsgType.BINARY


async def echo(ws: web.WebSocketResponse, request: web.Request) -> None:
    """Send back what comes."""
    async for message in ws:
        if message.type is TEXT:
            await ws.send_str(message.data)
        else:
            await ws.send_bytes(message.data)


async def silent(ws: web.WebSocketResponse, request: web.Request) -> None:
    """Read until the client leaves."""
    async for _ in ws:
        pass


async def test_intercepted() -> None:
    """``ws_connect`` to a ``wss`` URL reaches the handler, with the true URL in its request."""
    seen: list[Any] = []

    async def handler(ws: web.WebSocketResponse, request: AiointerceptRequest) -> None:
        seen.extend([type(ws).__mro__, request.url, request.headers["X-Token"]])
        await ws.send_str(f"hello {await ws.receive_str()}")
        await ws.send_json({"bye": True})

    async with aiointercept(mock_external_urls=True, strict=True) as m:
        m.ws(f"{URL}?id=7", handler)
        async with (
            aiohttp.ClientSession() as session,
            session.ws_connect(f"{URL}?id=7", headers={"X-Token": "t"}) as ws,
        ):
            await ws.send_str("Ada")
            assert await ws.receive_str() == "hello Ada"
            assert await ws.receive_json() == {"bye": True}
            assert (await ws.receive()).type is aiohttp.WSMsgType.CLOSE
            assert ws.close_code == aiohttp.WSCloseCode.OK
    kinds, url, token = seen
    assert web.WebSocketResponse in kinds
    assert (str(url), token) == ("https://chat.test/room?id=7", "t")


async def test_query_belongs_to_the_url() -> None:
    """As with any route, the query counts."""
    async with aiointercept(mock_external_urls=True) as m, aiohttp.ClientSession() as session:
        m.ws(f"{URL}?id=7", echo)
        with pytest.raises(aiohttp.ClientConnectionError, match=r"query"):
            await session.ws_connect(f"{URL}?id=8")
        async with session.ws_connect(f"{URL}?id=7") as ws:
            await ws.send_str("hi")
            assert await ws.receive_str() == "hi"


@pytest.mark.parametrize("scheme", ["ws", "http"])
async def test_server_mode(scheme: str) -> None:
    """In server mode it is reached under ``ws://`` as well as ``http://``."""
    async with aiointercept() as m, aiohttp.ClientSession() as session:
        handle = m.ws("/room", echo)
        url = f"{m.server_url}/room".replace("http", scheme, 1)
        async with session.ws_connect(url) as ws:
            await ws.send_bytes(b"hi")
            assert await ws.receive_bytes() == b"hi"
        handle.assert_received([b"hi"])


@pytest.mark.parametrize("registered", ["ws://h.test/x", "http://h.test/x"])
@pytest.mark.parametrize("asked", ["ws://h.test/x", "http://h.test/x"])
async def test_schemes(registered: str, asked: str) -> None:
    """``ws`` counts as ``http``, also in the keys of the log."""
    async with aiointercept(mock_external_urls=True) as m, aiohttp.ClientSession() as session:
        m.ws(registered, echo)
        async with session.ws_connect(asked) as ws:
            await ws.close()
        assert [(method, str(url)) for method, url in m.requests] == [("GET", "http://h.test/x")]


async def test_protocols_and_other_settings() -> None:
    """Settings of ``aiohttp.web.WebSocketResponse`` go to it by keyword."""
    found: list[Any] = []

    async def handler(ws: web.WebSocketResponse, request: web.Request) -> None:
        found.append(ws.ws_protocol)
        found.append((await ws.receive()).type)

    async with aiointercept(mock_external_urls=True) as m, aiohttp.ClientSession() as session:
        m.ws(URL, handler, protocols=["v2", "v1"], heartbeat=30.0, compress=False, max_msg_size=10)
        async with session.ws_connect(URL, protocols=["v1"], compress=15) as ws:
            assert ws.protocol == "v1"
            assert ws.compress == 0
            await ws.send_str("x" * 20)
            message = await ws.receive()
            assert message.type is aiohttp.WSMsgType.CLOSE
            assert ws.close_code == aiohttp.WSCloseCode.MESSAGE_TOO_BIG
    assert found == ["v1", aiohttp.WSMsgType.ERROR]


async def test_heartbeat() -> None:
    """A heartbeat pings the client, whose answer keeps the connection open."""
    async with aiointercept(mock_external_urls=True) as m, aiohttp.ClientSession() as session:
        m.ws(URL, silent, heartbeat=0.05)
        async with session.ws_connect(URL, autoping=False) as ws:
            message = await ws.receive()
            assert message.type is aiohttp.WSMsgType.PING
            await ws.pong(message.data)
            assert (await ws.receive()).type is aiohttp.WSMsgType.PING


async def test_transcript() -> None:
    """The handle has all messages of its conversations, in order, with direction, type and data."""
    async with aiointercept(mock_external_urls=True) as m, aiohttp.ClientSession() as session:
        handle = m.ws(URL, echo, repeat=2)
        for text in ("one", "two"):
            async with session.ws_connect(URL) as ws:
                await ws.send_str(text)
                await ws.receive_str()
                await ws.send_bytes(b"\x00")
                await ws.receive_bytes()
        assert [(one.direction, one.type, one.data) for one in handle.messages] == [
            ("received", TEXT, "one"),
            ("sent", TEXT, "one"),
            ("received", BINARY, b"\x00"),
            ("sent", BINARY, b"\x00"),
            ("received", TEXT, "two"),
            ("sent", TEXT, "two"),
            ("received", BINARY, b"\x00"),
            ("sent", BINARY, b"\x00"),
        ]
        assert [len(call.messages) for call in handle.calls] == [4, 4]
    assert len(handle.messages) == 8


async def test_other_ways_to_send_and_receive() -> None:
    """What goes through ``send_json``, ``receive_json`` and ``send_frame`` is in it too."""

    async def handler(ws: web.WebSocketResponse, request: web.Request) -> None:
        await ws.send_json({"got": await ws.receive_json()})
        await ws.send_frame(b"raw", aiohttp.WSMsgType.BINARY)
        await ws.send_frame("grün".encode(), aiohttp.WSMsgType.TEXT)
        await ws.ping()

    async with aiointercept(mock_external_urls=True) as m, aiohttp.ClientSession() as session:
        handle = m.ws(URL, handler)
        async with session.ws_connect(URL) as ws:
            await ws.send_json([1])
            assert await ws.receive_json() == {"got": [1]}
            assert await ws.receive_bytes() == b"raw"
            assert await ws.receive_str() == "grün"
        assert [(one.direction, one.data) for one in handle.messages] == [
            ("received", "[1]"),
            ("sent", '{"got": [1]}'),
            ("sent", b"raw"),
            ("sent", "grün"),
        ]


async def test_assert_received() -> None:
    """It compares the messages of the clients, and its message shows both lists."""
    async with aiointercept(mock_external_urls=True) as m, aiohttp.ClientSession() as session:
        handle = m.ws(URL, echo)
        handle.assert_received([])
        async with session.ws_connect(URL) as ws:
            for text in ("hello", "world"):
                await ws.send_str(text)
                await ws.receive()
        handle.assert_received(["hello", "world"])
        for wrong in (["hello"], ["world", "hello"], ["hello", "world", "again"], [b"hello"]):
            with pytest.raises(AssertionError, match="not receive the expected messages") as caught:
                handle.assert_received(wrong)
            assert "https://chat.test/room" in str(caught.value)


async def test_log() -> None:
    """The call tells the upgrade; it ends when the conversation does."""
    async with aiointercept(mock_external_urls=True) as m, aiohttp.ClientSession() as session:
        handle = m.ws(URL, echo)
        ws = await session.ws_connect(URL)
        (call,) = m.calls
        assert call.route is handle
        assert call.duration is None
        await ws.close()
    assert call.response is not None
    assert call.response.status == 101
    assert call.duration is not None


async def test_once_only() -> None:
    """It is used up as any route is."""
    async with aiointercept(mock_external_urls=True) as m, aiohttp.ClientSession() as session:
        m.ws(URL, echo)
        async with session.ws_connect(URL):
            pass
        with pytest.raises(aiohttp.ClientConnectionError, match="was already used 1 time"):
            await session.ws_connect(URL)


@pytest.mark.parametrize("mode", ["intercept", "server"])
async def test_plain_request(mode: str) -> None:
    """A request that wants no WebSocket is told that here is one."""
    async with (
        aiointercept(mock_external_urls=mode == "intercept") as m,
        aiohttp.ClientSession() as session,
    ):
        url = "https://chat.test/room" if mode == "intercept" else f"{m.server_url}/room"
        handle = m.ws(url, echo, repeat=True)
        async with session.get(url) as response:
            assert response.status == 426
            assert response.headers["Upgrade"] == "websocket"
        async with session.ws_connect(url) as ws:
            await ws.send_str("hi")
            assert await ws.receive_str() == "hi"
        assert handle.calls[0].response is not None
        assert handle.calls[0].response.status == 426


class Handler:
    """A handler that is an object with state."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    async def __call__(self, ws: web.WebSocketResponse, request: web.Request) -> None:
        """Lead a conversation."""
        await self.method(ws, request)

    async def method(self, ws: web.WebSocketResponse, request: web.Request) -> None:
        """Remember what comes first."""
        self.seen.append(await ws.receive_str())


async def with_name(name: str, ws: web.WebSocketResponse, request: web.Request) -> None:
    """Greet by name."""
    await ws.send_str(name)


async def test_kinds_of_handlers() -> None:
    """Objects, methods and partials are handlers too."""
    one = Handler()
    async with aiointercept(mock_external_urls=True) as m, aiohttp.ClientSession() as session:
        m.ws(URL, one)
        m.ws(URL, one.method)
        m.ws(URL, functools.partial(with_name, "Ada"))
        for text in ("object", "method"):
            async with session.ws_connect(URL) as ws:
                await ws.send_str(text)
                await ws.receive()
        async with session.ws_connect(URL) as ws:
            assert await ws.receive_str() == "Ada"
    assert one.seen == ["object", "method"]


@pytest.mark.parametrize("handler", [None, "handler", 3, print, lambda ws, request: None, {"a": 1}])
async def test_no_handler(handler: Any) -> None:
    """What is no coroutine function is refused at registration."""
    async with aiointercept(mock_external_urls=True) as m:
        with pytest.raises(TypeError, match=r"must be an 'async def handler\(ws, request\)'"):
            m.ws(URL, handler)


async def test_handler_with_other_parameters() -> None:
    """So is one that does not take both arguments."""

    async def handler(ws: web.WebSocketResponse) -> None:
        """Take too little."""

    async with aiointercept(mock_external_urls=True) as m:
        with pytest.raises(TypeError, match="must take two arguments: ws and request"):
            m.ws(URL, handler)


@pytest.mark.parametrize(
    ("option", "text"),
    [
        ({"heartbeat": "x"}, "heartbeat of a WebSocket must be a number"),
        ({"protocols": "chat"}, "protocols must be a list of names"),
        ({"protocols": [1]}, "protocols must be a list of names"),
        ({"hartbeat": 1}, "did you mean 'heartbeat'"),
        ({"status": 200}, "unexpected keyword argument 'status'"),
        ({"body": b"x"}, "unexpected keyword argument 'body'"),
        ({"repeat": 1.5}, "repeat must be"),
    ],
)
async def test_wrong_settings(option: dict[str, Any], text: str) -> None:
    """A setting that does not exist, or cannot be, is refused at registration and named."""
    async with aiointercept(mock_external_urls=True) as m:
        with pytest.raises(TypeError, match=text):
            m.ws(URL, echo, **option)
