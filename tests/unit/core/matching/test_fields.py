import re
from typing import Any
from unittest.mock import ANY

import pytest

from aiointercept.core.http.messages import Request
from aiointercept.core.matching.combinators import decided_by_head
from aiointercept.core.matching.fields import Headers, cookies, headers, query
from aiointercept.core.matching.results import ABSENT, MATCH, Mismatch


def get(query_string: str = "", fields: Any = None) -> Request:
    """Return a request with a query and headers."""
    return Request("GET", f"http://h/?{query_string}", fields)


@pytest.mark.parametrize(
    ("wanted", "sent"),
    [
        ({"a": 1}, "b=2&a=1"),
        ({"a": "x y"}, "a=x+y"),
        ({"a": "x y"}, "a=x%20y"),
        ({"a": "2"}, "a=1&a=2"),
        ({"a": [1, ANY, re.compile("^3")]}, "a=1&a=2&a=33"),
        ({}, "a=1"),
        ([("a", 1), ("a", 2)], "a=1&a=2"),
    ],
)
def test_a_query_may_have_more_than_what_is_wanted(wanted: Any, sent: str) -> None:
    """Values are compared decoded."""
    assert query(wanted).match(get(sent)) is MATCH


def test_an_exact_query_has_nothing_else() -> None:
    """No other names, and no further values."""
    assert query({"a": 1}, exact=True).match(get("a=1")) is MATCH
    assert query({"a": 1}, True).match(get("a=1&a=2&b=3")).mismatches == (
        Mismatch("query['a']", "1", ["1", "2"]),
        Mismatch("query['b']", ABSENT, "3"),
    )


def test_headers_are_compared_without_the_case_of_their_names() -> None:
    """Others may be there; a value is one of those sent."""
    request = get(fields=[("X-A", "1"), ("x-b", "2"), ("X-B", "3")])
    assert headers({"x-a": 1, "X-B": "3"}).match(request) is MATCH
    assert headers({"x-b": ["2", "3"]}).match(request) is MATCH
    assert headers({"x-a": re.compile(r"\d"), "x-b": ANY}).match(request) is MATCH
    assert headers({"X-C": ANY}).match(request).mismatches == (
        Mismatch("headers['X-C']", ANY, ABSENT),
    )


def test_exact_headers_are_all_there_are() -> None:
    """Their names have any case."""
    request = get(fields=[("X-A", "1"), ("X-B", "2")])
    assert Headers({"x-a": "1", "x-b": "2"}, exact=True).match(request) is MATCH
    assert Headers({"x-a": "1"}, exact=True).match(request).mismatches == (
        Mismatch("headers['X-B']", ABSENT, "2"),
    )


def test_cookies_are_compared_by_name() -> None:
    """Others may be there."""
    request = get(fields={"Cookie": "a=1; b=two"})
    assert cookies({"a": 1, "b": re.compile("^t")}).match(request) is MATCH
    assert cookies({"c": "3"}).match(request).mismatches == (Mismatch("cookies['c']", "3", ABSENT),)


@pytest.mark.parametrize(
    ("builder", "name"), [(query, "query"), (headers, "headers"), (cookies, "cookies")]
)
def test_expected_values_are_cleaned(builder: Any, name: str) -> None:
    """What can't be sent is refused at once, and the matcher shows what it wants."""
    with pytest.raises(TypeError, match=rf"{name}\['a'\] is True"):
        builder({"a": True})
    with pytest.raises(TypeError, match=f"{name} needs a mapping"):
        builder("a=1")
    assert str(builder({"a": 1})) == f"{name} {{'a': '1'}}"
    assert decided_by_head(builder({"a": 1}))
