import json
import re
from typing import Any
from unittest.mock import ANY

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aiointercept.core.matching.comparing import MOST_MISMATCHES
from aiointercept.core.matching.json_diff import json_mismatches
from aiointercept.core.matching.results import ABSENT, Mismatch


@pytest.mark.parametrize(
    ("expected", "actual"),
    [
        (None, None),
        (1, 1.0),
        ({"a": [1, {"b": "x"}]}, {"a": [1, {"b": "x"}]}),
        ((1, (2,)), [1, [2]]),
        (
            {2: "a", None: "b", True: "c", 1.5: "d"},
            {"2": "a", "null": "b", "true": "c", "1.5": "d"},
        ),
        ({"a": ANY, "b": re.compile("^x")}, {"a": None, "b": "xyz"}),
        ([ANY, {"a": ANY}], [[], {"a": 1}]),
        (ANY, {"a": 1}),
        (float("nan"), float("nan")),
        ([float("nan")], [float("nan")]),
        (True, True),
    ],
)
def test_equal_values_have_no_differences(expected: Any, actual: Any) -> None:
    """``ANY``, patterns and tuples stand for what they stand for elsewhere."""
    assert json_mismatches(expected, actual) == []


@pytest.mark.parametrize(
    ("expected", "actual", "path", "wanted", "found"),
    [
        (1, 2, "$", 1, 2),
        (1, True, "$", 1, True),
        (True, 1, "$", True, 1),
        (False, 0.0, "$", False, 0.0),
        (1, "1", "$", 1, "1"),
        (None, 0, "$", None, 0),
        ({"a": {"b": 1}}, {"a": {"b": 2}}, "$.a.b", 1, 2),
        (
            {"items": [0, 0, {"price": 3}]},
            {"items": [0, 0, {"price": 4}]},
            "$.items[2].price",
            3,
            4,
        ),
        ({"a": 1}, {}, "$.a", 1, ABSENT),
        ({"a": ANY}, {}, "$.a", ANY, ABSENT),
        ({}, {"a": None}, "$.a", ABSENT, None),
        ([1], [1, 2], "$[1]", ABSENT, 2),
        ([1, 2], [1], "$[1]", 2, ABSENT),
        ({"a b": 1}, {"a b": 2}, "$['a b']", 1, 2),
        ({"": [1]}, {"": [2]}, "$[''][0]", 1, 2),
        ({"a": []}, {"a": {}}, "$.a", [], {}),
        ([True], [1], "$[0]", True, 1),
        ({"a": 1}, {"a": True}, "$.a", 1, True),
        ([float("nan")], [1.0], "$[0]", None, 1.0),
    ],
)
def test_a_difference_has_its_path(
    expected: Any, actual: Any, path: str, wanted: Any, found: Any
) -> None:
    """What is not there is shown as absent."""
    (mismatch,) = json_mismatches(expected, actual)
    assert (mismatch.part, mismatch.actual) == (path, found)
    if wanted is not None:
        assert mismatch.expected == wanted
        assert type(mismatch.expected) is type(wanted)


def test_differences_come_in_the_order_of_the_value() -> None:
    """The first is the one that is read first."""
    found = json_mismatches({"a": 1, "b": [1, 2], "c": 3}, {"a": 0, "b": [0, 2], "d": 4})
    assert [mismatch.part for mismatch in found] == ["$.a", "$.b[0]", "$.c", "$.d"]


def test_a_partial_value_leaves_out_keys_at_any_depth() -> None:
    """Arrays have their length all the same."""
    actual = {"a": {"b": 1, "c": 2}, "d": [{"e": 1, "f": 2}], "g": 3}
    assert json_mismatches({"a": {"b": 1}, "d": [{"e": 1}]}, actual, partial=True) == []
    assert json_mismatches({"a": {"b": 2}}, actual, partial=True) == [Mismatch("$.a.b", 2, 1)]
    assert json_mismatches({"d": []}, actual, partial=True) == [
        Mismatch("$.d[0]", ABSENT, {"e": 1, "f": 2})
    ]


def test_no_more_differences_are_listed_than_help() -> None:
    """However many there are."""
    assert len(json_mismatches(list(range(1000)), list(range(1, 1001)))) == MOST_MISMATCHES


def test_values_may_be_nested_deeper_than_calls() -> None:
    """No recursion limit is hit."""
    expected: Any = 1
    actual: Any = 2
    for _ in range(5_000):
        expected, actual = [expected], [actual]
    (mismatch,) = json_mismatches(expected, actual)
    assert mismatch == Mismatch("$" + 5_000 * "[0]", 1, 2)


def test_a_key_that_json_can_not_have_is_refused() -> None:
    """``json.dumps`` would refuse it as well."""
    with pytest.raises(TypeError, match=r"\(1, 2\) can't be a key of a JSON object"):
        json_mismatches({(1, 2): 1}, {})


_SCALARS = st.none() | st.booleans() | st.integers(-3, 3) | st.floats(-1, 1) | st.text(max_size=3)
_VALUES: st.SearchStrategy[Any] = st.recursive(
    _SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(_VALUES)
def test_a_value_equals_what_is_parsed_from_it(value: Any) -> None:
    """There is no difference to what was serialised."""
    assert json_mismatches(value, json.loads(json.dumps(value))) == []
    assert json_mismatches(value, json.loads(json.dumps(value)), partial=True) == []


def _numbers_as_floats(text: str) -> Any:
    return json.loads(text, parse_int=float)


@given(_VALUES, _VALUES)
def test_values_differ_exactly_if_their_json_does(left: Any, right: Any) -> None:
    """But for the spelling of a number."""
    texts = [
        json.dumps(_numbers_as_floats(json.dumps(side)), sort_keys=True) for side in (left, right)
    ]
    texts = [text.replace("-0.0", "0.0") for text in texts]
    same = texts[0] == texts[1]
    assert (json_mismatches(left, right) == []) is same
    assert (json_mismatches(right, left) == []) is same
