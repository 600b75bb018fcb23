"""When and where an application starts and is cleaned up, in every form of entry."""

import asyncio
import threading
import urllib.request

import aiohttp
import flask
import pytest
import requests

from aiointercept import aiointercept
from aiointercept.adapters.local_server.helper_thread import helper_thread

BASE = "https://graph.example.com/v2"


async def get(url=f"{BASE}/about/x"):
    """Return what a GET gives."""
    async with aiohttp.ClientSession() as session:
        async with session.get(url) as response:
            assert response.status == 200
            return await response.read()


async def test_starts_with_its_first_request_and_ends_with_the_block(async_service):
    """Starts with its first request and ends with the block."""
    async with aiointercept(mock_external_urls=True) as m:
        m.mount(BASE, async_service.app)
        await asyncio.sleep(0)
        assert async_service.events == []
        await asyncio.gather(get(), get(), get())
        assert async_service.events == ["started"]
        assert async_service.loops == {asyncio.get_running_loop()}
    assert async_service.events == ["started", "cleaned up"]


async def test_never_asked(service):
    """Never asked."""
    async with aiointercept(mock_external_urls=True) as m:
        m.mount(BASE, service.app)
    assert service.events == []


async def test_sync_block_on_a_running_loop(async_service):
    """Sync block on a running loop."""
    with aiointercept(mock_external_urls=True) as m:
        m.mount(BASE, async_service.app)
        await get()
    while "cleaned up" not in async_service.events:
        await asyncio.sleep(0)
    assert async_service.loops == {asyncio.get_running_loop()}


def test_without_a_loop(async_service):
    """Without a loop."""
    with aiointercept(mock_external_urls=True) as m:
        m.mount(BASE, async_service.app)
        asyncio.run(get())
        asyncio.run(get())  # another loop
    assert async_service.events == ["started", "cleaned up"]
    assert async_service.loops == {helper_thread().loop}


async def test_clients_of_other_threads(async_service):
    """Clients of other threads."""
    async with aiointercept(mock_external_urls=True) as m:
        m.mount(BASE, async_service.app)
        await asyncio.gather(*[asyncio.to_thread(asyncio.run, get()) for _ in range(5)])
        assert m.call_count == 5
    assert async_service.loops == {asyncio.get_running_loop()}
    assert async_service.events == ["started", "cleaned up"]


async def test_large_bodies_across_loops(service):
    """Large bodies across loops."""
    body = bytes(1 << 20) * 20

    async def echo():
        async with aiohttp.ClientSession() as session:
            async with session.post(f"{BASE}/echo", data=_chunks(body)) as response:
                return len(await response.read())

    async with aiointercept(mock_external_urls=True) as m:
        m.mount(BASE, service.app)
        assert await asyncio.to_thread(asyncio.run, echo()) == len(body)


async def _chunks(body):
    for at in range(0, len(body), 1 << 20):
        yield body[at : at + (1 << 20)]


async def test_websocket_across_loops(async_service):
    """WebSocket across loops."""

    async def chat():
        async with aiohttp.ClientSession() as session:
            async with session.ws_connect(f"{BASE}/chat", protocols=["chat"]) as socket:
                await socket.send_str("a")
                return await socket.receive_str()

    async with aiointercept(mock_external_urls=True) as m:
        m.mount(BASE, async_service.app)
        assert await asyncio.to_thread(asyncio.run, chat()) == "A"


async def test_blocking_client_on_the_loop_itself(service):
    """Blocking client on the loop itself."""
    with aiointercept() as m:
        m.mount("/v2", service.app)
        for _ in range(2):
            assert requests.get(f"{m.server_url}/v2/about/x").json()["scheme"] == "http"
        assert requests.post(f"{m.server_url}/v2/echo", data=b"x" * 100_000).text == "x" * 100_000
    if service.loops:
        assert service.loops == {helper_thread().loop}


async def test_blocking_client_of_a_wsgi_application_after_others():
    """Blocking client of a WSGI application after others."""
    app = flask.Flask("fake")
    app.add_url_rule("/", view_func=lambda: "ok")
    async with aiointercept() as m:
        m.mount("/", app)
        assert await get(f"{m.server_url}/") == b"ok"
        assert requests.get(m.server_url).text == "ok"


def test_loop_that_was_closed_meanwhile(async_service):
    """Loop that was closed meanwhile."""

    async def enter():
        m = aiointercept(mock_external_urls=True)
        await m.start()
        m.mount(BASE, async_service.app)
        await get()
        return m

    m = asyncio.run(enter())
    assert async_service.loops.pop().is_closed()
    assert async_service.events == ["started", "cleaned up"]

    async def late():
        async with aiohttp.ClientSession() as session:
            async with session.get(f"{BASE}/about/x") as response:
                return response.status, await response.text()

    assert asyncio.run(late())[0] == 500
    with pytest.raises(RuntimeError, match="which is now closed"):
        asyncio.run(m.stop())


def test_entered_on_a_loop_that_closed_before_the_first_request(async_service):
    """Entered on a loop that closed before the first request."""

    async def enter():
        m = aiointercept(mock_external_urls=True)
        await m.start()
        m.mount(BASE, async_service.app)
        return m

    m = asyncio.run(enter())
    asyncio.run(get())
    asyncio.run(m.stop())
    assert async_service.events == ["started", "cleaned up"]


async def test_clear_cleans_up(async_service):
    """Clear cleans up."""
    async with aiointercept(mock_external_urls=True) as m:
        m.mount(BASE, async_service.app)
        await get()
        m.clear()
        while "cleaned up" not in async_service.events:
            await asyncio.sleep(0)
        with pytest.raises(aiohttp.ClientConnectionError):
            await get()


async def test_block_that_ends_in_the_middle(async_service):
    """Block that ends in the middle."""
    async with aiohttp.ClientSession() as session:
        async with aiointercept(mock_external_urls=True) as m:
            m.mount(BASE, async_service.app)
            response = await session.get(f"{BASE}/sse")
            await response.content.readline()
            assert async_service.events == ["started", "began"]
        # What serves a client ends before what the application stands on is taken down.
        assert async_service.events == ["started", "began", "ended", "cleaned up"]
        with pytest.raises(aiohttp.ClientError):
            await response.read()


async def test_entered_again_with_a_new_application(async_service):
    """Entered again with a new application."""
    mock = aiointercept(mock_external_urls=True)
    for _ in range(2):
        async with mock as m:
            app = aiohttp.web.Application()
            app.router.add_get("/", _ok)
            m.mount("http://h.test", app)
            assert await get("http://h.test/") == b"ok"


async def _ok(request):
    return aiohttp.web.Response(text="ok")


def test_threads_end_with_the_block(service):
    """Threads end with the block."""
    before = set(threading.enumerate())
    with aiointercept() as m:
        m.mount("/v2", service.app)
        with urllib.request.urlopen(f"{m.server_url}/v2/about/x") as response:
            assert response.status == 200
    left = {thread for thread in set(threading.enumerate()) - before if thread.is_alive()}
    assert {thread.name for thread in left} <= {"aiointercept-helper"}


async def test_no_task_is_left(service):
    """No task is left."""
    before = asyncio.all_tasks()
    async with aiointercept(mock_external_urls=True) as m:
        m.mount(BASE, service.app)
        await get()
        async with aiohttp.ClientSession() as session:
            async with session.get(f"{BASE}/numbers") as response:
                await response.read()
    await asyncio.sleep(0)
    assert asyncio.all_tasks() == before
