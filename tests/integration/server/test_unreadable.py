"""What is not HTTP, or not HTTP that the mock's own server takes."""

import asyncio
import logging

import pytest

from aiointercept import AiointerceptRequest, aiointercept
from aiointercept.errors import UnmetExpectationsError


async def raw(m: aiointercept, data: bytes) -> bytes:
    """Send bytes as they are, and return all that comes until the server closes."""
    reader, writer = await asyncio.open_connection(m.server_host, m.server_port)
    writer.write(data)
    answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    return answer


@pytest.mark.parametrize(
    "data",
    [
        b"GET / HTTP/1.1\r\nHost: h\r\nbad header\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"this is not HTTP\r\n\r\n",
    ],
)
async def test_what_cannot_be_read_is_in_the_log(
    data: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    """As unmatched, and on the logger; the peer gets a 400."""
    async with aiointercept() as m:
        with caplog.at_level(logging.WARNING, "aiointercept"):
            assert (await raw(m, data)).startswith(b"HTTP/1.0 400 ")
        (call,) = m.calls
        assert not call.matched
        assert call.refusal is not None
        assert call.response is not None
        assert call.response.status == 400
        assert isinstance(call.request, AiointerceptRequest)
        assert str(call.request.url) == f"{m.server_url}/"
        assert m.call_count == 1
    assert "could not be read as HTTP" in caplog.text


async def test_strict_tells_of_it() -> None:
    """It was asked for, and no route answered."""
    with pytest.raises(UnmetExpectationsError, match="matched no route.*\n.*\n    it could not"):
        async with aiointercept(strict=True) as m:
            await raw(m, b"nonsense\r\n\r\n")


async def test_the_requests_before_it_are_answered() -> None:
    """On the same connection."""
    async with aiointercept() as m:
        m.get("/", body="found")
        reader, writer = await asyncio.open_connection(m.server_host, m.server_port)
        writer.write(b"GET / HTTP/1.1\r\nHost: h\r\n\r\n")
        assert (await reader.readuntil(b"found")).startswith(b"HTTP/1.1 200")
        writer.write(b"nonsense\r\n\r\n")
        assert b" 400 " in await reader.readline()
        writer.close()
        await writer.wait_closed()
        assert [call.matched for call in m.calls] == [True, False]
