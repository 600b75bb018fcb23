"""Chunks of a streaming body: made in one task, ended for sure, errors of the test held back."""

import asyncio
from collections.abc import AsyncIterable, AsyncIterator, Callable
from typing import Any

import pytest

from aiointercept.adapters.handling.stream import Chunks
from aiointercept.core.routing.replies import Stream

Open = Callable[[], AsyncIterable[Any]]


def chunks_of(open_body: Open) -> tuple[Chunks, list[BaseException]]:
    """Return chunks, and the list in which their errors are held."""
    held: list[BaseException] = []
    return Chunks(Stream(open_body), held.append), held


async def rest_of(chunks: Chunks) -> list[bytes]:
    """Return all chunks that are left."""
    found: list[bytes] = []
    while (chunk := await chunks.next()) is not None:
        found.append(chunk)
    return found


async def test_first_chunk_at_once() -> None:
    """What is there at once is made before anybody waits for it."""
    story: list[str] = []

    async def body() -> AsyncIterator[bytes]:
        story.append("one")
        yield b"one"
        story.append("two")
        yield b"two"

    chunks, held = chunks_of(body)
    assert chunks.begin() is None
    assert story == ["one"]
    assert await rest_of(chunks) == [b"one", b"two"]
    await chunks.close()
    assert not held


async def test_first_chunk_that_takes_time() -> None:
    """What waits goes on from there, several times if need be."""

    async def body() -> AsyncIterator[bytes]:
        await asyncio.sleep(0)
        await asyncio.sleep(0.001)
        yield b"one"
        await asyncio.sleep(0)
        yield b"two"

    chunks, held = chunks_of(body)
    assert chunks.begin() is None
    await asyncio.sleep(0.01)
    assert await rest_of(chunks) == [b"one", b"two"]
    await chunks.close()
    assert not held


async def test_no_chunk() -> None:
    """An iterator may have none, at once or after a while."""

    async def at_once() -> AsyncIterator[bytes]:
        return
        yield b""

    async def after_a_while() -> AsyncIterator[bytes]:
        await asyncio.sleep(0)
        return
        yield b""

    for body in (at_once, after_a_while):
        chunks, held = chunks_of(body)
        assert chunks.begin() is None
        assert await rest_of(chunks) == []
        await chunks.close()
        assert not held


async def test_closed_while_the_first_chunk_waits() -> None:
    """Closing ends the wait, and lets the iterator clean up, with awaits of its own."""
    story: list[str] = []

    async def body() -> AsyncIterator[bytes]:
        try:
            await asyncio.Event().wait()
            yield b"never"
        except asyncio.CancelledError:
            story.append("cancelled")
            raise
        finally:
            await asyncio.sleep(0)
            story.append("closed")

    chunks, held = chunks_of(body)
    assert chunks.begin() is None
    await chunks.close()
    assert story == ["cancelled", "closed"]
    assert not held


async def test_closed_before_it_is_exhausted() -> None:
    """Closing runs the clean-up of a generator that has more."""
    story: list[str] = []

    async def body() -> AsyncIterator[bytes]:
        try:
            yield b"one"
            yield b"two"
        finally:
            story.append("closed")

    chunks, _ = chunks_of(body)
    chunks.begin()
    assert await chunks.next() == b"one"
    await chunks.close()
    assert story == ["closed"]


async def test_cancelled_while_waiting() -> None:
    """A cancellation reaches the iterator, and passes through."""
    story: list[str] = []

    async def body() -> AsyncIterator[bytes]:
        try:
            await asyncio.Event().wait()
            yield b"never"
        finally:
            story.append("ended")

    async def read() -> None:
        chunks, held = chunks_of(body)
        chunks.begin()
        try:
            await chunks.next()
        finally:
            await chunks.close()
            story.extend(map(repr, held))

    task = asyncio.ensure_future(read())
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert story == ["ended"]


def failing_open() -> AsyncIterable[bytes]:
    """Fail instead of opening a body."""
    raise LookupError("not opened")


async def failing_at_once() -> AsyncIterator[bytes]:
    """Fail before the first chunk."""
    raise LookupError("no first")
    yield b""


async def test_errors_at_the_beginning() -> None:
    """They are known before anything was sent, and held once."""
    for body in (failing_open, failing_at_once):
        chunks, held = chunks_of(body)
        error = chunks.begin()
        assert isinstance(error, LookupError)
        assert await rest_of(chunks) == []
        await chunks.close()
        assert held == [error]
        assert chunks.error is error


async def test_errors_later_on() -> None:
    """They end the chunks."""

    async def body() -> AsyncIterator[bytes]:
        yield b"one"
        raise LookupError("no second")

    chunks, held = chunks_of(body)
    assert chunks.begin() is None
    assert await rest_of(chunks) == [b"one"]
    await chunks.close()
    assert held == [chunks.error]


async def test_errors_in_the_clean_up() -> None:
    """They are held as well."""

    async def body() -> AsyncIterator[bytes]:
        try:
            yield b"one"
        finally:
            raise LookupError("not closed")

    chunks, held = chunks_of(body)
    chunks.begin()
    await chunks.close()
    assert [str(error) for error in held] == ["not closed"]


@pytest.mark.parametrize("kind", [KeyboardInterrupt, SystemExit])
async def test_interrupts(kind: type[BaseException]) -> None:
    """What ends the whole run is no error of the iterator."""

    async def body() -> AsyncIterator[bytes]:
        yield b"one"
        raise kind

    chunks, held = chunks_of(body)
    chunks.begin()
    assert await chunks.next() == b"one"
    with pytest.raises(kind):
        await chunks.next()
    await chunks.close()
    assert not held


async def test_never_begun() -> None:
    """What was never begun has no chunks and needs no end."""
    chunks, held = chunks_of(failing_open)
    assert await chunks.next() is None
    await chunks.close()
    assert not held


@pytest.mark.parametrize(
    ("chunk", "sent"), [(b"x", b"x"), (bytearray(b"x"), b"x"), (memoryview(b"x"), b"x")]
)
async def test_kinds_of_bytes(chunk: Any, sent: bytes) -> None:
    """All that is bytes-like is sent."""

    async def body() -> AsyncIterator[Any]:
        yield chunk

    chunks, _ = chunks_of(body)
    chunks.begin()
    assert await rest_of(chunks) == [sent]
