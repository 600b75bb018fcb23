"""Scenarios of passthrough: a real server on the client's loop, reached directly and through us."""

import asyncio
import tracemalloc
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from typing import Final

import aiohttp
from aiohttp import web

from aiointercept import aiointercept, matchers
from benchmarks.measuring import timed

_CHUNK: Final = bytes(1 << 18)
_MEBIBYTE: Final = 1 << 20


@asynccontextmanager
async def _origin(size: int) -> AsyncIterator[str]:
    """Run a real server that streams that many MiB; yields its URL."""

    async def send(request: web.BaseRequest) -> web.StreamResponse:
        await request.content.read()
        response = web.StreamResponse()
        response.content_length = size * _MEBIBYTE
        await response.prepare(request)
        for _ in range(size * _MEBIBYTE // len(_CHUNK)):
            await response.write(_CHUNK)
        return response

    server = web.Server(send)
    listener = await asyncio.get_running_loop().create_server(server, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}/file"
    finally:
        listener.close()
        await server.shutdown(1)


async def _question() -> AsyncIterator[bytes]:
    """Yield a body that is not known before it is sent."""
    yield b"{}"


async def _fetch(session: aiohttp.ClientSession, url: str, size: int) -> None:
    received = 0
    async with session.post(url, data=_question()) as response:
        async for chunk in response.content.iter_any():
            received += len(chunk)
    if received != size * _MEBIBYTE:
        msg = f"{received} bytes came through of {size} MiB"
        raise RuntimeError(msg)


@asynccontextmanager
async def _left_alone(url: str) -> AsyncIterator[None]:
    """Let routes of that host be sure not to match: aiohttp itself connects to the real server."""
    async with aiointercept(mock_external_urls=True, passthrough_unmatched=True) as mock:
        mock.get(url, optional=True)
        yield


@asynccontextmanager
async def _carried(url: str) -> AsyncIterator[None]:
    """Let a route's matcher need the body, so that the mock must receive, decide and carry on."""
    async with aiointercept(mock_external_urls=True, passthrough_unmatched=True) as mock:
        mock.post(url, match=matchers.json_body({"another": "body"}), optional=True)
        yield


def _direct(_url: str) -> AbstractAsyncContextManager[None]:
    return nullcontext()


DIRECT: Final = "direct"
CARRIED: Final = "passed through by the mock"
WAYS: Final[dict[str, Callable[[str], AbstractAsyncContextManager[None]]]] = {
    DIRECT: _direct,
    "left to the client by the mock": _left_alone,
    CARRIED: _carried,
}


async def seconds(way: str, size: int) -> float:
    """Return how long a download of that many MiB takes, on a connection that is warm."""
    async with _origin(size) as url, WAYS[way](url), aiohttp.ClientSession() as session:
        return await timed(lambda: _fetch(session, url, size), 1, warm_up=1)


async def peak_memory(way: str, size: int) -> float:
    """Return how many MiB such a download needs at most, beyond what was there before."""
    async with _origin(size) as url, WAYS[way](url), aiohttp.ClientSession() as session:
        tracemalloc.start()
        try:
            await _fetch(session, url, size)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    return peak / _MEBIBYTE
