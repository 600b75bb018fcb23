from aiointercept.core.matching.results import (
    ABSENT,
    MATCH,
    Matcher,
    MatchResult,
    Mismatch,
    differs,
)
from aiointercept.core.text import Unquoted


def test_a_result_is_true_without_mismatches() -> None:
    """The boolean follows from the explanation."""
    assert MatchResult()
    assert not MatchResult([Mismatch("method", "GET", "POST")])
    assert MatchResult([Mismatch("a", 1, 2)]).mismatches == (Mismatch("a", 1, 2),)
    assert MatchResult(match_info={"id": "1"}).match_info == {"id": "1"}


def test_words_are_shown_as_they_are() -> None:
    """A description is no value, so it has no quotes."""
    assert repr(ABSENT) == "<absent>"
    assert Unquoted("x") == "x"


def test_one_part_that_differs() -> None:
    """The result names the part, and both values."""
    assert differs("method", "GET", "POST").mismatches == (Mismatch("method", "GET", "POST"),)
    assert MATCH.mismatches == ()


def test_what_a_matcher_is() -> None:
    """Anything with a method ``match``; a function is none yet."""

    class Always:
        def match(self, request: object, /) -> MatchResult:
            return MATCH

    assert isinstance(Always(), Matcher)
    assert not isinstance(differs, Matcher)
