"""Recording goes the client's own way: through its proxy, with what it tells the proxy."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from aiointercept import aiointercept

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Proxy:
    """A forward proxy: it connects all that it is asked for to ports of this machine.

    Attributes:
        asked: the first line of each request, and its ``Proxy-Authorization``.
    """

    def __init__(self) -> None:
        self.asked: list[tuple[str, str | None]] = []
        self.url = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Lead one client."""
        try:
            await self._lead(reader, writer)
        finally:
            writer.close()

    async def _lead(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        first, *lines = head.split("\r\n")
        fields = dict(line.lower().split(": ", 1) for line in lines if ": " in line)
        self.asked.append((first, fields.get("proxy-authorization")))
        method, target, _ = first.split(" ")
        authority, slash, path = target.removeprefix("http://").partition("/")
        there = await asyncio.open_connection("127.0.0.1", int(authority.rpartition(":")[2]))
        if method == "CONNECT":
            writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        else:
            there[1].write(head.replace(target, f"{slash}{path}", 1).encode())
        await asyncio.gather(_carry(reader, there[1]), _carry(there[0], writer))


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while data := await reader.read(1 << 16):
            writer.write(data)
            await writer.drain()
    writer.close()


@pytest.fixture
async def proxy() -> AsyncIterator[Proxy]:
    """Give a proxy that runs."""
    one = Proxy()
    server = await asyncio.start_server(one.serve, "127.0.0.1", 0)
    one.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server:
        yield one


async def _hello(request: web.BaseRequest) -> web.StreamResponse:
    return web.Response(text=f"hello {(await request.read()).decode()}")


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("way", ["request", "session", "environment"])
async def test_it_is_recorded_through_the_clients_proxy(  # noqa: PLR0913, PLR0917  fixtures
    remote: Any,
    secure_remote: Any,
    proxy: Proxy,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    scheme: str,
    way: str,
) -> None:
    """The real server is asked by the proxy; the replay asks neither."""
    there = remote if scheme == "http" else secure_remote
    there.handler = _hello
    session: dict[str, Any] = {}
    options: dict[str, Any] = {"ssl": there.ssl}
    if way == "environment":
        monkeypatch.setenv(f"{scheme}_proxy", proxy.url)
        session = {"trust_env": True}
    else:
        (options if way == "request" else session)["proxy"] = proxy.url
    cassette = tmp_path / "a.har"
    url = there.url("/users?page=1")
    for record in ("once", "none"):
        # Only the proxy knows where this name is.
        async with (
            aiointercept(cassette=cassette, record=record) as m,
            aiohttp.ClientSession(**session) as client,
            client.post(url, data="Ada", **options) as response,
        ):
            assert await response.text() == "hello Ada"
            assert str(response.url) == url
        (call,) = m.calls
        assert str(call.request.url) == url
    assert len(there.requests) == 1
    (asked,) = proxy.asked
    expected = f"CONNECT remote.test:{there.port}" if scheme == "https" else f"POST {url}"
    assert asked[0] == f"{expected} HTTP/1.1"


@pytest.mark.filterwarnings("ignore:.*proxy_auth:DeprecationWarning")
@pytest.mark.filterwarnings("ignore:BasicAuth:DeprecationWarning")
@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("way", ["url", "request", "session", "headers"])
async def test_what_the_proxy_is_told(  # noqa: PLR0913, PLR0917  fixtures, and what a case has
    remote: Any, secure_remote: Any, proxy: Proxy, tmp_path: Path, scheme: str, way: str
) -> None:
    """It gets the credentials that it gets without us; they are in no file."""
    there = remote if scheme == "http" else secure_remote
    there.handler = _hello
    auth = aiohttp.BasicAuth("user", "s3cr3t")
    url = proxy.url.replace("://", "://user:s3cr3t@") if way == "url" else proxy.url
    session: dict[str, Any] = {"proxy_auth": auth} if way == "session" else {}
    options: dict[str, Any] = {"ssl": there.ssl, "proxy": url}
    if way == "request":
        options["proxy_auth"] = auth
    elif way == "headers":
        options["proxy_headers"] = {"Proxy-Authorization": auth.encode(), "X-Told": "1"}

    async def ask() -> None:
        async with (
            aiohttp.ClientSession(**session) as client,
            client.get(there.url(), **options) as response,
        ):
            assert await response.text() == "hello "

    cassette = tmp_path / "a.har"
    await ask()
    async with aiointercept(cassette=cassette, record="once"):
        await ask()
    plain, recorded = proxy.asked
    assert recorded == plain
    if way != "headers":
        assert plain[1] == auth.encode().lower()
    text = cassette.read_text("utf-8")
    assert "s3cr3t" not in text
    assert auth.encode().partition(" ")[2] not in text
    assert "X-Told" not in text


async def test_a_proxy_that_is_not_there(remote: Any, tmp_path: Path) -> None:
    """The client gets the error that it gets without us; it is recorded, and comes again."""
    cassette = tmp_path / "a.har"
    gone = "http://127.0.0.1:1"
    async with aiohttp.ClientSession() as client:
        with pytest.raises(aiohttp.ClientProxyConnectionError):
            await client.get(remote.url(), proxy=gone)
        async with aiointercept(cassette=cassette, record="once"):
            with pytest.raises(aiohttp.ClientProxyConnectionError):
                await client.get(remote.url(), proxy=gone)
        async with aiointercept(cassette=cassette):
            with pytest.raises(aiohttp.ClientConnectorError):
                await client.get(remote.url(), proxy=gone)
    assert remote.requests == []
