"""Scenarios of TLS and of the proxy, each beside a bare server that speaks the same.

The client of the proxy is aiohttp's, by ``proxy=``, and on the loop of the mock.
"""

import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, Final

import aiohttp
import trustme
from aiohttp import web
from attrs import define, field

from aiointercept import aiointercept
from benchmarks.measuring import Operation, timed

BODY: Final = b'{"id": 1}'


@define
class _Place:
    """Where to ask, and how."""

    url: str
    options: dict[str, Any] = field(factory=dict[str, Any])


async def _answer(_request: web.BaseRequest) -> web.Response:
    return web.Response(body=BODY, content_type="application/json")


@asynccontextmanager
async def _bare(scheme: str) -> AsyncIterator[_Place]:
    server, client = None, ssl.create_default_context()
    if scheme == "https":
        authority = trustme.CA()
        server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("localhost").configure_cert(server)
        authority.configure_trust(client)
    runner = web.ServerRunner(web.Server(_answer, access_log=None))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=server).start()
    try:
        url = f"{scheme}://localhost:{runner.addresses[0][1]}/"
        yield _Place(url, {"ssl": client})
    finally:
        await runner.cleanup()


@asynccontextmanager
async def _intercepted() -> AsyncIterator[_Place]:
    async with aiointercept(mock_external_urls=True, tls=True) as mock:
        mock.get("https://api.test/", body=BODY, repeat=True)
        yield _Place("https://api.test/")


@asynccontextmanager
async def _through_proxy(scheme: str) -> AsyncIterator[_Place]:
    async with aiointercept() as mock:
        mock.get(f"{scheme}://api.test/", body=BODY, repeat=True)
        options = {"proxy": mock.proxy_url, "ssl": mock.ssl_context()}
        yield _Place(f"{scheme}://api.test/", options)


BARE: Final = "a bare server"
BARE_TLS: Final = "a bare server with TLS"
WAYS: Final[dict[str, Callable[[], AbstractAsyncContextManager[_Place]]]] = {
    BARE: lambda: _bare("http"),
    BARE_TLS: lambda: _bare("https"),
    "intercepted, with TLS": _intercepted,
    "through the proxy, http": lambda: _through_proxy("http"),
    "through the proxy, https": lambda: _through_proxy("https"),
}
ROWS: Final = {
    "intercepted, with TLS": BARE_TLS,
    "through the proxy, http": BARE,
    "through the proxy, https": BARE_TLS,
}


async def kept_alive(way: str, times: int) -> float:
    """Return how long a GET takes, on a connection that is kept alive."""
    async with WAYS[way]() as place, aiohttp.ClientSession() as session:
        return await timed(_get(session, place), times)


async def new_connection(way: str, times: int) -> float:
    """Return how long a GET takes that makes a connection, handshake included."""
    async with WAYS[way]() as place:

        async def ask() -> object:
            async with aiohttp.ClientSession() as session:
                return await _get(session, place)()

        return await timed(ask, times)


def _get(session: aiohttp.ClientSession, place: _Place) -> Operation:
    async def ask() -> object:
        async with session.get(place.url, **place.options) as response:
            return await response.read()

    return ask
