"""A call that is in flight when the block ends fails, and nothing tries to reach the network.

The network guard of the suite fails any test here that tries; the tests look into its list as well,
since a swallowed refusal is the very thing to be found.
"""

import asyncio
import gc
import importlib.util
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from typing import Any

import aiohttp
import pytest

from aiointercept import CallbackResult, Fault, aiointercept

URL = "https://api.test/"
ENDED = "block ended"

# How each way of being in flight is set up: routes, and the client's options.
Setup = Callable[[aiointercept, asyncio.Event], dict[str, Any]]


async def _for_ever() -> None:
    await asyncio.get_running_loop().create_future()


def _async_callback(m: aiointercept, reached: asyncio.Event) -> dict[str, Any]:
    async def callback(url: Any, **_: Any) -> CallbackResult:
        reached.set()
        await _for_ever()
        return CallbackResult()

    m.get(URL, callback=callback)
    return {}


def _delay(m: aiointercept, reached: asyncio.Event) -> dict[str, Any]:
    def matched(request: Any) -> bool:
        reached.set()
        return True

    m.get(URL, delay=600, match=matched)
    return {}


def _hang(m: aiointercept, reached: asyncio.Event) -> dict[str, Any]:
    def matched(request: Any) -> bool:
        reached.set()
        return True

    m.get(URL, fault=Fault.HANG, match=matched)
    return {}


def _connect_timeout(m: aiointercept, reached: asyncio.Event) -> dict[str, Any]:
    m.get(URL, fault=Fault.CONNECT_TIMEOUT)
    asyncio.get_running_loop().call_soon(reached.set)
    return {}


def _silent_retry(m: aiointercept, reached: asyncio.Event) -> dict[str, Any]:
    attempts: list[int] = []

    async def callback(url: Any, *, request: Any, **_: Any) -> CallbackResult:
        attempts.append(1)
        if len(attempts) == 1:
            request.transport.close()
        else:
            reached.set()
            await _for_ever()
        return CallbackResult()

    m.get(URL, callback=callback)
    return {}


def _redirect_loop(m: aiointercept, reached: asyncio.Event) -> dict[str, Any]:
    def callback(url: Any, **_: Any) -> CallbackResult:
        if m.call_count == 3:
            reached.set()
        return CallbackResult(status=302, headers={"Location": URL})

    m.get(URL, callback=callback, repeat=True)
    return {"max_redirects": 10**9}


def _streaming_body(m: aiointercept, reached: asyncio.Event) -> dict[str, Any]:
    async def chunks() -> AsyncIterator[bytes]:
        yield b"first"
        reached.set()
        await _for_ever()
        yield b"never"

    m.get(URL, body=chunks)
    return {}


def _middleware_that_waits(m: aiointercept, reached: asyncio.Event) -> dict[str, Any]:
    async def limit(request: Any, handler: Any) -> Any:
        return await asyncio.wait_for(handler(request), 600)

    return {**_async_callback(m, reached), "middlewares": (limit,)}


def _middleware_that_retries(m: aiointercept, reached: asyncio.Event) -> dict[str, Any]:
    async def retry(request: Any, handler: Any) -> Any:
        for _ in range(3):
            try:
                return await asyncio.wait_for(handler(request), 600)
            except aiohttp.ClientConnectionError:
                await asyncio.sleep(0)
        return await handler(request)

    return {**_async_callback(m, reached), "middlewares": (retry,)}


IN_FLIGHT = [
    _async_callback,
    _delay,
    _hang,
    _connect_timeout,
    _silent_retry,
    _redirect_loop,
    _streaming_body,
    _middleware_that_waits,
    _middleware_that_retries,
]


async def _call(session: aiohttp.ClientSession, options: dict[str, Any]) -> bytes:
    async with session.get(URL, **options) as response:
        return await response.read()


async def _settle() -> None:
    """Let everything run that wants to."""
    for _ in range(20):
        await asyncio.sleep(0)


