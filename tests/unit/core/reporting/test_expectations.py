import re
from typing import Any
from unittest.mock import ANY

import pytest
from attrs import frozen

from aiointercept.core.http.messages import Request
from aiointercept.core.matching.combinators import all_of
from aiointercept.core.matching.results import ABSENT, Mismatch
from aiointercept.core.reporting.expectations import (
    Expectation,
    are_in_a_row,
    content_matchers,
    first_out_of_order,
    first_unassigned,
    longest_run,
    query_matchers,
)


@frozen(eq=False)
class Call:
    """A call in a log."""

    received: Request
    matched: bool = True


def call(address: str, method: str = "GET") -> Call:
    """Return a call to a URL."""
    return Call(Request(method, address))


@pytest.mark.parametrize(
    ("url", "method", "params", "received"),
    [
        ("http://h", "get", None, "http://h/#x"),
        ("http://h/", "*", None, "http://h/"),
        ("http://h/?a=1", "GET", {"b": 2}, "http://h/?b=2&a=1"),
        ("http://h/?a=1", "GET", {"a": [2, "3"]}, "http://h/?a=3&a=2&a=1"),
        ("http://h/", "GET", "a=1&a=2", "http://h/?a=1&a=2"),
        ("http://h/", "GET", [("a", 1), ("a", 2)], "http://h/?a=1&a=2"),
        ("http://h/?a=1", "GET", {"b": ANY}, "http://h/?b=2&a=1"),
        ("http://h/", "GET", {"b": [ANY, re.compile("^x")]}, "http://h/?b=2&b=xyz"),
        (re.compile("http://h/"), "GET", None, "http://h/x?a=1"),
        (re.compile("http://h/"), "GET", {"a": 1}, "http://h/x?a=1&b=2"),
    ],
)
def test_a_call_is_meant_by_method_url_and_params(
    url: Any, method: str, params: Any, received: str
) -> None:
    """Params are merged into the query; a pattern leaves it open."""
    assert Expectation.of(url, method, params).is_met_by(call(received))


@pytest.mark.parametrize(
    ("url", "method", "params", "received"),
    [
        ("http://h", "POST", None, "http://h/"),
        ("http://h", "GET", None, "http://h/?a=1"),
        ("http://h/?a=1", "GET", {"b": ANY}, "http://h/?b=2"),
        ("http://h/", "GET", {"b": ANY}, "http://h/?b=2&c=3"),
        ("http://h/", "GET", {"b": ANY}, "http://h/x?b=2"),
        (re.compile("http://h/"), "GET", {"a": 2}, "http://h/x?a=1"),
    ],
)
def test_another_call_is_not_meant(url: Any, method: str, params: Any, received: str) -> None:
    """Every part counts."""
    assert not Expectation.of(url, method, params).is_met_by(call(received))


def test_an_expectation_reads_as_method_and_url() -> None:
    """And as what the URL can't say."""
    assert Expectation.of("http://h", "get", {"a": 1}).text == "GET http://h/?a=1"
    text = Expectation.of("http://h/x?b=1", "get", {"a": ANY}).text
    assert text == "GET http://h/x with query {'b': '1', 'a': <ANY>}"
    assert Expectation.of(re.compile("h"), "*").text == "* re.compile('h')"


def test_an_expectation_needs_a_full_url_and_a_method() -> None:
    """Anything else could never be met."""
    with pytest.raises(ValueError, match="has no host"):
        Expectation.of("/x", "GET")
    with pytest.raises(TypeError, match="method must be a name"):
        Expectation.of("http://h", 3)
    with pytest.raises(TypeError, match=r"params\['a'\] is None"):
        Expectation.of("http://h", "GET", {"a": None})


def mismatches(request: Request, **content: Any) -> tuple[Mismatch, ...]:
    """Return in what a request differs from the expected content."""
    given = {"data": None, "json": None, "headers": None, "strict_headers": False, **content}
    return all_of(content_matchers(**given)).match(request).mismatches


def post(body: bytes, content_type: str = "", **headers: str) -> Request:
    """Return a request with a body."""
    fields = {"Content-Type": content_type} if content_type else {}
    return Request("POST", "http://h/", {**fields, **headers}, body=body)


FORM = "application/x-www-form-urlencoded"
A_PART = b'--xx\r\nContent-Disposition: form-data; name="a"; filename="f"\r\n\r\n1\r\n--xx--\r\n'


