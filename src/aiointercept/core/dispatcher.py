"""A request in, a logged call and an answer out: the whole way of a request through the core.

A request to the mock's own URL comes to :meth:`MockDispatcher.dispatch`: the registry chooses and
consumes a route, the log opens a call, the delay of the route passes, and its reply is taken, or
computed by the user's callback. The adapter performs it and calls ``finish``.

A request of an intercepted client is decided on twice. Before it has a connection,
:meth:`MockDispatcher.decide` asks the active mocks with what is known: it may go its own way
(``Passthrough``), fail (``Fail``), or be connected to a mock (``Serve``, ``Forward``). Once it has
arrived, with its body, :meth:`MockDispatcher.dispatch` asks them again, and this time consumes.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from attrs import define, evolve, field

from aiointercept.core.calls import Call, CallLog, RequestFactory
from aiointercept.core.clock import Clock
from aiointercept.core.http.messages import HeaderSource, Request, Response
from aiointercept.core.ports.chained_mock import ChainedMock, Run
from aiointercept.core.ports.connection import ClientConnection
from aiointercept.core.ports.dispatcher import Dispatcher
from aiointercept.core.ports.exchange import Exchange
from aiointercept.core.ports.upstream import Upstream, UpstreamFactory
from aiointercept.core.recording.redacting.redaction import Redaction
from aiointercept.core.reporting.unmatched import explain
from aiointercept.core.routing.decision import (
    ActiveMock,
    Decision,
    Fail,
    Forward,
    Passthrough,
    Serve,
    decide,
)
from aiointercept.core.routing.faults import Fault
from aiointercept.core.routing.incoming import forwarder_of, mount_of
from aiointercept.core.routing.policy import Policy
from aiointercept.core.routing.registry import Chosen, Registry
from aiointercept.core.routing.replies import (
    Answer,
    CallbackRaiseReply,
    CallbackReply,
    ForwardReply,
    NoRouteReply,
    internal_error,
)

# pytest leaves the frames of this module out of its tracebacks.
__tracebackhide__ = True

T = TypeVar("T")


async def run_here(awaitable: Awaitable[T]) -> T:
    """Await on the running loop."""
    return await awaitable


@define(eq=False, repr=False)
class MockDispatcher:
    """One mock's core: its routes, its log, its policy, and the errors it keeps for the end.

    Most methods are those of :class:`~.ports.dispatcher.Dispatcher`.

    Args:
        registry: the routes.
        log: the calls.
        policy: what is left to the real network.
        clock: gives the time and waits.
        upstreams: makes what carries forwarded requests; ``None`` for the client's own way.
        interrupts: exceptions that end the user's code without being errors of it.
        client_errors: exceptions that a callback raises to make the client's call fail.
        redaction: masks secrets in messages; ``None`` for none.
        hint: added to the message for a request that no route takes.
    """

    registry: Registry
    log: CallLog
    policy: Policy
    clock: Clock
    upstreams: UpstreamFactory | None = None
    interrupts: tuple[type[BaseException], ...] = ()
    client_errors: tuple[type[BaseException], ...] = ()
    redaction: Redaction | None = None
    hint: str | None = None
    deferred_errors: list[BaseException] = field(factory=list[BaseException], init=False)

    def decide(
        self,
        request: Request,
        active_mocks: Sequence[Dispatcher],
        request_factory: RequestFactory | None = None,
    ) -> Decision[Dispatcher]:
        """See :meth:`.ports.dispatcher.Dispatcher.decide`."""
        while True:
            try:
                decision = decide(request, active_mocks)
            except self.interrupts:
                raise
            except BaseException:  # noqa: BLE001  a matcher raised: it will again in dispatch()
                return Serve(active_mocks[0])
            if isinstance(decision, Passthrough):
                return _log_passthrough(decision, request, request_factory)
            if not isinstance(decision, Fail):
                return decision
            mock, chosen, reply = decision.mock, decision.chosen, decision.reply
            if chosen is None or reply is None:
                return evolve(
                    decision, exchange=mock.log_unmatched(request, request_factory, active_mocks)
                )
            call = mock.consume(chosen, request, request_factory)
            if call is not None:
                return evolve(decision, exchange=Exchange(call, reply, mock))

    def match(self, request: Request, request_factory: RequestFactory | None = None) -> Call | None:
        """See :meth:`.ports.chained_mock.ChainedMock.match`."""
        chosen = self.registry.match(request)
        return None if chosen is None else self._open(chosen, request, request_factory)

    def consume(
        self, chosen: Chosen, request: Request, request_factory: RequestFactory | None = None
    ) -> Call | None:
        """See :meth:`.ports.chained_mock.ChainedMock.consume`."""
        if not self.registry.consume(chosen.registration):
            return None
        return self._open(chosen, request, request_factory)

    def _open(
        self, chosen: Chosen, request: Request, request_factory: RequestFactory | None
    ) -> Call:
        return self.log.open(
            request, chosen.registration, request_factory, match_info=chosen.result.match_info
        )

    def log_passthrough(
        self, request: Request, request_factory: RequestFactory | None = None
    ) -> Call:
        """See :meth:`.ports.chained_mock.ChainedMock.log_passthrough`."""
        return self.log.open(request, None, request_factory)

    def log_unmatched(
        self,
        request: Request,
        request_factory: RequestFactory | None = None,
        active_mocks: Sequence[ActiveMock] = (),
    ) -> Exchange:
        """See :meth:`.ports.chained_mock.ChainedMock.log_unmatched`."""
        call = self.log.open(request, None, request_factory, matched=False)
        outer = [mock.registry for mock in active_mocks if mock.registry is not self.registry]
        return self._unmatched(call, outer)

    def _unmatched(self, call: Call, outer: Sequence[Registry] = ()) -> Exchange:
        text = explain(call.received, self.registry, self.redaction, self.hint, outer=outer)
        return Exchange(call, NoRouteReply(text), self)

    def log_unreadable(
        self, request: Request, status: int, request_factory: RequestFactory | None = None
    ) -> Call:
        """See :meth:`.ports.dispatcher.Dispatcher.log_unreadable`."""
        call = self.log.open(request, None, request_factory, matched=False)
        call.refusal = "it could not be read as HTTP, so no route was asked"
        self.log.close(call, status)
        return call

    def forward(
        self,
        request: Request,
        connection: ClientConnection,
        request_factory: RequestFactory | None = None,
    ) -> Exchange | None:
        """See :meth:`.ports.dispatcher.Dispatcher.forward`."""
        mocks = connection.active_mocks
        attempt = connection.attempt
        if not any(mock.policy.forward_unmatched for mock in mocks):
            return None
        if attempt is not None and attempt.call is not None:
            return None
        mock = self._decided_early(lambda: forwarder_of(request, mocks, self))
        if mock is None or not mock.takes_streams:
            return None
        passing = Request(request.method, request.url, request.headers)
        call = mock.log_passthrough(passing, request_factory)
        if attempt is not None:
            attempt.begin(call, mock)
        return Exchange(call, ForwardReply(mock.policy.forward_rate), mock)

    def may_begin(self, connection: ClientConnection | None) -> bool:
        """See :meth:`.ports.dispatcher.Dispatcher.may_begin`."""
        mocks = () if connection is None else connection.active_mocks
        return self.registry.has_mounts or any(mock.registry.has_mounts for mock in mocks)

    def begin(
        self,
        request: Request,
        request_factory: RequestFactory | None = None,
        *,
        connection: ClientConnection | None = None,
    ) -> Exchange | None:
        """See :meth:`.ports.dispatcher.Dispatcher.begin`."""
        mocks: Sequence[ChainedMock] = () if connection is None else connection.active_mocks
        attempt = None if connection is None else connection.attempt
        if attempt is not None and attempt.call is not None:
            return None
        found = self._decided_early(lambda: mount_of(request, mocks or (self,)))
        if found is None:
            return None
        mock, chosen = found
        call = mock.consume(chosen, request, request_factory)
        reply = chosen.registration.route.immediate_reply
        if call is None or reply is None:
            return None
        if attempt is not None:
            attempt.begin(call, mock)
        return Exchange(call, reply, mock)

    def _decided_early(self, decide_early: Callable[[], T | None]) -> T | None:
        """Return what is decided; ``None`` if a matcher raises, as it will again in dispatch()."""
        try:
            return decide_early()
        except self.interrupts:
            raise
        except BaseException:  # noqa: BLE001  see above
            return None

    async def dispatch(
        self,
        request: Request,
        request_factory: RequestFactory | None = None,
        *,
        connection: ClientConnection | None = None,
        run: Run = run_here,
    ) -> Exchange:
        """See :meth:`.ports.dispatcher.Dispatcher.dispatch`."""
        attempt = None if connection is None else connection.attempt
        if attempt is not None and attempt.call is not None:
            attempt.call.sent_again(request_factory)
            return await (attempt.owner or self).answer(attempt.call, run)
        try:
            begun = self._begin(
                request, request_factory, () if connection is None else connection.active_mocks
            )
        except self.interrupts:
            raise
        except BaseException as error:  # noqa: BLE001  a matcher raised; the client gets a 500
            self.defer_error(error)
            call = self.log_passthrough(request, request_factory)
            return Exchange(call, internal_error(error), self)
        if isinstance(begun, Exchange):
            if attempt is not None:
                # aiohttp may repeat an unmatched request, as after any closed connection.
                attempt.begin(begun.call, self)
            return begun
        mock, call = begun
        if attempt is not None:
            attempt.begin(call, mock)
        reply = None if call.registration is None else call.registration.route.immediate_reply
        # Most routes have an immediate reply, which saves a coroutine for each request.
        return await mock.answer(call, run) if reply is None else Exchange(call, reply, mock)

    def _begin(
        self,
        request: Request,
        request_factory: RequestFactory | None,
        active_mocks: Sequence[ChainedMock],
    ) -> tuple[ChainedMock, Call] | Exchange:
        """Return the mock that answers and the call in its log, or what explains that none does."""
        call = self.match(request, request_factory)
        if call is not None:
            return self, call
        while active_mocks:
            decision = decide(request, active_mocks)
            if isinstance(decision, Fail) and decision.chosen is None:
                return decision.mock.log_unmatched(request, request_factory, active_mocks)
            if isinstance(decision, (Passthrough, Forward)):
                mock = decision.mock or self
                return mock, mock.log_passthrough(request, request_factory)
            call = decision.mock.match(request, request_factory)
            if call is not None:
                return decision.mock, call
        return self.log_unmatched(request, request_factory)

    async def answer(self, call: Call, run: Run = run_here) -> Exchange:
        """See :meth:`.ports.chained_mock.ChainedMock.answer`."""
        registration = call.registration
        if not call.matched:
            return self._unmatched(call)
        if registration is None:
            return Exchange(call, ForwardReply(self.policy.forward_rate), self)
        route = registration.route
        try:
            if route.delay:
                await self.clock.sleep(route.delay)
            if isinstance(route.reply, CallbackReply):
                return Exchange(call, await self._compute(route.reply, call, run), self)
        except BaseException:
            self.finish(call)
            raise
        return Exchange(call, route.reply, self)

    async def _compute(self, reply: CallbackReply, call: Call, run: Run) -> Answer:
        try:
            content = reply.compute(call.received, lambda: call.request)
            return await run(content) if isinstance(content, Awaitable) else content
        except self.interrupts:
            raise
        except self.client_errors as error:
            return CallbackRaiseReply(error)
        except BaseException as error:  # noqa: BLE001  the user's function raised
            self.defer_error(error)
            return internal_error(error)

    async def delay(self, exchange: Exchange) -> None:
        """See :meth:`.ports.exchange.ExchangeOwner.delay`."""
        registration = exchange.call.registration
        if registration is not None and registration.route.delay:
            await self.clock.sleep(registration.route.delay)

    @property
    def takes_streams(self) -> bool:
        """See :attr:`.ports.exchange.ExchangeOwner.takes_streams`."""
        return self.upstreams is None or self.upstreams.takes_streams

    def upstream_for(self, client: Upstream | None) -> Upstream | None:
        """See :meth:`.ports.exchange.ExchangeOwner.upstream_for`."""
        return client if self.upstreams is None else self.upstreams(client)

    def defer_error(self, error: BaseException) -> None:
        """See :meth:`.ports.exchange.ExchangeOwner.defer_error`."""
        if not any(error is deferred for deferred in self.deferred_errors):
            self.deferred_errors.append(error)

    def fail(self, exchange: Exchange, fault: Fault) -> None:
        """See :meth:`.ports.exchange.ExchangeOwner.fail`."""
        exchange.call.fault = fault

    def complete(self, exchange: Exchange, body: bytes) -> None:
        """See :meth:`.ports.exchange.ExchangeOwner.complete`."""
        exchange.call.received = evolve(exchange.call.received, body=body)

    def finish(
        self,
        call: Call,
        status: int | None = None,
        headers: HeaderSource = None,
        body: bytes | None = None,
    ) -> None:
        """See :meth:`.ports.exchange.ExchangeOwner.finish`."""
        self.log.close(call, status, headers, body)

    def answered(self, call: Call, response: Response) -> None:
        """See :meth:`.ports.exchange.ExchangeOwner.answered`."""
        self.log.close_with(call, response)


def _log_passthrough(
    decision: Passthrough[Dispatcher], request: Request, request_factory: RequestFactory | None
) -> Passthrough[Dispatcher]:
    mock = decision.mock
    if mock is None:
        return decision
    call = mock.log_passthrough(request, request_factory)
    return evolve(decision, exchange=Exchange(call, ForwardReply(), mock))