@pytest.mark.parametrize("timeout", [300, None])
@pytest.mark.parametrize("leave", ["async", "sync"])
@pytest.mark.parametrize("setup", IN_FLIGHT)
async def test_a_call_in_flight_fails_when_the_block_ends(
    network_attempts: list[Any], setup: Setup, leave: str, timeout: float | None
) -> None:
    """Whatever it waits for, it gets a ``ClientConnectionError`` that says why."""
    reached = asyncio.Event()
    limits = aiohttp.ClientTimeout(total=timeout)
    async with aiohttp.ClientSession(timeout=limits) as session:
        mock = aiointercept(mock_external_urls=True)
        if leave == "async":
            async with mock as m:
                options = setup(m, reached)
                task = asyncio.create_task(_call(session, options))
                await asyncio.wait_for(reached.wait(), 10)
        else:
            with mock as m:
                options = setup(m, reached)
                task = asyncio.create_task(_call(session, options))
                await asyncio.wait_for(reached.wait(), 10)
        await asyncio.wait([task], timeout=10)
        with pytest.raises(aiohttp.ClientConnectionError, match=ENDED):
            task.result()
        await _settle()
        assert network_attempts == []
        del task
        gc.collect()
        assert "connect" not in vars(session.connector), "something of ours stands before it still"


@pytest.mark.skipif(importlib.util.find_spec("uvloop") is None, reason="there is no uvloop here")
@pytest.mark.parametrize("setup", IN_FLIGHT)
def test_a_call_in_flight_on_uvloop_fails(network_attempts: list[Any], setup: Setup) -> None:
    """Another loop closes its connections in another way."""
    import uvloop  # noqa: PLC0415  # there is none on Windows and PyPy

    async def work() -> None:
        reached = asyncio.Event()
        async with aiohttp.ClientSession() as session:
            with aiointercept(mock_external_urls=True) as m:
                options = setup(m, reached)
                task = asyncio.create_task(_call(session, options))
                await asyncio.wait_for(reached.wait(), 10)
            with pytest.raises(aiohttp.ClientConnectionError, match=ENDED):
                await task
            await _settle()

    loop = uvloop.new_event_loop()
    try:
        loop.run_until_complete(work())
    finally:
        loop.close()
    assert network_attempts == []


@pytest.mark.parametrize("limits", [{"limit": 1}, {"limit_per_host": 1}], ids=str)
async def test_a_call_that_waits_for_a_pool_slot_fails(
    network_attempts: list[Any], limits: dict[str, int]
) -> None:
    """So do all that queue behind it."""
    reached = asyncio.Event()
    connector = aiohttp.TCPConnector(**limits)
    async with aiohttp.ClientSession(connector=connector) as session:
        async with aiointercept(mock_external_urls=True) as m:
            _async_callback(m, reached)
            m.get(URL, body="never", repeat=True)
            tasks = [asyncio.create_task(_call(session, {})) for _ in range(5)]
            await reached.wait()
        for task in tasks:
            with pytest.raises(aiohttp.ClientConnectionError, match=ENDED):
                await task
        await _settle()
        assert m.call_count == 1
        assert network_attempts == []


async def test_a_post_in_flight_fails() -> None:
    """Nor is one that aiohttp does not repeat forgotten."""
    reached = asyncio.Event()

    async def callback(url: Any, **_: Any) -> CallbackResult:
        reached.set()
        await _for_ever()
        return CallbackResult()

    async with aiohttp.ClientSession() as session:
        async with aiointercept(mock_external_urls=True) as m:
            m.post(URL, callback=callback)
            task: asyncio.Task[Any] = asyncio.ensure_future(session.post(URL, data=b"x"))
            await reached.wait()
        with pytest.raises(aiohttp.ClientConnectionError, match=ENDED):
            await task


async def test_an_upload_in_flight_fails() -> None:
    """A body that is still being sent ends, too."""
    reached = asyncio.Event()

    async def chunks() -> AsyncIterator[bytes]:
        yield b"first"
        reached.set()
        await _for_ever()
        yield b"never"

    async with aiohttp.ClientSession() as session:
        async with aiointercept(mock_external_urls=True) as m:
            m.post(URL)
            task: asyncio.Task[Any] = asyncio.ensure_future(session.post(URL, data=chunks()))
            await reached.wait()
            await _settle()
        with pytest.raises(aiohttp.ClientConnectionError, match=ENDED):
            await task


