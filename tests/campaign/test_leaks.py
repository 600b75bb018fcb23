"""Thousands of life cycles, in each mode and form, leave nothing: no descriptor, thread, task, byte."""

import asyncio
import contextvars
import gc
import logging
import sys
import threading
import tracemalloc
import weakref
from collections.abc import Callable, Iterator
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
    descriptors,
    loop_kinds,
    new_loop,
    nothing_left,
    register,
    run_on,
)

from aiointercept import aiointercept

WARM_UP = 30
WATCHED = 300
CACHING = ("aiointercept", "aiohttp", "yarl")
BYTES_PER_CYCLE = 60.0  # of noise: a leak is an object at least, with what it refers to
OBJECTS_PER_CYCLE = 0.5


@pytest.fixture(autouse=True)
def _nothing_logged() -> Iterator[None]:
    """Keep the test runner from collecting what is logged."""
    logging.disable()
    yield
    logging.disable(logging.NOTSET)


async def _ask(mode: Mode, mock: Any, name: str) -> None:
    base = mode.base(mock)
    register(mode, mock, base)
    async with mode.session(mock) as session:
        assert await CALLS[name](session, base) == ANSWER


async def _async_with(mode: Mode, name: str) -> None:
    async with mode.make() as mock:
        await _ask(mode, mock, name)


async def _with(mode: Mode, name: str) -> None:
    with mode.make() as mock:
        await _ask(mode, mock, name)


async def _decorated(mode: Mode, name: str) -> None:
    mock = mode.make()

    async def test(mock: Any) -> None:
        await _ask(mode, mock, name)

    await mock(test)()


async def _started(mode: Mode, name: str) -> None:
    mock = mode.make()
    started = mock.start()
    if started is not None:
        await started
    try:
        await _ask(mode, mock, name)
    finally:
        stopped = mock.stop()
        if stopped is not None:
            await stopped


async def _cancelled(mode: Mode, name: str) -> None:
    async with mode.make() as mock:
        base = mode.base(mock)
        register(mode, mock, base)
        async with mode.session(mock) as session:
            task = asyncio.ensure_future(CALLS[name](session, base))
            for _ in range(4):
                await asyncio.sleep(0)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


async def _body_unread(mode: Mode, name: str) -> None:
    async with mode.make() as mock:
        base = mode.base(mock)
        mock.get(f"{base}/large", body=b"x" * 300_000)
        async with mode.session(mock) as session:
            response = await session.get(f"{base}/large")
            assert response.status == 200
            response.release()


async def _failed(mode: Mode, name: str) -> None:
    async with mode.make() as mock:
        base = mode.base(mock)
        mock.get(f"{base}/broken", exception=aiohttp.ClientConnectionError("x"))
        async with mode.session(mock) as session:
            try:
                await session.get(f"{base}/broken")
            except aiohttp.ClientConnectionError:
                return
    pytest.fail("the call should have failed")


FORMS: dict[str, Callable[[Mode, str], Any]] = {
    "async with": _async_with,
    "with": _with,
    "decorator": _decorated,
    "start and stop": _started,
    "cancelled": _cancelled,
    "body unread": _body_unread,
    "failed": _failed,
}


def _clear_caches() -> None:
    """Clear the caches of URLs and the like: they are bounded, but take long to fill up."""
    for name, module in list(sys.modules.items()):
        if name.startswith(CACHING):
            for value in list(vars(module).values()):
                clear = getattr(value, "cache_clear", None)
                if callable(clear):
                    clear()


def _measure() -> tuple[int, int, int, int]:
    _clear_caches()
    gc.collect()
    memory, _ = tracemalloc.get_traced_memory()
    return descriptors(), threading.active_count(), len(gc.get_objects()), memory


async def _cycles(mode: Mode, form: Any, number: int) -> tuple[Any, Any]:
    names = calls_of(mode)
    for index in range(WARM_UP):
        await form(mode, names[index % len(names)])
    before = _measure()
    for index in range(number):
        await form(mode, names[index % len(names)])
        if index % 50 == 0:
            await asyncio.sleep(0)
    for _ in range(5):
        await asyncio.sleep(0)
    assert len(asyncio.all_tasks()) <= 2  # this one, and the one that limits its time
    return before, _measure()


async def _watched_cycles(mode: Mode, form: Any, number: int) -> tuple[Any, Any, Any, Any]:
    """Return measurements around many cycles, and around some whose every byte is counted."""
    unwatched = await _cycles(mode, form, number)
    tracemalloc.start()
    try:
        return *unwatched, *await _cycles(mode, form, min(number, WATCHED))
    finally:
        tracemalloc.stop()


# In these modes some forms say nothing new, or do not apply.
CASES = [(name, form) for name in MODES for form in FORMS]
CASES += [(name, form) for name in MORE_MODES for form in ("async with", "cancelled")]


