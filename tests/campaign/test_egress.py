"""No call that began in a block leaves the machine: not by retry, not from a hook, not later.

The guard of all tests counts each attempt; here are the ways that would lead out.
"""

import asyncio
import gc
import itertools
import sys
import threading
import weakref
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.connector import BaseConnector
from attrs import frozen
from campaign_modes import loop_kinds, run_on

from aiointercept import aiointercept

URL = "http://nowhere.test/x"
ENDED = "block ended"
TRIES = 4

Sleep = Callable[[], Awaitable[None]]


class Gate:
    """Where calls wait until the block has ended."""

    def __init__(self) -> None:
        self.reached = asyncio.Event()
        self.open = asyncio.Event()

    async def wait(self, *_: Any) -> None:
        """Note that somebody has come, and wait."""
        self.reached.set()
        await self.open.wait()


def _at_a_route(mock: aiointercept, gate: Gate) -> dict[str, Any]:
    async def callback(url: Any, **_: Any) -> None:
        gate.reached.set()
        await asyncio.Event().wait()

    mock.add(URL, "*", callback=callback, repeat=True)
    return {}


def _in_a_hook(name: str) -> Any:
    def options(mock: aiointercept, gate: Gate) -> dict[str, Any]:
        mock.add(URL, "*", repeat=True)
        config = aiohttp.TraceConfig()
        getattr(config, name).append(gate.wait)
        return {"trace_configs": [config]}

    return options


def _in_a_middleware(mock: aiointercept, gate: Gate) -> dict[str, Any]:
    mock.add(URL, "*", repeat=True)

    async def middleware(request: Any, handler: Any) -> Any:
        await gate.wait()
        return await handler(request)

    return {"middlewares": [middleware]}


async def _limited(request: Any, handler: Any) -> Any:
    return await asyncio.wait_for(handler(request), 60)  # before Python 3.12: in another task


async def _in_a_task(request: Any, handler: Any) -> Any:
    return await asyncio.ensure_future(handler(request))


async def _shielded(request: Any, handler: Any) -> Any:
    return await asyncio.shield(handler(request))


async def _in_a_crowd(request: Any, handler: Any) -> Any:
    (response,) = await asyncio.gather(handler(request))
    return response


async def _left_to_itself(request: Any, handler: Any) -> Any:
    """Let what follows go on, even though nobody waits for it any more."""
    task = asyncio.ensure_future(handler(request))
    await asyncio.wait([task], timeout=0.001)
    return await task


def _behind(*outer: Any) -> Any:
    def options(mock: aiointercept, gate: Gate) -> dict[str, Any]:
        inner = _in_a_middleware(mock, gate)["middlewares"]
        return {"middlewares": [*outer, *inner]}

    return options


def _for_a_place_in_the_pool(mock: aiointercept, gate: Gate) -> dict[str, Any]:
    return _at_a_route(mock, gate)


def _in_a_body(mock: aiointercept, gate: Gate) -> dict[str, Any]:
    async def endless() -> Any:
        yield b"some"
        gate.reached.set()
        await asyncio.Event().wait()

    mock.add(URL, "*", body=endless, repeat=True)
    return {}


PLACES = {
    "at a route": _at_a_route,
    "in a body": _in_a_body,
    "in a middleware": _in_a_middleware,
    "in a middleware behind wait_for": _behind(_limited),
    "in a middleware behind a task": _behind(_in_a_task),
    "in a middleware behind shield": _behind(_shielded),
    "in a middleware behind gather": _behind(_in_a_crowd),
    "in a middleware behind wait": _behind(_left_to_itself),
    "in a middleware behind several tasks": _behind(_in_a_task, _limited, _shielded),
    "before sending": _in_a_hook("on_request_start"),
    "for a place in the pool": _for_a_place_in_the_pool,
    "while connecting": _in_a_hook("on_connection_create_start"),
    "while resolving": _in_a_hook("on_dns_resolvehost_start"),
    "after connecting": _in_a_hook("on_connection_create_end"),
    "after the headers": _in_a_hook("on_request_headers_sent"),
}
TIMEOUTS = {
    "the usual limits": aiohttp.ClientTimeout(),
    "no limit": aiohttp.ClientTimeout(total=None),
    "a limit for reading": aiohttp.ClientTimeout(total=None, sock_read=60),
}


