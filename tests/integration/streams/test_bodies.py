"""Bodies that stream: from iterators and files, with an end that is always the iterator's own."""

import asyncio
import errno
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from aiointercept import CallbackResult, aiointercept

URL = "https://api.test/stream"


async def two_chunks() -> AsyncIterator[bytes]:
    """Yield a body in two chunks."""
    yield b"first,"
    yield b"second"


class TwoChunks:
    """An iterable that is no generator."""

    def __init__(self) -> None:
        self.left = [b"second", b"first,"]

    def __aiter__(self) -> "TwoChunks":
        return self

    async def __anext__(self) -> bytes:
        if not self.left:
            raise StopAsyncIteration
        return self.left.pop()


class Fresh:
    """An iterable that gives a new generator each time."""

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for chunk in two_chunks():
            yield chunk


async def body_of(session: aiohttp.ClientSession, url: Any, method: str = "GET") -> bytes:
    """Send a request and return the body of the answer."""
    async with session.request(method, url) as response:
        return await response.read()


async def broken_body_of(session: aiohttp.ClientSession, url: Any) -> bytes:
    """Send a request and return what arrives of a body that must break."""
    arrived: list[bytes] = []

    async def read(response: aiohttp.ClientResponse) -> None:
        async for chunk in response.content.iter_any():
            arrived.append(chunk)  # noqa: PERF401  what came before the error counts

    async with session.get(url) as response:
        with pytest.raises(aiohttp.ClientPayloadError):
            await read(response)
    return b"".join(arrived)


async def in_block(
    use: Callable[[aiointercept, aiohttp.ClientSession], Awaitable[None]], **options: Any
) -> None:
    """Run ``use`` in a block of its own, for tests of what that block raises."""
    async with aiointercept(**options) as m, aiohttp.ClientSession() as session:
        await use(m, session)


@pytest.mark.parametrize(
    ("body", "repeat"),
    [
        (two_chunks(), False),
        (two_chunks, 2),
        (TwoChunks(), False),
        (TwoChunks, False),
        (Fresh(), True),
    ],
    ids=["generator", "function", "iterator", "class", "iterable"],
)
async def test_kinds_of_bodies(body: Any, repeat: Any) -> None:
    """Iterators, iterables, and functions that return one are streamed, each time anew."""
    async with aiointercept(mock_external_urls=True) as m, aiohttp.ClientSession() as session:
        m.get(URL, body=body, repeat=repeat)
        for _ in range(2 if repeat else 1):
            assert await body_of(session, URL) == b"first,second"


async def test_server_mode() -> None:
    """The same in server mode."""
    async with aiointercept() as m, aiohttp.ClientSession() as session:
        m.get("/stream", body=two_chunks, headers={"X-Kind": "live"}, status=206)
        async with session.get(f"{m.server_url}/stream") as response:
            assert response.status == 206
            assert response.headers["X-Kind"] == "live"
            assert response.headers["Transfer-Encoding"] == "chunked"
            assert await response.read() == b"first,second"


async def test_chunks_go_out_one_by_one() -> None:
    """A client gets head and chunks when they are made, not when the body is complete."""
    go_on = asyncio.Event()

    async def slow() -> AsyncIterator[bytes]:
        await go_on.wait()
        go_on.clear()
        yield b"first,"
        await go_on.wait()
        yield b"second"

    async with aiointercept(mock_external_urls=True) as m, aiohttp.ClientSession() as session:
        m.get(URL, body=slow)
        async with session.get(URL) as response:
            assert response.status == 200
            go_on.set()
            assert await response.content.readany() == b"first,"
            go_on.set()
            assert await response.content.read() == b"second"


async def test_head_request() -> None:
    """A HEAD gets the head, and nobody asks the iterator."""

    def opened() -> AsyncIterator[bytes]:
        raise AssertionError

    async with aiointercept(mock_external_urls=True) as m, aiohttp.ClientSession() as session:
        m.head(URL, body=opened, headers={"X-Kind": "live"})
        async with session.head(URL) as response:
            assert (response.status, response.headers["X-Kind"]) == (200, "live")


