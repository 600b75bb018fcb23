"""A transport whose answer is made before the client is connected: nothing else takes part.

There is no socket, no server, no task, no timer and no turn of the loop: what the client writes is
read for where its request ends, and there the answer is in its hands. What is answered, and which
requests there are, is none of this module's business.
"""

import asyncio
from collections.abc import Awaitable, Callable
from http.client import responses as _phrases
from typing import Any, Final

from typing_extensions import override
from yarl import URL

from aiointercept.adapters.wire import has_body
from aiointercept.core.http import Response
from aiointercept.core.ports import Desk, Line

_END_OF_HEAD: Final = b"\r\n\r\n"
_CONTINUE: Final = b"HTTP/1.1 100 Continue\r\n\r\n"


class DirectTransport:
    """Answers each client in that one's own task, while it believes to connect.

    One connection carries one request; it ends with the answer.

    Args:
        ask: makes the answer to the request of a line; what it raises, the client gets.
    """

    def __init__(self, ask: Callable[[Line], Awaitable[Response]]) -> None:
        self._ask = ask

    @property
    def url(self) -> URL:
        """See :attr:`aiointercept.core.ports.Transport.url`; there is none.

        Raises:
            RuntimeError: always.
        """
        msg = "nothing listens here: only intercepted aiohttp clients get an answer"
        raise RuntimeError(msg)

    def start(self, desk: Desk) -> None:
        """See :meth:`aiointercept.core.ports.Transport.start`."""

    def stop(self) -> None:
        """See :meth:`aiointercept.core.ports.Transport.stop`."""

    async def wait_closed(self) -> None:
        """See :meth:`aiointercept.core.ports.Transport.wait_closed`."""

    async def dial(self, factory: Callable[[], Any], line: Line) -> Any:
        """See :meth:`aiointercept.core.ports.Transport.dial`."""
        answer = await self._ask(line)
        protocol = factory()
        protocol.connection_made(
            Connection(asyncio.get_running_loop(), protocol, wire_form(answer, line.request.method))
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


class Incoming:
    """Finds the end of the one request that a client writes.

    Attributes:
        complete: whether it has been reached.
    """

    def __init__(self) -> None:
        self.complete = False
        self._buffer = bytearray()
        self._step: Callable[[], bool] = self._read_head
        self._missing = 0
        self._wants_continue = False

    def feed(self, data: bytes) -> None:
        """Take what was written."""
        self._buffer += data
        while not self.complete and self._step():
            pass

    def takes_continue(self) -> bool:
        """Say, once, whether the client waits to be told that its body is wanted."""
        wants, self._wants_continue = self._wants_continue, False
        return wants

    def _read_head(self) -> bool:
        end = self._buffer.find(_END_OF_HEAD)
        if end < 0:
            return False
        fields = dict(map(_field, bytes(self._buffer[:end]).split(b"\r\n")[1:]))
        del self._buffer[: end + len(_END_OF_HEAD)]
        self._wants_continue = fields.get(b"expect") == b"100-continue"
        if b"chunked" in fields.get(b"transfer-encoding", b""):
            self._step = self._read_size
        else:
            self._missing = int(fields.get(b"content-length", b"0"))
            self._step = self._read_body
        return True

    def _read_body(self) -> bool:
        self._skip()
        self.complete = self._missing == 0
        return False

    def _read_size(self) -> bool:
        end = self._buffer.find(b"\r\n")
        if end < 0:
            return False
        size = int(self._buffer[:end].partition(b";")[0], 16)
        del self._buffer[: end + 2]
        self._missing = size + 2
        self._step = self._read_chunk if size else self._read_body
        return True

    def _read_chunk(self) -> bool:
        self._skip()
        if self._missing:
            return False
        self._step = self._read_size
        return True

    def _skip(self) -> None:
        there = min(self._missing, len(self._buffer))
        self._missing -= there
        del self._buffer[:there]


def _field(line: bytes) -> tuple[bytes, bytes]:
    name, _, value = line.partition(b":")
    return name.strip().lower(), value.strip().lower()


def misleads(answer: Response, method: str) -> bool:
    """Say whether ``answer`` has a ``Content-Length`` by which its body could not be read."""
    told = answer.headers.get("Content-Length")
    if told is None or not has_body(answer.status, method):
        return False
    return told != str(len(answer.body or b""))


def wire_form(answer: Response, method: str) -> bytes:
    """Return ``answer`` as it goes over a connection, with the header fields it has and no other.

    The body ends with the connection, unless a field says where it does; a field that would not be
    true is left out.
    """
    reason = _phrases.get(answer.status, "") if answer.reason is None else answer.reason
    lines = [f"HTTP/1.1 {answer.status} {reason}"]
    left_out = "content-length" if misleads(answer, method) else None
    lines += [
        f"{name}: {value}" for name, value in answer.headers.items() if name.lower() != left_out
    ]
    head = "\r\n".join([*lines, "", ""]).encode("utf-8", "surrogateescape")
    body = answer.body or b""
    if not has_body(answer.status, method):
        return head
    if "chunked" in answer.headers.get("Transfer-Encoding", "").lower():
        chunk = b"%x\r\n%b\r\n" % (len(body), body) if body else b""
        body = chunk + b"0\r\n\r\n"
    return head + body
