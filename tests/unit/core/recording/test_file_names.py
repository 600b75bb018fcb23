import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aiointercept.core.recording.file_names import safe_name


@pytest.mark.parametrize("name", ["test_it", "TestCase.test_it", "test_it[a-1.5]"])
def test_plain_names_stay(name: str) -> None:
    """What every file system takes is not changed."""
    assert safe_name(name) == name


@pytest.mark.parametrize(
    "name",
    ["test_it[A]", "test_it[a/b]", "test_it[é]", "con", "NUL.txt", "", "...", "x" * 500, "a\nb"],
)
def test_others_get_a_part_of_their_hash(name: str) -> None:
    """Whatever is replaced, cut off, reserved, or told apart by case alone."""
    assert re.search(r"-[0-9a-f]{8}$", safe_name(name))


@given(st.text(), st.text())
def test_different_names_stay_different(one: str, other: str) -> None:
    """On every file system, those that ignore case in parameters included."""
    one, other = f"test[{one}]", f"test[{other}]"
    if one != other:
        assert safe_name(one).lower() != safe_name(other).lower()
    assert len(safe_name(one)) < 140
    assert re.fullmatch(r"[\w.,=+\-\[\]]+", safe_name(one), re.ASCII)
