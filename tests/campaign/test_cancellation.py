"""A call cancelled at any of its turns leaves the next one fine, in every mode and manner."""

import asyncio
import contextlib
import random
import sys
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import pytest
from campaign_modes import (
    ANSWER,
    CALLS,
    MODES,
    MORE_MODES,
    WITHOUT_READERS,
    Mode,
    calls_of,
    loop_kinds,
    nothing_left,
    register,
    run_on,
)

ALL_MODES = {**MODES, **MORE_MODES}
MOST_TURNS = 400
PATIENCE = 20.0  # seconds after which a call counts as hanging


class StopError(Exception):
    """Ends a group of tasks."""


async def _turns(number: int, task: "asyncio.Task[Any] | None" = None) -> None:
    for _ in range(number):
        if task is not None and task.done():
            return
        await asyncio.sleep(0)


async def _cancel(call: Callable[[], Awaitable[str]], turn: int) -> bool:
    task = asyncio.ensure_future(call())
    await _turns(turn, task)
    done = task.done()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    return done


async def _wait_for(call: Callable[[], Awaitable[str]], turn: int) -> bool:
    async def limited() -> str:
        return await asyncio.wait_for(call(), PATIENCE)

    return await _cancel(limited, turn)


async def _wait_for_too_short(call: Callable[[], Awaitable[str]], turn: int) -> bool:
    with contextlib.suppress(asyncio.TimeoutError):
        await asyncio.wait_for(call(), 0.00005 * turn)
        return True
    return False


async def _group(call: Callable[[], Awaitable[str]], turn: int) -> bool:
    done = False
    try:
        async with asyncio.TaskGroup() as group:
            task = group.create_task(call())
            await _turns(turn, task)
            done = task.done()
            raise StopError
    except Exception as error:
        assert all(isinstance(one, StopError) for one in error.exceptions), error
    return done


async def _timeout(call: Callable[[], Awaitable[str]], turn: int) -> bool:
    limits: list[Any] = []

    async def limited() -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(None) as limit:
                limits.append(limit)
                await call()

    task = asyncio.ensure_future(limited())
    await _turns(turn, task)
    done = task.done()
    if limits and not done:
        limits[0].reschedule(asyncio.get_running_loop().time() - 1)
    await task
    return done


def _eager_task(loop: Any, coroutine: Any, **options: Any) -> "asyncio.Task[Any]":
    options["eager_start"] = True  # which some loops pass by themselves, as ``False``
    return asyncio.Task(coroutine, loop=loop, **options)


async def _eager(call: Callable[[], Awaitable[str]], turn: int) -> bool:
    loop = asyncio.get_running_loop()
    loop.set_task_factory(_eager_task)
    try:
        return await _cancel(call, turn)
    finally:
        loop.set_task_factory(None)


WAYS = {"cancel": _cancel, "wait_for": _wait_for, "wait_for too short": _wait_for_too_short}
if sys.version_info >= (3, 11):
    WAYS |= {"group": _group, "timeout": _timeout}
if sys.version_info >= (3, 12):
    WAYS |= {"eager": _eager}


async def _next_is_fine(session: aiohttp.ClientSession, base: str, name: str) -> None:
    assert await asyncio.wait_for(CALLS[name](session, base), PATIENCE) == ANSWER


async def _cancel_everywhere(mode: Mode, way: Any, calls: list[str], rounds: int) -> int:
    """Cancel each call at each of its turns; return how many were cancelled."""
    cancelled = 0
    async with mode.make() as mock:
        base = mode.base(mock)
        register(mode, mock, base)
        for _ in range(rounds):
            for name in calls:
                async with mode.session(mock) as warm:
                    for turn in range(MOST_TURNS):
                        # On a connection of its own, and on one that others used before and use
                        # afterwards.
                        cold = mode.session(mock)
                        done = await way(lambda s=cold, n=name: CALLS[n](s, base), turn)
                        await way(lambda n=name: CALLS[n](warm, base), turn)
                        cancelled += 2
                        if turn % 4 == 0 or done:
                            await _next_is_fine(cold, base, name)
                            await _next_is_fine(warm, base, name)
                        await cold.close()
                        if done:
                            break
                    async with mode.session(mock) as new:
                        await _next_is_fine(new, base, "plain")
    return cancelled


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", ALL_MODES)
@pytest.mark.parametrize("kind", loop_kinds())
def test_a_call_cancelled_at_any_turn_leaves_the_next_one_fine(
    campaign: Any, name: str, kind: str, way: str
) -> None:
    """Whatever waits, and however it is ended, later calls get their answers and nothing is left."""
    mode = ALL_MODES[name]
    calls = calls_of(mode)
    if not campaign.long:
        # In the short form each combination tries some calls; the plain one always.
        mine = random.Random(f"{name} {way} {kind}")
        calls = ["plain", *mine.sample(calls[1:], 2)]
    with nothing_left():
        cancelled = run_on(kind, _cancel_everywhere(mode, WAYS[way], calls, campaign.times(1, 4)))
    campaign.count("calls cancelled at a turn of theirs", cancelled)


@pytest.mark.parametrize("name", ALL_MODES)
@pytest.mark.parametrize("kind", [*loop_kinds(), WITHOUT_READERS])
def test_many_calls_cancelled_at_once_leave_the_next_ones_fine(
    campaign: Any, name: str, kind: str
) -> None:
    """Descriptors and connections that many calls share at their ends serve the next calls."""
    mode = ALL_MODES[name]
    mine = random.Random(f"{name} {kind}")

    async def main() -> int:
        cancelled = 0
        async with mode.make() as mock:
            base = mode.base(mock)
            register(mode, mock, base)
            async with mode.session(mock) as session:
                for _ in range(campaign.times(25, 250)):
                    tasks = [
                        asyncio.ensure_future(CALLS[mine.choice(calls_of(mode))](session, base))
                        for _ in range(20)
                    ]
                    for task in mine.sample(tasks, len(tasks)):
                        await _turns(mine.randrange(4))
                        task.cancel()
                    cancelled += len(tasks)
                    results = await asyncio.gather(*tasks, return_exceptions=True)
                    wrong = [
                        one
                        for one in results
                        if one != ANSWER and not isinstance(one, asyncio.CancelledError)
                    ]
                    assert not wrong
                    answers = (CALLS["plain"](session, base) for _ in range(5))
                    assert (
                        await asyncio.wait_for(asyncio.gather(*answers), PATIENCE) == [ANSWER] * 5
                    )
        return cancelled

    with nothing_left():
        cancelled = run_on(kind, main())
    campaign.count("calls cancelled at a turn of theirs", cancelled)
