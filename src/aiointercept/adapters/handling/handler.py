"""An ``aiohttp.web.Server`` for the connections of one mock on one loop, from request to answer.

Listeners establish the connections. Here a received request becomes a core request, and the core's
answer goes to the performer for that kind of answer.
"""

import asyncio
import logging
import os
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any, Final, cast

import aiohttp
from aiohttp import web
from aiohttp.web_protocol import ERROR as UNREADABLE
from aiohttp.web_protocol import RequestHandler
from attrs import define, evolve
from typing_extensions import override

from aiointercept.adapters.handling.faults import fail_client, perform_fault, raise_from_callback
from aiointercept.adapters.handling.file import send_file
from aiointercept.adapters.handling.forward import forward
from aiointercept.adapters.handling.gateway import Gateway, ProxiedConnection
from aiointercept.adapters.handling.performing import Performance
from aiointercept.adapters.handling.request import (
    AiointerceptRequest,
    RequestView,
    decoded,
    from_log,
    in_origin_form,
    named_origin,
    urls_of,
)
from aiointercept.adapters.handling.response import Answered, web_response
from aiointercept.adapters.handling.stream import send_paced, send_stream
from aiointercept.adapters.handling.websocket import converse
from aiointercept.core.calls import NO_MATCH_INFO
from aiointercept.core.dispatcher import run_here
from aiointercept.core.http.messages import Request, Response
from aiointercept.core.ports.chained_mock import Run
from aiointercept.core.ports.connection import ClientConnection
from aiointercept.core.ports.dispatcher import Dispatcher
from aiointercept.core.ports.exchange import Exchange
from aiointercept.core.ports.responder import Attachment, Responder
from aiointercept.core.routing.replies import (
    CallbackRaiseReply,
    DisconnectReply,
    FaultReply,
    FileReply,
    ForwardReply,
    NoRouteReply,
    RaiseReply,
    Stream,
    WebSocket,
    internal_error,
)

# A mock accepts whatever the real server accepts; these are far beyond the limits of servers.
_LONGEST_LINE: Final = 1 << 24
_MOST_HEADERS: Final = 1 << 16
_READ_BUFFER: Final = 1 << 18
# Size of the beginning of a body that decides whether to forward the request while it arrives.
_MOST_BUFFERED: Final = 1 << 23
_logger: Final = logging.getLogger("aiointercept")
_CONTINUE: Final = b"HTTP/1.1 100 Continue\r\n\r\n"


