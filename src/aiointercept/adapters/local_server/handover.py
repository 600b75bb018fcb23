"""Keep-alive connections, and how another loop takes one over from a blocked loop.

Between two requests a connection has no state but its socket, so another loop can serve it. Only
one loop may read at a time: the own loop announces each read before it begins, and its reads fail
once the connection is handed over. This module knows nothing about HTTP, and does not decide
whether a loop is blocked.
"""

import asyncio
import select
import socket
import threading
from collections.abc import Callable, Iterable
from typing import Any, Final

from typing_extensions import override

_BUFFER_SIZE: Final = 1 << 18
_MOST_SELECTED: Final = 500  # ``select`` of Windows takes 512 sockets, that of others 1,024


class HandedOverError(ConnectionAbortedError):
    """The own loop tried to read from a connection that another loop now serves."""


class _Buffers(threading.local):
    """One buffer for each thread: a loop reads from one connection at a time."""

    def __init__(self) -> None:
        self.here = bytearray(_BUFFER_SIZE)
        self.view = memoryview(self.here)


_buffers: Final = _Buffers()


class KeptConnection(asyncio.BufferedProtocol):
    """A server's protocol whose connection can move to another loop while it is idle.

    It is a buffered protocol because asyncio calls ``get_buffer`` before it takes data from the
    socket. So a loop that no longer serves the connection cannot read data from it.

    Args:
        inner: serves the connection until then; also an attribute.
        steps: returns how many requests of ``inner`` have begun, plus how many have ended.
        kept: the open connections; this one is in the set while it is open.
    """

    def __init__(
        self, inner: asyncio.Protocol, steps: Callable[[], int], kept: "set[KeptConnection]"
    ) -> None:
        self.inner = inner
        self._steps = steps
        self._kept = kept
        # Held only for a few comparisons, never while waiting for anything.
        self._lock = threading.Lock()
        self._reading = False
        self._handed_over = False
        self._steps_before_data = -1
        self._reads = 0
        self._seen: int | None = None
        self._transport: Any = None

    @property
    def idle(self) -> bool:
        """Whether all received requests are answered, and nothing is being read."""
        steps = self._steps()
        return not self._reading and steps % 2 == 0 and steps > self._steps_before_data

    @property
    def progress(self) -> int:
        """A number that changes whenever the own loop does something for the connection."""
        return self._reads + self._steps()

    @property
    def descriptor(self) -> int:
        """The file descriptor of the socket; -1 once it is closed."""
        return int(self._transport.get_extra_info("socket").fileno())

    def left_waiting(self, *, data: bool) -> bool:
        """Whether data waits now and waited at the previous call, with no read in between."""
        waited = data and self._seen == self._reads
        self._seen = self._reads if data else None
        return waited

    def hand_over(self) -> socket.socket:
        """Return a socket for another loop to serve; the own loop reads nothing from now on.

        Raises:
            OSError: if the connection is closed, or the own loop has begun to read.
        """
        with self._lock:
            if not self.idle or self._handed_over:
                msg = "the connection is in use again"
                raise BlockingIOError(msg)
            connection: socket.socket = self._transport.get_extra_info("socket").dup()
            self._handed_over = True
        self._kept.discard(self)
        return connection

    def let_go(self) -> None:
        """Close the own loop's copy of the socket; call this on that loop.

        The connection stays open.
        """
        self._transport.abort()

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self._kept.add(self)
        self.inner.connection_made(transport)

    @override
    def get_buffer(self, sizehint: int) -> bytearray:
        """Return the buffer for a read; called right before the read.

        Raises:
            HandedOverError: if another loop now serves the connection; this loop's copy closes.
        """
        with self._lock:
            if self._handed_over:
                raise HandedOverError
            self._reading = True
        return _buffers.here

    @override
    def buffer_updated(self, nbytes: int) -> None:
        self._reads += 1
        self._steps_before_data = self._steps()
        self._reading = False
        self.inner.data_received(bytes(_buffers.view[:nbytes]))

    @override
    def eof_received(self) -> bool | None:
        self._reading = False
        return self.inner.eof_received()

    @override
    def pause_writing(self) -> None:
        self.inner.pause_writing()

    @override
    def resume_writing(self) -> None:
        self.inner.resume_writing()

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        self._kept.discard(self)
        self.inner.connection_lost(exc)


def progress_of(connections: Iterable[KeptConnection]) -> int:
    """Return a number that changes whenever the loop does something for one of ``connections``.

    A loop that is busy with hundreds of connections may leave one of them unread for a while. As
    long as this number changes, the loop is not blocked.
    """
    return sum(1 + one.progress for one in connections)


def left_waiting(connections: Iterable[KeptConnection]) -> list[KeptConnection]:
    """Return the idle connections among ``connections`` whose data is left unread."""
    idle = {one.descriptor: one for one in connections if one.idle}
    readable = _readable([number for number in idle if number != -1])
    return [one for number, one in idle.items() if one.left_waiting(data=number in readable)]


def _readable(descriptors: list[int]) -> set[int]:
    if not descriptors:
        return set()
    if not hasattr(select, "poll"):
        readable: set[int] = set()
        for start in range(0, len(descriptors), _MOST_SELECTED):
            some = descriptors[start : start + _MOST_SELECTED]
            readable.update(select.select(some, [], [], 0)[0])
        return readable
    poll = select.poll()
    for number in descriptors:
        poll.register(number, select.POLLIN)
    return {number for number, event in poll.poll(0) if event & select.POLLIN}
