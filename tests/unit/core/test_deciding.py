"""The three decisions at the connector, driven without a socket: leave alone, serve, raise."""

import asyncio
import re
from collections.abc import Sequence
from typing import Any

import pytest
from attrs import define, field
from yarl import URL

from aiointercept.core.calls import CallLog
from aiointercept.core.dispatcher import MockDispatcher
from aiointercept.core.http.messages import Request, Response
from aiointercept.core.matching.combinators import as_matcher
from aiointercept.core.matching.results import Matcher, MatchResult, Mismatch
from aiointercept.core.matching.urls import Url, UrlPattern
from aiointercept.core.ports.connection import ClientConnection
from aiointercept.core.routing.decision import Fail, Forward, Passthrough, Serve
from aiointercept.core.routing.faults import Fault
from aiointercept.core.routing.policy import HostRule, Policy
from aiointercept.core.routing.registry import Registry
from aiointercept.core.routing.replies import (
    CallbackReply,
    FaultReply,
    ForwardReply,
    NoRouteReply,
    Reply,
)
from aiointercept.core.routing.routes import Route

HERE = "https://h.test/"


@define
class Hands:
    """A clock that moves only when somebody sleeps."""

    time: float = 0.0

    def now(self) -> float:
        """Tell the time."""
        return self.time

    def tick(self) -> float:
        """Tell it again."""
        return self.time

    async def sleep(self, seconds: float, /) -> None:
        """Let time pass at once."""
        self.time += seconds


@define
class Sending:
    """What a transport knows of a client that may repeat a request."""

    call: Any = None
    owner: Any = None
    settled: bool = field(default=False)

    def begin(self, call: Any, owner: Any) -> None:
        """Note the call that was made of it."""
        self.call, self.owner = call, owner

    def settle(self) -> None:
        """Note that there was an answer."""
        self.settled = True


class OnBody:
    """A matcher that needs the body."""

    def __init__(self, wanted: bytes) -> None:
        self.wanted = wanted

    def match(self, request: Request) -> MatchResult:
        """Compare the whole body."""
        if request.body == self.wanted:
            return MatchResult()
        return MatchResult((Mismatch("body", self.wanted, request.body),))


def _dispatcher(**policy: Any) -> MockDispatcher:
    clock = Hands()
    return MockDispatcher(Registry(), CallLog(clock), Policy(**policy), clock)


def _connection(*mocks: MockDispatcher, attempt: Any = None) -> ClientConnection:
    request = Request("GET", HERE)
    return ClientConnection(request.origin, request, lambda _answer: None, mocks, attempt)


def _add(
    dispatcher: MockDispatcher,
    url: "str | re.Pattern[str] | None" = HERE,
    reply: Reply | None = None,
    condition: Matcher | None = None,
    **options: Any,
) -> None:
    target = UrlPattern(url) if isinstance(url, re.Pattern) else url and Url(url)
    dispatcher.registry.add(
        Route(
            options.pop("method", "GET"), target or None, condition, reply or Response(), **options
        )
    )


def _ask(
    dispatchers: Sequence[MockDispatcher],
    url: str = HERE,
    method: str = "GET",
    body: bytes | None = b"",
) -> Any:
    return dispatchers[0].decide(Request(method, URL(url), {"X-A": "b"}, body=body), dispatchers)


def test_a_request_that_a_route_may_take_is_served() -> None:
    """It is connected to the mock whose route that is; nothing is used up or logged yet."""
    dispatcher = _dispatcher()
    _add(dispatcher)
    decision = _ask([dispatcher])
    assert isinstance(decision, Serve)
    assert decision.mock is dispatcher
    assert len(dispatcher.log) == 0
    assert next(iter(dispatcher.registry)).used == 0


def test_a_request_that_no_route_takes_raises() -> None:
    """It is logged as unmatched, with an explanation in place of an answer."""
    dispatcher = _dispatcher()
    _add(dispatcher)
    decision = _ask([dispatcher], "https://h.test/other")
    assert isinstance(decision, Fail)
    assert isinstance(decision.exchange.answer, NoRouteReply)
    assert "GET https://h.test/other" in decision.exchange.answer.explanation
    assert [call.matched for call in dispatcher.log] == [False]


@pytest.mark.parametrize("entry", ["h.test", "h.test:443", "https://h.test", HERE])
def test_a_passed_through_host_is_left_alone(entry: str) -> None:
    """Even where a route would match, and not a word of it in the log."""
    dispatcher = _dispatcher(untouched=(HostRule.parse(entry),))
    _add(dispatcher)
    decision = _ask([dispatcher])
    assert isinstance(decision, Passthrough)
    assert decision.exchange is None
    assert len(dispatcher.log) == 0


