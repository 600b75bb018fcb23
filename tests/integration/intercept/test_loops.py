"""The server that answers lives on the loop of the client that asks, however many there are."""

import asyncio
import importlib.util
import subprocess
import sys
import threading
import warnings
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import aiohttp
import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from aiointercept import CallbackResult, aiointercept

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # Starlette would like another HTTP client better
    from starlette.testclient import TestClient

URL = "https://api.test/"


async def _get(url: str = URL) -> str:
    async with aiohttp.ClientSession() as session, session.get(url) as response:
        return await response.text()


def test_a_sync_block_needs_no_loop() -> None:
    """It is entered and left without one; loops come and go inside."""
    with aiointercept(mock_external_urls=True) as m:
        m.get(URL, body="one")
        m.get(URL, body="two")
        assert asyncio.run(_get()) == "one"
        assert asyncio.run(_get()) == "two"
        assert m.call_count == 2
        assert m.last_request is not None
        assert str(m.last_request.url) == URL


def test_a_loop_that_was_closed_with_connections_open_leaves_the_block_usable() -> None:
    """A session that nobody closed died with its loop; the next loop starts afresh.

    In a process of its own, as the forgotten session warns.
    """
    script = """
import asyncio
import aiohttp
from aiointercept import aiointercept

forgotten = []

async def careless():
    forgotten.append(aiohttp.ClientSession())
    async with forgotten[-1].get("https://api.test/") as response:
        return await response.text()

with aiointercept(mock_external_urls=True) as m:
    m.get("https://api.test/", body="mock", repeat=True)
    for _ in range(3):
        print(asyncio.run(careless()))
print(m.call_count)
"""
    done = subprocess.run(  # our own interpreter and our own text
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stdout == "mock\nmock\nmock\n3\n"
    assert "Traceback" not in done.stderr


def test_a_decorated_sync_function() -> None:
    """The decorator needs no loop either."""

    @aiointercept(mock_external_urls=True)
    def work(m: aiointercept) -> str:
        m.get(URL, body="mock")
        return asyncio.run(_get())

    assert work() == "mock"
    assert work() == "mock"


async def test_a_sync_block_on_a_running_loop() -> None:
    """``with`` in async code is as good as ``async with``."""
    with aiointercept(mock_external_urls=True) as m:
        m.get(URL, body="mock")
        assert await _get() == "mock"
    with aiointercept(mock_external_urls=True) as m:
        m.get(URL, body="again")
        assert await _get() == "again"


def test_callbacks_run_on_the_loop_of_the_client_that_asked() -> None:
    """Each client's callbacks share its loop and its thread."""
    seen: list[tuple[Any, Any]] = []

    async def callback(url: Any, **_: Any) -> CallbackResult:
        seen.append((asyncio.get_running_loop(), threading.get_ident()))
        await asyncio.sleep(0)
        return CallbackResult(body="mock")

    async def work() -> None:
        expected = (asyncio.get_running_loop(), threading.get_ident())
        assert await _get() == "mock"
        assert expected in seen

    with aiointercept(mock_external_urls=True) as m:
        m.get(URL, callback=callback, repeat=True)
        asyncio.run(work())
        with ThreadPoolExecutor(3) as pool:
            for future in [pool.submit(asyncio.run, work()) for _ in range(3)]:
                future.result()
    assert len(seen) == 4


def test_a_callback_may_call_a_mocked_url_itself() -> None:
    """On one loop nothing can wait for itself in vain."""

    async def callback(url: Any, **_: Any) -> CallbackResult:
        return CallbackResult(body=f"outer of {await _get('https://inner.test/')}")

    with aiointercept(mock_external_urls=True) as m:
        m.get(URL, callback=callback)
        m.get("https://inner.test/", body="inner")
        assert asyncio.run(_get()) == "outer of inner"


@pytest.mark.skipif(importlib.util.find_spec("uvloop") is None, reason="there is no uvloop here")
def test_uvloop() -> None:
    """Sockets, faults and several blocks on another loop."""
    import uvloop  # noqa: PLC0415  # there is none on Windows and PyPy

    async def work() -> None:
        async with aiohttp.ClientSession() as session:
            for number in range(2):
                async with aiointercept(mock_external_urls=True) as m:
                    m.get("http://api.test/", body=f"http {number}", repeat=True)
                    m.get(URL, body=f"https {number}", repeat=True)
                    m.post(URL, exception=True)
                    for _ in range(2):
                        for url in ("http://api.test/", URL):
                            async with session.get(url) as response:
                                expected = f"{url.partition(':')[0]} {number}"
                                assert await response.text() == expected
                    with pytest.raises(aiohttp.ClientConnectionError):
                        await session.post(URL)
                    assert m.call_count == 5

    loop = uvloop.new_event_loop()
    try:
        loop.run_until_complete(work())
    finally:
        loop.close()


def test_many_requests_over_many_hosts_and_loops() -> None:
    """10,000 requests of 8 threads: no answer from the wrong route, and the log complete."""
    hosts = [f"{scheme}://host{n}.test" for n in range(25) for scheme in ("http", "https")]
    each = 1250
    workers = 8
    wrong: list[tuple[str, str]] = []

    async def ask(session: aiohttp.ClientSession, numbers: range) -> None:
        for number in numbers:
            url = f"{hosts[number % len(hosts)]}/{number % 3}"
            async with session.get(url) as response:
                text = await response.text()
            if text != url:
                wrong.append((url, text))

    async def work() -> None:
        async with aiohttp.ClientSession() as session:
            await asyncio.gather(*(ask(session, range(n, each, 10)) for n in range(10)))

    def echo(url: Any, **_: Any) -> CallbackResult:
        return CallbackResult(body=str(url))

    with aiointercept(mock_external_urls=True, strict=True) as m:
        for host in hosts:
            m.get(f"{host}/0", body=f"{host}/0", repeat=True)
            m.get(f"{host}/1", body=f"{host}/1", repeat=True)
            m.get(f"{host}/2", callback=echo, repeat=True)
        with ThreadPoolExecutor(workers) as pool:
            for future in [pool.submit(asyncio.run, work()) for _ in range(workers)]:
                future.result()
        assert wrong == []
        assert m.call_count == each * workers
        expected = Counter(f"{hosts[n % len(hosts)]}/{n % 3}" for n in range(each))
        found = Counter(str(call.received.url) for call in m.calls)
        assert found == {url: count * workers for url, count in expected.items()}
        assert all(call.response is not None for call in m.calls)
        assert all(call.route.call_count > 0 for call in m.calls[:10])


def test_a_queue_is_shared_by_threads_without_loss() -> None:
    """Each response of a finite route is given once, whoever asks."""

    async def take(count: int) -> list[str]:
        async with aiohttp.ClientSession() as session:
            found: list[str] = []
            for _ in range(count):
                async with session.get(URL) as response:
                    found.append(await response.text())
            return found

    with aiointercept(mock_external_urls=True) as m:
        for number in range(200):
            m.get(URL, body=str(number))
        with ThreadPoolExecutor(4) as pool:
            parts = list(pool.map(lambda _: asyncio.run(take(50)), range(4)))
        assert sorted(int(one) for part in parts for one in part) == list(range(200))
        with pytest.raises(aiohttp.ClientConnectionError, match="was already used"):
            asyncio.run(_get())


def _application() -> Starlette:
    async def proxy(request: Any) -> PlainTextResponse:
        return PlainTextResponse(f"app: {await _get()}")

    return Starlette(routes=[Route("/", proxy)])


async def test_an_application_under_test_client_in_an_async_block() -> None:
    """A blocking test client on the loop's own thread: its handler is mocked, nothing deadlocks."""
    client = TestClient(_application())
    async with aiointercept(mock_external_urls=True) as m:
        m.get(URL, body="mock", repeat=2)
        assert client.get("/").text == "app: mock"
        assert client.get("/").text == "app: mock"
        assert m.call_count == 2


async def test_an_application_under_test_client_in_a_sync_block() -> None:
    """The same in ``with``."""
    client = TestClient(_application())
    with aiointercept(mock_external_urls=True) as m:
        m.get(URL, body="mock", repeat=2)
        assert client.get("/").text == "app: mock"
        assert client.get("/").text == "app: mock"
        assert m.call_count == 2


@pytest.mark.parametrize("asynchronous", [True, False])
async def test_an_application_whose_client_has_a_lifespan(asynchronous: bool) -> None:  # noqa: FBT001
    """``with TestClient(app)`` keeps one loop in a thread of its own for several requests."""
    mock = aiointercept(mock_external_urls=True)

    def use(m: aiointercept) -> None:
        async def callback(url: Any, **_: Any) -> CallbackResult:
            await asyncio.sleep(0)
            return CallbackResult(body="called back")

        m.get(URL, callback=callback, repeat=True)
        with TestClient(_application()) as client:
            for _ in range(3):
                assert client.get("/").text == "app: called back"
        assert m.call_count == 3

    if asynchronous:
        async with mock as m:
            use(m)
    else:
        with mock as m:
            use(m)


def _in_thread(function: Callable[[], Any]) -> Any:
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(function).result(20)


def test_a_block_entered_in_one_thread_and_left_in_another() -> None:
    """Where it is left makes no difference."""
    mock = aiointercept(mock_external_urls=True)
    _in_thread(mock.__enter__)
    mock.get(URL, body="mock")
    assert asyncio.run(_get()) == "mock"
    _in_thread(lambda: mock.__exit__(None, None, None))
    mock.__enter__()  # the two halves of a block, on purpose
    mock.get(URL, body="again")
    assert asyncio.run(_get()) == "again"
    _in_thread(lambda: mock.__exit__(None, None, None))
