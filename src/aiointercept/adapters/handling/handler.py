"""One loop's share of a mock: an ``aiohttp.web.Server`` that performs what the core answers.

How connections come about is the transports' business; here a request that has arrived becomes a
core request, and the core's answer goes out on the wire or breaks the connection.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any, Final

import aiohttp
from aiohttp import web
from aiohttp.web_protocol import RequestHandler
from typing_extensions import override

from aiointercept.adapters.event_loops import INTERRUPTS
from aiointercept.adapters.handling import faults
from aiointercept.adapters.handling.request import AiointerceptRequest, RequestView, decoded, url_of
from aiointercept.adapters.handling.response import Answered, has_body, web_response, web_stream
from aiointercept.adapters.handling.stream import Chunks
from aiointercept.adapters.handling.websocket import RecordedWebSocket
from aiointercept.core.dispatcher import internal_error, run_here
from aiointercept.core.http.messages import Request, Response
from aiointercept.core.ports import ClientConnection, Dispatcher, Exchange, Run
from aiointercept.core.routing.replies import (
    DisconnectReply,
    Fault,
    FaultReply,
    ForwardReply,
    NoRouteReply,
    Stream,
    WebSocket,
)

Relay = Callable[[AiointerceptRequest, Exchange, ClientConnection], Awaitable[web.StreamResponse]]

_logger: Final = logging.getLogger("aiointercept")

# A mock takes what the real server takes; these are far beyond what servers allow.
_LONGEST_LINE: Final = 1 << 24
_MOST_HEADERS: Final = 1 << 16
_READ_BUFFER: Final = 1 << 18
# What goes on to a real server is judged by so much of its body, and need not be held as a whole.
_MOST_HELD: Final = 1 << 23
_CONTINUE: Final = b"HTTP/1.1 100 Continue\r\n\r\n"


class ConnectionHandler(web.Server):
    """Serves connections on one loop for one mock.

    Args:
        dispatcher: decides.
        prefix: tells the origin of connections that come without a line.
        loop: the loop on which everything happens.
        relay: carries a request to the real server and its answer back.
        run: awaits what the user's callbacks return.
    """

    def __init__(
        self,
        dispatcher: Dispatcher,
        prefix: Callable[[], str],
        loop: asyncio.AbstractEventLoop,
        relay: Relay | None = None,
        run: Run = run_here,
    ) -> None:
        super().__init__(
            self._handle,
            request_factory=self._make,
            loop=loop,
            access_log=None,
            auto_decompress=False,
            tcp_keepalive=False,
            max_line_size=_LONGEST_LINE,
            max_field_size=_LONGEST_LINE,
            max_headers=_MOST_HEADERS,
            read_bufsize=_READ_BUFFER,
        )
        self.loop = loop
        self._dispatcher = dispatcher
        self._prefix = prefix
        self._relay = relay
        self._run = run
        self._lines: dict[RequestHandler, ClientConnection] = {}
        self._running: dict[RequestHandler, asyncio.Task[Any]] = {}
        self._ending: set[asyncio.Task[Any]] = set()
        self._steps: dict[RequestHandler, int] = {}

    def protocol(self, line: ClientConnection) -> RequestHandler:
        """Return a server protocol for a connection that belongs to an intercepted client."""
        protocol = self()
        self._lines[protocol] = line
        return protocol

    def steps_of(self, protocol: RequestHandler) -> Callable[[], int]:
        """Return what tells how many requests of a connection have begun, and have ended."""
        self._steps[protocol] = 0
        return lambda: self._steps.get(protocol, 0)

    def _step(self, protocol: RequestHandler) -> None:
        if protocol in self._steps:
            self._steps[protocol] += 1

    @override
    def connection_lost(self, handler: RequestHandler, exc: BaseException | None = None) -> None:
        self._lines.pop(handler, None)
        self._steps.pop(handler, None)
        self._end(handler)
        super().connection_lost(handler, exc)

    def close(self) -> None:
        """Break off all connections and what runs on them; to be called on the site's loop."""
        for protocol in self.connections:
            self._end(protocol)
            protocol.close()
            if protocol.transport is not None:
                protocol.transport.abort()

    def _end(self, protocol: RequestHandler) -> None:
        """Cancel what runs for a connection; only once, so that its clean-up may wait."""
        task = self._running.get(protocol)
        if task is not None and task not in self._ending:
            self._ending.add(task)
            task.cancel()

    async def wait_closed(self) -> None:
        """Wait until all connections are gone."""
        if self._running:
            await asyncio.wait(self._running.values(), timeout=1)
        for _ in range(10):
            if not self.connections:
                break
            await asyncio.sleep(0)

    def _make(
        self, message: Any, payload: Any, protocol: Any, writer: Any, task: Any
    ) -> AiointerceptRequest:
        return AiointerceptRequest(
            message, payload, protocol, writer, task, self.loop, client_max_size=0
        )

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        assert isinstance(request, AiointerceptRequest)  # noqa: S101  as the factory makes it
        task = asyncio.current_task()
        assert task is not None  # noqa: S101  a coroutine that runs has a task
        self._running[request.protocol] = task
        self._step(request.protocol)
        try:
            return await self._answer(request)
        finally:
            self._step(request.protocol)
            del self._running[request.protocol]
            self._ending.discard(task)

    async def _answer(self, request: AiointerceptRequest) -> web.StreamResponse:
        line = self._lines.get(request.protocol)
        exchange = None
        try:
            if "Expect" in request.headers:
                await _let_continue(request)
            if request.body_exists:
                if line is not None and _may_go_on(line):
                    exchange = await self._pass_on(request, line)
                if exchange is None:
                    await request.receive()
        except (web.RequestPayloadError, aiohttp.ClientError, ConnectionError):
            return Answered()
        if exchange is None:
            exchange = await self._dispatch(request, line)
        return await self._perform(request, exchange, line)

    async def _pass_on(
        self, request: AiointerceptRequest, line: ClientConnection
    ) -> Exchange | None:
        """Decide on a large body by how it begins, so that it need not be held to go on."""
        await request.receive(_MOST_HELD)
        if request.content.at_eof():
            return None
        received = self._received(request, line)
        exchange = line.active_mocks[0].forward(received, line.active_mocks, RequestView(request))
        if exchange is not None and line.attempt is not None:
            line.attempt.call, line.attempt.dispatcher = exchange.call, exchange.dispatcher
        return exchange

    async def _dispatch(
        self, request: AiointerceptRequest, line: ClientConnection | None
    ) -> Exchange:
        received = self._received(request, line)
        request.keep(received, {})
        if line is None:
            return await self._dispatcher.dispatch(received, RequestView(request), run=self._run)
        return await self._dispatcher.dispatch(
            received,
            RequestView(request),
            active_mocks=line.active_mocks,
            attempt=line.attempt,
            run=self._run,
        )

    def _received(self, request: AiointerceptRequest, line: ClientConnection | None) -> Request:
        """Return ``request`` as the core sees it, with as much of its body as was received."""
        headers, body = request.headers, request.buffered_body
        if "Content-Encoding" in headers:
            body = decoded(body, headers["Content-Encoding"])
        prefix = self._prefix() if line is None else line.origin.prefix
        return Request(request.method, url_of(prefix, request), headers, body=body)

    async def _perform(
        self, request: AiointerceptRequest, exchange: Exchange, line: ClientConnection | None
    ) -> web.StreamResponse:
        answer = exchange.answer
        if isinstance(answer, Response):
            if _is_cut(request):  # by the user's own code, as a server would that crashes
                exchange.dispatcher.finish(exchange.call)
                return Answered()
            _settle(line)
            exchange.dispatcher.finish(exchange.call, answer.status, answer.headers, answer.body)
            return web_response(answer, request)
        try:
            return await self._perform_live(request, exchange, line)
        finally:
            if exchange.call.duration is None:
                exchange.dispatcher.finish(exchange.call)

    async def _perform_live(
        self, request: AiointerceptRequest, exchange: Exchange, line: ClientConnection | None
    ) -> web.StreamResponse:
        answer = exchange.answer
        if isinstance(answer, Stream):
            _settle(line)
            return await _send_stream(request, exchange, answer)
        if isinstance(answer, WebSocket):
            _settle(line)
            return await _converse(request, exchange, answer)
        if isinstance(answer, ForwardReply) and line is not None and self._relay is not None:
            return await self._relay(request, exchange, line)
        if isinstance(answer, FaultReply):
            exchange.call.fault = answer.fault
            if not answer.fault.before_connection:
                return await _break(request, exchange, answer, line)
        if line is not None:
            line.fail(answer)
            if isinstance(answer, FaultReply) and answer.fault is Fault.CONNECT_TIMEOUT:
                # The client's own limit ends it; if we hung up it would see that first.
                await faults.perform(request, Fault.HANG)
        elif isinstance(answer, NoRouteReply):
            _logger.warning(answer.explanation)
        elif not isinstance(answer, DisconnectReply):
            exchange.dispatcher.hold(ValueError(_needs_interception(exchange)))
        return Answered()


