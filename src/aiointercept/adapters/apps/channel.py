"""A connection in memory between the relay and an application's server, also across two loops.

The application's end is a :class:`ServerEnd`, an ``asyncio.Transport``; the relay's end is a
:class:`Channel`. Each belongs to its own loop, which may be the same one. Both directions have flow
control: a sender waits while the other end has too much unread data.
"""

import asyncio
import contextvars
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any, Final, Protocol

from typing_extensions import override

from aiointercept.core.http.messages import Origin

_HIGH_WATER: Final = 1 << 18  # with more unread bytes, the sender waits
_LOW_WATER: Final = 1 << 16


class Receiver(Protocol):
    """Receives the bytes of an application's server. Called on the relay's loop."""

    def data_received(self, data: bytes, /) -> None:
        """Receive data from the server; acknowledge it with ``Channel.acknowledge``."""
        ...

    def connection_lost(self) -> None:
        """Handle that either side has closed the connection."""
        ...


class Channel:
    """The relay's end of a connection to an application's server.

    Args:
        loop: the relay's loop.
        app_loop: the application's loop.
        origin: the server that the application replaces.
        info: what ``get_extra_info`` of the application's transport returns.

    Attributes:
        origin: the server that the application replaces.
        same_loop: whether both ends belong to the same loop.
        closed: whether either side has closed the connection.
        receiver: receives what the server writes.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        app_loop: asyncio.AbstractEventLoop,
        origin: Origin,
        info: Mapping[str, Any],
    ) -> None:
        self._loop = loop
        self.same_loop = loop is app_loop
        self.origin = origin
        self.closed = False
        self.receiver: Receiver | None = None
        self._not_taken = 0
        self._drained: asyncio.Future[None] | None = None
        self.end = ServerEnd(app_loop, info, self)

    # To the application

    def write(self, data: bytes) -> None:
        """Send ``data``."""
        if not self.closed and data:
            self._not_taken += len(data)
            if self.same_loop:
                self.end.arrive(data)
            else:
                self._call(self.end.arrive, data)

    @property
    def crowded(self) -> bool:
        """Whether there is so much unread data that the sender should wait."""
        return self._not_taken > _HIGH_WATER

    async def drain(self) -> None:
        """Wait until the application has read enough of the sent data."""
        while self.crowded and not self.closed:
            if self._drained is None:
                self._drained = self._loop.create_future()
            await asyncio.shield(self._drained)

    def acknowledge(self, number: int) -> None:
        """Tell the application's end that ``number`` bytes of its data have been read."""
        if self.same_loop:
            self.end.written(number)
        else:
            self._call(self.end.written, number)

    def close(self) -> None:
        """Close the connection, as a client that disconnects."""
        if not self.closed:
            self._end()
            if self.receiver is not None:
                self.receiver.connection_lost()
            self._call(self.end.lose)

    def _call(self, function: Callable[..., object], *arguments: Any) -> None:
        call_across(self.end.loop, function, *arguments, same=self.same_loop)

    # From the application

    def deliver(self, data: bytes) -> None:
        """Receive data that the application wrote."""
        if self.receiver is not None and not self.closed:
            self.receiver.data_received(data)

    def taken(self, number: int) -> None:
        """Record that the application has read ``number`` bytes."""
        self._not_taken -= number
        if self._drained is not None and self._not_taken <= _LOW_WATER:
            self._wake()

    def lost(self) -> None:
        """Record that the application has closed the connection."""
        if not self.closed:
            self._end()
            if self.receiver is not None:
                self.receiver.connection_lost()

    def call(self, function: Callable[..., object], *arguments: Any) -> None:
        """Call a function of the relay, from the application's loop."""
        call_across(self._loop, function, *arguments, same=self.same_loop)

    def _end(self) -> None:
        self.closed = True
        self._wake()

    def _wake(self) -> None:
        drained, self._drained = self._drained, None
        if drained is not None and not drained.done():
            drained.set_result(None)


