"""The ways in which a mock receives requests, and the calls that clients make, for all of them."""

import asyncio
import contextlib
import gc
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web
from aiohttp.abc import AbstractResolver
from attrs import frozen

from aiointercept import CallbackResult, aiointercept, matchers
from aiointercept.aioresponses import aioresponses
from aiointercept.testing import SocketlessTransport

try:
    import uvloop
except ImportError:  # there is none on Windows and PyPy
    uvloop = None

DESCRIPTORS = Path("/proc/self/fd")
ANSWER = "the answer"


def descriptors() -> int:
    """Count what this process has open; 0 where the system does not tell."""
    return len(list(DESCRIPTORS.iterdir())) if DESCRIPTORS.exists() else 0


@frozen
class Mode:
    """One way to receive requests.

    Attributes:
        make: makes the mock.
        origin: where the routes are; ``None`` for the mock's own server.
        own_session: whether only ``m.session()`` leads to the mock.
        native: whether it is an ``aiointercept``, not the drop-in.
        application: whether the calls are answered by an application, not by routes.
        proxied: whether clients are led to the mock by its proxy.
    """

    make: Callable[[], Any]
    origin: str | None = None
    own_session: bool = False
    native: bool = True
    application: bool = False
    proxied: bool = False

    def base(self, mock: Any) -> str:
        """Return the origin under which its routes are registered."""
        return mock.server_url if self.origin is None else self.origin

    def session(self, mock: Any, **options: Any) -> aiohttp.ClientSession:
        """Return a session whose calls reach the mock."""
        if self.proxied:
            return aiohttp.ClientSession(proxy=mock.proxy_url, **options)
        return mock.session(**options) if self.own_session else aiohttp.ClientSession(**options)


MODES = {
    "server": Mode(aiointercept),
    "http": Mode(lambda: aiointercept(mock_external_urls=True), "http://h.test"),
    "https": Mode(lambda: aiointercept(mock_external_urls=True), "https://h.test:8443"),
    "session": Mode(aiointercept, "https://h.test", own_session=True),
    "unmatched": Mode(
        lambda: aiointercept(mock_external_urls=True, passthrough_unmatched=True), "http://h.test"
    ),
    "socketless": Mode(
        lambda: aiointercept(mock_external_urls=True, transport=SocketlessTransport()),
        "http://h.test",
    ),
    "drop-in": Mode(aioresponses, "http://h.test", native=False),
}
NATIVE_MODES = [name for name, mode in MODES.items() if mode.native]


async def _callback(url: Any, **_: Any) -> CallbackResult:
    await asyncio.sleep(0)
    return CallbackResult(body=ANSWER)


async def _chunks() -> AsyncIterator[bytes]:
    for part in ANSWER.split(" "):
        await asyncio.sleep(0)
        yield part.encode() if part == "the" else f" {part}".encode()


async def _echo(socket: Any, _request: Any) -> None:
    async for message in socket:
        await socket.send_str(message.data)


def register(mode: Mode, mock: Any, base: str) -> None:
    """Register what the calls ask for."""
    if mode.application:
        mock.mount(base, real_application())
        return
    mock.get(f"{base}/plain", body=ANSWER, repeat=True)
    mock.post(f"{base}/post", body=ANSWER, repeat=True)
    mock.get(f"{base}/callback", callback=_callback, repeat=True)
    if not mode.native:
        return
    mock.get(f"{base}/redirect", status=302, headers={"Location": f"{base}/plain"}, repeat=True)
    mock.get(f"{base}/stream", body=_chunks, repeat=True)
    mock.get(f"{base}/delay", body=ANSWER, delay=0.0005, repeat=True)
    mock.ws(f"{base}/ws", _echo, repeat=True)


