"""What goes to an application and comes back, for each kind of application."""

import asyncio
import io

import aiohttp
import pytest

from aiointercept import aiointercept

BASE = "https://graph.example.com/v2"


async def test_application_sees_what_the_client_sent(service):
    """Application sees what the client sent."""
    async with aiointercept(mock_external_urls=True) as m:
        m.mount(BASE, service.app)
        async with aiohttp.ClientSession() as session:
            headers = [("X-Many", "a"), ("X-Many", "b")]
            async with session.get(f"{BASE}/about/é?q=1&q=2", headers=headers) as response:
                told = await response.json()
    assert told["url"].rpartition("/")[0] == f"{BASE}/about"
    assert told["url"].endswith("?q=1&q=2")
    assert (told["host"], told["scheme"]) == ("graph.example.com", "https")
    assert told["client"] == "127.0.0.1"
    assert told["header"] == ["a", "b"]
    assert told.get("server", ["graph.example.com", 443]) == ["graph.example.com", 443]


async def test_port_and_plain_http(service):
    """Port and plain http."""
    async with aiointercept(mock_external_urls=True) as m:
        m.mount("http://192.0.2.7:8080", service.app)
        async with aiohttp.ClientSession() as session:
            async with session.get("http://192.0.2.7:8080/v2/about/x") as response:
                told = await response.json()
    assert told["url"] == "http://192.0.2.7:8080/v2/about/x"
    assert told["host"] == "192.0.2.7:8080"


async def test_log_and_handle(service):
    """Log and handle."""
    async with aiointercept(mock_external_urls=True) as m:
        handle = m.mount(BASE, service.app)
        async with aiohttp.ClientSession() as session:
            async with session.post(f"{BASE}/echo", json={"a": 1}) as response:
                assert await response.json() == {"a": 1}
            async with session.get(f"{BASE}/none") as response:
                assert response.status == 404
                text = await response.read()
        assert handle.call_count == 2
        m.assert_any_call(f"{BASE}/echo", "POST")
        first, second = m.calls
        assert first.response.status == 200
        assert first.response.body == b'{"a": 1}'
        assert first.response.headers["Content-Type"] == "application/json"
        assert await first.request.json() == {"a": 1}
        assert second.response.status == 404
        assert second.response.body == text
        assert all(call.route is handle and call.duration is not None for call in m.calls)


@pytest.mark.parametrize("chunked", [False, True])
async def test_large_bodies(service, chunked):
    """Large bodies."""

    async def chunks():
        for _ in range(50):
            yield b"x" * (1 << 20)

    body = chunks() if chunked else bytes(50 << 20)
    async with aiointercept(mock_external_urls=True) as m:
        m.mount(BASE, service.app)
        async with aiohttp.ClientSession() as session:
            payload = body if chunked else aiohttp.BytesIOPayload(io.BytesIO(body))
            async with session.post(f"{BASE}/echo", data=payload) as response:
                assert len(await response.read()) == 50 << 20
        (call,) = m.calls
        assert call.response.status == 200
        assert call.response.body is None
        assert call.request.captured_body is None


async def test_empty_chunked_body(service):
    """Empty chunked body."""

    async def nothing():
        for chunk in ():
            yield chunk

    async with aiointercept(mock_external_urls=True) as m:
        m.mount(BASE, service.app)
        async with aiohttp.ClientSession() as session:
            async with session.post(f"{BASE}/echo", data=nothing()) as response:
                assert await response.read() == b""


async def test_response_that_streams(service):
    """Response that streams."""
    async with aiointercept(mock_external_urls=True) as m:
        m.mount(BASE, service.app)
        async with aiohttp.ClientSession() as session:
            for _ in range(2):  # the connection stays usable
                async with session.get(f"{BASE}/numbers") as response:
                    assert await response.text() == "0\n1\n2\n3\n4\n"
        assert [call.response.body for call in m.calls] == [b"0\n1\n2\n3\n4\n"] * 2


