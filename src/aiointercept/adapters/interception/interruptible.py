"""Waits of calls in flight, for delays and timeouts, which the end of the block interrupts."""

import asyncio
import functools
import os
from collections.abc import Awaitable

import aiohttp

from aiointercept.adapters.event_loops import call_on_loop
from aiointercept.adapters.interception.block_end import BLOCK_ENDED
from aiointercept.adapters.system_clock import real_sleep


class InterruptibleWaits:
    """The waits of one block, on one or more loops."""

    def __init__(self) -> None:
        self._ends: set[asyncio.Future[None]] = set()
        self._ended = False
        self._pid = os.getpid()

    async def wait(self, waiting: Awaitable[None]) -> None:
        """Await ``waiting``, unless the block ends first.

        Raises:
            ClientConnectionError: if the block ends first.
        """
        end: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        task = asyncio.ensure_future(waiting)
        self._ends.add(end)
        try:
            if self._ended:
                raise aiohttp.ClientConnectionError(BLOCK_ENDED)
            await asyncio.wait({task, end}, return_when=asyncio.FIRST_COMPLETED)
            if end.done():
                end.result()
            await task
        finally:
            self._ends.discard(end)
            task.cancel()

    def interrupt(self) -> None:
        """End all waits, from any thread; a forked process ignores its parent's waits."""
        self._ended = True
        ends, self._ends = self._ends, set()
        if self._pid == os.getpid():
            for end in list(ends):
                call_on_loop(end.get_loop(), functools.partial(_fail, end))


async def connect_timeout(limit: float | None) -> None:
    """Wait for ``limit`` seconds; without a limit, wait until the caller is cancelled."""
    if limit is None:
        await asyncio.get_running_loop().create_future()
    else:
        await real_sleep(limit)


def _fail(end: "asyncio.Future[None]") -> None:
    if not end.done():
        end.set_exception(aiohttp.ClientConnectionError(BLOCK_ENDED))
