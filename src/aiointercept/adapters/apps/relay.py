"""Relays one request to a mounted application, and its response back, byte for byte.

The application sees the request as the client sent it; the client gets what the application's
server wrote. The relay only looks for the end of the response, for the log and the next request.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any, Final

import aiohttp
from aiohttp import hdrs, web
from aiohttp.http import HttpVersion10
from attrs import frozen
from typing_extensions import override

from aiointercept.adapters.apps.channel import Channel
from aiointercept.adapters.apps.framing import FramingError, ResponseFraming
from aiointercept.adapters.handling.request import AiointerceptRequest
from aiointercept.adapters.handling.response import Answered
from aiointercept.core.http.encodings import readable_body
from aiointercept.core.ports.exchange import Exchange
from aiointercept.core.ports.responder import ServedConnection

KEPT_BODY: Final = 1 << 20
"""Maximum size of a body in the log, in bytes; a longer body is ``None`` there."""

_CROWDED: Final = 1 << 18  # with more bytes that the client has not read yet, the server waits
_CRLF: Final = b"\r\n"
_LAST_CHUNK: Final = b"0\r\n\r\n"
_COLON: Final = b": "
_NOT_FOR_SERVERS: Final = ("Proxy-Connection", hdrs.PROXY_AUTHORIZATION)


class _Relayed(Answered):
    """Tells aiohttp's server that the answer has been sent, and to keep the connection open."""

    @property
    @override
    def keep_alive(self) -> bool:
        return True


# They have no state of their request, so one of each kind is enough.
_KEEP_OPEN: Final = _Relayed()
_CLOSE: Final = Answered()


class Relay:
    """One request over one channel.

    Args:
        request: the client's request; its body may still be arriving.
        exchange: the logged call and its answer.
        served: the client's connection.
        channel: the connection to the application.
    """

    def __init__(
        self,
        request: AiointerceptRequest,
        exchange: Exchange,
        served: ServedConnection,
        channel: Channel,
    ) -> None:
        self._request = request
        self._exchange = exchange
        self._served = served
        self._channel = channel
        self._framing = ResponseFraming(request.method, KEPT_BODY)
        self._loop = asyncio.get_running_loop()
        self._event: asyncio.Future[None] = self._loop.create_future()
        self._unacknowledged = 0
        self._ended = False
        self._finished = False

    async def run(self) -> web.StreamResponse:
        """Relay the request to the application and the response back."""
        channel, request = self._channel, self._request
        channel.receiver = self
        sender: asyncio.Task[None] | None = None
        complete = False
        try:
            body = self._body_at_hand()
            head = _head_of(request, told_to_go_on=body is not None and request.body_exists)
            if body is None:
                channel.write(head)
                sender = self._loop.create_task(self._send(request.sent_chunks()))
            else:
                channel.write(head + _framed(request, body) if request.body_exists else head)
            await self._wait_for_end()
            if self._framing.upgraded:
                await self._tunnel()
            elif sender is not None and request.content.is_eof() and not channel.crowded:
                await asyncio.wait([sender])
            complete = self._ended and self._framing.done and (sender is None or sender.done())
        finally:
            channel.receiver = None
            if sender is not None:
                await _end(sender)
            if not (complete and self._framing.keep_alive) or self._framing.upgraded:
                channel.close()
            self._finish()
        stays = complete and self._framing.keep_alive and not channel.closed
        return _KEEP_OPEN if stays else _CLOSE

    def _body_at_hand(self) -> bytes | None:
        """Return the whole body if it has arrived already, as a small one has."""
        request, content = self._request, self._request.content
        if content.at_eof():
            return request.buffered_body
        if not content.is_eof() or request.buffered_body:
            return None
        body = content.read_nowait(-1)
        self._note_body(body)
        return body

    async def _send(self, chunks: AsyncIterator[bytes]) -> None:
        """Send a body that is still arriving, and log it."""
        chunked = _is_chunked(self._request)
        kept: list[bytes] | None = []
        size = 0
        async for chunk in chunks:
            if not chunk:
                continue
            self._channel.write(b"%x\r\n%b\r\n" % (len(chunk), chunk) if chunked else chunk)
            size += len(chunk)
            kept = None if kept is None or size > KEPT_BODY else [*kept, chunk]
            if self._channel.crowded:
                await self._channel.drain()
        if chunked:
            self._channel.write(_LAST_CHUNK)
        if kept is not None:
            self._note_body(b"".join(kept))

    def _note_body(self, body: bytes) -> None:
        encoding = self._request.headers.get(hdrs.CONTENT_ENCODING)
        body = body if encoding is None else readable_body(body, encoding)
        self._exchange.dispatcher.complete(self._exchange, body)

    # From the application

    def data_received(self, data: bytes) -> None:
        """Forward data of the application's server to the client."""
        framing = self._framing
        self._unacknowledged += len(data)
        if not framing.done:
            known = framing.status
            try:
                # The client may read the log as soon as it has the last byte.
                done = framing.feed(data)
            except FramingError:
                # Send the invalid response anyway, so that the client finds out.
                framing.keep_alive = False
                done = True
            if known is None:
                self._served.settle()
            if done:
                self._finish()
                self._ended = True
        transport = self._request.transport
        if transport is None or transport.is_closing():
            self._ended = True
        else:
            transport.write(data)
        if self._ended or transport is None or transport.get_write_buffer_size() > _CROWDED:
            self._wake()
        else:
            self._acknowledge()

    def connection_lost(self) -> None:
        """Handle that either side has closed the connection."""
        self._framing.feed_eof()
        self._finish()
        self._ended = True
        self._wake()

    def _wake(self) -> None:
        if not self._event.done():
            self._event.set_result(None)

    async def _wait_for_end(self) -> None:
        while True:
            await self._event
            self._event = self._loop.create_future()
            if self._ended:
                self._acknowledge()
                return
            with contextlib.suppress(ConnectionError, aiohttp.ClientError):
                await self._request.writer.drain()
            self._acknowledge()

    def _acknowledge(self) -> None:
        number, self._unacknowledged = self._unacknowledged, 0
        if number:
            self._channel.acknowledge(number)

    def _finish(self) -> None:
        framing, exchange = self._framing, self._exchange
        if self._finished or framing.status is None:
            return
        self._finished = True
        body = framing.body if framing.done and not framing.upgraded else None
        exchange.dispatcher.finish(exchange.call, framing.status, framing.headers, body)

    # Another protocol

    async def _tunnel(self) -> None:
        """Relay bytes both ways until either side closes."""
        self._ended = self._channel.closed
        client = self._request.protocol
        parser: Any = _TunnelParser(self._channel, self._request)
        client.set_parser(parser)
        if not self._ended:
            await self._wait_for_end()
        if self._request.transport is not None:
            self._request.transport.close()
        # The call lasted as long as the conversation.
        self._finished = False


