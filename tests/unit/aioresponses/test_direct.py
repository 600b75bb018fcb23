import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from aiointercept.aioresponses.direct import DirectTransport

GET = b"GET / HTTP/1.1\r\nHost: e.test\r\n\r\n"


class Client(asyncio.Protocol):
    """Notes what it gets."""

    read_timeout: float | None = 5.0

    def __init__(self) -> None:
        self.data = b""
        self.lost: list[Exception | None] = []

    def data_received(self, data: bytes) -> None:
        """Keep them."""
        self.data += data

    def connection_lost(self, exc: Exception | None) -> None:
        """Note it."""
        self.lost.append(exc)


def connected(
    answer: bytes = b"answer", chunks: Any = None, body: bytes = b""
) -> tuple[Any, DirectTransport]:
    """Return a client and its transport."""
    client: Any = Client()
    return client, DirectTransport(client, answer, body, chunks)


async def turn() -> None:
    """Let everything run that can."""
    for _ in range(10):
        await asyncio.sleep(0)


async def test_answer_comes_with_the_last_byte_of_the_request() -> None:
    """Within the call that writes it, and the end of the connection with it."""
    client, transport = connected()
    transport.write(GET[:-4])
    assert client.data == b""
    transport.write(GET[-4:])
    assert (client.data, client.lost, client.read_timeout) == (b"answer", [None], None)
    assert transport.is_closing()
    transport.write(GET)
    transport.close()
    await turn()
    assert (client.data, client.lost) == (b"answer", [None])


async def test_body_follows_the_head() -> None:
    """Before the connection ends, unless the client closes it because of the head."""
    client, transport = connected(b"head ", body=b"body")
    transport.write(GET)
    assert (client.data, client.lost) == (b"head body", [None])

    refusing, transport = connected(b"head", body=b"body")
    refusing.data_received = lambda data: (transport.close(), refusing.got.append(data))
    refusing.got = []
    transport.write(GET)
    await turn()
    assert (refusing.got, refusing.lost) == ([b"head"], [None])


@pytest.mark.parametrize("end", ["close", "abort"])
async def test_client_that_leaves_first(end: str) -> None:
    """It hears that the connection has ended, and gets no answer any more."""
    client, transport = connected()
    getattr(transport, end)()
    assert transport.is_closing()
    assert client.lost == []
    transport.write(GET)
    await turn()
    assert (client.data, client.lost) == (b"", [None])


async def test_transport_has_nothing_to_set() -> None:
    """What a client's writer looks at."""
    _, transport = connected(b"")
    transport.set_write_buffer_limits(high=1, low=0)
    assert transport.get_write_buffer_size() == 0
    assert not transport.can_write_eof()
    assert transport.get_extra_info("socket") is None
    transport.pause_reading()
    assert transport.is_reading()
    transport.resume_reading()


async def test_chunks_follow_as_they_are_made() -> None:
    """Framed, empty ones left out, and the last one before the end of the connection."""
    more = asyncio.Event()

    async def chunks() -> AsyncIterator[bytes]:
        yield b"one"
        yield b""
        await more.wait()
        yield bytearray(b"0123456789")

    client, transport = connected(b"head;", chunks())
    transport.write(GET)
    assert client.data == b"head;"
    await turn()
    assert (client.data, client.lost) == (b"head;3\r\none\r\n", [])
    more.set()
    await turn()
    assert client.data == b"head;3\r\none\r\na\r\n0123456789\r\n0\r\n\r\n"
    assert (client.lost, client.read_timeout) == ([None], 5.0)


async def test_client_that_reads_no_more_gets_no_more() -> None:
    """Until it resumes, nothing is made ahead of it."""
    made = 0

    async def chunks() -> AsyncIterator[bytes]:
        nonlocal made
        while True:
            made += 1
            yield b"x"

    client, transport = connected(b"head", chunks())
    transport.write(GET)
    transport.pause_reading()
    assert not transport.is_reading()
    await turn()
    assert (client.data, made) == (b"head", 1)
    transport.close()
    transport.resume_reading()
    await turn()
    assert (client.data, client.lost) == (b"head", [None])


@pytest.mark.parametrize("how", ["close", "error"])
async def test_iterator_is_closed(how: str) -> None:
    """When the client leaves, and when it fails, which the client hears of."""
    closed = asyncio.Event()

    async def chunks() -> AsyncIterator[Any]:
        try:
            yield "text" if how == "error" else b"x"
            await asyncio.Event().wait()
        finally:
            closed.set()

    client, transport = connected(b"head", chunks())
    transport.write(GET)
    await turn()
    if how == "close":
        transport.close()
        await turn()
        assert client.lost == [None]
    else:
        [error] = client.lost
        assert isinstance(error, TypeError)
    assert closed.is_set()
    assert asyncio.all_tasks() == {asyncio.current_task()}
