"""Every pattern that ``re`` matches against a URL takes the request, however it is written."""

import asyncio
import re
from typing import Any

from hypothesis import assume, given, reject, settings
from hypothesis import strategies as st
from yarl import URL

from aiointercept import aiointercept
from aiointercept.testing import InMemoryTransport

PIECES = (
    *(
        "a",
        "b",
        "/",
        r"\.",
        r"\d",
        "[ab]",
        "[^|]",
        r"[\]a]",
        r"[\[b]",
        "[]a]",
        r"[\\a]",
        "(a|b)",
        "(?:ab?|)",
    ),
    *(
        r"a|http://h/b",
        "(?#[(|)",
        "(?#(])",
        r"\x61",
        "(?P<n>a)?",
        "(?=a)",
        "(?s:.)",
        "$",
        r"\Z",
        "|",
    ),
)
REPEATS = ("", "", "", "*", "+", "?", "{2}", "{0,1}", "*?")
BARE = {"|", "(?#[(|)", "(?#(])", "(?=a)", "$", r"\Z"}
# At the beginning of a pattern stands what tells where to look for it.
BEGINNINGS = ("http://h/", "^http://h/", r"\Ahttp://h/", "https?://h/", "(?:http|https)://h/", "[h]ttp://h/",
              r"[\x68]ttp://h/", "(?x)http ://h/ (?# | [ )", ".*", "", "(?i)HTTP://H/", "http(s|)://h/",
              r"[\]h]ttp://h/", "(?#[)http://h/", r"(?:http|[\]x])://h/")  # fmt: skip


# What looks as if a set or a group were open.
TRAPS = (
    "",
    "",
    r"[\\]",
    "(?#[)",
    "(?#()",
    "(?#])",
    "[]]",
    r"[^\]]",
    r"[\[]?",
    r"\[",
    r"\(",
    "(?:[)])?",
)
LITERALS = ("", "a", "b", "ab", "1")


@st.composite
def _alternatives(draw: Any) -> str:
    beginning = draw(st.sampled_from(("http://h/", *BEGINNINGS)))
    literal, trap = draw(st.sampled_from(LITERALS)), draw(st.sampled_from(TRAPS))
    parts = draw(st.lists(st.tuples(st.sampled_from(PIECES), st.sampled_from(REPEATS)), max_size=2))
    rest = "".join(piece if piece in BARE else piece + repeat for piece, repeat in parts)
    return beginning + literal + trap + rest


# An alternative counts only if it is seen behind sets and comments that look as if they were open.
PATTERNS = st.lists(_alternatives(), min_size=2, max_size=3).map("|".join)


def test_what_re_matches_is_matched(campaign: Any) -> None:
    """Whichever text it begins with, and wherever its alternatives and comments are."""

    async def ask(pattern: "re.Pattern[str]", url: str) -> bytes:
        transport = InMemoryTransport()
        async with aiointercept(transport=transport) as mock:
            mock.get(pattern, body="matched")
            for number in range(3):
                mock.get(re.compile(f"http://other{number}/"), body="other")
            return (await transport.send("GET", url)).body or b""

    @settings(max_examples=campaign.times(800, 5_000), database=None, print_blob=True)
    @given(PATTERNS, st.text("ab/]1", max_size=3))
    def run(text: str, path: str) -> None:
        try:
            pattern = re.compile(text)
        except (re.error, DeprecationWarning):  # global flags elsewhere than at the beginning
            reject()
        url = URL("http://h/").with_path(f"/{path}")
        assume(pattern.match(str(url)))
        campaign.count("patterns compared with re")
        assert asyncio.run(ask(pattern, str(url))) == b"matched"

    run()