@frozen(eq=False, repr=False)
class _TunnelParser:
    """Replaces the frame parser of aiohttp's server, and forwards the client's bytes."""

    channel: Channel
    request: web.BaseRequest

    def feed_data(self, data: bytes) -> tuple[bool, bytes]:
        """Forward ``data`` to the application."""
        self.channel.write(bytes(data))
        if self.channel.crowded and self.request.transport is not None:
            self.request.transport.pause_reading()
            waiting = asyncio.get_running_loop().create_task(self.channel.drain())
            waiting.add_done_callback(self._resume)
        return False, b""

    def feed_eof(self) -> None:
        """Close the connection to the application."""
        self.channel.close()

    def _resume(self, _drained: object) -> None:
        transport = self.request.transport
        if transport is not None and not transport.is_closing():
            transport.resume_reading()


async def _end(sender: "asyncio.Task[None]") -> None:
    if not sender.done():
        sender.cancel()
        await asyncio.wait([sender])
    if not sender.cancelled():
        sender.exception()  # the client disconnected while sending, which is not an error


def _is_chunked(request: web.BaseRequest) -> bool:
    return "chunked" in request.headers.get(hdrs.TRANSFER_ENCODING, "").lower()


def _framed(request: web.BaseRequest, body: bytes) -> bytes:
    if not _is_chunked(request):
        return body
    return (b"%x\r\n%b\r\n" % (len(body), body) if body else b"") + _LAST_CHUNK


def _head_of(request: web.BaseRequest, *, told_to_go_on: bool) -> bytes:
    """Return the head of a request as the client sent it, without anything for a proxy.

    Args:
        request: the request as it was received.
        told_to_go_on: whether the client has already sent the body, so that the application must
            not answer ``Expect: 100-continue``.
    """
    target = request.raw_path
    if not target.startswith("/") and target != "*":
        target = request.rel_url.raw_path_qs or "/"
    version = b"1.0" if request.version == HttpVersion10 else b"1.1"
    fields = request.raw_headers
    headers = request.headers
    dropped = [name for name in _NOT_FOR_SERVERS if name in headers]
    if told_to_go_on and hdrs.EXPECT in headers:
        dropped.append(hdrs.EXPECT)
    if dropped:
        names = {name.lower().encode() for name in dropped}
        fields = tuple(field for field in fields if field[0].lower() not in names)
    first = b"%b %b HTTP/%b" % (request.method.encode(), target.encode(), version)
    lines = [first, *map(_COLON.join, fields), b"", b""]
    return _CRLF.join(lines)