async def test_no_chunks_and_empty_chunks() -> None:
    """A body may be empty, and so may a chunk, which does not end it."""

    async def none() -> AsyncIterator[bytes]:
        return
        yield

    async def empty() -> AsyncIterator[bytes]:
        yield b""
        yield b"first,"
        yield bytearray()
        yield memoryview(b"second")

    async with aiointercept(mock_external_urls=True) as m, aiohttp.ClientSession() as session:
        m.get(URL, body=none)
        m.get(URL, body=empty)
        assert await body_of(session, URL) == b""
        assert await body_of(session, URL) == b"first,second"


async def test_call_in_the_log() -> None:
    """The log has status and headers; what streamed by is not kept."""
    async with aiointercept(mock_external_urls=True) as m, aiohttp.ClientSession() as session:
        handle = m.get(URL, body=two_chunks, status=203)
        await body_of(session, URL)
        (call,) = handle.calls
        assert call.response is not None
        assert (call.response.status, call.response.body) == (203, None)
        assert call.duration is not None


class TestFiles:
    """``body=pathlib.Path``."""

    async def test_content(self, tmp_path: Path) -> None:
        """A file of any size arrives whole, with its length told before."""
        path = tmp_path / "large.bin"
        content = bytes(range(256)) * 4096
        path.write_bytes(content)
        async with aiointercept(mock_external_urls=True) as m, aiohttp.ClientSession() as session:
            m.get(URL, body=path, repeat=2, content_type="application/octet-stream")
            for _ in range(2):
                async with session.get(URL) as response:
                    assert response.content_length == len(content)
                    assert response.content_type == "application/octet-stream"
                    assert await response.read() == content

    async def test_empty_file(self, tmp_path: Path) -> None:
        """An empty file is an empty body."""
        path = tmp_path / "empty"
        path.touch()
        async with aiointercept(mock_external_urls=True) as m, aiohttp.ClientSession() as session:
            m.get(URL, body=path)
            assert await body_of(session, URL) == b""

    async def test_missing_file(self, tmp_path: Path) -> None:
        """A file that is not there is refused when it is registered."""
        async with aiointercept(mock_external_urls=True) as m:
            with pytest.raises(ValueError, match=r"body: there is no file .*gone"):
                m.get(URL, body=tmp_path / "gone")

    async def test_file_that_vanishes(self, tmp_path: Path) -> None:
        """One that is gone when it is asked for gives a 500, and its error is held back."""
        path = tmp_path / "soon gone"
        path.write_text("here")

        async def use(m: aiointercept, session: aiohttp.ClientSession) -> None:
            m.get(URL, body=path)
            path.unlink()
            async with session.get(URL) as response:
                assert response.status == 500

        with pytest.raises(OSError, match="soon gone") as caught:
            await in_block(use, mock_external_urls=True)
        assert caught.value.errno == errno.ENOENT

    async def test_from_a_callback(self, tmp_path: Path) -> None:
        """A callback may answer with a file, or with an iterator."""
        path = tmp_path / "page.html"
        path.write_text("<p>")
        async with aiointercept(mock_external_urls=True) as m, aiohttp.ClientSession() as session:
            m.get(URL, callback=lambda url, **_: CallbackResult(body=path))
            m.get(URL, callback=lambda url, **_: CallbackResult(body=two_chunks()))
            assert await body_of(session, URL) == b"<p>"
            assert await body_of(session, URL) == b"first,second"


