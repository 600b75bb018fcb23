"""How a connection changes hands, seen at its two ends."""

import asyncio
import select
import socket
from collections.abc import Iterator
from typing import Any

import pytest
from attrs import define, field

from aiointercept.adapters.local_server.handover import (
    HandedOverError,
    KeptConnection,
    left_waiting,
)


@define(eq=False, slots=False)
class Inner(asyncio.Protocol):
    """Notes what it is told."""

    told: list[Any] = field(factory=list)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self.told.append("made")

    def data_received(self, data: bytes) -> None:
        """Take data."""
        self.told.append(data)

    def eof_received(self) -> bool | None:
        """Take the end of the data."""
        self.told.append("eof")

    def pause_writing(self) -> None:
        """Wait."""
        self.told.append("pause")

    def resume_writing(self) -> None:
        """Go on."""
        self.told.append("resume")

    def connection_lost(self, exc: Exception | None) -> None:
        """End."""
        self.told.append("lost")


@define(eq=False, slots=False)
class Transport:
    """Has a socket, and can be aborted."""

    sock: socket.socket
    aborted: bool = False

    def get_extra_info(self, name: str) -> socket.socket:
        """Return the socket."""
        return self.sock

    def abort(self) -> None:
        """End."""
        self.aborted = True


@define(eq=False, slots=False)
class Case:
    """A connection that is kept, and all around it."""

    client: socket.socket
    server: socket.socket
    steps: int = 0
    inner: Inner = field(factory=Inner)
    kept: set[KeptConnection] = field(factory=set)

    def __attrs_post_init__(self) -> None:
        """Connect."""
        self.connection = KeptConnection(self.inner, lambda: self.steps, self.kept)
        self.transport: Any = Transport(self.server)
        self.connection.connection_made(self.transport)

    def read(self) -> None:
        """Let the own loop read what has come."""
        size = self.server.recv_into(self.connection.get_buffer(-1))
        self.connection.buffer_updated(size)

    def receive(self, data: bytes) -> None:
        """Let the own loop read what the client sent."""
        self.client.sendall(data)
        self.read()


@pytest.fixture
def case() -> Iterator[Case]:
    """Return a connection that is kept."""
    client, server = socket.socketpair()
    with client, server:
        yield Case(client, server)


def test_until_it_is_handed_over_all_goes_to_the_inner_protocol(case: Case):
    """In the order in which it comes; the connection is known as long as it is open."""
    assert case.kept == {case.connection}
    case.receive(b"data")
    case.connection.pause_writing()
    case.connection.resume_writing()
    assert case.connection.eof_received() is None
    case.connection.connection_lost(None)
    assert case.inner.told == ["made", b"data", "pause", "resume", "eof", "lost"]
    assert case.kept == set()


@pytest.mark.parametrize(
    ("steps_before", "steps_after", "idle"),
    [
        (0, 0, False),  # a part of a head came
        (0, 1, False),  # the head is there, and the request is answered
        (0, 2, True),  # it was answered
        (1, 1, False),  # a part of the body came
        (1, 2, True),  # the rest of the body came, and the answer went
        (1, 3, False),  # the next request came with it
        (2, 2, False),  # the next request begins
    ],
)
def test_a_connection_is_idle_between_two_requests(
    case: Case, *, steps_before: int, steps_after: int, idle: bool
):
    """Nothing is half received, nothing being answered; steps are beginnings and ends."""
    assert case.connection.idle
    case.steps = steps_before
    case.receive(b"data")
    case.steps = steps_after
    assert case.connection.idle is idle


@pytest.mark.parametrize("poll", [True, False])
def test_only_what_waits_for_two_looks_is_left_waiting(
    case: Case, *, poll: bool, monkeypatch: pytest.MonkeyPatch
):
    """A loop that reads in between is alive."""
    if not poll:
        monkeypatch.delattr(select, "poll", raising=False)
    assert left_waiting([]) == []
    assert left_waiting([case.connection]) == []
    case.client.sendall(b"first")
    assert left_waiting([case.connection]) == []
    assert left_waiting([case.connection]) == [case.connection]
    case.read()
    case.steps = 2
    case.client.sendall(b"second")
    assert left_waiting([case.connection]) == []
    assert left_waiting([case.connection]) == [case.connection]
    case.server.recv(100)
    assert left_waiting([case.connection]) == []
    case.client.sendall(b"third")
    assert left_waiting([case.connection]) == []


def test_what_is_not_idle_or_closed_is_not_left_waiting(case: Case):
    """Half a request belongs to the loop that read it; a closed socket to nobody."""
    case.receive(b"half")
    case.client.sendall(b"rest")
    for _ in range(3):
        assert left_waiting([case.connection]) == []
    case.steps = 2
    case.server.close()
    for _ in range(3):
        assert left_waiting([case.connection]) == []


def test_from_the_moment_it_is_handed_over_the_own_loop_reads_nothing(case: Case):
    """It may be just about to read, but what comes from now on is for the other loop alone."""
    with case.connection.hand_over() as handed:
        assert case.kept == set()
        case.client.sendall(b"first")
        with pytest.raises(HandedOverError):
            case.connection.get_buffer(-1)
        assert handed.recv(100) == b"first"
        case.connection.let_go()
        assert case.transport.aborted
        case.server.close()
        case.client.sendall(b"second")
        assert handed.recv(100) == b"second"
        handed.sendall(b"answer")
        assert case.client.recv(100) == b"answer"
    assert case.inner.told == ["made"]


def test_what_the_own_loop_reads_after_all_is_not_handed_over(case: Case):
    """Whoever saw it idle a moment ago is told that a request has begun since then."""
    case.client.sendall(b"request")
    size = case.server.recv_into(case.connection.get_buffer(-1))
    with pytest.raises(BlockingIOError):
        case.connection.hand_over()
    case.connection.buffer_updated(size)
    with pytest.raises(BlockingIOError):
        case.connection.hand_over()
    case.steps = 2
    case.connection.hand_over().close()
    with pytest.raises(BlockingIOError):
        case.connection.hand_over()
    assert case.inner.told == ["made", b"request"]


def test_a_closed_connection_cannot_be_handed_over(case: Case):
    """Whoever tries gets the error of the operating system, and the connection stays as it is."""
    case.server.close()
    with pytest.raises(OSError, match="Bad file descriptor"):
        case.connection.hand_over()
    case.connection.get_buffer(-1)[:4] = b"data"
    case.connection.buffer_updated(4)
    assert case.inner.told == ["made", b"data"]
