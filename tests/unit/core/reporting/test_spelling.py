import inspect
from typing import Any

import aiohttp
import pytest

from aiointercept.core.reporting.spelling import (
    UntracedKeywords,
    nearest,
    refuse_untraced,
    unexpected_keyword,
)

KNOWN = ("url", "method", "json", "headers")


@pytest.mark.parametrize(
    ("name", "found"), [("jsno", "json"), ("header", "headers"), ("xyz", None), ("", None)]
)
def test_the_nearest_spelling_is_found(name: str, found: str | None) -> None:
    """If one is close."""
    assert nearest(name, KNOWN) == found


def test_the_message_names_what_is_meant() -> None:
    """By meaning, by spelling, else all there is."""
    assert unexpected_keyword("text", KNOWN, "body=") == (
        "unexpected keyword argument 'text': did you mean body=?"
    )
    assert unexpected_keyword("jsno", KNOWN).endswith("did you mean 'json'?")
    assert unexpected_keyword("x", KNOWN).endswith("valid ones are url, method, json, headers")


def test_keywords_without_a_trace_are_warned_of() -> None:
    """In the line of the user, two frames up."""

    def assertion(**untraced: Any) -> None:
        refuse_untraced(untraced, KNOWN, 3)

    def users_line() -> None:
        assertion(timeout=3, ssl=False)

    with pytest.warns(DeprecationWarning, match="'timeout', 'ssl', so they are not c") as caught:
        users_line()
    assert caught[0].filename == __file__
    assert caught[0].lineno == users_line.__code__.co_firstlineno + 1
    assertion()


def test_other_keywords_are_refused() -> None:
    """A misspelt expectation would pass."""
    with pytest.raises(TypeError, match="'jsno': did you mean 'json'"):
        refuse_untraced({"timeout": 1, "jsno": {}}, KNOWN, 1)  # type: ignore[typeddict-unknown-key]


def test_keywords_of_aioresponses_are_explained() -> None:
    """They say what to do."""
    unknown: Any = {"args_to_match": ["json"]}
    with pytest.raises(TypeError, match="did you mean to leave it out"):
        refuse_untraced(unknown, KNOWN, 1)
    with pytest.warns(DeprecationWarning, match="'timeout', so it is not compared: remove it"):
        refuse_untraced({"timeout": 1}, KNOWN, 1)


def test_all_keywords_of_a_client_are_known() -> None:
    """Those that assertions compare, and those that leave no trace."""
    compared = {"self", "method", "str_or_url", "params", "data", "json", "headers", "cookies"}
    taken = set(inspect.signature(aiohttp.ClientSession._request).parameters)  # noqa: SLF001  it alone tells
    others = {"auth", "version", "loop", "fingerprint", "ssl_context"}
    assert taken - compared - others <= set(UntracedKeywords.__annotations__)
