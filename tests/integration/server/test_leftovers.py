"""What is left when a block ends, whatever was in flight.

Most of the file runs once more in an interpreter under ``-X dev -W error``.
"""

import asyncio
import contextlib
import gc
import http.client
import socket
import threading
import time
import urllib.request
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from aiointercept import CallbackResult, aiointercept
from aiointercept.adapters.local_server.helper_thread import helper_thread

CYCLES = 300
DESCRIPTORS = Path("/proc/self/fd")


def descriptors() -> int:
    """Count what this process has open; 0 where the system does not tell."""
    return len(list(DESCRIPTORS.iterdir())) if DESCRIPTORS.exists() else 0


async def settled(count: Any) -> int:
    """Let the loops turn until ``count()`` no longer falls; return what it is then."""
    fewest = count()
    for _ in range(20):
        await asyncio.sleep(0)
        helper_turned = asyncio.run_coroutine_threadsafe(asyncio.sleep(0), helper_thread().loop)
        await asyncio.wrap_future(helper_turned)
        fewest = min(fewest, count())
    return fewest


def helper_tasks() -> int:
    """Count the tasks on the helper's loop."""
    return len(asyncio.all_tasks(helper_thread().loop))


@contextlib.asynccontextmanager
async def nothing_left() -> AsyncIterator[None]:
    """Check that the body leaves no descriptor, task or thread."""
    helper_thread()
    threads = set(threading.enumerate())
    open_before = descriptors()
    tasks_before = asyncio.all_tasks()
    helper_before = await settled(helper_tasks)
    yield
    assert await settled(helper_tasks) <= helper_before
    # Whatever is left may be waiting for the next turn of the loop, but for no more.
    for _ in range(3):
        await asyncio.sleep(0)
    assert asyncio.all_tasks() == tasks_before
    assert await settled(descriptors) <= open_before
    assert set(threading.enumerate()) <= threads
    gc.collect()


async def hang(*args: Any, **kwargs: Any):
    """Never come back."""
    await asyncio.Event().wait()


async def hang_and_clean_up(*args: Any, **kwargs: Any):
    """Never come back, and await something when cancelled."""
    try:
        await asyncio.Event().wait()
    finally:
        await asyncio.sleep(0)


async def endless(*args: Any, **kwargs: Any):
    """Yield for ever."""
    try:
        while True:
            yield b"more"
            await asyncio.sleep(0)
    finally:
        await asyncio.sleep(0)


async def stuck_stream():
    """Yield once and then no more."""
    yield b"one"
    await hang()


async def chat(ws: Any, request: Any):
    """Talk until the other side goes."""
    async for message in ws:
        await ws.send_str(message.data)


async def streamed_upload():
    """Send the beginning of a body, and then no more."""
    yield b"the beginning"
    await hang()


async def expect_break(awaitable: Any) -> None:
    """Await a client call that the end of the block breaks off."""
    with pytest.raises(aiohttp.ClientError):
        await awaitable


async def ask(m: aiointercept, path: Any, method: Any = "GET", **options: Any):
    """Read a response to its end, in a session of its own."""
    async with (
        aiohttp.ClientSession() as session,
        session.request(method, m.server_url + path, **options) as response,
    ):
        await response.read()


async def converse(m: aiointercept):
    """Open a WebSocket and wait for a message that never comes."""
    async with aiohttp.ClientSession() as session, session.ws_connect(m.server_url + "/ws") as ws:
        await ws.send_str("hello")
        assert (await ws.receive()).data == "hello"
        message = await ws.receive()
        raise aiohttp.ClientError(str(message))


async def half_a_request(m: aiointercept):
    """Send the beginning of a request line."""
    reader, writer = await asyncio.open_connection(m.server_host, m.server_port)
    writer.write(b"GET / HT")
    await writer.drain()
    try:
        rest = await reader.read()
    except ConnectionError:
        rest = b""
    writer.close()
    with contextlib.suppress(ConnectionError):
        await writer.wait_closed()
    raise aiohttp.ClientError(rest)


