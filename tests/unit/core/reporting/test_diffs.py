from typing import Any

import pytest

from aiointercept.core.matching.results import ABSENT, Mismatch
from aiointercept.core.reporting.diffs import diff_lines, render_differences, unified_lines

HUGE = 5_000_000


@pytest.mark.parametrize(
    ("expected", "actual", "lines"),
    [
        (1, 2, ["-1", "+2"]),
        ("a", "b", ["-a", "+b"]),
        ("a", 1, ["-'a'", "+1"]),
        (1, ABSENT, ["-1", "+<absent>"]),
        ("a\nb\nc", "a\nx\nc", [" a", "-b", "+x", " c"]),
        (b"a\n\xff", b"a\n\xfe", [" a", "-\\xff", "+\\xfe"]),
        ("a\x00", "a\x01", ["-a\\x00", "+a\\x01"]),
        ("a" * 100 + "1", "a" * 100 + "2", ["-…" + "a" * 60 + "1", "+…" + "a" * 60 + "2"]),
        (
            {"b": [1, {"c": 2}], "a": 0},
            {"a": 0, "b": [1, {"c": 3}]},
            ["     1", "     {", "-      'c': 2", "+      'c': 3", "     }", "   ]"],
        ),
        ({}, [], ["-{}", "+[]"]),
        ("same", "same", []),
    ],
)
def test_a_diff_shows_where_two_values_differ(expected: Any, actual: Any, lines: list[str]) -> None:
    """Texts by line, nested values by what is in them, all else as Python writes it."""
    assert diff_lines(expected, actual) == lines


def test_a_diff_of_huge_texts_shows_the_first_difference() -> None:
    """However far in it is, and however much follows."""
    common = "x" * HUGE
    removed, added = diff_lines(common + "a" + common, common + "b" + common)
    assert removed.startswith(f"-…{'x' * 60}ax")
    assert added.startswith(f"+…{'x' * 60}bx")
    assert removed.endswith("… (10,000,001 in all)")
    assert len(removed) < 1000


def test_a_diff_has_a_bounded_number_of_lines() -> None:
    """What is left out is marked."""
    lines = unified_lines([str(number) for number in range(100)], ["x"] * 100)
    assert lines[-1] == "…"
    assert len(lines) < 50


def test_a_deeply_nested_value_can_be_shown() -> None:
    """As far as anyone would read."""
    value: Any = 1
    for _ in range(10_000):
        value = [{"a": value}]
    assert diff_lines(value, 1)


def test_differences_are_shown_part_by_part() -> None:
    """Under one heading; the first few of them."""
    text = render_differences([Mismatch("$.a", 1, 2), Mismatch("$.b", "x", ABSENT)])
    assert text == ("--- expected\n+++ actual\n@@ $.a @@\n-1\n+2\n@@ $.b @@\n-'x'\n+<absent>")
    assert render_differences([]) == ""
    many = render_differences([Mismatch("$.a", 1, 2)] * 8)
    assert many.endswith("… and 3 more differences")
