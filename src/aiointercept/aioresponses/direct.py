"""A dialer whose answer is made before the client is connected: nothing else takes part.

There is no socket, no server, no task, no timer and no turn of the loop: what the client writes is
read for where its request ends, and there the answer is in its hands. What is answered, and which
requests there are, is none of this module's business.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Final

from typing_extensions import override

from aiointercept.aioresponses.framing import Incoming, wire_form
from aiointercept.core.http.messages import Response
from aiointercept.core.ports.connection import ClientConnection

_CONTINUE: Final = b"HTTP/1.1 100 Continue\r\n\r\n"


class DirectDialer:
    """Answers each client in that one's own task, while it believes to connect.

    One connection carries one request; it ends with the answer.

    Args:
        ask: makes the answer to the request of a connection; what it raises, the client gets.
    """

    def __init__(self, ask: Callable[[ClientConnection], Awaitable[Response]]) -> None:
        self._ask = ask

    async def dial(self, factory: Callable[[], Any], connection: ClientConnection) -> Any:
        """See :meth:`aiointercept.core.ports.transport.Dialer.dial`."""
        answer = await self._ask(connection)
        protocol = factory()
        protocol.connection_made(
            Connection(
                asyncio.get_running_loop(), protocol, wire_form(answer, connection.request.method)
            )
        )
        return protocol


class Connection(asyncio.Transport):
    """The client's end of a connection that has no other end.

    Args:
        loop: the client's.
        protocol: the client's; gets ``answer`` as soon as it has written a whole request.
        answer: all that the connection will ever bring.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, protocol: Any, answer: bytes) -> None:
        super().__init__()
        self._loop = loop
        self._protocol = protocol
        self._answer = answer
        self._incoming = Incoming()
        self._paused = False
        self._lost = False
        self._closing = False

    @override
    def write(self, data: Any) -> None:
        if self._closing or self._incoming.complete:
            return
        self._incoming.feed(bytes(data))
        if self._incoming.takes_continue():
            self._protocol.data_received(_CONTINUE)
        self._deliver()

    def _deliver(self) -> None:
        """Hand over the answer, and then the end of the connection, which is the body's."""
        if not self._incoming.complete or self._paused or self._closing:
            return
        # The client would else begin to measure how long it waits for what it has.
        self._protocol.read_timeout = None
        answer, self._answer = self._answer, b""
        if answer:
            self._protocol.data_received(answer)
        self._end()

    def _end(self) -> None:
        # A client that reads no more, or that did not like the answer, has its own time for this.
        if not self._paused and not self._closing:
            self._closing = True
            self._lose()

    def _lose(self) -> None:
        if not self._lost:
            self._lost = True
            self._protocol.connection_lost(None)

    @override
    def close(self) -> None:
        if not self._closing:
            self._closing = True
            self._loop.call_soon(self._lose)

    @override
    def abort(self) -> None:
        self.close()

    @override
    def is_closing(self) -> bool:
        return self._closing

    @override
    def pause_reading(self) -> None:
        self._paused = True

    @override
    def resume_reading(self) -> None:
        self._paused = False
        self._deliver()

    @override
    def is_reading(self) -> bool:
        return not self._paused

    @override
    def get_write_buffer_size(self) -> int:
        return 0

    @override
    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        """Do nothing: nothing is ever left to be written."""

    @override
    def can_write_eof(self) -> bool:
        return False
