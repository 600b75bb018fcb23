"""The connections of one mock on one loop: an ``aiohttp.web.Server``, from request to answer.

How connections come about is the listeners' business. Here a request that has arrived becomes a
core request, and what the core answers goes to the performer of that kind of answer.
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

# A mock takes what the real server takes; these are far beyond what servers allow.
_LONGEST_LINE: Final = 1 << 24
_MOST_HEADERS: Final = 1 << 16
_READ_BUFFER: Final = 1 << 18
# The beginning of a body by which is decided whether the request is forwarded while it comes in.
_MOST_BUFFERED: Final = 1 << 23
_logger: Final = logging.getLogger("aiointercept")
_CONTINUE: Final = b"HTTP/1.1 100 Continue\r\n\r\n"


class ConnectionHandler(web.Server):
    """Serves connections on one loop for one mock.

    Args:
        dispatcher: decides.
        prefix: tells the origin of connections that no intercepted client made.
        loop: the loop on which everything happens.
        run: awaits what the user's callbacks return.
        contains_exits: whether ``SystemExit`` and ``KeyboardInterrupt`` of the user's code end the
            exchange and not the loop; they are raised when the block ends.
        gateway: makes what stands for a client that names the origin in its request, as those of a
            proxy do; ``None`` if there is no proxy.

    Attributes:
        pid: the process whose loop that is.
    """

    def __init__(  # noqa: PLR0913  a listener says once how its connections are handled
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
        """Return a server protocol for a connection that belongs to an intercepted client."""
        protocol = self()
        self._client_connections[protocol] = connection
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
        self._client_connections.pop(handler, None)
        self._steps.pop(handler, None)
        self._end(handler)
        for attachment in self._attachments.pop(handler, {}).values():
            attachment.close()
        super().connection_lost(handler, exc)

    def close(self) -> None:
        """Break off all connections and what runs on them; to be called on the handler's loop."""
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
        """Log that aiohttp's parser has refused what came in; aiohttp answers it."""
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
        assert isinstance(request, AiointerceptRequest)  # noqa: S101  as the factory makes it
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
            else:  # as in most requests: there is nothing to wait for
                received = self._received(request, connection, b"")
            request.keep(received, NO_MATCH_INFO)
            exchange = await self._dispatcher.dispatch(
                received, RequestView(request), connection=connection, run=self._run
            )
        return await self._perform(Performance(request, exchange, connection))

    async def _take_in(
        self, request: AiointerceptRequest, connection: ClientConnection | None
    ) -> Exchange | None:
        """Read the body, unless it is decided on the request while that is still coming in."""
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
        """Decide by the head of a request whether it goes to an application as it comes in."""
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
        """Decide on a large body by how it begins, so that it need not be buffered to go on."""
        await request.receive(_MOST_BUFFERED, connection.body)
        if request.content.at_eof():
            return None
        received = await self._with_body(request, connection)
        return self._dispatcher.forward(received, connection, RequestView(request))

    async def _with_body(
        self, request: AiointerceptRequest, connection: ClientConnection | None
    ) -> Request:
        """Return ``request`` as the core sees it, with as much of its body as was received."""
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
        """Return ``request`` as the core sees it, with its body as far as that is known."""
        prefix = self._prefix() if connection is None else connection.origin.prefix
        urls = urls_of(prefix, request)
        return Request.received(request.method.upper(), urls, request.headers, body)

    async def _perform(self, performance: Performance) -> web.StreamResponse:
        exchange = performance.exchange
        answer: Any = exchange.answer
        if isinstance(answer, Response):
            # Closed by the user's own code, as a server that crashes.
            if performance.client_is_gone:
                exchange.dispatcher.finish(exchange.call)
                return Answered()
            if performance.rate is not None and answer.body:
                return await send_paced(performance, answer)
            performance.settle()
            return performance.send(answer)
        if performance.was_shown_fault:
            # The client took the faulty certificate, so all is well for it.
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
        settle: notes that the client gets an answer.
    """

    attachments: MutableMapping[object, Attachment]
    settle: Callable[[], None]


Performer = Callable[[Performance, Any], Awaitable[web.StreamResponse]]

# One performer for each kind of answer; a response, the most usual one, has a shorter way.
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
        # What went out is no part of the response: an error can still become a 500.
        request.writer.output_size = 0