async def test_a_callers_own_retries_do_not_reach_the_network(
    network_attempts: list[Any],
) -> None:
    """A task that tries again after a pause gets the same answer, until it gives up."""
    reached = asyncio.Event()
    errors: list[str] = []

    async def persistent(session: aiohttp.ClientSession) -> None:
        for _ in range(4):
            try:
                await session.get(URL)
            except aiohttp.ClientConnectionError as error:  # a retry loop it is
                errors.append(str(error))
                await asyncio.sleep(0.001)

    async with aiohttp.ClientSession() as session:
        async with aiointercept(mock_external_urls=True) as m:
            _async_callback(m, reached)
            task = asyncio.create_task(persistent(session))
            await reached.wait()
        await task
        assert len(errors) == 4
        assert all(ENDED in error for error in errors)
        assert network_attempts == []


async def test_a_callers_own_retries_meet_the_next_mock() -> None:
    """If another block begins meanwhile, they are calls like any other."""
    reached = asyncio.Event()

    async def persistent(session: aiohttp.ClientSession) -> str:
        for _ in range(1000):
            try:
                async with session.get(URL) as response:
                    return await response.text()
            except aiohttp.ClientConnectionError:  # a retry loop it is
                await asyncio.sleep(0)
        return "gave up"

    async with aiohttp.ClientSession() as session:
        async with aiointercept(mock_external_urls=True) as m:
            _async_callback(m, reached)
            task = asyncio.create_task(persistent(session))
            await reached.wait()
        await _settle()
        async with aiointercept(mock_external_urls=True) as m:
            m.get(URL, body="in the next block")
            assert await task == "in the next block"


async def test_a_task_with_a_call_in_flight_may_use_the_network_for_others(remote: Any) -> None:
    """Only what began in the block is refused: other requests of the task, and of others, go on."""
    reached = asyncio.Event()

    async def worker(session: aiohttp.ClientSession) -> str:
        with pytest.raises(aiohttp.ClientConnectionError, match=ENDED):
            await session.get(URL)
        async with session.get(remote.url("/other")) as response:
            return await response.text()

    async with remote.session() as session:
        async with aiointercept(mock_external_urls=True) as m:
            _async_callback(m, reached)
            task = asyncio.create_task(worker(session))
            await reached.wait()
        assert await task == "real"
        async with session.get(remote.url()) as response:
            assert await response.text() == "real"


async def test_a_call_that_ended_inside_the_block_leaves_its_task_free(remote: Any) -> None:
    """A task whose calls were answered in time reaches the real host afterwards."""
    answered = asyncio.Event()
    ended = asyncio.Event()

    async def worker(session: aiohttp.ClientSession) -> list[str]:
        async with session.get(remote.url()) as response:
            first = await response.text()
        answered.set()
        await ended.wait()
        async with session.get(remote.url()) as response:
            return [first, await response.text()]

    async with remote.session() as session:
        async with aiointercept(mock_external_urls=True) as m:
            m.get(remote.url(), body="mock")
            task = asyncio.create_task(worker(session))
            await answered.wait()
        ended.set()
        assert await task == ["mock", "real"]


async def test_a_websocket_in_flight_is_closed() -> None:
    """A client that waits for a message hears that there will be none."""

    async def silent(ws: Any, request: Any) -> None:
        await _for_ever()

    async with aiohttp.ClientSession() as session:
        async with aiointercept(mock_external_urls=True) as m:
            m.ws("wss://api.test/", silent)
            ws = await session.ws_connect("wss://api.test/")
            task = asyncio.create_task(ws.receive())
            await asyncio.sleep(0)
        message = await asyncio.wait_for(task, 10)
        assert message.type in (
            aiohttp.WSMsgType.CLOSED,
            aiohttp.WSMsgType.CLOSE,
            aiohttp.WSMsgType.ERROR,
        )
        await ws.close()