class ConnectionHandler(web.Server):
    """Serves connections on one loop for one mock.

    Args:
        dispatcher: decides how requests are answered.
        prefix: returns the origin of connections that no intercepted client made.
        loop: the loop that serves the connections.
        run: awaits what the user's callbacks return.
        contains_exits: whether ``SystemExit`` and ``KeyboardInterrupt`` from the user's code end
            the exchange instead of the loop; they are then raised when the block ends.
        gateway: makes the connection of a client that names the origin in its request, as clients
            of a proxy do; ``None`` if there is no proxy.

    Attributes:
        pid: the id of the process that the loop belongs to.
    """

    def __init__(  # noqa: PLR0913  a listener configures its handler in one place
        self,
        dispatcher: Dispatcher,
        prefix: Callable[[], str],
        loop: asyncio.AbstractEventLoop,
        run: Run = run_here,
        *,
        contains_exits: bool = False,
        gateway: Gateway | None = None,
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
        self.pid = os.getpid()
        self._dispatcher = dispatcher
        self._prefix = prefix
        self._run = run
        self._contains_exits = contains_exits
        self._gateway = gateway
        self._client_connections: dict[RequestHandler, ClientConnection] = {}
        self._running: dict[RequestHandler, asyncio.Task[Any]] = {}
        self._ending: set[asyncio.Task[Any]] = set()
        self._steps: dict[RequestHandler, int] = {}
        self._attachments: dict[RequestHandler, dict[object, Attachment]] = {}

    def protocol(self, connection: ClientConnection) -> RequestHandler:
        """Return a server protocol for a connection of an intercepted client."""
        protocol = self()
        self._client_connections[protocol] = connection
        return protocol

    def steps_of(self, protocol: RequestHandler) -> Callable[[], int]:
        """Return a function that counts the begun plus the ended requests of a connection."""
        self._steps[protocol] = 0
        return lambda: self._steps.get(protocol, 0)

    def _step(self, protocol: RequestHandler) -> None:
        if protocol in self._steps:
            self._steps[protocol] += 1

    @override
    def connection_lost(self, handler: RequestHandler, exc: BaseException | None = None) -> None:
        self._client_connections.pop(handler, None)
        self._steps.pop(handler, None)
        self._end(handler)
        for attachment in self._attachments.pop(handler, {}).values():
            attachment.close()
        super().connection_lost(handler, exc)

    def close(self) -> None:
        """Abort all connections and the tasks that serve them; call this on the handler's loop."""
        for protocol in self.connections:
            self._end(protocol)
            protocol.close()
            if protocol.transport is not None:
                protocol.transport.abort()

    def _end(self, protocol: RequestHandler) -> None:
        """Cancel the task of a connection, only once, so that its clean-up may await something."""
        task = self._running.get(protocol)
        if task is not None and task not in self._ending:
            self._ending.add(task)
            task.cancel()

    async def wait_closed(self) -> None:
        """Wait until all connections are closed."""
        if self._running:
            await asyncio.wait(self._running.values(), timeout=1)
        for _ in range(10):
            if not self.connections:
                break
            await asyncio.sleep(0)

    def _make(
        self, message: Any, payload: Any, protocol: Any, writer: Any, task: Any
    ) -> AiointerceptRequest:
        if message is UNREADABLE:
            self._log_unreadable(protocol)
        named = None if message.path.startswith("/") else named_origin(message)
        if named is not None:
            message = in_origin_form(message)
        request = AiointerceptRequest(
            message, payload, protocol, writer, task, self.loop, client_max_size=0
        )
        if named is not None:
            request.named_origin = named
        return request

    def _log_unreadable(self, protocol: RequestHandler) -> None:
        """Log a request that aiohttp's parser has rejected; aiohttp answers it."""
        connection = self._client_connections.get(protocol)
        if connection is None:
            request = Request(UNREADABLE.method, self._prefix() + UNREADABLE.path)
        else:
            request = connection.request
        self._dispatcher.log_unreadable(request, web.HTTPBadRequest.status_code, from_log)
        _logger.warning(
            "A request to %s could not be read as HTTP: the mock answers 400", request.origin
        )

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        assert isinstance(request, AiointerceptRequest)  # noqa: S101  the request factory makes nothing else
        task = asyncio.current_task()
        assert task is not None  # noqa: S101  a coroutine that runs has a task
        self._running[request.protocol] = task
        self._step(request.protocol)
        try:
            return await self._answer(request)
        except (SystemExit, KeyboardInterrupt) as error:
            if not self._contains_exits:
                raise
            self._dispatcher.defer_error(error)
            if request.writer.output_size:
                return Answered()
            return web_response(internal_error(error), request)
        finally:
            self._step(request.protocol)
            del self._running[request.protocol]
            self._ending.discard(task)

    async def _answer(self, request: AiointerceptRequest) -> web.StreamResponse:
        connection = self._connection_of(request)
        exchange, has_body = None, request.body_exists
        if has_body or "Expect" in request.headers or isinstance(connection, ProxiedConnection):
            try:
                exchange = await self._take_in(request, connection)
            except (web.RequestPayloadError, aiohttp.ClientError, ConnectionError):
                return Answered()
        if exchange is None:
            if has_body:
                received = await self._with_body(request, connection)
            else:  # most requests have no body to wait for
                received = self._received(request, connection, b"")
            request.keep(received, NO_MATCH_INFO)
            exchange = await self._dispatcher.dispatch(
                received, RequestView(request), connection=connection, run=self._run
            )
        return await self._perform(Performance(request, exchange, connection))

    async def _take_in(
        self, request: AiointerceptRequest, connection: ClientConnection | None
    ) -> Exchange | None:
        """Read the body, unless the request can be decided while its body is still arriving."""
        has_body, expects = request.body_exists, "Expect" in request.headers
        exchange = None
        if isinstance(connection, ProxiedConnection):
            exchange = self._passes_by(request, connection)
        if exchange is None and (has_body or expects) and self._dispatcher.may_begin(connection):
            exchange = self._begin(request, connection)
        if exchange is None and expects:
            await _let_continue(request)
        if exchange is None and has_body:
            if connection is not None:
                exchange = await self._forward_while_it_comes_in(request, connection)
            if exchange is None:
                await request.receive()
        return exchange

    def _begin(
        self, request: AiointerceptRequest, connection: ClientConnection | None
    ) -> Exchange | None:
        """Decide from the head of a request whether to stream it to an application."""
        received = self._received(request, connection, None)
        request.keep(received, NO_MATCH_INFO)
        return self._dispatcher.begin(received, RequestView(request), connection=connection)

    def _connection_of(self, request: AiointerceptRequest) -> ClientConnection | None:
        connection = self._client_connections.get(request.protocol)
        origin = request.named_origin
        if connection is not None or origin is None or self._gateway is None:
            return connection
        if origin.prefix == self._prefix():
            return None
        return self._gateway.connection(origin)

    def _passes_by(
        self, request: AiointerceptRequest, connection: ProxiedConnection
    ) -> Exchange | None:
        body = None if request.body_exists else b""
        return connection.passes_by(self._received(request, connection, body))

    async def _forward_while_it_comes_in(
        self, request: AiointerceptRequest, connection: ClientConnection
    ) -> Exchange | None:
        """Decide on a large body by its beginning, so that it is forwarded without buffering."""
        await request.receive(_MOST_BUFFERED, connection.body)
        if request.content.at_eof():
            return None
        received = await self._with_body(request, connection)
        return self._dispatcher.forward(received, connection, RequestView(request))

    async def _with_body(
        self, request: AiointerceptRequest, connection: ClientConnection | None
    ) -> Request:
        """Return ``request`` as a core request, with the part of its body received so far."""
        body, encoding = request.buffered_body, request.headers.get("Content-Encoding")
        if encoding is not None:
            body = await decoded(body, encoding)
        return self._received(request, connection, body)

    def _received(
        self,
        request: AiointerceptRequest,
        connection: ClientConnection | None,
        body: bytes | None,
    ) -> Request:
        """Return ``request`` as a core request; ``body`` is ``None`` while it is not known."""
        prefix = self._prefix() if connection is None else connection.origin.prefix
        urls = urls_of(prefix, request)
        return Request.received(request.method.upper(), urls, request.headers, body)

    async def _perform(self, performance: Performance) -> web.StreamResponse:
        exchange = performance.exchange
        answer: Any = exchange.answer
        if isinstance(answer, Response):
            # The user's code closed the connection, as a crashing server does.
            if performance.client_is_gone:
                exchange.dispatcher.finish(exchange.call)
                return Answered()
            if performance.rate is not None and answer.body:
                return await send_paced(performance, answer)
            performance.settle()
            return performance.send(answer)
        if performance.was_shown_fault:
            # The client accepted the faulty certificate, so it gets a normal response.
            exchange.dispatcher.fail(exchange, answer.fault)
            exchange = evolve(exchange, answer=answer.content)
            return await self._perform(performance._replace(exchange=exchange))
        try:
            performer = _PERFORMERS.get(type(exchange.answer))
            if performer is not None:
                return await performer(performance, answer)
            request, responder = performance.request, cast("Responder", answer)
            attachments = self._attachments.setdefault(request.protocol, {})
            served = _Served(attachments, performance.settle)
            response: web.StreamResponse = await responder.respond(request, exchange, served)
            return response
        finally:
            if exchange.call.duration is None:
                exchange.dispatcher.finish(exchange.call)


@define(eq=False, repr=False)
class _Served:
    """A client's connection, as responders use it; see :class:`.ports.responder.ServedConnection`.

    Args:
        attachments: closed when the connection is lost.
        settle: records that the client gets an answer.
    """

    attachments: MutableMapping[object, Attachment]
    settle: Callable[[], None]


Performer = Callable[[Performance, Any], Awaitable[web.StreamResponse]]

# One performer for each kind of answer; responses, the most frequent kind, take a shorter path.
_PERFORMERS: Final[Mapping[type, Performer]] = {
    Stream: send_stream,
    WebSocket: converse,
    FaultReply: perform_fault,
    ForwardReply: forward,
    RaiseReply: fail_client,
    CallbackRaiseReply: raise_from_callback,
    FileReply: send_file,
    DisconnectReply: fail_client,
    NoRouteReply: fail_client,
}


async def _let_continue(request: AiointerceptRequest) -> None:
    if request.headers["Expect"].lower() == "100-continue":
        await request.writer.write(_CONTINUE)
        # These bytes are not part of the response, so an error can still become a 500.
        request.writer.output_size = 0
