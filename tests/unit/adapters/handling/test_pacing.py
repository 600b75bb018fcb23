"""Pieces of a body, each when its last byte is due."""

from typing import Any

import pytest

from aiointercept.adapters.handling import pacing
from aiointercept.adapters.handling.pacing import Pace, as_stream
from aiointercept.core.http.messages import Response


class Time:
    """A clock that moves only when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 100.0

    def monotonic(self) -> float:
        """Return the time."""
        return self.now

    async def sleep(self, seconds: float) -> None:
        """Let it pass at once."""
        self.now += seconds


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Time:
    """Return the clock that paces."""
    clock = Time()
    monkeypatch.setattr(pacing, "real_monotonic", clock.monotonic)
    monkeypatch.setattr(pacing, "real_sleep", clock.sleep)
    return clock


async def test_the_bytes_come_when_they_are_due(time: Time) -> None:
    """No piece comes early, over several chunks; together they take as long as the rate says."""
    pace, got = Pace(1000), 0
    for chunk in (b"x" * 120, b"", b"y" * 380):
        async for piece in pace.pieces(chunk):
            got += len(piece)
            assert len(piece) <= 50
            assert time.now == pytest.approx(100 + got / 1000)
    assert got == 500


async def test_a_rate_below_one_byte_a_piece(time: Time) -> None:
    """One byte after the other."""
    pieces = [piece async for piece in Pace(2).pieces(b"abc")]
    assert pieces == [b"a", b"b", b"c"]
    assert time.now == pytest.approx(101.5)


async def test_a_response_as_a_stream() -> None:
    """With its length, and each time anew."""
    stream: Any = as_stream(Response(201, "Made", {"A": "1"}, b"body"))
    assert (stream.status, stream.reason, stream.length) == (201, "Made", 4)
    for _ in range(2):
        assert b"".join([chunk async for chunk in stream.open()]) == b"body"


async def test_there_is_no_burst_after_a_pause(time: Time) -> None:
    """What was not sent meanwhile is not made up for, but for one piece."""
    pace = Pace(1000)
    _ = [piece async for piece in pace.pieces(b"x" * 50)]
    time.now = 500.0
    _ = [piece async for piece in pace.pieces(b"x" * 500)]
    assert time.now >= 500.45 - 1e-9


async def test_sleeping_too_long_does_not_add_up(time: Time, monkeypatch: Any) -> None:
    """The rate is kept on the whole."""

    async def oversleep(seconds: float) -> None:
        time.now += seconds + 0.005

    monkeypatch.setattr(pacing, "real_sleep", oversleep)
    _ = [piece async for piece in Pace(1000).pieces(b"x" * 2000)]
    assert time.now == pytest.approx(102, abs=0.05)
