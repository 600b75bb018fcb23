import random
import re
from typing import Any

import pytest
from yarl import URL

from aiointercept.aioresponses.in_order import InOrder
from aiointercept.aioresponses.routes import ClientRequest, url_matcher
from aiointercept.core.http.messages import Response
from aiointercept.core.routing.routes import Route

URLS = [
    "http://e.test/a",
    "http://e.test/a?x=1&b=2",
    "http://e.test/a?b=2&x=1",
    "https://e.test/a",
    "http://e.test:80/a",
    "/no/host",
    "http://e.test/",
    "http://e.test",
]
TARGETS = [
    *URLS,
    re.compile("http://e.test/a"),
    re.compile(r"https?://e\.test/"),
    re.compile("HTTP://E.TEST/A", re.IGNORECASE),
    re.compile(".*b=2"),
    re.compile("(/no|http:)"),
    re.compile(""),
]


def asked(url: str, method: str = "GET") -> ClientRequest:
    """Return what a client asks for ``url``."""
    return ClientRequest.of(method, URL(url), {})


def registered(targets: list[Any], limit: int | None = 1) -> InOrder:
    """Return routes for these targets in this order, each named by its number."""
    registry = InOrder()
    for number, target in enumerate(targets):
        route = Route("GET", None, url_matcher(target), Response(), limit, name=str(number))
        registry.add(route)
    return registry


def taken_by(registry: InOrder, request: ClientRequest) -> str | None:
    """Return the name of the route that takes the request."""
    chosen = registry.match(request)
    return None if chosen is None else chosen.registration.route.name


@pytest.mark.parametrize("seed", range(50))
def test_the_first_registered_that_matches_takes_a_request(seed: int) -> None:
    """It is the one that a search through all of them finds, exact or pattern."""
    choose = random.Random(seed)
    targets = choose.choices(TARGETS, k=30)
    registry = registered(targets)
    left = {str(number): url_matcher(target) for number, target in enumerate(targets)}
    for url in choose.choices(URLS, k=60):
        request = asked(url)
        expected = next((name for name, matcher in left.items() if matcher.match(request)), None)
        assert taken_by(registry, request) == expected
        if expected is not None:
            del left[expected]


def test_an_endless_route_hides_those_after_it() -> None:
    """Unlike the native object's, it takes all requests, whatever was registered later."""
    registry = registered(["http://e.test/a", "http://e.test/a"], limit=None)
    assert [taken_by(registry, asked("http://e.test/a")) for _ in range(3)] == ["0", "0", "0"]


def test_another_method_is_not_taken() -> None:
    """Nor is a request once the routes are gone."""
    registry = registered(["http://e.test/a", re.compile("http://e")])
    assert taken_by(registry, asked("http://e.test/a", "POST")) is None
    registry.clear()
    assert taken_by(registry, asked("http://e.test/a")) is None


def test_routes_that_cannot_match_are_not_tried() -> None:
    """However many there are, only those are that the URL leads to."""
    patterns = [re.compile(rf"http://e\.test/kind{number}/") for number in range(500)]
    urls = [f"http://e.test/{number}" for number in range(500)]
    registry = registered([*patterns, *urls])
    request = Counting.of("GET", URL("http://e.test/kind7/1"), {})
    assert taken_by(registry, request) == "7"
    assert Counting.asked_for < 20


class Counting(ClientRequest):
    """Counts how often its method is looked at, as each route does that is tried."""

    asked_for = 0

    def __getattribute__(self, name: str) -> Any:
        if name == "method":
            Counting.asked_for += 1
        return super().__getattribute__(name)
