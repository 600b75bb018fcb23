import re
from typing import Any

from attrs import frozen

from aiointercept.core.http.messages import Request
from aiointercept.core.matching.combinators import predicate
from aiointercept.core.matching.results import Matcher, Mismatch
from aiointercept.core.matching.urls import method, url, url_pattern
from aiointercept.core.reporting.near_misses import NearMiss, mismatches_of, rank, rank_calls


@frozen(eq=False)
class Route:
    """Something with matchers whose text shows method and URL."""

    text: str
    matchers: tuple[Matcher, ...]

    def __str__(self) -> str:
        return self.text


@frozen(eq=False)
class Call:
    """Something with a request."""

    received: Request


def route(verb: str, address: str, *more: Matcher) -> Route:
    """Return a route for a method and a URL."""
    return Route(f"{verb} {address}", (method(verb), url(address), *more))


def texts(misses: list[NearMiss[Any]]) -> list[str]:
    """Return the candidates in words."""
    return [str(miss.candidate) for miss in misses]


REQUEST = Request("GET", "https://api.test/users/1?page=2", body=b"")


def test_the_nearest_route_differs_least() -> None:
    """A typo is nearer than another path, a method nearer than another host."""
    routes = [
        route("POST", "https://other.test/items"),
        route("GET", "https://api.test/items?page=2"),
        route("GET", "https://api.test/users/2?page=2"),
        route("POST", "https://api.test/users/1?page=2"),
        route("GET", "https://api.test/users/1?page=3"),
    ]
    assert texts(rank(REQUEST, routes)) == [
        "GET https://api.test/users/1?page=3",
        "POST https://api.test/users/1?page=2",
        "GET https://api.test/users/2?page=2",
    ]


def test_a_near_miss_says_what_differs() -> None:
    """In the words of the matchers."""
    candidate = route("POST", "https://api.test/users/1?page=3")
    (miss,) = rank(REQUEST, [candidate])
    assert miss.candidate is candidate
    assert miss.mismatches == (
        Mismatch("method", "POST", "GET"),
        Mismatch("query['page']", "3", "2"),
    )


def test_the_number_of_near_misses_is_limited() -> None:
    """Equally near ones come in their own order."""
    routes = [route("GET", "https://api.test/x") for _ in range(5)]
    found = rank(REQUEST, routes, limit=2)
    assert [miss.candidate for miss in found] == routes[:2]
    assert rank(REQUEST, []) == []


def test_a_pattern_is_near_if_its_text_is() -> None:
    """Its backslashes aside."""
    near = Route("GET p", (url_pattern(r"https://api\.test/users/\d+$"),))
    far = Route("GET q", (url_pattern(r"ftp:.*"),))
    (first, second) = rank(REQUEST, [far, near])
    assert first.candidate is near
    assert second.mismatches == (Mismatch("url", re.compile("ftp:.*"), str(REQUEST.url)),)


def test_many_small_differences_do_not_outweigh_another_path() -> None:
    """The URL is what a route is known by."""

    def many(request: Request) -> Any:
        return (
            url("https://api.test/users/1?page=2&" + "&".join(f"{n}={n}" for n in range(50)))
        ).match(request)

    same_path = Route("same", (predicate(many),))
    other_path = route("GET", "https://api.test/something/else?page=2")
    assert rank(REQUEST, [other_path, same_path])[0].candidate is same_path


def test_among_thousands_the_nearest_is_found() -> None:
    """Each gets a look, a few of them a close one."""
    looks: list[str] = []

    def counting(request: Request) -> bool:
        looks.append(str(request))
        return False

    routes = [route("GET", f"https://h{n}.test/x{n}/y", predicate(counting)) for n in range(5_000)]
    routes.insert(3_210, route("GET", "https://api.test/usres/1?page=2"))
    assert rank(REQUEST, routes)[0].candidate is routes[3_210]
    assert 0 < len(looks) < 100


def test_a_matcher_that_raises_is_a_difference() -> None:
    """Explaining must not be the next error."""

    def fails(request: Request) -> bool:
        raise KeyError("token")

    (mismatch,) = mismatches_of([predicate(fails)], REQUEST)
    assert mismatch.part.endswith("fails")
    assert (mismatch.expected, mismatch.actual) == ("an answer", "KeyError: 'token'")


def test_large_bodies_are_not_compared_with_many_candidates() -> None:
    """That would take too long; what is known of them is said."""
    looks: list[Request] = []

    def look(request: Request) -> bool:
        looks.append(request)
        return False

    large = Request("GET", "https://api.test/x", body=b"x" * 2_000_000)
    (miss,) = rank(large, [route("POST", "https://api.test/x", predicate(look, "the body"))])
    assert looks == []
    assert miss.mismatches == (
        Mismatch("method", "POST", "GET"),
        Mismatch("body", "the body", "2,000,000 bytes, which were not compared here"),
    )


def test_calls_are_ranked_for_what_was_expected() -> None:
    """As routes are for a request."""
    addresses = ["https://other.test/", "https://api.test/users/7", "https://api.test/users/1"]
    calls = [Call(Request("GET", address)) for address in addresses]
    expected = (method("POST"), url("https://api.test/users/1"))
    found = rank_calls(expected, "POST https://api.test/users/1", calls, 2)
    assert [miss.candidate for miss in found] == [calls[2], calls[1]]
    assert found[0].mismatches == (Mismatch("method", "POST", "GET"),)


def test_among_thousands_of_calls_the_nearest_is_found() -> None:
    """By their text first."""
    calls = [Call(Request("GET", f"https://h{n}.test/x{n}")) for n in range(2_000)]
    calls.insert(1_234, Call(Request("GET", "https://api.test/users/1")))
    expected = (method("GET"), url("https://api.test/user/1"))
    (found,) = rank_calls(expected, "GET https://api.test/user/1", calls, 1)
    assert found.candidate is calls[1_234]