def real_application() -> web.Application:
    """Return an application that answers all calls."""

    async def answer(request: web.Request) -> web.Response:
        await request.read()
        await asyncio.sleep(0)
        return web.Response(text=ANSWER)

    async def redirect(_request: web.Request) -> web.Response:
        raise web.HTTPFound("/plain")

    async def stream(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        async for chunk in _chunks():
            await response.write(chunk)
        return response

    async def delay(_request: web.Request) -> web.Response:
        await asyncio.sleep(0.0005)
        return web.Response(text=ANSWER)

    async def talk(request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await _echo(socket, request)
        return socket

    application = web.Application()
    for path in ("/plain", "/post", "/callback"):
        application.router.add_route("*", path, answer)
    for path, handler in (
        ("/redirect", redirect),
        ("/stream", stream),
        ("/delay", delay),
        ("/ws", talk),
    ):
        application.router.add_get(path, handler)
    return application


class _Here(AbstractResolver):
    """Finds every name at one port of this machine."""

    def __init__(self, port: int) -> None:
        self._port = port

    async def resolve(self, host: str, port: int = 0, family: int = 0) -> list[Any]:
        found = {"hostname": host, "host": "127.0.0.1", "port": self._port}
        return [{**found, "family": 2, "proto": 0, "flags": 0}]

    async def close(self) -> None:
        """Nothing is open."""


class Forwarding:
    """A mock that carries all calls to a real server, as its routes want to see the bodies."""

    def __init__(self) -> None:
        self._mock = aiointercept(mock_external_urls=True, passthrough_unmatched=True)

    async def __aenter__(self) -> "Forwarding":
        self._runner = web.AppRunner(
            real_application(), handle_signals=False, shutdown_timeout=0.1, access_log=None
        )
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        await self._mock.__aenter__()
        self._mock.route(matchers.body("never"), repeat=True)
        return self

    async def __aexit__(self, *exception: object) -> None:
        await self._mock.__aexit__(*exception)
        await self._runner.cleanup()

    def mount(self, *_: Any) -> None:
        """Do nothing: the real server is there."""

    def session(self, **options: Any) -> aiohttp.ClientSession:
        """Return a session that finds every name at the real server."""
        resolver = _Here(self._runner.addresses[0][1])
        return aiohttp.ClientSession(connector=aiohttp.TCPConnector(resolver=resolver), **options)


# Beside these ways to be reached, there are more ways to answer.
MORE_MODES = {
    "tls": Mode(lambda: aiointercept(mock_external_urls=True, tls=True), "https://h.test"),
    "https server": Mode(lambda: aiointercept(tls=True), "https://h.test", own_session=True),
    "proxy": Mode(aiointercept, "http://h.test", proxied=True),
    "mounted": Mode(
        lambda: aiointercept(mock_external_urls=True), "http://h.test", application=True
    ),
    "forwarded": Mode(Forwarding, "http://h.test", own_session=True, application=True),
}


async def _read(session: aiohttp.ClientSession, method: str, url: str, **options: Any) -> str:
    async with session.request(method, url, **options) as response:
        return await response.text()


async def _slow_body() -> AsyncIterator[bytes]:
    for _ in range(3):
        await asyncio.sleep(0)
        yield b"x" * 1000


async def _talk(session: aiohttp.ClientSession, base: str) -> str:
    async with session.ws_connect(f"{base}/ws") as socket:
        await socket.send_str(ANSWER)
        return await socket.receive_str()


Make = Callable[[aiohttp.ClientSession, str], Awaitable[str]]
CALLS: dict[str, Make] = {
    "plain": lambda session, base: _read(session, "GET", f"{base}/plain"),
    "post": lambda session, base: _read(session, "POST", f"{base}/post", json={"a": 1}),
    "callback": lambda session, base: _read(session, "GET", f"{base}/callback"),
    "redirect": lambda session, base: _read(session, "GET", f"{base}/redirect"),
    "stream": lambda session, base: _read(session, "GET", f"{base}/stream"),
    "delay": lambda session, base: _read(session, "GET", f"{base}/delay"),
    "upload": lambda session, base: _read(session, "POST", f"{base}/post", data=_slow_body()),
    "ws": _talk,
}


def calls_of(mode: Mode) -> list[str]:
    """Return the calls that can be made in a mode."""
    return list(CALLS) if mode.native else ["plain", "post", "callback"]


def loop_kinds() -> list[str]:
    """Return the event loops that are there."""
    return ["asyncio"] if uvloop is None else ["asyncio", "uvloop"]


class WithoutReaders(asyncio.SelectorEventLoop):
    """A loop that waits for sockets by itself alone, as the default one of Windows does.

    What that one has not is refused. How it does its own work is not simulated.
    """

    add_reader = asyncio.AbstractEventLoop.add_reader
    remove_reader = asyncio.AbstractEventLoop.remove_reader
    add_writer = asyncio.AbstractEventLoop.add_writer
    remove_writer = asyncio.AbstractEventLoop.remove_writer

    # What this loop itself does by them, in asyncio.
    def _sock_read_done(self, fd: int, fut: Any, handle: Any = None) -> None:
        if handle is None or not handle.cancelled():
            self._remove_reader(fd)

    def _sock_write_done(self, fd: int, fut: Any, handle: Any = None) -> None:
        if handle is None or not handle.cancelled():
            self._remove_writer(fd)


WITHOUT_READERS = "without readers"


def new_loop(kind: str) -> asyncio.AbstractEventLoop:
    """Return a new loop of this kind."""
    if kind == WITHOUT_READERS:
        return WithoutReaders()
    return uvloop.new_event_loop() if kind == "uvloop" else asyncio.new_event_loop()


def run_on(kind: str, main: Coroutine[Any, Any, Any], limit: float = 300.0) -> Any:
    """Run a coroutine on a new loop of this kind, as a program would; nothing may go unheard."""
    loop = new_loop(kind)
    unheard: list[dict[str, Any]] = []
    loop.set_exception_handler(lambda _, context: unheard.append(context))
    try:
        result = loop.run_until_complete(asyncio.wait_for(main, limit))
        for _ in range(5):
            loop.run_until_complete(asyncio.sleep(0))
        left = [task for task in asyncio.all_tasks(loop) if not task.done()]
        loop.run_until_complete(loop.shutdown_asyncgens())
    finally:
        loop.close()
    assert not left, left
    gc.collect()
    assert not unheard, unheard
    return result


@contextlib.contextmanager
def nothing_left(*, descriptors_more: int = 0) -> Any:
    """Check that the body leaves no thread and no descriptor."""
    with aiointercept():  # the helper, which stays, is there from now on
        pass
    for kind in loop_kinds():  # and what uvloop keeps for the process
        run_on(kind, asyncio.sleep(0))
    gc.collect()
    threads, before = set(threading.enumerate()), descriptors()
    yield
    gc.collect()
    assert descriptors() <= before + descriptors_more
    assert set(threading.enumerate()) <= threads