FLIGHTS = {
    "callback that hangs": lambda m: (m.get("/", callback=hang), ask(m, "/")),
    "callback that cleans up": lambda m: (m.get("/", callback=hang_and_clean_up), ask(m, "/")),
    "callback for a POST": lambda m: (
        m.post("/", callback=hang),
        ask(m, "/", "POST", data=b"x" * 100_000),
    ),
    "delay": lambda m: (m.get("/", delay=3600), ask(m, "/")),
    "endless stream": lambda m: (m.get("/", body=endless), ask(m, "/")),
    "stuck stream": lambda m: (m.get("/", body=stuck_stream), ask(m, "/")),
    "one-shot stream": lambda m: (m.get("/", body=stuck_stream()), ask(m, "/")),
    "upload half-way": lambda m: (m.post("/"), ask(m, "/", "POST", data=streamed_upload())),
    "request half-way": lambda m: (None, half_a_request(m)),
    "websocket": lambda m: (m.ws("/ws", chat), converse(m)),
}


@pytest.mark.parametrize("sync_exit", [False, True])
@pytest.mark.parametrize("flight", FLIGHTS.values(), ids=FLIGHTS)
async def test_the_block_ends_while_something_is_in_flight(flight: Any, sync_exit: Any):
    """The client's call fails with a `ClientError`, at once, and nothing is left."""
    async with nothing_left():
        async with contextlib.AsyncExitStack() as stack:
            if sync_exit:
                m = stack.enter_context(aiointercept())
            else:
                m = await stack.enter_async_context(aiointercept())
            calls = [asyncio.create_task(expect_break(flight(m)[1])) for _ in range(2)]
            for _ in range(30):
                await asyncio.sleep(0)
        await asyncio.gather(*calls)


@pytest.mark.parametrize("sync_exit", [False, True])
async def test_kept_connections_are_closed(sync_exit: Any):
    """Idle connections end with the block; the session is told when it asks again."""
    async with nothing_left(), aiohttp.ClientSession() as session:
        async with contextlib.AsyncExitStack() as stack:
            if sync_exit:
                m = stack.enter_context(aiointercept())
            else:
                m = await stack.enter_async_context(aiointercept())
            url = m.server_url
            m.get("/", repeat=True)
            for _ in range(2):
                async with session.get(url) as response:
                    await response.read()
            async with session.get(url) as unread:
                assert unread.status == 200
        with pytest.raises(aiohttp.ClientConnectionError):
            await session.get(url)


async def test_a_client_that_left_before_leaves_nothing():
    """A call that the client gave up is over for the server too."""
    async with nothing_left(), aiointercept() as m:
        m.get("/", callback=hang, repeat=True)
        with pytest.raises(asyncio.TimeoutError):
            await ask(m, "/", timeout=aiohttp.ClientTimeout(total=0.05))
        task = asyncio.create_task(ask(m, "/"))
        while m.call_count < 2:
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@pytest.mark.parametrize("ending", ["error", "cancellation"])
async def test_an_exception_that_leaves_the_block_leaves_nothing_either(ending: Any):
    """The block ends as properly as without it."""

    async def body():
        async with aiointercept() as m:
            m.get("/", callback=hang)
            call = asyncio.create_task(expect_break(ask(m, "/")))
            while not m.call_count:
                await asyncio.sleep(0)
            running.set()
            if ending == "error":
                raise LookupError("mine")
            try:
                await hang()
            finally:
                pending.append(call)

    pending = []
    async with nothing_left():
        running = asyncio.Event()
        task = asyncio.create_task(body())
        await running.wait()
        if ending == "cancellation":
            await asyncio.sleep(0)
            task.cancel()
        kind = LookupError if ending == "error" else asyncio.CancelledError
        with pytest.raises(kind):
            await task
        for _ in range(5):
            await asyncio.sleep(0)
        await asyncio.gather(*pending)


@contextlib.contextmanager
def helper_left_clean() -> Iterator[None]:
    """Check that the body leaves nothing, where only the helper has a loop."""

    def turn_helper():
        for _ in range(20):
            asyncio.run_coroutine_threadsafe(asyncio.sleep(0), helper_thread().loop).result(5)

    turn_helper()
    before = descriptors(), helper_tasks(), set(threading.enumerate())
    yield
    turn_helper()
    gc.collect()
    assert descriptors() <= before[0]
    assert helper_tasks() <= before[1]
    assert set(threading.enumerate()) <= before[2]


