"""Bodies that are larger than memory: recorded while they pass by, and replayed from their files.

``AIOINTERCEPT_LARGE=200000000 pytest tests/integration/recording/test_large.py`` does it with so
many bytes; the limits of memory are the same.
"""

import hashlib
import os
import tracemalloc
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import aiohttp

from aiointercept import aiointercept

CHUNK = 1 << 16
CHUNKS = int(os.environ.get("AIOINTERCEPT_LARGE", "64000000")) // CHUNK
MOST = 30_000_000
"""Less than half of the body that is sent and comes back; what is held does not grow with it."""


async def chunks() -> AsyncIterator[bytes]:
    """Yield a body in which no two chunks are the same."""
    for number in range(CHUNKS):
        yield number.to_bytes(8, "big") * (CHUNK // 8)


@contextmanager
def at_most(most: int) -> Iterator[None]:
    """See that never more than so many bytes are held by what Python allocates."""
    tracemalloc.start()
    try:
        yield
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < most


async def digest(body: AsyncIterator[bytes]) -> str:
    """Return what identifies a body."""
    found = hashlib.sha256()
    async for chunk in body:
        found.update(chunk)
    return found.hexdigest()


async def downloaded(client: aiohttp.ClientSession, url: str, **options: Any) -> str:
    """Return what identifies the body of an answer."""
    async with client.post(url, **options) as response:
        assert response.status == 200
        return await digest(response.content.iter_any())


async def test_up_and_down(server: Any, client: aiohttp.ClientSession, tmp_path: Path) -> None:
    """What the real server sends back is what it was sent; neither is held, at any time."""
    file = tmp_path / "a.har"
    expected = await digest(chunks())
    url = server.url("/stream")
    headers = {"Content-Type": "application/octet-stream"}
    with at_most(MOST):
        async with aiointercept(cassette=file, record="once"):
            assert await downloaded(client, url, data=chunks(), headers=headers) == expected
    with at_most(MOST):
        async with aiointercept(cassette=file, strict=True):
            assert await downloaded(client, url) == expected
    assert len(server.requests) == 1
    (body,) = [path for path in file.parent.iterdir() if path != file]
    assert body.stat().st_size == CHUNKS * CHUNK
    assert file.stat().st_size < 10_000