def test_what_is_unmatched_may_be_left_alone_and_logged() -> None:
    """With ``passthrough_unmatched`` the client goes its own way, and its call is noted."""
    dispatcher = _dispatcher(forward_unmatched=True)
    decision = _ask([dispatcher])
    assert isinstance(decision, Passthrough)
    assert decision.exchange is not None
    assert isinstance(decision.exchange.answer, ForwardReply)
    assert decision.exchange.dispatcher is dispatcher
    assert [(call.matched, call.route) for call in dispatcher.log] == [(True, None)]


def test_what_the_mock_itself_carries_is_served() -> None:
    """With an upstream of its own, the request has to come to the mock first."""
    dispatcher = _dispatcher(forward_unmatched=True, carry_forwarded=True)
    assert isinstance(_ask([dispatcher]), Forward)
    exchange = asyncio.run(
        dispatcher.dispatch(Request("GET", HERE, body=b""), connection=_connection(dispatcher))
    )
    assert isinstance(exchange.answer, ForwardReply)


@pytest.mark.parametrize(
    "url", ["http://localhost:8080/", "http://127.0.0.1/", "http://127.9.9.9/", "http://[::1]:1/"]
)
def test_this_machine_is_left_alone_unless_a_route_names_it(url: str) -> None:
    """A route that would fit any host does not; an exact URL there does."""
    dispatcher = _dispatcher()
    _add(dispatcher, re.compile(".*"), limit=None)
    assert isinstance(_ask([dispatcher], url), Passthrough)
    assert isinstance(_ask([dispatcher]), Serve)
    _add(dispatcher, url)
    assert isinstance(_ask([dispatcher], url), Serve)


def test_this_machine_can_be_mocked_as_any_other() -> None:
    """Where the policy says so, loopback is nothing special."""
    dispatcher = _dispatcher(leave_loopback=False)
    _add(dispatcher, re.compile(".*"))
    assert isinstance(_ask([dispatcher], "http://localhost/"), Serve)


@pytest.mark.parametrize("fault", [fault for fault in Fault if fault.in_handshake])
def test_a_fault_of_the_handshake_is_served_and_its_route_told(fault: Fault) -> None:
    """Whether the client minds the certificate is up to the client, so nothing is used up yet."""
    dispatcher = _dispatcher()
    _add(dispatcher, reply=FaultReply(fault))
    (registration,) = dispatcher.registry
    decision = _ask([dispatcher])
    assert isinstance(decision, Serve)
    assert decision.chosen is not None
    assert decision.chosen.registration is registration
    assert decision.reply is registration.route.reply
    assert (registration.used, len(dispatcher.log)) == (0, 0)


@pytest.mark.parametrize(
    "fault", [fault for fault in Fault if fault.before_connection and not fault.in_handshake]
)
def test_a_fault_before_the_connection_raises_and_uses_its_route_up(fault: Fault) -> None:
    """The call is logged with its route, and the next one is another."""
    dispatcher = _dispatcher()
    _add(dispatcher, reply=FaultReply(fault))
    _add(dispatcher)
    decision = _ask([dispatcher])
    assert isinstance(decision, Fail)
    assert isinstance(decision.exchange.answer, FaultReply)
    assert decision.exchange.answer.fault is fault
    assert [call.matched for call in dispatcher.log] == [True]
    assert isinstance(_ask([dispatcher]), Serve)


def test_a_fault_on_the_connection_is_served() -> None:
    """There has to be a connection to break."""
    dispatcher = _dispatcher()
    _add(dispatcher, reply=FaultReply(Fault.CONNECTION_RESET))
    assert isinstance(_ask([dispatcher]), Serve)


def test_a_fault_that_the_body_decides_waits_for_the_body() -> None:
    """While the body is unknown the request is served; with it, it is decided."""
    dispatcher = _dispatcher()
    _add(dispatcher, reply=FaultReply(Fault.DNS_FAILURE), condition=OnBody(b"x"), method="POST")
    _add(dispatcher, method="POST")
    assert isinstance(_ask([dispatcher], method="POST", body=None), Serve)
    assert isinstance(_ask([dispatcher], method="POST", body=b"y"), Serve)
    assert isinstance(_ask([dispatcher], method="POST", body=b"x"), Fail)