def _needs_interception(exchange: Exchange) -> str:
    return (
        f"{exchange.call.received} came to m.server_url, where no client is intercepted, but the "
        f"route {exchange.call.rule} can be performed for an intercepted client only: it raises, "
        "or fails before there is a connection"
    )


async def _let_continue(request: AiointerceptRequest) -> None:
    if request.headers["Expect"].lower() == "100-continue":
        await request.writer.write(_CONTINUE)
        # What went out is no part of the response: an error can still become a 500.
        request.writer.output_size = 0


def _may_go_on(line: ClientConnection) -> bool:
    """Whether what no route takes goes on to the real server, in the client's own way."""
    if line.attempt is not None and line.attempt.call is not None:
        return False
    return any(
        dispatcher.policy.forward_unmatched and dispatcher.upstream is None
        for dispatcher in line.active_mocks
    )


def _settle(line: ClientConnection | None) -> None:
    if line is not None and line.attempt is not None:
        line.attempt.settle()


async def _break(
    request: AiointerceptRequest,
    exchange: Exchange,
    answer: FaultReply,
    line: ClientConnection | None,
) -> web.StreamResponse:
    if answer.fault is Fault.TRUNCATED_BODY:
        _settle(line)
        response = await _send_stream(request, exchange, faults.truncated(answer.content))
        if not response.prepared:
            return response
    await faults.perform(request, answer.fault)
    return Answered()


