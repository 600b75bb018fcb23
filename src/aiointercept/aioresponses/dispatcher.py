"""One drop-in's core: decides as aioresponses does, by the client's own arguments.

Of the core's dispatcher it changes what is looked at (the URL as the client wrote it), who is told
what (the caller, in aioresponses' words), and that answers are made in the caller's task.
"""

from collections.abc import Callable, Sequence
from typing import Any, Final

import aiohttp
from attrs import define, field, frozen
from typing_extensions import override

from aiointercept.aioresponses.client_calls import Carried, Carrier, ClientCall, current_call
from aiointercept.aioresponses.routes import Answer
from aiointercept.core.calls import Call, RequestFactory
from aiointercept.core.dispatcher import MockDispatcher
from aiointercept.core.errors import add_note
from aiointercept.core.http.messages import Request, Response
from aiointercept.core.ports.chained_mock import Run
from aiointercept.core.ports.connection import ClientConnection
from aiointercept.core.ports.dispatcher import Dispatcher
from aiointercept.core.ports.exchange import Exchange
from aiointercept.core.reporting.unmatched import explain
from aiointercept.core.routing.decision import Decision, Fail, Passthrough, Serve, decide
from aiointercept.core.routing.policy import Policy
from aiointercept.core.routing.replies import CallbackReply, RaiseReply

# aioresponses follows every redirect with GET, whatever its status and the method before.
_METHOD_OF_REDIRECTS: Final = "GET"


@frozen
class DropInPolicy(Policy):
    """Only what a session's call asks for is mocked, on any host, this machine's included."""

    leave_loopback: bool = False

    @override
    def never_touches(self, request: Request) -> bool:
        call = current_call()
        return call is None or call.untouched


@define(eq=False)
class DropInDispatcher(MockDispatcher):
    """The core of one ``aioresponses``, and what it wants to hear of client calls.

    Args:
        passthrough: beginnings of URLs that are left alone.
        remember: takes each call that is heard.
    """

    passthrough: tuple[str, ...] = field(kw_only=True)
    remember: Callable[[ClientCall], None] = field(kw_only=True)
    forwards: bool = field(kw_only=True)

    def wants(self, call: ClientCall) -> bool | None:
        """See :meth:`aiointercept.aioresponses.client_calls.Listener.wants`."""
        if str(call.url).startswith(self.passthrough):
            return None
        request = _first_request(call)
        return request is not None and self.registry.peek(request) is not None

    def hear(self, call: ClientCall) -> None:
        """See :meth:`aiointercept.aioresponses.client_calls.Listener.hear`."""
        self.remember(call)

    @override
    def decide(
        self,
        request: Request,
        active_mocks: Sequence[Dispatcher],
        request_factory: RequestFactory | None = None,
    ) -> Decision[Dispatcher]:
        call = current_call()
        ours = [mock for mock in active_mocks if isinstance(mock, DropInDispatcher)]
        if call is not None and not call.untouched:
            requests = _requests(call, request)
            for mock in ours:
                taken = mock.match_first(requests, request_factory)
                if taken is not None:
                    return mock.lead(call, taken)
        others = [mock for mock in active_mocks if not isinstance(mock, DropInDispatcher)]
        if others and _is_taken(decide(request, others)):
            return others[0].decide(request, others, request_factory)
        if call is None or call.untouched or any(mock.forwards for mock in ours):
            return Passthrough(None)
        return Fail(self, exchange=self.log_unmatched(request, request_factory))

    def match_first(
        self, requests: Sequence[Request], request_factory: RequestFactory | None
    ) -> Call | None:
        """Consume the route that takes the first of ``requests`` that any route takes."""
        for request in requests:
            taken = self.match(request, request_factory)
            if taken is not None:
                return taken
        return None

    def lead(self, call: ClientCall, taken: Call) -> Decision[Dispatcher]:
        """Return what becomes of a request that a route took."""
        reply = None if taken.registration is None else taken.registration.route.reply
        if isinstance(reply, RaiseReply):
            return Fail(self, exchange=Exchange(taken, reply, self))
        call.taken = taken
        return Serve(self)

    @override
    def log_unmatched(
        self, request: Request, request_factory: RequestFactory | None = None
    ) -> Exchange:
        call = current_call()
        asked = request if call is None else f"{call.method} {call.url}"
        error = aiohttp.ClientConnectionError(f"Connection refused: {asked}")
        add_note(error, explain(request, self.registry))
        noted = self.log.open(request, None, request_factory, matched=False)
        return Exchange(noted, Carried(error), self)

    async def respond(self, connection: ClientConnection) -> Response:
        """Return the answer to what ``connection`` was opened for; runs in the caller's task.

        Raises:
            Carrier: with what a callback raised.
        """
        call = current_call()
        taken = None if call is None else call.taken
        if call is not None:
            call.taken = None
        taken = taken or self.match(connection.request)
        if call is None or taken is None:
            raise Carrier(
                aiohttp.ClientConnectionError(f"Connection refused: {connection.request}")
            )
        answer = (await self.answer(taken)).answer
        if not isinstance(answer, Response):
            raise Carrier(answer.exception if isinstance(answer, RaiseReply) else TypeError(answer))
        self.finish(taken, answer.status, answer.headers, answer.body)
        if isinstance(answer, Answer):
            connection.response_class = answer.response_class
        call.answer = answer
        return answer

    @override
    async def _compute(self, reply: CallbackReply, call: Call, run: Run) -> Any:
        try:
            content: Any = reply.compute(call.received, lambda: call.request)
            return await content
        except Exception as error:  # noqa: BLE001 - whatever it is, the caller has to get it
            raise Carrier(error) from None


def _is_taken(decision: Decision[Dispatcher]) -> bool:
    """Whether a route takes the request."""
    return isinstance(decision, Serve) or (
        isinstance(decision, Fail) and decision.chosen is not None
    )


def _first_request(call: ClientCall) -> Request | None:
    """Return what the client asks for first; ``None`` if that is nothing HTTP can ask for."""
    try:
        return Request(call.method, call.url)
    except ValueError:
        return None


def _requests(call: ClientCall, request: Request) -> list[Request]:
    """Return what a route may have been registered for, if it is meant for ``request``."""
    if not call.begun:
        call.begun = True
        return [Request(call.method, call.url, request.headers, body=request.body)]
    if request.method == _METHOD_OF_REDIRECTS:
        return [request]
    as_followed = Request(_METHOD_OF_REDIRECTS, request.url, request.headers, body=request.body)
    return [as_followed, request]
