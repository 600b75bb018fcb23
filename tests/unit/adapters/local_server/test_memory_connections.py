import asyncio
from typing import Any

import pytest

from aiointercept.adapters.local_server.memory_connections import End, connect


class Recording(asyncio.Protocol):
    """Notes what its transport tells it."""

    def __init__(self) -> None:
        self.heard: list[Any] = []
        self.data = b""
        self.transport: End = None  # type: ignore[assignment]  # set when it is connected

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Note it."""
        assert isinstance(transport, End)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        """Note it."""
        self.data += data

    def eof_received(self) -> None:
        """Note it."""
        self.heard.append("eof")

    def connection_lost(self, exc: Exception | None) -> None:
        """Note it."""
        self.heard.append(exc)

    def pause_writing(self) -> None:
        """Note it."""
        self.heard.append("pause")

    def resume_writing(self) -> None:
        """Note it."""
        self.heard.append("resume")


@pytest.fixture
async def pair() -> tuple[Recording, Recording]:
    """Return two protocols that are connected."""
    client, server = Recording(), Recording()
    connect(asyncio.get_running_loop(), client, server)
    return client, server


async def test_what_one_end_writes_the_other_has_at_once(
    pair: tuple[Recording, Recording],
) -> None:
    """No turn of the loop lies between writing and reading, in either direction."""
    client, server = pair
    client.transport.write(b"one ")
    client.transport.writelines([b"two ", memoryview(b"three")])
    assert server.data == b"one two three"
    server.transport.write(b"back")
    assert client.data == b"back"


async def test_end_that_has_paused_gets_it_later(pair: tuple[Recording, Recording]) -> None:
    """What arrives meanwhile is kept in order, and read once the end resumes."""
    client, server = pair
    server.transport.pause_reading()
    client.transport.write(b"a")
    client.transport.write(b"b")
    assert server.data == b""
    assert not server.transport.is_reading()
    assert client.transport.get_write_buffer_size() == 2
    server.transport.resume_reading()
    client.transport.write(b"c")
    await asyncio.sleep(0)
    assert server.data == b"abc"
    assert client.transport.get_write_buffer_size() == 0


async def test_writer_is_asked_to_wait(pair: tuple[Recording, Recording]) -> None:
    """Once more is in flight than an end wants to hold, and until that is read."""
    client, server = pair
    server.transport.pause_reading()
    client.transport.write(b"x" * 60_000)
    assert client.heard == []
    client.transport.write(b"x" * 60_000)
    client.transport.write(b"x" * 60_000)
    assert client.heard == ["pause"]
    server.transport.resume_reading()
    await asyncio.sleep(0)
    assert client.heard == ["pause", "resume"]
    assert len(server.data) == 180_000


async def test_end_that_closes(pair: tuple[Recording, Recording]) -> None:
    """Both ends hear of it, the other one that it was in order; nothing can be written then."""
    client, server = pair
    client.transport.write(b"last")
    client.transport.close()
    client.transport.close()
    assert client.transport.is_closing()
    client.transport.write(b"too late")
    await asyncio.sleep(0)
    assert server.data == b"last"
    assert server.heard == ["eof", None]
    assert client.heard == [None]


async def test_end_that_closes_is_read_to_its_end(pair: tuple[Recording, Recording]) -> None:
    """The end of a connection comes after what was written before it."""
    client, server = pair
    server.transport.pause_reading()
    client.transport.write(b"last")
    client.transport.close()
    await asyncio.sleep(0)
    assert (server.data, server.heard) == (b"", [])
    server.transport.resume_reading()
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert (server.data, server.heard) == (b"last", ["eof", None])


async def test_abort_is_a_reset_for_the_other_end(pair: tuple[Recording, Recording]) -> None:
    """It gets ``ECONNRESET``, and what it has not read is lost."""
    client, server = pair
    client.transport.pause_reading()
    server.transport.write(b"lost")
    server.transport.abort()
    server.transport.abort()
    client.transport.resume_reading()
    await asyncio.sleep(0)
    [error] = client.heard
    assert isinstance(error, ConnectionResetError)
    assert error.errno == 104 or error.strerror
    assert client.data == b""
    assert server.heard == [None]


async def test_error_while_reading_is_none_of_the_writers_business(
    pair: tuple[Recording, Recording], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The loop hears of it and the connection is gone; the writer sees nothing but that."""
    client, server = pair
    told: list[Any] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: told.append(context))
    error = ValueError("bad data")

    def refuse(data: bytes) -> None:
        raise error

    monkeypatch.setattr(server, "data_received", refuse)
    client.transport.write(b"bad")
    await asyncio.sleep(0)
    assert [context["exception"] for context in told] == [error]
    assert [type(one) for one in client.heard] == [ConnectionResetError]


async def test_what_servers_look_at(pair: tuple[Recording, Recording]) -> None:
    """An end has an address, cannot be half closed, and takes limits without keeping them."""
    client, _ = pair
    assert client.transport.get_extra_info("peername")[0] == "127.0.0.1"
    assert not client.transport.can_write_eof()
    client.transport.set_write_buffer_limits(high=0)
    client.transport.write(b"x")
    assert client.heard == []
