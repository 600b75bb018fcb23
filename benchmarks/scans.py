"""Scenarios in which much has to be looked through: routes, calls, mocks around each other."""

import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Final

import aiohttp
from attrs import frozen

from aiointercept import aiointercept, matchers
from benchmarks.measuring import timed

_ORIGIN: Final = "http://api.test"


@frozen
class Scan:
    """One scenario.

    Args:
        title: names it in the table.
        play: performs it with that many routes, calls or mocks; returns seconds.
        size: how many, at full size.
        limit: milliseconds that it should not exceed.
    """

    title: str
    play: Callable[[int], Awaitable[float]]
    size: int
    limit: float | None = None


def _took(operation: Callable[[], object]) -> float:
    start = time.process_time()
    operation()
    return time.process_time() - start


@asynccontextmanager
async def _called(calls: int) -> AsyncIterator[aiointercept]:
    async with aiointercept(mock_external_urls=True) as mock:
        mock.get(f"{_ORIGIN}/users", body="{}", repeat=True)
        async with aiohttp.ClientSession() as session:
            for _ in range(calls):
                async with session.get(f"{_ORIGIN}/users") as response:
                    await response.read()
        yield mock


def _fails(assertion: Callable[[], object]) -> None:
    try:
        assertion()
    except AssertionError:
        return
    msg = "the assertion did not fail"
    raise RuntimeError(msg)


async def _not_met(calls: int) -> float:
    async with _called(calls) as mock:
        return _took(lambda: _fails(lambda: mock.assert_any_call(f"{_ORIGIN}/user")))


async def _met(calls: int) -> float:
    async with _called(calls) as mock:
        return _took(lambda: mock.assert_any_call(f"{_ORIGIN}/users"))


async def _unmatched(routes: int) -> float:
    # What it logs is not to fill the screen.
    logging.getLogger("aiointercept").setLevel(logging.ERROR)
    async with aiointercept(mock_external_urls=True) as mock:
        for number in range(routes):
            mock.get(f"{_ORIGIN}/users/{number}/posts")
        async with aiohttp.ClientSession() as session:

            async def ask() -> None:
                try:
                    await session.get(f"{_ORIGIN}/users/1234/post")
                except aiohttp.ClientConnectionError:
                    return
                msg = "the request was answered"
                raise RuntimeError(msg)

            return await timed(ask, 3, warm_up=1)


async def _matchers(routes: int) -> float:
    async with aiointercept(mock_external_urls=True) as mock:
        for number in range(routes):
            mock.route(matchers.headers({"X-Number": number}), body="{}", repeat=True)
        async with aiohttp.ClientSession(headers={"X-Number": str(routes - 1)}) as session:

            async def ask() -> None:
                async with session.get(_ORIGIN) as response:
                    await response.read()

            return await timed(ask, 20)


async def _clearing(routes: int) -> float:
    async with aiointercept(mock_external_urls=True) as mock:
        for number in range(routes):
            mock.get(f"{_ORIGIN}/users/{number}")
        return _took(mock.clear)


async def _nested(mocks: int) -> float:
    async with AsyncExitStack() as stack:
        outer = await stack.enter_async_context(aiointercept(mock_external_urls=True))
        outer.get(_ORIGIN, body="{}", repeat=True)
        for _ in range(mocks - 1):
            await stack.enter_async_context(aiointercept(mock_external_urls=True))
        async with aiohttp.ClientSession() as session:

            async def ask() -> None:
                async with session.get(_ORIGIN) as response:
                    await response.read()

            return await timed(ask, 100)


async def _connections(connections: int) -> float:
    """Ask over that many connections by turns, all of them kept open."""
    async with aiointercept() as mock, AsyncExitStack() as stack:
        mock.get("/", body="{}", repeat=True)
        sessions = [
            await stack.enter_async_context(aiohttp.ClientSession()) for _ in range(connections)
        ]
        asked = 0

        async def ask() -> None:
            nonlocal asked
            session = sessions[asked % len(sessions)]
            asked += 1
            async with session.get(mock.server_url) as response:
                await response.read()

        for _ in sessions:
            await ask()
        return await timed(ask, connections)


SCANS: Final = (
    Scan("an unmatched request among 20,000 routes, explained", _unmatched, 20_000, 40),
    Scan("an assertion that none of 100,000 calls meets", _not_met, 100_000, 500),
    Scan("an assertion that the latest of 100,000 calls meets", _met, 100_000, 1),
    Scan("GET beside 1,000 routes with matchers", _matchers, 1000),
    Scan("GET that the outermost of 20 nested mocks answers", _nested, 20),
    Scan("GET by turns over 1,000 connections that are kept open", _connections, 1000),
    Scan("`clear()` of 20,000 routes", _clearing, 20_000),
)