@pytest.mark.parametrize("setup", IN_FLIGHT)
async def test_a_block_that_ends_in_another_thread_fails_a_call_in_flight(
    network_attempts: list[Any], setup: Setup
) -> None:
    """A thread without a loop may hold the block; the call is told on its own loop."""
    reached = asyncio.Event()
    loop = asyncio.get_running_loop()
    begun = asyncio.Event()
    leave = threading.Event()
    held: list[aiointercept] = []

    def hold() -> None:
        with aiointercept(mock_external_urls=True) as m:
            held.append(m)
            loop.call_soon_threadsafe(begun.set)
            leave.wait(10)

    thread = threading.Thread(target=hold)
    thread.start()
    async with aiohttp.ClientSession() as session:
        await begun.wait()
        options = setup(held[0], reached)
        task = asyncio.create_task(_call(session, options))
        await asyncio.wait_for(reached.wait(), 10)
        leave.set()
        await asyncio.wait([task], timeout=10)
        with pytest.raises(aiohttp.ClientConnectionError, match=ENDED):
            task.result()
        await asyncio.to_thread(thread.join)
        await _settle()
        assert network_attempts == []


@pytest.mark.parametrize("setup", IN_FLIGHT)
async def test_m_session_in_flight_fails_when_the_block_ends(setup: Setup) -> None:
    """Where nothing is patched, the calls over its own connector fail all the same."""
    reached = asyncio.Event()
    async with aiointercept() as m:
        session = m.session()
        options = setup(m, reached)
        task = asyncio.create_task(_call(session, options))
        await asyncio.wait_for(reached.wait(), 10)
    async with session:
        with pytest.raises(aiohttp.ClientConnectionError, match=ENDED):
            await task


async def test_a_call_in_flight_of_the_inner_block_does_not_go_to_the_outer() -> None:
    """It began with the inner mock and fails with it, though the outer could answer."""
    reached = asyncio.Event()
    async with (
        aiohttp.ClientSession() as session,
        aiointercept(mock_external_urls=True) as outer,
    ):
        outer.get(URL, body="outer", repeat=True)
        async with aiointercept(mock_external_urls=True) as inner:
            _async_callback(inner, reached)
            task = asyncio.create_task(_call(session, {}))
            await reached.wait()
        with pytest.raises(aiohttp.ClientConnectionError, match=ENDED):
            await task
        assert await _call(session, {}) == b"outer"


async def test_calls_of_the_outer_block_outlive_the_inner() -> None:
    """The end of one mock is no business of another's calls."""
    reached = asyncio.Event()
    go_on = asyncio.Event()

    async def callback(url: Any, **_: Any) -> CallbackResult:
        reached.set()
        await go_on.wait()
        return CallbackResult(body="outer")

    async with (
        aiohttp.ClientSession() as session,
        aiointercept(mock_external_urls=True) as outer,
    ):
        outer.get(URL, callback=callback)
        async with aiointercept(mock_external_urls=True) as inner:
            inner.get("https://inner.test/", body="inner")
            task = asyncio.create_task(_call(session, {}))
            await reached.wait()
        go_on.set()
        assert await task == b"outer"


@pytest.mark.parametrize("repeat", range(3))
async def test_a_crowd_in_flight(network_attempts: list[Any], repeat: int) -> None:
    """Many calls at every stage: each one is answered or told, none escapes."""

    async def ask(session: aiohttp.ClientSession, number: int) -> Any:
        try:
            async with session.get(f"https://host{number % 7}.test/{number % 3}") as response:
                return await response.text()
        except aiohttp.ClientConnectionError as error:
            return error

    async def slow(url: Any, **_: Any) -> CallbackResult:
        await asyncio.sleep(0)
        return CallbackResult(body="ok")

    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=20)) as session:
        with aiointercept(mock_external_urls=True) as m:
            for host in range(7):
                m.get(f"https://host{host}.test/0", body="ok", repeat=True)
                m.get(f"https://host{host}.test/1", callback=slow, repeat=True)
                m.get(f"https://host{host}.test/2", fault=Fault.EMPTY_RESPONSE, repeat=True)
            asking: Coroutine[Any, Any, list[Any]] = _gather([ask(session, n) for n in range(200)])
            task = asyncio.create_task(asking)
            for _ in range(15 + 10 * repeat):
                await asyncio.sleep(0)
        found = await task
        assert len(found) == 200
        assert any(isinstance(one, aiohttp.ClientConnectionError) for one in found)
        assert network_attempts == []


async def _gather(asking: list[Awaitable[Any]]) -> list[Any]:
    return list(await asyncio.gather(*asking))
