"""Connections that clients keep open, and how another loop takes one over from a blocked loop.

Between two requests nothing but the socket matters, so it can be served elsewhere. Nothing about
HTTP is known here, nor who decides that a loop is blocked.
"""

import asyncio
import os
import select
import socket
from collections.abc import Callable, Iterable
from typing import Any

from typing_extensions import override


class KeptConnection(asyncio.Protocol):
    """A server's protocol whose connection may go to another loop while nothing is going on.

    Args:
        inner: serves the connection until then.
        steps: returns how many requests of ``inner`` have begun, plus how many have ended.
        kept: it is one of these while it is open.
    """

    def __init__(
        self, inner: asyncio.Protocol, steps: Callable[[], int], kept: "set[KeptConnection]"
    ) -> None:
        self._inner = inner
        self._steps = steps
        self._kept = kept
        self._steps_before_data = -1
        self._chunks = 0
        self._seen: int | None = None
        self._transport: Any = None
        self._handed_over: Callable[[bytes], object] | None = None

    @property
    def idle(self) -> bool:
        """Whether all that was received is answered."""
        steps = self._steps()
        return steps % 2 == 0 and steps > self._steps_before_data

    @property
    def descriptor(self) -> int:
        """Of its socket; -1 once that is closed."""
        return int(self._transport.get_extra_info("socket").fileno())

    def left_waiting(self, *, data: bool) -> bool:
        """Whether data waits, and did so when this was last asked, and none was read since."""
        waited = data and self._seen == self._chunks
        self._seen = self._chunks if data else None
        return waited

    def hand_over(self, inner: asyncio.Protocol, loop: asyncio.AbstractEventLoop) -> socket.socket:
        """Return its socket, for ``inner`` to serve on ``loop``, which gets what is read here.

        Raises:
            OSError: if it is closed.
        """
        connection = socket.socket(fileno=os.dup(self.descriptor))
        self._kept.discard(self)
        self._handed_over = lambda data: loop.call_soon_threadsafe(inner.data_received, data)
        return connection

    def let_go(self) -> None:
        """Close this loop's end of it, to be called there; the connection stays open."""
        self._transport.abort()

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self._kept.add(self)
        self._inner.connection_made(transport)

    @override
    def data_received(self, data: bytes) -> None:
        if self._handed_over is not None:
            self._handed_over(data)
            return
        self._chunks += 1
        self._steps_before_data = self._steps()
        self._inner.data_received(data)

    @override
    def eof_received(self) -> bool | None:
        return None if self._handed_over is not None else self._inner.eof_received()

    @override
    def pause_writing(self) -> None:
        self._inner.pause_writing()

    @override
    def resume_writing(self) -> None:
        self._inner.resume_writing()

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        self._kept.discard(self)
        self._inner.connection_lost(exc)


def left_waiting(connections: Iterable[KeptConnection]) -> list[KeptConnection]:
    """Return the idle ones among ``connections`` whose data nobody reads."""
    idle = {one.descriptor: one for one in connections if one.idle}
    readable = _readable([number for number in idle if number != -1])
    return [one for number, one in idle.items() if one.left_waiting(data=number in readable)]


def _readable(descriptors: list[int]) -> set[int]:
    if not descriptors:
        return set()
    if not hasattr(select, "poll"):
        return set(select.select(descriptors, [], [], 0)[0])
    poll = select.poll()
    for number in descriptors:
        poll.register(number, select.POLLIN)
    return {number for number, event in poll.poll(0) if event & select.POLLIN}
