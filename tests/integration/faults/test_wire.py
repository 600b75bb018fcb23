"""What goes over the wire when a fault is performed, seen by a bare socket, on both event loops."""

import asyncio
import errno
import socket
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import aiohttp
import pytest
import uvloop

from aiointercept import Fault, aiointercept

T = TypeVar("T")
Run = Callable[[Callable[[], Awaitable[T]]], T]

REQUEST = b"POST /things HTTP/1.1\r\nHost: mock\r\nContent-Length: 2\r\n\r\nhi"


@pytest.fixture(params=["asyncio", "uvloop"])
def run(request: pytest.FixtureRequest) -> Run[Any]:
    """Run a coroutine function on a new loop of either kind."""

    def on_new_loop(main: Callable[[], Awaitable[T]]) -> T:
        loop = asyncio.new_event_loop() if request.param == "asyncio" else uvloop.new_event_loop()
        try:
            return loop.run_until_complete(main())
        finally:
            loop.run_until_complete(loop.shutdown_asyncgens())
            loop.close()

    return on_new_loop


async def exchange(m: aiointercept) -> bytes:
    """Send a request over a socket of our own and return all that comes back."""
    loop = asyncio.get_running_loop()
    with socket.create_connection((m.server_host, m.server_port)) as sock:
        sock.setblocking(False)
        await loop.sock_sendall(sock, REQUEST)
        arrived = b""
        while chunk := await loop.sock_recv(sock, 65536):
            arrived += chunk
        return arrived


def test_reset(run: Run[None]) -> None:
    """A reset is one: the peer's socket fails with ECONNRESET and not with an end of file."""

    async def main() -> None:
        async with aiointercept() as m:
            m.post("/things", fault=Fault.CONNECTION_RESET)
            with pytest.raises(ConnectionResetError):
                await exchange(m)

    run(main)


def test_empty_response(run: Run[None]) -> None:
    """The connection ends properly, with nothing sent."""

    async def main() -> None:
        async with aiointercept() as m:
            m.post("/things", fault=Fault.EMPTY_RESPONSE)
            assert await exchange(m) == b""

    run(main)


def test_malformed_response(run: Run[None]) -> None:
    """What comes is no HTTP."""

    async def main() -> None:
        async with aiointercept() as m:
            m.post("/things", fault=Fault.MALFORMED_RESPONSE)
            arrived = await exchange(m)
            assert arrived
            assert not arrived.startswith(b"HTTP/")

    run(main)


def test_truncated_body(run: Run[None]) -> None:
    """More is announced than comes."""

    async def main() -> None:
        async with aiointercept() as m:
            m.post("/things", body=b"0123456789", fault=Fault.TRUNCATED_BODY)
            head, _, body = (await exchange(m)).partition(b"\r\n\r\n")
            announced = next(
                int(line.partition(b":")[2])
                for line in head.split(b"\r\n")
                if line.lower().startswith(b"content-length:")
            )
            assert 0 < len(body) < announced

    run(main)


def test_hang(run: Run[None]) -> None:
    """The request is taken and nothing comes, until the block ends."""

    async def main() -> None:
        received = asyncio.Event()
        async with aiointercept() as m:
            m.post("/things", fault=Fault.HANG, match=lambda _: received.set() is None)
            pending = asyncio.ensure_future(exchange(m))
            await received.wait()
            assert not pending.done()
        done, _ = await asyncio.wait([pending])
        (ended,) = done
        assert isinstance(ended.exception(), ConnectionResetError) or ended.result() == b""

    run(main)


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (Fault.CONNECTION_RESET, aiohttp.ClientOSError),
        (Fault.EMPTY_RESPONSE, aiohttp.ServerDisconnectedError),
        (Fault.TRUNCATED_BODY, aiohttp.ClientPayloadError),
        (Fault.MALFORMED_RESPONSE, aiohttp.ClientResponseError),
    ],
)
def test_intercepted_client(run: Run[None], fault: Fault, kind: type[Exception]) -> None:
    """An intercepted client sees the same on either loop."""

    async def main() -> None:
        async with aiointercept(mock_external_urls=True) as m, aiohttp.ClientSession() as session:
            m.post("https://api.test/things", fault=fault)
            with pytest.raises(kind) as caught:
                await read(session)
            assert type(caught.value) is kind
            if fault is Fault.CONNECTION_RESET:
                assert isinstance(caught.value, OSError)
                assert caught.value.errno == errno.ECONNRESET

    run(main)


async def read(session: aiohttp.ClientSession) -> None:
    """Send a request and read the whole answer."""
    async with session.post("https://api.test/things", data=b"hi") as response:
        await response.read()