@pytest.mark.parametrize(
    "register",
    [
        lambda m: m.get("/", callback=hang),
        lambda m: m.get("/", delay=3600),
        lambda m: m.get("/", body=stuck_stream),
        lambda m: m.get("/", body="kept"),
    ],
    ids=["hanging callback", "delay", "stream", "keep-alive"],
)
def test_a_sync_block_without_a_loop_leaves_nothing_on_the_helper(register: Any):
    """Also where the client is in another thread and still waits for its answer."""

    def call(url: Any):
        broken = (OSError, http.client.HTTPException)
        with contextlib.suppress(*broken), urllib.request.urlopen(url) as response:
            response.read()

    with helper_left_clean():
        with aiointercept() as m:
            register(m)
            client = threading.Thread(target=call, args=(m.server_url,))
            client.start()
            while not m.call_count:
                time.sleep(0.001)
        client.join()


async def test_a_connection_that_was_taken_over_is_closed_too():
    """What the helper served while the loop was blocked ends with the block."""
    async with nothing_left():
        async with aiointercept() as m:
            m.get("/", body="seen")
            connection = http.client.HTTPConnection(m.server_host, m.server_port)
            connection.request("GET", "/")
            assert connection.getresponse().read() == b"seen"
        connection.request("GET", "/")
        with pytest.raises((ConnectionError, http.client.RemoteDisconnected)):
            connection.getresponse()
        connection.close()


async def test_a_connection_nobody_took_is_refused_at_the_end():
    """What waits in the backlog when the block ends does not wait for ever."""
    async with nothing_left():
        with aiointercept() as m:
            waiting = socket.create_connection((m.server_host, m.server_port))
            waiting.sendall(b"GET / HTTP/1.1\r\n\r\n")
        for _ in range(5):
            await asyncio.sleep(0)
        waiting.settimeout(5)
        with contextlib.suppress(ConnectionError):
            assert waiting.recv(10) == b""
        waiting.close()


async def test_a_callback_that_ignores_its_cancellation_does_not_hold_up_the_end():
    """The block ends nevertheless; the test's own code is not waited for without end."""
    release = asyncio.Event()

    async def stubborn(url: Any, **kwargs: Any):
        while not release.is_set():
            with contextlib.suppress(asyncio.CancelledError):
                await release.wait()
        return CallbackResult()

    async with nothing_left():
        async with aiointercept() as m:
            m.get("/", callback=stubborn)
            call = asyncio.create_task(expect_break(ask(m, "/")))
            while not m.call_count:
                await asyncio.sleep(0)
        await call
        release.set()
        await asyncio.sleep(0.01)


@pytest.mark.parametrize("form", ["async with", "with", "intercept", "intercept, with"])
async def test_many_blocks_leave_nothing(form: Any):
    """Hundreds of times in and out: threads, descriptors and tasks do not become more."""
    intercept = form.startswith("intercept")
    m = aiointercept(mock_external_urls=intercept)
    async with nothing_left():
        for number in range(CYCLES):
            async with contextlib.AsyncExitStack() as stack:
                if form.endswith("with") and not form.startswith("async"):
                    stack.enter_context(m)
                else:
                    await stack.enter_async_context(m)
                url = "https://api.test/" if intercept else m.server_url
                m.get(url, json=number)
                async with aiohttp.ClientSession() as session, session.get(url) as response:
                    assert await response.json() == number
            if number == 20:
                early = descriptors()
        assert await settled(descriptors) <= early + 5


def test_many_sync_blocks_leave_nothing():
    """Hundreds of times in and out without a loop."""
    with helper_left_clean():
        for number in range(CYCLES):
            with aiointercept() as m:
                m.get("/", json=number)
                if number % 20 == 0:
                    with urllib.request.urlopen(m.server_url) as response:
                        assert response.read() == str(number).encode()
