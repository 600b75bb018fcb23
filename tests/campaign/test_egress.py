"""No call that began in a block leaves the machine: not by retry, not from a hook, not later.

The guard of all tests counts each attempt; here are the ways that would lead out.
"""

import asyncio
import itertools
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import pytest
from aiohttp import web
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


async def _direct(session: aiohttp.ClientSession, method: str) -> None:
    async with session.request(method, URL) as response:
        await response.read()


async def _awaited(session: aiohttp.ClientSession, method: str) -> None:
    response = await session.request(method, URL)
    await response.read()
    response.release()


async def _through_layers(session: aiohttp.ClientSession, method: str) -> None:
    async def generate() -> Any:
        async with session.request(method, URL) as response:
            yield await response.read()

    async for _ in generate():
        pass


CALLERS = {"direct": _direct, "awaited": _awaited, "through layers": _through_layers}


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
    mock = aiointercept(mock_external_urls=True)
    async with mock:
        gate = Gate()
        options = place(mock, gate)
        limit = 1 if place is _for_a_place_in_the_pool else 100
        connector = aiohttp.TCPConnector(limit=limit)
        session = aiohttp.ClientSession(connector=connector, timeout=timeout, **options)
        tasks = [asyncio.ensure_future(_persistent(lambda: caller(session, method)))]
        await gate.reached.wait()
        if limit == 1:
            tasks.append(asyncio.ensure_future(_persistent(lambda: caller(session, method))))
            for _ in range(10):
                await asyncio.sleep(0)
    gate.open.set()
    *_, errors = await asyncio.gather(*tasks)
    await session.close()
    assert "connect" not in vars(connector)  # whatever stood before it has gone
    return errors


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("kind", loop_kinds())
def test_a_call_in_flight_never_leaves(
    campaign: Any, network_attempts: list[Any], place: str, kind: str
) -> None:
    """Wherever it waits when the block ends, it and its caller's next tries are refused."""
    for timeout, caller, method in itertools.product(
        TIMEOUTS.values(), CALLERS.values(), ["GET", "POST"]
    ):
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
