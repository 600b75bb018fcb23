"""Scenarios of cassettes: replaying beside routes, and recording beside passing through.

The cassette is made here. URLs with a secret in them are one scenario, as those are masked before
they are compared.
"""

import asyncio
import json
import tempfile
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any, Final

import aiohttp
from aiohttp import web

from aiointercept import aiointercept, matchers
from benchmarks.measuring import timed

_BODY: Final = '{"id": 1, "name": "Ada"}'
_ORIGIN: Final = "https://api.test"
_DISTINCT: Final = 500

PLAIN: Final = "/users/{}"
MASKED: Final = "/users/{}?api_key=secret"
URLS: Final = (PLAIN, MASKED)


def write_cassette(file: Path, urls: Iterable[str]) -> None:
    """Write a file with one exchange for each URL."""
    log = {
        "version": "1.2",
        "creator": {"name": "benchmarks", "version": "1"},
        "entries": [_entry(url) for url in urls],
    }
    file.write_text(json.dumps({"log": log}), encoding="utf-8")


def _entry(url: str) -> dict[str, Any]:
    headers = [{"name": "Content-Type", "value": "application/json"}]
    message: dict[str, Any] = {"httpVersion": "HTTP/1.1", "cookies": [], "headersSize": -1}
    return {
        "startedDateTime": "2026-01-01T00:00:00Z",
        "time": 1,
        "cache": {},
        "timings": {"send": 0, "wait": 1, "receive": 0},
        "request": {
            **message,
            "method": "GET",
            "url": url,
            "headers": [],
            "queryString": [],
            "bodySize": 0,
        },
        "response": {
            **message,
            "status": 200,
            "statusText": "OK",
            "headers": headers,
            "content": {"size": len(_BODY), "mimeType": "application/json", "text": _BODY},
            "redirectURL": "",
            "bodySize": len(_BODY),
        },
    }


def _urls(pattern: str, origin: str = _ORIGIN) -> list[str]:
    return [origin + pattern.format(number) for number in range(_DISTINCT)]


@asynccontextmanager
async def _replayed(pattern: str) -> AsyncIterator[None]:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "traffic.har")
        masked = pattern.replace("secret", "REDACTED")
        await asyncio.to_thread(write_cassette, file, _urls(masked))
        async with aiointercept(mock_external_urls=True) as mock:
            mock.replay(file, repeat=True)
            yield


@asynccontextmanager
async def _routed(pattern: str) -> AsyncIterator[None]:
    async with aiointercept(mock_external_urls=True) as mock:
        for url in _urls(pattern):
            mock.get(url, body=_BODY, repeat=True)
        yield


ROUTED: Final = "answered by a route"
REPLAYED: Final = "replayed"
ANSWERS: Final[dict[str, Callable[[str], AbstractAsyncContextManager[None]]]] = {
    ROUTED: _routed,
    REPLAYED: _replayed,
}


async def seconds(way: str, pattern: str, times: int) -> float:
    """Return how long a GET takes whose URL is another one each time."""
    urls = _urls(pattern)
    asked = 0
    async with ANSWERS[way](pattern), aiohttp.ClientSession() as session:

        async def ask() -> None:
            nonlocal asked
            url = urls[asked % len(urls)]
            asked += 1
            async with session.get(url) as response:
                if await response.text() != _BODY:
                    msg = f"{url}: not the answer that was recorded"
                    raise RuntimeError(msg)

        return await timed(ask, times)


@asynccontextmanager
async def _origin() -> AsyncIterator[str]:
    async def answer(_request: web.BaseRequest) -> web.Response:
        return web.Response(text=_BODY, content_type="application/json")

    runner = web.ServerRunner(web.Server(answer, access_log=None))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@asynccontextmanager
async def _carried(url: str) -> AsyncIterator[None]:
    """Let a route's matcher need the body, so that the mock itself carries the request."""
    async with aiointercept(mock_external_urls=True, passthrough_unmatched=True) as mock:
        mock.post(url, match=matchers.json_body({"another": "body"}), optional=True)
        yield


@asynccontextmanager
async def _recorded(_url: str) -> AsyncIterator[None]:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "traffic.har")
        async with aiointercept(cassette=file, record="all"):
            yield


CARRIED: Final = "passed through by the mock"
RECORDED: Final = "recorded"
RECORDINGS: Final[dict[str, Callable[[str], AbstractAsyncContextManager[None]]]] = {
    CARRIED: _carried,
    RECORDED: _recorded,
}


async def _question() -> AsyncIterator[bytes]:
    """Yield a body that is not known before it is sent."""
    yield b"{}"


async def recording_seconds(way: str, times: int) -> float:
    """Return how long a POST to a real server takes that the mock carries, without saving."""
    async with _origin() as url, RECORDINGS[way](url), aiohttp.ClientSession() as session:

        async def ask() -> None:
            async with session.post(url, data=_question()) as response:
                await response.read()

        return await timed(ask, times)
