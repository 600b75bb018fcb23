"""The three decisions at the connector, driven without a socket: leave alone, serve, raise."""

import asyncio
import re
from collections.abc import Sequence
from typing import Any

import pytest
from attrs import define, field
from yarl import URL

from aiointercept.core.calls import CallLog
from aiointercept.core.dispatch import Dispatcher
from aiointercept.core.http import Request, Response
from aiointercept.core.matchers import Url, UrlPattern
from aiointercept.core.matching import Matcher, MatchResult, Mismatch, as_matcher
from aiointercept.core.policy import HostRule, Policy
from aiointercept.core.ports import Connect, Fail, Pass
from aiointercept.core.registry import Registry
from aiointercept.core.replies import Broken, Computed, Fault, Forwarded, Reply, Unanswered
from aiointercept.core.routes import Route

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
    desk: Any = None
    settled: bool = field(default=False)

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


def _desk(**policy: Any) -> Dispatcher:
    clock = Hands()
    return Dispatcher(Registry(), CallLog(clock), Policy(**policy), clock)


def _add(
    desk: Dispatcher,
    url: "str | re.Pattern[str] | None" = HERE,
    reply: Reply | None = None,
    condition: Matcher | None = None,
    **options: Any,
) -> None:
    target = UrlPattern(url) if isinstance(url, re.Pattern) else url and Url(url)
    desk.registry.add(
        Route(
            options.pop("method", "GET"), target or None, condition, reply or Response(), **options
        )
    )


def _ask(
    desks: Sequence[Dispatcher], url: str = HERE, method: str = "GET", body: bytes | None = b""
) -> Any:
    return desks[0].admit(Request(method, URL(url), {"X-A": "b"}, body=body), desks)


def test_a_request_that_a_route_may_take_is_served() -> None:
    """It is connected to the mock whose route that is; nothing is used up or logged yet."""
    desk = _desk()
    _add(desk)
    admission = _ask([desk])
    assert isinstance(admission, Connect)
    assert admission.parties == [desk]
    assert len(desk.log) == 0
    assert next(iter(desk.registry)).used == 0


def test_a_request_that_no_route_takes_raises() -> None:
    """It is logged as unmatched, with an explanation in place of an answer."""
    desk = _desk()
    _add(desk)
    admission = _ask([desk], "https://h.test/other")
    assert isinstance(admission, Fail)
    assert isinstance(admission.exchange.answer, Unanswered)
    assert "GET https://h.test/other" in admission.exchange.answer.explanation
    assert [call.matched for call in desk.log] == [False]


@pytest.mark.parametrize("entry", ["h.test", "h.test:443", "https://h.test", HERE])
def test_a_passed_through_host_is_left_alone(entry: str) -> None:
    """Even where a route would match, and not a word of it in the log."""
    desk = _desk(untouched=(HostRule.parse(entry),))
    _add(desk)
    admission = _ask([desk])
    assert isinstance(admission, Pass)
    assert admission.exchange is None
    assert len(desk.log) == 0


def test_what_is_unmatched_may_be_left_alone_and_logged() -> None:
    """With ``passthrough_unmatched`` the client goes its own way, and its call is noted."""
    desk = _desk(forward_unmatched=True)
    admission = _ask([desk])
    assert isinstance(admission, Pass)
    assert admission.exchange is not None
    assert isinstance(admission.exchange.answer, Forwarded)
    assert admission.exchange.desk is desk
    assert [(call.matched, call.route) for call in desk.log] == [(True, None)]


def test_what_the_mock_itself_carries_is_served() -> None:
    """With an upstream of its own, the request has to come to the mock first."""
    desk = _desk(forward_unmatched=True, carry_forwarded=True)
    assert isinstance(_ask([desk]), Connect)
    exchange = asyncio.run(desk.dispatch(Request("GET", HERE, body=b""), parties=[desk]))
    assert isinstance(exchange.answer, Forwarded)


@pytest.mark.parametrize(
    "url", ["http://localhost:8080/", "http://127.0.0.1/", "http://127.9.9.9/", "http://[::1]:1/"]
)
def test_this_machine_is_left_alone_unless_a_route_names_it(url: str) -> None:
    """A route that would fit any host does not; an exact URL there does."""
    desk = _desk()
    _add(desk, re.compile(".*"), limit=None)
    assert isinstance(_ask([desk], url), Pass)
    assert isinstance(_ask([desk]), Connect)
    _add(desk, url)
    assert isinstance(_ask([desk], url), Connect)


def test_this_machine_can_be_mocked_as_any_other() -> None:
    """Where the policy says so, loopback is nothing special."""
    desk = _desk(leave_loopback=False)
    _add(desk, re.compile(".*"))
    assert isinstance(_ask([desk], "http://localhost/"), Connect)


@pytest.mark.parametrize("fault", [fault for fault in Fault if fault.before_connection])
def test_a_fault_before_the_connection_raises_and_uses_its_route_up(fault: Fault) -> None:
    """The call is logged with its route, and the next one is another."""
    desk = _desk()
    _add(desk, reply=Broken(fault))
    _add(desk)
    admission = _ask([desk])
    assert isinstance(admission, Fail)
    assert isinstance(admission.exchange.answer, Broken)
    assert admission.exchange.answer.fault is fault
    assert [call.matched for call in desk.log] == [True]
    assert isinstance(_ask([desk]), Connect)


