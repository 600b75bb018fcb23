import asyncio
import inspect
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

OFF_LOOPBACK = ("192.0.2.1", 80)
REFUSED = "would leave loopback"


@pytest.fixture
def udp() -> Iterator[socket.socket]:
    """Return a socket whose use would send a packet at once."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        yield sock


@pytest.fixture(params=["asyncio", "uvloop"])
def run(request: pytest.FixtureRequest) -> Iterator[Callable[..., Any]]:
    """Return a function that runs a coroutine on a loop of either kind."""
    if request.param == "uvloop":
        loop = pytest.importorskip("uvloop").new_event_loop()
    else:
        loop = asyncio.new_event_loop()
    yield loop.run_until_complete
    loop.run_until_complete(loop.shutdown_default_executor())
    loop.close()


@pytest.mark.parametrize(
    "call",
    [
        lambda sock: sock.connect(OFF_LOOPBACK),
        lambda sock: sock.connect_ex(OFF_LOOPBACK),
        lambda sock: sock.connect(("example.test", 80)),
        lambda sock: sock.connect_ex(("example.test", 80)),
        lambda sock: sock.sendto(b"x", ("example.test", 80)),
        lambda sock: sock.sendto(b"x", OFF_LOOPBACK),
        lambda sock: sock.sendto(b"x", 0, OFF_LOOPBACK),
        pytest.param(
            lambda sock: sock.sendmsg([b"x"], [], 0, OFF_LOOPBACK),
            marks=pytest.mark.skipif(sys.platform == "win32", reason="Windows has no sendmsg"),
        ),
        lambda _: socket.create_connection(OFF_LOOPBACK),
        lambda _: socket.getaddrinfo("example.test", 80),
        lambda _: socket.getaddrinfo(b"example.test", 80),
        lambda _: socket.gethostbyname("example.test"),
        lambda _: socket.gethostbyname_ex("example.test"),
        lambda _: socket.gethostbyaddr("192.0.2.1"),
        lambda _: socket.getnameinfo(OFF_LOOPBACK, 0),
    ],
    ids=lambda call: inspect.getsource(call).strip().removesuffix(","),
)
def test_a_blocking_call_off_loopback_is_refused(
    call: Callable[[socket.socket], object], udp: socket.socket, network_attempts: list[Any]
) -> None:
    """Whatever would send a packet or look up a name raises, and is recorded."""
    with pytest.raises(OSError, match=REFUSED):
        call(udp)
    assert len(network_attempts) == 1
    network_attempts.clear()


@pytest.mark.parametrize("host", ["192.0.2.1", "2001:db8::1", "example.test"])
def test_a_connection_of_a_loop_is_refused(
    host: str, run: Callable[..., Any], network_attempts: list[Any]
) -> None:
    """Addresses and names are refused on asyncio and on uvloop, which uses no Python socket."""

    async def connect() -> None:
        loop = asyncio.get_running_loop()
        await loop.create_connection(asyncio.Protocol, host, 80)

    with pytest.raises(OSError, match=REFUSED):
        run(connect())
    assert network_attempts
    network_attempts.clear()


def test_a_socket_given_to_a_loop_is_refused(
    run: Callable[..., Any], network_attempts: list[Any]
) -> None:
    """The way aiohttp connects, with a socket of its own, is closed too."""

    async def connect() -> None:
        with socket.socket() as sock:
            sock.setblocking(False)
            await asyncio.get_running_loop().sock_connect(sock, OFF_LOOPBACK)

    with pytest.raises(OSError, match=REFUSED):
        run(connect())
    assert len(network_attempts) == 1
    network_attempts.clear()


def test_a_lookup_of_a_loop_is_refused(
    run: Callable[..., Any], network_attempts: list[Any]
) -> None:
    """A name is refused before a resolver hears of it."""

    async def look_up() -> None:
        await asyncio.get_running_loop().getaddrinfo("example.test", 80)

    with pytest.raises(OSError, match=REFUSED):
        run(look_up())
    assert network_attempts
    network_attempts.clear()


def test_datagrams_of_a_loop_are_refused(
    run: Callable[..., Any], network_attempts: list[Any]
) -> None:
    """An endpoint cannot be connected to a remote address."""

    async def connect() -> None:
        loop = asyncio.get_running_loop()
        await loop.create_datagram_endpoint(asyncio.DatagramProtocol, remote_addr=OFF_LOOPBACK)

    with pytest.raises(OSError, match=REFUSED):
        run(connect())
    assert network_attempts
    network_attempts.clear()


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.1.2.3"])
def test_loopback_is_open(host: str, run: Callable[..., Any], network_attempts: list[Any]) -> None:
    """A server of the test's own can be reached by name and by address."""

    async def connect() -> None:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(asyncio.Protocol, "127.0.0.1", 0)
        if host == "127.1.2.3":
            server.close()
            server = await loop.create_server(asyncio.Protocol, host, 0)
        port = server.sockets[0].getsockname()[1]
        transport, _ = await loop.create_connection(
            asyncio.Protocol, host, port, family=socket.AF_INET
        )
        transport.close()
        server.close()
        await server.wait_closed()

    run(connect())
    assert network_attempts == []


@pytest.mark.parametrize("host", [None, "", "localhost", "192.0.2.1", "2001:db8::1", "::1"])
def test_a_lookup_that_asks_nobody_is_open(host: str | None, network_attempts: list[Any]) -> None:
    """Literals, and names that stand for this machine, are translated without a packet."""
    with suppress(socket.gaierror):  # where the machine has no IPv6
        socket.getaddrinfo(host, 80)
    assert network_attempts == []


@pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="the platform has no unix sockets")
def test_unix_sockets_are_open(tmp_path: Path, network_attempts: list[Any]) -> None:
    """A unix socket reaches nobody off this machine."""
    path = str(tmp_path / "s")
    with socket.socket(socket.AF_UNIX) as server, socket.socket(socket.AF_UNIX) as client:
        server.bind(path)
        server.listen()
        client.connect(path)
    assert network_attempts == []


def test_a_swallowed_refusal_fails_the_test(pytester: pytest.Pytester) -> None:
    """A test whose code hides the error is reported all the same, with the place of the call."""
    pytester.makeconftest((Path(__file__).parents[1] / "conftest.py").read_text("utf-8"))
    pytester.makepyfile(
        """
        import contextlib, socket

        def test_swallows():
            with contextlib.suppress(OSError):
                socket.getaddrinfo("example.test", 80)

        def test_is_not_blamed():
            pass
        """
    )
    result = pytester.runpytest_subprocess()
    result.assert_outcomes(passed=2, errors=1)
    result.stdout.fnmatch_lines(
        [
            "*ERROR at teardown of test_swallows*",
            "*socket.getaddrinfo*example.test*",
            "*in test_swallows",
        ]
    )
