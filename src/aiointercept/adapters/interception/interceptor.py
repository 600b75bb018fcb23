"""Carries out the core's decision on a client's request: serve, pass through, or fail it."""

import asyncio
import functools
import os
from collections.abc import AsyncIterable, Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Any, Final, NoReturn, TypeAlias

import aiohttp
from aiohttp.connector import BaseConnector, Connection, TCPConnector
from typing_extensions import override

from aiointercept.adapters.event_loops import call_on_loop, running_loop
from aiointercept.adapters.handling.faults import warn_of_unmatched
from aiointercept.adapters.handling.request import from_log
from aiointercept.adapters.interception.attempts import ClientAttempt
from aiointercept.adapters.interception.awaiting import unfinished_tasks
from aiointercept.adapters.interception.block_end import BLOCK_ENDED, CutOffCalls, LeftAlone
from aiointercept.adapters.interception.chain import Chain
from aiointercept.adapters.interception.client_request import (
    ConnectCall,
    body_that_is_not_sent,
    connect_limit,
    is_left_alone,
    is_not_http,
    known_body,
    known_request,
)
from aiointercept.adapters.interception.client_tls import ClientSideTls
from aiointercept.adapters.interception.connector_table import Substitutes
from aiointercept.adapters.interception.exceptions import exception_for
from aiointercept.adapters.interception.interruptible import InterruptibleWaits, connect_timeout
from aiointercept.adapters.interception.leading import lead
from aiointercept.adapters.interception.mocked_connector import (
    BorrowedConnector,
    MockedConnector,
    MockedProtocol,
)
from aiointercept.adapters.interception.passthrough_trace import observe_passthrough
from aiointercept.adapters.interception.patching import REAL_CONNECT, Closings, Patches
from aiointercept.adapters.interception.started_calls import StartedCall
from aiointercept.core.ports.dispatcher import Dispatcher
from aiointercept.core.ports.exchange import Exchange
from aiointercept.core.ports.transport import Dialer
from aiointercept.core.ports.upstream import Upstream
from aiointercept.core.routing.decision import Serve
from aiointercept.core.routing.faults import Fault
from aiointercept.core.routing.replies import FaultReply, NoRouteReply

if TYPE_CHECKING:
    import ssl

    from aiohttp import ClientRequest, ClientTimeout
    from aiohttp.tracing import Trace
    from yarl import URL

# pytest leaves the frames of this module out of its tracebacks.
__tracebackhide__ = True

SentBody: TypeAlias = AsyncIterable[bytes] | bytes
UpstreamOfRequest: TypeAlias = (
    "Callable[[BaseConnector, ClientRequest, URL | None, SentBody], Upstream]"
)


class InterceptedConnector(TCPConnector):
    """A connector whose requests go to one mock without any patching."""

    def __init__(self, interceptor: "ConnectorInterceptor", **options: Any) -> None:
        super().__init__(**options)  # pyright: ignore[reportUnknownMemberType]  # aiohttp leaves a part untyped
        self._interceptor = interceptor

    @override
    async def connect(
        self, req: "ClientRequest", traces: "list[Trace]", timeout: "ClientTimeout"
    ) -> Connection:
        others = (one for one in _chain.in_order() if one is not self._interceptor)
        return await lead((self._interceptor, *others), ConnectCall(self, req, traces, timeout))

    @override
    async def close(self, **options: Any) -> None:
        # Begin closing first, so that calls in flight find this connector closed.
        closing = super().close(**options)
        await Closings([closing, *self._interceptor.forget(self)])