def test_a_fault_on_the_connection_is_served() -> None:
    """There has to be a connection to break."""
    desk = _desk()
    _add(desk, reply=Broken(Fault.CONNECTION_RESET))
    assert isinstance(_ask([desk]), Connect)


def test_a_fault_that_the_body_decides_waits_for_the_body() -> None:
    """While the body is unknown the request is served; with it, it is decided."""
    desk = _desk()
    _add(desk, reply=Broken(Fault.DNS_FAILURE), condition=OnBody(b"x"), method="POST")
    _add(desk, method="POST")
    assert isinstance(_ask([desk], method="POST", body=None), Connect)
    assert isinstance(_ask([desk], method="POST", body=b"y"), Connect)
    assert isinstance(_ask([desk], method="POST", body=b"x"), Fail)


def test_a_body_that_is_known_decides_at_once() -> None:
    """No connection is made for a request that is unmatched by a body one can see."""
    desk = _desk()
    _add(desk, condition=OnBody(b"x"), method="POST")
    assert isinstance(_ask([desk], method="POST", body=None), Connect)
    assert isinstance(_ask([desk], method="POST", body=b"x"), Connect)
    assert isinstance(_ask([desk], method="POST", body=b"y"), Fail)


def test_a_matcher_that_raises_is_heard_where_it_can_be_held() -> None:
    """At the connector it does not disturb; the request is served, and the error comes there."""
    desk = _desk()

    def broken(request: Request) -> bool:
        raise LookupError("oops")

    _add(desk, condition=as_matcher(broken))
    assert isinstance(_ask([desk]), Connect)
    assert desk.forward(Request("GET", HERE, body=b""), [desk]) is None
    exchange = asyncio.run(desk.dispatch(Request("GET", HERE, body=b""), parties=[desk]))
    assert isinstance(exchange.answer, Response)
    assert exchange.answer.status == 500
    assert [str(error) for error in desk.held] == ["oops"]


def test_the_innermost_desk_with_a_matching_route_serves() -> None:
    """The others are the parties behind it."""
    inner, middle, outer = _desk(), _desk(), _desk()
    _add(middle)
    _add(outer)
    admission = _ask([inner, middle, outer])
    assert isinstance(admission, Connect)
    assert admission.parties == [middle, outer]


def test_the_outers_passthrough_is_asked_before_unmatched_raises() -> None:
    """As untouched host, and as what goes on unmatched."""
    inner = _desk()
    assert isinstance(_ask([inner, _desk(untouched=(HostRule.parse("h.test"),))]), Pass)
    outer = _desk(forward_unmatched=True)
    admission = _ask([inner, outer])
    assert isinstance(admission, Pass)
    assert admission.exchange is not None
    assert admission.exchange.desk is outer
    assert (len(inner.log), len(outer.log)) == (0, 1)


def test_a_queue_that_is_used_up_is_not_passed_through() -> None:
    """It counts as matched, for its own URL."""
    desk = _desk(forward_unmatched=True)
    _add(desk)
    assert desk.take(Request("GET", HERE, body=b"")) is not None
    assert isinstance(_ask([desk]), Fail)
    assert isinstance(_ask([desk], "https://h.test/other"), Pass)


def test_what_goes_on_while_it_comes_in_is_logged_without_its_body() -> None:
    """A large body is judged by how it begins; a route that takes that much keeps it."""
    desk = _desk(forward_unmatched=True)
    _add(desk, condition=OnBody(b"begin"), method="POST")
    taken = desk.forward(Request("POST", HERE, body=b"begin"), [desk])
    assert taken is None
    exchange = desk.forward(Request("POST", HERE, {"X-A": "b"}, body=b"other"), [desk])
    assert exchange is not None
    assert isinstance(exchange.answer, Forwarded)
    assert exchange.call.received.body is None
    assert exchange.call.received.headers["X-A"] == "b"
    assert _desk().forward(Request("POST", HERE, body=b"other"), [_desk()]) is None


def test_a_repetition_is_answered_by_the_same_call() -> None:
    """It uses nothing up, and the call shows the request that came last."""
    desk = _desk()
    seen: list[Any] = []

    def compute(_request: Request, shown: Any) -> Response:
        seen.append(shown())
        return Response(200 + len(seen))

    _add(desk, reply=Computed(compute))
    _add(desk, reply=Response(500))
    sending = Sending()
    request = Request("GET", HERE, body=b"")
    for number in (1, 2):
        exchange = asyncio.run(
            desk.dispatch(
                request,
                lambda _request, _info, n=number: f"sent {n}",
                parties=[desk],
                attempt=sending,
            )
        )
        assert isinstance(exchange.answer, Response)
        assert exchange.answer.status == 200 + number
    (call,) = desk.log
    assert sending.call is call
    assert call.attempts == 2
    assert seen == ["sent 1", "sent 2"]
    call.sent_again()
    assert call.attempts == 3
    assert call.request == "sent 2"
    assert [one.used for one in desk.registry] == [1, 0]
