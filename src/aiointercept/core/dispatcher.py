"""The one way in: a request becomes a call in the log and an answer to be performed.

Choosing is the registry's and the policy's, performing the adapters'. Here the two meet: the reply
of the chosen route is taken or computed, or what explains that there is none.
"""

from collections.abc import Awaitable, Sequence
from typing import TypeVar

from attrs import define, field

from aiointercept.core.calls import Call, CallLog, RequestFactory
from aiointercept.core.clock import Clock
from aiointercept.core.http.messages import HeaderSource, Request, Response
from aiointercept.core.ports import (
    Admission,
    Attempt,
    Connect,
    Dispatcher,
    Exchange,
    Fail,
    Pass,
    Run,
    Upstream,
)
from aiointercept.core.reporting.unmatched import explain
from aiointercept.core.routing.decision import FailToConnect, Forward, LeaveAlone, Unmatched, decide
from aiointercept.core.routing.policy import Policy
from aiointercept.core.routing.registry import Registry
from aiointercept.core.routing.replies import CallbackReply, Content, ForwardReply, NoRouteReply
from aiointercept.core.routing.routes import Registration

T = TypeVar("T")


async def run_here(awaitable: Awaitable[T]) -> T:
    """Await on the running loop."""
    return await awaitable


@define(eq=False)
class MockDispatcher:
    """One mock's core: its routes, its log, its policy, and the errors it holds back.

    The methods without a docstring of their own are those of :class:`~.ports.Dispatcher`.

    Args:
        registry: the routes.
        log: the calls.
        policy: what is left to the real network.
        clock: tells the time and waits.
        upstream: what reaches the real servers, if not each client in its own way.
        interrupts: exceptions that end the user's code without being errors of it.
    """

    registry: Registry
    log: CallLog
    policy: Policy
    clock: Clock
    upstream: Upstream | None = None
    interrupts: tuple[type[BaseException], ...] = ()
    held: list[BaseException] = field(factory=list[BaseException], init=False)

    def admit(
        self,
        request: Request,
        active_mocks: Sequence[Dispatcher],
        present: RequestFactory | None = None,
    ) -> Admission:
        """See :meth:`.ports.Dispatcher.admit`."""
        while True:
            try:
                verdict = decide(request, active_mocks)
            except self.interrupts:
                raise
            except BaseException:  # noqa: BLE001  a matcher raised: it will again, where it is held
                return Connect(active_mocks)
            if isinstance(verdict, FailToConnect):
                call = verdict.active_mock.claim(verdict.registration, request, present)
                if call is not None:
                    return Fail(Exchange(call, verdict.broken, verdict.active_mock))
            elif isinstance(verdict, LeaveAlone):
                dispatcher = verdict.active_mock
                if dispatcher is None:
                    return Pass(None)
                return Pass(
                    Exchange(dispatcher.receive(request, present), ForwardReply(), dispatcher)
                )
            elif isinstance(verdict, Unmatched):
                return Fail(verdict.active_mock.refuse(request, present))
            else:
                return Connect(active_mocks[active_mocks.index(verdict.active_mock) :])

    def take(self, request: Request, present: RequestFactory | None = None) -> Call | None:
        """See :meth:`.ports.Dispatcher.take`."""
        chosen = self.registry.resolve(request)
        if chosen is None:
            return None
        return self.log.open(
            request, chosen.registration, present, match_info=chosen.result.match_info
        )

    def claim(
        self, registration: Registration, request: Request, present: RequestFactory | None = None
    ) -> Call | None:
        """See :meth:`.ports.Dispatcher.claim`."""
        if not self.registry.claim(registration):
            return None
        found = registration.route.check_condition(request).match_info
        return self.log.open(request, registration, present, match_info=found)

    def receive(self, request: Request, present: RequestFactory | None = None) -> Call:
        """See :meth:`.ports.Dispatcher.receive`."""
        return self.log.open(request, None, present)

    def refuse(self, request: Request, present: RequestFactory | None = None) -> Exchange:
        """See :meth:`.ports.Dispatcher.refuse`."""
        call = self.log.open(request, None, present, matched=False)
        return Exchange(call, NoRouteReply(explain(request, self.registry)), self)

    def forward(
        self,
        request: Request,
        active_mocks: Sequence[Dispatcher],
        present: RequestFactory | None = None,
    ) -> Exchange | None:
        """See :meth:`.ports.Dispatcher.forward`."""
        try:
            verdict = decide(request, active_mocks)
        except BaseException:  # noqa: BLE001  a matcher raised: it will again, where it is held
            return None
        if not isinstance(verdict, (LeaveAlone, Forward)):
            return None
        dispatcher = verdict.active_mock or self
        if dispatcher.upstream is not None:
            return None  # it takes whole requests
        passing = Request(request.method, request.url, request.headers)
        return Exchange(dispatcher.receive(passing, present), ForwardReply(), dispatcher)

    async def dispatch(
        self,
        request: Request,
        present: RequestFactory | None = None,
        *,
        active_mocks: Sequence[Dispatcher] = (),
        attempt: Attempt | None = None,
        run: Run = run_here,
    ) -> Exchange:
        """See :meth:`.ports.Dispatcher.dispatch`."""
        if attempt is not None and attempt.call is not None:
            attempt.call.sent_again(present)
            return await (attempt.dispatcher or self).answer(attempt.call, run)
        try:
            begun = self._begin(request, present, active_mocks)
        except self.interrupts:
            raise
        except BaseException as error:  # noqa: BLE001  a matcher raised; it is held
            self.hold(error)
            return Exchange(self.receive(request, present), internal_error(error), self)
        if isinstance(begun, Exchange):
            return begun
        dispatcher, call = begun
        if attempt is not None:
            attempt.call, attempt.dispatcher = call, dispatcher
        return await dispatcher.answer(call, run)

    def _begin(
        self, request: Request, present: RequestFactory | None, active_mocks: Sequence[Dispatcher]
    ) -> tuple[Dispatcher, Call] | Exchange:
        call = self.take(request, present)
        if call is not None:
            return self, call
        while active_mocks:
            verdict = decide(request, active_mocks)
            if isinstance(verdict, Unmatched):
                return verdict.active_mock.refuse(request, present)
            if isinstance(verdict, (LeaveAlone, Forward)):
                dispatcher = verdict.active_mock or self
                return dispatcher, dispatcher.receive(request, present)
            call = verdict.active_mock.take(request, present)
            if call is not None:
                return verdict.active_mock, call
        return self.refuse(request, present)

    async def answer(self, call: Call, run: Run = run_here) -> Exchange:
        """See :meth:`.ports.Dispatcher.answer`."""
        rule = call.rule
        if rule is None:
            return Exchange(call, ForwardReply(), self)
        try:
            if rule.delay:
                await self.clock.sleep(rule.delay)
            if isinstance(rule.reply, CallbackReply):
                return Exchange(call, await self._compute(rule.reply, call, run), self)
        except BaseException:
            self.finish(call)
            raise
        return Exchange(call, rule.reply, self)

    async def _compute(self, reply: CallbackReply, call: Call, run: Run) -> Content:
        try:
            content = reply.compute(call.received, lambda: call.request)
            return await run(content) if isinstance(content, Awaitable) else content
        except self.interrupts:
            raise
        except BaseException as error:  # noqa: BLE001  the user's function raised; it is held
            self.hold(error)
            return internal_error(error)

    def hold(self, error: BaseException) -> None:
        """See :meth:`.ports.Dispatcher.hold`."""
        if not any(error is held for held in self.held):
            self.held.append(error)

    def finish(
        self,
        call: Call,
        status: int | None = None,
        headers: HeaderSource = None,
        body: bytes | None = None,
    ) -> None:
        """See :meth:`.ports.Dispatcher.finish`."""
        self.log.close(call, status, headers, body)


def internal_error(error: BaseException) -> Response:
    """Return what a client gets whose answer the user's code should have made."""
    text = (
        f"aiointercept: {type(error).__name__} in the test's own code; it is raised again, with "
        "its traceback, when the block of the mock ends"
    )
    return Response(500, None, {"Content-Type": "text/plain; charset=utf-8"}, text.encode())
