"""Failures at our own seams: whatever raises, what was done is undone and the next block works."""

import asyncio
import errno
import gc
import socket
import sys
import threading
from collections.abc import AsyncIterator, Callable
from typing import Any

import aiohttp
import pytest
import requests
from aiohttp import web
from aiohttp.connector import BaseConnector
from campaign_modes import ANSWER, CALLS, MODES, descriptors, nothing_left, register, run_on

from aiointercept import aiointercept
from aiointercept.testing import InMemoryInterceptor, InMemoryTransport, InMemoryUpstream

SOCKET_CALLS = (
    "bind",
    "listen",
    "setsockopt",
    "getsockname",
    "connect_ex",
    "accept",
    "setblocking",
)


class SeamError(OSError):
    """What a seam raises."""


def _called_by_us() -> bool:
    """Whether one of the nearest callers is a module of the package."""
    frame = sys._getframe(2)
    for _ in range(3):
        if frame is None:
            return False
        if str(frame.f_globals.get("__name__")).startswith("aiointercept."):
            return True
        frame = frame.f_back
    return False


def _failing(times: int, original: Callable[..., Any], error: Callable[[], BaseException]) -> Any:
    """Return a function that fails at the n-th call that comes from the package."""
    calls = 0

    def function(*arguments: Any, **options: Any) -> Any:
        nonlocal calls
        if _called_by_us():
            calls += 1
            if calls == times:
                raise error()
        return original(*arguments, **options)

    return function


async def _works(name: str) -> None:
    mode = MODES[name]
    async with mode.make() as mock:
        base = mode.base(mock)
        register(mode, mock, base)
        async with mode.session(mock) as session:
            assert await asyncio.wait_for(CALLS["plain"](session, base), 20) == ANSWER


async def _try(name: str) -> str:
    """Use a mock though something fails; return what came of it."""
    mode = MODES[name]
    try:
        async with mode.make() as mock:
            base = mode.base(mock)
            register(mode, mock, base)
            async with mode.session(mock) as session:
                for _ in range(3):
                    try:
                        assert await asyncio.wait_for(CALLS["plain"](session, base), 20) == ANSWER
                    except aiohttp.ClientConnectionError:
                        return "the call failed"
    except OSError:
        return "the block failed"
    return "fine"


@pytest.mark.parametrize("call", SOCKET_CALLS)
@pytest.mark.parametrize("name", ["server", "http", "session"])
@pytest.mark.parametrize("code", [errno.EMFILE, errno.EADDRINUSE, errno.ECONNABORTED])
def test_a_system_call_that_fails_is_one_failure(
    campaign: Any, monkeypatch: pytest.MonkeyPatch, call: str, name: str, code: int
) -> None:
    """A block or a call fails with a clear error; nothing stays open, and the next one works."""
    run_on("asyncio", _works(name))
    with nothing_left():
        for times in range(1, campaign.times(6, 20)):
            with monkeypatch.context() as patch:
                original = getattr(socket.socket, call)
                failing = _failing(times, original, lambda: OSError(code, "injected"))
                patch.setattr(socket.socket, call, failing, raising=False)
                run_on("asyncio", _try(name))
            run_on("asyncio", _works(name))
            campaign.count("system calls that failed")


class Failing:
    """An adapter of one's own whose n-th step raises."""

    def __init__(self, inner: Any, step: str) -> None:
        self._inner = inner
        self._step = step

    def __getattr__(self, name: str) -> Any:
        if name == self._step:
            raise SeamError(name)
        return getattr(self._inner, name)


def _unpatched() -> Any:
    return BaseConnector.connect, BaseConnector.close, aiohttp.ClientSession._request


@pytest.mark.parametrize("step", ["url", "start", "stop", "wait_closed"])
@pytest.mark.parametrize("intercepts", [True, False])
async def test_a_transport_that_raises_leaves_nothing(
    campaign: Any,
    step: str,
    intercepts: bool,  # noqa: FBT001  it is a parameter
) -> None:
    """Its error reaches the test; aiohttp is as before, and the mock can be entered again."""
    before = _unpatched()
    mock = aiointercept(mock_external_urls=intercepts, transport=Failing(InMemoryTransport(), step))
    for _ in range(3):
        try:
            async with mock:
                _ = mock.server_url
        except SeamError:
            assert True
        else:
            pytest.fail("the error was lost")
        assert _unpatched() == before
        campaign.count("adapters that raised")
    await _works("http")


@pytest.mark.parametrize("step", ["bind", "install", "uninstall"])
async def test_an_interceptor_that_raises_leaves_nothing(campaign: Any, step: str) -> None:
    """As a transport that raises."""
    before = _unpatched()
    mock = aiointercept(mock_external_urls=True, interceptor=Failing(InMemoryInterceptor(), step))
    for _ in range(3):
        with pytest.raises(SeamError):
            async with mock:
                pass
        assert _unpatched() == before
        campaign.count("adapters that raised")
    await _works("http")


async def test_an_upstream_that_raises_fails_the_call_alone(campaign: Any) -> None:
    """The client gets a connection error, and the next call an answer."""
    upstream = InMemoryUpstream({"http://good.test/": b"good"})
    mock = aiointercept(mock_external_urls=True, passthrough_unmatched=True, upstream=upstream)
    async with mock, aiohttp.ClientSession() as session:
        for _ in range(3):
            with pytest.raises(aiohttp.ClientConnectionError):
                await session.get("http://bad.test/")
            async with session.get("http://good.test/") as response:
                assert await response.text() == "good"
            campaign.count("adapters that raised")