@pytest.mark.parametrize(
    ("content", "request_"),
    [
        ({}, post(b"x", "text/plain")),
        ({"data": b"x"}, post(b"x")),
        ({"data": "é"}, post("é".encode())),
        ({"data": ANY}, post(b"x")),
        ({"data": {"a": 1, "b": ["2", ANY], "c": True}}, post(b"a=1&b=2&b=3&c=True", FORM)),
        ({"data": [("a", 1), ("a", 2)]}, post(b"a=1&a=2", FORM)),
        ({"data": {}}, post(b"")),
        ({"data": {"a": "1"}}, post(A_PART, "multipart/form-data; boundary=xx")),
        ({"data": {"a": {"filename": "f"}}}, post(A_PART, "multipart/form-data; boundary=xx")),
        ({"data": {"a": b"1"}}, post(A_PART, "multipart/form-data; boundary=xx")),
        ({"json": {"a": [ANY]}}, post(b'{"a": [1]}')),
        ({"headers": {"x-a": 1}}, post(b"", **{"X-A": "1", "X-B": "2"})),
        ({"headers": {"x-a": ANY}, "strict_headers": True}, post(b"", **{"X-A": "1"})),
    ],
)
def test_content_is_as_expected(content: Any, request_: Request) -> None:
    """What is not told is not compared."""
    assert mismatches(request_, **content) == ()


@pytest.mark.parametrize(
    ("content", "request_", "mismatch"),
    [
        ({"data": {"a": 1}}, post(b"a=2", FORM), Mismatch("form['a']", "1", "2")),
        ({"data": {"a": b"1"}}, post(b"a=1", FORM), Mismatch("form['a']", b"1", "1")),
        ({"data": {}}, post(b"a=2", FORM), Mismatch("form['a']", ABSENT, "2")),
        ({"json": [1]}, post(b"[2]"), Mismatch("$[0]", 1, 2)),
        (
            {"headers": {}, "strict_headers": True},
            post(b"", **{"X-B": "2"}),
            Mismatch("headers['X-B']", ABSENT, "2"),
        ),
        (
            {"data": {"a": 1}},
            post(b"[]", "application/json"),
            Mismatch("body", f"a form ({FORM})", "application/json: '[]'"),
        ),
    ],
)
def test_content_differs(content: Any, request_: Request, mismatch: Mismatch) -> None:
    """A body of another content type says so."""
    assert mismatches(request_, **content) == (mismatch,)


def test_expected_fields_show_themselves() -> None:
    """As the keyword they were given by."""
    (matcher,) = content_matchers({"a": 1}, None, None, strict_headers=False)
    assert str(matcher) == "data {'a': '1'}"


def test_params_alone_are_the_whole_query() -> None:
    """``None`` leaves it open."""
    assert query_matchers(None) == ()
    (matcher,) = query_matchers("a=1")
    assert matcher.match(Request("GET", "http://h/?a=1"))
    assert not matcher.match(Request("GET", "http://h/?a=1&b=2"))


A, B, C = (f"http://h/{name}" for name in "abc")


def expect(*urls: Any) -> list[Expectation]:
    """Return expectations of calls with any method."""
    return [Expectation.of(url, "*") for url in urls]


@pytest.mark.parametrize(
    ("expected", "received", "run"),
    [
        ([], [], (0, 0)),
        ([A], [], (0, 0)),
        ([A], [B], (0, 0)),
        ([A, B], [C, A, B, C], (1, 2)),
        ([A, B], [A, C, A, B], (2, 2)),
        ([A, B, C], [A, A, B, A], (1, 2)),
        ([A, B], [B, A], (1, 1)),
    ],
)
def test_the_longest_run_is_found(
    expected: list[str], received: list[str], run: tuple[int, int]
) -> None:
    """It is the beginning of what was expected, call by call."""
    calls = [call(url) for url in received]
    assert longest_run(expect(*expected), calls) == run
    assert are_in_a_row(expect(*expected), calls) is (run[1] == len(expected))


ANY_URL = re.compile("")
A_OR_B = re.compile("http://h/[ab]$")
B_OR_C = re.compile("http://h/[bc]$")


@pytest.mark.parametrize(
    ("expected", "received", "missing"),
    [
        ([], [], None),
        ([A, B], [B, C, A], None),
        ([A, A], [A, B], 1),
        ([A, A], [A, A], None),
        ([C], [A], 0),
        ([ANY_URL, A], [A, B], None),
        ([A_OR_B, B_OR_C, A], [A, B, C], None),
        ([A_OR_B, B_OR_C, ANY_URL, A, B], [C, B, A, A, C], None),
        ([A_OR_B, A_OR_B, A], [A, B, C], 2),
        ([ANY_URL] * 50, [A] * 50, None),
    ],
)
def test_each_call_meets_one_expectation(
    expected: list[Any], received: list[str], missing: int | None
) -> None:
    """However patterns and exact URLs overlap."""
    expectations = expect(*expected)
    found = first_unassigned(expectations, [call(url) for url in received])
    assert found is (None if missing is None else expectations[missing])


def test_expectations_in_order_with_others_between() -> None:
    """The first that is not met behind those before it is told by its number."""
    made = [call(one) for one in ("https://a.test/1", "https://a.test/x", "https://a.test/2")]
    assert first_out_of_order(expect("https://a.test/1", "https://a.test/2"), made) is None
    assert first_out_of_order(expect("https://a.test/2", "https://a.test/1"), made) == 1
    assert first_out_of_order(expect("https://a.test/3"), made) == 0


def test_swapped_arguments() -> None:
    """The message says so."""
    with pytest.raises(ValueError, match="they are swapped"):
        Expectation.of("GET", "https://a.test/")
