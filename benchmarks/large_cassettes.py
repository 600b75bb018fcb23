"""Scenarios of large cassettes: how long one takes to load, and to be matched with."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import aiohttp

from aiointercept import aiointercept
from benchmarks.measuring import timed
from benchmarks.replaying import write_cassette

FEW: Final = 5
MANY: Final = 5000


def _urls(entries: int) -> list[str]:
    return [f"https://api.test/users/{number}?page=1" for number in range(entries)]


@asynccontextmanager
async def _cassette(entries: int) -> AsyncIterator[Path]:
    with TemporaryDirectory() as folder:
        file = Path(folder) / "a.har"
        write_cassette(file, _urls(entries))
        yield file


async def loading(entries: int) -> float:
    """Return seconds from before the block to its beginning."""
    async with _cassette(entries) as file:
        start = time.process_time()
        async with aiointercept(cassette=file):
            return time.process_time() - start


async def matching(entries: int, operations: int) -> float:
    """Return seconds for each GET that a cassette of so many exchanges answers."""
    async with _cassette(entries) as file, aiohttp.ClientSession() as session:
        mock = aiointercept(mock_external_urls=True)
        async with mock as m:
            m.replay(file, repeat=True)
            # As many URLs, spread over all, whatever the size: caches of URLs serve both alike.
            urls = _urls(entries)[:: max(1, entries // FEW)]
            asked = 0

            async def once() -> None:
                nonlocal asked
                url = urls[asked % len(urls)]
                asked += 1
                async with session.get(url) as response:
                    if response.status != 200:  # noqa: PLR2004  the status that was recorded
                        msg = f"{url} has no answer"
                        raise RuntimeError(msg)
                    await response.read()

            return await timed(once, operations)