def test_a_body_that_is_known_decides_at_once() -> None:
    """No connection is made for a request that is unmatched by a body one can see."""
    dispatcher = _dispatcher()
    _add(dispatcher, condition=OnBody(b"x"), method="POST")
    assert isinstance(_ask([dispatcher], method="POST", body=None), Serve)
    assert isinstance(_ask([dispatcher], method="POST", body=b"x"), Serve)
    assert isinstance(_ask([dispatcher], method="POST", body=b"y"), Fail)


def test_a_matcher_that_raises_is_heard_where_it_can_be_held() -> None:
    """At the connector it does not disturb; the request is served, and the error comes there."""
    dispatcher = _dispatcher()

    def broken(request: Request) -> bool:
        raise LookupError("oops")

    _add(dispatcher, condition=as_matcher(broken))
    assert isinstance(_ask([dispatcher]), Serve)
    assert dispatcher.forward(Request("GET", HERE, body=b""), _connection(dispatcher)) is None
    exchange = asyncio.run(
        dispatcher.dispatch(Request("GET", HERE, body=b""), connection=_connection(dispatcher))
    )
    assert isinstance(exchange.answer, Response)
    assert exchange.answer.status == 500
    assert [str(error) for error in dispatcher.deferred_errors] == ["oops"]


def test_the_innermost_desk_with_a_matching_route_serves() -> None:
    """The others are the active_mocks behind it."""
    inner, middle, outer = _dispatcher(), _dispatcher(), _dispatcher()
    _add(middle)
    _add(outer)
    decision = _ask([inner, middle, outer])
    assert isinstance(decision, Serve)
    assert decision.mock is middle


def test_the_outers_passthrough_is_asked_before_unmatched_raises() -> None:
    """As untouched host, and as what goes on unmatched."""
    inner = _dispatcher()
    assert isinstance(
        _ask([inner, _dispatcher(untouched=(HostRule.parse("h.test"),))]), Passthrough
    )
    outer = _dispatcher(forward_unmatched=True)
    decision = _ask([inner, outer])
    assert isinstance(decision, Passthrough)
    assert decision.exchange is not None
    assert decision.exchange.dispatcher is outer
    assert (len(inner.log), len(outer.log)) == (0, 1)


def test_a_queue_that_is_used_up_is_not_passed_through() -> None:
    """It counts as matched, for its own URL."""
    dispatcher = _dispatcher(forward_unmatched=True)
    _add(dispatcher)
    assert dispatcher.match(Request("GET", HERE, body=b"")) is not None
    assert isinstance(_ask([dispatcher]), Fail)
    assert isinstance(_ask([dispatcher], "https://h.test/other"), Passthrough)


def test_what_goes_on_while_it_comes_in_is_logged_without_its_body() -> None:
    """A large body is judged by how it begins; a route that takes that much keeps it."""
    dispatcher = _dispatcher(forward_unmatched=True)
    _add(dispatcher, condition=OnBody(b"begin"), method="POST")
    taken = dispatcher.forward(Request("POST", HERE, body=b"begin"), _connection(dispatcher))
    assert taken is None
    exchange = dispatcher.forward(
        Request("POST", HERE, {"X-A": "b"}, body=b"other"), _connection(dispatcher)
    )
    assert exchange is not None
    assert isinstance(exchange.answer, ForwardReply)
    assert exchange.call.received.body is None
    assert exchange.call.received.headers["X-A"] == "b"
    assert (
        _dispatcher().forward(Request("POST", HERE, body=b"other"), _connection(_dispatcher()))
        is None
    )


def test_a_repetition_is_answered_by_the_same_call() -> None:
    """It uses nothing up, and the call shows the request that came last."""
    dispatcher = _dispatcher()
    seen: list[Any] = []

    def compute(_request: Request, shown: Any) -> Response:
        seen.append(shown())
        return Response(200 + len(seen))

    _add(dispatcher, reply=CallbackReply(compute))
    _add(dispatcher, reply=Response(500))
    sending = Sending()
    request = Request("GET", HERE, body=b"")
    for number in (1, 2):
        exchange = asyncio.run(
            dispatcher.dispatch(
                request,
                lambda _request, _info, n=number: f"sent {n}",
                connection=_connection(dispatcher, attempt=sending),
            )
        )
        assert isinstance(exchange.answer, Response)
        assert exchange.answer.status == 200 + number
    (call,) = dispatcher.log
    assert sending.call is call
    assert call.attempts == 2
    assert seen == ["sent 1", "sent 2"]
    call.sent_again()
    assert call.attempts == 3
    assert call.request == "sent 2"
    assert [one.used for one in dispatcher.registry] == [1, 0]
