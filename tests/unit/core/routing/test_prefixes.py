import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aiointercept.core.routing.prefixes import literal_prefixes


@pytest.mark.parametrize(
    ("pattern", "prefixes"),
    [
        (r"https://h/x", ("https://h/x",)),
        (r"^https://h", ("https://h",)),
        (r"https://h\.test/a\-b", ("https://h.test/a-b",)),
        (r"https://h.test", ("https://h",)),
        (r"https://h/\d+", ("https://h/",)),
        (r"https?://h", ("https://h", "http://h")),
        (r"^https?://h\.test/", ("https://h.test/", "http://h.test/")),
        (r"h\.?t", ("h.t", "ht")),
        (r"ab?", ("ab", "a")),
        (r"ab??c", ("ab", "a")),
        (r"ab?c?d", ("ab", "a")),
        (r"ab*c", ("a",)),
        (r"ab+c", ("a",)),
        (r"ab{0,2}c", ("a",)),
        (r"abc$", ("abc",)),
        (r"(a)b", ("",)),
        (r"[ab]c", ("",)),
        (r".*", ("",)),
        (r"", ("",)),
        (r"^", ("",)),
        (r"a|b", ("",)),
        (r"ab(c|d)", ("ab",)),
        (r"ab[c|d]", ("ab",)),
        (r"ab[]|]", ("ab",)),
        (r"ab[^]|]", ("ab",)),
        (r"ab[^x|]", ("ab",)),
        (r"ab[\]]|c", ("",)),
        (r"ab[\]|]", ("",)),
        (r"ab\|c", ("ab|c",)),
        (r"(a|b)|c", ("",)),
        (r"(?i)abc", ("",)),
        (r"(?x)a b", ("",)),
    ],
)
def test_the_text_a_pattern_begins_with(pattern: Any, prefixes: Any):
    """What stands literally at its beginning; nothing where that is not read easily."""
    assert literal_prefixes(re.compile(pattern)) == prefixes


@pytest.mark.parametrize("flags", [re.IGNORECASE, re.VERBOSE])
def test_flags_that_change_what_text_means(flags: Any):
    """No text is sure then."""
    assert literal_prefixes(re.compile("abc", flags)) == ("",)


PIECES = st.sampled_from(
    ["a", "b", "/", r"\.", r"\d", ".", "[ab]", "[^|]", "[]|]", r"[\]]", "(a|b)", "(b)", "|", r"\|"]
)
REPEATS = st.sampled_from(["", "", "", "*", "+", "?", "{2}", "{0,1}", "*?"])
PATTERNS = st.lists(st.tuples(PIECES, REPEATS), max_size=6).map(
    lambda parts: "".join(piece if piece == "|" else piece + repeat for piece, repeat in parts)
)


@given(st.data(), PATTERNS)
def test_everything_that_matches_begins_with_the_text(data: Any, text: Any):
    """The index by beginnings finds every pattern that matches."""
    pattern = re.compile(text)
    found = data.draw(st.from_regex(rf"\A(?:{text})"))
    assert found.startswith(literal_prefixes(pattern))