def _is_cut(request: web.BaseRequest) -> bool:
    return request.transport is None or request.transport.is_closing()


async def _send_stream(
    request: AiointerceptRequest, exchange: Exchange, answer: Stream
) -> web.StreamResponse:
    response = web_stream(answer)
    chunks = Chunks(answer, exchange.dispatcher.hold)
    try:
        error = chunks.begin() if has_body(answer.status, request.method) else None
        if error is not None:
            return _fail(request, exchange, error)
        await response.prepare(request)
        while (chunk := await chunks.next()) is not None:
            await response.write(chunk)
    except (ConnectionError, aiohttp.ClientError):
        # The client has left, which is its right.
        return Answered()
    finally:
        await chunks.close()
        if response.prepared:
            exchange.dispatcher.finish(exchange.call, answer.status, answer.headers)
    if chunks.error is not None:
        await faults.perform(request, Fault.TRUNCATED_BODY)
        return Answered()
    return response


def _fail(
    request: AiointerceptRequest, exchange: Exchange, error: BaseException
) -> web.StreamResponse:
    answer = internal_error(error)
    exchange.dispatcher.finish(exchange.call, answer.status, answer.headers, answer.body)
    return web_response(answer, request)


async def _converse(
    request: AiointerceptRequest, exchange: Exchange, answer: WebSocket
) -> web.StreamResponse:
    call = exchange.call
    socket = RecordedWebSocket(call.messages, **answer.options)
    if not socket.can_prepare(request):
        refusal = Response(426, None, {"Upgrade": "websocket"}, b"a WebSocket lives here")
        exchange.dispatcher.finish(call, refusal.status, refusal.headers, refusal.body)
        return web_response(refusal, request)
    await socket.prepare(request)
    try:
        await answer.handler(socket, request)
    except INTERRUPTS:
        raise
    except BaseException as error:  # noqa: BLE001  the user's handler raised; it is held
        if not _has_left(request, error):
            exchange.dispatcher.hold(error)
            await socket.close(code=aiohttp.WSCloseCode.INTERNAL_ERROR)
    else:
        await socket.close()
    finally:
        exchange.dispatcher.finish(call, socket.status, socket.headers)
    return socket


def _has_left(request: AiointerceptRequest, error: BaseException) -> bool:
    """Say whether ``error`` is but that the client has left, which is its right."""
    gone = request.transport is None or request.transport.is_closing()
    return gone and isinstance(error, (ConnectionError, aiohttp.ClientError))