@frozen
class Client:
    """Whoever makes the calls.

    Attributes:
        session: its own.
        options: for more sessions like it.
    """

    session: aiohttp.ClientSession
    options: dict[str, Any]


async def _direct(client: Client, method: str) -> None:
    async with client.session.request(method, URL) as response:
        await response.read()


async def _awaited(client: Client, method: str) -> None:
    response = await client.session.request(method, URL)
    await response.read()
    response.release()


async def _through_layers(client: Client, method: str) -> None:
    async def generate() -> Any:
        async with client.session.request(method, URL) as response:
            yield await response.read()

    async for _ in generate():
        pass


async def _with_a_limit(client: Client, method: str) -> None:
    await asyncio.wait_for(_direct(client, method), 60)


async def _by_a_task(client: Client, method: str) -> None:
    await asyncio.shield(asyncio.ensure_future(_direct(client, method)))


async def _among_others(client: Client, method: str) -> None:
    await asyncio.gather(_direct(client, method), asyncio.sleep(0))


async def _by_a_new_session(client: Client, method: str) -> None:
    async with aiohttp.ClientSession(**client.options) as session:
        await _direct(Client(session, client.options), method)


async def _by_a_new_session_with_a_limit(client: Client, method: str) -> None:
    await asyncio.wait_for(_by_a_new_session(client, method), 60)


CALLERS = {
    "direct": _direct,
    "awaited": _awaited,
    "through layers": _through_layers,
    "with a limit": _with_a_limit,
    "by a task": _by_a_task,
    "among others": _among_others,
    "by a new session": _by_a_new_session,
    "by a new session with a limit": _by_a_new_session_with_a_limit,
}


async def _persistent(call: Callable[[], Awaitable[None]]) -> list[str]:
    errors: list[str] = []
    for _ in range(TRIES):
        try:
            await call()
        except aiohttp.ClientConnectionError as error:
            errors.append(str(error))
            await asyncio.sleep(0)
        else:
            errors.append("answered")
    return errors


async def _leave_with_a_call(
    place: Any, timeout: aiohttp.ClientTimeout, caller: Any, method: str
) -> list[str]:
    original = BaseConnector.connect
    mock = aiointercept(mock_external_urls=True)
    async with mock:
        gate = Gate()
        options = {"timeout": timeout, **place(mock, gate)}
        limit = 1 if place is _for_a_place_in_the_pool else 100
        connector = aiohttp.TCPConnector(limit=limit)
        client = Client(aiohttp.ClientSession(connector=connector, **options), options)
        tasks = [asyncio.ensure_future(_persistent(lambda: caller(client, method)))]
        await gate.reached.wait()
        if limit == 1:
            tasks.append(asyncio.ensure_future(_persistent(lambda: caller(client, method))))
            for _ in range(10):
                await asyncio.sleep(0)
    gate.open.set()
    *_, errors = await asyncio.gather(*tasks)
    await client.session.close()
    assert BaseConnector.connect is original  # nothing is left of what refused the calls
    return errors


PLACES_IN_ORDER = list(PLACES)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("kind", loop_kinds())
def test_a_call_in_flight_never_leaves(
    campaign: Any, network_attempts: list[Any], place: str, kind: str
) -> None:
    """Wherever it waits when the block ends, it and its caller's next tries are refused."""
    cases = list(itertools.product(TIMEOUTS.values(), CALLERS.values(), ["GET", "POST"]))
    if not campaign.long:
        # Each caller, with some of the limits and methods.
        cases = cases[PLACES_IN_ORDER.index(place) % 3 :: 3]
    for timeout, caller, method in cases:
        errors = run_on(kind, _leave_with_a_call(PLACES[place], timeout, caller, method))
        assert network_attempts == [], (timeout, caller, method)
        assert len(errors) == TRIES
        # Who has a connection, and was about to write to it, is told that it closes.
        told = [error for error in errors if error != "Cannot write to closing transport"]
        assert all(ENDED in error for error in told), (errors, timeout, caller, method)
        assert len(told) >= TRIES - 1
        campaign.count("calls in flight when a block ended")