async def test_both_directions_at_once(async_service):
    """Both directions at once."""
    answered = asyncio.Event()

    async def questions():
        yield b"one"
        await answered.wait()
        yield b"two"

    async with aiointercept(mock_external_urls=True) as m:
        m.mount(BASE, async_service.app)
        async with aiohttp.ClientSession() as session:
            async with session.post(f"{BASE}/upper", data=questions()) as response:
                assert await response.content.readany() == b"ONE"
                answered.set()
                assert await response.content.read() == b"TWO"
        (call,) = m.calls
        assert call.response.body == b"ONETWO"
        assert call.request.captured_body == b"onetwo"


async def test_head(service):
    """Head."""
    async with aiointercept(mock_external_urls=True) as m:
        m.mount(BASE, service.app)
        async with aiohttp.ClientSession() as session:
            for _ in range(2):
                async with session.head(f"{BASE}/about/x") as response:
                    assert response.status == 200
                    assert int(response.headers["Content-Length"]) > 0
                    assert await response.read() == b""


async def test_expect_100_continue(service):
    """Expect 100 continue."""
    async with aiointercept(mock_external_urls=True) as m:
        m.mount(BASE, service.app)
        async with aiohttp.ClientSession() as session:
            async with session.post(f"{BASE}/echo", data=b"x" * 100, expect100=True) as response:
                assert await response.read() == b"x" * 100


async def test_many_at_once(service):
    """Many at once."""
    async with aiointercept(mock_external_urls=True) as m:
        handle = m.mount(BASE, service.app)

        async def ask(session, number):
            async with session.post(f"{BASE}/echo", data=b"%d" % number) as response:
                return int(await response.read())

        async with aiohttp.ClientSession() as session:
            answers = await asyncio.gather(*[ask(session, number) for number in range(100)])
        assert answers == list(range(100))
        assert handle.call_count == 100
        assert sorted(int(call.response.body) for call in m.calls) == list(range(100))


async def test_websocket(async_service):
    """WebSocket."""
    async with aiointercept(mock_external_urls=True) as m:
        handle = m.mount(BASE, async_service.app)
        async with aiohttp.ClientSession() as session:
            async with session.ws_connect(
                "wss://graph.example.com/v2/chat", protocols=["chat"]
            ) as socket:
                assert socket.protocol == "chat"
                await socket.send_str("hello")
                assert await socket.receive_str() == "HELLO"
                await socket.send_bytes(b"x" * (1 << 19))
                assert await socket.receive_bytes() == b"x" * (1 << 20)
        assert handle.calls[0].response.status == 101
    assert "chat ended" in async_service.events


async def test_websocket_refused(async_service):
    """WebSocket refused."""
    async with aiointercept(mock_external_urls=True) as m:
        m.mount(BASE, async_service.app)
        async with aiohttp.ClientSession() as session:
            with pytest.raises(aiohttp.WSServerHandshakeError) as caught:
                await session.ws_connect(f"{BASE}/no-such-socket")
            assert caught.value.status in (403, 404)
            async with session.get(f"{BASE}/about/x") as response:
                assert response.status == 200


async def test_events_until_the_client_leaves(async_service):
    """Events until the client leaves."""
    async with aiointercept(mock_external_urls=True) as m:
        m.mount(BASE, async_service.app)
        async with aiohttp.ClientSession() as session:
            async with session.get(f"{BASE}/sse") as response:
                assert response.content_type == "text/event-stream"
                assert (await response.content.readline()) == b"data: x\n"
                response.close()
        while "ended" not in async_service.events:
            await asyncio.sleep(0)
        (call,) = m.calls
        assert (call.response.status, call.response.body) == (200, None)


async def test_at_server_url(service):
    """At server url."""
    async with aiointercept() as m:
        handle = m.mount("/v2", service.app)
        async with aiohttp.ClientSession() as session:
            async with session.get(f"{m.server_url}/v2/about/x") as response:
                assert (await response.json())["url"] == f"{m.server_url}/v2/about/x"
        assert handle.call_count == 1
