import re
import threading
from typing import Any

import pytest

from aiointercept.core.http.messages import Request, Response
from aiointercept.core.matching.bodies import body
from aiointercept.core.matching.combinators import all_of, predicate
from aiointercept.core.matching.fields import query
from aiointercept.core.matching.results import Matcher
from aiointercept.core.matching.urls import (
    Url,
    UrlIgnoringQuery,
    UrlPattern,
    host,
    path,
    url_template,
)
from aiointercept.core.routing.registry import Registry
from aiointercept.core.routing.routes import Registration, Route

H = "https://h.test"


def route(
    where: str | re.Pattern[str] | None = H,
    method: str = "GET",
    limit: int | None = 1,
    condition: Matcher | None = None,
) -> Route:
    """Return a route to add."""
    target = None
    if isinstance(where, re.Pattern):
        target = UrlPattern(where)
    elif where is not None:
        target = Url(where)
    return Route(method, target, condition, Response(), limit, "test.py:1")


def ask(registry: Registry, url: str = H, method: str = "GET", body: bytes | None = b""):
    """Return the registration that takes such a request."""
    chosen = registry.match(Request(method, url, body=body))
    return None if chosen is None else chosen.registration


def test_an_empty_registry_takes_nothing():
    """No route, no answer."""
    registry = Registry()
    assert ask(registry) is None
    assert list(registry) == []


def test_a_queue_is_used_up_in_order():
    """First registered, first used up; then there is none."""
    registry = Registry()
    first, second = registry.add(route(limit=2)), registry.add(route())
    assert [ask(registry) for _ in range(4)] == [first, first, second, None]
    assert (first.used, second.used) == (2, 1)
    assert not first.active
    assert list(registry) == [first, second]


def test_an_endless_route_is_never_used_up():
    """It takes any number of requests and counts them."""
    registry = Registry()
    endless = registry.add(route(limit=None))
    assert {ask(registry) for _ in range(9)} == {endless}
    assert endless.used == 9
    assert endless.active


def test_exact_urls_then_patterns_then_the_rest():
    """The kinds have an order; within a kind the order of registration decides."""
    registry = Registry()
    rest = [registry.add(route(None, "*")) for _ in range(2)]
    patterns = [
        registry.add(route(re.compile(text)))
        for text in (".*", "https://h", "https://h.*", "http", H.replace(".", r"\."))
    ]
    exact = [registry.add(route()) for _ in range(2)]
    wanted = [*exact, *patterns, *rest]
    assert [ask(registry) for _ in range(len(wanted) + 1)] == [*wanted, None]


def test_other_methods_are_passed_over():
    """A route takes its own method, `*` takes any."""
    registry = Registry()
    post = registry.add(route(method="POST"))
    star = registry.add(route(method="*"))
    assert [ask(registry), ask(registry), ask(registry, method="POST")] == [star, None, post]


def test_a_condition_that_does_not_hold_uses_nothing_up():
    """The next candidate gets the request."""
    registry = Registry()
    picky = registry.add(route(condition=body(b"yes")))
    easy = registry.add(route())
    assert ask(registry, body=b"no") is easy
    assert ask(registry, body=b"no") is None
    assert picky.used == 0
    assert ask(registry, body=b"yes") is picky


def test_values_from_the_url_come_with_the_choice():
    """What the condition found is part of the result."""
    registry = Registry()
    registry.add(route(None, condition=url_template(H + "/users/{id}")))
    chosen = registry.match(Request("GET", H + "/users/7"))
    assert chosen is not None
    assert chosen.result.match_info == {"id": "7"}


@pytest.mark.parametrize(
    ("where", "asked"),
    [
        (re.compile(r"https://h\.test/\d+$"), H + "/12"),
        (re.compile(r".*/12"), H + "/12"),
        (re.compile(r"(?i)HTTPS://H"), H + "/12"),
        (re.compile(r"https://h\.test/\?a=1&b=2"), H + "/?b=2&a=1"),
        (re.compile(r"https://h\.test/\?b=2&a=1"), H + "/?b=2&a=1"),
        (re.compile(r"ws://h"), "ws://h.test/"),
        (re.compile(r"http://h"), "ws://h.test/"),
    ],
)
def test_patterns_are_found_by_their_text_or_without(where: Any, asked: Any):
    """However a pattern begins, it is tried on the URL as sent and as normalised."""
    registry = Registry()
    registry.add(route(re.compile("https://elsewhere.test/")))
    found = registry.add(route(where))
    assert ask(registry, asked) is found


