import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aiointercept.core.routing import prefixes
from aiointercept.core.routing.prefixes import literal_prefixes


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        (r"https://h/x", {"https://h/x"}),
        (r"^https://h", {"https://h"}),
        (r"\Ahttps://h", {"https://h"}),
        (r"https://h\.test/a\-b", {"https://h.test/a-b"}),
        (r"https://h.test", {"https://h"}),
        (r"https://h/\d+", {"https://h/"}),
        (r"https?://h", {"https://h", "http://h"}),
        (r"^https?://h\.test/", {"https://h.test/", "http://h.test/"}),
        (r"h\.?t", {"h.t", "ht"}),
        (r"ab?", {"ab", "a"}),
        (r"ab??c", {"abc", "ac"}),
        (r"ab?c?d", {"abcd", "abd", "acd", "ad"}),
        (r"ab*c", {"a"}),
        (r"ab+c", {"ab"}),
        (r"ab{0,2}c", {"a"}),
        (r"ab{0}c", {"ac"}),
        (r"a(bc)+d", {"abc"}),
        (r"abc$", {"abc"}),
        (r"a^b", {"a"}),
        (r"(a)b", {"ab"}),
        (r"(?P<name>a)b", {"ab"}),
        (r"(?:a|b)c", {"ac", "bc"}),
        (r"(?:ab.|c)d", {"ab", "c"}),
        (r"[ab]c", {"ac", "bc"}),
        (r"[a-z]c", {""}),
        (r"[^a]c", {""}),
        (r".*", {""}),
        (r"", {""}),
        (r"^", {""}),
        (r"a|b", {"a", "b"}),
        (r"^a|^b", {"a", "b"}),
        (r"a|", {"a", ""}),
        (r"ab(c|d)", {"abc", "abd"}),
        (r"ab[c|d]", {"abc", "ab|", "abd"}),
        (r"[\]x]a|b", {"]a", "xa", "b"}),
        (r"[\[x]a|b", {"[a", "xa", "b"}),
        (r"ab[]|]", {"ab]", "ab|"}),
        (r"ab[^]|]", {"ab"}),
        (r"ab[\]]|c", {"ab]", "c"}),
        (r"a(?#[)|b", {"a", "b"}),
        (r"a(?#()b|c", {"ab", "c"}),
        (r"ab\|c", {"ab|c"}),
        (r"\x41\u0042\N{LATIN SMALL LETTER C}", {"ABc"}),
        (r"a(?=b)c", {"a"}),
        (r"a(?!b)c", {"a"}),
        (r"(a)\1", {"a"}),
        (r"(?i)abc", {""}),
        (r"a(?i:b)c", {"a"}),
        (r"(?x)a b  # [ and | and (" + "\n", {"ab"}),
        (r"(?x)a [#] b | c", {"a#b", "c"}),
        (r"[abc][abc][abc]d", {a + b for a in "abc" for b in "abc"}),
    ],
)
def test_the_text_a_pattern_begins_with(pattern: Any, found: Any):
    """What stands literally at its beginning, however it is written; nothing where it is unsure."""
    assert set(literal_prefixes(re.compile(pattern))) == found


def test_flags_that_change_what_text_means():
    """No text is sure then; blanks that mean nothing are no text."""
    assert literal_prefixes(re.compile("abc", re.IGNORECASE)) == ("",)
    assert literal_prefixes(re.compile("a b c", re.VERBOSE)) == ("abc",)


def test_a_pattern_that_python_warns_of_is_read_without_another_warning():
    """Whoever compiled it has been told."""
    with pytest.warns(FutureWarning):
        pattern = re.compile(r"a[[]b")
    assert literal_prefixes(pattern) == ("a[b",)


def test_a_parser_that_is_not_as_expected_leaves_the_pattern_to_be_tried(
    monkeypatch: pytest.MonkeyPatch,
):
    """It is private to Python, so it may change."""
    monkeypatch.setattr(prefixes, "_parser", None)
    assert literal_prefixes(re.compile("abc")) == ("",)


PIECES = st.sampled_from(
    [
        *("a", "b", "/", r"\.", r"\d", ".", "[ab]", "[^|]", "[]|]", r"[\]]", "(a|b)", "(b)"),
        *("|", r"\|", r"[\[b]", "(?:ab?|)", "(?#[(|)", "(?s:.)", "(?=a)", "^", r"\x61"),
    ]
)
# What cannot be repeated.
BARE = {"|", "(?#[(|)", "(?=a)", "^"}
REPEATS = st.sampled_from(["", "", "", "*", "+", "?", "{2}", "{0,1}", "*?"])
PATTERNS = st.lists(st.tuples(PIECES, REPEATS), max_size=6).map(
    lambda parts: "".join(piece if piece in BARE else piece + repeat for piece, repeat in parts)
)


@given(st.data(), PATTERNS)
def test_everything_that_matches_begins_with_the_text(data: Any, text: Any):
    """The index by beginnings finds every pattern that matches."""
    pattern = re.compile(text)
    found = data.draw(st.from_regex(rf"\A(?:{text})"))
    assert found.startswith(literal_prefixes(pattern))