@pytest.mark.parametrize(("name", "form"), CASES)
def test_life_cycles_leave_nothing(campaign: Any, name: str, form: str) -> None:
    """The hundredth cycle and the thousandth leave the process as it was."""
    mode = {**MODES, **MORE_MODES}[name]
    number = campaign.times(100, 5000)
    with nothing_left():
        before, after, watched_before, watched_after = run_on(
            "asyncio", _watched_cycles(mode, FORMS[form], number), 3000
        )
    assert after[0] <= before[0]
    assert after[1] <= before[1]
    # A fixed number is for what fills up once.
    assert after[2] - before[2] < 500 + OBJECTS_PER_CYCLE * number
    assert watched_after[3] - watched_before[3] < 60_000 + BYTES_PER_CYCLE * number
    campaign.count("life cycles", number + min(number, WATCHED) + 2 * WARM_UP)


@pytest.mark.parametrize("name", MODES)
@pytest.mark.parametrize("kind", [*loop_kinds(), WITHOUT_READERS])
@pytest.mark.filterwarnings("ignore::ResourceWarning")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_loops_of_ended_blocks_are_let_go(campaign: Any, name: str, kind: str) -> None:
    """Also where sessions are left open, and bodies unread: with the loop all goes.

    aiohttp warns of the sessions; those warnings are not the mock's.
    """
    mode = MODES[name]
    number = campaign.times(20, 300)
    mock = mode.make()
    loops: list[Any] = []

    async def use() -> None:
        base = mode.base(mock)
        register(mode, mock, base)
        session = mode.session(mock)
        response = await session.get(f"{base}/plain")
        assert response.status == 200

    def cycle() -> None:
        with mock:
            loop = new_loop(kind)
            loops.append(weakref.ref(loop))
            loop.run_until_complete(use())
            loop.close()

    cycle()
    gc.collect()
    before = descriptors()
    for _ in range(number):
        cycle()
    gc.collect()
    assert descriptors() <= before
    assert sum(one() is not None for one in loops) == 0
    campaign.count("loops closed with sessions left open", number)


@pytest.mark.parametrize("name", MODES)
def test_blocks_that_start_and_stop_in_different_contexts_do_not_grow(
    campaign: Any, name: str
) -> None:
    """As fixtures do it: what was entered in one context and left in another is let go."""
    mode = MODES[name]
    number = campaign.times(100, 2000)
    here = contextvars.copy_context()
    mocks: list[Any] = []

    async def main() -> None:
        for _ in range(number):
            mock = mode.make()
            mocks.append(weakref.ref(mock))
            await asyncio.get_running_loop().create_task(_enter(mock))
            await _leave(mock)
            mock = None

    async def _enter(mock: Any) -> None:
        here.run(mock.__enter__)

    async def _leave(mock: Any) -> None:
        mock.__exit__(None, None, None)

    run_on("asyncio", main())
    gc.collect()
    assert sum(one() is not None for one in mocks) <= 2
    assert sum(len(value) for value in here.values() if isinstance(value, tuple)) <= 1
    campaign.count("blocks left in another context", number)


@pytest.mark.parametrize("name", MODES)
def test_a_long_life_keeps_no_bodies(campaign: Any, name: str) -> None:
    """Of thousands of calls of one mock: the drop-in keeps none, a log what is not cleared."""
    mode = MODES[name]
    number, size = campaign.times(60, 3000), 100_000

    sent = b"x" * size

    async def ask(mock: Any, session: aiohttp.ClientSession, times: int) -> None:
        base = mode.base(mock)
        for _ in range(times):
            async with session.post(f"{base}/large", data=sent) as response:
                assert len(await response.read()) == size
            if mode.native:
                mock.clear_calls()

    async def main() -> int:
        async with mode.make() as mock:
            base = mode.base(mock)
            mock.post(f"{base}/large", body=b"y" * size, repeat=True)
            async with mode.session(mock) as session:
                await ask(mock, session, 10)
                gc.collect()
                tracemalloc.start()
                try:
                    await ask(mock, session, number)
                    gc.collect()
                    return tracemalloc.get_traced_memory()[0]
                finally:
                    tracemalloc.stop()

    # The drop-in remembers the arguments of each call, which are the same bytes each time.
    assert run_on("asyncio", main()) < 20 * size
    campaign.count("large bodies in the life of one mock", number)


def test_nothing_of_a_mock_is_left_when_it_is_forgotten(campaign: Any) -> None:
    """A mock, its routes, its log and all bodies go with the last reference to it."""

    class Body(bytes):
        """Bytes that can be watched."""

    async def use() -> weakref.ref[Any]:
        async with aiointercept(mock_external_urls=True) as mock:
            mock.get("http://h.test/", body=Body(b"x" * 1000), repeat=True)
            async with aiohttp.ClientSession() as session:
                for _ in range(10):
                    async with session.get("http://h.test/") as response:
                        await response.read()
            return weakref.ref(mock)

    for _ in range(campaign.times(20, 200)):
        left = run_on("asyncio", use())
        gc.collect()
        assert left() is None
