import re
from collections.abc import Callable
from typing import Any
from unittest.mock import ANY

import pytest
from attrs import frozen

from aiointercept.core.http.messages import Request
from aiointercept.core.matching.results import Matcher
from aiointercept.core.matching.urls import method, url
from aiointercept.core.reporting import assertions
from aiointercept.core.reporting.expectations import Expectation, content_matchers, query_matchers

USERS = "https://api.test/users"
JSON = {"Content-Type": "application/json"}
HUGE = 50_000_000
LARGE = 2_000_000


@frozen(eq=False)
class Call:
    """A call in a log."""

    received: Request
    matched: bool = True


@frozen(eq=False)
class Route:
    """A route that was registered."""

    text: str
    used: int = 0
    limit: int | None = 1
    optional: bool = False
    declared_at: str = "tests/test_x.py:12"

    @property
    def matchers(self) -> tuple[Matcher, ...]:
        """Method and URL."""
        verb, address = self.text.split()
        return (method(verb), url(address))

    def __str__(self) -> str:
        return self.text


def calls(*received: Request | str) -> list[Call]:
    """Return calls with these requests, or GET requests to these URLs."""
    return [Call(Request("GET", one) if isinstance(one, str) else one) for one in received]


def failure(assertion: Callable[..., None], *args: Any, **kwargs: Any) -> str:
    """Return the message with which ``assertion`` fails."""
    with pytest.raises(AssertionError) as caught:
        assertion(*args, **kwargs)
    return str(caught.value)


LOG = calls(
    f"{USERS}?page=1",
    Request("POST", USERS, JSON, body=b'{"name": "Ann", "tags": ["a", "b"]}'),
    f"{USERS}?page=2",
)


class Verifier(assertions.Verifier):
    """The assertions, with arguments as users give them."""

    def expected(
        self, url: Any, method: str = "GET", params: Any = None, *given: Any, **content: Any
    ) -> Any:
        """Return what users expect."""
        names = ("data", "json", "headers", "strict_headers")
        rest = content_matchers(**dict(zip(names, given, strict=False)), **content)
        return Expectation.of(self.resolve_url(url), method, params, rest)

    def assert_any_call(self, *args: Any, **content: Any) -> None:
        """As the mock does."""
        super().assert_any_call(self.expected(*args, **content))

    def assert_called_with(self, *args: Any, **content: Any) -> None:
        """As the mock does."""
        super().assert_called_with(self.expected(*args, **content))

    def assert_called_once_with(self, *args: Any, **content: Any) -> None:
        """As the mock does."""
        self.assert_called_once()
        self.assert_called_with(*args, **content)

    def assert_latest(self, params: Any = None, **content: Any) -> None:
        """As the handle of a route does."""
        rest = (*query_matchers(params), *content_matchers(**content))
        super().assert_called_with(Expectation((), rest, self.subject))


EMPTY = Verifier([])
VERIFIER = Verifier(LOG)


def test_there_was_a_call() -> None:
    """Or the message says whose calls are missing."""
    VERIFIER.assert_called()
    assert failure(EMPTY.assert_called) == "Expected at least one call, but there was none"
    assert failure(Verifier([], "GET http://h/").assert_called) == (
        "Expected at least one call of GET http://h/, but there was none"
    )


def test_there_was_no_call() -> None:
    """Or the message lists them."""
    EMPTY.assert_not_called()
    assert failure(VERIFIER.assert_not_called).splitlines() == [
        "Expected no call, but there were 3",
        f"  GET {USERS}?page=1",
        f'  POST {USERS} with body \'{{"name": "Ann", "tags": ["a", "b"]}}\'',
        f"  GET {USERS}?page=2",
    ]
    assert failure(Verifier(LOG[:1]).assert_not_called).startswith(
        "Expected no call, but there was 1\n"
    )


def test_there_was_one_call() -> None:
    """Or the message says how many there were."""
    Verifier(LOG[:1]).assert_called_once()
    assert failure(EMPTY.assert_called_once) == "Expected exactly one call, but there was none"
    assert failure(VERIFIER.assert_called_once).startswith(
        f"Expected exactly one call, but there were 3\n  GET {USERS}?page=1\n"
    )


def test_not_all_of_many_calls_are_listed() -> None:
    """Their number is told."""
    message = failure(Verifier(calls(*[USERS] * 1000)).assert_not_called)
    assert message.startswith("Expected no call, but there were 1,000\n")
    assert message.endswith("  … and 990 more")


