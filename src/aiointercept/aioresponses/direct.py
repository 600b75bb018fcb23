"""A connection whose answer is made before the client connects.

It needs no socket, no server and no iteration of the loop; with a complete body, it also needs no
task and no timer. The client writes its request, which nothing reads, and then has the answer.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterable
from typing import Any, Final

from aiohttp.client_proto import ResponseHandler
from typing_extensions import override

from aiointercept.aioresponses.client_calls import receive_body

_END_OF_HEAD: Final = b"\r\n\r\n"
_LAST_CHUNK: Final = b"0\r\n\r\n"


class DirectTransport(asyncio.Transport):
    """The client's end of a connection without a peer.

    It transfers one request without a body; the connection ends with the answer.

    Args:
        protocol: the client's protocol; it gets the answer as soon as it has written its request.
        head: the status line and headers.
        body: the complete body, which ends with the connection.
        chunks: a streaming body in place of ``body``.
    """

    def __init__(
        self,
        protocol: ResponseHandler,
        head: bytes,
        body: bytes = b"",
        chunks: AsyncIterable[bytes] | None = None,
    ) -> None:
        super().__init__()
        self._protocol = protocol
        self._head = head
        self._body = body
        self._chunks = chunks
        self._sender: asyncio.Task[None] | None = None
        self._may_send: asyncio.Event | None = None
        self._lost = False
        self._closing = False

    @override
    def write(self, data: Any) -> None:
        # The client writes only a head, in one or two pieces.
        if self._closing or not self._head or not bytes(data).endswith(_END_OF_HEAD):
            return
        head, self._head = self._head, b""
        if self._chunks is None:
            # Otherwise the client would start its read timeout for an answer that it already has.
            self._protocol.read_timeout = None
        self._protocol.data_received(head)
        if self._chunks is None:
            # A client that rejects the head has closed the connection.
            if self._body and not self._closing:
                receive_body(self._protocol, self._body)
            self._end()
        else:
            self._may_send = may_send = asyncio.Event()
            may_send.set()
            sending = self._send(self._chunks, may_send)
            self._sender = asyncio.get_running_loop().create_task(sending)

    async def _send(self, chunks: AsyncIterable[bytes], may_send: asyncio.Event) -> None:
        error: Exception | None = None
        try:
            async for chunk in chunks:
                await may_send.wait()
                if self._closing:
                    return
                self._protocol.data_received(_framed(chunk))
            self._protocol.data_received(_LAST_CHUNK)
        except Exception as raised:  # noqa: BLE001  the client gets it as one of its own errors
            error = raised
        finally:
            if isinstance(chunks, AsyncGenerator):
                await chunks.aclose()
            self._end(error)

    def _end(self, error: Exception | None = None) -> None:
        # A client that rejects the answer closes the connection itself.
        if not self._closing:
            self._closing = True
            self._lose(error)

    def _lose(self, error: Exception | None = None) -> None:
        if not self._lost:
            self._lost = True
            self._protocol.connection_lost(error)

    @override
    def close(self) -> None:
        if self._closing:
            return
        self._closing = True
        if self._sender is not None:
            self._sender.cancel()
        asyncio.get_running_loop().call_soon(self._lose)

    @override
    def abort(self) -> None:
        self.close()

    @override
    def is_closing(self) -> bool:
        return self._closing

    @override
    def pause_reading(self) -> None:
        if self._may_send is not None:
            self._may_send.clear()

    @override
    def resume_reading(self) -> None:
        if self._may_send is not None:
            self._may_send.set()

    @override
    def is_reading(self) -> bool:
        return self._may_send is None or self._may_send.is_set()

    @override
    def get_write_buffer_size(self) -> int:
        return 0

    @override
    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        """Do nothing, because the write buffer is always empty."""

    @override
    def can_write_eof(self) -> bool:
        return False


def _framed(chunk: Any) -> bytes:
    data = memoryview(chunk).tobytes()
    return b"%x\r\n%b\r\n" % (len(data), data) if data else b""
