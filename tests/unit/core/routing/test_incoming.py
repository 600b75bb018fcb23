from typing import Any

import pytest
from attrs import field, frozen

from aiointercept.core.http.messages import Request, Response
from aiointercept.core.matching.bodies import body
from aiointercept.core.matching.url_prefix import UrlPrefix
from aiointercept.core.matching.urls import Url
from aiointercept.core.routing.incoming import forwarder_of, mount_of
from aiointercept.core.routing.policy import HostRule, Policy
from aiointercept.core.routing.registry import Registry
from aiointercept.core.routing.routes import Route

URL_OF_SERVER = "https://h.test/"


class Application:
    """Takes what comes in, as a mounted application does."""

    takes_streams = True


@frozen(eq=False)
class Mock:
    """An active mock: routes and a policy."""

    policy: Policy = field(factory=Policy)
    registry: Registry = field(factory=Registry)


def mock(*routes: Route, **policy: Any) -> Mock:
    """Return an active mock with these routes and this policy."""
    active_mock = Mock(Policy(**policy))
    for one in routes:
        active_mock.registry.add(one)
    return active_mock


def mounted() -> Route:
    """Return a route to an application."""
    reply: Any = Application()
    return Route("*", UrlPrefix(URL_OF_SERVER), None, reply, limit=None)


def route(condition: Any = None) -> Route:
    """Return a route for one POST."""
    return Route("POST", Url(URL_OF_SERVER), condition, Response())


def request() -> Request:
    """Return a POST whose body is not known yet."""
    return Request("POST", URL_OF_SERVER, body=None)


def test_a_mock_that_forwards():
    """The one whose policy it is, past those further in."""
    inner, outer = mock(), mock(forward_unmatched=True)
    assert forwarder_of(request(), [inner, outer], inner) is outer


def test_what_nobody_logs():
    """It goes on all the same, by whoever was asked."""
    untouched = mock(untouched=(HostRule.parse("h.test"),))
    default = mock()
    assert forwarder_of(request(), [untouched], default) is default


@pytest.mark.parametrize("active_mock", [mock(), mock(route(), forward_unmatched=True)])
def test_what_does_not_go_on(active_mock: Mock):
    """It is unmatched, or a route may take it."""
    assert forwarder_of(request(), [active_mock], active_mock) is None


def test_a_mounted_application():
    """In the mock that has it; nothing is consumed."""
    inner, outer = mock(), mock(mounted())
    for mocks in ([outer], [inner, outer]):
        found = mount_of(request(), mocks)
        assert found is not None
        assert found[0] is outer
        assert found[1].registration.used == 0


@pytest.mark.parametrize("condition", [None, body(b"x")])
def test_a_route_comes_first(condition: Any):
    """Also where only the body can tell."""
    inner = mock(route(condition), mounted())
    assert mount_of(request(), [inner]) is None


def test_no_application():
    """There is nothing to be sent on to."""
    assert mount_of(request(), [mock()]) is None
    assert mount_of(request(), [mock(), mock()]) is None
