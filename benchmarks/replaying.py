"""Scenarios of cassettes: how long a large one takes to load, and to be matched with."""

import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import aiohttp

from aiointercept import aiointercept
from benchmarks.measuring import timed

_ORIGIN: Final = "https://api.test"
FEW: Final = 5
MANY: Final = 5000


def _har(entries: int) -> str:
    """Return a file of that many exchanges, all of other URLs."""
    return json.dumps(
        {
            "log": {
                "version": "1.2",
                "creator": {"name": "b", "version": "1"},
                "entries": [
                    {
                        "startedDateTime": "2026-01-01T00:00:00Z",
                        "time": 1,
                        "request": {
                            "method": "GET",
                            "url": f"{_ORIGIN}/users/{number}?page=1",
                            "httpVersion": "HTTP/1.1",
                            "headers": [{"name": "Accept", "value": "*/*"}],
                            "queryString": [{"name": "page", "value": "1"}],
                            "cookies": [],
                            "headersSize": -1,
                            "bodySize": 0,
                        },
                        "response": {
                            "status": 200,
                            "statusText": "OK",
                            "httpVersion": "HTTP/1.1",
                            "headers": [{"name": "Content-Type", "value": "application/json"}],
                            "cookies": [],
                            "content": {
                                "size": 200,
                                "mimeType": "application/json",
                                "text": json.dumps({"id": number, "name": "x" * 180}),
                            },
                            "redirectURL": "",
                            "headersSize": -1,
                            "bodySize": 200,
                        },
                        "cache": {},
                        "timings": {"send": 0, "wait": 1, "receive": 0},
                    }
                    for number in range(entries)
                ],
            }
        }
    )


@asynccontextmanager
async def _cassette(entries: int) -> AsyncIterator[Path]:
    with TemporaryDirectory() as folder:
        file = Path(folder) / "a.har"
        file.write_text(_har(entries), encoding="utf-8")
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
            paths = [f"/users/{at}?page=1" for at in range(0, entries, max(1, entries // FEW))]
            asked = 0

            async def once() -> None:
                nonlocal asked
                path = paths[asked % len(paths)]
                asked += 1
                async with session.get(_ORIGIN + path) as response:
                    if response.status != 200:  # noqa: PLR2004  the status that was recorded
                        msg = f"{path} has no answer"
                        raise RuntimeError(msg)
                    await response.read()

            return await timed(once, operations)
