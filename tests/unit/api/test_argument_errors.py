import inspect
from typing import Any

import pytest
from typing_extensions import TypedDict, Unpack

from aiointercept.api.argument_errors import MEANINGS, explains_arguments, unexpected

KNOWN = ("status", "body", "repeat")


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
    """By meaning first, then by spelling; else all names that exist."""
    assert unexpected(name, KNOWN) == f"unexpected keyword argument {name!r}: {hint}"


def test_other_meanings():
    """The drop-in has its own."""
    assert unexpected("times", KNOWN, {}).endswith("valid ones are status, body, repeat")
    assert unexpected("x", KNOWN, {"x": "y="}).endswith("did you mean y=?")


def test_nothing_is_renamed_to_itself():
    """A name that works here needs no advice."""
    assert not [name for name, meant in MEANINGS.items() if meant == f"{name}="]


class More(TypedDict, total=False):
    """Further keywords."""

    heartbeat: int


class Thing:
    """Something with a public method."""

    @explains_arguments
    def do(self, url: str, body: Any = b"", *, status: int = 200, **more: Unpack[More]) -> Any:
        """Do it."""
        return url, body, status, more


def test_right_arguments_go_through():
    """The signature stays, for editors and for those who look at it."""
    assert Thing().do("u", status=1, heartbeat=2) == ("u", b"", 1, {"heartbeat": 2})
    assert Thing().do("u", b"b") == ("u", b"b", 200, {})
    assert list(inspect.signature(Thing().do).parameters) == ["url", "body", "status", "more"]
    assert Thing.do.__doc__ == "Do it."


def test_wrong_arguments_are_explained():
    """Unknown, without a name, or missing: Python's own messages name classes of ours."""
    thing: Any = Thing()
    with pytest.raises(TypeError, match="'statsu': did you mean 'status'"):
        thing.do("u", statsu=1)
    with pytest.raises(TypeError, match="'hearbeat': did you mean 'heartbeat'"):
        thing.do("u", hearbeat=1)
    with pytest.raises(
        TypeError, match=r"do\(\) takes url, body by position.* status=.*; 3 has no"
    ):
        thing.do("u", b"", 3)
    with pytest.raises(TypeError, match=r"^do\(\) needs url$"):
        thing.do()
