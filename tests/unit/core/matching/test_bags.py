import json
import random
import re
from typing import Any
from unittest.mock import ANY

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aiointercept.core.matching.json_diff import json_mismatches
from aiointercept.core.matching.results import ABSENT, Mismatch

SCALARS = st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from(["a", "b", 1.5])
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from("xyz"), inner, max_size=3)
    ),
    max_leaves=12,
)


def shuffled(value: Any, rng: random.Random) -> Any:
    """Return a value whose lists are in another order, at any depth."""
    if isinstance(value, dict):
        return {name: shuffled(item, rng) for name, item in value.items()}
    if isinstance(value, list):
        return rng.sample([shuffled(item, rng) for item in value], len(value))
    return value


@given(VALUES, st.randoms())
def test_any_order_is_as_good_as_another(value: Any, rng: random.Random) -> None:
    """At any depth, and with objects whose keys are only expected in part."""
    other = shuffled(value, rng)
    assert json_mismatches(value, other, any_order=True) == []
    assert json_mismatches(value, other, any_order=True, partial=True) == []


@given(VALUES, VALUES)
def test_other_elements_are_found(left: Any, right: Any) -> None:
    """What two values have in common is told by a form in which the order is gone."""
    same = canonical(left) == canonical(right)
    assert (json_mismatches(left, right, any_order=True) == []) is same


def canonical(value: Any) -> str:
    """Return a text that is the same for lists in any order."""
    if isinstance(value, dict):
        return f"{{{sorted((name, canonical(item)) for name, item in value.items())}}}"
    if isinstance(value, list):
        return "[" + ",".join(sorted(map(canonical, value))) + "]"
    return json.dumps(value)


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ([ANY, 1], [1, 2]),
        ([re.compile("^a"), re.compile("^ab")], ["ab", "a"]),
        ([re.compile("."), "a"], ["a", "b"]),
        ([[ANY, 1], 2], [2, [1, 5]]),
        ([1.0, True], [True, 1]),
        ([float("nan")], [float("nan")]),
        ([{1: "a"}], [{"1": "a"}]),
    ],
)
def test_patterns_leave_to_others_what_those_need(wanted: Any, found: Any) -> None:
    """An element that several would take goes so that all get one."""
    assert json_mismatches(wanted, found, any_order=True) == []


def test_leftovers_are_told_side_by_side() -> None:
    """At their place in what was sent."""
    found = json_mismatches({"a": [1, {"x": 1}, 2]}, {"a": [2, 3, 1]}, any_order=True)
    assert found == [Mismatch("$.a[1]", {"x": 1}, 3)]
    assert json_mismatches([1, 2, 2], [2, 1], any_order=True) == [Mismatch("$[2]", 2, ABSENT)]
    assert json_mismatches([1], [2, 1], any_order=True) == [Mismatch("$[0]", ABSENT, 2)]


def test_many_elements_are_compared_quickly() -> None:
    """Plain values are counted, not tried on each other."""
    numbers = list(range(50_000))
    assert json_mismatches(numbers, numbers[::-1], any_order=True) == []


def test_a_value_that_is_nested_too_deeply_is_no_crash() -> None:
    """It counts as another."""
    value: Any = 1
    for _ in range(100_000):
        value = [value]
    assert json_mismatches(value, [value], any_order=True) != []
