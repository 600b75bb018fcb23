"""``Fault.TRUNCATED_BODY``: an answer that begins as told and never ends."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from aiointercept import Fault, aiointercept

URL = "https://api.test/things"


async def read_until_it_breaks(response: aiohttp.ClientResponse) -> bytes:
    """Return what arrives of a body that must break."""
    arrived: list[bytes] = []

    async def read() -> None:
        async for chunk in response.content.iter_any():
            arrived.append(chunk)  # noqa: PERF401  what came before the error counts

    with pytest.raises(aiohttp.ClientPayloadError):
        await read()
    return b"".join(arrived)


async def chunks() -> AsyncIterator[bytes]:
    """Yield a body in two chunks."""
    yield b"first,"
    yield b"second"


async def test_head_is_intact() -> None:
    """Status, reason, headers and cookies arrive; only the body fails, when it is read."""
    async with aiointercept(mock_external_urls=True) as m, aiohttp.ClientSession() as session:
        m.get(
            URL,
            status=503,
            reason="Later",
            headers={"X-Trace": "7"},
            cookies={"seen": "yes"},
            body=b"0123456789",
            fault=Fault.TRUNCATED_BODY,
        )
        async with session.get(URL) as response:
            assert (response.status, response.reason) == (503, "Later")
            assert response.headers["X-Trace"] == "7"
            assert response.cookies["seen"].value == "yes"
            arrived = await read_until_it_breaks(response)
        assert b"0123456789".startswith(arrived)
        assert 0 < len(arrived) < 10


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"body": b"x"},
        {"payload": {"a": [1, 2, 3]}},
        {"body": b"0123456789", "headers": {"Content-Length": "10"}},
        {"body": b"0123456789", "headers": {"Transfer-Encoding": "chunked"}},
    ],
)
async def test_any_answer_breaks(answer: dict[str, Any]) -> None:
    """A body breaks however short it is, and whatever the route's headers say of its length."""
    async with aiointercept(mock_external_urls=True) as m, aiohttp.ClientSession() as session:
        m.get(URL, fault=Fault.TRUNCATED_BODY, **answer)
        async with session.get(URL) as response:
            await read_until_it_breaks(response)


async def test_reason_belongs_to_the_status() -> None:
    """Without ``reason=`` the phrase is the usual one."""
    async with aiointercept(mock_external_urls=True) as m, aiohttp.ClientSession() as session:
        m.get(URL, status=404, fault=Fault.TRUNCATED_BODY)
        async with session.get(URL) as response:
            assert response.reason == "Not Found"


async def test_stream_breaks_where_it_would_end() -> None:
    """All chunks of a body that streams arrive, so that a test can tell where it breaks."""
    async with aiointercept(mock_external_urls=True) as m, aiohttp.ClientSession() as session:
        m.get(URL, body=chunks, fault=Fault.TRUNCATED_BODY)
        async with session.get(URL) as response:
            assert await read_until_it_breaks(response) == b"first,second"


async def test_stream_that_pauses_arrives_before_it_breaks() -> None:
    """Chunks go out when they are made, not when all are there."""
    first_has_arrived = asyncio.Event()

    async def slow() -> AsyncIterator[bytes]:
        yield b"first,"
        await first_has_arrived.wait()
        yield b"second"

    async with aiointercept(mock_external_urls=True) as m, aiohttp.ClientSession() as session:
        m.get(URL, body=slow, fault=Fault.TRUNCATED_BODY)
        async with session.get(URL) as response:
            assert await response.content.readexactly(6) == b"first,"
            first_has_arrived.set()
            assert await read_until_it_breaks(response) == b"second"


async def test_file(tmp_path: Path) -> None:
    """A file breaks too."""
    path = tmp_path / "large.bin"
    path.write_bytes(b"0123456789" * 100_000)
    async with aiointercept(mock_external_urls=True) as m, aiohttp.ClientSession() as session:
        m.get(URL, body=path, fault=Fault.TRUNCATED_BODY)
        async with session.get(URL) as response:
            await read_until_it_breaks(response)


async def test_error_in_the_stream_is_held_back() -> None:
    """The test's own generator may fail here as anywhere."""

    async def broken() -> AsyncIterator[bytes]:
        yield b"first,"
        raise LookupError("no second chunk")

    async def block() -> None:
        async with aiointercept(mock_external_urls=True) as m, aiohttp.ClientSession() as session:
            m.get(URL, body=broken, fault=Fault.TRUNCATED_BODY)
            async with session.get(URL) as response:
                await read_until_it_breaks(response)

    with pytest.raises(LookupError, match="no second chunk"):
        await block()
