import re
from typing import Any

import pytest
from attrs import field, frozen

from aiointercept.core.http.messages import Request, Response
from aiointercept.core.matching.bodies import body
from aiointercept.core.matching.fields import query
from aiointercept.core.matching.urls import Url, UrlPattern
from aiointercept.core.routing.decision import (
    Fail,
    Forward,
    Passthrough,
    Serve,
    decide,
)
from aiointercept.core.routing.faults import Fault
from aiointercept.core.routing.policy import HostRule, Policy
from aiointercept.core.routing.registry import Registry
from aiointercept.core.routing.replies import FaultReply
from aiointercept.core.routing.routes import Route

H = "https://h.test/"


@frozen(eq=False)
class Mock:
    """An active mock: routes and a policy."""

    policy: Policy = field(factory=Policy)
    registry: Registry = field(factory=Registry)


def route(where: Any = H, reply: Any = None, condition: Any = None) -> Route:
    """Return a route for one GET."""
    target = UrlPattern(where) if isinstance(where, re.Pattern) else Url(where)
    return Route("GET", target, condition, Response() if reply is None else reply)


def mock(*routes: Route, **policy: Any) -> Mock:
    """Return an active mock with these routes and this policy."""
    active_mock = Mock(Policy(**policy))
    for one in routes:
        active_mock.registry.add(one)
    return active_mock


def request(url: str = H, body: bytes | None = None) -> Request:
    """Return a GET whose body is not known yet."""
    return Request("GET", url, body=body)


def test_a_route_serves():
    """Nothing is used up by deciding."""
    active_mock = mock(route())
    for _ in range(2):
        assert decide(request(), [active_mock]) == Serve(active_mock)


def test_no_route_is_unmatched():
    """The innermost mock has to say so."""
    inner, outer = mock(), mock()
    assert decide(request(), [inner, outer]) == Fail(inner)


def test_the_innermost_mock_with_a_route_serves():
    """Mocks without one are passed over, outwards."""
    inner, middle, outer = mock(), mock(route()), mock(route())
    assert decide(request(), [inner, middle, outer]) == Serve(middle)


def test_the_own_server_needs_no_route():
    """Loopback as it is, it is never left alone, and nothing there goes on to itself."""
    own = request("http://127.0.0.1:8080/typo")
    inner, outer = mock(forward_unmatched=True), mock(forward_unmatched=True)
    assert decide(own, [inner, outer]) == Passthrough(None)
    outer.registry.own_origin = own.origin
    assert decide(own, [inner, outer]) == Fail(outer)


def test_a_host_passed_through_is_left_alone():
    """Whoever asked for that is not told either; mocks further in come first."""
    rule = (HostRule.parse("h.test"),)
    assert decide(request(), [mock(untouched=rule)]) == Passthrough(None)
    assert decide(request(), [mock(route(), untouched=rule)]) == Passthrough(None)
    inner = mock(route())
    assert decide(request(), [inner, mock(untouched=rule)]) == Serve(inner)
    assert decide(request(), [mock(), mock(untouched=rule)]) == Passthrough(None)


@pytest.mark.parametrize("carries", [False, True])
def test_unmatched_requests_are_forwarded_if_a_mock_says_so(carries: Any):
    """By the client's own means, or by those of the mock."""
    active_mock = mock(forward_unmatched=True, carry_forwarded=carries)
    wanted = Forward(active_mock) if carries else Passthrough(active_mock)
    assert decide(request(), [active_mock]) == wanted
    assert decide(request(), [mock(), active_mock]) == wanted


def test_a_used_up_queue_is_not_forwarded():
    """It counts as matched for its own URL, and for that only."""
    active_mock = mock(route(), forward_unmatched=True)
    active_mock.registry.match(request())
    assert decide(request(), [active_mock]) == Fail(active_mock)
    assert decide(request(H + "other"), [active_mock]) == Passthrough(active_mock)
    inner = mock(forward_unmatched=True)
    assert decide(request(), [inner, active_mock]) == Passthrough(inner)
    assert decide(request(), [mock(), active_mock]) == Fail(active_mock)


@pytest.mark.parametrize(
    "url", ["http://localhost:81/", "http://127.0.0.1:81/", "http://[::1]:81/"]
)
def test_loopback_is_left_alone_unless_a_route_names_it(url: Any):
    """The application's own test server stays reachable."""
    assert decide(request(url), [mock()]) == Passthrough(None)
    assert decide(request(url), [mock(route(re.compile(".*")))]) == Passthrough(None)
    named = mock(route(url + "x"))
    assert decide(request(url), [named]) == Fail(named)
    assert decide(request(url + "x"), [named]) == Serve(named)
    everything = mock(route(re.compile(".*")), leave_loopback=False)
    assert decide(request(url), [everything]) == Serve(everything)
    forwarding = mock(forward_unmatched=True)
    assert decide(request(url), [forwarding]) == Passthrough(None)


def test_a_failure_to_connect_that_is_sure():
    """No connection is made for a fault that comes before there is one."""
    broken = FaultReply(Fault.DNS_FAILURE)
    for condition in (None, query({"a": "1"})):
        active_mock = mock(route(H + "?a=1", broken, condition))
        verdict = decide(request(H + "?a=1"), [active_mock])
        assert verdict == Fail(active_mock, active_mock.registry.peek(request(H + "?a=1")), broken)


def test_a_failure_to_connect_that_depends_on_the_body():
    """A connection is needed to see the body; then it is sure."""
    broken = FaultReply(Fault.CONNECTION_REFUSED)
    active_mock = mock(route(H, broken, body(b"yes")))
    assert decide(request(), [active_mock]) == Serve(active_mock)
    assert decide(request(body=b"yes"), [active_mock]) == Fail(
        active_mock, active_mock.registry.peek(request(body=b"yes")), broken
    )
    assert decide(request(body=b"no"), [active_mock]) == Fail(active_mock)


def test_a_fault_on_a_connection_needs_one():
    """It is served like an answer."""
    active_mock = mock(route(H, FaultReply(Fault.CONNECTION_RESET)))
    assert decide(request(), [active_mock]) == Serve(active_mock)
