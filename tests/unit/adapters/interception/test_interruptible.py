import asyncio
import os
from typing import Any

import aiohttp
import pytest

from aiointercept.adapters.interception.block_end import BLOCK_ENDED
from aiointercept.adapters.interception.interruptible import InterruptibleWaits, connect_timeout


async def test_a_wait_that_ends_by_itself():
    """Its error is that of the wait."""
    waits = InterruptibleWaits()
    await waits.wait(asyncio.sleep(0))

    async def fail() -> None:
        raise LookupError

    with pytest.raises(LookupError):
        await waits.wait(fail())
    waits.interrupt()


async def test_the_end_of_the_block():
    """All waits end with an error, and what they waited for is cancelled."""
    waits = InterruptibleWaits()
    cancelled = asyncio.Event()

    async def forever() -> None:
        try:
            await asyncio.get_running_loop().create_future()
        finally:
            cancelled.set()

    tasks = [asyncio.ensure_future(waits.wait(forever())) for _ in range(2)]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    waits.interrupt()
    for task in tasks:
        with pytest.raises(aiohttp.ClientConnectionError, match=BLOCK_ENDED[:40]):
            await task
    await cancelled.wait()


async def test_after_the_end():
    """Nothing is waited for any more."""
    waits = InterruptibleWaits()
    waits.interrupt()
    with pytest.raises(aiohttp.ClientConnectionError, match="block ended"):
        await waits.wait(connect_timeout(None))


async def test_in_a_forked_process(monkeypatch: pytest.MonkeyPatch):
    """The loops are those of the parent, whose waits go on."""
    waits = InterruptibleWaits()
    go_on = asyncio.Event()

    async def wait() -> None:
        await go_on.wait()

    task = asyncio.ensure_future(waits.wait(wait()))
    await asyncio.sleep(0)
    with monkeypatch.context() as child:
        child.setattr(os, "getpid", lambda: -1)
        waits.interrupt()
    go_on.set()
    await task


async def test_a_limit_for_connecting(monkeypatch: pytest.MonkeyPatch):
    """Its seconds are real ones, which no frozen clock stops."""
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    module: Any = "aiointercept.adapters.interception.interruptible.real_sleep"
    monkeypatch.setattr(module, sleep)
    await connect_timeout(3)
    assert slept == [3]
