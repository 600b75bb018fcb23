"""No loop runs here: coroutines are driven by hand."""

from collections.abc import Awaitable, Coroutine
from typing import Any, TypeVar

import pytest
from attrs import define

from aiointercept.adapters.passthrough.client import FixedUpstream
from aiointercept.core.calls import Call, CallLog
from aiointercept.core.dispatcher import MockDispatcher
from aiointercept.core.http.messages import Request, Response
from aiointercept.core.matching.bodies import body
from aiointercept.core.matching.combinators import predicate
from aiointercept.core.matching.results import MatchResult
from aiointercept.core.matching.url_prefix import UrlPrefix
from aiointercept.core.matching.urls import Url
from aiointercept.core.ports.connection import ClientConnection
from aiointercept.core.ports.exchange import Exchange
from aiointercept.core.routing.decision import Fail, Forward, Passthrough, Serve
from aiointercept.core.routing.faults import Fault
from aiointercept.core.routing.policy import HostRule, Policy
from aiointercept.core.routing.registry import Registry
from aiointercept.core.routing.replies import (
    CallbackRaiseReply,
    CallbackReply,
    DisconnectReply,
    FaultReply,
    ForwardReply,
    NoRouteReply,
    RaiseReply,
    Stream,
)
from aiointercept.core.routing.routes import Route
from aiointercept.testing import InMemoryUpstream

T = TypeVar("T")

H = "https://h.test/"


class Clock:
    """A clock that is set by hand; sleeping is noted, and goes on when it is told to."""

    def __init__(self) -> None:
        self.time = 0.0
        self.slept: list[float] = []

    def now(self) -> float:
        """Return the time."""
        return self.time

    def tick(self) -> float:
        """Return the time."""
        return self.time

    async def sleep(self, seconds: float, /) -> None:
        """Wait until somebody goes on."""
        self.slept.append(seconds)
        await Pause()
        self.time += seconds


class Pause:
    """Awaiting it gives control to whoever drives the coroutine."""

    def __await__(self):
        yield


class InterruptError(BaseException):
    """As a cancellation."""


