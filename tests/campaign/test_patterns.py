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
    *("a", "b", "/", r"\.", r"\d", "[ab]", "[^|]", r"[\]a]", r"[\[b]", "[]a]", "(a|b)", "(?:ab?|)"),
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


@st.composite
def _patterns(draw: Any) -> str:
    parts = draw(st.lists(st.tuples(st.sampled_from(PIECES), st.sampled_from(REPEATS)), max_size=5))
    rest = "".join(piece if piece in BARE else piece + repeat for piece, repeat in parts)
    return draw(st.sampled_from(BEGINNINGS)) + rest


def test_what_re_matches_is_matched(campaign: Any) -> None:
    """Whichever text it begins with, and wherever its alternatives and comments are."""

    async def ask(pattern: "re.Pattern[str]", url: str) -> bytes:
        transport = InMemoryTransport()
        async with aiointercept(transport=transport) as mock:
            mock.get(pattern, body="matched")
            for number in range(3):
                mock.get(re.compile(f"http://other{number}/"), body="other")
            return (await transport.send("GET", url)).body or b""

    @settings(max_examples=campaign.times(400, 20_000), database=None, print_blob=True)
    @given(_patterns(), st.text("ab/.]|[1x", max_size=8))
    def run(text: str, path: str) -> None:
        try:
            pattern = re.compile(text)
        except re.error:
            reject()
        url = URL("http://h/").with_path(f"/{path}")
        assume(pattern.match(str(url)))
        campaign.count("patterns compared with re")
        assert asyncio.run(ask(pattern, str(url))) == b"matched"

    run()
