import json
import re
from typing import Any

import pytest
from attrs import frozen

from aiointercept.core.http.messages import Request, Response
from aiointercept.core.matching.bodies import body, form, json_body, multipart, part
from aiointercept.core.matching.combinators import predicate
from aiointercept.core.matching.fields import cookies, headers, query
from aiointercept.core.matching.graphql import graphql
from aiointercept.core.matching.results import Description, Mismatch
from aiointercept.core.matching.urls import Url, UrlIgnoringQuery, UrlPattern
from aiointercept.core.recording.redacting.concealing import PLAIN, Concealer
from aiointercept.core.recording.redacting.redaction import Redaction
from aiointercept.core.reporting.rendering import render_mismatch, render_request
from aiointercept.core.routing.routes import Registration, Route

# It has all that ends a text somewhere.
SECRET = 'it\'s "s3cr3t" \\ s3cr3t & s3cr3t'
SHOW = Concealer(Redaction())
H = "https://h.test/x"


def route(**options: Any) -> Registration:
    """Return a counted route."""
    rule = {"method": "GET", "target": Url(H), "condition": None, "reply": Response(), **options}
    return Registration(Route(**rule), 1)


@pytest.mark.parametrize(
    "condition",
    [
        query({"token": SECRET}),
        query({"token": [SECRET, SECRET], "page": "1"}),
        headers({"Authorization": "Bearer s3cr3t"}),
        cookies({"any": "s3cr3t"}),
        form({"password": SECRET}),
        multipart({"token": SECRET, "file": part(SECRET.encode(), filename="a")}),
        json_body({"a": [{"token": SECRET}]}),
        json_body({"token": {"a": SECRET}}),
        json_body({"tokens": [SECRET]}),
        body(json.dumps({"token": SECRET})),
        body(json.dumps({"token": SECRET}).encode()),
        body("a=1&token=s3cr3t"),
        graphql("Login", variables={"password": SECRET}),
        query({"token": SECRET}) & ~(form({"token": SECRET}) | json_body({"token": SECRET})),
        query({"token": SECRET}) & predicate(lambda _: True, "something"),
    ],
)
def test_conditions(condition: Any) -> None:
    """Their values are masked before they are written."""
    if "filename" in str(condition):
        condition = multipart({"token": SECRET})
    told = SHOW.route(route(condition=condition))
    assert "s3cr3t" in str(condition)
    assert "s3cr3t" not in told
    assert "REDACTED" in told
    assert PLAIN.route(route(condition=condition)) == str(route(condition=condition))


def test_urls() -> None:
    """Those of routes and of requests, however they are quoted."""
    url = f"{H}?token=it's+s3cr3t&page=1"
    for target in (Url(url), UrlIgnoringQuery("https://u:it's-s3cr3t@h.test/x")):
        assert "s3cr3t" not in SHOW.route(route(target=target))
        assert "h.test/x" in SHOW.route(route(target=target))
    assert str(SHOW.request(Request("GET", url))) == f"GET {H}?token=REDACTED&page=1"
    pattern = route(target=UrlPattern(re.compile("token=x")))
    assert SHOW.route(pattern) == str(pattern)


def test_what_has_no_secret_stays_as_it_is() -> None:
    """The very same object."""
    one = route()
    assert SHOW.route(one) == str(one)
    assert SHOW.matcher(one.route.target) is one.route.target
    request = Request("GET", H)
    assert SHOW.request(request) is request
    assert SHOW.route("text") == "text"


def test_differences_in_bodies() -> None:
    """What is quoted of a body is quoted again once it is masked."""
    text = json.dumps({"token": SECRET, "page": 1})
    asked = Request("POST", H, {"Content-Type": "application/json"}, body=text.encode())
    for matcher in (
        form({"a": "1"}),
        body("x"),
        body(b"x"),
        multipart({"a": "b"}),
        ~predicate(lambda _: True),
    ):
        found = matcher.match(asked).mismatches
        told = "; ".join(map(render_mismatch, SHOW.mismatches(found, asked)))
        assert found
        assert "s3cr3t" not in told
        assert "h.test/x" in told or "page" in told
    assert "s3cr3t" not in render_request(SHOW.request(asked))
    assert PLAIN.mismatches(found, asked) == found


def test_differences_below_a_secret_name() -> None:
    """At any depth; names may have quotes."""
    asked = Request("GET", H)
    for name in ("$.token.a[0].b", "$['it\\'s']['api key'][0]", "form['password']", "$.tokens[1]"):
        told = SHOW.mismatch(Mismatch(name, "s3cr3t", ["s3cr3t"]), asked)
        assert "s3cr3t" not in render_mismatch(told)
    told = SHOW.mismatch(Mismatch("$.a[0]['page']", "1", "2"), asked)
    assert render_mismatch(told) == "$.a[0]['page']: expected '1', got '2'"


def test_descriptions_are_made_again() -> None:
    """Of matchers and requests, also as the name of a part."""
    part_name = Description(query({"token": "s3cr3t"}))
    request = Description(Request("GET", f"{H}?token=s3cr3t"), lambda one: f"got {one}")
    told = SHOW.mismatch(Mismatch(part_name, request, 3), Request("GET", H))
    assert told.part == "query {'token': 'REDACTED'}"
    assert told.expected == f"got GET {H}?token=REDACTED"


def test_what_cannot_be_searched_is_masked() -> None:
    """Values that JSON does not have."""
    deep: list[Any] = []
    for _ in range(300):
        deep = [deep]
    assert "REDACTED" in str(SHOW.matcher(json_body(deep)))


def test_a_function_that_raises_hides_no_message() -> None:
    """The rest is masked all the same."""

    def also(message: Any) -> Any:
        raise LookupError(message)

    show = Concealer(Redaction(also=also))
    assert str(show.request(Request("GET", f"{H}?token=s3"))) == f"GET {H}?token=REDACTED"


@frozen
class Own:
    """A matcher of a user."""

    text: str

    def match(self, request: Any) -> Any:
        """Match nothing."""


def test_matchers_of_users_stay_as_they_are() -> None:
    """What they say of themselves is searched in the whole message."""
    own = Own("token=s3cr3t")
    assert SHOW.matcher(own) is own
    assert SHOW.message("GET /x where /y?token=s3cr3t").startswith("GET /x where /y?token=REDACTED")
    assert PLAIN.message("?token=s3cr3t") == "?token=s3cr3t"
    assert SHOW.message("No route matches /x?token=REDACTED. The").startswith(
        "No route matches /x?token=REDACTED. The"
    )


@pytest.mark.parametrize("charset", ["hex", "undefined", "idna", "\udcff", "no-such", "a\0b"])
def test_a_body_in_an_odd_charset(charset: str) -> None:
    """Its text is not known; the difference is shown all the same."""
    request = Request(
        "POST", "https://h/", {"Content-Type": f"text/plain; charset={charset}"}, body=b"\xff=1"
    )
    mismatch = Mismatch("body", "expected", "actual")
    assert Concealer(Redaction()).mismatch(mismatch, request) == mismatch
