import re
from typing import Any

import pytest
from attrs import field, frozen
from yarl import URL

from aiointercept.core.http.messages import Origin, Request, Response
from aiointercept.core.matching.bodies import body
from aiointercept.core.matching.fields import query
from aiointercept.core.matching.urls import Url, UrlPattern
from aiointercept.core.routing.decision import (
    FailToConnect,
    Forward,
    LeaveAlone,
    Serve,
    Unmatched,
    decide,
)
from aiointercept.core.routing.policy import HostRule, Policy, is_loopback
from aiointercept.core.routing.registry import Registry
from aiointercept.core.routing.replies import Fault, FaultReply
from aiointercept.core.routing.routes import Route

H = "https://h.test/"


@frozen(eq=False)
class Mock:
    """A active_mock: routes and a policy."""

    policy: Policy = field(factory=Policy)
    registry: Registry = field(factory=Registry)


def route(where: Any = H, reply: Any = None, condition: Any = None) -> Route:
    """Return a route for one GET."""
    target = UrlPattern(where) if isinstance(where, re.Pattern) else Url(where)
    return Route("GET", target, condition, Response() if reply is None else reply)


def mock(*routes: Route, **policy: Any) -> Mock:
    """Return a active_mock with these routes and this policy."""
    active_mock = Mock(Policy(**policy))
    for one in routes:
        active_mock.registry.add(one)
    return active_mock


def request(url: str = H, body: bytes | None = None) -> Request:
    """Return a GET whose body is not known yet."""
    return Request("GET", url, body=body)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("h.test", HostRule("h.test")),
        ("H.Test.", HostRule("h.test")),
        ("h.test:8080", HostRule("h.test", None, 8080)),
        ("https://h.test", HostRule("h.test", "https", 443)),
        ("https://h.test:8443/path?x=1", HostRule("h.test", "https", 8443)),
        ("ws://h.test", HostRule("h.test", "http", 80)),
        ("192.0.2.1", HostRule("192.0.2.1")),
        ("192.0.2.1:80", HostRule("192.0.2.1", None, 80)),
        ("2001:db8::1", HostRule("2001:db8::1")),
        ("[2001:db8::1]:80", HostRule("2001:db8::1", None, 80)),
        ("http://[2001:db8::1]/", HostRule("2001:db8::1", "http", 80)),
        (URL("https://h.test"), HostRule("h.test", "https", 443)),
        ("h.test/", HostRule("h.test")),
    ],
)
def test_a_host_rule_is_a_host_or_a_url(text: Any, rule: Any):
    """With the parts that are given; a path is not looked at in a URL."""
    assert HostRule.parse(text) == rule


@pytest.mark.parametrize(
    "text",
    ["", "a b", "h.test/path", "ftp://h.test", "https://", "h.test:port", 3, None, b"h.test", "/x"],
)
def test_what_is_no_host_is_refused(text: Any):
    """The message shows what would be one."""
    with pytest.raises(ValueError, match="passthrough: .* is neither a URL such as"):
        HostRule.parse(text)


@pytest.mark.parametrize(
    ("rule", "covered", "others"),
    [
        ("h.test", ["http://h.test", "https://h.test:1"], ["http://x.h.test", "http://h"]),
        ("h.test:81", ["http://h.test:81", "https://h.test:81"], ["http://h.test"]),
        ("https://h.test", ["https://h.test", "wss://h.test"], ["http://h.test:443"]),
        ("https://h.test", ["https://h.test:443"], ["https://h.test:8443", "http://h.test"]),
    ],
)
def test_what_a_host_rule_covers(rule: Any, covered: Any, others: Any):
    """All origins that have the given parts."""
    parsed = HostRule.parse(rule)
    assert all(parsed.covers(Origin.of(URL(url))) for url in covered)
    assert not any(parsed.covers(Origin.of(URL(url))) for url in others)


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        ("localhost", True),
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("::1", True),
        ("127.0.0.1.nip.test", False),
        ("::2", False),
        ("fe80::1%eth0", False),
        ("h.test", False),
        ("localhost.test", False),
        ("192.0.2.1", False),
        ("a:b", False),
        ("", False),
    ],
)
def test_is_loopback(host: Any, loopback: Any):
    """This machine by its name or by an address."""
    assert is_loopback(host) is loopback


