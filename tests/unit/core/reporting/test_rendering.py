from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from aiointercept.core.http.messages import Request
from aiointercept.core.matching.results import ABSENT, Mismatch
from aiointercept.core.reporting.diffs import render_differences
from aiointercept.core.reporting.rendering import render_mismatch, render_request

A_FEW_LINES = 10_000


def test_a_request_is_shown_with_its_body_if_it_has_one() -> None:
    """In one line."""
    assert render_request(Request("GET", "http://h/x")) == "GET http://h/x"
    assert render_request(Request("GET", "http://h/x", body=b"")) == "GET http://h/x"
    long = Request("POST", "http://h/" + "x" * 10_000, body=b"a=1")
    assert render_request(long).endswith("…" + " with body 'a=1'")
    assert len(render_request(long)) < 300


def test_a_mismatch_is_one_line() -> None:
    """It says what was expected and what came."""
    line = render_mismatch(Mismatch("query['page']", "2", "3"))
    assert line == "query['page']: expected '2', got '3'"
    assert render_mismatch(Mismatch("$.a", 1, ABSENT)) == "$.a: expected 1, got <absent>"


def test_long_texts_are_shown_from_where_they_differ() -> None:
    """Their beginnings would look the same."""
    line = render_mismatch(Mismatch("body", "x" * 1000 + "a", "x" * 1000 + "b"))
    assert line == (
        f"body: expected …'{'x' * 60}a' (from 940 on), got …'{'x' * 60}b' (from 940 on)"
    )


_VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.integers() | st.text() | st.binary(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


@given(_VALUES, _VALUES)
def test_whatever_differs_can_be_printed(expected: Any, actual: Any) -> None:
    """As UTF-8, in a bounded number of characters."""
    mismatch = Mismatch("body", expected, actual)
    text = f"{render_mismatch(mismatch)}\n{render_differences([mismatch])}"
    assert text.encode()
    assert len(text) < A_FEW_LINES
    assert "\n" not in render_mismatch(mismatch)
