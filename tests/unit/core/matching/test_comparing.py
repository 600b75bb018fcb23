import enum
import re
from typing import Any
from unittest.mock import ANY

import pytest
from multidict import MultiDict

from aiointercept.core.matching.comparing import (
    MOST_MISMATCHES,
    agrees,
    clean_fields,
    clean_form_value,
    clean_text,
    field_items,
    field_mismatches,
)
from aiointercept.core.matching.results import ABSENT, Mismatch


class Size(enum.IntEnum):
    """A number with a name."""

    BIG = 3


@pytest.mark.parametrize(
    ("expected", "actual", "verdict"),
    [
        ("a", "a", True),
        ("a", "b", False),
        (ANY, "whatever", True),
        (re.compile("b+"), "abbc", True),
        (re.compile("^b"), "abbc", False),
        (re.compile("b"), b"b", False),
        (re.compile(b"b"), b"abc", True),
        (re.compile("1"), 1, False),
    ],
)
def test_a_value_agrees_if_equal_or_found(expected: Any, actual: Any, *, verdict: bool) -> None:
    """Patterns are searched, in text or bytes as they are made for."""
    assert agrees(expected, actual) is verdict


@pytest.mark.parametrize(
    ("value", "text"), [("a", "a"), (1, "1"), (1.5, "1.5"), (Size.BIG, "3"), (ANY, ANY)]
)
def test_numbers_stand_for_their_text(value: Any, text: Any) -> None:
    """That is what is sent of them."""
    assert clean_text(value, "x") == text


@pytest.mark.parametrize("value", [None, True, b"a", bytearray(b"a")])
def test_what_is_never_sent_as_text_is_refused(value: Any) -> None:
    """It would never match, and nobody would know why."""
    with pytest.raises(TypeError, match=r"q is .*, but what is sent there is text"):
        clean_text(value, "q")


def test_a_form_sends_the_names_of_true_and_none() -> None:
    """So does aiohttp."""
    assert [clean_form_value(value, "x") for value in (True, None, 1)] == ["True", "None", "1"]


@pytest.mark.parametrize(
    ("source", "fields"),
    [
        ({"a": 1, "b": "x"}, {"a": "1", "b": "x"}),
        ({"a": [1, "2"]}, {"a": ["1", "2"]}),
        ({"a": (1,)}, {"a": ["1"]}),
        ([("a", 1), ("a", 2), ("b", 3)], {"a": ["1", "2"], "b": "3"}),
        ([("a", [1, 2]), ("a", 3)], {"a": ["1", "2", "3"]}),
        (MultiDict([("a", "1"), ("a", "2")]), {"a": ["1", "2"]}),
        ({}, {}),
    ],
)
def test_fields_are_given_by_mapping_or_pairs(source: Any, fields: Any) -> None:
    """Values of a repeated name are collected in order."""
    assert clean_fields(source, "x") == fields


@pytest.mark.parametrize("source", ["a=1", b"a", 3, None, [1], ["ab", "abc"], {1: "a"}])
def test_fields_of_another_type_are_refused(source: Any) -> None:
    """Names are texts, and each has its value."""
    with pytest.raises(TypeError, match="x needs a mapping of names to values"):
        field_items(source, "x")


@pytest.mark.parametrize(
    ("expected", "actual", "exact", "mismatches"),
    [
        ({"a": "1"}, {"a": ["1"], "b": ["2"]}, False, []),
        ({"a": "1"}, {"a": ["2", "1"]}, False, []),
        ({"a": "1"}, {"a": ["2"]}, False, [Mismatch("q['a']", "1", "2")]),
        ({"a": "1"}, {"a": ["2", "3"]}, False, [Mismatch("q['a']", "1", ["2", "3"])]),
        ({"a": "1"}, {}, False, [Mismatch("q['a']", "1", ABSENT)]),
        ({"a": ANY}, {}, False, [Mismatch("q['a']", ANY, ABSENT)]),
        ({"a": ["1", ANY]}, {"a": ["1", "2"]}, False, []),
        ({"a": ["1"]}, {"a": ["1", "2"]}, False, [Mismatch("q['a']", "1", ["1", "2"])]),
        ({"a": ["2", "1"]}, {"a": ["1", "2"]}, False, [Mismatch("q['a']", ["2", "1"], ["1", "2"])]),
        ({"a": []}, {}, False, []),
        ({"a": []}, {"a": ["1"]}, False, [Mismatch("q['a']", ABSENT, "1")]),
        ({"a": "1"}, {"a": ["1"]}, True, []),
        ({"a": "1"}, {"a": ["1", "1"]}, True, [Mismatch("q['a']", "1", ["1", "1"])]),
        ({}, {"b": ["2"]}, True, [Mismatch("q['b']", ABSENT, "2")]),
        ({}, {"b": ["2"]}, False, []),
    ],
)
def test_fields_differ_by_name(
    expected: Any, actual: Any, *, exact: bool, mismatches: list[Mismatch]
) -> None:
    """A value is one of those sent, a list all of them; exact ones allow no others."""
    assert field_mismatches("q", expected, actual, exact=exact) == mismatches


def test_no_more_differences_are_listed_than_help() -> None:
    """The number is bounded."""
    actual = {str(number): ["x"] for number in range(100)}
    assert len(field_mismatches("q", {}, actual, exact=True)) == MOST_MISMATCHES