class ConnectorInterceptor:
    """Connects clients to a mock: clients of its own connectors or, once installed, all clients.

    Args:
        upstream_of: makes the upstream that reaches the real server as a client's request would.
        trusting: returns a context that trusts the mock, for clients without their own context;
            ``None`` if clients do not speak TLS with the mock.

    Raises:
        UnsupportedAiohttpError: if clients of this aiohttp cannot speak TLS with the mock.
    """

    def __init__(
        self,
        upstream_of: UpstreamOfRequest,
        trusting: "Callable[[], ssl.SSLContext] | None" = None,
    ) -> None:
        self._upstream_of = upstream_of
        self._mocked = Substitutes(None if trusting is None else ClientSideTls(trusting))
        self._waits = InterruptibleWaits()
        self._dialer: Dialer | None = None
        self._home: asyncio.AbstractEventLoop | None = None
        self._pid = os.getpid()
        self._installed = False
        self._left_alone: LeftAlone = is_not_http
        self.dispatcher: Dispatcher | None = None

    def bind(self, dispatcher: Dispatcher, dialer: Dialer) -> None:
        """See :meth:`aiointercept.core.ports.interceptor.Interceptor.bind`."""
        self.dispatcher = dispatcher
        self._dialer = dialer
        self._waits = InterruptibleWaits()
        self._pid = os.getpid()
        self._installed = False
        self._left_alone = functools.partial(is_left_alone, dispatcher.policy)

    def install(self) -> None:
        """See :meth:`aiointercept.core.ports.interceptor.Interceptor.install`."""
        _patches.apply(_Hooks())
        self._installed = True
        self._home = running_loop()
        _chain.add(self)

    def uninstall(self) -> None:
        """See :meth:`aiointercept.core.ports.interceptor.Interceptor.uninstall`."""
        # From now on, calls in other threads get the error that the block has ended.
        self._dialer = self.dispatcher = None
        mocked, waits = self._mocked.take(), self._waits
        try:
            if self._installed:
                for ours in mocked:
                    _cut_off.add_started(ours.started_calls.take(), self._left_alone)
                _cut_off.add_unconnected(self._tasks(mocked), self._left_alone)
        finally:
            self._home = None
            if _chain.discard(self):
                _patches.undo()
        for ours in [*mocked, *self._mocked.for_one_call()]:
            call_on_loop(ours.loop, ours.end)
        waits.interrupt()

    def _tasks(self, mocked: Sequence[MockedConnector]) -> "set[asyncio.Task[Any]]":
        """Return the tasks in which calls may have begun in the block."""
        loops = {ours.loop for ours in mocked}
        loops.update(loop for loop in (self._home, running_loop()) if loop is not None)
        # The loops of the parent of a process that was forked off do not run here.
        return unfinished_tasks(loops, everywhere=self._pid == os.getpid())

    def connector(self, **options: Any) -> InterceptedConnector:
        """Return a connector to this mock, which takes the options of ``TCPConnector``."""
        return InterceptedConnector(self, **options)

    def forget(self, connector: BaseConnector) -> list[Awaitable[None]]:
        """Return awaitables that close the mocked connections of ``connector``."""
        return self._mocked.close(connector)

    def leave(self, connector: BaseConnector) -> None:
        """Record that the running task makes a call that this mock does not answer."""
        mocked = self._mocked.get(connector)
        if mocked is not None:
            mocked.started_calls.leave()

    def repeated_by(self, call: ConnectCall) -> ClientAttempt | None:
        """Return the attempt that ``call`` silently retries, if any; restore the proxy it had."""
        mocked = self._mocked.get(call.connector)
        if mocked is None:
            return None
        mocked.give_proxy_back(call.req)
        return mocked.attempts.repeated_by(call.req)

    async def serve(
        self,
        call: ConnectCall,
        active_mocks: Sequence[Dispatcher],
        repeated: ClientAttempt | None = None,
        fault: Fault | None = None,
        body: bytes | None = None,
    ) -> Connection:
        """Return a connection to the mock for the request.

        Args:
            call: the call that needs a connection.
            active_mocks: the active mocks, from the one that answers outwards.
            repeated: the attempt that this one silently retries.
            fault: the fault of the certificate that the mock shows.
            body: the body that the client will send, if it is known.
        """
        connector, req, traces, timeout = call
        mocked = self._mocked_for(connector)
        started = mocked.started_calls.add(req)
        proxy = None if req.proxy is None else mocked.take_proxy(req)
        try:
            through = mocked
            if fault is not None:
                through = self._mocked.add_for_one_call(connector, self._require_block(), fault)
            pooled = started.connection = await REAL_CONNECT(through, req, traces, timeout)
        except (aiohttp.ClientConnectionError, OSError):
            self._require_block()
            raise
        finally:
            started.connecting = False
            if self._dialer is None:
                self._cut_off_late(started)
        protocol = pooled.protocol
        if not isinstance(protocol, MockedProtocol):
            raise aiohttp.ClientConnectionError(BLOCK_ENDED)
        if self._dialer is None:
            pooled.close()
            self._require_block()
        protocol.request, protocol.proxy, protocol.timeout = req, proxy, timeout
        connection = protocol.connection
        connection.active_mocks, connection.body = active_mocks, body
        connection.attempt = attempt = mocked.attempts.begin(req)
        if repeated is not None and repeated.call is not None and attempt is not None:
            attempt.begin(repeated.call, repeated.owner)
        if connection.upstream is None:
            connection.upstream = functools.partial(self._upstream, connector, protocol)
        return pooled

    def _upstream(
        self, connector: BaseConnector, protocol: MockedProtocol, body: SentBody
    ) -> Upstream:
        """Return an upstream that reaches the real server as the connected client would."""
        borrowed = BorrowedConnector(connector)
        return self._upstream_of(borrowed, protocol.request, protocol.proxy, body)

    async def pass_through(self, call: ConnectCall, exchange: Exchange) -> Connection:
        """Connect a call to the real server, and observe how it ends."""
        attempt = self._mocked_for(call.connector).attempts.begin(call.req)
        if attempt is not None:
            attempt.begin(exchange.call, None)
            attempt.goes_own_way = True
        call.traces.append(observe_passthrough(exchange, attempt))
        return await REAL_CONNECT(*call)

    async def fail(self, call: ConnectCall, exchange: Exchange) -> NoReturn:
        """Raise the exception that the client gets instead of a connection."""
        mocked = self._mocked_for(call.connector)
        started = mocked.started_calls.add(call.req)
        answer, owner = exchange.answer, exchange.dispatcher
        try:
            if exchange.call.received.body is None:
                body = await body_that_is_not_sent(call.req)
                if body is not None:
                    owner.complete(exchange, body)
            if isinstance(answer, FaultReply):
                owner.fail(exchange, answer.fault)
                await mocked.trace_failure(call.req, call.traces, answer.fault)
                await self._waits.wait(owner.delay(exchange))
                if answer.fault is Fault.CONNECT_TIMEOUT:
                    limit = connect_limit(call.timeout)
                    await self._waits.wait(connect_timeout(limit))
            error = exception_for(answer, call.req)
            if isinstance(answer, NoRouteReply):
                warn_of_unmatched(exchange.call, answer)
                attempt = mocked.attempts.begin(call.req)
                if attempt is not None:
                    # aiohttp retries calls that fail with this class of errors.
                    attempt.begin(exchange.call, None)
                    attempt.error = error
            raise error
        finally:
            started.connecting = False
            if self._dialer is None:
                self._cut_off_late(started)
            owner.finish(exchange.call)

    def _cut_off_late(self, started: StartedCall) -> None:
        """Cut off a call that began while the block ended in another thread."""
        if self._installed:
            _cut_off.add_started([started], self._left_alone)

    def shows_fault(self, call: ConnectCall) -> bool:
        """Whether the mock shows the client of ``call`` a certificate, which can then be faulty."""
        return self._mocked.tls is not None and call.req.is_ssl()

    async def show_fault(
        self, call: ConnectCall, active_mocks: Sequence[Dispatcher], decision: Serve[Dispatcher]
    ) -> Connection:
        """Serve a client that accepts a faulty certificate; log the call of one that does not."""
        chosen, reply = decision.chosen, decision.reply
        assert chosen is not None  # noqa: S101  there is no fault without a route
        assert reply is not None  # noqa: S101  a chosen route has one
        try:
            return await self.serve(call, active_mocks, fault=reply.fault)
        except aiohttp.ClientConnectorError:
            request = known_request(call.req, await known_body(call.req))
            owner = decision.mock
            logged = owner.consume(chosen, request, from_log)
            if logged is not None:
                exchange = Exchange(logged, reply, owner)
                owner.fail(exchange, reply.fault)
                try:
                    await self._waits.wait(owner.delay(exchange))
                finally:
                    owner.finish(logged)
            raise

    def _mocked_for(self, connector: BaseConnector) -> MockedConnector:
        return self._mocked.get(connector) or self._mocked.add(connector, self._require_block())

    def _require_block(self) -> Dialer:
        dialer = self._dialer
        if dialer is None:
            raise aiohttp.ClientConnectionError(BLOCK_ENDED) from None
        return dialer


class _Hooks:
    """The hooks of patched connectors; see :class:`.patching.Hooks`."""

    @property
    def active(self) -> bool:
        """See :attr:`.patching.Hooks.active`."""
        return bool(_chain.all)

    def refuse(self, req: "ClientRequest") -> None:
        """See :meth:`.patching.Hooks.refuse`."""
        if _cut_off:
            _cut_off.refuse(req, mocked=self.active)

    def connect(self, call: ConnectCall) -> Awaitable[Connection]:
        """See :meth:`.patching.Hooks.connect`."""
        return lead(_chain.in_order(), call)

    def forget(self, connector: BaseConnector) -> Sequence[Awaitable[None]]:
        """See :meth:`.patching.Hooks.forget`."""
        return [closing for one in _chain.all for closing in one.forget(connector)]


_chain: Final[Chain[ConnectorInterceptor]] = Chain("aiointercept_entered")
_patches: Final = Patches()
_cut_off: Final = CutOffCalls(lambda: _patches.apply(_Hooks()), _patches.undo)


def active_dispatchers() -> list[Dispatcher]:
    """Return the dispatchers of the installed mocks, the innermost first."""
    return [one.dispatcher for one in _chain.in_order() if one.dispatcher is not None]