class TestEnds:
    """However an answer ends, the iterator's own clean-up has run when the block is left."""

    async def test_client_that_leaves_while_waiting(self) -> None:
        """A client that does not wait for the next chunk ends a generator that waits."""
        ended = asyncio.Event()

        async def endless() -> AsyncIterator[bytes]:
            try:
                yield b"first"
                await asyncio.Event().wait()
            finally:
                ended.set()

        async with aiointercept(mock_external_urls=True) as m, aiohttp.ClientSession() as session:
            m.get(URL, body=endless)
            async with session.get(URL) as response:
                assert await response.content.readany() == b"first"
            await asyncio.wait_for(ended.wait(), 5)

    async def test_client_that_leaves_while_there_is_more(self) -> None:
        """A client that does not want all of it ends a generator that has more."""
        ended = asyncio.Event()

        async def endless() -> AsyncIterator[bytes]:
            try:
                while True:
                    yield bytes(100_000)
            finally:
                ended.set()

        async with aiointercept(mock_external_urls=True) as m, aiohttp.ClientSession() as session:
            m.get(URL, body=endless)
            async with session.get(URL) as response:
                await response.content.readexactly(1_000)
            await asyncio.wait_for(ended.wait(), 5)

    @pytest.mark.parametrize("mode", ["intercept", "server"])
    async def test_block_that_ends(self, mode: str) -> None:
        """The end of the block ends generators too, and they may still await."""
        story: list[str] = []

        async def endless() -> AsyncIterator[bytes]:
            try:
                yield b"first"
                await asyncio.Event().wait()
            finally:
                await asyncio.sleep(0)
                story.append("closed")

        async with aiohttp.ClientSession() as session:
            async with aiointercept(mock_external_urls=mode == "intercept") as m:
                url = URL if mode == "intercept" else f"{m.server_url}/stream"
                m.get(url, body=endless)
                response = await session.get(url)
                await response.content.readany()
            assert story == ["closed"]
            with pytest.raises(aiohttp.ClientError):
                await response.read()

    async def test_iterable_that_makes_a_generator(self) -> None:
        """The generator is closed, not the iterable that made it."""
        ended = asyncio.Event()

        class Endless:
            async def __aiter__(self) -> AsyncIterator[bytes]:
                try:
                    while True:
                        yield bytes(100_000)
                finally:
                    ended.set()

        async with aiointercept(mock_external_urls=True) as m, aiohttp.ClientSession() as session:
            m.get(URL, body=Endless())
            async with session.get(URL) as response:
                await response.content.readexactly(1_000)
            await asyncio.wait_for(ended.wait(), 5)

    async def test_scopes_of_the_generator(self) -> None:
        """It runs in one task from its beginning to its end, as timeouts and contexts demand."""
        tasks: list[Any] = []

        async def body() -> AsyncIterator[bytes]:
            tasks.append(asyncio.current_task())
            yield b"first,"
            tasks.append(asyncio.current_task())
            await asyncio.sleep(0)
            yield b"second"
            tasks.append(asyncio.current_task())

        async with aiointercept(mock_external_urls=True) as m, aiohttp.ClientSession() as session:
            m.get(URL, body=body)
            assert await body_of(session, URL) == b"first,second"
        assert len(tasks) == 3
        assert len(set(tasks)) == 1