def test_a_url_was_called() -> None:
    """Compared normalised, with params merged in."""
    VERIFIER.assert_any_call(USERS, params={"page": 1})
    VERIFIER.assert_any_call(f"{USERS}?page=2#x", "get")
    VERIFIER.assert_any_call(USERS, "POST")
    VERIFIER.assert_any_call(USERS, "*", {"page": ANY})
    VERIFIER.assert_any_call(re.compile(".*users"))


def test_a_url_that_was_not_called_shows_the_nearest_calls() -> None:
    """In what they differ, and a diff of the first of them."""
    assert failure(VERIFIER.assert_any_call, USERS, "GET", {"page": 3}).splitlines() == [
        f"GET {USERS}?page=3 was not called",
        "The nearest calls, of 3 recorded:",
        f"  GET {USERS}?page=1 differs in query['page']: expected '3', got '1'",
        f"  GET {USERS}?page=2 differs in query['page']: expected '3', got '2'",
        (
            f"  POST {USERS} differs in method: expected 'GET', got 'POST'; "
            "query['page']: expected '3', got <absent>"
        ),
        "--- expected",
        "+++ actual",
        "@@ query['page'] @@",
        "-3",
        "+1",
    ]
    assert failure(EMPTY.assert_any_call, USERS) == (
        f"GET {USERS} was not called: there were no calls at all"
    )


def test_the_latest_call_is_compared() -> None:
    """With as much as is told of it."""
    VERIFIER.assert_called_with(USERS, "POST")
    VERIFIER.assert_called_with(USERS, "GET", {"page": 2})
    VERIFIER.assert_called_with(
        USERS, "post", None, None, {"name": ANY, "tags": ["a", "b"]}, {"content-type": ANY}, True
    )
    log = calls(*(Request("POST", USERS, body=body) for body in (b"1", b"2")))
    Verifier(log).assert_called_with(USERS, "POST", data="2")
    message = failure(Verifier(log).assert_called_with, USERS, "POST", data="1")
    assert message.splitlines() == [
        f"The latest call to POST {USERS} is not as expected: body: expected '1', got '2'",
        "The nearest calls, of 2 recorded:",
        f"  POST {USERS} differs in body: expected '1', got '2'",
        f"  POST {USERS} is as expected",
        "--- expected",
        "+++ actual",
        "@@ body @@",
        "-1",
        "+2",
    ]


def test_all_differences_of_the_latest_call_are_told() -> None:
    """The first at once, some in a list, all in the diff."""
    message = failure(
        VERIFIER.assert_called_with,
        USERS,
        "POST",
        json={"name": "Bob", "tags": ["x", "y"]},
        headers={"X-Kind": "t"},
    )
    first, _, nearest, *rest = message.splitlines()
    assert first == (
        f"The latest call to POST {USERS} is not as expected: "
        "$.name: expected 'Bob', got 'Ann' (3 more differences)"
    )
    assert nearest.endswith("$.tags[1]: expected 'y', got 'b'; and 1 more")
    assert rest[-3:] == ["@@ headers['X-Kind'] @@", "-'t'", "+<absent>"]


def test_a_url_that_was_never_called_has_no_latest_call() -> None:
    """That is said rather than a difference."""
    message = failure(VERIFIER.assert_called_with, USERS, "PUT", json={"name": "Ann"})
    assert message.startswith(f"PUT {USERS} was not called\n")


def test_the_only_call_is_compared() -> None:
    """There must be no other, to whatever URL."""
    Verifier(LOG[1:2]).assert_called_once_with(USERS, "POST", json={"name": "Ann", "tags": ANY})
    assert failure(VERIFIER.assert_called_once_with, USERS, "POST").startswith(
        "Expected exactly one call, but there were 3"
    )
    assert failure(Verifier(LOG[1:2]).assert_called_once_with, USERS, "POST", data="x").startswith(
        f"The latest call to POST {USERS} is not as expected: body"
    )


def test_the_latest_call_of_a_route_is_compared() -> None:
    """Whatever its URL; params are its whole query."""
    verifier = Verifier(LOG, "GET /users/")
    verifier.assert_latest()
    verifier.assert_latest({"page": 2}, strict_headers=True, headers={})
    assert failure(verifier.assert_latest, {"page": 1}).startswith(
        "The latest call to GET /users/ is not as expected: query['page']: expected '1', got '2'\n"
    )
    assert failure(Verifier([], "GET /users/").assert_latest) == (
        "GET /users/ was not called: there were no calls at all"
    )


