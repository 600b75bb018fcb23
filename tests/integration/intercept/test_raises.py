"""``raises=``: the very exception reaches the caller of the client, once."""

import asyncio
import errno
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from aiointercept import aiointercept, matchers

URL = "https://api.test/"


class Odd(Exception):  # noqa: N818  # it is odd, and no error of ours
    """Nothing that a client ever raises."""


class Told(BaseException):
    """Not even an ``Exception``."""


INSTANCES: list[Any] = [
    asyncio.TimeoutError(),
    asyncio.TimeoutError("late"),
    aiohttp.ServerDisconnectedError("gone"),
    aiohttp.ClientConnectionError("lost"),
    aiohttp.ServerTimeoutError("slow"),
    aiohttp.ConnectionTimeoutError("slower"),
    aiohttp.SocketTimeoutError("slowest"),
    aiohttp.ClientPayloadError("half"),
    aiohttp.TooManyRedirects(None, ()),  # type: ignore[arg-type]  # nobody looks into it
    aiohttp.ClientOSError(errno.EPIPE, "pipe"),
    asyncio.CancelledError(),
    ValueError("plain"),
    KeyError("key"),
    Odd("odd"),
    Told("told"),
]


@pytest.mark.parametrize("error", INSTANCES, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_the_very_instance_is_raised_once(error: BaseException, method: str) -> None:
    """Whatever its type; a repetition by aiohttp makes no second call of it."""
    async with (
        aiointercept(mock_external_urls=True) as m,
        aiohttp.ClientSession() as session,
    ):
        route = m.add(URL, method, raises=error)
        m.add(URL, method, body="after")
        with pytest.raises(type(error)) as caught:
            await session.request(method, URL)
        assert caught.value is error
        assert route.call_count == 1
        assert m.call_count == 1
        assert m.calls[0].response is None
        async with session.request(method, URL) as response:
            assert await response.text() == "after"


@pytest.mark.parametrize(
    "kind",
    [
        asyncio.TimeoutError,
        aiohttp.ServerDisconnectedError,
        aiohttp.ClientConnectionError,
        asyncio.CancelledError,
        ValueError,
        Odd,
    ],
)
async def test_of_a_class_a_new_instance_is_raised(kind: type[BaseException]) -> None:
    """Exactly of this class, and each time another one."""
    async with (
        aiointercept(mock_external_urls=True) as m,
        aiohttp.ClientSession() as session,
    ):
        route = m.get(URL, raises=kind, repeat=True)
        found: list[BaseException] = []
        for _ in range(2):
            with pytest.raises(kind) as caught:
                await session.get(URL)
            assert type(caught.value) is kind
            found.append(caught.value)
        assert found[0] is not found[1]
        assert route.call_count == 2


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.EHOSTUNREACH, "unreachable"),
        ConnectionResetError(errno.ECONNRESET, "reset"),
        ConnectionRefusedError(errno.ECONNREFUSED, "refused"),
        TimeoutError(errno.ETIMEDOUT, "timed out"),
        OSError("just text"),
    ],
    ids=str,
)
async def test_an_os_error_comes_as_aiohttp_makes_it(error: OSError) -> None:
    """A ``ClientOSError`` with the same arguments, its cause the very one."""
    async with (
        aiointercept(mock_external_urls=True) as m,
        aiohttp.ClientSession() as session,
    ):
        route = m.get(URL, raises=error)
        m.get(URL, body="after")
        with pytest.raises(aiohttp.ClientOSError) as caught:
            await session.get(URL)
        assert type(caught.value) is aiohttp.ClientOSError
        assert caught.value.args == error.args
        assert caught.value.__cause__ is error
        assert route.call_count == 1
        assert m.call_count == 1


async def test_a_repeated_instance_grows_no_traceback() -> None:
    """RaiseReply a hundred times, it is as short as the first time."""
    error = Odd("again")
    lengths: set[int] = set()
    async with (
        aiointercept(mock_external_urls=True) as m,
        aiohttp.ClientSession() as session,
    ):
        m.get(URL, raises=error, repeat=True)
        for _ in range(100):
            try:
                await session.get(URL)
            except Odd as caught:
                depth = 0
                traceback = caught.__traceback__
                while traceback is not None:
                    depth += 1
                    traceback = traceback.tb_next
                lengths.add(depth)
        assert m.call_count == 100
    assert len(lengths) <= 2


