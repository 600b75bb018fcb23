import re
from typing import Any

import pytest
from yarl import URL

from aiointercept.core.http.messages import Request, Response
from aiointercept.core.matching.urls import Url, UrlIgnoringQuery, UrlPattern
from aiointercept.core.reporting.advice import advise
from aiointercept.core.routing.routes import Route

ASKED = "https://api.test/users/7"


def route(where: Any) -> Route:
    """Return a route for a URL or a pattern."""
    if isinstance(where, re.Pattern):
        target: Any = UrlPattern(where)
    else:
        target = Url(where) if isinstance(where, (str, URL)) else where
    return Route("GET", target, None, Response())


@pytest.mark.parametrize(
    ("where", "asked", "words"),
    [
        ("https://api.test/users/{id}", ASKED, r"url_template\('https://api.test/users/{id}'\)"),
        ("https://api.test/.*", ASKED, r"re.compile\('https://api.test/\.\*'\)"),
        (r"https://api.test/users/\d+", ASKED, r"re.compile"),
        (
            re.compile(r"https://api\.test/users?page=1"),
            "https://api.test/users?page=1",
            r"'\?' makes what stands before it optional",
        ),
        ("http://localhost:8000/x", "http://127.0.0.1:8000/x", "localhost and 127.0.0.1 are two"),
        ("http://127.0.0.1:45678/users/7", ASKED, "a path alone is a path of m.server_url"),
        ("https://api.test:8443/users/7", ASKED, "for port 8443, but port 443 was asked for"),
        ("http://api.test/users/7", ASKED, "http and https of one host are two servers"),
        (ASKED, ASKED + "?page=1", "ignore_query=True"),
        (ASKED + "?page=1", ASKED, "the request has no such query"),
        (UrlIgnoringQuery("https://api.test/{x}"), "https://api.test/1?a=1", "url_template"),
    ],
)
def test_what_was_meant_is_guessed(where: Any, asked: str, words: str) -> None:
    """From what would have matched, or from the part that differs."""
    advice = advise(Request("GET", asked), route(where))
    assert advice is not None
    assert re.search(words, advice)
    assert "\n" not in advice


@pytest.mark.parametrize(
    ("where", "asked"),
    [
        ("https://api.test/users/{id}", "https://api.test/other"),
        ("https://api.test/{a", "https://api.test/b"),
        ("https://api.test/(.*", ASKED),
        ("https://api.test/.*", "https://other.test/"),
        (re.compile("https://api.test/other?"), ASKED),
        (re.compile("https://api.test/x"), ASKED),
        ("https://api.test/users", ASKED),
        ("https://other.test/users/7", ASKED),
        ("http://127.0.0.1:45678/other", ASKED),
        (ASKED + "?page=1", ASKED + "?page=2"),
    ],
)
def test_nothing_is_guessed_that_would_not_help(where: Any, asked: str) -> None:
    """The differences stand for themselves."""
    assert advise(Request("GET", asked), route(where)) is None


def test_a_route_without_url_gets_no_advice() -> None:
    """Its matchers say what differs."""
    assert advise(Request("GET", ASKED), Route("GET", None, None, Response())) is None


@pytest.mark.parametrize("query", ["a=[[", "a=[]--[]", "a={99999999999}", "a=(?i)", "a=(" * 300])
def test_a_url_that_is_an_odd_pattern(query: str) -> None:
    """Python warns of some, which is an error in tests, and does not take others."""
    route = Route("GET", Url(f"https://h/?{query}"), None, Response())
    advise(Request("GET", "https://h/other"), route)