def test_the_table_of_patterns_forgets_those_that_are_used_up():
    """A pattern that is gone is not tried any more, others with the same beginning are."""
    registry = Registry()
    first = registry.add(route(re.compile(r"https://h\.test/a.*x")))
    second = registry.add(route(re.compile(r"https://h\.test/a.*y")))
    third = registry.add(route(re.compile(r"https://h\.test/b")))
    assert ask(registry, H + "/a/x") is first
    assert ask(registry, H + "/a/x") is None
    assert ask(registry, H + "/a/y") is second
    assert ask(registry, H + "/b") is third
    assert ask(registry, H + "/b") is None


@pytest.mark.parametrize("where", [H, re.compile(re.escape(H)), None])
def test_remove_takes_a_route_away(where: Any):
    """The next one takes its place; removing once more changes nothing."""
    registry = Registry()
    first, second = registry.add(route(where, limit=5)), registry.add(route(where))
    assert ask(registry) is first
    registry.remove(first)
    registry.remove(first)
    assert ask(registry) is second
    assert list(registry) == [second]
    assert not first.active


@pytest.mark.parametrize("where", [H, re.compile(re.escape(H)), None])
def test_remove_of_a_used_up_route(where: Any):
    """It is no longer among the routes, nor among those that are used up."""
    registry = Registry()
    spent, other = registry.add(route(where)), registry.add(route(where))
    assert ask(registry) is spent
    registry.remove(spent)
    assert list(registry) == [other]
    assert registry.used_up(Request("GET", H)) == []
    assert ask(registry) is other


def test_a_registration_of_another_registry_is_not_removed():
    """Numbers are no identity."""
    mine, others = Registry(), Registry()
    registration = mine.add(route())
    others.remove(registration)
    assert ask(mine) is registration


def test_clear_takes_everything_away():
    """Nothing of it comes back, and dead routes are alive again."""
    registry = Registry()
    gone = [registry.add(route(where, limit=None)) for where in (H, re.compile("https"), None)]
    registry.clear()
    assert list(registry) == []
    assert ask(registry) is None
    assert not any(registration.active for registration in gone)
    new = registry.add(route(limit=None))
    registry.remove(gone[0])
    assert ask(registry) is new
    assert new.number > gone[-1].number


@pytest.mark.parametrize("target", [H, re.compile("https://h")])
def test_the_order_of_a_queue(target: Any):
    """Those that end, in order; then endless ones: with a condition first, the latest first."""
    registry = Registry()
    added = [
        registry.add(route(target, limit=None)),
        registry.add(route(target)),
        registry.add(route(target, limit=None, condition=body(b""))),
        registry.add(route(target, limit=None)),
        registry.add(route(target, limit=2)),
        registry.add(route(target, limit=None, condition=body(b""))),
    ]
    taken = [ask(registry) for _ in range(3)]
    for number in (5, 2, 3, 0):
        taken.append(ask(registry))
        registry.remove(added[number])
    assert taken == [added[number] for number in (1, 4, 4, 5, 2, 3, 0)]
    assert ask(registry) is None


def test_patterns_are_asked_in_the_order_of_their_first_route():
    """Each with its queue."""
    registry = Registry()
    first, second = re.compile("https://h.test"), re.compile("https://")
    default = registry.add(route(first, limit=None))
    other = registry.add(route(second))
    own = registry.add(route(first))
    assert [ask(registry) for _ in range(2)] == [own, default]
    assert other.used == 0


def test_a_url_whose_query_is_ignored_comes_after_exact_ones():
    """And before patterns."""
    registry = Registry()
    pattern = registry.add(route(re.compile(".*")))
    ignoring = registry.add(Route("GET", UrlIgnoringQuery(H + "/?x=1"), None, Response()))
    exact = registry.add(route(H + "/?a=1"))
    asked = [ask(registry, url=H + "/?a=1") for _ in range(3)]
    assert asked == [exact, ignoring, pattern]
    assert registry.used_up(Request("GET", H + "/?b=2")) == [ignoring]
    assert registry.names(Request("GET", H + "/other"))


def test_used_up_tells_what_was_there_for_this_url_and_method():
    """Only routes for just this URL count, in the order in which they were used up."""
    registry = Registry()
    first, second = registry.add(route(limit=2)), registry.add(route(method="*"))
    registry.add(route(re.compile(".*")))
    request = Request("GET", H)
    assert registry.used_up(request) == []
    for _ in range(4):
        ask(registry)
    assert registry.used_up(request) == [first, second]
    assert registry.used_up(Request("POST", H)) == [second]
    assert registry.used_up(Request("GET", H + "/other")) == []


