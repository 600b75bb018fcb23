import asyncio
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest

from aiointercept.adapters.local_server import handover
from aiointercept.adapters.local_server.handover import (
    HandedOverError,
    KeptConnection,
    left_waiting,
    progress_of,
)


class Inner(asyncio.Protocol):
    """Notes the data that it gets."""

    def __init__(self) -> None:
        self.data: list[bytes] = []

    def data_received(self, data: bytes) -> None:
        self.data.append(data)


class FakeTransport:
    """Stands for a transport, and for its socket."""

    aborted = False

    def get_extra_info(self, name: str) -> Any:
        return self

    def fileno(self) -> int:
        return 7

    def dup(self) -> str:
        return "socket"

    def abort(self) -> None:
        self.aborted = True


class Case:
    """A connection and all around it."""

    def __init__(self) -> None:
        self.steps = 0
        self.inner = Inner()
        self.kept: set[KeptConnection] = set()
        self.transport: Any = FakeTransport()
        self.connection = KeptConnection(self.inner, lambda: self.steps, self.kept)
        self.connection.connection_made(self.transport)

    def receive(self, data: bytes) -> None:
        """Let the own loop read ``data``."""
        self.connection.get_buffer(-1)[: len(data)] = data
        self.connection.buffer_updated(len(data))


@pytest.fixture
def waiting(monkeypatch: pytest.MonkeyPatch) -> set[int]:
    """Return the descriptors that have data."""
    descriptors: set[int] = set()
    monkeypatch.setattr(handover, "_readable", descriptors.intersection)
    return descriptors


def test_data_goes_to_the_inner_protocol():
    """The connection is known until it is lost."""
    case = Case()
    case.receive(b"data")
    assert case.inner.data == [b"data"]
    assert case.kept == {case.connection}
    case.connection.connection_lost(None)
    assert case.kept == set()


def test_it_is_idle_between_two_requests():
    """Data that has come must have been answered."""
    case = Case()
    assert case.connection.idle
    case.receive(b"data")
    assert not case.connection.idle
    case.steps = 1
    assert not case.connection.idle
    case.steps = 2
    assert case.connection.idle


def test_data_that_nobody_reads(waiting: set[int]):
    """It waits for two looks; a loop that reads in between is alive."""
    case = Case()
    assert left_waiting([case.connection]) == []
    waiting.add(7)
    assert left_waiting([case.connection]) == []
    assert left_waiting([case.connection]) == [case.connection]
    case.receive(b"data")
    case.steps = 2
    assert left_waiting([case.connection]) == []


def test_a_loop_that_is_busy_makes_progress():
    """A read, an answer and a connection less all show; nothing else does."""
    one, other = Case(), Case()
    both = [one.connection, other.connection]
    seen = [progress_of(both)]
    one.receive(b"data")
    seen.append(progress_of(both))
    other.steps = 2
    seen.append(progress_of(both))
    assert progress_of(both) == seen[-1]
    seen.append(progress_of([one.connection]))
    assert all(before != after for before, after in pairwise(seen))
    assert progress_of([]) == 0


def refused(read: Callable[[], object]) -> bool:
    """Whether a read of the own loop is refused."""
    try:
        read()
    except HandedOverError:
        return True
    return False


def test_handing_over():
    """The own loop reads nothing from then on; its end closes, the connection stays."""
    case = Case()
    socket: Any = case.connection.hand_over()
    assert socket == "socket"
    assert case.kept == set()
    assert refused(lambda: case.connection.get_buffer(-1))
    with pytest.raises(BlockingIOError):
        case.connection.hand_over()
    case.connection.let_go()
    assert case.transport.aborted


def test_a_read_that_has_begun():
    """The connection stays where it is."""
    case = Case()
    assert not refused(lambda: case.connection.get_buffer(-1))
    with pytest.raises(BlockingIOError, match="in use again"):
        case.connection.hand_over()
