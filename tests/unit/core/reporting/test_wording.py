from aiointercept.core.http.messages import Request
from aiointercept.core.matching.results import Mismatch
from aiointercept.core.reporting.near_misses import NearMiss
from aiointercept.core.reporting.wording import (
    WIDE,
    count,
    differences,
    differing,
    joined,
    more,
    were,
)
from aiointercept.core.text import SHORT


def test_numbers_have_their_words() -> None:
    """Large ones are grouped."""
    assert count(1, "call", "calls") == "1 call"
    assert count(1000, "call", "calls") == "1,000 calls"
    assert were([1]) == "was 1"
    assert were([1, 2]) == "were 2"
    assert more(12, 10) == ["  … and 2 more"]
    assert more(10, 10) == []


def test_lists_fit_into_a_sentence() -> None:
    """Each item, and all of them."""
    assert joined([1, "a"]) == "1, a"
    assert len(joined(["x" * 1000] * 9)) == WIDE
    assert joined(["x" * 1000, "y"]).startswith("x" * (SHORT - 1) + "…")


def test_differences_are_bounded() -> None:
    """The others are counted."""
    many = [Mismatch(f"part{number}", 1, 2) for number in range(5)]
    assert differences(many[:1]) == "part0: expected 1, got 2"
    assert differences(many).endswith("part2: expected 1, got 2; and 2 more")
    assert differences([]) == ""


def test_a_call_says_in_what_it_differs() -> None:
    """Or that it does not."""
    call = _Received()
    assert differing(NearMiss(call, ())) == "GET http://h/ is as expected"
    assert differing(NearMiss(call, (Mismatch("a", 1, 2),))) == (
        "GET http://h/ differs in a: expected 1, got 2"
    )


class _Received:
    """A call."""

    received = Request("GET", "http://h/")