def test_never_touches():
    """What is passed through is none of our business; nothing is by default."""
    policy = Policy(untouched=(HostRule.parse("a.test"), HostRule.parse("b.test:81")))
    assert policy.never_touches(request("https://a.test/x"))
    assert policy.never_touches(request("https://b.test:81/x"))
    assert not policy.never_touches(request("https://b.test/x"))
    assert not Policy().never_touches(request("https://a.test/x"))


def test_a_route_serves():
    """Nothing is used up by deciding."""
    active_mock = mock(route())
    for _ in range(2):
        assert decide(request(), [active_mock]) == Serve(active_mock)


def test_no_route_is_unmatched():
    """The innermost mock has to say so."""
    inner, outer = mock(), mock()
    assert decide(request(), [inner, outer]) == Unmatched(inner)


def test_the_innermost_mock_with_a_route_serves():
    """Mocks without one are passed over, outwards."""
    inner, middle, outer = mock(), mock(route()), mock(route())
    assert decide(request(), [inner, middle, outer]) == Serve(middle)


def test_a_host_passed_through_is_left_alone():
    """Whoever asked for that is not told either; mocks further in come first."""
    rule = (HostRule.parse("h.test"),)
    assert decide(request(), [mock(untouched=rule)]) == LeaveAlone(None)
    assert decide(request(), [mock(route(), untouched=rule)]) == LeaveAlone(None)
    inner = mock(route())
    assert decide(request(), [inner, mock(untouched=rule)]) == Serve(inner)
    assert decide(request(), [mock(), mock(untouched=rule)]) == LeaveAlone(None)


@pytest.mark.parametrize("carries", [False, True])
def test_unmatched_requests_are_forwarded_if_a_mock_says_so(carries: Any):
    """By the client's own means, or by those of the mock."""
    active_mock = mock(forward_unmatched=True, carry_forwarded=carries)
    wanted = Forward(active_mock) if carries else LeaveAlone(active_mock)
    assert decide(request(), [active_mock]) == wanted
    assert decide(request(), [mock(), active_mock]) == wanted


def test_a_used_up_queue_is_not_forwarded():
    """It counts as matched for its own URL, and for that only."""
    active_mock = mock(route(), forward_unmatched=True)
    active_mock.registry.resolve(request())
    assert decide(request(), [active_mock]) == Unmatched(active_mock)
    assert decide(request(H + "other"), [active_mock]) == LeaveAlone(active_mock)
    inner = mock(forward_unmatched=True)
    assert decide(request(), [inner, active_mock]) == LeaveAlone(inner)
    assert decide(request(), [mock(), active_mock]) == Unmatched(active_mock)


@pytest.mark.parametrize(
    "url", ["http://localhost:81/", "http://127.0.0.1:81/", "http://[::1]:81/"]
)
def test_loopback_is_left_alone_unless_a_route_names_it(url: Any):
    """The application's own test server stays reachable."""
    assert decide(request(url), [mock()]) == LeaveAlone(None)
    assert decide(request(url), [mock(route(re.compile(".*")))]) == LeaveAlone(None)
    named = mock(route(url + "x"))
    assert decide(request(url), [named]) == Unmatched(named)
    assert decide(request(url + "x"), [named]) == Serve(named)
    everything = mock(route(re.compile(".*")), leave_loopback=False)
    assert decide(request(url), [everything]) == Serve(everything)
    forwarding = mock(forward_unmatched=True)
    assert decide(request(url), [forwarding]) == LeaveAlone(None)


def test_a_failure_to_connect_that_is_sure():
    """No connection is made for a fault that comes before there is one."""
    broken = FaultReply(Fault.DNS_FAILURE)
    for condition in (None, query({"a": "1"})):
        active_mock = mock(route(H + "?a=1", broken, condition))
        verdict = decide(request(H + "?a=1"), [active_mock])
        assert verdict == FailToConnect(active_mock, *active_mock.registry, broken)


def test_a_failure_to_connect_that_depends_on_the_body():
    """A connection is needed to see the body; then it is sure."""
    broken = FaultReply(Fault.CONNECTION_REFUSED)
    active_mock = mock(route(H, broken, body(b"yes")))
    assert decide(request(), [active_mock]) == Serve(active_mock)
    assert decide(request(body=b"yes"), [active_mock]) == FailToConnect(
        active_mock, *active_mock.registry, broken
    )
    assert decide(request(body=b"no"), [active_mock]) == Unmatched(active_mock)


def test_a_fault_on_a_connection_needs_one():
    """It is served like an answer."""
    active_mock = mock(route(H, FaultReply(Fault.CONNECTION_RESET)))
    assert decide(request(), [active_mock]) == Serve(active_mock)
