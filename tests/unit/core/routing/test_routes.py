import re
from typing import Any

import pytest

from aiointercept.core.http.messages import Request, Response
from aiointercept.core.matching.bodies import body
from aiointercept.core.matching.combinators import predicate
from aiointercept.core.matching.fields import query
from aiointercept.core.matching.results import MATCH, Matcher
from aiointercept.core.matching.urls import Method, Url, UrlPattern
from aiointercept.core.routing.routes import Registration, Route

H = "https://h.test/"


def route(
    target: Any = None, condition: Matcher | None = None, method: str = "GET", **options: Any
) -> Route:
    """Return a route."""
    return Route(method, target, condition, Response(), **options)


def test_matchers_are_all_that_must_hold():
    """Method, URL and condition, those that are there."""
    url, condition = Url(H), query({"a": "1"})
    assert route().matchers == (Method("GET"),)
    assert route(url, condition).matchers == (Method("GET"), url, condition)
    registration = Registration(route(url, condition, optional=True, declared_at="f.py:1"), 1)
    assert registration.matchers == (Method("GET"), url, condition)
    assert registration.optional
    assert registration.declared_at == "f.py:1"


@pytest.mark.parametrize(
    ("mine", "asked", "taken"),
    [("GET", "GET", True), ("GET", "POST", False), ("*", "PURGE", True)],
)
def test_takes_method(mine: Any, asked: Any, taken: Any):
    """Its own method, or any for `*`."""
    assert route(method=mine).takes_method(asked) is taken


def test_check_condition():
    """Without a condition everything matches; with one, its result counts."""
    request = Request("GET", H, body=b"no")
    assert route().check_condition(request) is MATCH
    assert not route(condition=body(b"yes")).check_condition(request)
    assert route(condition=body(b"no")).check_condition(request)


@pytest.mark.parametrize("error", [LookupError("mine"), KeyboardInterrupt("mine")])
def test_an_error_of_a_condition_tells_where_it_comes_from(error: Any):
    """The note names the matcher, the route and the line of its registration."""

    def broken(request: Any):
        raise error

    with pytest.raises(type(error)) as caught:
        route(Url(H), predicate(broken, "broken"), declared_at="f.py:7").check_condition(
            Request("GET", H)
        )
    note = f"raised by the matcher broken of GET {H} where broken (f.py:7)"
    assert caught.value is error
    assert vars(error)["__notes__"] == [note]


@pytest.mark.parametrize(
    ("condition", "sent", "may"),
    [
        (None, None, True),
        (body(b"yes"), None, True),
        (body(b"yes"), b"yes", True),
        (body(b"yes"), b"no", False),
        (query({"a": "1"}), None, False),
        (query({"a": "1"}) & body(b"yes"), None, False),
    ],
)
def test_preview(condition: Any, sent: Any, may: Any):
    """While the body is unknown, only what the head excludes is excluded."""
    assert (route(condition=condition).preview(Request("GET", H, body=sent)) is not None) is may
    assert route(condition=condition).preview(Request("POST", H, body=sent)) is None


@pytest.mark.parametrize(
    ("shown", "text"),
    [
        (route(), "GET *"),
        (route(Url(H)), f"GET {H}"),
        (route(UrlPattern(re.compile("x.*")), method="*"), "* re.compile('x.*')"),
        (
            route(Url(H), predicate(lambda request: True, "cond"), name="it"),
            f"GET {H} where cond (it)",
        ),
    ],
)
def test_str_shows_what_it_takes(shown: Any, text: Any):
    """Method, URL, condition and name."""
    assert str(shown) == text
    assert str(Registration(shown, 1)) == text


@pytest.mark.parametrize(
    ("limit", "used", "removed", "active"),
    [
        (1, 0, False, True),
        (1, 1, False, False),
        (3, 2, False, True),
        (None, 1000, False, True),
        (None, 0, True, False),
    ],
)
def test_active(limit: Any, used: Any, removed: Any, active: Any):
    """A registration takes requests until it is used up or removed."""
    registration = Registration(route(limit=limit), 1, used=used, removed=removed)
    assert registration.active is active


def test_a_location_is_told_once():
    """A function without a name is where its route is, unless it stands on another line."""
    here = predicate(lambda request: False)
    place = str(here).partition(" at ")[2]
    for declared_at, text in (
        (place, f"GET {H} where {{}} & {{}}"),
        (place[:-1], f"GET {H} where {{}} at {place} & {{}} at {place}"),
        ("", f"GET {H} where {{}} at {place} & {{}} at {place}"),
    ):
        name = "test_a_location_is_told_once.<locals>.<lambda>"
        told = str(route(Url(H), here & here, declared_at=declared_at))
        assert told == text.format(name, name)
    assert here.match(Request("GET", H)).mismatches[0].part.endswith("<lambda>")


def test_a_location_is_told_once_where_a_matcher_raises():
    """In the note on its error."""
    wrong = predicate(lambda request: request.none)
    place = str(wrong).partition(" at ")[2]
    with pytest.raises(AttributeError) as raised:
        route(Url(H), wrong, declared_at=place).check_condition(Request("GET", H))
    assert vars(raised.value)["__notes__"][0].count(place) == 1
