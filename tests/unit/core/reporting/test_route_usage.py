"""Which routes were used less than they should have been."""

from attrs import frozen

from aiointercept.core.matching.results import Matcher
from aiointercept.core.matching.urls import method, url
from aiointercept.core.reporting.route_usage import unfinished_routes, unused_routes


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
