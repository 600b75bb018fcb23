"""A proxied upload or download of 200 MB needs no 200 MB of memory."""

import hashlib
import tracemalloc
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from aiohttp import web

from aiointercept import aiointercept, matchers

SIZE = 200_000_000
CHUNK = 1 << 20
MOST = 60_000_000


async def _megabytes(size: int = SIZE) -> AsyncIterator[bytes]:
    chunk = bytes(range(256)) * (CHUNK // 256)
    for _ in range(size // CHUNK):
        yield chunk


@contextmanager
def _at_most(most: int) -> Iterator[None]:
    """See that never more than so many bytes are held by what Python allocates."""
    tracemalloc.start()
    try:
        yield
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < most


@pytest.mark.parametrize("way", ["left alone", "proxied"])
async def test_a_large_download_streams(remote: Any, way: str) -> None:
    """Chunk by chunk, to the last one."""

    async def answer(request: web.BaseRequest) -> web.StreamResponse:
        await request.read()
        response = web.StreamResponse()
        await response.prepare(request)
        async for chunk in _megabytes():
            await response.write(chunk)
        return response

    async def small() -> AsyncIterator[bytes]:
        yield b"give me"

    remote.handler = answer
    mock = aiointercept(mock_external_urls=True, passthrough_unmatched=True)
    async with mock as m, remote.session() as session:
        if way == "proxied":
            m.post(remote.url(), match=matchers.body(b"other"), optional=True)
        received = 0
        with _at_most(MOST):
            async with session.post(remote.url(), data=small()) as response:
                async for chunk in response.content.iter_any():
                    received += len(chunk)
        assert received == SIZE // CHUNK * CHUNK
        assert m.calls[0].response is not None
        assert m.calls[0].response.body is None


@pytest.mark.parametrize("way", ["left alone", "proxied"])
async def test_a_large_upload_streams(remote: Any, way: str) -> None:
    """Even where the body decides: how it begins is enough to see that no route takes it."""
    digest = hashlib.sha256()

    async def answer(request: web.BaseRequest) -> web.StreamResponse:
        async for chunk in request.content.iter_any():
            digest.update(chunk)
        return web.Response(text="thanks")

    remote.handler = answer
    mock = aiointercept(mock_external_urls=True, passthrough_unmatched=True)
    async with mock as m, remote.session() as session:
        if way == "proxied":
            m.post(remote.url(), match=matchers.json_body({"a": 1}), optional=True)
        with _at_most(MOST):
            async with session.post(remote.url(), data=_megabytes()) as response:
                assert await response.text() == "thanks"
        (call,) = m.calls
        assert call.received.body is None
        assert call.request.captured_body is None
        assert call.response is not None
        assert call.response.status == 200
    expected = hashlib.sha256()
    async for chunk in _megabytes():
        expected.update(chunk)
    assert digest.digest() == expected.digest()


async def test_a_large_upload_that_a_route_takes_is_whole(remote: Any) -> None:
    """What is not to go on is received to the end, whatever its size."""
    size = 20 * CHUNK
    mock = aiointercept(mock_external_urls=True, passthrough_unmatched=True)
    async with mock as m, remote.session() as session:
        m.post(remote.url(), match=~matchers.body(b"other"), body="mock")
        async with session.post(remote.url(), data=_megabytes(size)) as response:
            assert await response.text() == "mock"
        assert m.last_request is not None
        assert len(m.last_request.captured_body or b"") == size
    assert remote.requests == []


async def test_a_large_upload_that_is_not_to_go_on_is_whole(remote: Any) -> None:
    """Without passthrough it is read to the end and explained."""
    size = 20 * CHUNK
    async with aiointercept(mock_external_urls=True) as m, remote.session() as session:
        m.post(remote.url(), match=matchers.body(b"other"))
        with pytest.raises(Exception, match="No route matches"):
            await session.post(remote.url(), data=_megabytes(size))
        assert m.last_request is not None
        assert len(m.last_request.captured_body or b"") == size


async def test_a_large_packed_upload_arrives_packed(remote: Any) -> None:
    """Its encoding is kept although only its beginning was looked at."""
    import gzip  # noqa: PLC0415  # the one test here that packs

    data = b"".join([chunk async for chunk in _megabytes(20 * CHUNK)])
    packed = gzip.compress(data + hashlib.sha256(data).digest() * 400_000, 0)
    arrived = hashlib.sha256()

    async def answer(request: web.BaseRequest) -> web.StreamResponse:
        async for chunk in request.content.iter_any():
            arrived.update(chunk)
        return web.Response(text=request.headers["Content-Encoding"])

    async def chunks() -> AsyncIterator[bytes]:
        for at in range(0, len(packed), CHUNK):
            yield packed[at : at + CHUNK]

    remote.handler = answer
    mock = aiointercept(mock_external_urls=True, passthrough_unmatched=True)
    async with mock as m, remote.session() as session:
        m.post(remote.url(), match=matchers.body(b"other"), optional=True)
        headers = {"Content-Encoding": "gzip"}
        async with session.post(remote.url(), data=chunks(), headers=headers) as response:
            assert await response.text() == "gzip"
    unpacked = gzip.decompress(packed)  # aiohttp's server unpacks what it reads
    assert arrived.digest() == hashlib.sha256(unpacked).digest()
