import re

from multidict import MultiDict

from aiointercept.core.kinds import is_list, is_mapping, is_pattern


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
