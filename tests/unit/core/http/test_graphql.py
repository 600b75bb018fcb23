import json
from typing import Any

import pytest
from yarl import URL

from aiointercept.core.http.graphql import GraphqlRequest, operation_names, parse_graphql
from aiointercept.core.http.messages import Request

URL_ = URL("https://h.test/graphql")


def posted(payload: Any, content_type: str = "application/json") -> Request:
    """Return a GraphQL request as clients send it."""
    body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    return Request("POST", URL_, {"Content-Type": content_type}, body=body)


@pytest.mark.parametrize(
    ("document", "names"),
    [
        ("{ a }", [None]),
        ("query { a }", [None]),
        ("query A { a }", ["A"]),
        ("  query\nA($x: [Int!] = [1], $y: In = {a: 1}) @d(if: $x) { a { query } }", ["A"]),
        ("query ($x: Int) { a }", [None]),
        ("query @d { a }", [None]),
        ("mutation M { a } subscription S { b }", ["M", "S"]),
        ("fragment query on User { a } query Q { ...query }", ["Q"]),
        ("query query { a }", ["query"]),
        ('# query C\nquery A { a(x: "} query B { ") }', ["A"]),
        ('query A { a(x: """ } \\""" query B { " """) }', ["A"]),
        ("", []),
        ("}{", []),
    ],
)
def test_operations_are_read_from_the_document(document: str, names: object) -> None:
    """Whatever stands in strings, comments and fields."""
    assert operation_names(document) == names


@pytest.mark.parametrize(
    ("request_", "found"),
    [
        (posted({"query": "query A { a }"}), GraphqlRequest("A", {})),
        (posted({"query": "{ a }", "variables": None}), GraphqlRequest(None, {})),
        (
            posted({"query": "query A { a } query B { b }", "operationName": "B"}),
            GraphqlRequest("B", {}),
        ),
        (posted({"query": "query A { a } query B { b }"}), GraphqlRequest(None, {})),
        (posted({"operationName": "B", "variables": {"x": 1}}), GraphqlRequest("B", {"x": 1})),
        (posted(b"query A { a }", "application/graphql"), GraphqlRequest("A", {})),
        (
            Request("GET", URL_.with_query(query="query A { a }", variables='{"x": 1}')),
            GraphqlRequest("A", {"x": 1}),
        ),
        (Request("GET", URL_.with_query(query="{ a }", variables="")), GraphqlRequest(None, {})),
    ],
)
def test_a_request_tells_operation_and_variables(request_: Request, found: object) -> None:
    """By POST and by GET; the name that is told comes before that in the document."""
    assert parse_graphql(request_) == found


@pytest.mark.parametrize(
    "request_",
    [
        posted({"a": 1}),
        posted([1]),
        posted(b"{"),
        Request("GET", URL_),
        Request("GET", URL_.with_query(query="{ a }", variables="{")),
    ],
)
def test_another_request_is_refused(request_: Request) -> None:
    """The message says why."""
    with pytest.raises(ValueError, match="."):
        parse_graphql(request_)