def test_a_path_is_resolved_by_the_caller() -> None:
    """Only that knows what it is relative to."""
    verifier = Verifier(LOG, resolve_url=lambda path: f"https://api.test{path}")
    verifier.assert_any_call("/users", "POST")
    verifier.assert_has_calls([("POST", "/users")])


def test_calls_came_one_right_after_the_other() -> None:
    """As for ``unittest.mock``, others may be before and after."""
    VERIFIER.assert_has_calls([])
    VERIFIER.assert_has_calls([("post", USERS), ("*", re.compile(".*page=2"))])
    EMPTY.assert_has_calls([])


def test_calls_in_another_order_are_told() -> None:
    """With how far they were found, and a diff."""
    wanted = [("GET", f"{USERS}?page=1"), ("GET", f"{USERS}?page=2")]
    assert failure(VERIFIER.assert_has_calls, wanted).splitlines() == [
        (
            "Expected 2 calls one right after the other, found only the first 1, from call 1 on: "
            f"GET {USERS}?page=1, GET {USERS}?page=2"
        ),
        "The nearest calls, of 3 recorded:",
        f"  GET {USERS}?page=1",
        f"  POST {USERS}",
        f"  GET {USERS}?page=2",
        "--- expected",
        "+++ actual",
        f" GET {USERS}?page=1",
        f"+POST {USERS}",
        f" GET {USERS}?page=2",
    ]
    assert failure(VERIFIER.assert_has_calls, [("PUT", USERS)]).startswith(
        f"Expected 1 call one right after the other, found not the first: PUT {USERS}\n"
    )
    assert failure(EMPTY.assert_has_calls, wanted) == (
        f"GET {USERS}?page=1 was not called: there were no calls at all"
    )


def test_calls_may_come_in_any_order() -> None:
    """Each of them as often as it is expected."""
    VERIFIER.assert_has_calls(
        [("GET", f"{USERS}?page=2"), ("GET", f"{USERS}?page=1")], any_order=True
    )
    twice = [("POST", USERS), ("POST", USERS)]
    assert failure(VERIFIER.assert_has_calls, twice, any_order=True).startswith(
        f"POST {USERS} was called 1 time, too few for the 2 calls expected there\n"
    )
    never = [("PUT", USERS)]
    assert failure(VERIFIER.assert_has_calls, never, any_order=True).startswith(
        f"PUT {USERS} was not called\n"
    )


def test_anything_may_stand_for_a_part() -> None:
    """For URL, method, query and headers, each by itself and for a whole call."""
    VERIFIER.assert_any_call(ANY)
    VERIFIER.assert_any_call(ANY, ANY, params={"page": 1})
    VERIFIER.assert_any_call(ANY, "GET", params=ANY)
    VERIFIER.assert_any_call(re.compile(".*"), "GET", params=ANY)
    VERIFIER.assert_any_call(USERS, "GET", params=ANY)
    VERIFIER.assert_has_calls([ANY, ("GET", ANY)])
    assert failure(VERIFIER.assert_any_call, ANY, "PUT").startswith("PUT any URL was not called")


def test_all_routes_were_called() -> None:
    """But for those that are optional."""
    routes = [Route(f"GET {USERS}", used=1), Route(f"PUT {USERS}", optional=True)]
    VERIFIER.assert_all_called(routes)
    VERIFIER.assert_all_called([])


def test_unused_routes_are_told_with_the_nearest_unmatched_call() -> None:
    """And with the line that registered them."""
    stray = Call(Request("GET", f"{USERS}?page=3"), matched=False)
    routes = [Route(f"GET {USERS}?page=4"), Route(f"GET {USERS}", used=1)]
    assert failure(Verifier([*LOG, stray]).assert_all_called, routes).splitlines() == [
        f"1 route was never used: GET {USERS}?page=4",
        f"  GET {USERS}?page=4, registered at tests/test_x.py:12",
        (
            f"    nearest unmatched call: GET {USERS}?page=3 differs in query['page']: "
            "expected '4', got '3'"
        ),
    ]
    many = failure(VERIFIER.assert_all_called, [Route(f"GET {USERS}")] * 12)
    assert many.startswith(f"12 routes were never used: GET {USERS}, ")
    assert many.endswith("\n  … and 2 more")


