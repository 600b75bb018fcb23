import re
from typing import Any

from aiointercept.core.http.messages import Request, Response
from aiointercept.core.matching.fields import query
from aiointercept.core.matching.urls import Url, UrlPattern
from aiointercept.core.reporting.unmatched import explain
from aiointercept.core.routing.registry import Registry
from aiointercept.core.routing.routes import Route

H = "https://h.test"


def registry_of(*routes: Route) -> Registry:
    """Return a registry of these routes."""
    registry = Registry()
    for route in routes:
        registry.add(route)
    return registry


def route(path: str, method: str = "GET", limit: int | None = 1, condition: Any = None) -> Route:
    """Return a route that remembers where it was declared."""
    return Route(method, Url(H + path), condition, Response(), limit, f"test.py:{len(path)}")


def test_no_route_at_all():
    """One line says so."""
    assert explain(Request("GET", H + "/x"), Registry()) == (
        "No route matches GET https://h.test/x: no route is registered"
    )


def test_the_nearest_routes_come_first_with_what_differs():
    """Each with its line of registration; three at most."""
    registry = registry_of(
        route("/users"), route("/other"), route("/users/1", "POST"), route("/zzz"), route("/q?a=1")
    )
    text = explain(Request("GET", H + "/users/1"), registry)
    first, *rest = text.splitlines()
    assert first == "No route matches GET https://h.test/users/1. The nearest of 5:"
    assert rest[0] == (
        "  POST https://h.test/users/1, registered at test.py:8, differs in method: "
        "expected 'POST', got 'GET'"
    )
    assert "differs in path: expected '/users', got '/users/1'" in rest[1]
    assert len(rest) == 3


def test_what_was_registered_for_just_this_request_is_used_up():
    """The answer is how often, not what else is near."""
    registry = registry_of(route("/x"), route("/x"), route("/x", limit=2), route("/y"))
    for _ in range(4):
        registry.match(Request("GET", H + "/x"))
    assert explain(Request("GET", H + "/x"), registry).splitlines() == [
        "No route matches GET https://h.test/x: the routes for it were already used",
        "  GET https://h.test/x, registered at test.py:2, was already used 1 time",
        "  GET https://h.test/x, registered at test.py:2, was already used 1 time",
        "  GET https://h.test/x, registered at test.py:2, was already used 2 times",
        "  repeat=True, or repeat=N, lets a route answer more than once",
    ]


def test_a_used_up_pattern_is_near():
    """It differs in nothing, but is used up."""
    target = UrlPattern(re.compile("https://h.test/.*"))
    registry = registry_of(Route("GET", target, None, Response(), 1, "test.py:1"))
    registry.match(Request("GET", H + "/x"))
    _, line = explain(Request("GET", H + "/x"), registry).splitlines()
    assert line.endswith("registered at test.py:1, was already used 1 time")


def test_a_used_up_route_that_differs_as_well():
    """Both are told: it would not help to make it answer more often alone."""
    registry = registry_of(route("/x"))
    registry.match(Request("GET", H + "/x"))
    _, line = explain(Request("POST", H + "/x"), registry).splitlines()
    assert "differs in method: expected 'GET', got 'POST' (and was already used 1 time)" in line


def test_many_differences_are_cut():
    """Three of them show the way."""
    wanted = query({str(number): "1" for number in range(10)})
    registry = registry_of(route("/x", condition=wanted))
    _, line = explain(Request("GET", H + "/x"), registry).splitlines()
    assert line.count("expected") == 3


def test_long_urls_are_cut():
    """A message stays readable however long a URL is."""
    registry = registry_of(route("/" + "x" * 10_000))
    text = explain(Request("GET", H + "/" + "y" * 10_000), registry)
    assert len(text) < 2_000


def test_routes_of_outer_mocks_are_near_too():
    """The nearest of all, wherever it is; what is used up there as well."""
    inner, outer = registry_of(route("/zzz")), registry_of(route("/users"))
    text = explain(Request("GET", H + "/user"), inner, outer=[outer])
    first, nearest, _ = text.splitlines()
    assert first.endswith("The nearest of 2:")
    assert "/users, registered at test.py:6 of an outer mock, differs in path" in nearest
    outer.match(Request("GET", H + "/users"))
    assert "already used" in explain(Request("GET", H + "/users"), inner, outer=[outer])
    assert "no route is registered" in explain(Request("GET", H), Registry(), outer=[Registry()])


def test_advice_comes_last_and_once():
    """However many routes it is for."""
    registry = registry_of(route("/users/{id}"), route("/users/{id}", "POST"))
    text = explain(Request("GET", H + "/users/1"), registry, hint="the end")
    assert [line for line in text.splitlines() if line.startswith("  hint: ")] == [
        (
            "  hint: a URL is compared as it stands, braces too: use "
            "m.route(matchers.url_template('https://h.test/users/{id}'), ...)"
        )
    ]
    assert text.endswith("\n  the end")


def test_control_characters_are_escaped():
    """A message stays in its lines."""
    pattern = UrlPattern(re.compile("https://h.test/\x1b\n"))
    registry = registry_of(Route("GET", pattern, None, Response(), 1, "test.py:1"))
    text = explain(Request("GET", H + "/x"), registry)
    assert len(text.splitlines()) == 2
    assert all(line.isprintable() for line in text.splitlines())
