"""Connections in memory, without sockets; one end receives at once what the other end writes.

For suites that forbid sockets, and for tests that depend on the exact iterations of the loop. The
same server answers as over loopback.
"""

import asyncio
import errno
import os
from collections import deque
from collections.abc import Callable
from typing import Any, Final
from weakref import WeakSet

from typing_extensions import override
from yarl import URL

from aiointercept.adapters.event_loops import call_on_loop
from aiointercept.adapters.handling.handler import ConnectionHandler
from aiointercept.core.ports.connection import ClientConnection
from aiointercept.core.ports.dispatcher import Dispatcher

_BASE: Final = URL("http://aiointercept.test")
_HIGH_WATER: Final = 1 << 16  # with more bytes in flight, the writer has to pause
_ADDRESS: Final = ("127.0.0.1", 0)


class SocketlessTransport:
    """A transport that connects intercepted clients in memory, without sockets.

    Its ``url`` is ``http://aiointercept.test``, for path-only routes and ``m.session()``. Nothing
    listens there, so other clients cannot reach it.
    """

    def __init__(self) -> None:
        self._dispatcher: Dispatcher | None = None
        self._handlers: dict[asyncio.AbstractEventLoop, ConnectionHandler] = {}
        # A handler lives as long as its connections do; nothing else keeps its loop alive.
        self._closing: WeakSet[ConnectionHandler] = WeakSet()

    @property
    def url(self) -> URL:
        """See :attr:`aiointercept.core.ports.transport.Listener.url`."""
        return _BASE

    def start(self, dispatcher: Dispatcher) -> None:
        """See :meth:`aiointercept.core.ports.transport.Listener.start`."""
        self._dispatcher = dispatcher

    def stop(self) -> None:
        """See :meth:`aiointercept.core.ports.transport.Listener.stop`."""
        self._dispatcher = None
        closing, self._handlers = list(self._handlers.values()), {}
        closing = [one for one in closing if one.pid == os.getpid()]
        self._closing = WeakSet(closing)
        for handler in closing:
            call_on_loop(handler.loop, handler.close)

    async def wait_closed(self) -> None:
        """See :meth:`aiointercept.core.ports.transport.Listener.wait_closed`."""
        here = asyncio.get_running_loop()
        closing, self._closing = list(self._closing), WeakSet()
        for handler in closing:
            if handler.loop is here:
                await handler.wait_closed()

    async def dial(self, factory: Callable[[], Any], connection: ClientConnection) -> Any:
        """See :meth:`aiointercept.core.ports.transport.Dialer.dial`."""
        loop = asyncio.get_running_loop()
        protocol = factory()
        connect(loop, protocol, self._handler(loop).protocol(connection))
        return protocol

    def _handler(self, loop: asyncio.AbstractEventLoop) -> ConnectionHandler:
        handler = self._handlers.get(loop)
        if handler is None:
            if self._dispatcher is None:
                msg = "the block of the mock has ended"
                raise ConnectionError(msg)
            handler = self._handlers[loop] = ConnectionHandler(
                self._dispatcher, lambda: str(_BASE), loop
            )
        return handler


def connect(
    loop: asyncio.AbstractEventLoop, client: asyncio.Protocol, server: asyncio.Protocol
) -> None:
    """Connect two protocols on ``loop``."""
    near, far = End(loop, client), End(loop, server)
    near.peer, far.peer = far, near
    server.connection_made(far)
    client.connection_made(near)


class End(asyncio.Transport):
    """One end of a connection in memory.

    ``write`` passes data to the other end within the call, unless that end has paused reading. An
    abort is a connection reset for the other end.

    Args:
        loop: the loop of both ends.
        protocol: the protocol of this end.

    Attributes:
        peer: the other end.
    """

    peer: "End"

    def __init__(self, loop: asyncio.AbstractEventLoop, protocol: asyncio.Protocol) -> None:
        super().__init__({"peername": _ADDRESS, "sockname": _ADDRESS})
        self._loop = loop
        self._protocol = protocol
        self._arrived: deque[bytes] = deque()
        self._waiting = 0
        self._paused = False
        self._closing = False
        self._ended = False
        self._holds_writer = False

    # Writing

    @override
    def write(self, data: Any) -> None:
        if not self._closing and data:
            self.peer.arrive(bytes(data))

    @override
    def get_write_buffer_size(self) -> int:
        return self.peer.waiting

    @override
    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        """Do nothing: the limit is the same for all."""

    @override
    def can_write_eof(self) -> bool:
        return False

    def hold_writer(self) -> None:
        """Pause writing at this end."""
        if not self._holds_writer:
            self._holds_writer = True
            self._protocol.pause_writing()

    def release_writer(self) -> None:
        """Resume writing at this end."""
        if self._holds_writer:
            self._holds_writer = False
            self._protocol.resume_writing()

    # Reading

    @property
    def waiting(self) -> int:
        """How many bytes have arrived but are not read yet."""
        return self._waiting

    def arrive(self, data: bytes) -> None:
        """Receive data that the other end wrote."""
        if self._closing:
            return
        self._arrived.append(data)
        self._waiting += len(data)
        self._read()
        if self._waiting > _HIGH_WATER:
            self.peer.hold_writer()

    def _read(self) -> None:
        while self._arrived and not self._paused and not self._closing:
            data = self._arrived.popleft()
            self._waiting -= len(data)
            self._hand_over(data)
        if self._waiting <= _HIGH_WATER:
            self.peer.release_writer()
        self._end_if_all_is_read()

    def _hand_over(self, data: bytes) -> None:
        try:
            self._protocol.data_received(data)
        except Exception as error:  # noqa: BLE001  the writer must not get the reader's errors
            context = {"message": "data_received failed", "exception": error, "transport": self}
            self._loop.call_exception_handler(context)
            self.abort()

    @override
    def pause_reading(self) -> None:
        self._paused = True

    @override
    def resume_reading(self) -> None:
        self._paused = False
        # Read what has arrived soon, but not within this call.
        self._loop.call_soon(self._read)

    @override
    def is_reading(self) -> bool:
        return not self._paused and not self._closing

    # The end

    @override
    def close(self) -> None:
        if not self._closing:
            self._end(None)
            self.peer.see_end()

    @override
    def abort(self) -> None:
        if not self._closing:
            self._end(None)
            self.peer.break_off()

    def see_end(self) -> None:
        """Record that the other end has closed; data that it wrote before is still read."""
        self._ended = True
        self._end_if_all_is_read()

    def _end_if_all_is_read(self) -> None:
        if self._ended and not self._arrived and not self._closing:
            self._protocol.eof_received()
            self._end(None)

    def break_off(self) -> None:
        """Close this end with ``ConnectionResetError``, because the other end has aborted."""
        if not self._closing:
            self._end(ConnectionResetError(errno.ECONNRESET, os.strerror(errno.ECONNRESET)))

    def _end(self, error: Exception | None) -> None:
        if not self._closing:
            self._closing = True
            self._arrived.clear()
            self._loop.call_soon(self._protocol.connection_lost, error)

    @override
    def is_closing(self) -> bool:
        return self._closing
