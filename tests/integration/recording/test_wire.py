"""Header fields are those of the real server, live and recorded: none is added, none is lost."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from aiointercept import aiointercept

ANSWERS = {
    "bare": b"HTTP/1.1 200 Odd Reason\r\nX-B: 1\r\nContent-Length: 2\r\nx-a: 2\r\n\r\nhi",
    "chunks": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n",
    "empty": b"HTTP/1.1 204 No Content\r\nX-B: 1\r\n\r\n",
    "unchanged": b'HTTP/1.1 304 Not Modified\r\nETag: "x"\r\nContent-Length: 99\r\n\r\n',
    "nothing": b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
}


@pytest.fixture
async def bare_url() -> AsyncIterator[str]:
    """Give the URL of a server that writes what stands above, and no more."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                writer.write(ANSWERS[head.split()[1].decode().strip("/")])
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    server.close()


@pytest.mark.parametrize("name", ANSWERS)
async def test_no_field_is_added(bare_url: str, file: Path, name: str) -> None:
    """Not even those that aiohttp's server adds by itself."""

    async def look() -> Any:
        async with client.get(f"{bare_url}/{name}") as response:
            fields = sorted((name.lower(), value) for name, value in response.headers.items())
            return response.status, response.reason, fields, await response.read()

    async with aiohttp.ClientSession() as client:
        plain = await look()
        async with aiointercept(cassette=file, record="once"):
            assert await look() == plain
            assert await look() == plain
        async with aiointercept(cassette=file):
            assert await look() == plain
            assert await look() == plain