class ServerEnd(asyncio.Transport):
    """The application's end: the transport of its server's protocol.

    Args:
        loop: the application's loop.
        info: what ``get_extra_info`` returns.
        channel: the other end.

    Attributes:
        users: the tasks that serve the connection, which have called ``get_extra_info``.
        gone: whether the client has disconnected.
    """

    def __init__(
        self, loop: asyncio.AbstractEventLoop, info: Mapping[str, Any], channel: Channel
    ) -> None:
        super().__init__(dict(info))
        self.loop = loop
        self.users: set[asyncio.Task[Any]] = set()
        self.gone = False
        self._called = False  # whether the relay or the loop is calling the protocol
        self._channel = channel
        self._context = contextvars.Context()
        self._protocol: Any = None
        self._arrived: deque[bytes] = deque()
        self._paused = False
        self._closing = False
        self._not_taken = 0
        self._writer_waits = False

    def open(self, factory: Callable[[], asyncio.Protocol], context: contextvars.Context) -> None:
        """Connect a server's protocol, which from now on runs in ``context``."""
        self._context = context
        context.run(self._open, factory)

    def _open(self, factory: Callable[[], asyncio.Protocol]) -> None:
        self._protocol = factory()
        self._called = True
        try:
            self._protocol.connection_made(self)
        finally:
            self._called = False

    @override
    def get_extra_info(self, name: str, default: Any = None) -> Any:
        if not self._called:
            self._note_user()
        return super().get_extra_info(name, default)

    def _note_user(self) -> None:
        try:
            task = asyncio.current_task()
        except RuntimeError:
            return
        if task is not None and task not in self.users:
            self.users.add(task)
            task.add_done_callback(self.users.discard)

    # Reading

    def arrive(self, data: bytes) -> None:
        """Receive data that the relay sent."""
        if self._closing:
            return
        self._arrived.append(data)
        self._read()

    def _read(self) -> None:
        while self._arrived and not self._paused and not self._closing:
            data = self._arrived.popleft()
            if self._channel.same_loop:
                self._channel.taken(len(data))
            else:
                self._channel.call(self._channel.taken, len(data))
            self._called = True
            try:
                self._context.run(self._protocol.data_received, data)
            except Exception as error:  # noqa: BLE001  a failing server loses its connection
                context = {"message": "data_received failed", "exception": error}
                self.loop.call_exception_handler({**context, "transport": self})
                self.abort()
            finally:
                self._called = False

    @override
    def pause_reading(self) -> None:
        self._paused = True

    @override
    def resume_reading(self) -> None:
        self._paused = False
        if self._arrived:
            # Read what has arrived soon, but not within this call.
            self.loop.call_soon(self._read)

    @override
    def is_reading(self) -> bool:
        return not self._paused and not self._closing

    # Writing

    @override
    def write(self, data: Any) -> None:
        if self._closing or not data:
            return
        chunk = bytes(data)
        self._not_taken += len(chunk)
        if self._channel.same_loop:
            self._channel.deliver(chunk)
        else:
            self._channel.call(self._channel.deliver, chunk)
        if self._not_taken > _HIGH_WATER and not self._writer_waits and not self._closing:
            self._writer_waits = True
            self._protocol.pause_writing()

    def written(self, number: int) -> None:
        """Record that the relay has read ``number`` bytes."""
        self._not_taken -= number
        if self._writer_waits and self._not_taken <= _LOW_WATER and not self._closing:
            self._writer_waits = False
            self.loop.call_soon(self._protocol.resume_writing)

    @override
    def get_write_buffer_size(self) -> int:
        return self._not_taken

    @override
    def get_write_buffer_limits(self) -> tuple[int, int]:
        return _LOW_WATER, _HIGH_WATER

    @override
    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        """Do nothing: the limits are the same for all."""

    @override
    def can_write_eof(self) -> bool:
        return False

    @property
    def _sendfile_compatible(self) -> object:
        # asyncio checks this before it sends a file; servers then write the file in chunks.
        raise NotImplementedError

    # The end

    @override
    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        self._protocol = protocol

    @override
    def get_protocol(self) -> asyncio.BaseProtocol:
        protocol: asyncio.BaseProtocol = self._protocol
        return protocol

    @override
    def close(self) -> None:
        if not self._closing:
            self._end(None)
            self._channel.call(self._channel.lost)

    @override
    def abort(self) -> None:
        self.close()

    def lose(self) -> None:
        """Record that the client has disconnected."""
        self.gone = True
        if not self._closing:
            self._end(ConnectionResetError("the client closed the connection"))

    def _end(self, error: Exception | None) -> None:
        self._closing = True
        self._arrived.clear()
        if self._protocol is not None and not self.loop.is_closed():
            self.loop.call_soon(self._lose, error, context=self._context)

    def _lose(self, error: Exception | None) -> None:
        if self._writer_waits:
            self._writer_waits = False
            self._protocol.resume_writing()
        self._protocol.connection_lost(error)

    @override
    def is_closing(self) -> bool:
        return self._closing


def call_across(
    loop: asyncio.AbstractEventLoop,
    function: Callable[..., object],
    *arguments: Any,
    same: bool,
) -> None:
    """Call ``function`` on ``loop``: at once on the same loop, else in its next iteration.

    Do nothing if the loop is closed, because everything that belonged to it is dead.
    """
    if same:
        function(*arguments)
        return
    try:
        loop.call_soon_threadsafe(function, *arguments)
    except RuntimeError:
        return