def test_foresee_uses_nothing_up():
    """It tells who may take a request whose body is not known yet."""
    registry = Registry()
    picky = registry.add(route(condition=body(b"yes")))
    easy = registry.add(route())
    assert registry.peek(Request("GET", H, body=None)).registration is picky
    assert registry.peek(Request("GET", H, body=b"no")).registration is easy
    assert registry.peek(Request("POST", H)) is None
    assert (picky.used, easy.used) == (0, 0)


def test_foresee_passes_over_what_the_head_excludes():
    """A condition on the query is decided without a body."""
    registry = Registry()
    registry.add(route(None, condition=all_of([query({"a": "1"}), body(b"yes")])))
    assert registry.peek(Request("GET", H + "/?a=2", body=None)) is None
    assert registry.peek(Request("GET", H + "/?a=1", body=None)) is not None


@pytest.mark.parametrize(
    ("where", "condition", "asked", "named"),
    [
        ("http://127.0.0.1:81/x", None, "http://127.0.0.1:81/other", True),
        ("http://127.0.0.1:81/x", None, "http://127.0.0.1:82/x", False),
        ("http://localhost/x", None, "http://localhost/y", True),
        ("http://localhost/x", None, "http://127.0.0.1/x", False),
        (re.compile(r"http://localhost:\d+/"), None, "http://localhost:81/", True),
        (re.compile(r"http://localhost:\d+/"), None, "http://localhost/", False),
        (re.compile(".*"), None, "http://localhost/", False),
        (None, host("localhost"), "http://localhost/", True),
        (None, all_of([path("/x"), host("localhost")]), "http://localhost/y", False),
        (None, predicate(lambda request: True), "http://localhost/", False),
    ],
)
def test_names(where: Any, condition: Any, asked: Any, named: Any):
    """An exact URL names its host and port; others do if the host stands in their text."""
    registry = Registry()
    registration = registry.add(route(where, condition=condition))
    assert registry.names(Request("GET", asked)) is named
    registry.remove(registration)
    assert not registry.names(Request("GET", asked))


def test_a_used_up_url_still_names_its_host():
    """Otherwise the last call would be answered, and the one after it go to a real server."""
    registry = Registry()
    registry.add(route("http://localhost/x"))
    assert ask(registry, "http://localhost/x") is not None
    assert registry.names(Request("GET", "http://localhost/x"))


def test_a_condition_that_raises_leaves_the_registry_as_it_was():
    """The error is the caller's; the next request is served."""

    def broken(request: Any):
        raise LookupError("mine")

    registry = Registry()
    registration = registry.add(route(condition=predicate(broken)))
    with pytest.raises(LookupError):
        ask(registry)
    registry.remove(registration)
    easy = registry.add(route())
    assert ask(registry) is easy


def test_a_route_taken_while_another_was_compared_is_passed_over():
    """What was free when the search began may be used up when its turn comes."""
    registry = Registry()

    def nested(request: Any):
        if request.body == b"outer":
            assert ask(registry, body=b"inner") is contested
        return True

    contested = registry.add(route(condition=predicate(nested)))
    reserve = registry.add(route())
    assert ask(registry, body=b"outer") is reserve
    assert contested.used == 1


@pytest.mark.parametrize("where", [H, re.compile("https"), None])
def test_threads_use_up_each_route_just_as_often_as_it_says(where: Any):
    """Choosing and using up is one step, whatever runs at the same time."""
    registry = Registry()
    limits = [1, 2, 3, 5] * 25
    registrations = [registry.add(route(where, limit=limit)) for limit in limits]
    total = sum(limits)
    taken: list[Registration | None] = []
    barrier = threading.Barrier(8)

    def take() -> None:
        barrier.wait()
        mine = [ask(registry) for _ in range(total // 8 + 10)]
        taken.extend(mine)

    def disturb() -> None:
        barrier.wait()
        for number in range(50):
            registry.remove(registry.add(route(f"{H}/{number}")))
            list(registry)

    threads = [threading.Thread(target=take) for _ in range(7)]
    threads.append(threading.Thread(target=disturb))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    rest = [ask(registry) for _ in range(total)]
    counted = [(taken + rest).count(registration) for registration in registrations]
    assert counted == limits
    assert [registration.used for registration in registrations] == limits