def drive(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine to its end, however often it pauses."""
    while True:
        try:
            coroutine.send(None)
        except StopIteration as stopped:
            return stopped.value


@define(eq=False)
class Attempt:
    """What a client is sending."""

    call: Call | None = None
    owner: Any = None

    def begin(self, call: Call, owner: Any) -> None:
        """Note the call."""
        self.call, self.owner = call, owner

    def settle(self) -> None:
        """Nothing to do."""


def dispatcher(*routes: Route, **policy: Any) -> MockDispatcher:
    """Return a mock's core with these routes and this policy."""
    clock = Clock()
    made = MockDispatcher(
        Registry(), CallLog(clock), Policy(**policy), clock, interrupts=(InterruptError,)
    )
    for route in routes:
        made.registry.add(route)
    return made


def route(reply: Any = None, condition: Any = None, url: str = H, **options: Any) -> Route:
    """Return a route for one request of any method."""
    return Route("*", Url(url), condition, Response() if reply is None else reply, **options)


def request(url: str = H, body: bytes | None = b"", method: str = "GET") -> Request:
    """Return a request."""
    return Request(method, url, body=body)


def connection(*mocks: MockDispatcher, attempt: Any = None) -> ClientConnection:
    """Return the connection of an intercepted client, over which these mocks are asked."""
    asked = request()
    return ClientConnection(asked.origin, asked, lambda answer: None, mocks, attempt)


def computed(function: Any) -> CallbackReply:
    """Return a reply made by ``function``."""
    return CallbackReply(function)


# dispatch


@pytest.mark.parametrize(
    "reply",
    [
        Response(201),
        Stream(lambda: None),
        FaultReply(Fault.HANG),
        RaiseReply(LookupError),
        DisconnectReply(),
    ],
)
def test_a_reply_that_is_there_is_the_answer(reply: Any):
    """The call is in the log, with its route, before the answer is performed."""
    mock = dispatcher(route(reply))
    exchange = drive(mock.dispatch(request()))
    assert exchange.answer is reply
    assert exchange.dispatcher is mock
    assert list(mock.log) == [exchange.call]
    assert exchange.call.registration is next(iter(mock.registry))
    assert exchange.call.duration is None


def test_a_call_ends_when_the_adapter_says_so():
    """With what was answered."""
    mock = dispatcher(route())
    exchange = drive(mock.dispatch(request()))
    mock.clock.time = 3.0
    mock.finish(exchange.call, 200, {"A": "1"}, b"body")
    assert exchange.call.duration == 3.0
    assert exchange.call.response.body == b"body"


def test_no_route_is_unanswered_with_an_explanation():
    """The call is in the log as unmatched."""
    mock = dispatcher(route(url=H + "x"))
    exchange = drive(mock.dispatch(request()))
    assert isinstance(exchange.answer, NoRouteReply)
    assert exchange.answer.explanation.startswith(f"No route matches GET {H}")
    assert not exchange.call.matched
    assert exchange.call.route is None


def test_the_presenter_shows_the_request_to_the_user():
    """It comes along with the request, and gets what was found in the URL."""
    mock = dispatcher(route())
    exchange = drive(mock.dispatch(request(), lambda request, info: (request.method, info)))
    assert exchange.call.request == ("GET", {})
    exchange = drive(mock.dispatch(request(), lambda request, info: "unmatched"))
    assert exchange.call.request == "unmatched"


def test_a_delay_is_waited_for():
    """By the clock that was given; then the answer comes."""
    mock = dispatcher(route(delay=2.5))
    coroutine = mock.dispatch(request())
    coroutine.send(None)
    assert mock.clock.slept == [2.5]
    assert len(mock.log) == 1
    assert isinstance(drive(coroutine).answer, Response)


@pytest.mark.parametrize("error", [InterruptError, GeneratorExit])
def test_a_delay_that_is_interrupted_ends_the_call(error: Any):
    """The client has gone, or the block has ended."""
    mock = dispatcher(route(delay=2.5))
    coroutine = mock.dispatch(request())
    coroutine.send(None)
    with pytest.raises(error):
        coroutine.throw(error())
    assert mock.log.last().duration is not None
    assert mock.deferred_errors == []


def test_a_computed_reply_gets_the_request():
    """The one the routes saw, and the one that users see."""
    seen = []

    def compute(request: Any, shown: Any):
        seen.append((request, shown()))
        return Response(202)

    mock = dispatcher(route(computed(compute)))
    asked = request()
    exchange = drive(mock.dispatch(asked, lambda request, info: "shown"))
    assert seen == [(asked, "shown")]
    assert exchange.answer.status == 202


def test_an_awaitable_is_awaited_as_the_transport_says():
    """On the loop of its choice."""
    ran = []

    async def run(awaitable: Awaitable[T]) -> T:
        ran.append("here")
        return await awaitable

    async def compute(request: Any, shown: Any):
        await Pause()
        return Response(202)

    mock = dispatcher(route(computed(compute), limit=2))
    assert drive(mock.dispatch(request(), run=run)).answer.status == 202
    assert ran == ["here"]
    assert drive(mock.dispatch(request())).answer.status == 202


def test_what_is_not_awaitable_is_not_run():
    """A transport is troubled with awaitables only."""

    def run(awaitable: Any):
        raise AssertionError

    mock = dispatcher(route(computed(lambda request, shown: Response(202))))
    assert drive(mock.dispatch(request(), run=run)).answer.status == 202


class BareError(BaseException):
    """Not an `Exception`."""


@pytest.mark.parametrize("error", [LookupError("secret"), BareError("secret")])
@pytest.mark.parametrize("later", [False, True])
def test_an_error_of_the_users_code_is_held_and_answered(error: Any, later: Any):
    """The client gets a 500 that tells the kind of error, and not more."""

    async def failing():
        await Pause()
        raise error

    def compute(request: Any, shown: Any):
        if later:
            return failing()
        raise error

    mock = dispatcher(route(computed(compute), limit=3))
    for _ in range(3):
        answer = drive(mock.dispatch(request())).answer
        assert answer.status == 500
        assert type(error).__name__.encode() in answer.body
        assert b"secret" not in answer.body
    assert mock.deferred_errors == [error]


def test_errors_are_told_apart_by_identity():
    """Equal errors are held each, the same one once."""
    mock = dispatcher()
    first, second = LookupError("x"), LookupError("x")
    for error in (first, second, first):
        mock.defer_error(error)
    assert len(mock.deferred_errors) == 2
    assert mock.deferred_errors[0] is first
    assert mock.deferred_errors[1] is second


def test_an_interrupt_is_no_error_of_the_users_code():
    """It goes on, and ends the call."""

    async def compute(request: Any, shown: Any):
        await Pause()
        raise AssertionError

    mock = dispatcher(route(computed(compute)))
    coroutine = mock.dispatch(request())
    coroutine.send(None)
    with pytest.raises(InterruptError):
        coroutine.throw(InterruptError())
    assert mock.deferred_errors == []
    assert mock.log.last().duration is not None


def raising(error: BaseException):
    """Return a matcher that raises."""

    def broken(request: Any):
        raise error

    return predicate(broken)


@pytest.mark.parametrize("error", [LookupError("mine"), BareError("mine")])
def test_an_error_of_a_matcher_is_held_and_answered(error: Any):
    """The call is in the log, without a route."""
    mock = dispatcher(route(condition=raising(error)))
    exchange = drive(mock.dispatch(request()))
    assert exchange.answer.status == 500
    assert exchange.call.route is None
    assert mock.deferred_errors == [error]
    assert list(mock.log) == [exchange.call]


def test_an_interrupt_of_a_matcher_goes_on():
    """It is nothing to hold."""
    mock = dispatcher(route(condition=raising(InterruptError())))
    with pytest.raises(InterruptError):
        drive(mock.dispatch(request()))
    assert mock.deferred_errors == []


def test_an_attempt_remembers_its_call():
    """A repeated request is the same call: nothing more is used up, nothing logged twice."""
    mock = dispatcher(route(Response(201)), route(Response(202)))
    attempt = Attempt()
    first = drive(
        mock.dispatch(
            request(), lambda request, info: "first", connection=connection(attempt=attempt)
        )
    )
    assert attempt.call is first.call
    again = Attempt(first.call)
    second = drive(
        mock.dispatch(
            request(), lambda request, info: "second", connection=connection(attempt=again)
        )
    )
    assert second.call is first.call
    assert (first.answer.status, second.answer.status) == (201, 201)
    assert first.call.attempts == 2
    assert first.call.request == "second"
    assert len(mock.log) == 1


# dispatch for intercepted clients: several mocks


def test_the_next_mock_outwards_takes_what_the_own_routes_do_not():
    """The call is in its log, and it finishes it."""
    inner, outer = dispatcher(), dispatcher(route(Response(203)))
    exchange = drive(inner.dispatch(request(), connection=connection(inner, outer)))
    assert exchange.dispatcher is outer
    assert exchange.answer.status == 203
    assert (len(inner.log), len(outer.log)) == (0, 1)


def test_a_body_that_no_mock_wants_is_unmatched():
    """The innermost says so, with its own routes."""
    inner, outer = dispatcher(route(condition=body(b"yes"))), dispatcher()
    exchange = drive(inner.dispatch(request(body=b"no"), connection=connection(inner, outer)))
    assert isinstance(exchange.answer, NoRouteReply)
    assert exchange.dispatcher is inner
    assert "differs in body" in exchange.answer.explanation


def test_a_body_that_no_mock_wants_may_be_forwarded():
    """By the mock that forwards, which logs it."""
    inner = dispatcher(route(condition=body(b"yes")))
    outer = dispatcher(forward_unmatched=True)
    exchange = drive(inner.dispatch(request(body=b"no"), connection=connection(inner, outer)))
    assert isinstance(exchange.answer, ForwardReply)
    assert exchange.dispatcher is outer
    assert exchange.call.matched
    assert (len(inner.log), len(outer.log)) == (0, 1)


def test_a_body_that_no_mock_wants_may_go_to_a_host_passed_through():
    """Somebody has to carry it, as the connection is ours by now."""
    inner = dispatcher(route(condition=body(b"yes")))
    outer = dispatcher(untouched=(HostRule.parse("h.test"),))
    exchange = drive(inner.dispatch(request(body=b"no"), connection=connection(inner, outer)))
    assert isinstance(exchange.answer, ForwardReply)
    assert exchange.dispatcher is inner


def test_what_is_used_up_between_two_looks_is_looked_for_again():
    """Another client may have been faster."""
    mock = dispatcher()
    late = dispatcher()

    class Racing(Registry):
        """Loses its first choice to somebody else."""

        def match(self, request: Any):
            if self.race:
                self.race = False
                super().match(request)
            return super().match(request)

    registry = Racing()
    registry.race = False
    late.registry = registry
    late.registry.add(route(Response(201)))
    registry.race = True
    exchange = drive(mock.dispatch(request(), connection=connection(mock, late)))
    assert isinstance(exchange.answer, NoRouteReply)
    assert exchange.dispatcher is late


def test_a_call_without_a_rule_is_forwarded():
    """Only passthrough leaves a call without a rule."""
    mock = dispatcher()
    call = mock.log_passthrough(request())
    exchange = drive(mock.answer(call))
    assert isinstance(exchange.answer, ForwardReply)
    assert exchange.call is call


# decide: before there is a connection


def test_decide_connects_to_the_mock_that_may_answer():
    """With the mocks further out, for when the body decides otherwise. Nothing is logged."""
    inner, middle, outer = dispatcher(), dispatcher(route()), dispatcher()
    decision = inner.decide(request(body=None), [inner, middle, outer])
    assert isinstance(decision, Serve)
    assert decision.mock is middle
    assert all(len(mock.log) == 0 for mock in (inner, middle, outer))


def test_decide_refuses_what_no_route_can_take():
    """The client gets its explanation without a connection."""
    mock = dispatcher(route(url=H + "x"))
    decision = mock.decide(request(body=None), [mock], lambda request, info: "shown")
    assert isinstance(decision, Fail)
    assert isinstance(decision.exchange.answer, NoRouteReply)
    assert mock.log.last() is decision.exchange.call
    assert decision.exchange.call.request == "shown"


def test_decide_lets_pass_what_is_not_ours():
    """Without a trace, if the host is passed through."""
    mock = dispatcher(untouched=(HostRule.parse("h.test"),))
    decision = mock.decide(request(), [mock])
    assert isinstance(decision, Passthrough)
    assert decision.exchange is None
    assert len(mock.log) == 0


def test_decide_lets_pass_what_is_forwarded():
    """The call is in the log, to be finished with what is seen of it."""
    mock = dispatcher(forward_unmatched=True)
    decision = mock.decide(request(), [mock])
    assert isinstance(decision, Passthrough)
    assert isinstance(decision.exchange, Exchange)
    assert isinstance(decision.exchange.answer, ForwardReply)
    assert mock.log.last() is decision.exchange.call


def test_decide_connects_what_the_mock_carries_itself():
    """Its own upstream needs the whole request."""
    mock = dispatcher(forward_unmatched=True, carry_forwarded=True)
    decision = mock.decide(request(), [mock])
    assert isinstance(decision, Forward)
    assert decision.mock is mock


def test_decide_fails_to_connect_as_a_route_says():
    """The route is used up by it, the call logged."""
    broken = FaultReply(Fault.DNS_FAILURE)
    mock = dispatcher(route(broken), route(broken))
    for number in range(2):
        decision = mock.decide(request(), [mock])
        assert isinstance(decision, Fail)
        assert decision.exchange.answer is broken
        assert len(mock.log) == number + 1
    assert isinstance(mock.decide(request(), [mock]).exchange.answer, NoRouteReply)


def test_decide_looks_again_if_somebody_was_faster():
    """A fault that was used up between two looks is not given twice."""
    mock = dispatcher(route(FaultReply(Fault.DNS_FAILURE)))
    found = mock.registry.peek(request())

    class Racing(Registry):
        """Still foresees a route that is used up by the time it is to be taken."""

        def peek(self, request: Any):
            if mock.registry.match(request) is not None:
                return found
            return super().peek(request)

    late = dispatcher()
    late.registry = Racing()
    decision = late.decide(request(), [late])
    assert isinstance(decision, Fail)
    assert isinstance(decision.exchange.answer, NoRouteReply)


@pytest.mark.parametrize("error", [LookupError("mine"), BareError("mine")])
def test_decide_connects_if_a_matcher_raises(error: Any):
    """It will raise again where its error is held, and the client be answered."""
    mock = dispatcher(route(condition=raising(error)))
    decision = mock.decide(request(body=b"known"), [mock])
    assert isinstance(decision, Serve)
    assert mock.deferred_errors == []


def test_decide_is_interrupted():
    """Only errors of the user's code are kept for later."""
    mock = dispatcher(route(condition=raising(InterruptError())))
    with pytest.raises(InterruptError):
        mock.decide(request(body=b"known"), [mock])


def test_decide_uses_up_just_the_route_that_was_foreseen():
    """If another thread is faster, the next route of the queue is asked."""
    mock = dispatcher(route(FaultReply(Fault.DNS_FAILURE)), route())
    peek = mock.registry.peek

    def overtaken(asked: Request):
        foreseen = peek(asked)
        if foreseen is not None and isinstance(foreseen.registration.route.reply, FaultReply):
            assert mock.registry.consume(foreseen.registration)
        return foreseen

    mock.registry.peek = overtaken  # type: ignore[method-assign]
    assert isinstance(mock.decide(request(), [mock]), Serve)
    assert len(mock.log) == 0
    assert [registration.used for registration in mock.registry] == [1, 0]


def test_what_a_mock_carries_itself_is_taken_whole():
    """Its upstream gets a request with its body, so it is not forwarded by its beginning."""
    mock = dispatcher(forward_unmatched=True)
    assert mock.forward(request(body=None), connection(mock)) is not None
    mock.upstreams = FixedUpstream(InMemoryUpstream({}))
    assert mock.forward(request(body=None), connection(mock)) is None


def test_a_repetition_is_answered_by_the_mock_that_took_the_call():
    """Whichever it comes to."""
    inner, outer = dispatcher(), dispatcher(route())
    attempt = Attempt()
    first = drive(inner.dispatch(request(), connection=connection(inner, outer, attempt=attempt)))
    again = drive(inner.dispatch(request(), connection=connection(attempt=attempt)))
    assert first.dispatcher is again.dispatcher is attempt.owner is outer
    assert again.call is first.call


def test_what_could_not_be_read_is_an_unmatched_call():
    """With the status that it got, and why no route was asked."""
    mock = dispatcher()
    call = mock.log_unreadable(Request("UNKNOWN", "http://h.test/"), 400)
    assert mock.log.snapshot() == [call]
    assert not call.matched
    assert call.outcome == "400"
    assert call.refusal == "it could not be read as HTTP, so no route was asked"


# begin: a request to a mounted application, by its head


class Application:
    """Takes what comes in, as a mounted application does."""

    takes_streams = True


@define(eq=False)
class RaisesByHead:
    """A matcher that needs no body to fail."""

    error: BaseException
    needs_body = False

    def match(self, request: Request, /) -> MatchResult:
        raise self.error


def mounted(**options: Any) -> Route:
    """Return a route to an application."""
    reply: Any = Application()
    return Route("*", UrlPrefix(H), None, reply, limit=None, **options)


def test_a_request_to_an_application_begins_by_its_head():
    """It is logged, and the attempt of its client begins with it."""
    mock = dispatcher(mounted())
    attempt = Attempt()
    exchange = mock.begin(request(body=None), connection=connection(mock, attempt=attempt))
    assert exchange is not None
    assert isinstance(exchange.answer, Application)
    assert (attempt.call, attempt.owner) == (exchange.call, mock)


def test_a_request_to_an_application_of_an_outer_mock():
    """The mock that has it answers."""
    inner, outer = dispatcher(), dispatcher(mounted())
    exchange = inner.begin(request(body=None), connection=connection(inner, outer))
    assert exchange is not None
    assert exchange.dispatcher is outer


def test_a_repetition_does_not_begin_again():
    """It is for `dispatch`, which knows the call."""
    mock = dispatcher(mounted())
    call = mock.log_passthrough(request())
    attempt = Attempt(call, mock)
    assert mock.begin(request(body=None), connection=connection(mock, attempt=attempt)) is None


def test_what_does_not_begin_by_its_head():
    """A route may take it by its body; or a matcher raises, as it does again in `dispatch`."""
    mock = dispatcher(route(condition=body(b"x")), mounted())
    assert mock.begin(request(body=None)) is None
    mock = dispatcher(route(condition=RaisesByHead(ValueError())), mounted())
    assert mock.begin(request(body=None)) is None
    assert mock.deferred_errors == []
    mock = dispatcher(route(condition=RaisesByHead(InterruptError())), mounted())
    with pytest.raises(InterruptError):
        mock.begin(request(body=None))


def test_an_application_behind_a_delay():
    """Nothing is sent to it before that has passed, so it gets the whole request."""
    assert dispatcher(mounted(delay=1.0)).begin(request(body=None)) is None


def test_somebody_else_takes_the_mount():
    """Between the look and the consumption: the whole request is asked for again."""
    mock = dispatcher(mounted())

    def consume(*args: Any) -> None: ...

    mock.registry.consume = consume  # type: ignore[method-assign,assignment]
    assert mock.begin(request(body=None)) is None


def test_a_raised_client_error_is_the_clients():
    """A callback tells by it that the call fails; it is no error of the test."""

    def fail(request: Any, shown: Any) -> Any:
        raise ConnectionError

    mock = dispatcher(route(computed(fail)))
    mock.client_errors = (ConnectionError,)
    exchange = drive(mock.dispatch(request()))
    assert isinstance(exchange.answer, CallbackRaiseReply)
    assert mock.deferred_errors == []


def test_the_delay_of_a_fault_before_the_connection():
    """The adapter waits for it, on the core's clock."""
    mock = dispatcher(route(FaultReply(Fault.DNS_FAILURE), delay=2.0))
    decision = mock.decide(request(), [mock])
    drive(mock.delay(decision.exchange))
    clock: Any = mock.clock
    assert clock.slept == [2.0]
