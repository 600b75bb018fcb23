import re
from collections.abc import AsyncIterator

from multidict import MultiDict

from aiointercept.core.type_guards import (
    is_async_iterable,
    is_exception_class,
    is_iterable,
    is_list,
    is_mapping,
    is_pattern,
)


def test_patterns_for_text_and_for_bytes_are_patterns() -> None:
    """Their source is none."""
    assert is_pattern(re.compile("x"))
    assert is_pattern(re.compile(b"x"))
    assert not is_pattern("x")


def test_lists_and_tuples_are_lists() -> None:
    """JSON makes no difference between them; a string is no list of its characters."""
    assert is_list([])
    assert is_list(())
    assert not is_list("ab")


def test_dicts_and_multidicts_are_mappings() -> None:
    """Pairs are none."""
    assert is_mapping({})
    assert is_mapping(MultiDict())
    assert not is_mapping([("a", "b")])


def test_an_exception_class_is_no_instance_of_one() -> None:
    """The one is called, the other raised as it is."""
    assert is_exception_class(ValueError)
    assert not is_exception_class(ValueError())
    assert not is_exception_class(int)


def test_what_is_for_async_for_is_not_for_for() -> None:
    """And the other way round."""

    async def numbers() -> AsyncIterator[int]:
        yield 1

    assert is_async_iterable(numbers())
    assert not is_iterable(numbers())
    assert is_iterable([1])
    assert not is_async_iterable([1])
