import asyncio
import gc
from typing import Any

import aiohttp
import pytest
from yarl import URL

from aiointercept.adapters.interception.block_end import CutOffCalls
from aiointercept.adapters.interception.started_calls import StartedCalls


class FakeRequest:
    """A request as connectors get it."""

    def __init__(self, url: str = "http://api.test/") -> None:
        self.method, self.url = "GET", URL(url)


def request(url: str = "http://api.test/") -> Any:
    """Return a request to ``url``."""
    return FakeRequest(url)


def nothing(_req: Any) -> bool:
    """Leave nothing alone."""
    return False


class Users:
    """Counts whoever wants ``connect`` to be patched."""

    def __init__(self) -> None:
        self.number = 0
        self.cut_off = CutOffCalls(lambda: self.add(1), lambda: self.add(-1))

    def add(self, number: int) -> None:
        """Count."""
        self.number += number

    def refuses(self, req: Any, *, mocked: bool = False) -> bool:
        """Whether ``req`` is refused."""
        try:
            self.cut_off.refuse(req, mocked=mocked)
        except aiohttp.ClientConnectionError as error:
            return "block ended" in str(error)
        return False


async def test_what_repeats_a_call_is_refused_until_its_task_ends():
    """Another call of the task goes through, and so do those of others."""
    users, calls, go_on = Users(), StartedCalls(), asyncio.Event()
    found: list[bool] = []

    async def work() -> None:
        calls.add(request())
        await go_on.wait()
        found.extend((users.refuses(request()), users.refuses(request("http://api.test/other"))))
        found.append(users.refuses(request(), mocked=True))

    task = asyncio.ensure_future(work())
    await asyncio.sleep(0)
    assert not users.cut_off
    users.cut_off.add_started(calls.take(), nothing)
    assert users.number == 1
    assert not users.refuses(request())
    go_on.set()
    await task
    assert found == [True, False, False]
    assert users.number == 0
    assert not users.cut_off


async def test_the_request_itself_is_refused_wherever_it_is_sent():
    """By whichever task, and beside another mock; unless the mock would have left it alone."""
    users, calls, go_on = Users(), StartedCalls(), asyncio.Event()
    sent = request()

    async def work() -> None:
        calls.add(sent)
        await go_on.wait()

    task = asyncio.ensure_future(work())
    await asyncio.sleep(0)
    started = calls.take()
    users.cut_off.add_started(started, lambda _req: True)
    assert not users.refuses(sent)
    users.cut_off.add_started(started, nothing)
    assert users.refuses(sent)
    assert users.refuses(sent, mocked=True)
    go_on.set()
    await task
    assert users.number == 0


async def test_who_waits_for_the_task_is_refused_as_well():
    """Its next try may be in a task of its own again."""
    users, calls, go_on = Users(), StartedCalls(), asyncio.Event()
    found: list[bool] = []

    async def call() -> None:
        calls.add(request())
        await go_on.wait()
        found.append(users.refuses(request()))

    async def retry() -> None:
        for _ in range(3):
            await asyncio.shield(call())

    task = asyncio.ensure_future(retry())
    for _ in range(3):
        await asyncio.sleep(0)
    users.cut_off.add_started(calls.take(), nothing)
    go_on.set()
    await task
    assert found == [True] * 3
    assert users.number == 0


async def test_a_task_that_is_forgotten():
    """It never ends; whoever waits for that would wait for ever."""
    users, calls = Users(), StartedCalls()

    async def work() -> None:
        calls.add(request())
        await asyncio.get_running_loop().create_future()

    loop = asyncio.get_running_loop()
    handler = loop.get_exception_handler()
    loop.set_exception_handler(lambda *_: None)
    try:
        task: Any = asyncio.ensure_future(work())
        await asyncio.sleep(0)
        users.cut_off.add_started(calls.take(), nothing)
        await asyncio.sleep(0)
        assert users.number == 1
        del task
        gc.collect()
        assert users.number == 0
    finally:
        loop.set_exception_handler(handler)


async def test_calls_that_have_not_come_to_their_connectors():
    """They are found in the tasks: in a trace hook, and in a task that a middleware made."""
    users = Users()
    reached, go_on = asyncio.Event(), asyncio.Event()

    async def middleware(req: Any, handler: Any) -> Any:
        reached.set()
        await go_on.wait()
        users.cut_off.refuse(req, mocked=False)
        return await handler(req)

    async def in_a_task(req: Any, handler: Any) -> Any:
        return await asyncio.ensure_future(handler(req))

    async with aiohttp.ClientSession(middlewares=[in_a_task, middleware]) as session:
        task = asyncio.ensure_future(session.get("http://api.test/"))
        await reached.wait()
        users.cut_off.add_unconnected(asyncio.all_tasks(), nothing)
        go_on.set()
        with pytest.raises(aiohttp.ClientConnectionError, match="block ended"):
            await task
    await asyncio.sleep(0)
    assert users.number == 0