@pytest.mark.parametrize("error", [ValueError("plain"), aiohttp.ServerDisconnectedError("gone")])
async def test_it_passes_middlewares_and_raise_for_status(error: Exception) -> None:
    """A middleware may see it, and change nothing."""
    seen: list[BaseException] = []

    async def watch(request: aiohttp.ClientRequest, handler: Any) -> aiohttp.ClientResponse:
        try:
            return await handler(request)
        except type(error) as caught:
            seen.append(caught)
            raise

    async with (
        aiointercept(mock_external_urls=True) as m,
        aiohttp.ClientSession(middlewares=(watch,), raise_for_status=True) as session,
    ):
        m.post(URL, raises=error)
        with pytest.raises(type(error)) as caught:
            await session.post(URL)
        assert caught.value is error
        assert seen == [error]


async def test_it_is_raised_after_the_delay_and_for_matching_bodies_only() -> None:
    """The other options of a route hold for it too."""
    error = Odd("yes")

    async def streamed() -> AsyncIterator[bytes]:
        yield b"no"

    async with (
        aiointercept(mock_external_urls=True) as m,
        aiohttp.ClientSession() as session,
    ):
        m.post(URL, match=matchers.body(b"yes"), raises=error, delay=0.001)
        m.post(URL, body="fine", repeat=True)
        async with session.post(URL, data=streamed()) as response:
            assert await response.text() == "fine"
        with pytest.raises(Odd) as caught:
            await session.post(URL, data=b"yes")
        assert caught.value is error


async def test_it_is_raised_on_a_warm_connection_and_leaves_the_session_usable() -> None:
    """Before and after, answers come."""
    async with (
        aiointercept(mock_external_urls=True) as m,
        aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=1)) as session,
    ):
        m.get(URL, body="before")
        m.get(URL, raises=Odd)
        m.get(URL, body="after")
        async with session.get(URL) as response:
            assert await response.text() == "before"
        with pytest.raises(Odd):
            await session.get(URL)
        async with session.get(URL) as response:
            assert await response.text() == "after"


async def test_a_cancelled_error_cancels_nobody() -> None:
    """The task that caught it goes on as if nothing had been."""
    async with (
        aiointercept(mock_external_urls=True) as m,
        aiohttp.ClientSession() as session,
    ):
        m.get(URL, raises=asyncio.CancelledError)
        with pytest.raises(asyncio.CancelledError):
            await session.get(URL)
        await asyncio.sleep(0)
        task = asyncio.current_task()
        assert task is not None
        if hasattr(task, "cancelling"):
            assert task.cancelling() == 0


async def test_a_redirect_may_end_in_it() -> None:
    """The second hop raises; the first was answered."""
    async with (
        aiointercept(mock_external_urls=True) as m,
        aiohttp.ClientSession() as session,
    ):
        m.get(URL, status=302, headers={"Location": "/next"})
        m.get(f"{URL}next", raises=Odd("at the end"))
        with pytest.raises(Odd, match="at the end"):
            await session.get(URL)
        assert m.call_count == 2


async def test_a_websocket_handshake_may_raise_it() -> None:
    """``ws_connect`` is a call like any other."""
    async with (
        aiointercept(mock_external_urls=True) as m,
        aiohttp.ClientSession() as session,
    ):
        m.get("wss://api.test/", raises=Odd("no chat"))
        with pytest.raises(Odd, match="no chat"):
            await session.ws_connect("wss://api.test/")


@pytest.mark.parametrize("given", [3, "ValueError", int, object()])
async def test_what_is_no_exception_is_refused(given: Any) -> None:
    """At registration, naming the argument."""
    async with aiointercept(mock_external_urls=True) as m:
        with pytest.raises(TypeError, match="raises"):
            m.get(URL, raises=given)


async def test_it_cannot_be_raised_at_server_url() -> None:
    """Whoever calls there is not intercepted."""
    async with aiointercept(mock_external_urls=True) as m:
        with pytest.raises(ValueError, match="raises"):
            m.get("/x", raises=Odd)


async def test_exception_closes_the_connection() -> None:
    """The client gets what aiohttp raises; one call uses the route once, though it is repeated."""
    async with (
        aiointercept(mock_external_urls=True) as m,
        aiohttp.ClientSession() as session,
    ):
        route = m.get(URL, exception=True)
        m.get(URL, body="after")
        with pytest.raises(aiohttp.ServerDisconnectedError) as caught:
            await session.get(URL)
        assert type(caught.value) is aiohttp.ServerDisconnectedError
        assert str(caught.value) == "Server disconnected"
        assert route.call_count == 1
        async with session.get(URL) as response:
            assert await response.text() == "after"
        assert [call.attempts for call in m.calls] == [2, 1]
