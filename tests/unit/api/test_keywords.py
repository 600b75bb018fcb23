import pytest

from aiointercept.api.keywords import MEANINGS, unexpected

KNOWN = ("self", "status", "body", "repeat", "unknown")


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("status_code", "did you mean status=?"),
        ("times", "did you mean repeat=?"),
        ("statsu", "did you mean 'status'?"),
        ("colour", "valid ones are status, body, repeat"),
    ],
)
def test_what_was_meant(name: str, hint: str):
    """By meaning first, then by spelling; else all names that users can give."""
    assert unexpected(name, KNOWN) == f"unexpected keyword argument {name!r}: {hint}"


def test_other_meanings():
    """The drop-in has its own."""
    assert unexpected("times", KNOWN, {}).endswith("valid ones are status, body, repeat")
    assert unexpected("x", KNOWN, {"x": "y="}).endswith("did you mean y=?")


def test_nothing_is_renamed_to_itself():
    """A name that works here needs no advice."""
    assert not [name for name, meant in MEANINGS.items() if meant == f"{name}="]