def test_all_calls_were_matched() -> None:
    """By a route, or by passing through."""
    VERIFIER.assert_all_matched()
    EMPTY.assert_all_matched()


def test_unmatched_calls_are_told_with_the_nearest_route() -> None:
    """If it is said which there are."""
    stray = Call(Request("GET", f"{USERS}?page=3"), matched=False)
    verifier = Verifier([*LOG, stray])
    assert failure(verifier.assert_all_matched).splitlines() == [
        f"1 request matched no route: GET {USERS}?page=3",
        f"  GET {USERS}?page=3",
    ]
    route = Route(f"GET {USERS}?page=4")
    assert failure(verifier.assert_all_matched, [route]).splitlines()[2:] == [
        (
            f"    nearest route: GET {USERS}?page=4, registered at tests/test_x.py:12, differs in "
            "query['page']: expected '4', got '3'"
        )
    ]
    used_up = Route(f"GET {USERS}?page=3", used=1)
    assert failure(verifier.assert_all_matched, [used_up]).endswith(
        ", registered at tests/test_x.py:12, matches, but was already used"
    )
    assert failure(Verifier([stray] * 12).assert_all_matched).startswith("12 requests matched no")


@pytest.mark.parametrize(
    "make",
    [
        lambda: (b"x" * HUGE + b"a", {"data": b"x" * HUGE + b"b"}),
        lambda: (b"x" * LARGE + b"a", {"data": "x" * LARGE + "b"}),
        lambda: (b"x" * LARGE, {"data": {"a": "1"}}),
        lambda: (b"x" * LARGE, {"json": {"a": "1"}}),
        lambda: (b'["' + b"x" * LARGE + b'"]', {"json": ["x" * LARGE + "y"]}),
        lambda: (b"a=" + b"x" * LARGE, {"data": {"a": "x" * LARGE + "y"}}),
        lambda: (b"[" + b"1," * 50_000 + b"1]", {"json": [1] * 50_000 + [2]}),
    ],
)
def test_a_failure_is_short_however_large_the_bodies(
    make: Callable[[], tuple[bytes, dict[str, Any]]],
) -> None:
    """One readable line, then the nearest calls and a bounded diff."""
    body, content = make()
    verifier = Verifier(calls(*[Request("POST", USERS, body=body)] * 3))
    message = failure(verifier.assert_called_with, USERS, "POST", **content)
    assert len(message) < 5_000
    assert len(message.splitlines()[0]) < 600


def test_calls_in_order_with_others_between() -> None:
    """What comes too early or never is told."""
    verifier = Verifier(LOG)
    first, last = ("GET", f"{USERS}?page=1"), ("GET", f"{USERS}?page=2")
    verifier.assert_has_calls([first, last], contiguous=False)
    text = failure(verifier.assert_has_calls, [last, first], contiguous=False)
    assert "Expected 2 calls in this order, but GET" in text
    assert "page=1 was not called after GET" in text
    text = failure(verifier.assert_has_calls, [("PUT", USERS)], contiguous=False)
    assert text.startswith(f"PUT {USERS} was not called")


def test_one_of_the_calls_is_as_expected() -> None:
    """If none is, the latest is compared."""
    verifier = assertions.Verifier(LOG)
    wanted = Expectation.of(f"{USERS}?page=2", "GET")
    verifier.assert_any_call(wanted)
    wanted = Expectation.of(USERS, "POST", rest=content_matchers(None, {"name": "Bob"}, None))
    text = failure(verifier.assert_any_call, wanted)
    assert text.startswith(f"No call to POST {USERS} is as expected: $.name: expected 'Bob'")


def test_secrets_are_shown_where_that_is_wanted() -> None:
    """By default they are masked."""
    log = calls(Request("GET", USERS, {"Authorization": "Bearer abc"}))
    wanted = content_matchers(None, None, {"Authorization": "Bearer xyz"})
    expectation = Expectation.of(USERS, "GET", rest=wanted)
    masked = failure(assertions.Verifier(log).assert_called_with, expectation)
    assert "abc" not in masked
    shown = failure(assertions.Verifier(log, redaction=None).assert_called_with, expectation)
    assert "Bearer abc" in shown


@pytest.mark.parametrize("pair", ["GET", ("GET",), 3])
def test_what_is_not_a_pair(pair: Any) -> None:
    """The message shows one."""
    with pytest.raises(TypeError, match="needs pairs such as"):
        assertions.Verifier(LOG).assert_has_calls([pair])