@pytest.mark.parametrize("place", ["in a middleware", "before sending", "at a route"])
def test_other_calls_of_the_task_pass(campaign: Any, place: str) -> None:
    """Another URL of the same task goes to the real server, and so does a call of another task."""

    async def main() -> None:
        async def answer(_request: web.BaseRequest) -> web.Response:
            return web.Response(text="real")

        server = web.ServerRunner(web.Server(answer), handle_signals=False, shutdown_timeout=0.1)
        await server.setup()
        site = web.TCPSite(server, "127.0.0.1", 0)
        await site.start()
        real = f"http://127.0.0.1:{server.addresses[0][1]}/"
        mock = aiointercept(mock_external_urls=True)
        async with mock:
            gate = Gate()
            session = aiohttp.ClientSession(**PLACES[place](mock, gate))

            async def work() -> str:
                with pytest.raises(aiohttp.ClientConnectionError, match=ENDED):
                    await session.get(URL)
                async with session.get(real) as response:
                    return await response.text()

            task = asyncio.ensure_future(work())
            await gate.reached.wait()
        gate.open.set()

        async def other() -> str:
            async with session.get(real) as response:
                return await response.text()

        assert await asyncio.gather(task, other()) == ["real", "real"]
        await session.close()
        await server.cleanup()

    run_on("asyncio", main())
    campaign.count("calls in flight when a block ended")


async def test_a_call_to_this_machine_in_a_hook_goes_on(campaign: Any) -> None:
    """What the mock would have left alone is not refused either."""

    async def answer(_request: web.BaseRequest) -> web.Response:
        return web.Response(text="real")

    server = web.ServerRunner(web.Server(answer), handle_signals=False, shutdown_timeout=0.1)
    await server.setup()
    await web.TCPSite(server, "127.0.0.1", 0).start()
    real = f"http://127.0.0.1:{server.addresses[0][1]}/"
    async with aiointercept(mock_external_urls=True) as mock:
        gate = Gate()
        session = aiohttp.ClientSession(**_in_a_middleware(mock, gate))
        task = asyncio.ensure_future(session.get(real))
        await gate.reached.wait()
    gate.open.set()
    async with await task as response:
        assert await response.text() == "real"
    await session.close()
    await server.cleanup()
    campaign.count("calls in flight when a block ended")


@pytest.mark.parametrize("place", ["in a middleware", "before sending"])
@pytest.mark.skipif(sys.version_info >= (3, 14), reason="Python does not tell the loops there")
def test_a_first_call_on_a_loop_of_another_thread_does_not_leave(
    campaign: Any, network_attempts: list[Any], place: str
) -> None:
    """It has not come to its connector, so the mock has not met that loop."""
    begun, ended = threading.Event(), threading.Event()
    mock = aiointercept(mock_external_urls=True)
    errors: list[str] = []

    async def work() -> None:
        gate = Gate()
        options = PLACES[place](mock, gate)
        async with aiohttp.ClientSession(**options) as session:
            client = Client(session, options)
            task = asyncio.ensure_future(_persistent(lambda: _direct(client, "GET")))
            await gate.reached.wait()
            begun.set()
            await asyncio.to_thread(ended.wait)
            gate.open.set()
            errors.extend(await task)

    with mock:
        thread = threading.Thread(target=lambda: asyncio.run(work()))
        thread.start()
        begun.wait()
    ended.set()
    thread.join()
    assert [ENDED in error for error in errors] == [True] * TRIES
    assert network_attempts == []
    campaign.count("calls in flight when a block ended")


@pytest.mark.filterwarnings("ignore::ResourceWarning")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_call_whose_loop_is_gone_leaves_no_patch(campaign: Any) -> None:
    """Its task never ends, but is forgotten with the loop."""
    original = BaseConnector.connect

    mock = aiointercept(mock_external_urls=True)

    async def begin() -> "weakref.ref[Any]":
        gate = Gate()
        _at_a_route(mock, gate)
        session = aiohttp.ClientSession()
        task = asyncio.ensure_future(_direct(Client(session, {}), "GET"))
        await gate.reached.wait()
        return weakref.ref(task)

    def use() -> "weakref.ref[Any]":
        loop = asyncio.new_event_loop()
        with mock:
            task = loop.run_until_complete(begin())
        assert BaseConnector.connect is not original
        loop.close()
        return task

    task = use()
    gc.collect()
    assert task() is None
    assert BaseConnector.connect is original
    campaign.count("calls in flight when a block ended")
