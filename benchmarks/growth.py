"""Scenarios in which a contestant is compared with itself while its work grows."""

import gc
import tracemalloc
from collections.abc import Callable
from typing import Final

import aiohttp
from attrs import frozen

from benchmarks.contestants import Contestant, Stage
from benchmarks.measuring import timed

_ANSWER: Final = b"{}"
_BODY: Final = bytes(100)


@frozen
class Growth:
    """One scenario.

    Args:
        title: names it in the table.
        register: puts that many routes on a stage; returns the paths to ask for.
        few: number of routes of the one lap.
        many: number of routes of the other.
        target: what the ratio of many to few should not exceed.
    """

    title: str
    register: Callable[[Stage, int], list[str]]
    few: int
    many: int
    target: float

    async def play(self, contestant: Contestant, routes: int, operations: int) -> float:
        """Return seconds per GET beside that many routes."""
        async with contestant.stage() as stage, aiohttp.ClientSession() as session:
            paths = self.register(stage, routes)
            asked = 0

            async def once() -> None:
                nonlocal asked
                path = paths[asked % len(paths)]
                asked += 1
                async with session.get(stage.base + path) as response:
                    if await response.read() != _ANSWER:
                        msg = f"{path}: not the answer that was registered"
                        raise RuntimeError(msg)

            return await timed(once, operations)


def _exact(stage: Stage, count: int) -> list[str]:
    for number in range(count):
        stage.answer("GET", f"/users/{number}", _ANSWER)
    # Ten, spread over all, so that caches of URLs serve both laps alike.
    return [f"/users/{number}" for number in range(0, count, max(1, count // 10))]


def _patterns(stage: Stage, count: int) -> list[str]:
    for number in range(count):
        stage.answer_pattern(rf"/kind{number}/\d+$", _ANSWER)
    return [f"/kind{number}/1" for number in range(0, count, max(1, count // 10))]


GROWTHS: Final = (
    Growth("GET beside 20,000 exact routes, against 100", _exact, 100, 20_000, 1.1),
    Growth("GET beside 1,000 patterns, against 10", _patterns, 10, 1000, 2.0),
)


async def memory_per_call(contestant: Contestant, calls: int) -> float:
    """Return how many bytes stay allocated for each logged POST of 100 bytes."""
    async with contestant.stage() as stage, aiohttp.ClientSession() as session:
        stage.answer("POST", "/log", _ANSWER)

        async def post(times: int) -> None:
            for _ in range(times):
                async with session.post(f"{stage.base}/log", data=_BODY) as response:
                    await response.read()

        tracemalloc.start()
        try:
            await post(20)
            gc.collect()
            before, _ = tracemalloc.get_traced_memory()
            await post(calls)
            gc.collect()
            after, _ = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    return (after - before) / calls