class TestErrors:
    """What the test's own code raises while a body streams is held back until the block ends."""

    @pytest.mark.parametrize("waits", [False, True])
    async def test_before_the_first_chunk(self, *, waits: bool) -> None:
        """If nothing was sent yet, the client gets a 500; else its body breaks."""

        async def broken() -> AsyncIterator[bytes]:
            if waits:
                await asyncio.sleep(0)
            raise LookupError("no first chunk")
            yield b""

        async def use(m: aiointercept, session: aiohttp.ClientSession) -> None:
            m.get(URL, body=broken)
            if waits:
                assert await broken_body_of(session, URL) == b""
                return
            async with session.get(URL) as response:
                assert response.status == 500
                assert "LookupError" in await response.text()

        with pytest.raises(LookupError, match="no first chunk") as caught:
            await in_block(use, mock_external_urls=True)
        assert caught.traceback[-1].name == "broken"

    @pytest.mark.parametrize("mode", ["intercept", "server"])
    async def test_between_chunks(self, mode: str) -> None:
        """What was sent arrives, and then the body breaks."""

        async def broken() -> AsyncIterator[bytes]:
            yield b"first,"
            await asyncio.sleep(0)
            raise LookupError("no second chunk")

        async def use(m: aiointercept, session: aiohttp.ClientSession) -> None:
            url = URL if mode == "intercept" else f"{m.server_url}/stream"
            m.get(url, body=broken)
            assert await broken_body_of(session, url) == b"first,"

        with pytest.raises(LookupError, match="no second chunk"):
            await in_block(use, mock_external_urls=mode == "intercept")

    @pytest.mark.parametrize("error", [ConnectionResetError("mine"), aiohttp.ClientError("mine")])
    async def test_errors_like_those_of_a_client_that_left(self, error: Exception) -> None:
        """An error of the iterator is one even if it is of a kind that connections raise."""

        async def broken() -> AsyncIterator[bytes]:
            yield b"first,"
            raise error

        async def use(m: aiointercept, session: aiohttp.ClientSession) -> None:
            m.get(URL, body=broken)
            assert await broken_body_of(session, URL) == b"first,"

        with pytest.raises(type(error), match="mine"):
            await in_block(use, mock_external_urls=True)

    async def test_failure_of_the_test_framework(self) -> None:
        """``pytest.fail`` in an iterator fails the test, though it is no ``Exception``."""

        async def failing() -> AsyncIterator[bytes]:
            pytest.fail("not this one")
            yield b""

        async def use(m: aiointercept, session: aiohttp.ClientSession) -> None:
            m.get(URL, body=failing)
            await session.get(URL)

        with pytest.raises(pytest.fail.Exception, match="not this one"):
            await in_block(use, mock_external_urls=True)

    async def test_in_the_function_that_opens(self) -> None:
        """The function that makes the iterator may fail too."""

        def opened() -> AsyncIterator[bytes]:
            raise LookupError("cannot be opened")

        async def use(m: aiointercept, session: aiohttp.ClientSession) -> None:
            m.get(URL, body=opened)
            async with session.get(URL) as response:
                assert response.status == 500

        with pytest.raises(LookupError, match="cannot be opened"):
            await in_block(use, mock_external_urls=True)

    async def test_in_the_clean_up(self) -> None:
        """An error while the iterator is closed counts as well."""

        async def body() -> AsyncIterator[bytes]:
            try:
                yield b"first"
                await asyncio.Event().wait()
            finally:
                raise LookupError("cannot be closed")

        async def use(m: aiointercept, session: aiohttp.ClientSession) -> None:
            m.get(URL, body=body)
            async with session.get(URL) as response:
                await response.content.readany()

        with pytest.raises(LookupError, match="cannot be closed"):
            await in_block(use, mock_external_urls=True)

    @pytest.mark.parametrize("chunk", ["text", 7, None, ["list"]])
    async def test_chunks_of_the_wrong_type(self, chunk: Any) -> None:
        """What is not bytes cannot be sent, and the message shows it."""

        async def wrong() -> AsyncIterator[Any]:
            yield chunk

        async def use(m: aiointercept, session: aiohttp.ClientSession) -> None:
            m.get(URL, body=wrong)
            async with session.get(URL) as response:
                assert response.status == 500

        with pytest.raises(TypeError, match="must consist of bytes"):
            await in_block(use, mock_external_urls=True)

    async def test_function_that_returns_no_iterable(self) -> None:
        """A function that makes something else is told so."""

        async def use(m: aiointercept, session: aiohttp.ClientSession) -> None:
            m.get(URL, body=lambda: b"not streamed")
            async with session.get(URL) as response:
                assert response.status == 500

        with pytest.raises(TypeError, match="must return an async iterable of bytes"):
            await in_block(use, mock_external_urls=True)

    async def test_several_errors(self) -> None:
        """The first one is raised; the message of the second one goes with it."""

        def failing(text: str) -> Callable[[], AsyncIterator[bytes]]:
            def opened() -> AsyncIterator[bytes]:
                raise LookupError(text)

            return opened

        async def use(m: aiointercept, session: aiohttp.ClientSession) -> None:
            m.get(URL, body=failing("number one"))
            m.get(URL, body=failing("number two"))
            await session.get(URL)
            await session.get(URL)

        with pytest.raises(LookupError, match="number one") as caught:
            await in_block(use, mock_external_urls=True)
        assert "LookupError: number two" in "".join(caught.value.__notes__)


@pytest.mark.parametrize("repeat", [2, True])
async def test_one_shot_iterator_for_several_requests(repeat: Any) -> None:
    """It cannot be given twice; the message suggests what can."""
    async with aiointercept(mock_external_urls=True) as m:
        for body in (two_chunks(), TwoChunks()):
            with pytest.raises(
                ValueError, match=r"body=make_chunks instead of body=make_chunks\(\)"
            ):
                m.get(URL, body=body, repeat=repeat)


@pytest.mark.parametrize("body", [3, {"a": 1}, ["list"], object(), [b"chunk"]])
async def test_no_body_at_all(body: Any) -> None:
    """What cannot be sent is refused at registration, naming the argument."""
    async with aiointercept(mock_external_urls=True) as m:
        with pytest.raises(TypeError, match="body must be bytes, str"):
            m.get(URL, body=body)
