"""Scenarios that every contestant plays and that are compared with the floor."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Final, TypeAlias

import aiohttp
from attrs import frozen

from benchmarks.contestants import Contestant, Stage
from benchmarks.measuring import timed

# Plays a number of operations with one contestant; returns seconds per operation.
Play: TypeAlias = Callable[[Contestant, int], Awaitable[float]]

_ANSWER: Final = b'{"id": 1, "name": "Ada"}'
_USER: Final = {"name": "Ada", "tags": ["a", "b"]}
_MEBIBYTE: Final = bytes(1 << 20)
_AT_A_TIME: Final = 50
_DISTINCT: Final = 500


@frozen
class Exchange:
    """One scenario.

    Args:
        title: names it in the table.
        play: performs it.
        operations: how many make a lap at full size.
        target: what the ratio to the floor should not exceed, if there is a limit.
        intercepting: the same where clients are intercepted, if that is another one.
    """

    title: str
    play: Play
    operations: int
    target: float | None = None
    intercepting: float | None = None


async def _got(session: aiohttp.ClientSession, url: str) -> bytes:
    async with session.get(url) as response:
        return await response.read()


async def _got_answer(session: aiohttp.ClientSession, url: str) -> None:
    _check(await _got(session, url) == _ANSWER, url)


def _check(right: object, what: str) -> None:
    if not right:
        msg = f"{what}: not the answer that was registered"
        raise RuntimeError(msg)


async def _test_of_a_user(stage: Stage) -> None:
    """Register, ask with a session of its own, assert."""
    stage.answer("GET", "/users/1", _ANSWER)
    async with aiohttp.ClientSession() as session:
        await _got_answer(session, f"{stage.base}/users/1")
    stage.check_got("/users/1")


async def _life_cycle(contestant: Contestant, operations: int) -> float:
    async def once() -> None:
        async with contestant.stage() as stage:
            await _test_of_a_user(stage)

    return await timed(once, operations)


async def _shared_mock(contestant: Contestant, operations: int) -> float:
    async with contestant.stage() as stage:

        async def once() -> None:
            await _test_of_a_user(stage)
            stage.clear()

        return await timed(once, operations)


async def _sequential(contestant: Contestant, operations: int) -> float:
    async with contestant.stage() as stage, aiohttp.ClientSession() as session:
        stage.answer("GET", "/users/1", _ANSWER)
        url = f"{stage.base}/users/1"
        return await timed(lambda: _got_answer(session, url), operations)


async def _many_at_a_time(contestant: Contestant, operations: int) -> float:
    async with contestant.stage() as stage, aiohttp.ClientSession() as session:
        stage.answer("GET", "/users/1", _ANSWER)
        url = f"{stage.base}/users/1"

        async def batch() -> None:
            await asyncio.gather(*(_got_answer(session, url) for _ in range(_AT_A_TIME)))

        return await timed(batch, operations) / _AT_A_TIME


async def _posts(contestant: Contestant, operations: int) -> float:
    async with contestant.stage() as stage, aiohttp.ClientSession() as session:
        stage.answer("POST", "/users", _ANSWER)
        url = f"{stage.base}/users"

        async def once() -> None:
            async with session.post(url, json=_USER) as response:
                _check(await response.read() == _ANSWER, url)
            stage.check_posted("/users", _USER)

        return await timed(once, operations)


async def _pattern(contestant: Contestant, operations: int) -> float:
    async with contestant.stage() as stage, aiohttp.ClientSession() as session:
        stage.answer_pattern(r"/users/\d+/posts$", _ANSWER)
        url = f"{stage.base}/users/1234/posts"
        return await timed(lambda: _got_answer(session, url), operations)


async def _distinct_urls(contestant: Contestant, operations: int) -> float:
    count = min(_DISTINCT, operations)
    async with contestant.stage() as stage, aiohttp.ClientSession() as session:
        for number in range(count):
            stage.answer("GET", f"/users/{number}", _ANSWER)
        urls = _around([f"{stage.base}/users/{number}" for number in range(count)])
        return await timed(lambda: _got_answer(session, urls()), operations)


def _around(values: list[str]) -> Callable[[], str]:
    at = -1

    def following() -> str:
        nonlocal at
        at = (at + 1) % len(values)
        return values[at]

    return following


async def _down(contestant: Contestant, operations: int) -> float:
    async with contestant.stage() as stage, aiohttp.ClientSession() as session:
        stage.answer("GET", "/file", _MEBIBYTE)
        url = f"{stage.base}/file"

        async def once() -> Any:
            body = await _got(session, url)
            _check(len(body) == len(_MEBIBYTE), url)
            return body

        return await timed(once, operations)


async def _up(contestant: Contestant, operations: int) -> float:
    async with contestant.stage() as stage, aiohttp.ClientSession() as session:
        stage.answer("POST", "/file", _ANSWER)
        url = f"{stage.base}/file"

        async def once() -> None:
            async with session.post(url, data=_MEBIBYTE) as response:
                _check(await response.read() == _ANSWER, url)

        return await timed(once, operations)


EXCHANGES: Final = (
    Exchange("life cycle: enter, register, session, GET, assert, leave", _life_cycle, 40, 1.28),
    Exchange("shared mock: register, session, GET, assert, clear", _shared_mock, 50, 1.17),
    Exchange("sequential GET", _sequential, 200, 1.1, 1.22),
    Exchange("GET, 50 at a time", _many_at_a_time, 6, 1.1, 1.22),
    Exchange("POST of JSON, and assert", _posts, 150, 1.4),
    Exchange("GET by regex route", _pattern, 200),
    Exchange("GET of 500 distinct URLs", _distinct_urls, 500),
    Exchange("1 MiB down", _down, 20, 1.1),
    Exchange("1 MiB up (the floor keeps it too)", _up, 20, 1.3),
)
