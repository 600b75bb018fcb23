"""Which routes were used less than they should have been."""

from attrs import frozen

from aiointercept.core.http.messages import Request
from aiointercept.core.matching.results import Matcher
from aiointercept.core.matching.urls import method, url
from aiointercept.core.reporting.route_usage import (
    describe_unfinished,
    describe_unmatched,
    unfinished_routes,
    unused_routes,
)


@frozen(eq=False)
class Route:
    """A route that was registered."""

    used: int
    limit: int | None = 3
    optional: bool = False
    declared_at: str = "test_x.py:1"

    @property
    def matchers(self) -> tuple[Matcher, ...]:
        """Method and URL."""
        return method("GET"), url("https://api.test/")

    def __str__(self) -> str:
        return "GET https://api.test/"


def test_unused_routes() -> None:
    """Those that were never used, but may not stay so."""
    never, once = Route(0), Route(1)
    assert unused_routes([never, once, Route(0, optional=True)]) == [never]


def test_unfinished_routes() -> None:
    """Those that were used, but not as often as they should have been."""
    once = Route(1)
    others = [Route(0), Route(3), Route(1, limit=None), Route(1, optional=True)]
    assert unfinished_routes([once, *others]) == [once]


def test_routes_used_too_seldom_are_told() -> None:
    """How often they were used, of how many times."""
    first, line = describe_unfinished([Route(1)])
    assert first == "1 route was used fewer times than repeat= requires: GET https://api.test/"
    assert line == "  GET https://api.test/, registered at test_x.py:1, was used 1 of 3 times"


def test_a_request_that_no_route_was_asked_for() -> None:
    """The reason is told in place of the nearest route."""

    @frozen(eq=False)
    class Call:
        received: Request
        matched: bool = False
        refusal: str = "it could not be read"

    lines = describe_unmatched([Call(Request("GET", "https://api.test/"))], [Route(0)])
    assert lines[-1] == "    it could not be read"
