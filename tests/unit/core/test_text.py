import re
from collections import OrderedDict
from collections.abc import Callable
from typing import Any
from unittest.mock import ANY

import pytest
from multidict import CIMultiDict, CIMultiDictProxy
from yarl import URL

from aiointercept.core.matching.results import ABSENT, Mismatch
from aiointercept.core.reporting.diffs import render_differences
from aiointercept.core.reporting.rendering import render_mismatch
from aiointercept.core.text import Unquoted, clip, printable, render_body, short

HUGE = 5_000_000
A_FEW_LINES = 10_000


class Sized(str):
    """A text of a type of its own."""

    __slots__ = ()


class Unshowable:
    """Something whose ``repr`` fails."""

    def __repr__(self) -> str:
        raise ValueError


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("a'b", '"a\'b"'),
        (b"x", "b'x'"),
        (bytearray(b"x"), "b'x'"),
        (1, "1"),
        (None, "None"),
        (ANY, "<ANY>"),
        (ABSENT, "<absent>"),
        (URL("http://h/x"), "'http://h/x'"),
        (re.compile("x"), "re.compile('x')"),
        ({"b": [1, "x"], "a": (2,)}, "{'b': [1, 'x'], 'a': (2,)}"),
        ({}, "{}"),
        ([], "[]"),
        (OrderedDict(a=1), "{'a': 1}"),
        (CIMultiDictProxy(CIMultiDict({"A": "1"})), "{'A': '1'}"),
        ({"a": {"b": {"c": {"d": {"e": 1}}}}}, "{'a': {'b': {'c': {'d': {...}}}}}"),
        ([[[[[1]]]]], "[[[[[...]]]]]"),
        ({str(key): key for key in range(9)}, None),
        ("x" * 101, f"'{'x' * 100}…' (101 characters)"),
        (Sized("x" * 101), f"'{'x' * 100}…' (101 characters)"),
        (b"x" * 101, f"b'{'x' * 100}…' (101 bytes)"),
        pytest.param(10**5000, "<an int of 16,610 bits>", id="digits"),
        ("\ud800\x00", "'\\ud800\\x00'"),
    ],
)
def test_a_value_is_shown_as_python_writes_it(value: Any, text: str | None) -> None:
    """In its own order, as much of it as fits; descriptions and URLs without their type."""
    assert short(value) == text or (text is None and short(value).endswith(", ...}"))


def test_a_value_that_can_not_be_shown_is_named() -> None:
    """Showing it must not be the next error."""
    assert "Unshowable" in short(Unshowable())


@pytest.mark.parametrize(
    "make",
    [
        lambda: "x" * HUGE,
        lambda: b"x" * HUGE,
        lambda: Unquoted("x" * HUGE),
        lambda: ["x" * HUGE],
        lambda: {"x" * HUGE: b"x" * HUGE},
        lambda: list(range(100_000)),
        lambda: dict.fromkeys(range(100_000)),
        lambda: [[["x" * 1000] * 100] * 100] * 100,
    ],
)
def test_a_value_of_any_size_takes_little_room(make: Callable[[], Any]) -> None:
    """In a sentence, in a diff, and as a mismatch."""
    value = make()
    assert len(short(value)) <= 220
    assert len(render_mismatch(Mismatch("body", value, value))) < 1000
    differences = render_differences([Mismatch("body", value, 3), Mismatch("body", 3, value)] * 50)
    assert len(differences) < A_FEW_LINES


def test_a_clipped_text_ends_with_an_ellipsis() -> None:
    """It is as long as allowed."""
    assert clip("abcdef", 6) == "abcdef"
    assert clip("abcdefg", 6) == "abcde…"


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (None, "<not known>"),
        (b"", "''"),
        ("é".encode(), "'é'"),
        (b"\xff\xfe", "b'\\xff\\xfe'"),
        (b"x" * 101, f"'{'x' * 100}…' (101 bytes)"),
        (b"x" * 99 + "é€".encode(), f"'{'x' * 99}…' (104 bytes)"),
        (b"\xff" * 101, "b'" + "\\xff" * 100 + "…' (101 bytes)"),
    ],
)
def test_a_body_is_shown_as_text_where_it_is_text(body: bytes | None, text: str) -> None:
    """A character that is cut in the middle is left out."""
    assert render_body(body) == text


def test_patterns_and_objects_are_cut_at_their_end() -> None:
    """Not in the middle."""
    assert short(re.compile("a" * 20)) == f"re.compile('{'a' * 20}')"
    assert short(re.compile("a" * 200)) == f"re.compile('{'a' * 100}…' (200 characters))"

    class Thing:
        def __init__(self, text: str) -> None:
            self.text = text

        def __repr__(self) -> str:
            if not self.text:
                raise ValueError
            return self.text

    assert short(Thing("x" * 200)) == "x" * 99 + "…"
    assert short(Thing("")) == "<Thing, whose repr raises ValueError>"


def test_control_characters_are_escaped() -> None:
    """Anything else stays."""
    assert printable("é\x1b\n\x00") == r"é\x1b\n\x00"
    assert printable("é") == "é"