@pytest.mark.parametrize("name", MODES)
def test_a_loop_that_closes_in_the_middle_takes_only_its_own_with_it(
    campaign: Any, name: str
) -> None:
    """The block goes on, on the next loop, and ends as usual."""
    mode = MODES[name]
    mock = mode.make()

    async def use(*, leave_running: bool) -> None:
        base = mode.base(mock)
        async with mode.session(mock) as session:
            assert await CALLS["plain"](session, base) == ANSWER
            if leave_running and mode.native:
                task = asyncio.ensure_future(CALLS["delay"](session, base))
                await asyncio.sleep(0)
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)

    with nothing_left(), mock:
        register(mode, mock, mode.base(mock))
        for index in range(campaign.times(10, 200)):
            run_on("asyncio", use(leave_running=index % 2 == 0))
            campaign.count("loops closed within a block")


def _in_a_callback(mock: aiointercept, error: type[BaseException]) -> None:
    def callback(url: Any, **_: Any) -> None:
        raise error

    mock.get("/bad", callback=callback)


def _in_an_async_callback(mock: aiointercept, error: type[BaseException]) -> None:
    async def callback(url: Any, **_: Any) -> None:
        raise error

    mock.get("/bad", callback=callback)


def _in_a_body(mock: aiointercept, error: type[BaseException]) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        yield b"some"
        raise error

    mock.get("/bad", body=chunks)


def _in_a_matcher(mock: aiointercept, error: type[BaseException]) -> None:
    def match(request: Any) -> bool:
        raise error

    mock.get("/bad", match=match)


def _in_a_websocket(mock: aiointercept, error: type[BaseException]) -> None:
    async def handler(socket: Any, request: Any) -> None:
        raise error

    mock.ws("/bad", handler)


UPGRADE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "MDEyMzQ1Njc4OWFiY2RlZg==",
}


@pytest.mark.parametrize("error", [SystemExit, KeyboardInterrupt, Exception])
@pytest.mark.parametrize(
    "place",
    [_in_a_callback, _in_an_async_callback, _in_a_body, _in_a_matcher, _in_a_websocket],
)
def test_whatever_the_users_code_raises_the_helper_serves_on(
    campaign: Any, place: Any, error: type[BaseException]
) -> None:
    """The client's call ends, the test gets the exception, and the next test its answers."""
    headers = UPGRADE if place is _in_a_websocket else {}
    with pytest.raises((error, RuntimeError)), aiointercept() as mock:
        place(mock, error)
        mock.get("/good", body="good", repeat=True)
        try:
            url = f"{mock.server_url}/bad"
            status = requests.get(url, timeout=20, headers=headers, stream=True).status_code
        except requests.RequestException:
            status = 0
        assert status in {0, 101, 200, 500}
        assert requests.get(f"{mock.server_url}/good", timeout=20).text == "good"
    with aiointercept() as mock:
        mock.get("/good", body="good")
        assert requests.get(f"{mock.server_url}/good", timeout=20).text == "good"
    campaign.count("exceptions on the helper's thread")


def test_a_helper_that_died_is_replaced(campaign: Any) -> None:
    """Its thread may end, as that of every daemon may: the next mock has another."""
    with aiointercept() as mock:
        mock.get("/", body="x")
        assert requests.get(mock.server_url, timeout=20).text == "x"
    helper = next(one for one in threading.enumerate() if one.name == "aiointercept-helper")

    def die(*_: Any) -> None:
        raise asyncio.CancelledError

    from aiointercept.adapters.local_server import helper_thread  # noqa: PLC0415  the seam

    helper_thread.helper_thread().loop.call_soon_threadsafe(helper_thread.helper_thread().loop.stop)
    with aiointercept() as mock:
        mock.get("/", body="y")
        assert requests.get(mock.server_url, timeout=20).text == "y"
    assert helper is not None
    campaign.count("exceptions on the helper's thread")


async def test_session_close_may_be_cancelled(campaign: Any) -> None:
    """Nobody is warned of what was not awaited, and the block ends as usual."""

    async def answer(_request: web.BaseRequest) -> web.Response:
        return web.Response(text="real")

    # A connection to it is closed by the session, as the one to the mock is.
    server = web.ServerRunner(web.Server(answer), handle_signals=False, shutdown_timeout=0.1)
    await server.setup()
    await web.TCPSite(server, "127.0.0.1", 0).start()
    real = f"http://127.0.0.1:{server.addresses[0][1]}/"
    for intercepts in (True, False):
        for turns in range(6):
            async with aiointercept(mock_external_urls=intercepts) as mock:
                base = "http://h.test" if intercepts else mock.server_url
                mock.get(f"{base}/", body="x", repeat=True)
                own = mock.session() if turns % 2 else aiohttp.ClientSession()
                async with own.get(f"{base}/") as response:
                    await response.text()
                async with own.get(real) as response:
                    assert await response.text() == "real"
                closing = asyncio.ensure_future(own.close())
                for _ in range(turns):
                    await asyncio.sleep(0)
                closing.cancel()
                await asyncio.gather(closing, return_exceptions=True)
            if not own.closed:
                await own.close()
            campaign.count("sessions whose closing was cancelled")
    await server.cleanup()
    gc.collect()


async def test_what_was_accepted_as_the_block_ended_is_closed(campaign: Any) -> None:
    """A connection that came in the very last turn gets its end, too."""
    for turns in range(campaign.times(20, 200)):
        before = descriptors()
        async with aiointercept() as mock:
            mock.get("/", body="x")
            peers = [socket.create_connection(("127.0.0.1", mock.server_port)) for _ in range(3)]
            for _ in range(turns % 5):
                await asyncio.sleep(0)
        await asyncio.sleep(0)
        for peer in peers:
            peer.settimeout(20)
            try:
                assert peer.recv(100) == b""
            except ConnectionResetError:
                continue
            finally:
                peer.close()
        assert descriptors() <= before
        campaign.count("connections accepted as a block ended", 3)
