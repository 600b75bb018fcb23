from typing import Any

import pytest

from aiointercept.api.values import clean_name, clean_rate, clean_seconds


@pytest.mark.parametrize("value", [0, 1, 0.25])
def test_seconds_stay_as_they_were_given(value: Any):
    """A message tells ``5 s`` where ``5`` was given."""
    cleaned = clean_seconds("timeout", value)
    assert (cleaned, type(cleaned)) == (value, type(value))


@pytest.mark.parametrize(
    ("value", "kind", "message"),
    [
        ("1", TypeError, "timeout must be a number of seconds, not '1'"),
        (True, TypeError, "timeout must be a number of seconds, not True"),
        (-1, ValueError, "timeout must be a number of seconds from 0 on, not -1"),
        (float("nan"), ValueError, "timeout must be a number of seconds from 0 on, not nan"),
    ],
)
def test_what_is_not_a_number_of_seconds(value: Any, kind: Any, message: Any):
    """The message names the argument."""
    with pytest.raises(kind, match=message):
        clean_seconds("timeout", value)


def test_rates():
    """Bytes a second, or no limit."""
    assert clean_rate(None) is None
    assert clean_rate(10) == 10.0


@pytest.mark.parametrize(
    ("rate", "kind", "message"),
    [
        ("1", TypeError, "rate must be a number of bytes a second, not '1'"),
        (True, TypeError, "rate must be a number of bytes a second, not True"),
        (0, ValueError, "rate must be a number of bytes a second above 0, not 0"),
        (float("inf"), ValueError, "rate must be a number of bytes a second above 0, not inf"),
    ],
)
def test_what_is_not_a_rate(rate: Any, kind: Any, message: Any):
    """The message names the argument."""
    with pytest.raises(kind, match=message):
        clean_rate(rate)


def test_names():
    """Text, or none."""
    assert clean_name(None) is None
    assert clean_name("users") == "users"
    with pytest.raises(TypeError, match="name must be a str, not 3"):
        clean_name(3)
