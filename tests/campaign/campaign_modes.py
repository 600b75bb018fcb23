"""The ways in which a mock receives requests, and the calls that clients make, for all of them."""

import asyncio
import contextlib
import gc
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from pathlib import Path
from typing import Any

import aiohttp
from attrs import frozen

from aiointercept import CallbackResult, aiointercept
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
    """

    make: Callable[[], Any]
    origin: str | None = None
    own_session: bool = False
    native: bool = True

    def base(self, mock: Any) -> str:
        """Return the origin under which its routes are registered."""
        return mock.server_url if self.origin is None else self.origin

    def session(self, mock: Any, **options: Any) -> aiohttp.ClientSession:
        """Return a session whose calls reach the mock."""
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
    mock.get(f"{base}/plain", body=ANSWER, repeat=True)
    mock.post(f"{base}/post", body=ANSWER, repeat=True)
    mock.get(f"{base}/callback", callback=_callback, repeat=True)
    if not mode.native:
        return
    mock.get(f"{base}/redirect", status=302, headers={"Location": f"{base}/plain"}, repeat=True)
    mock.get(f"{base}/stream", body=_chunks, repeat=True)
    mock.get(f"{base}/delay", body=ANSWER, delay=0.0005, repeat=True)
    mock.ws(f"{base}/ws", _echo, repeat=True)


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


def new_loop(kind: str) -> asyncio.AbstractEventLoop:
    """Return a new loop of this kind."""
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
