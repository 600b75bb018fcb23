"""Scenarios of mounted applications: one of aiohttp's, behind a bare server and behind the mock."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Final

import aiohttp
from aiohttp import web

from aiointercept import aiointercept
from benchmarks.measuring import Operation, timed


async def _get(_request: web.Request) -> web.Response:
    return web.json_response({"id": 1})


async def _post(request: web.Request) -> web.Response:
    return web.json_response(await request.json())


def _application() -> web.Application:
    application = web.Application()
    application.router.add_get("/", _get)
    application.router.add_post("/", _post)
    return application


@asynccontextmanager
async def _bare() -> AsyncIterator[str]:
    runner = web.AppRunner(_application(), access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/"
    finally:
        await runner.cleanup()


@asynccontextmanager
async def _mounted() -> AsyncIterator[str]:
    async with aiointercept(mock_external_urls=True) as mock:
        mock.mount("https://api.test", _application())
        yield "https://api.test/"


BARE: Final = "behind a bare server"
MOUNTED: Final = "mounted"
WAYS: Final[dict[str, Callable[[], AbstractAsyncContextManager[str]]]] = {
    BARE: _bare,
    MOUNTED: _mounted,
}
METHODS: Final = ("GET", "POST")


async def seconds(way: str, method: str, times: int) -> float:
    """Return how long a request to the application takes, on a connection that is kept alive."""
    async with WAYS[way]() as url, aiohttp.ClientSession() as session:
        return await timed(_operation(session, method, url), times)


def _operation(session: aiohttp.ClientSession, method: str, url: str) -> Operation:
    json = {"id": 1} if method == "POST" else None

    async def ask() -> object:
        async with session.request(method, url, json=json) as response:
            return await response.json()

    return ask
