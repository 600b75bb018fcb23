import logging
from collections.abc import Iterator

import pytest

from aiointercept.api.hints import Hints, collect, stop_collecting, tell


@pytest.fixture
def collected() -> Iterator[Hints]:
    """What is collected, by a collector inside of the one of this test's own run."""
    hints = Hints()
    collect(hints)
    yield hints
    stop_collecting(hints)


def test_each_subject_is_told_once(collected: Hints, caplog: pytest.LogCaptureFixture) -> None:
    """With the text that came first, to the logger and to whoever collects."""
    with caplog.at_level(logging.WARNING, logger="aiointercept"):
        for subject, text in (("a", "first"), ("b", "second"), ("a", "third")):
            tell(subject, text, Hints())
    assert collected.texts == ["first", "second"]
    assert caplog.messages == ["first", "second"]


def test_only_the_latest_collector_hears(collected: Hints) -> None:
    """A run inside of a test keeps its hints to itself."""
    inner = Hints()
    collect(inner)
    tell("a", "text", Hints())
    stop_collecting(inner)
    assert (inner.texts, collected.texts) == (["text"], [])


def test_where_nobody_collects_a_block_counts(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Each block tells once, and anew after it was cleared."""
    monkeypatch.setattr("aiointercept.api.hints._collecting", [])
    block = Hints()
    for _ in range(2):
        tell("a", "100%", block)
    tell("a", "100%", Hints())
    block.clear()
    tell("a", "100%", block)
    assert caplog.messages == ["100%"] * 3
