from collections.abc import Iterator
from typing import Any

import pytest

from aiointercept.api.notices import Hints
from aiointercept.api.watching import add_hint_listener, remove_hint_listener


@pytest.fixture
def heard() -> Iterator[dict[str, str]]:
    """What is heard, by a listener inside of the one of this test's own run."""
    texts: dict[str, str] = {}

    def listen(subject: str, text: str) -> bool:
        return texts.setdefault(subject, text) is text

    add_hint_listener(listen)
    yield texts
    remove_hint_listener(listen)


def test_each_subject_is_told_once(heard: Any, caplog: pytest.LogCaptureFixture) -> None:
    """To the logger and to whoever listens; which of them is new is up to that one."""
    for subject, text in (("a", "first"), ("b", "second"), ("a", "third")):
        Hints().tell(subject, text)
    assert heard == {"a": "first", "b": "second"}
    assert caplog.messages == ["first", "second"]


def test_only_the_latest_listener_hears(heard: Any) -> None:
    """A run inside of a test keeps its hints to itself."""
    inner: list[str] = []

    def listen(subject: str, text: str) -> bool:
        inner.append(f"{subject}: {text}")
        return True

    add_hint_listener(listen)
    Hints().tell("a", "text")
    remove_hint_listener(listen)
    assert (inner, heard) == (["a: text"], {})


def test_where_nobody_listens_a_block_counts(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Each block tells once, and anew after it was cleared."""
    monkeypatch.setattr("aiointercept.api.watching._hint_listeners", [])
    block = Hints()
    for _ in range(2):
        block.tell("a", "100%")
    Hints().tell("a", "100%")
    block.clear()
    block.tell("a", "100%")
    assert caplog.messages == ["100%"] * 3
