import json
import re
from typing import Any
from unittest.mock import ANY

import pytest

from aiointercept.core.http.messages import Request
from aiointercept.core.matching.combinators import may_match
from aiointercept.core.matching.graphql import graphql
from aiointercept.core.matching.results import ABSENT, Mismatch

URL = "https://h.test/graphql"


def posted(payload: Any) -> Request:
    """Return a request with JSON."""
    return Request("POST", URL, body=json.dumps(payload).encode())


ASKED = posted({"query": "query GetUser($id: ID) { user { name } }", "variables": {"id": 7}})


@pytest.mark.parametrize(
    "matcher",
    [
        graphql(),
        graphql("GetUser"),
        graphql(re.compile("^Get")),
        graphql(ANY, ANY),
        graphql("GetUser", {"id": 7}),
        graphql(variables={"id": ANY}),
    ],
)
def test_the_operation_and_its_variables_match(matcher: Any) -> None:
    """Both are optional."""
    assert matcher.match(ASKED).mismatches == ()


def test_what_differs_is_told_part_by_part() -> None:
    """With the path of a variable."""
    mismatches = graphql("GetAll", {"id": 8, "x": 1}).match(ASKED).mismatches
    assert mismatches == (
        Mismatch("graphql operation", "GetAll", "GetUser"),
        Mismatch("graphql variables.id", 8, 7),
        Mismatch("graphql variables.x", 1, ABSENT),
    )
    (mismatch,) = graphql("A").match(posted({"query": "{ a }"})).mismatches
    assert mismatch == Mismatch("graphql operation", "A", ABSENT)


def test_another_request_says_why_it_is_none() -> None:
    """Not JSON, or JSON of something else."""
    (mismatch,) = graphql("A").match(posted({"a": 1})).mismatches
    assert mismatch.part == "body"
    assert "neither" in str(mismatch.actual)


def test_a_get_is_decided_before_it_is_sent() -> None:
    """A POST only once its body is known."""
    assert not may_match(graphql("A"), Request("GET", URL + "?query={a}"))
    assert may_match(graphql("A"), Request("GET", URL + "?query=query A {a}"))
    assert may_match(graphql("A"), Request("POST", URL))


@pytest.mark.parametrize("arguments", [{"operation": 3}, {"variables": [1]}])
def test_a_wrong_type_is_refused_by_name(arguments: Any) -> None:
    """Where it is given."""
    with pytest.raises(TypeError, match=next(iter(arguments))):
        graphql(**arguments)


def test_it_says_what_it_wants() -> None:
    """In messages."""
    assert str(graphql("A", {"x": 1})) == "graphql {'operation': 'A', 'variables': {'x': 1}}"
